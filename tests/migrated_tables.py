"""A database that holds what migrations made and nothing else. Each run copies it: to migrate takes fifteen seconds."""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection


@cache
def kept_database() -> str:
    """The name of the database. A hash of the migrations, of the SQL that they read and of what is installed is part of it."""
    root: Path = settings.BASE_DIR
    sources = {path for path in (root / "articles" / "migrations").rglob("*") if path.suffix in {".py", ".sql"}}
    sources |= {root / "requirements-dev.lock", *(root / "articles").rglob("*.sql")}
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources)))
    return f"test_archive_migrated_{digest.hexdigest()[:16]}"


def is_kept() -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [kept_database()])
        return bool(cursor.rowcount)


def keep() -> None:
    """Copies the database of this run, which was just migrated, for the next ones, and drops the copies of other migrations.

    Where another process copies at this moment, its copy is kept instead."""
    own = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_archive\_migrated\_%'")
        for (name,) in cursor.fetchall():
            with suppress(DatabaseError):  # somebody copies it
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        with suppress(DatabaseError):
            cursor.execute(f'CREATE DATABASE "{own}_kept" TEMPLATE "{own}"')
            cursor.execute(f'ALTER DATABASE "{own}_kept" RENAME TO "{kept_database()}"')
        cursor.execute(f'DROP DATABASE IF EXISTS "{own}_kept"')
