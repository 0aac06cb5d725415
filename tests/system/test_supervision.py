"""Supervised processes keep running: processes and the database are killed, and everything accepted is ingested
afterwards.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest

from articles.platform.embedded.server import SUPERUSER, socket_directory
from articles.platform.reception import BODY_GRACE
from articles.platform.supervision import LONGEST_PAUSE, STEADY_SECONDS, Pauses
from tests.system.conftest import ROOT, Archive, Archives
from tests.waiting import wait_for

UPLOAD = """
import json
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from articles.ingest.deliveries import receive_file
by, _ = get_user_model().objects.get_or_create(username="editor")
rows = "\\n".join(json.dumps(dict(title=f"لقاء {{number}} {name}", body=f"انعقد لقاء {{number}} في الرباط. {name}",
    url=f"https://news.example/{name}/{{number}}")) for number in range({count}))
print(json.dumps(receive_file(SimpleUploadedFile("{name}.jsonl", rows.encode()), by).pk))
"""
ENDED = "PostgreSQL ended unexpectedly"
STATES = "import json; from articles.models import Delivery; print(json.dumps(list(Delivery.objects.order_by('pk').values_list('state', flat=True))))"


class Serving:
    """Runs `manage.py serve` on an archive of its own, including the embedded database."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        far_off = datetime.now() + timedelta(hours=12)
        self.archive = Archive(folder, {"ARCHIVE_NIGHTLY": f"{far_off:%H:%M}", "PORT": str(self.port)})
        self.log = folder / "serve.log"
        with self.log.open("w") as log:
            self.process = self.archive.start("serve", stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
                self.text = response.read().decode()
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def is_working(self) -> bool:
        return self.status("/readyz") == 200 and "last beat" in self.text and "STALLED" not in self.text

    def child(self, word: str) -> psutil.Process:
        """Returns the program of `serve` whose command contains the word."""
        return wait_for(lambda: next(iter(self.children(word)), None))

    def children(self, word: str) -> list[psutil.Process]:
        processes = []
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                processes += [process] if word in process.cmdline() else []
        return processes

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.archive.data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]))

    def states(self) -> list[str]:
        """Returns the states of all deliveries, read from the database directly, which may be down."""
        try:
            with psycopg.connect(
                host=str(socket_directory(self.archive.data)), user=SUPERUSER, dbname="archive", connect_timeout=5
            ) as session:
                return [state for (state,) in session.execute("SELECT state FROM articles_delivery ORDER BY id")]
        except psycopg.OperationalError:
            return []

    def upload(self, name: str, count: int) -> None:
        self.archive.ask(UPLOAD.format(name=name, count=count))


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """A running `manage.py serve`. Teardown stops it."""
    folder = tmp_path / "served"
    folder.mkdir()
    served = Serving(folder)
    yield served
    if served.process.poll() is None:
        served.process.terminate()
        served.process.wait(90)


def test_all_is_taken_in_although_everything_is_killed(serving: Serving) -> None:
    wait_for(serving.is_working, 600)
    serving.upload("before", 40)
    first = serving.child("worker")
    wait_for(lambda: "running" in serving.states() or "finished" in serving.states(), 300)
    serving.postmaster().kill()
    wait_for(serving.is_working, 300)
    # Readers and editors can use the archive again, and uploads made meanwhile are stored.
    assert serving.status("/") == 200
    serving.upload("after-the-database", 3)
    serving.child("worker").kill()
    serving.upload("after-the-worker", 3)
    serving.child("worker").kill()
    serving.postmaster().kill()
    wait_for(serving.is_working, 300)
    serving.upload("after-both", 3)
    wait_for(lambda: serving.states() == ["finished"] * 4, 600)
    assert serving.child("worker").pid != first.pid
    log = serving.log.read_text()
    assert "worker ended with status -9 and is started again in" in log
    # The first process that notices restarts the database, and logs it if it had used the database before. A start
    # that meets the last sessions of the killed server fails and is tried and logged again.
    assert ENDED in log
    # The site's main process restarts as well.
    serving.child("gunicorn").kill()
    wait_for(lambda: serving.status("/healthz") == 200, 300)
    everything = [serving.postmaster(), *psutil.Process(serving.process.pid).children(recursive=True)]
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(300) == 0
    wait_for(lambda: not any(process.is_running() for process in everything), 120)


