"""Asynchronous commits, and reports that wait until the commits are on the disk.

Waiting for each batch's commit takes a tenth of a long ingest's time. So ingest does not wait. It reports an article as
stored once PostgreSQL has flushed its log beyond the commit. A crash before that loses only articles that were not
reported.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

# Seconds between two looks at how far the log is flushed, at the end of a run. PostgreSQL flushes asynchronous commits
# within three times wal_writer_delay (0.2 s by default), so that a look adds a small part to that.
_SECONDS_BETWEEN_LOOKS = 0.02
# Positions in the write-ahead log (LSN, in bytes): the place of the next record, and the end of the flushed part.
_LOG_POSITIONS = """
    SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint
"""


class DeferredReports:
    """Calls callbacks once all earlier commits are on the disk."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()
        self._is_ahead = False

    def report(self, callback: Callable[[], None]) -> None:
        """Calls `callback` at once; inside `ahead`, in order, once all earlier commits are on the disk."""
        if not self._is_ahead:
            callback()
            return
        committed, flushed = _positions()
        self._waiting.append((committed, callback))
        self._call_flushed(flushed)

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Makes commits in the block asynchronous. At its end it waits for the disk and makes all calls.

        If the block ends by an error, only the callbacks of flushed commits are called.
        """
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")
        self._is_ahead = True
        try:
            yield
            while self._waiting:
                self._call_flushed(_positions()[1])
                time.sleep(_SECONDS_BETWEEN_LOOKS if self._waiting else 0)
        finally:
            self._is_ahead = False
            # If the server is gone, the error that ended the block reports it, or the next statement will.
            with suppress(Error):
                if connection.connection is not None and connection.is_usable():
                    self._call_flushed(_positions()[1])
                    with connection.cursor() as cursor:
                        cursor.execute("SET synchronous_commit TO DEFAULT")

    def _call_flushed(self, flushed: int) -> None:
        while self._waiting and self._waiting[0][0] <= flushed:
            self._waiting.popleft()[1]()


def _positions() -> tuple[int, int]:
    """Returns the positions (next record, end of the flushed part) of the database's log."""
    with connection.cursor() as cursor:
        cursor.execute(_LOG_POSITIONS)
        inserted, flushed = cursor.fetchone()
        return inserted, flushed
