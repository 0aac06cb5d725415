"""The embedded server: processes share it, the last one to leave stops it, and a killed process or server leaves no
lock.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from articles.platform import database
from articles.platform.embedded.server import EmbeddedServer
from tests.system.conftest import ROOT
from tests.waiting import wait_for


def run(code: str, data: Path, **environment: str) -> subprocess.Popen:
    """Starts a process that runs code on an archive with an embedded server."""
    clean = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "LANG"} and not k.startswith("LC_")}
    return subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\nfrom django.db import connection\n{code}"],
        env=clean | {"DJANGO_SETTINGS_MODULE": "archive.settings", "ARCHIVE_DATA": str(data)} | environment,
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


TRIGRAMS = (
    "c = connection.cursor(); c.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm'); "
    "c.execute(\"SELECT array_length(show_trgm('الإرهاب'), 1)\"); print(c.fetchone()[0], flush=True)"
)


def finish(process: subprocess.Popen) -> str:
    """Waits for a process to succeed, and returns its output."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


def servers(data: Path) -> list[psutil.Process]:
    """Returns the running main PostgreSQL processes of a data directory."""
    processes = [p for p in psutil.process_iter(["name", "cmdline", "status"]) if p.info["name"] == "postgres"]
    return [
        p for p in processes if str(data / "postgres") in (p.info["cmdline"] or []) and p.info["status"] != "zombie"
    ]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder. Teardown stops the servers that still run in it."""
    yield tmp_path
    for process in servers(tmp_path):
        process.send_signal(signal.SIGQUIT)
        process.wait(20)


def test_a_cluster_made_under_another_locale_knows_arabic(data: Path) -> None:
    assert int(finish(run(TRIGRAMS, data, LC_ALL="C"))) > 5
    assert servers(data) == []


def test_two_at_once_share_the_server_and_the_last_stops_it(data: Path) -> None:
    # Two processes that create the extension at once would conflict inside PostgreSQL.
    query = "c = connection.cursor(); c.execute('SELECT 1'); print(c.fetchone()[0], flush=True)"
    second = run(f"{query}; import time; time.sleep(3)", data)
    first = run(query, data)
    assert finish(first) and finish(second)
    assert servers(data) == []


@pytest.mark.parametrize("path", ["/usr/local/bin:/usr/bin:/bin", "/nonexistent"])
def test_dbshell_starts_the_server_and_needs_no_psql_of_the_machine(data: Path, path: str) -> None:
    """On a machine without psql the package's own is used."""
    assert servers(data) == []
    done = subprocess.run(
        [sys.executable, "manage.py", "dbshell", "--", "--no-psqlrc", "-Atc", "SELECT 40 + 2"], cwd=ROOT, capture_output=True,
        text=True, check=False, env={"PATH": path, "ARCHIVE_DATA": str(data)},
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "42"), done.stderr
    assert servers(data) == []


def test_a_killed_process_and_a_killed_server_leave_no_lock(data: Path) -> None:
    process = run(TRIGRAMS + "; import time; time.sleep(60)", data)
    process.stdout.readline()
    process.kill()
    process.wait()
    (server,) = servers(data)
    server.kill()
    wait_for(lambda: not servers(data), 20)
    assert (data / "postgres" / "postmaster.pid").exists()
    assert int(finish(run(TRIGRAMS, data))) > 5
    assert servers(data) == []


def test_a_lock_file_with_anothers_process_number_is_no_obstacle(data: Path) -> None:
    finish(run(TRIGRAMS, data))
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    assert int(finish(run(TRIGRAMS, data))) > 5


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("عميق-" * 8) / ("deep-" * 12)
    try:
        assert int(finish(run(TRIGRAMS, deep))) > 5
    finally:
        shutil.rmtree(EmbeddedServer(deep).socket_directory, ignore_errors=True)


def test_a_url_selects_a_server_and_a_wrong_one_is_refused(data: Path) -> None:
    server = EmbeddedServer.at(data)
    server.ensure_running()
    url = f"postgres://postgres@/archive?host={server.socket_directory}"
    assert database.configuration(url, data)["ENGINE"] == "django.db.backends.postgresql"
    out = finish(
        run("print(connection.settings_dict['ENGINE']); connection.ensure_connection()", data, DATABASE_URL=url)
    )
    assert out == "django.db.backends.postgresql"
    with pytest.raises(ImproperlyConfigured):
        database.configuration("sqlite:///x.db", data)
    with psycopg.connect(url) as connection:
        assert connection.info.server_version >= 160000
    server._stop_if_last(os.getpid())


def test_the_secret_is_made_once_and_kept_to_its_owner(data: Path) -> None:
    first = finish(run("from django.conf import settings; print(settings.SECRET_KEY)", data))
    assert (
        first == finish(run("from django.conf import settings; print(settings.SECRET_KEY)", data)) and len(first) >= 50
    )
    assert (data / "secret_key").stat().st_mode & 0o077 == 0