def test_a_worker_that_hangs_is_killed_and_started_again(serving: Serving) -> None:
    wait_for(serving.is_working, 600)
    worker = serving.child("worker")
    worker.suspend()
    serving.upload("meanwhile", 3)
    wait_for(lambda: serving.states() == ["finished"], 600)
    log = serving.log.read_text()
    assert log.count("worker hangs and is killed") == 1
    assert log.count("worker ended with status -9 and is started again in") == 1
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def test_of_a_database_that_nobody_used_no_end_is_told(tmp_path: Path) -> None:
    archive, ask = (
        Archive(tmp_path / "data"),
        "from django.db import connection as c; c.ensure_connection(); print(c.pg_version)",
    )

    def postmaster() -> psutil.Process:
        return psutil.Process(int((archive.data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0]))

    def left_running() -> psutil.Process:
        """Returns the server that a killed process leaves running."""
        holder = archive.start("shell", "--no-imports", "-c", f"{ask}; import os; os.kill(os.getpid(), 9)")
        holder.communicate(timeout=300)
        return postmaster()

    def run() -> str:
        out = archive.run("shell", "--no-imports", "-c", ask)
        assert "180" in out
        return out

    assert ENDED not in run()
    assert not (archive.data / "postgres" / "postmaster.pid").exists() and ENDED not in run()
    # The next process finds the server running, killed, or about to end.
    left_running()
    assert ENDED not in run()
    left_running().kill()
    assert ENDED not in run()
    left_running().send_signal(signal.SIGINT)
    assert ENDED not in run()
    # A process that was using the server reports its end.
    user = archive.start("shell", "--no-imports", "-c", f"{ask}; input()", stdin=subprocess.PIPE)
    wait_for(lambda: user.stdout.readline(), 300)
    server = postmaster()
    server.kill()
    wait_for(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE, 60)
    assert ENDED in run()
    user.communicate("\n", timeout=300)


def test_a_slow_client_of_serve_is_given_up_and_no_process_outlives_a_serve_that_is_killed(serving: Serving) -> None:
    wait_for(serving.is_working, 600)
    with socket.create_connection(("127.0.0.1", serving.port), timeout=BODY_GRACE + 60) as client:
        client.sendall(b"POST /oai/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\nverb=")
        assert [serving.status(path) for path in ("/healthz", "/", "/healthz")] == [200] * 3
        assert client.recv(100).startswith(b"HTTP/1.1 408 ")
    for word in ("gunicorn", "worker", "nightly"):
        assert serving.child(word).is_running()
    everything = psutil.Process(serving.process.pid).children(recursive=True)
    assert len(everything) >= 5
    serving.process.kill()
    serving.process.wait()

    def are_gone() -> bool:
        return all(not process.is_running() or process.status() == psutil.STATUS_ZOMBIE for process in everything)

    wait_for(are_gone, 300)


def test_the_workers_of_a_killed_master_leave_the_port_to_the_next(serving: Serving) -> None:
    wait_for(serving.is_working, 600)
    first = serving.child("gunicorn")
    workers = first.children()
    # These are enough requests to keep both workers waiting for the rest of their bodies.
    clients = [socket.create_connection(("127.0.0.1", serving.port), timeout=BODY_GRACE + 60) for _ in range(12)]
    for client in clients:
        client.sendall(b"POST /oai/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\nverb=")
    assert serving.status("/healthz") == 200
    first.kill()
    wait_for(lambda: serving.status("/healthz") == 200 and serving.child("gunicorn").pid != first.pid, 300)
    wait_for(lambda: not any(worker.is_running() for worker in workers), 300)
    log = serving.log.read_text()
    assert "site ended with status -9" in log and log.count("site ended with") == 1
    for client in clients:
        client.close()


def test_pauses_grow_and_begin_anew_after_a_steady_run() -> None:
    pauses = Pauses()
    assert [pauses.after(0) for _ in range(9)] == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    assert pauses.after(STEADY_SECONDS + 1) == 1 and pauses.after(3) == 2


