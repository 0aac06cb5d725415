"""manage.py refresh_search_statistics: counts the articles that hold each lexeme."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from articles.search import statistics


class Command(BaseCommand):
    """Prints how many stored counts have changed."""

    help = (
        "Counts how many articles hold each lexeme; once a night is often enough. With --new, adds only articles stored "
        "since the last count."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="add only articles stored since the last count")

    def handle(self, *args: Any, **options: Any) -> None:
        changed = statistics.update() if options["new"] else statistics.rebuild()
        self.stdout.write(f"{changed} counts of lexemes changed")
