"""A lock that says whether articles are being stored. Statistics are counted only when no run stores articles.

Keys are assigned before rows are committed. So a count up to the newest key would miss rows that another ingest commits
later.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# The number of PostgreSQL's advisory lock. The value is arbitrary.
_STORING = 7_230_113


@contextmanager
def storing() -> Iterator[None]:
    """Holds the lock during a run that stores articles. Several runs can hold it at once. A killed process loses it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [_STORING])
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [_STORING])


def nobody_stores() -> bool:
    """Returns whether no run stores articles. If so, none can begin before the present transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_STORING])
        return cursor.fetchone()[0]