SUPERVISED = """
import logging, sys
from articles.platform.reception import BODY_GRACE
from articles.platform.supervision import Program, Supervisor
logging.basicConfig(level="ERROR")
count = [sys.executable, "-c", "open(%r, 'a').write('x'); raise SystemExit(3)" % sys.argv[1]]
idle = [sys.executable, "-c", "import time; time.sleep(600)"]
Supervisor([Program("failing", count), Program("missing", ["/no/such/program"]), Program("idle", idle)], {}).run()
"""


def test_a_program_that_ends_at_once_is_tried_with_growing_pauses_and_told(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(starts)], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    supervisor = psutil.Process(process.pid)
    begun = time.monotonic()
    wait_for(lambda: starts.exists() and len(starts.read_text()) >= 4, 300)
    # Pauses of 1, 2 and 4 seconds lie between four starts.
    assert time.monotonic() - begun > 6.5
    own = supervisor.cpu_times()
    assert own.user + own.system < 3
    # A program that has just ended has no command to ask for.
    alive = [child for child in supervisor.children() if child.status() != psutil.STATUS_ZOMBIE]
    (idle,) = [child for child in alive if "time.sleep(600)" in " ".join(child.as_dict(["cmdline"])["cmdline"] or [])]
    process.send_signal(signal.SIGINT)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 0 and not idle.is_running()
    for pause in (1, 2, 4):
        assert f"failing ended with status 3 and is started again in {pause} s" in log
        assert (
            f"next attempt in {pause} s"
            in [line for line in log.splitlines() if "missing" in line][(1, 2, 4).index(pause)]
        )


HANGING = """
import logging, sys, time
from articles.platform import supervision
logging.basicConfig(level="ERROR")
supervision.HANG_LOOK_SECONDS = 0.05
answers = [True] * (supervision.HANG_LOOKS - 1) + [False] + [True] * supervision.HANG_LOOKS
asked = []
def is_silent(pid, seconds):
    asked.append(pid)
    return answers[len(asked) - 1] if len(asked) <= len(answers) else False
deaf = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); open(%r, 'a').write('x'); time.sleep(600)" % sys.argv[1]]
supervision.Supervisor([supervision.Program("deaf", deaf, is_silent), supervision.Program("idle", deaf)], {}).run()
"""


def test_only_what_is_silent_at_every_look_is_killed(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(starts)], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    # Both programs start, and the silent one starts again.
    wait_for(lambda: starts.exists() and len(starts.read_text()) == 3, 300)
    for child in psutil.Process(process.pid).children():
        child.kill()
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=120)
    assert process.returncode == 0 and log.count("deaf hangs and is killed") == 1 and "idle hangs" not in log


def test_a_worker_that_hangs_falls_silent(archives: Archives, tmp_path: Path) -> None:
    """The job waits for ever: procrastinate's own heartbeat continues, and ours stops."""
    archive = archives.migrated("hanging")
    beats = "SELECT beat_at, delivery FROM articles_heartbeat"
    with psycopg.connect(archive.environment["DATABASE_URL"], autocommit=True) as session:
        worker = archive.start("worker")
        try:
            wait_for(lambda: session.execute(beats).fetchone(), 300)
            assert "last beat" in archive.run("worker_health")
            with psycopg.connect(archive.environment["DATABASE_URL"]) as blocking:
                blocking.execute("LOCK TABLE articles_source, articles_article IN ACCESS EXCLUSIVE MODE")
                delivery = archive.ask(UPLOAD.format(name="hangs", count=2))
                wait_for(lambda: session.execute(beats).fetchone()[1] == delivery, 300)
                silent_since = session.execute(beats).fetchone()[0]
                newest_heartbeat = "SELECT max(last_heartbeat) FROM procrastinate_workers"
                first = session.execute(newest_heartbeat).fetchone()[0]
                wait_for(lambda: session.execute(newest_heartbeat).fetchone()[0] > first, 300)
                assert session.execute(beats).fetchone() == (silent_since, delivery)
                # The check runs as if some minutes had passed.
                session.execute("UPDATE articles_heartbeat SET beat_at = now() - interval '7 minutes'")
                assert "stalled" in archive.run("worker_health", status=1)
            # The lock is gone, so the job ends and the worker is healthy.
            wait_for(lambda: archive.ask(STATES) == ["finished"], 300)
            wait_for(lambda: session.execute(beats).fetchone()[1] is None, 300)
            archive.run("worker_health")
        finally:
            worker.terminate()
            worker.communicate(timeout=60)
    assert worker.returncode == 0


