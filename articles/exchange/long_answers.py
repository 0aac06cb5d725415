"""Answers that take long: how many are made at once, and the rows of a download without the list of them in memory.

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

# The first of the two numbers of our advisory locks, any number; the second is the place's.
LOCKS = 7_230_114
# The same of the locks that keep an asker to one place; the second number is made of the asker's address.
ASKERS = 7_230_115
# Long answers that one process makes at once: half of its threads (archive/gunicorn.py) are left to readers, whatever the setting.
MOST_HERE = 2
# Seconds after which to ask again for a place; an export of 10,000 articles takes about as long.
ASK_AGAIN = 30
# Without ORDER BY the rows are tried one by one until a lock is had, and the limit then stops the scan.
_TAKE = "SELECT place FROM generate_series(1, %s) place WHERE pg_try_advisory_lock(%s, place) LIMIT 1"
# How many places each database session of this process holds; a thread has one session, and makes one answer at a time.
_held: Counter[int] = Counter()
# Entered again by the same thread when memory is collected meanwhile (`Place.__del__`).
_holding = threading.RLock()
_numbers = itertools.count(1)
# What could not be given back at once, with its session: given back when the next place is taken.
_left_over: list[tuple[psycopg.Connection, tuple[str, ...]]] = []


class Closable(Protocol):
    """Anything that is closed at the end of an answer."""

    def close(self) -> None: ...


class Place:
    """One of ARCHIVE_EXPORTS_AT_ONCE places, held until `close`. An asker holds one at a time.

    The place is an advisory lock of the database session that makes the answer, and so is the asker's turn. So the numbers hold
    for all processes on all machines that read from one server, and the place of a process that was killed is free as soon as
    the server sees its connection go. A lock in the cache would outlive its process, and a cache in each process's memory
    counts alone.
    """

    def __init__(self, session: psycopg.Connection) -> None:
        self._session: psycopg.Connection | None = session
        self._locks: list[tuple[int, int]] = []

    @classmethod
    def take(cls, request: HttpRequest) -> "Place | None":
        """A place for the answer to a request; None where all are taken, or its asker has one.

        The answer may take ARCHIVE_EXPORT_SECONDS from now on, then the server cuts it off.
        """
        _give_back_what_is_left_over()
        connection.ensure_connection()
        session = connection.connection
        with _holding:
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
        line = request.META.get("gunicorn.socket")
        if isinstance(line, PacedSocket):
            line.end_within(settings.ARCHIVE_EXPORT_SECONDS)
        return place

    def _take(self, asker: int) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [ASKERS, asker])
            if not cursor.fetchone()[0]:
                return False
            self._locks.append((ASKERS, asker))
            cursor.execute(_TAKE, [settings.ARCHIVE_EXPORTS_AT_ONCE, LOCKS])
            if not (row := cursor.fetchone()):
                return False
            self._locks.append((LOCKS, row[0]))
        return True

    def close(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        _give_up(session)
        if self._locks:
            unlocked = ", ".join(f"pg_advisory_unlock({kind}, {number})" for kind, number in self._locks)
            _execute(session, f"SELECT {unlocked}")

    def __del__(self) -> None:
        """An answer that was dropped before the server came to close it."""
        self.close()


class Keys:
    """The keys that a query chooses, in its order, read from a cursor of the database server as they are needed.

    The cursor outlives its transaction (WITH HOLD), so that none is open while a reader's line is slow. The server keeps the keys.
    `count` is how many there are.
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
            # All rows will be wanted, not the first tenth, which is what PostgreSQL plans cursors for.
            cursor.execute("SELECT set_config('cursor_tuple_fraction', '1', true)")
            cursor.execute(f"DECLARE {self.name} SCROLL CURSOR WITH HOLD FOR {statement}", parameters)
            self._session = connection.connection
            cursor.execute(f"MOVE FORWARD ALL IN {self.name}")
            self.count = cursor.rowcount
            cursor.execute(f"MOVE ABSOLUTE 0 IN {self.name}")

    def parts(self, size: int) -> Iterator[list[int]]:
        """The keys, so many at a time."""
        while self._session is not None:
            keys = [key for (key,) in self._session.execute(f"FETCH FORWARD {size} FROM {self.name}")]
            if not keys:
                return
            yield keys

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            # A transaction that was rolled back has taken the cursor with it.
            _execute(session, f"SELECT FROM pg_cursors WHERE name = '{self.name}'", f"CLOSE {self.name}")

    def __del__(self) -> None:
        self.close()


class Held:
    """The parts of an answer, with what is held for as long as they are sent. The server closes it, sent or not."""

    def __init__(self, parts: Iterator[bytes], resource: Closable) -> None:
        self._parts, self._resource = iter(parts), resource

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self._resource.close()


def _number(asker: str) -> int:
    """The second number of an asker's lock, a signed integer of four bytes.

    Two of a million askers may share one: then the later waits for the earlier, and that is all.
    """
    return int.from_bytes(hashlib.blake2b(asker.encode(), digest_size=4).digest(), signed=True)


def _give_up(session: psycopg.Connection) -> None:
    with _holding:
        _held[id(session)] -= 1
        if not _held[id(session)]:
            del _held[id(session)]


def _give_back_what_is_left_over() -> None:
    for _ in range(len(_left_over)):
        session, statements = _left_over.pop()
        _execute(session, *statements)


def _execute(session: psycopg.Connection, *statements: str) -> None:
    """Gives something back on the session that holds it; a session that cannot is ended, which gives it back as well.

    Each statement is executed where the one before it had a row.
    """
    if session.closed:
        return
    if session.lock.locked():
        # Memory is collected (`__del__`) within a statement of this very session: waiting for its end would never end.
        _left_over.append((session, statements))
        return
    try:
        for statement in statements:
            if not session.execute(statement).rowcount:
                return
    except psycopg.Error:
        session.close()
