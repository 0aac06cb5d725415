"""Separate databases for measurements: made, migrated and dropped again. The archive's own database is never touched.

Where ARCHIVE_SCRATCH_URL is set, the role in it makes these databases on the server in it. So the site's own role needs
no right to make databases.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection

# The SQLSTATE of a missing right, insufficient_privilege.
_MAY_NOT = "42501"


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """Points the default connection at a new, migrated database on the same server until the block ends."""
    scratch = f"{connection.settings_dict['NAME']}_{name}_{os.getpid()}"
    with _scratch_role():
        _on_server(f'DROP DATABASE IF EXISTS "{scratch}"', *_creation(scratch))
        try:
            _switch(scratch)
            call_command("migrate", verbosity=0)
            yield
        finally:
            connection.close()
            _on_server(f'DROP DATABASE IF EXISTS "{scratch}" WITH (FORCE)')


@contextmanager
def kept_database(name: str) -> Iterator[None]:
    """Points the default connection at a database that stays until the block ends.

    The next block of that name uses it again.
    """
    database = f"{connection.settings_dict['NAME']}_{name}"
    with _scratch_role():
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [database])
            if not cursor.fetchall():
                for statement in _creation(database):
                    cursor.execute(statement)
        _switch(database)
        call_command("migrate", verbosity=0)
        yield


def _creation(name: str) -> tuple[str, str]:
    """Returns the statements that make a database which only its owner can use.

    A new database is open to every role.
    """
    return f'CREATE DATABASE "{name}" TEMPLATE template0', f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC'


def join(database: str) -> None:
    """Sets Django up in a new process and connects it to a database that another process made."""
    django.setup()
    _take_scratch_role()
    _switch(database)


@contextmanager
def _scratch_role() -> Iterator[None]:
    """Gives the default connection the role that makes databases. Restores the settings when the block ends.

    Raises CommandError where the role has no right to make databases.
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
    """Takes the role and server of the default connection from ARCHIVE_SCRATCH_URL.

    Changes nothing where it is empty.
    """
    connection.close()
    for name in ("HOST", "PORT", "USER", "PASSWORD", "OPTIONS"):
        if name in settings.ARCHIVE_SCRATCH:
            connection.settings_dict[name] = settings.ARCHIVE_SCRATCH[name]


def _switch(name: str) -> None:
    """Points the default connection at another database of its server."""
    connection.close()
    connection.settings_dict["NAME"] = name


def _on_server(*statements: str) -> None:
    """Executes statements on the server, outside of the archive's database."""
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
