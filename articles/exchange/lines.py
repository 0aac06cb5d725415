"""Writes rows as lines of text, JSON lines or CSV, for `manage.py export` and downloads."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

from articles.exchange.rows import Row

# A spreadsheet executes a cell as a formula if it begins with one of these characters.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yields each row as one line of JSON."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yields each row as a line of CSV; the first text begins with the header line.

    Lists and dictionaries stand as JSON in their cells.
    """
    buffer = io.StringIO()
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(buffer, fieldnames=list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _cell(value: object) -> object:
    """Returns the value for a cell; an apostrophe keeps text from being read as a formula."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


LINES: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {"jsonl": json_lines, "csv": csv_lines}
