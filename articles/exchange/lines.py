"""Rows as lines of text, one row a line: JSON lines and CSV, for the command and for downloads."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

from articles.exchange.rows import Row

# A spreadsheet runs a cell that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A header and a line for each row; lists and dictionaries are written as JSON in their cell."""
    written = io.StringIO()
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(written, fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})
        yield written.getvalue()
        written.seek(0)
        written.truncate()


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


LINES: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {"jsonl": json_lines, "csv": csv_lines}
