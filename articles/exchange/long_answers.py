"""Long answers: a limit on how many are made at once, and the keys of a download, read from a cursor of the database.

The doors for machines call it (articles/exchange/doors.py, articles/exchange/downloads.py).
"""

import hashlib
import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Protocol

import psycopg
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.platform.reception import PacedSocket
from articles.platform.visitors import network

# The first of the two numbers of a place's advisory lock. The value is arbitrary. The second is the number of the
# place.
LOCKS = 7_230_114
# The first number of the advisory lock that limits a client to one place. The second is derived from the client's
# address.
ASKERS = 7_230_115
# Long answers that one process makes at once: half of its four threads (archive/gunicorn.py). Whatever the setting, the
# others stay free for readers.
MOST_HERE = 2
# Seconds after which a client should ask again for a place. An export of 10,000 articles takes about as long.
PLACE_RETRY_SECONDS = 30
# Without ORDER BY, PostgreSQL tries the rows one by one, and LIMIT stops the scan at the first lock that it gets.
_TAKE = "SELECT place FROM generate_series(1, %s) place WHERE pg_try_advisory_lock(%s, place) LIMIT 1"
# Maps the id() of a database session of this process to the number of places that it holds. A thread has one session
# and makes one answer at a time.
_held: Counter[int] = Counter()
# Reentrant: the garbage collector can call `AnswerPlace.__del__` in a thread that holds the lock already.
_holding = threading.RLock()
_numbers = itertools.count(1)
# Sessions with the statements that release their locks and cursors but could not be executed at once. They are executed
# when the next place is taken.
_left_over: list[tuple[psycopg.Connection, tuple[str, ...]]] = []


class Closable(Protocol):
    """A resource that is closed at the end of an answer."""

    def close(self) -> None:
        """Ends the use of the resource."""


class AnswerPlace:
    """One of ARCHIVE_EXPORTS_AT_ONCE places, held until `close`. A client holds at most one.

    Two advisory locks of the database session that makes the answer stand for the place and for the client. So the
    limits apply to all processes on all machines that read from one server, and the place of a killed process is free
    as soon as the server sees its connection go. A lock in the cache would outlive its process, and a cache in each
    process's memory would count for that process alone.
    """

    def __init__(self, session: psycopg.Connection) -> None:
        self._session: psycopg.Connection | None = session
        self._locks: list[tuple[int, int]] = []

    @classmethod
    def take(cls, request: HttpRequest) -> "AnswerPlace | None":
        """Takes a place for the answer to a request. Returns None where all places are taken or the client holds one,
        and where this process makes MOST_HERE long answers already.

        The answer may take ARCHIVE_EXPORT_SECONDS from now on; then the server cuts it off.
        """
        _release_left_over()
        connection.ensure_connection()
        session = connection.connection
        with _holding:
            # A thread makes one answer at a time. If its session is in `_held`, the answer before is not closed yet.
            if id(session) not in _held and len(_held) >= MOST_HERE:
                return None
            _held[id(session)] += 1
        place = cls(session)
        try:
            is_taken = place._take(_number(network(request)))
        except BaseException:
            place.close()
            raise
        if not is_taken:
            place.close()
            return None
        socket = request.META.get("gunicorn.socket")
        if isinstance(socket, PacedSocket):
            socket.end_within(settings.ARCHIVE_EXPORT_SECONDS)
        return place

    def _take(self, client_number: int) -> bool:
        """Takes the lock of the client, then that of any free place; returns whether it got both.

        After a failure the lock of the client may be held. The caller closes the place, which releases it.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [ASKERS, client_number])
            if not cursor.fetchone()[0]:
                return False
            self._locks.append((ASKERS, client_number))
            cursor.execute(_TAKE, [settings.ARCHIVE_EXPORTS_AT_ONCE, LOCKS])
            if not (row := cursor.fetchone()):
                return False
            self._locks.append((LOCKS, row[0]))
        return True

    def close(self) -> None:
        """Gives the place back. Closing again does nothing."""
        session, self._session = self._session, None
        if session is None:
            return
        _count_down(session)
        if self._locks:
            unlocked = ", ".join(f"pg_advisory_unlock({kind}, {number})" for kind, number in self._locks)
            _release(session, f"SELECT {unlocked}")

    def __del__(self) -> None:
        """Closes the place of an answer that was dropped before the server could close it."""
        self.close()


class Keys:
    """The primary keys that a query selects, in its order, read in parts from a cursor of the database server.

    The cursor outlives its transaction (WITH HOLD), so no transaction is open while a client reads slowly. The server
    keeps the keys.

    name: the cursor's name.
    count: the number of keys.
    """

    def __init__(self, rows: QuerySet) -> None:
        self.name = f"export_{next(_numbers)}"
        self.count = 0
        self._session: psycopg.Connection | None = None
        try:
            statement, parameters = rows.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return
        with connection.cursor() as cursor:
            # By default PostgreSQL plans a cursor for reading the first tenth of its rows. This one is read to its end.
            cursor.execute("SELECT set_config('cursor_tuple_fraction', '1', true)")
            cursor.execute(f"DECLARE {self.name} SCROLL CURSOR WITH HOLD FOR {statement}", parameters)
            self._session = connection.connection
            cursor.execute(f"MOVE FORWARD ALL IN {self.name}")
            self.count = cursor.rowcount
            cursor.execute(f"MOVE ABSOLUTE 0 IN {self.name}")

    def parts(self, size: int) -> Iterator[list[int]]:
        """Yields the keys in lists of at most `size`."""
        while self._session is not None:
            keys = [key for (key,) in self._session.execute(f"FETCH FORWARD {size} FROM {self.name}")]
            if not keys:
                return
            yield keys

    def close(self) -> None:
        """Closes the cursor. Closing again does nothing."""
        session, self._session = self._session, None
        if session is not None:
            # A transaction that was rolled back has removed the cursor.
            _release(session, f"SELECT FROM pg_cursors WHERE name = '{self.name}'", f"CLOSE {self.name}")

    def __del__(self) -> None:
        self.close()


class Held:
    """The parts of an answer with a resource that is held until they are sent.

    The server closes it, whether they were sent or not.
    """

    def __init__(self, parts: Iterator[bytes], resource: Closable) -> None:
        self._parts, self._resource = iter(parts), resource

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        """Closes the resource."""
        self._resource.close()


def _number(client: str) -> int:
    """Returns the second number of a client's lock, a signed integer of four bytes.

    Two of a million clients may share a number. The only effect is that the later one waits for the earlier one.
    """
    return int.from_bytes(hashlib.blake2b(client.encode(), digest_size=4).digest(), signed=True)


def _count_down(session: psycopg.Connection) -> None:
    """Takes one place off the count of a session."""
    with _holding:
        _held[id(session)] -= 1
        if not _held[id(session)]:
            del _held[id(session)]


def _release_left_over() -> None:
    """Executes the statements that could not be executed before."""
    for _ in range(len(_left_over)):
        session, statements = _left_over.pop()
        _release(session, *statements)


def _release(session: psycopg.Connection, *statements: str) -> None:
    """Releases a lock or cursor on the session that holds it.

    Executes the statements in order, each only if the one before it returned a row. If one fails, the session is ended,
    which releases everything that it holds. While the session executes another statement, these are kept for
    `_release_left_over`.
    """
    if session.closed:
        return
    if session.lock.locked():
        # The garbage collector has called `__del__` during a statement of this same session. Waiting for the statement
        # would be a deadlock.
        _left_over.append((session, statements))
        return
    try:
        for statement in statements:
            if not session.execute(statement).rowcount:
                return
    except psycopg.Error:
        session.close()
