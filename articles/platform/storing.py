"""Whether articles are being stored just now: what is counted of them is counted when nobody stores any.

Keys are given out before rows are committed, so that a count up to the newest key would miss what another ingest commits late.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Any number: that of PostgreSQL's advisory lock.
_STORING = 7_230_113


@contextmanager
def storing() -> Iterator[None]:
    """Held for the time of a run that stores articles, by any number of runs at once; it ends with a killed process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [_STORING])
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [_STORING])


def nobody_stores() -> bool:
    """Whether no such run goes on; if so, none begins before the transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_STORING])
        return cursor.fetchone()[0]
