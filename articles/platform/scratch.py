"""A database of its own for measuring: made, migrated, and dropped again; the archive's own is never touched.

Where ARCHIVE_SCRATCH_URL is set, these databases are made by the role that it names, on the server that it names: the role of
the site itself need not be allowed to make any.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

# PostgreSQL's code for a right that is missing, insufficient_privilege.
_MAY_NOT = "42501"


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """Points the default connection at a new, migrated database on the same server until the block ends."""
    scratch = f"{connection.settings_dict['NAME']}_{name}_{os.getpid()}"
    with _scratch_role():
        _on_server(f'DROP DATABASE IF EXISTS "{scratch}"', *_made(scratch))
        try:
            _switch(scratch)
            call_command("migrate", verbosity=0)
            yield
        finally:
            connection.close()
            _on_server(f'DROP DATABASE IF EXISTS "{scratch}" WITH (FORCE)')


@contextmanager
def kept_database(name: str) -> Iterator[None]:
    """The same for a database that stays: the next block of that name finds what this one stored."""
    kept = f"{connection.settings_dict['NAME']}_{name}"
    with _scratch_role():
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [kept])
            if not cursor.fetchall():
                for statement in _made(kept):
                    cursor.execute(statement)
        _switch(kept)
        call_command("migrate", verbosity=0)
        yield


def _made(name: str) -> tuple[str, str]:
    """The statements that make a database which nobody but its owner comes into; a new one is open to every role."""
    return f'CREATE DATABASE "{name}" TEMPLATE template0', f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC'


def join(database: str) -> None:
    """Sets Django up in a new process, on a database that another process made."""
    django.setup()
    _take_scratch_role()
    _switch(database)


@contextmanager
def _scratch_role() -> Iterator[None]:
    """In the block the default connection is of the role that may make databases; after it, all is as it was.

    Raises CommandError where the role may make none.
    """
    own = dict(connection.settings_dict)
    try:
        _take_scratch_role()
        yield
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) != _MAY_NOT:
            raise
        raise CommandError(f"{error}: set ARCHIVE_SCRATCH_URL to a role that may make databases") from error
    finally:
        connection.close()
        connection.settings_dict.update(own)


def _take_scratch_role() -> None:
    """Who connects, and where to, from ARCHIVE_SCRATCH_URL; nothing where it is empty."""
    connection.close()
    for name in ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS"):
        if name in settings.ARCHIVE_SCRATCH:
            connection.settings_dict[name] = settings.ARCHIVE_SCRATCH[name]


def _switch(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _on_server(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
