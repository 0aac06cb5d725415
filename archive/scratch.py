"""A database of its own for measuring: made, migrated, and dropped again; the archive's own is never touched."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import connection


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    """Points the default connection at a new, migrated database on the same server until the block ends."""
    own = connection.settings_dict["NAME"]
    scratch = f"{own}_{name}_{os.getpid()}"
    _on_server(f'DROP DATABASE IF EXISTS "{scratch}"', f'CREATE DATABASE "{scratch}" TEMPLATE template0')
    try:
        _switch(scratch)
        call_command("migrate", verbosity=0)
        yield
    finally:
        _switch(own)
        _on_server(f'DROP DATABASE IF EXISTS "{scratch}" WITH (FORCE)')


@contextmanager
def kept_database(name: str) -> Iterator[None]:
    """The same for a database that stays: the next block of that name finds what this one stored."""
    own = connection.settings_dict["NAME"]
    kept = f"{own}_{name}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [kept])
        if not cursor.fetchall():
            cursor.execute(f'CREATE DATABASE "{kept}" TEMPLATE template0')
    try:
        _switch(kept)
        call_command("migrate", verbosity=0)
        yield
    finally:
        _switch(own)


def join(database: str) -> None:
    """Sets Django up in a new process, on a database that another process made."""
    django.setup()
    _switch(database)


def _switch(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _on_server(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
