"""Archives for single tests, each with a database and a folder that a test may break."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests import migrated_tables
from tests.system.cluster import Cluster
from tests.waiting import wait_for

ROOT: Path = settings.BASE_DIR
# Variables that are not inherited: the place of the tests' own archive, and the settings of browser tests.
_INHERITED = {"DATABASE_URL", "DATABASE_REPLICA_URLS", "ARCHIVE_CACHE", "DJANGO_ALLOW_ASYNC_UNSAFE"}

# A shell starts background jobs with SIGINT ignored, and programs inherit that. The tests interrupt programs.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass
class Archive:
    """An archive whose commands run in other processes.

    data: its data folder.
    environment: further variables of its environment.
    """

    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    def environment_of(self, **more: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if name not in _INHERITED}
        return clean | {"ARCHIVE_DATA": str(self.data), "PYTHONUNBUFFERED": "1"} | self.environment | more

    def start(self, *arguments: str, **options: object) -> subprocess.Popen:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, **{"env": self.environment_of(), **streams, **options})

    def run(self, *arguments: str, status: int = 0) -> str:
        """Runs a command and returns its output, both streams together. Asserts its exit status."""
        process = self.start(*arguments, stderr=subprocess.STDOUT)
        out, _ = process.communicate(timeout=300)
        assert process.returncode == status, out
        return out

    def ask(self, code: str) -> object:
        """Runs Python code in the archive and returns the last line that it prints, read as JSON."""
        return json.loads(self.run("shell", "--no-imports", "-c", code).strip().splitlines()[-1])

    def whole(self) -> dict[str, object]:
        """Returns the report of check_archive, which includes files just written. Asserts that nothing is wrong."""
        return json.loads(self.run("check_archive", "--settled", "0", "--json").splitlines()[-1])


class Archives:
    """Makes archives in databases on the tests' server. Copying an archive that was made before is cheap."""

    def __init__(self, folder: Path, unblock: Callable[[], object]) -> None:
        self.folder, self.unblock = folder, unblock
        self.made: dict[str, Archive] = {}

    def empty(self, name: str, template: str = "template0") -> Archive:
        """Returns an archive without tables, or with those of the database `template`."""
        own = connection.settings_dict
        database = self._database(name)
        self._on_server(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        url = f"postgresql://{own['USER']}:{own['PASSWORD']}@/{database}?host={own['HOST'] or ''}&port={own['PORT']}"
        self.made[name] = Archive(self.folder / name, {"DATABASE_URL": url})
        return self.made[name]

    def migrated(self, name: str) -> Archive:
        if "of-tables" not in self.made:
            with self.unblock():
                is_kept = migrated_tables.is_kept()
            if is_kept:
                self.empty("of-tables", migrated_tables.kept_database())
            else:
                self.empty("of-tables").run("migrate", "-v0")
        return self.empty(name, self._database("of-tables"))

    def filled(self, name: str) -> Archive:
        """Returns an archive with the fixtures and 30 reports of meetings."""
        if "of-all" not in self.made:
            first = self.migrated("of-all")
            first.run("load_fixtures")
            first.run("ingest", str(written(self.folder / "reports.jsonl", 30)))
        archive = self.empty(name, self._database("of-all"))
        shutil.copytree(self.made["of-all"].data, archive.data)
        return archive

    def forbid(self, name: str, *, forbidden: bool = True) -> None:
        """Ends every session of an archive's database and refuses new ones, or permits them again.

        Only this archive has an outage.
        """
        database = self._database(name)
        self._on_server(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS {not forbidden}')
        if forbidden:
            self._on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def drop(self, *names: str) -> None:
        for name in names:
            self._on_server(f'DROP DATABASE IF EXISTS "{self._database(name)}" WITH (FORCE)')
            del self.made[name]

    def _database(self, name: str) -> str:
        return f"test_trust_{os.getpid()}_{name}"

    def _on_server(self, statement: str) -> None:
        with self.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def _archives(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: object, django_db_modify_db_settings: None
) -> Iterator[Archives]:
    archives = Archives(tmp_path_factory.mktemp("archives"), django_db_blocker.unblock)
    yield archives
    archives.drop(*list(archives.made))


@pytest.fixture
def archives(_archives: Archives) -> Iterator[Archives]:
    """Makes archives, and drops at the end those that the test made."""
    before = set(_archives.made)
    yield _archives
    for name in set(_archives.made) - before - {"of-tables", "of-all"}:
        shutil.rmtree(_archives.made[name].data, ignore_errors=True)
        _archives.drop(name)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Cluster]:
    """A PostgreSQL server for one test, with an empty database «archive»."""
    with Cluster(tmp_path / "server", shared_buffers="32MB") as cluster:
        cluster.execute("CREATE DATABASE archive")
        yield cluster


def written(path: Path, count: int, outlet: str = "reports") -> Path:
    """Writes a file of `count` reports of meetings."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            body = (
                f"انعقد في تونس يوم {number % 27 + 1} مارس 2022 المؤتمر رقم {number} حول أمن الحدود بمشاركة "
                f"{20 + number % 60} دولة.\n\nوقال الدكتور سالم العتيبي إن الخطة {outlet} تشمل التدريب وتنسيق العمل رقم {number * 7}."
            )
            row = {"title": f"المؤتمر رقم {number}", "body": body, "url": f"https://{outlet}.example/{number}"}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    text: str
    headers: dict[str, str]


@cache
def _static() -> Path:
    """Collects the static files once and returns their folder."""
    folder = Path(tempfile.mkdtemp(prefix="archive-static-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if name not in _INHERITED} | {
        "ARCHIVE_STATIC": str(folder)
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=environment, cwd=ROOT, check=True
    )
    return folder


class Served:
    """An archive that gunicorn serves, as in production, at a port of its own."""

    def __init__(self, archive: Archive, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        defaults = {
            "ARCHIVE_SECRET_KEY": "x" * 50, "PORT": str(self.port), "ARCHIVE_API_RATE": "100000/m",
            "ARCHIVE_STATIC": str(_static()),
        }  # fmt: skip
        self.log = archive.data / f"server-{self.port}.log"
        archive.data.mkdir(parents=True, exist_ok=True)
        self.environment = archive.environment_of(**defaults | environment)

    def __enter__(self) -> "Served":
        command = [sys.executable, "-m", "gunicorn", "--config", "python:archive.gunicorn", "archive.wsgi"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        wait_for(lambda: self.get("/healthz").status == 200, 180)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(40)

    def get(self, path: str, data: bytes | None = None, **headers: str) -> Answer:
        """Returns the answer to a GET, or to a POST of `data`. The status is 0 where nothing answers."""
        request_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{urllib.parse.quote(path, safe='/?=&%')}", data, request_headers
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return Answer(response.status, response.read().decode("utf-8", "replace"), dict(response.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode("utf-8", "replace"), dict(error.headers))
        except OSError:
            return Answer(0, "", {})


EDITOR = """
import json
from django.contrib.auth import get_user_model
from django.test import Client
client = Client()
client.force_login(get_user_model().objects.create_superuser("editor"))
print(json.dumps("sessionid=" + client.cookies["sessionid"].value))
"""
