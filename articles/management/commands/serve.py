"""manage.py serve : what `make run` calls: database, migrations, fixtures, static files, then gunicorn in this process
and a worker for what editors upload in another."""

import os
import socket
import subprocess
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from gunicorn.app.base import BaseApplication

# Any number; two `serve` at once on one database take turns behind it.
PREPARING = 7_230_112


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
            call_command("load_fixtures", stdout=self.stdout)
            call_command("collectstatic", interactive=False, verbosity=0)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])
        connections.close_all()
        self.stdout.write(f"\nThe archive:   http://127.0.0.1:{port}/")
        self.stdout.write(f"Editors' desk: http://127.0.0.1:{port}/admin/")
        self.stdout.write("An editor's account: .venv/bin/python manage.py createsuperuser")
        self.stdout.write("Ctrl-C stops the server and its database.\n")
        self.stdout.flush()
        worker = subprocess.Popen([sys.executable, sys.argv[0], "procrastinate", "worker", "--queues", "deliveries"])
        try:
            _Gunicorn(port, options["workers"]).run()
        finally:
            worker.terminate()
            worker.wait()


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(f"Port {port} is in use. Another one: make run PORT={port + 1}") from None


class _Gunicorn(BaseApplication):
    """gunicorn with its master in this process, so that its end stops the embedded database."""

    def __init__(self, port: int, workers: int) -> None:
        self.port, self.workers = port, workers
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"127.0.0.1:{self.port}")
        self.cfg.set("workers", self.workers)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", 4)
        self.cfg.set("proc_name", "archive")
        self.cfg.set("graceful_timeout", 10)
        self.cfg.set("loglevel", os.environ.get("ARCHIVE_LOG_LEVEL", "warning").lower())

    def load(self) -> Any:
        from archive.wsgi import application

        return application
