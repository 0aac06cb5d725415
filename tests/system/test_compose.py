"""Tests roles, the cache and images of docker-compose.yml on servers of this machine, without starting a container."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
import yaml

from articles.platform.embedded.server import binaries
from tests.system.cluster import Cluster
from tests.system.conftest import ROOT, Archive, written
from tests.tools import path_of
from tests.waiting import wait_for

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
# Compose writes a dollar as two.
PASSWORDS = {name: f"{name.lower()}1" for name in ("DATABASE_PASSWORD", "REPLICATION_PASSWORD", "SCRATCH_PASSWORD")}


def unescaped(text: str) -> str:
    """Returns a text of the compose file as a container gets it."""
    return text.replace("$$", "$")


@pytest.fixture
def roles(tmp_path: Path) -> Iterator[Cluster]:
    """A new server on which the compose file's script for roles has run, as the image's entry point runs it."""
    with Cluster(tmp_path / "roles", shared_buffers="32MB") as cluster:
        run_roles_script(cluster)
        yield cluster


def run_roles_script(cluster: Cluster, **environment: str) -> None:
    """Runs the compose file's script for roles on a server."""
    variables = {
        "PATH": f"{binaries()}:{os.environ['PATH']}", "PGHOST": str(cluster.socket), "PGDATA": str(cluster.data),
        "POSTGRES_USER": "postgres", "PGOPTIONS": "-c log_statement=all", **PASSWORDS, **environment,
    }  # fmt: skip
    script = "set -Eeo pipefail\n" + (ROOT / COMPOSE["configs"]["roles"]["file"]).read_text()
    subprocess.run(["bash", "-c", script], env=variables, check=True, capture_output=True, text=True)


def url(cluster: Cluster, role: str, database: str = "archive") -> str:
    """Returns the address of a database for a role."""
    return f"postgresql://{role}@/{database}?host={cluster.socket}"


