"""manage.py worker: processes the deliveries of editors until it is stopped."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.ingest.worker import WorkerEndedError, work
from articles.platform.outage import in_a_line, is_outage


class Command(BaseCommand):
    """Exit status 1 if the database goes away; a supervisor starts the worker again."""

    help = "Processes deliveries until it is stopped. Exit status 1 if the database goes away; start it again then."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when no delivery is left")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            work(wait=not options["once"])
        except WorkerEndedError as error:
            raise CommandError(f"The worker ended: {error}") from error
        except Exception as error:
            if is_outage(error):
                raise CommandError(in_a_line(error)) from error
            raise
