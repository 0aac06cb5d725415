"""Commits that do not wait for the disk, and the word that they are on it.

Waiting for each batch's commit takes a long ingest a tenth of its time. So it does not wait, and says of an article that it is
stored when PostgreSQL has written its log beyond the commit; a crash before that loses what nobody was told of.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

_SECONDS_BETWEEN_LOOKS = 0.02
# Positions in the log (LSN, bytes): where the next record will stand, and up to where all is on the disk.
_POSITIONS = """
    SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint
"""


class Words:
    """What is to be said once all that was committed before is on the disk."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()
        self._is_ahead = False

    def say(self, words: Callable[[], None]) -> None:
        """Calls `words` at once, or inside `ahead` when it is true; those of before first."""
        if not self._is_ahead:
            words()
            return
        committed, written = _positions()
        self._waiting.append((committed, words))
        self._say_written(written)

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Commits in the block do not wait; at its end all is written and said. Where it ends by an error, only what is true."""
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")
        self._is_ahead = True
        try:
            yield
            while self._waiting:
                self._say_written(_positions()[1])
                time.sleep(_SECONDS_BETWEEN_LOOKS if self._waiting else 0)
        finally:
            self._is_ahead = False
            # A server that goes away meanwhile is told of by the error that ended the block, or by the next statement.
            with suppress(Error):
                if connection.connection is not None and connection.is_usable():
                    self._say_written(_positions()[1])
                    with connection.cursor() as cursor:
                        cursor.execute("SET synchronous_commit TO DEFAULT")

    def _say_written(self, written: int) -> None:
        while self._waiting and self._waiting[0][0] <= written:
            self._waiting.popleft()[1]()


def _positions() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS)
        return cursor.fetchone()
