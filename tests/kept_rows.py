"""The rows of the test database as they were once, put back after a test that emptied the tables.

Reading the fixtures again would take seconds each time.
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
        self._rows: dict[str, bytes] = {}
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            for (table,) in cursor.fetchall():
                with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                    self._rows[table] = b"".join(copy)

    def put_back(self) -> None:
        """Empties the tables and fills them; neither triggers nor history see it. Sequences go on from where they are."""
        tables = list(self._rows)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for table, rows in self._rows.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        ContentType.objects.clear_cache()
