"""manage.py serve : what `make run` calls: database, migrations, fixtures, static files, then gunicorn and a worker for what
editors upload, in processes that end with this one, which is the last to leave the embedded database."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections

# Any number; two `serve` at once on one database take turns behind it.
PREPARING = 7_230_112
# Of prctl(2).
PR_SET_PDEATHSIG = 1


class Command(BaseCommand):
    help = "Prepares the archive and serves it on 127.0.0.1."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--workers", type=int, default=2)

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
        sys.exit(_serve(port, options["workers"]))


def _serve(port: int, workers: int) -> int:
    """gunicorn and a worker for uploads, until either this process is told to stop or gunicorn ends; its exit status."""
    environment = os.environ | {
        "ARCHIVE_SECRET_KEY": settings.SECRET_KEY, "PORT": str(port), "ARCHIVE_WORKERS": str(workers),
    }  # fmt: skip
    server, worker = (
        subprocess.Popen([sys.executable, *command], env=environment, preexec_fn=_end_with_parent)
        for command in (
            ["-m", "gunicorn", "--config", "python:archive.gunicorn", "archive.wsgi"],
            [sys.argv[0], "procrastinate", "worker", "--queues", "deliveries"],
        )
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        return server.wait()
    except KeyboardInterrupt:  # which gunicorn got as well
        return server.wait()
    finally:
        worker.terminate()
        worker.wait()


def _end_with_parent() -> None:
    """In a new process: it is told to stop when its parent is gone, killed or not. Where that can be asked for, on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(f"Port {port} is in use. Another one: make run PORT={port + 1}") from None
