"""manage.py load_authority FILE…: loads sources, actors, measures, series and events from authority files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.ingest.authority import AuthorityError, load_authority
from articles.models.history import operation


class Command(BaseCommand):
    """Each file is one operation. Stops at the first file with an error."""

    help = "Applies new and changed entries of authority files (docs/authority.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", type=Path, help="authority files in TOML, loaded in this order"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            try:
                with operation(command="load_authority"):
                    report = load_authority(path)
            except AuthorityError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{path.name}: {report.applied} entries applied, {report.unchanged} unchanged")
            for shared in report.shared:
                self.stderr.write(f"{path.name}: note: {shared}")
            if report.applied:
                self.stdout.write("Stored articles are not searched for the new names yet. Run: manage.py extract")
