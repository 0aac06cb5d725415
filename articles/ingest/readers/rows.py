"""JSON lines and CSV: one article a row, in the schema that `manage.py export articles` writes (docs/ingest.md)."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import BinaryIO

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.arabic.dates import find_dates
from articles.extract.dates import StatedDate, as_archive_date
from articles.ingest.decoding import plain
from articles.ingest.document import Broken, Document, Item, UnreadableError
from articles.ingest.readers.opening import lines, opened, too_large
from articles.models import ArchiveDate, ArticleStatus, Basis, Precision, TitleOrigin

JSON_TYPE, CSV_TYPE = "application/json", "text/csv"
REQUIRED = ("title", "body")
TEXTS = ("title", "body", "author", "section", "source", "url", "language", "status", "title_origin")
# A cell that a spreadsheet would run as a formula is exported behind an apostrophe.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = {"title": 500, "author": 200, "section": 100, "url": 2000, "language": 8}


def read_jsonl(path: Path, largest: int) -> Iterator[Item | Broken]:
    with opened(path) as stream:
        for number, line in lines(stream, largest):
            if line is None:
                yield Broken(str(path), f"line {number}", _too_long(largest))
            elif line.strip():
                # The mark of a file's beginning is no part of its first row.
                yield _item(path, f"line {number}", line.strip().removeprefix(b"\xef\xbb\xbf"), JSON_TYPE, number)


def read_csv(path: Path, largest: int) -> Iterator[Item | Broken]:
    """Every row as CSV of its own, its header before it: what is kept as the original can be read by itself."""
    csv.field_size_limit(largest)
    with opened(path) as stream:
        source = _Lines(stream, largest)
        try:
            header = next(_cells(source), None)
        except csv.Error as error:
            raise UnreadableError(f"line 1: {error}") from None
        if header is None:
            raise UnreadableError("the file is empty")
        names = [name.strip().removeprefix("\ufeff").lower() for name in header]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise UnreadableError(
                f"line 1: no column {' or '.join(f'“{name}”' for name in missing)}; the columns are {', '.join(names)[:300]}"
            )
        heading = ",".join(names) + "\n"
        source.take()
        while True:
            first = source.number + 1
            try:
                row = next(_cells(source), None)
            except (csv.Error, UnreadableError) as error:
                source.take()
                yield Broken(str(path), f"line {first}", str(error))
                continue
            raw = source.take()
            if row is None:
                return
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(names):
                yield Broken(str(path), f"line {first}", f"{len(row)} cells for {len(names)} columns")
                continue
            yield _item(path, f"line {first}", (heading + raw).encode(), CSV_TYPE, first)


class _Lines:
    """The lines of a CSV file as text, and, taken row by row, those that the last row was made of."""

    def __init__(self, stream: BinaryIO, largest: int) -> None:
        self._lines = lines(stream, largest)
        self._taken = StringIO()
        self._size, self._largest = 0, largest
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if line is None or self._size + len(line) > self._largest:
            raise UnreadableError(_too_long(self._largest))
        try:
            text = line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UnreadableError(f"not UTF-8 text: byte 0x{line[error.start]:02x} in line {self.number}") from None
        if "\0" in text:
            raise UnreadableError(f"a NUL byte in line {self.number}")
        self._size += len(line)
        # One text rather than a list: millions of short lines take forty times their size as objects.
        self._taken.write(text)
        return text

    def take(self) -> str:
        taken, self._taken, self._size = self._taken.getvalue(), StringIO(), 0
        return taken


def _too_long(largest: int) -> str:
    return too_large(f"more than {largest:,} bytes", largest)


def _cells(source: Iterator[str]) -> Iterator[list[str]]:
    return csv.reader(source, strict=True)


def _item(path: Path, place: str, content: bytes, media_type: str, number: int) -> Item:
    return Item(str(path), content, media_type, filename=f"{path.name}:{number}", place=place)


def read_row(item: Item) -> tuple[Document, dict[str, object]]:
    """(the document of a row, the row); raises UnreadableError naming the field that is wrong."""
    try:
        text = item.content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"not UTF-8 text: byte 0x{item.content[error.start]:02x} at offset {error.start}"
        ) from None
    row = _json_row(text) if item.media_type == JSON_TYPE else _csv_row(text)
    for name in REQUIRED:
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise UnreadableError(
                f"“{name}” is missing or empty" if row.get(name) in (None, "") else f"“{name}” is no text"
            )
    values = {}
    for name in TEXTS:
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise UnreadableError(f"“{name}” is {type(value).__name__}, not text")
        values[name] = (value or "").strip() if name != "body" else _paragraphs(value)
        if len(values[name]) > _LONGEST.get(name, 10**9):
            raise UnreadableError(f"“{name}” has {len(values[name])} characters; the most is {_LONGEST[name]}")
        if "\0" in values[name]:
            raise UnreadableError(f"“{name}” holds a NUL character")
    if values["status"] and values["status"] not in ArticleStatus.values:
        raise UnreadableError(f"“status” is “{values['status'][:40]}”, not one of {', '.join(ArticleStatus.values)}")
    if values["url"] and not values["url"].startswith(("http://", "https://")):
        raise UnreadableError(f"“url” is “{values['url'][:80]}”, not a web address")
    published, dates = _published(row.get("published"))
    origin = values["title_origin"] if values["title_origin"] in TitleOrigin.values else TitleOrigin.STATED
    title = " ".join(plain(values["title"]).split())
    document = Document(
        title, origin, values["body"], values["author"], values["section"], source_name=values["source"],
        dates=dates, published=published, url=values["url"], language=values["language"] or "ar", status=values["status"],
    )  # fmt: skip
    return document, row


def captured_at(row: dict[str, object]) -> datetime | None:
    """When the row says its original was captured; raises UnreadableError for what is no time."""
    value = row.get("captured_at")
    if not value:
        return None
    try:
        found = parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None:
        raise UnreadableError(f"“captured_at” is “{str(value)[:40]}”, not an ISO 8601 time")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _paragraphs(body: str) -> str:
    """A body already in paragraphs parted by blank lines is kept to the letter, else lines become paragraphs."""
    clean = plain(body).strip("\n")
    if "\n\n" not in clean:
        return "\n\n".join(line for line in clean.split("\n") if line)
    return "\n\n".join(part.strip("\n") for part in clean.split("\n\n") if part.strip())


def _json_row(text: str) -> dict[str, object]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not JSON: {str(error)[:200]}") from None
    if not isinstance(row, dict):
        raise UnreadableError(f"a JSON object is expected, this is {type(row).__name__}")
    return row


def _csv_row(text: str) -> dict[str, object]:
    names, cells = list(csv.reader(text.splitlines(keepends=True), strict=True))[:2]
    row: dict[str, object] = {
        name: cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell
        for name, cell in zip(names, cells, strict=True)
    }
    for name in ("published", "events", "actors", "figures"):
        cell = str(row.get(name) or "")
        if cell.startswith(("{", "[")):
            try:
                row[name] = json.loads(cell)
            except ValueError as error:
                raise UnreadableError(f"“{name}” is not JSON: {error}") from None
    return row


def _published(value: object) -> tuple[ArchiveDate | None, tuple[StatedDate, ...]]:
    """(the date as the archive itself keeps dates, those stated in words)."""
    if not value:
        return None, ()
    if isinstance(value, str):
        found = [one for one in find_dates(value.split("T")[0]) if one.interval]
        known = as_archive_date(found[0]) if len(found) == 1 else None
        if known is None:
            raise UnreadableError(f"“published” is “{value[:60]}”, not a date")
        return None, (StatedDate("row", value, known),)
    if not isinstance(value, dict):
        raise UnreadableError(f"“published” is {type(value).__name__}, not a date")
    days = {}
    for name in ("date", "earliest", "latest"):
        try:
            days[name] = date.fromisoformat(value[name]) if value.get(name) else None
        except (TypeError, ValueError):
            raise UnreadableError(f"“published.{name}” is “{str(value[name])[:40]}”, not a day") from None
    precision, basis = value.get("precision", Precision.UNKNOWN), value.get("basis", Basis.INFERRED)
    if precision not in Precision.values or basis not in Basis.values:
        raise UnreadableError(
            f"“published” has precision “{precision}” and basis “{basis}”, which the archive does not know"
        )
    return ArchiveDate(days["date"], precision, basis, days["earliest"], days["latest"]), ()