def attempt(cluster: Cluster, role: str, statement: str, database: str = "archive") -> list[tuple] | str:
    """Returns the rows of a statement that a role runs, or the SQLSTATE with which it is refused."""
    try:
        with psycopg.connect(url(cluster, role, database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        return error.sqlstate or "connection refused"


DENIED = "42501"


def test_each_role_may_do_its_own_work_and_no_more(roles: Cluster) -> None:
    held = roles.execute(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolpassword LIKE 'SCRAM-SHA-256$%' "
        "FROM pg_authid WHERE rolname LIKE 'archive%' ORDER BY 1"
    )
    assert held == [
        ("archive", False, False, False, False, False, True),
        ("archive_replication", False, False, False, True, False, True),
        ("archive_scratch", False, False, True, False, False, True),
    ]
    for statement in (
        "SELECT passwd FROM pg_shadow", "SELECT rolpassword FROM pg_authid", "CREATE ROLE other", "CREATE DATABASE other",
        "SELECT pg_read_file('postgresql.conf')", "COPY (SELECT 1) TO PROGRAM 'cat'", "ALTER SYSTEM SET work_mem = '1GB'",
        "ALTER ROLE archive SUPERUSER", "SELECT pg_ls_dir('.')", "CREATE EXTENSION file_fdw",
    ):  # fmt: skip
        assert attempt(roles, "archive", statement) == DENIED, statement
    assert attempt(roles, "archive", "CREATE EXTENSION pg_trgm") == []
    assert attempt(roles, "archive", "CREATE TABLE secret (words text)") == []
    # No other role can connect to the site's database, and the site's role can connect to no other.
    for role in ("archive_replication", "archive_scratch"):
        assert attempt(roles, role, "SELECT * FROM secret") != [], role
        assert isinstance(attempt(roles, role, "SELECT 1"), str), role
    assert isinstance(attempt(roles, "archive", "SELECT 1", "postgres"), str)
    assert isinstance(attempt(roles, "archive_replication", "SELECT 1", "postgres"), str)
    assert attempt(roles, "postgres", "SELECT 1", "template1") == [(1,)]
    for role in ("archive", "archive_replication", "archive_scratch"):
        assert isinstance(attempt(roles, role, "SELECT 1", "template1"), str), role
    assert attempt(roles, "archive_scratch", "CREATE DATABASE archive_benchmark_1 TEMPLATE template0", "postgres") == []
    assert attempt(roles, "archive_scratch", "CREATE EXTENSION pg_trgm", "archive_benchmark_1") == []
    assert attempt(roles, "archive_scratch", "DROP DATABASE archive", "postgres") == DENIED
    assert attempt(roles, "archive_scratch", "ALTER ROLE archive_scratch SUPERUSER", "postgres") == DENIED


def test_no_password_stands_in_the_servers_log(roles: Cluster) -> None:
    log = (roles.directory / "server.log").read_text(errors="replace")
    assert not any(password in log for password in PASSWORDS.values())


def test_a_missing_password_stops_the_script(tmp_path: Path) -> None:
    with Cluster(tmp_path / "roles", shared_buffers="32MB") as cluster:
        saved = PASSWORDS.pop("SCRATCH_PASSWORD")
        try:
            with pytest.raises(subprocess.CalledProcessError):
                run_roles_script(cluster)
        finally:
            PASSWORDS["SCRATCH_PASSWORD"] = saved


def test_the_replica_follows_by_the_role_of_replication(roles: Cluster, tmp_path: Path) -> None:
    roles.execute("SELECT pg_reload_conf()")
    rules = roles.execute(
        "SELECT user_name, auth_method, error FROM pg_hba_file_rules WHERE 'archive_replication' = ANY(user_name)"
    )
    assert rules == [(["archive_replication"], "scram-sha-256", None)]
    script = unescaped(COMPOSE["services"]["replica"]["entrypoint"][-1])
    assert "pg_basebackup --host database --username archive_replication" in script
    common = ("-h", str(roles.socket), "-X", "stream", "-c", "fast", "-R", "-C", "-S", "replica")
    target = tmp_path / "roles" / "copy"
    with pytest.raises(AssertionError, match="WAL sender|REPLICATION"):
        roles.program("pg_basebackup", "-D", str(target), "-U", "archive", *common)
    roles.program("pg_basebackup", "-D", str(target), "-U", "archive_replication", *common)
    assert (target / "standby.signal").exists()


def test_the_archive_lives_on_its_own_role(roles: Cluster, tmp_path: Path) -> None:
    """Covers migrations, an ingest, the nightly work, and the upgrade from a compose file whose site was the superuser."""
    roles.execute("CREATE DATABASE former")
    former = Archive(tmp_path / "former", {"DATABASE_URL": url(roles, "postgres", "former")})
    former.run("migrate", "-v0")
    former.run("ingest", str(written(tmp_path / "rows.jsonl", 4)))
    former.run("backup", str(tmp_path / "copy"))

    archive = Archive(tmp_path / "data", {"DATABASE_URL": url(roles, "archive"), "ARCHIVE_CACHE": "database"})
    archive.run("restore", str(tmp_path / "copy"))
    assert archive.whole()["captures"] == 4
    archive.run("migrate", "-v0")
    archive.run("ingest", str(written(tmp_path / "more.jsonl", 2, "more")))
    archive.run("refresh_search_statistics")
    archive.run("backup", str(tmp_path / "again"))
    archive.run("restore", str(tmp_path / "again"), "--replace")
    assert archive.whole()["captures"] == 6
    with psycopg.connect(url(roles, "archive")) as connection:
        (owner,) = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert owner == ("archive",)


def test_databases_for_measuring_are_made_by_their_own_role(roles: Cluster, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data", {"DATABASE_URL": url(roles, "archive")})
    archive.run("migrate", "-v0")
    questions = tmp_path / "questions"
    questions.mkdir()
    (questions / "corpus.jsonl").write_text(
        json.dumps({"_id": "1", "title": "خبر", "text": "وصل الوفد إلى تونس."}) + "\n"
    )
    (questions / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "الوفد تونس"}) + "\n")
    (questions / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n")
    output = archive.run("evaluate_search", str(questions), "--json", status=1)
    assert "set ARCHIVE_SCRATCH_URL" in output and "Traceback" not in output, "the site's role may make none"
    archive.environment["ARCHIVE_SCRATCH_URL"] = url(roles, "archive_scratch", "postgres")
    # While such a database exists, no other role can connect to it.
    makes = "from articles.platform.scratch import kept_database\nwith kept_database('kept'): pass"
    archive.run("shell", "--no-imports", "-c", makes)
    assert attempt(roles, "archive_scratch", "SELECT 1", "archive_kept") == [(1,)]
    for role in ("archive", "archive_replication"):
        assert isinstance(attempt(roles, role, "SELECT 1", "archive_kept"), str), role
    measured = json.loads(archive.run("evaluate_search", str(questions), "--json").strip().splitlines()[-1])
    assert measured["nDCG@10"] == 1
    left = roles.execute("SELECT datname FROM pg_database WHERE datname LIKE '%evaluation%'")
    assert left == []
    assert (
        archive.ask("import json; from articles.models import Article; print(json.dumps(Article.objects.count()))") == 0
    )


def test_the_cache_answers_nobody_without_its_password(tmp_path: Path) -> None:
    path_of("redis-server", package="redis-server")
    service = COMPOSE["services"]["cache"]
    # Redis stands in for Valkey, under Valkey's names and on a port of its own: the test is about the configuration.
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, real in (("valkey-server", "redis-server"), ("valkey-cli", "redis-cli")):
        more = f"-s {tmp_path}/socket" if name == "valkey-cli" else f'"$1" --port 0 --unixsocket {tmp_path}/socket'
        (programs / name).write_text(
            f"#!/bin/sh\nexec {real} {more}{'' if name == 'valkey-server' else ' ' + chr(34) + '$@' + chr(34)}\n"
        )
        (programs / name).chmod(0o755)
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "CACHE_PASSWORD": "words1"}
    command = [*service["entrypoint"], *map(unescaped, service["command"])]
    server = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        wait_for((tmp_path / "socket").exists, 20)
        check = unescaped(service["healthcheck"]["test"][1])
        assert subprocess.run(["sh", "-c", check], env=environment, check=False).returncode == 0
        assert (
            subprocess.run(["sh", "-c", check], env=environment | {"CACHE_PASSWORD": "no"}, check=False).returncode != 0
        )
        shown = subprocess.run(["ps", "-o", "args=", "-p", str(server.pid)], capture_output=True, text=True, check=True)
        assert "words1" not in shown.stdout, "the password stands on no command line"
        answer = subprocess.run(
            ["redis-cli", "-s", str(tmp_path / "socket"), "-a", "words1", "--no-auth-warning", "config", "get", "maxmemory-policy"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "allkeys-lru" in answer.stdout
    finally:
        server.terminate()
        server.wait()


# Image digests.


class Registry(BaseHTTPRequestHandler):
    """A registry of images as the distribution specification describes it.

    It issues a token and then serves a manifest.
    """

    manifests: dict[str, bytes] = {}
    lie = False

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/token":
            return self._answer(200, json.dumps({"token": "t0k3n"}).encode())
        if self.headers.get("Authorization") != "Bearer t0k3n":
            realm = f'Bearer realm="http://127.0.0.1:{self.server.server_port}/token",service="registry"'
            return self._answer(401, b"", ("WWW-Authenticate", realm))
        manifest = self.manifests.get(path)
        if manifest is None:
            return self._answer(404, b"")
        digest = f"sha256:{hashlib.sha256(b'other' if self.lie else manifest).hexdigest()}"
        return self._answer(200, manifest, ("Docker-Content-Digest", digest))

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a registry of images."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(Registry, "manifests", {})
    monkeypatch.setattr(Registry, "lie", False)
    yield server.server_port
    server.shutdown()


@pytest.fixture
def project(registry: int, tmp_path: Path) -> list[Path]:
    """The project's docker-compose.yml and Dockerfile, with images in the test's registry."""
    paths = []
    for name in ("docker-compose.yml", "Dockerfile"):
        text = (ROOT / name).read_text()
        for image in re.findall(r"(?:image:|FROM)\s+([\w/]+:[\w.-]+)", text):
            text = re.sub(rf"(image:|FROM) {re.escape(image)}\b", rf"\1 127.0.0.1:{registry}/{image}", text)
            repository, _, version = image.rpartition(":")
            Registry.manifests[f"/v2/{repository}/manifests/{version}"] = f"manifest of {image}".encode()
        paths.append(tmp_path / name)
        paths[-1].write_text(text)
    return paths


def pin(paths: list[Path]) -> subprocess.CompletedProcess:
    """Runs the program that pins images on files."""
    command = [sys.executable, str(ROOT / "articles/platform/pin_images.py"), *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_pin_writes_the_digest_of_every_image(project: list[Path], registry: int) -> None:
    for _ in range(2):  # the second run pins pinned files again
        done = pin(project)
        assert done.returncode == 0, done.stderr
        compose, dockerfile = (path.read_text() for path in project)
        services = yaml.safe_load(compose)["services"]
        for name in ("proxy", "database", "replica", "cache"):
            image, _, digest = services[name]["image"].partition("@")
            own = f"manifest of {image.removeprefix(f'127.0.0.1:{registry}/')}".encode()
            assert digest == f"sha256:{hashlib.sha256(own).hexdigest()}"
        assert services["site"]["image"] == "archive"
        assert len(re.findall(r"^FROM \S+@sha256:[0-9a-f]{64}", dockerfile, re.MULTILINE)) == 2
        assert " AS build" in dockerfile


@pytest.mark.parametrize("fault", ["gone", "unknown", "lying"])
def test_pin_changes_nothing_where_a_registry_does_not_answer(
    project: list[Path], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    before = [path.read_text() for path in project]
    if fault == "gone":
        before = [text.replace("127.0.0.1:", "127.0.0.1:1/") for text in before]
        before = [re.sub(r"127\.0\.0\.1:1/\d+/", "127.0.0.1:1/", text) for text in before]
        for path, text in zip(project, before, strict=True):
            path.write_text(text)
    elif fault == "unknown":
        Registry.manifests.popitem()
    else:
        monkeypatch.setattr(Registry, "lie", True)
    done = pin(project)
    assert done.returncode == 1 and "No file was changed." in done.stderr and "does not tell its digest" in done.stderr
    assert [path.read_text() for path in project] == before


# Settings.


# Settings that compose sets in another way, or not at all.
NOT_IN_THE_ENVIRONMENT = {
    "ARCHIVE_DATA": "the Dockerfile, and the volume `data`",
    "ARCHIVE_STATIC": "the Dockerfile",
    "ARCHIVE_BACKUP": "the command of `nightly`, and BACKUP_FOLDER",
    "ARCHIVE_SCRATCH_URL": "given to a single command (docs/database.md)",
    "ARCHIVE_FETCH_PRIVATE": "for tests alone",
    "ARCHIVE_DEBUG": "never where others are served",
    "PORT": "the Dockerfile: a container listens on 8000",
}
# Settings whose defaults differ in compose, since it serves other people.
OF_COMPOSE = {"ARCHIVE_BEHIND_PROXY", "ARCHIVE_SECRET_KEY", "ARCHIVE_CACHE"}
READ_SETTINGS = (
    "import json; from django.conf import settings as s; print(json.dumps({n: getattr(s, n) for n in dir(s) if n.startswith('ARCHIVE_')} "
    "| {'age': s.SESSION_COOKIE_AGE, 'zone': s.TIME_ZONE}, default=str, sort_keys=True))"
)


def environment_of_compose(**variables: str) -> dict[str, str]:
    """Returns the shared environment as compose passes it to a container.

    `variables` stand in its own environment or in .env.
    """

    def substitute(match: re.Match) -> str:
        name, mark, default = match.groups()
        is_used = name in variables if mark in ("-", "?") else bool(variables.get(name))
        return variables[name] if is_used else default if "-" in (mark or "") else "x"

    shared = COMPOSE["x-archive"]["environment"]
    pattern = re.compile(r"\$\{(\w+)(?:(:?[-?])([^}]*))?\}")
    return {name: pattern.sub(substitute, template) for name, template in shared.items()}


def settings_from(folder: Path, environment: dict[str, str]) -> dict[str, object]:
    """Returns the archive's settings as a process with this environment reads them."""
    own_variables = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "archive.settings",
        "ARCHIVE_DATA": str(folder),
    }
    command = [sys.executable, "-c", READ_SETTINGS]
    done = subprocess.run(
        command, env=environment | own_variables, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_every_setting_of_the_docs_can_be_given_to_compose() -> None:
    table = (ROOT / "docs" / "settings.md").read_text().split("\n## ")[0]
    named = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([A-Z0-9_]+)`", line.split("|")[1])
    }
    shared = COMPOSE["x-archive"]["environment"]
    assert len(named) > 30 and named - set(shared) == set(NOT_IN_THE_ENVIRONMENT)
    own = {"DATABASE_URL", "ARCHIVE_CACHE"}
    for name in (named & set(shared)) - own:
        assert f"${{{name}" in shared[name], f"{name} is taken from the operator's environment"
    for service in ("site", "worker", "migrate", "nightly"):
        assert COMPOSE["services"][service]["environment"] == shared, service


def test_composes_defaults_are_those_of_the_settings(tmp_path: Path) -> None:
    of_compose = settings_from(tmp_path, environment_of_compose())
    of_settings = settings_from(tmp_path, {})
    differing = {name for name in of_settings if of_compose[name] != of_settings[name]}
    assert differing <= OF_COMPOSE


def test_what_an_operator_gives_compose_reaches_the_settings(tmp_path: Path) -> None:
    variables = {
        "ARCHIVE_EXPORTS_AT_ONCE": "7", "ARCHIVE_SEARCH_RATE": "9/m", "ARCHIVE_LARGEST_UPLOAD": "1000", "ARCHIVE_DIGITS": "arabic",
        "ARCHIVE_NIGHTLY": "",
    }  # fmt: skip
    read = settings_from(tmp_path, environment_of_compose(**variables))
    assert {name: str(read[name]) for name in variables} == variables
    # Empty numbers mean the defaults, like unset ones.
    assert settings_from(tmp_path, environment_of_compose(ARCHIVE_EXPORTS_AT_ONCE=""))["ARCHIVE_EXPORTS_AT_ONCE"] == 3


def test_a_night_that_never_comes_is_waited_for(tmp_path: Path) -> None:
    """Compose restarts a service that ends, so a service with nothing to do must not end."""
    environment = environment_of_compose(ARCHIVE_NIGHTLY="") | {
        "PATH": os.environ["PATH"], "ARCHIVE_DATA": str(tmp_path), "DATABASE_URL": "postgres://nobody@nowhere.invalid/none",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "nightly", "--wait"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert "there is no nightly run" in process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(2)
        finally:
            process.terminate()
        process.wait(20)
