"""A database that holds only what migrations made. Each run copies it, since migrating takes fifteen seconds."""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection


@cache
def kept_database() -> str:
    """Returns the name of the database, which contains a hash of the migrations, of their SQL and of the installed
    packages.
    """
    root: Path = settings.BASE_DIR
    sources = {path for path in (root / "articles" / "migrations").rglob("*") if path.suffix in {".py", ".sql"}}
    sources |= {root / "requirements-dev.lock", *(root / "articles").rglob("*.sql")}
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources)))
    return f"test_archive_migrated_{digest.hexdigest()[:16]}"


def is_kept() -> bool:
    """Returns whether the copied database exists."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [kept_database()])
        return bool(cursor.rowcount)


def keep() -> None:
    """Copies the freshly migrated database of this run for later runs, and drops the copies of other migrations.

    If another process copies at this moment, its copy is kept instead.
    """
    own = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_archive\_migrated\_%'")
        for (name,) in cursor.fetchall():
            with suppress(DatabaseError):  # another process copies it
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        with suppress(DatabaseError):
            cursor.execute(f'CREATE DATABASE "{own}_kept" TEMPLATE "{own}"')
            cursor.execute(f'ALTER DATABASE "{own}_kept" RENAME TO "{kept_database()}"')
        cursor.execute(f'DROP DATABASE IF EXISTS "{own}_kept"')
