"""The rows of the test database as they were once, put back after each test whose changes are committed.

Django would empty the tables instead, and write down again which tables and permissions there are: a second for each test, and
another for the rows of the fixtures. A test changes few tables, so that only these are written.
"""

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

_TABLES = """
    SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY tablename
"""


class KeptRows:
    """All rows of the public tables, in PostgreSQL's own text format. Only for the database that they were read from."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            tables = [table for (table,) in cursor.fetchall()]
        self._rows = {table: _rows_of(table) for table in tables}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeptRows) and self._rows == other._rows

    __hash__ = None

    def put_back(self) -> None:
        """Writes the tables that hold other rows; neither triggers nor history see it. Sequences go on from where they are."""
        with transaction.atomic(), connection.cursor() as cursor:
            # References and triggers are at rest in this transaction: all rows that they speak of come back with it.
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
