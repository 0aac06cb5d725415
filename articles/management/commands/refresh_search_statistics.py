"""manage.py refresh_search_statistics: counts the articles that hold each lexeme."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.search import statistics


class Command(BaseCommand):
    """Prints how many lexemes were counted."""

    help = "Counts everything anew; nightly is often enough. With --new only what was stored since the last count."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="only articles stored since the last count")

    def handle(self, *args: Any, **options: Any) -> None:
        touched = statistics.update() if options["new"] else statistics.rebuild()
        self.stdout.write(f"{touched} lexemes counted")
