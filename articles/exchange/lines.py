"""Writes rows as lines of text, JSON lines or CSV, for `manage.py export` and downloads."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

from articles.arabic.spreadsheet_cells import escape_formula
from articles.exchange.rows import Row

_CRLF = "\r\n"


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
            # Python quotes a cell with a bare carriage return only if lines end with one. A spreadsheet begins a row at
            # it.
            writer = csv.DictWriter(buffer, fieldnames=list(row), lineterminator=_CRLF)
            writer.writeheader()
            yield _line_of(buffer)
        writer.writerow({name: _cell(value) for name, value in row.items()})
        yield _line_of(buffer)


def _line_of(buffer: io.StringIO) -> str:
    """Returns the line that was written, with the line end that downloads have, and empties the buffer."""
    line = buffer.getvalue().removesuffix(_CRLF) + "\n"
    buffer.seek(0)
    buffer.truncate()
    return line


def _cell(value: object) -> object:
    """Returns the value for a cell; an apostrophe keeps text from being read as a formula."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return escape_formula(value) if isinstance(value, str) else value


LINES: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {"jsonl": json_lines, "csv": csv_lines}
