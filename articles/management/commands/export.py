"""manage.py export NOUN --format jsonl|csv : a noun's rows on standard output, streaming."""

import csv
import json
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandParser

from articles.exchange.export import EXPORTS, Row


class Command(BaseCommand):
    help = "Writes every row of a noun to standard output. In CSV, lists and dates are JSON inside their cell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("noun", choices=EXPORTS)
        parser.add_argument("--format", default="jsonl", choices=["jsonl", "csv"])

    def handle(self, *args: Any, **options: Any) -> None:
        write = _write_jsonl if options["format"] == "jsonl" else _write_csv
        try:
            write(EXPORTS[options["noun"]](), self.stdout)
        except BrokenPipeError:
            # The reader has gone (`| head`); Python must not complain again when it flushes at exit.
            sys.stdout = None


def _write_jsonl(rows: Iterator[Row], out: TextIO) -> None:
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False))


def _write_csv(rows: Iterator[Row], out: TextIO) -> None:
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(_Unended(out), fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    # A spreadsheet runs a cell that begins so as a formula.
    return "'" + value if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


class _Unended:
    """Writes without the line end that a command's output adds."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def write(self, text: str) -> None:
        self.out.write(text, ending="")
