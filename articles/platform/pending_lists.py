"""Sets the limit of the search index's pending list: short in an ordinary session, long during a long ingest.

A GIN index with `fastupdate` puts new entries into a pending list and sorts them in together once the list is longer
than `gin_pending_list_limit`. Every search reads the list. Each session sets its own limit, which takes no lock.
Changing the index itself (ALTER INDEX … SET) would wait for every running search and block every new one.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, connection

# The indexes with a pending list: a long ingest adds to them and does not search them itself.
INDEXES = ("article_terms",)
# In KiB. The least that PostgreSQL allows: some ten articles of 250 words.
SHORT = 64
# In KiB. With it an article costs 0.5 ms instead of 2.2 (measured with 250 words an article).
LONG = 8192
# The list is sorted in parts of this size. If one part holds the whole list, a long ingest takes a twelfth less time.
WORK_MEM = "64MB"


def shorten_pending_lists(sender: object, connection: Any, **_: object) -> None:
    """Gives a new connection the short limit. Connected to Django's signal for new connections (articles/apps.py)."""
    if connection.vendor == "postgresql":
        with connection.connection.cursor() as cursor:
            cursor.execute(f"SET gin_pending_list_limit = {SHORT}")


@contextmanager
def long_pending_lists() -> Iterator[None]:
    """Lets the lists of this session grow long inside the block, and empties them after it, even after a failed one.

    A process killed inside the block leaves a long list. Searches are then correct, but a little slower until
    autovacuum, the next edit or the next long ingest empties it.
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