def test_a_worker_without_its_database_ends_in_one_line(archives: Archives) -> None:
    archive = archives.migrated("worker-alone")
    url = archive.environment["DATABASE_URL"]
    worker = archive.start("worker")
    with psycopg.connect(url, autocommit=True) as session:
        wait_for(lambda: session.execute("SELECT 1 FROM articles_heartbeat").fetchone(), 300)
        wait_for(lambda: session.execute("SELECT 1 FROM procrastinate_workers").fetchone(), 300)
    archives.forbid("worker-alone")
    _, complaint = worker.communicate(timeout=120)
    archives.forbid("worker-alone", forbidden=False)
    assert worker.returncode == 1
    assert "The database does not answer" in complaint.splitlines()[-1]


def test_nightly_goes_on_after_a_part_that_fails_and_says_so(archives: Archives, tmp_path: Path) -> None:
    archive, backup = archives.filled("nightly"), tmp_path / "backup"
    state = "import json; from articles.models import NightlyRun; print(json.dumps([[r.succeeded, [[p['name'], p['status']] for p in r.parts]] for r in NightlyRun.objects.order_by('pk')]))"
    assert "no run has ended yet" in archive.run("nightly", "--check")
    out = archive.run("nightly", "--backup", str(backup))
    names = ["refresh_search_statistics", "check_archive", "clearsessions", "axes_reset_logs", "backup"]
    assert all(f"{name}: done" in out for name in names)
    assert archive.ask(state) == [[True, [[name, 0] for name in names]]]
    assert "last run" in archive.run("nightly", "--check")
    damaged = next(path for path in (archive.data / "captures").rglob("*") if path.is_file())
    damaged.unlink()
    out = archive.run("nightly", "--backup", str(backup), status=1)
    assert "check_archive: FAILED" in out and "clearsessions: done" in out and "backup: FAILED" in out
    succeeded, parts = archive.ask(state)[-1]
    assert succeeded is False and [name for name, status in parts if status] == ["check_archive", "backup"]
    assert "check_archive" in archive.run("nightly", "--check", status=1)
    # Two nightly runs at once would do everything twice.
    with psycopg.connect(archive.environment["DATABASE_URL"]) as lock_holder:
        lock_holder.execute("SELECT pg_advisory_lock(7230115)")
        assert "in progress" in archive.run("nightly", status=1)
    assert json.loads(json.dumps(archive.ask(state)))[2:] == []


def test_nightly_waits_for_its_time_and_its_status_tells_how_the_run_ended(archives: Archives, tmp_path: Path) -> None:
    archive, shift = archives.filled("nightly-wait"), tmp_path / "shift"
    begun = datetime.now() + timedelta(hours=3)
    moved = {
        "PYTHONPATH": str(Path(__file__).with_name("moved_clock")), "CLOCK_SHIFT": str(shift), "TZ": "",
        "ARCHIVE_NIGHTLY": f"{begun:%H:%M}",
    }  # fmt: skip
    elsewhen = Archive(archive.data, archive.environment | moved)

    def night() -> int:
        """Returns the exit status of a nightly run whose hour comes while it waits."""
        shift.write_text("0")
        process = elsewhen.start("nightly", "--wait", stderr=subprocess.STDOUT)
        assert "The nightly run begins at" in process.stdout.readline()
        assert process.poll() is None
        shift.write_text(str(3 * 60 * 60))
        process.communicate(timeout=300)
        return process.returncode

    runs = "from articles.models import NightlyRun; print(NightlyRun.objects.count())"
    assert (night(), archive.ask(runs)) == (0, 1)
    next(path for path in (archive.data / "captures").rglob("*") if path.is_file()).unlink()
    assert (night(), archive.ask(runs)) == (1, 2)
    wrong = Archive(archive.data, archive.environment | {"ARCHIVE_NIGHTLY": "half past two"})
    assert "ARCHIVE_NIGHTLY: a time such as 02:30 is expected" in wrong.run("nightly", "--wait", status=1)
