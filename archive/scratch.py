"""A database of its own for measuring: made, migrated, and dropped again; the archive's own is never touched."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

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


def _switch(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _on_server(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
