"""No statement of the site runs longer than its limit, whoever asked and even if they no longer wait.

Statements of commands may.
"""

import socket
import time

import psycopg

from tests.system.conftest import EDITOR, Archives, Served
from tests.waiting import wait_for

LOCKED = "LOCK TABLE articles_article, articles_actor, articles_event IN ACCESS EXCLUSIVE MODE"


def waiting(watcher: psycopg.Connection) -> int:
    """Returns the archive's sessions that run a statement now, except the test's own."""
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
        " AND application_name <> 'test'"
    )
    return watcher.execute(sql).fetchone()[0]


def test_a_page_that_takes_too_long_is_stopped_and_says_so(archives: Archives) -> None:
    archive = archives.filled("slow-pages")
    archive.environment["ARCHIVE_SECRET_KEY"] = "x" * 50
    session = archive.ask(EDITOR)
    url = archive.environment["DATABASE_URL"]
    environment = {"ARCHIVE_STATEMENT_TIMEOUT": "700", "ARCHIVE_SEARCH_TIMEOUT": "600000", "ARCHIVE_WORKERS": "1"}
    with (
        Served(archive, **environment) as served,
        psycopg.connect(url, application_name="test") as holder,
        psycopg.connect(url, application_name="test", autocommit=True) as watcher,
    ):
        # A statement that waits for a lock stands for a statement of any length.
        holder.execute(LOCKED)
        for address in ("/admin/articles/article/", "/admin/articles/actor/", "/admin/review/"):
            answer = served.get(address, Cookie=session)
            assert answer.status == 503 and "لم تكتمل الصفحة" in answer.text, address
        # A client that disconnects at once leaves no statement behind, either.
        for _ in range(4):
            with socket.create_connection(("127.0.0.1", served.port)) as gone:
                gone.sendall(
                    f"GET /admin/articles/article/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {session}\r\n\r\n".encode()
                )
        wait_for(lambda: waiting(watcher), 20)
        wait_for(lambda: not waiting(watcher), 20)
        holder.rollback()
        assert served.get("/admin/articles/article/", Cookie=session).status == 200


def test_a_command_may_take_its_time(archives: Archives) -> None:
    archive = archives.migrated("slow-command")
    archive.environment["ARCHIVE_STATEMENT_TIMEOUT"] = "100"
    started = time.monotonic()
    slept = "from django.db import connection; c = connection.cursor(); c.execute('SELECT pg_sleep(0.5)'); print(1)"
    assert archive.ask(slept) == 1 and time.monotonic() - started > 0.5
