"""Rows as lines of text, one row a line: JSON lines and CSV, for the command and for downloads."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

from articles.arabic.spreadsheet_cells import guarded
from articles.exchange.rows import Row

_CRLF = "\r\n"


def json_lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A header and a line for each row; lists and dictionaries are written as JSON in their cell."""
    written = io.StringIO()
    writer = None
    for row in rows:
        if writer is None:
            # Python quotes a cell with a carriage return only where that ends lines; a spreadsheet begins a row at one that is bare.
            writer = csv.DictWriter(written, fieldnames=list(row), lineterminator=_CRLF)
            writer.writeheader()
            yield _taken(written)
        writer.writerow({name: _cell(value) for name, value in row.items()})
        yield _taken(written)


def _taken(written: io.StringIO) -> str:
    """The line that was written, with the line's end that downloads have; nothing is left of it."""
    line = written.getvalue().removesuffix(_CRLF) + "\n"
    written.seek(0)
    written.truncate()
    return line


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return guarded(value) if isinstance(value, str) else value


LINES: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {"jsonl": json_lines, "csv": csv_lines}
