"""manage.py worker_health: exit status 0 while a worker of this machine works. Compose's health check calls it."""

import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from articles.models.heartbeat import processing
from articles.platform.embedded.server import EmbeddedServerError


class Command(BaseCommand):
    """Prints the last beat of each worker."""

    help = "Exit status 1 if no worker processes deliveries on this machine or, with --anywhere, on any machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anywhere", action="store_true", help="count workers on other machines too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            workers = processing().workers
        except (Error, EmbeddedServerError) as error:
            raise CommandError(f"The database does not answer: {' '.join(str(error).split())}") from error
        here = f"{socket.gethostname()[:80]}:"
        of_interest = [worker for worker in workers if options["anywhere"] or worker.name.startswith(here)]
        for worker in of_interest:
            self.stdout.write(
                f"{worker.name}: last beat {worker.silent_seconds:.0f} s ago{' (stalled)' * worker.stalled}"
            )
        if not any(not worker.stalled for worker in of_interest):
            raise CommandError("No worker processes deliveries.")
