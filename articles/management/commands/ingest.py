"""manage.py ingest PATH|URL…: stores files, folders, web archives and pages as articles."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from articles.ingest.deliveries import is_address, record_run
from articles.ingest.document import UnreadableError
from articles.ingest.fetch import fetch
from articles.ingest.readers import FORMATS
from articles.ingest.run import Failure, Options, Report, ingest, ingest_items
from articles.search import statistics

# Without a terminal there is no progress bar, but a line on standard error for every this many documents.
LINE_EVERY = 1000
# Storing cannot keep up with more processes that read.
MOST_WORKERS = 4


class Command(BaseCommand):
    """Prints failures and sums. Exit status 1 if a document failed."""

    help = (
        "Stores news documents as articles: text, saved pages, WARC and WACZ, JSON lines, CSV, or a page by its address. "
        "A second run changes nothing. Documents that cannot be read are reported; the others are stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH|URL", help="files, folders with files, or addresses of pages"
        )
        parser.add_argument(
            "--format", default="auto", choices=["auto", *FORMATS], help="the files' format (default: by name)"
        )
        parser.add_argument("--encoding", default="", help="the documents' encoding (default: detected)")
        parser.add_argument(
            "--workers", type=int, default=min(os.cpu_count() or 1, MOST_WORKERS),
            help=f"processes that read; 0: none (default: one per processor, at most {MOST_WORKERS})",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="end with one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        addresses = [path for path in options["paths"] if is_address(path)]
        paths = [Path(path) for path in options["paths"] if path not in addresses]
        report = Report()
        run_options = Options(
            largest=settings.ARCHIVE_LARGEST_FILE,
            format_name=options["format"],
            encoding=options["encoding"],
            workers=options["workers"],
        )
        if paths:
            with Progress(self, options["verbosity"]) as progress:
                report = ingest(paths, replace(run_options, on_outcome=progress))
        for address in addresses:
            try:
                page_report = ingest_items([fetch(address)], run_options)
            except UnreadableError as error:
                page_report = Report(failures=[Failure(address, error.message)])
            report.add(page_report)
        statistics.update()
        tell(self, report, as_json=options["json"])
        record_run(options["paths"], report)
        if report.failures:
            raise SystemExit(1)


class Progress:
    """Shows the progress of a run.

    On a terminal it is a bar, otherwise a line every LINE_EVERY documents. With --verbosity 2 each document gets a
    line.
    """

    def __init__(self, command: BaseCommand, verbosity: int) -> None:
        self.command, self.verbosity, self.done = command, verbosity, 0
        # Stops tqdm from starting a thread. A process with threads must start a fork server to read documents, which
        # takes about a second.
        tqdm.monitor_interval = 0
        self.bar = tqdm(unit=" documents", disable=not sys.stderr.isatty() or verbosity > 1, file=sys.stderr)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.close()

    def __call__(self, outcome: str, place: str) -> None:
        self.done += 1
        self.bar.update()
        if self.verbosity > 1:
            self.command.stdout.write(f"{outcome}: {place}")
        elif self.bar.disable and self.verbosity and self.done % LINE_EVERY == 0:
            self.command.stderr.write(f"{self.done:,} done, at {place}", self.command.style.NOTICE)


def tell(command: BaseCommand, report: Report, *, as_json: bool, **more: int) -> None:
    """Writes the outcome of an ingest.

    Failures, and values that were not stored as the document gives them, go to standard error. The sums go to standard
    output, as JSON if `as_json` is set; `more` are further values of the JSON.
    """
    for failure in report.failures:
        command.stderr.write(f"{failure.path}: {failure.reason}")
    for note, (place, times) in report.noted.places.items():
        command.stderr.write(f"note: {place}: {note}{f' (×{times:,})' if times > 1 else ''}")
    if (more_notes := report.noted.total - sum(times for _, times in report.noted.places.values())) > 0:
        command.stderr.write(f"note: and {more_notes:,} more values that were not stored as they were given")
    if report.waiting:
        command.stderr.write(
            f"{report.waiting:,} captures wait for an editor's decision; their articles are unchanged: "
            "/admin/articles/capture/?state__exact=waiting"
        )
    if report.is_stopped:
        command.stderr.write(
            "The run stopped there. Free some disk space and run the same command again; what is stored stays."
        )
    if as_json:
        command.stdout.write(json.dumps(report.as_dict() | more))
        return
    command.stdout.write(
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, {len(report.failures)} failed "
        f"({report.articles_per_second} articles a second)"
    )
