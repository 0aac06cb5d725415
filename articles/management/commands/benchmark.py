"""manage.py benchmark --articles N: measures search and pages over N generated articles, optionally beside peers."""

import json
import tempfile
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.benchmark.corpus import BLOCK
from articles.benchmark.load import load
from articles.benchmark.report import BenchmarkReport, stored
from articles.platform.scratch import kept_database, scratch_database


class Command(BaseCommand):
    """Fills a scratch database, then prints times by class of query and page, in milliseconds."""

    help = (
        "Fills a scratch database with N generated articles and prints, per class of query and page, the median and the "
        "95th percentile in milliseconds. At 1,000,000 this takes about half an hour and 20 GB of disk."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--articles", type=int, required=True, metavar="N", help=f"a multiple of {BLOCK}")
        parser.add_argument("--queries", type=int, default=40, metavar="N", help="queries of each class (40)")
        parser.add_argument(
            "--exact",
            type=int,
            default=3,
            metavar="N",
            help="queries of each class that are compared with an exact ranking (3)",
        )
        parser.add_argument(
            "--peers", action="store_true", help="also measure naive ts_rank and tantivy on the same articles"
        )
        parser.add_argument(
            "--keep", action="store_true", help="keep the filled database, or use the one that was kept"
        )
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        articles = options["articles"]
        if articles < BLOCK or articles % BLOCK:
            raise CommandError(f"--articles must be a multiple of {BLOCK}")
        database = kept_database if options["keep"] else scratch_database
        with database(f"benchmark_{articles}"), tempfile.TemporaryDirectory() as directory:
            report = BenchmarkReport(self._say, options["queries"], options["exact"])
            call_command("collectstatic", interactive=False, verbosity=0)
            if not stored():
                report.loading(load(articles))
            report.searches(directory if options["peers"] else None)
            report.pages()
            report.saving()
        if options["json"]:
            self.stdout.write(json.dumps(report.figures, ensure_ascii=False))

    def _say(self, line: str) -> None:
        """Writes a line and flushes it, because the next one may be minutes away."""
        self.stdout.write(line)
        self.stdout.flush()
