"""How many new entries of the search index wait unsorted: few in an ordinary session, many during a long ingest.

A GIN index with `fastupdate` puts new entries into a pending list and sorts them in together once the list is longer than
`gin_pending_list_limit`. Every search reads the list. Each session sets its own limit, so that no lock is taken: changing the
index itself (ALTER INDEX … SET) would wait for every search that runs and hold up every search that comes.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, connection

# The indexes with a pending list: those that a long ingest adds to and does not itself search.
INDEXES = ("article_terms",)
# KiB. The least that PostgreSQL allows: some ten articles of 250 words.
SHORT = 64
# KiB. With it an article costs 0.5 ms instead of 2.2 (measured with 250 words an article).
LONG = 8192
# The list is sorted in parts of this size. Where one part holds all of it, a long ingest takes a twelfth less time.
WORK_MEM = "64MB"


def shorten_pending_lists(sender: object, connection: Any, **_: object) -> None:
    """Gives a new connection the short limit. Connected to Django's signal for new connections (articles/apps.py)."""
    if connection.vendor == "postgresql":
        with connection.connection.cursor() as cursor:
            cursor.execute(f"SET gin_pending_list_limit = {SHORT}")


@contextmanager
def long_pending_lists() -> Iterator[None]:
    """Lets the lists of this session grow long inside the block, and empties them after it, even after a failed one.

    A process killed inside leaves a long list: searches are right and a little slower until autovacuum, the next edit or the
    next long ingest empties it.
    """
    _run(f"SET gin_pending_list_limit = {LONG}", f"SET work_mem = '{WORK_MEM}'")
    try:
        yield
    finally:
        # The database may be away, or another role may own the indexes: then autovacuum empties the lists.
        with suppress(DatabaseError):
            _run(f"SET gin_pending_list_limit = {SHORT}", "RESET work_mem")
            _run(*(f"SELECT gin_clean_pending_list('{index}'::regclass)" for index in INDEXES))


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
