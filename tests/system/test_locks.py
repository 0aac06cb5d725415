"""A command waits for a lock for a limited time, reports its holder, and stops waiting when its own process ends."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.system.conftest import ROOT, Archive, Archives
from tests.waiting import wait_for

_WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def filled(archives: Archives, tmp_path: Path) -> Archive:
    """An archive with articles, and a backup of it."""
    archive = archives.filled("locked")
    archive.run("backup", str(tmp_path / "copy"))
    return archive


@pytest.mark.parametrize(
    "held", ["SELECT count(*) FROM articles_article", "LOCK TABLE articles_event IN ACCESS EXCLUSIVE MODE"]
)
def test_a_restore_names_who_uses_the_archive_and_gives_up(filled: Archive, tmp_path: Path, held: str) -> None:
    url = filled.environment["DATABASE_URL"]
    with psycopg.connect(url, application_name="a forgotten prompt") as session:
        session.execute(held)
        message = filled.run("restore", str(tmp_path / "copy"), "--replace", status=1).strip()
        pid = session.info.backend_pid
    assert (
        "\n" not in message
        and f"{pid} (a forgotten prompt, idle in transaction, since " in message
        and "is unchanged" in message
    )
    assert "Restored" in filled.run("restore", str(tmp_path / "copy"), "--replace")
    assert filled.whole()["captures"] == 35


_PATIENT = """
from pathlib import Path
from articles.upkeep import copies
copies.LOCK_SECONDS = 3000
copies.restore(Path({folder!r}), replace=True)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_restore_that_is_killed_waits_no_longer(filled: Archive, tmp_path: Path, how: signal.Signals) -> None:
    """However long the command would wait, its session ends, and the next one in the queue continues."""
    url = filled.environment["DATABASE_URL"]
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as watcher:
        holder.execute("SELECT count(*) FROM articles_article")
        process = filled.start("shell", "--no-imports", "-c", _PATIENT.format(folder=str(tmp_path / "copy")))
        wait_for(lambda: watcher.execute(_WAITING).fetchall(), seconds=120)
        process.send_signal(how)
        process.communicate(timeout=60)
        wait_for(lambda: not watcher.execute(_WAITING).fetchall(), seconds=120)
        assert watcher.execute("SELECT count(*) FROM articles_article").fetchone() == (35,)
    assert filled.whole()["captures"] == 35


_SHOWN = """
import sys
{before}
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW idle_in_transaction_session_timeout")
    print(cursor.fetchone()[0])
"""


def test_a_session_of_the_site_that_is_idle_in_a_transaction_ends(filled: Archive) -> None:
    environment = filled.environment_of(ARCHIVE_SECRET_KEY="x" * 60)
    for before, timeout in (("import archive.wsgi", "1min"), ("import django; django.setup()", "0")):
        code = _SHOWN.format(before=before)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment | {"DJANGO_SETTINGS_MODULE": "archive.settings"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.split()[-1] == timeout


def test_sessions_have_the_names_of_their_commands(filled: Archive) -> None:
    code = "from django.db import connection; c = connection.cursor(); c.execute('SHOW application_name'); import json; print(json.dumps(c.fetchone()))"
    assert filled.ask(code) == ["archive shell"]
