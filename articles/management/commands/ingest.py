"""manage.py ingest PATH… : files → stored articles."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from articles.ingest.run import FORMATS, Report, ingest
from articles.search import statistics


class Command(BaseCommand):
    help = (
        "Stores news documents as articles. Running it again changes nothing; a bad file is reported, the others go in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="files, or folders with files")
        parser.add_argument(
            "--format", default="auto", choices=["auto", *FORMATS], help="the files' format (default: by name)"
        )
        parser.add_argument("--encoding", default="", help="the files' encoding (default: UTF-8)")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        report = ingest(
            options["paths"],
            largest=settings.ARCHIVE_LARGEST_FILE,
            format_name=options["format"],
            encoding=options["encoding"],
            told=lambda outcome, path: options["verbosity"] > 1 and self.stdout.write(f"{outcome}: {path}"),
        )
        statistics.update()
        tell(self, report, as_json=options["json"])
        if report.failures:
            raise SystemExit(1)


def tell(command: BaseCommand, report: Report, *, as_json: bool, **more: int) -> None:
    """Writes what an ingest did: failures to standard error, the sums (in JSON `more` too) to standard output."""
    for failure in report.failures:
        command.stderr.write(f"{failure.path}: {failure.reason}")
    if as_json:
        command.stdout.write(json.dumps(report.as_dict() | more))
        return
    command.stdout.write(
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, {len(report.failures)} failed "
        f"({report.articles_per_second} articles a second)"
    )
