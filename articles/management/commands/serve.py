"""manage.py serve: prepares the archive and runs all its processes. Called by `make run`.

It prepares database, migrations, fixtures and static files. Then it runs gunicorn, a worker for editors' uploads, and
the nightly run. A process that ends is started again, and so is the embedded database; a worker that hangs is killed
first. All end with this process, which leaves the database last.
"""

import os
import socket
import sys
from argparse import ArgumentTypeError
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections

from articles.models import heartbeat
from articles.platform import environment
from articles.platform.embedded.server import EmbeddedServer
from articles.platform.outage import is_outage
from articles.platform.supervision import Keeper, Program, Supervisor

# The key of an advisory lock, an arbitrary number. Two `serve` on one database prepare it one after the other.
PREPARING = 7_230_112
# The highest port of TCP.
HIGHEST_PORT = 65_535
# Seconds between two checks of the embedded database.
DATABASE_LOOK_SECONDS = 2.0


class Command(BaseCommand):
    """Prepares the archive, prints its addresses, and runs until it is stopped."""

    help = "Prepares the archive and serves it on 127.0.0.1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        port, workers = environment.whole("PORT", 8000, most=HIGHEST_PORT), environment.whole("ARCHIVE_WORKERS", 2)
        parser.add_argument("--port", type=_port, default=port, help="PORT by default, else 8000")
        parser.add_argument(
            "--workers", type=_workers, default=workers, help="processes of the site; ARCHIVE_WORKERS by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        _refuse_a_taken_port(port)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            call_command("load_fixtures", stdout=self.stdout)
            call_command("collectstatic", interactive=False, verbosity=0)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])
        connections.close_all()
        self.stdout.write(f"\nThe archive:   http://127.0.0.1:{port}/")
        self.stdout.write(f"Editors' desk: http://127.0.0.1:{port}/admin/")
        self.stdout.write("An editor's account: .venv/bin/python manage.py createsuperuser")
        self.stdout.write("Ctrl-C stops the server and its database.\n")
        self.stdout.flush()
        _serve(port, options["workers"])


def _port(text: str) -> int:
    return _whole(text, HIGHEST_PORT)


def _workers(text: str) -> int:
    return _whole(text, None)


def _whole(text: str, most: int | None) -> int:
    """Returns the number of an option; argparse reports the error with the option's name."""
    try:
        return environment.whole_number(text, 1, most)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is not {error}") from None


def _serve(port: int, workers: int) -> None:
    """Keeps the archive's processes running until this process is stopped."""
    variables = os.environ | {
        "ARCHIVE_SECRET_KEY": settings.SECRET_KEY, "PORT": str(port), "ARCHIVE_WORKERS": str(workers),
    }  # fmt: skip
    manage = [sys.executable, sys.argv[0]]
    programs = [
        Program("site", [sys.executable, "-m", "gunicorn", "--config", "python:archive.gunicorn", "archive.wsgi"]),
        Program("worker", [*manage, "worker"], _is_silent),
    ]
    if settings.ARCHIVE_NIGHTLY:
        programs.append(Program("nightly", [*manage, "nightly", "--wait"]))
    with _database_keeper():
        Supervisor(programs, variables).run()


def _is_silent(pid: int, running_seconds: float) -> bool:
    """Returns whether the worker hangs.

    While the database is away this is unknown, and the answer is False: a worker ends by itself then.
    """
    try:
        return heartbeat.is_silent(pid, running_seconds)
    except Exception as error:
        if is_outage(error):
            return False
        raise
    finally:
        connection.close()


def _database_keeper() -> Keeper | nullcontext:
    """Returns what keeps the embedded database server running; does nothing for any other server."""
    directory = settings.DATABASES["default"].get("EMBEDDED_DIRECTORY")
    if not directory:
        return nullcontext()
    server = EmbeddedServer.at(Path(directory))
    return Keeper("database", server.ensure_running, DATABASE_LOOK_SECONDS)


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(f"Port {port} is in use. Use another port: make run PORT={port + 1}") from None
