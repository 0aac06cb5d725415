"""External faults: killed processes, full disks, moved clocks, a missing database.

After each fault no acknowledged data is lost, the same command run again succeeds, and check_archive finds nothing
wrong.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.system.cluster import Cluster
from tests.system.conftest import EDITOR, ROOT, Archive, Archives, Served, written
from tests.waiting import wait_for

_COUNTS = (
    "import json; from articles.models import *; print(json.dumps([m.objects.count() for m in (Article, Capture)]))"
)
_STORED = "import json; from articles.models import Article; print(json.dumps(list(Article.objects.values_list('url', flat=True))))"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[object]:
    """Mounts folders as disks of this many megabytes."""
    mounted = []

    def make(name: str, megabytes: int) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("this user may not mount a small disk")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def acknowledged(lines: str) -> set[str]:
    """Returns the addresses of the rows that an ingest with --verbosity 2 reported as stored."""
    outlet, numbers = "reports", re.findall(r"^(?:created|unchanged): \S+ line (\d+)", lines, re.MULTILINE)
    return {f"https://{outlet}.example/{int(number) - 1}" for number in numbers}


def test_two_ingests_of_the_same_files_at_once_are_one(archives: Archives, tmp_path: Path) -> None:
    archive, rows = archives.migrated("twice"), written(tmp_path / "reports.jsonl", 250)
    both = [archive.start("ingest", str(rows), "--workers", "1", "--json") for _ in range(2)]
    reports = [json.loads(process.communicate(timeout=200)[0].splitlines()[-1]) for process in both]
    assert [process.returncode for process in both] == [0, 0], reports
    assert sum(report["created"] for report in reports) == 250 and archive.ask(_COUNTS) == [250, 250]
    assert archive.whole()["captures"] == 250


def test_a_server_process_killed_under_load_is_hardly_noticed(archives: Archives) -> None:
    archive, statuses, over = archives.filled("load"), Counter(), threading.Event()
    with Served(archive) as served:

        def read() -> None:
            while not over.is_set():
                statuses[served.get("/articles/?page=1").status] += 1

        readers = [threading.Thread(target=read) for _ in range(8)]
        [reader.start() for reader in readers]

        def read_more() -> None:
            before = statuses[200]
            wait_for(lambda: statuses[200] >= before + 16, 120)

        for _ in range(3):
            read_more()
            psutil.Process(served.process.pid).children()[0].send_signal(signal.SIGKILL)
        read_more()
        over.set()
        [reader.join() for reader in readers]
        # Each killed process fails the requests that it was answering.
        assert sum(statuses.values()) - statuses[200] <= 3 * 8, statuses
        assert [served.get("/").status for _ in range(10)] == [200] * 10
        wait_for(lambda: len(psutil.Process(served.process.pid).children()) == 2)
        # On SIGTERM, the server finishes the requests it has begun.
        begun = HTTPConnection("127.0.0.1", served.port, timeout=60)
        begun.request("GET", "/export/articles.jsonl")
        answer = begun.getresponse()
        served.process.terminate()
        assert answer.status == 200 and len(answer.read().splitlines()) == archive.ask(_COUNTS)[0]
        assert served.process.wait(40) == 0
    assert archive.whole()["captures"] == 35


def test_a_database_that_crashes_in_the_midst_loses_nothing_acknowledged(server: Cluster, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data", {"DATABASE_URL": server.url()})
    archive.run("migrate", "-v0")
    rows = written(tmp_path / "reports.jsonl", 220)
    for lines in (60, 110):
        process = archive.start("ingest", str(rows), "--workers", "1", "--verbosity", "2")
        output = "".join(process.stdout.readline() for _ in range(lines))
        server.stop("immediate")
        more, complaint = process.communicate(timeout=60)
        assert process.returncode != 0 and "Traceback" not in complaint, complaint
        assert "database" in complaint and len(complaint.strip().splitlines()) <= 3, complaint
        server.start()
        stored = set(archive.ask(_STORED))
        assert acknowledged(output + more) <= stored and len(stored) >= lines
        archive.run("check_archive", "--settled", "0", "--repair")
    archive.run("ingest", str(rows))
    assert archive.whole()["captures"] == 220


def test_a_full_disk_for_captures_is_told_and_nothing_is_half_stored(
    archives: Archives, tmp_path: Path, small_disk: object
) -> None:
    archive, rows = archives.migrated("full"), written(tmp_path / "reports.jsonl", 200)
    captures = small_disk("full-captures", 1)
    (archive.data).mkdir()
    (archive.data / "captures").symlink_to(captures)
    (captures / "ballast").write_bytes(b"x" * 700_000)
    out = archive.run("ingest", str(rows), status=1)
    assert "No space left on device" in out and "Traceback" not in out
    articles, stored = archive.ask(_COUNTS)
    assert articles == stored < 200
    (captures / "ballast").unlink()
    archive.run("check_archive", "--settled", "0", "--repair")  # except for files of no article
    subprocess.run(["mount", "-o", "remount,size=40m", str(captures)], check=True)
    archive.run("ingest", str(rows))
    assert archive.whole()["captures"] == 200


def test_a_full_disk_under_the_database_stops_it_and_loses_nothing(tmp_path: Path, small_disk: object) -> None:
    disk = small_disk("database-disk", 130)
    with Cluster(
        disk / "server", shared_buffers="16MB", min_wal_size="32MB", max_wal_size="48MB", wal_recycle="off"
    ) as server:
        server.execute("CREATE DATABASE archive")
        archive = Archive(tmp_path / "data", {"DATABASE_URL": server.url()})
        archive.run("migrate", "-v0")
        rows = written(tmp_path / "reports.jsonl", 300)
        archive.run("ingest", str(written(tmp_path / "first.jsonl", 20, "first")))
        free = shutil.disk_usage(disk).free
        (disk / "ballast").write_bytes(b"\0" * max(free - 1_000_000, 0))
        process = archive.start("ingest", str(rows), "--verbosity", "2")
        output, complaint = process.communicate(timeout=120)
        assert process.returncode != 0 and "Traceback" not in complaint, complaint
        (disk / "ballast").unlink()
        server.stop("immediate") if server.pid() else None
        server.start()
        assert acknowledged(output) <= set(archive.ask(_STORED))
        archive.run("ingest", str(rows))
        assert archive.whole()["captures"] == 320


def test_who_watches_has_an_answer_while_the_database_gives_none(server: Cluster, tmp_path: Path) -> None:
    """The database stops answering, then has a locked table, and then is killed."""
    archive = Archive(tmp_path / "data", {"DATABASE_URL": server.url()})
    archive.run("migrate", "-v0")
    away = (503, "database does not answer\n")
    with Served(archive, ARCHIVE_METRICS_TOKEN="t") as served:
        assert served.get("/readyz").status == 200
        server.freeze()
        try:
            assert [(answer.status, answer.text) for answer in (served.get("/readyz"), served.get("/readyz"))] == [
                away
            ] * 2
            assert served.get("/metrics", Authorization="Bearer t").status == served.get("/healthz").status == 200
        finally:
            server.freeze(thaw=True)
        wait_for(lambda: served.get("/readyz").status == 200)
        with psycopg.connect(server.url()) as session:
            session.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
            answer = served.get("/readyz")
            assert (answer.status, answer.text) == away
        wait_for(lambda: served.get("/readyz").status == 200)
        server.kill()
        answer = served.get("/readyz")
        assert (answer.status, answer.text) == away


_ASK_READINESS = "import json; from articles.exchange.monitoring import readyz; told = readyz(None); print(json.dumps([told.status_code, told.content.decode()]))"


def test_who_watches_does_not_wait_for_the_embedded_server_to_start(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data")
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {_ASK_READINESS}"], cwd=ROOT, capture_output=True, text=True, check=True,
        env=archive.environment_of(DJANGO_SETTINGS_MODULE="archive.settings"),
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[-1]) == [503, "database does not answer\n"]
    assert not list((tmp_path / "data").rglob("PG_VERSION"))


def test_readers_are_told_while_the_database_is_away_and_it_comes_back_alone(server: Cluster, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data", {"DATABASE_URL": server.url()})
    archive.run("migrate", "-v0")
    archive.run("ingest", str(written(tmp_path / "reports.jsonl", 3)))
    editor = {"Cookie": archive.ask(EDITOR)}
    with Served(archive) as served:
        assert served.get("/readyz").status == served.get("/").status == served.get("/admin/", **editor).status == 200
        server.stop("immediate")
        gone = time.monotonic()
        while time.monotonic() < gone + 20:
            page = served.get("/")
            assert page.status == 503 and "قاعدة بياناته لا تجيب" in page.text and page.headers["Retry-After"] == "10"
            assert "The archive is away" in served.get("/en/search/?q=x").text
            assert served.get("/admin/", **editor).status == served.get("/articles/1/").status == 503
            assert json.loads(served.get("/api/v1/articles").text)["detail"].startswith("The database")
            ready = served.get("/readyz")
            assert (ready.status, ready.text) == (503, "database does not answer\n")
            assert served.get("/healthz").status == 200
            time.sleep(4)
        server.start()
        wait_for(lambda: served.get("/readyz").status == 200, 15)
        assert [served.get("/").status for _ in range(12)] == [200] * 12
        assert served.get("/admin/", **editor).status == 200
    assert archive.whole()["captures"] == 3


def test_a_clock_that_jumps_harms_nothing(archives: Archives, tmp_path: Path) -> None:
    archive, shift = archives.migrated("clock"), tmp_path / "shift"
    moved = {"PYTHONPATH": str(Path(__file__).with_name("moved_clock")), "CLOCK_SHIFT": str(shift)}
    elsewhen = Archive(archive.data, archive.environment | moved)

    def put(days: int) -> None:
        shift.write_text(str(days * 86_400))
        time.sleep(0.5)

    put(0)
    archive.run("ingest", str(written(tmp_path / "now.jsonl", 10, "now")))
    with Served(elsewhen, ARCHIVE_SEARCH_RATE="20/m") as served:
        page = served.get("/articles/")
        for days in (40, -3, 0):
            put(days)
            assert served.get("/articles/", If_None_Match=page.headers["ETag"]).status == 304
            assert served.get("/search/?q=تونس").status == 200
            elsewhen.run("ingest", str(written(tmp_path / "moved.jsonl", 10, f"moved{days + 3}")))
            page = served.get("/articles/")
            assert page.status == 200
        # A client that asked while the clock was ahead is not locked out after it is put back.
        put(2)
        assert {served.get(f"/search/?q=غدا{n}").status for n in range(60)} == {200, 429}
        put(0)
        assert served.get("/search/?q=اليوم").status == 200
    assert archive.whole()["captures"] == 40


def test_a_migration_that_is_interrupted_goes_on_where_it_was(archives: Archives) -> None:
    clean, chance = archives.migrated("clean"), random.Random(3)
    archive = archives.empty("interrupted")
    for _ in range(3):
        process = archive.start("migrate", start_new_session=True)
        process.stdout.readline()
        time.sleep(chance.uniform(1.0, 3.5))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    archive.run("migrate", "-v0")
    schema = (
        "import json; from django.db import connection as c; k = c.cursor(); "
        "k.execute(\"SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' "
        'ORDER BY 1, 2"); columns = k.fetchall(); k.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = \'public\' ORDER BY 1"); '
        'indexes = k.fetchall(); k.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"); '
        "print(json.dumps([columns, indexes, k.fetchall()]))"
    )
    assert archive.ask(schema) == clean.ask(schema)
    archive.run("load_fixtures")
    assert archive.whole()["captures"] == 5
