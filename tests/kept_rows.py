"""The rows of the test database at one moment, restored after each test that commits its changes.

Django would empty the tables instead, and recreate content types and permissions. That takes a second per test, and
loading the fixtures' rows another. A test changes few tables, so only these are written.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

_TABLES = """
    SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY tablename
"""


class KeptRows:
    """All rows of the public tables, in PostgreSQL's own text format.

    They fit only the database that they were read from.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            tables = [table for (table,) in cursor.fetchall()]
        self._rows = {table: _rows_of(table) for table in tables}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptRows) and self._rows == other._rows

    __hash__ = None

    def put_back(self) -> None:
        """Rewrites the tables that have changed, without triggers and history. Sequences continue from their values."""
        with transaction.atomic(), connection.cursor() as cursor:
            # References and triggers are off in this transaction, because all referenced rows are restored with it.
            cursor.execute("SET LOCAL session_replication_role TO replica")
            for table, rows in self._rows.items():
                if _rows_of(table) != rows:
                    cursor.execute(f"DELETE FROM {table}")
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(rows)
        ContentType.objects.clear_cache()


def _rows_of(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(copy)
