"""Reads JSON lines and CSV with one article per row, in the schema of `manage.py export articles` (docs/formats.md)."""

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.arabic.characters import strip_ignored, with_ascii_digits
from articles.arabic.dates import DateExpression, find_dates
from articles.arabic.folding import fold_word
from articles.arabic.months import ENGLISH_WEEKDAYS, WEEKDAY_NUMBERS
from articles.arabic.spreadsheet_cells import unescape_formula
from articles.arabic.text_gate import clean_line, clean_text
from articles.arabic.words import words
from articles.extract.dates import StatedDate, as_archive_date, date_of_line
from articles.ingest.decoding import decode, encoding_of, mend, plain
from articles.ingest.document import Broken, Document, Item, Note, UnreadableError, shorten_value
from articles.ingest.gate import check_storable, notes_on_removed
from articles.ingest.readers.opening import lines, open_unpacked, too_long
from articles.models import TAKEN_AWAY, ArchiveDate, ArticleStatus, Basis, Precision, TitleOrigin
from articles.models.article import says_something
from articles.models.delivery import NoteKind
from articles.platform.addresses import AddressError, canonical_address
from articles.platform.messages import Message

JSON_TYPE, CSV_TYPE = "application/json", "text/csv"
REQUIRED = ("title", "body")
TEXTS = ("title", "body", "author", "section", "source", "url", "language", "status", "notice", "title_origin")
# The fields that are read. The report notes every other field as unread.
READ = frozenset({*TEXTS, "published", "captured_at", "capture_filename"})
# Delimiters of cells: the comma of the format, the semicolon that Excel writes where decimals have a comma, the tab of
# Excel's «Unicode text», and the vertical bar.
DELIMITERS = (",", ";", "\t", "|")
# The line that Excel writes before the header. A byte order mark may stand before it.
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(?P<delimiter>[,;|\t])\"?", re.IGNORECASE)
# MOST_CELLS bounds the columns of a file and the cells of a row; _LONGEST_HEADER bounds the column names, in bytes. The
# process that stores reads the file, and it has no budget. A spreadsheet has at most 16,384 columns.
MOST_CELLS, _LONGEST_HEADER = 20_000, 1 << 20
# In bytes: the beginning of a file from which its encoding is detected. A judgement: some tens of articles decide it,
# and the first rows of a table may hold hardly any Arabic.
_SAMPLE = 1 << 18
# After one of these words a date bounds the day of publication. «قبل 2020» ends on the last day of 2019, «حتى 2020» on
# the last day of 2020. «بعد» and «منذ» differ likewise.
_BEFORE, _AFTER = fold_word("قبل"), fold_word("بعد")
_UNTIL = frozenset((_BEFORE, *map(fold_word, ("حتى", "لغاية"))))
_SINCE = frozenset((_AFTER, fold_word("منذ")))
# Words that may stand between such a word and a date. _PERIOD_WORDS name the period's kind. _PART_WORDS name a part of
# the period («قبل نهاية 2020»): the bound can then be any day of it.
_PERIOD_WORDS = frozenset(map(fold_word, ("يوم", "تاريخ", "شهر", "عام", "سنة", "العام", "السنة")))
_PART_WORDS = frozenset(
    map(fold_word, ("حوالي", "نحو", "قرابة", "بداية", "مطلع", "أوائل", "أول", "منتصف", "أواسط", "نهاية", "آخر", "أواخر", "صيف", "ربيع", "خريف", "شتاء"))
)  # fmt: skip
_ONE_DAY = timedelta(days=1)
_ENGLISH_DAYS = [name[:3].lower() for name in ENGLISH_WEEKDAYS]
_ENGLISH_DAY = re.compile(rf"\b({'|'.join(_ENGLISH_DAYS)})(?:[a-z]*day)?\b")
# The time of day of an ISO 8601 value, such as «2023-05-06T10:00:00+01:00». It is dropped. An impossible time
# («T25:61») does not match, so it makes the day doubtful.
_CLOCK_TIME = re.compile(
    r"(?<=\d)[T ](?:(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?|24:00(?::00(?:[.,]0+)?)?)"
    r"\s*(?:Z|[+-](?:0\d|1[0-8]):?[0-5]\d)?$",
    re.ASCII,
)
# The month of «2021-06», matched after the year. Any text may follow.
_MONTH_OF_ISO = re.compile(r"-(0[1-9]|1[0-2])(?!\d)")


def read_jsonl(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken]:
    """Yields every line as an item in UTF-8, and a line that cannot be read as Broken.

    `largest` is the most bytes of a line. `encoding` is the file's encoding; if it is empty, it is detected from the
    beginning.
    """
    with open_unpacked(path) as packed:
        stream = _as_utf8(packed, encoding)
        is_empty = True
        for number, line in lines(stream, largest):
            # A byte order mark is no part of the first row.
            row = None if line is None else line.strip().removeprefix(codecs.BOM_UTF8)
            is_empty = is_empty and row == b""
            if row is None:
                yield Broken(str(path), _place(number), too_long(largest))
            elif row:
                try:
                    content, notes = _in_utf8(row, stream is not packed)
                except UnreadableError as error:
                    yield Broken(str(path), _place(number), error.message)
                    continue
                yield _item(path, number, content, JSON_TYPE, notes)
        if is_empty:
            yield Broken(str(path), "", Message("there are no rows in it"))


def read_csv(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken]:
    """Yields every row as an item: the header and the row, as CSV in UTF-8, so that it can be read alone.

    A row that cannot be read is yielded as Broken. `largest` is the most bytes of a row. The delimiter is one of
    DELIMITERS and is detected from the header or from Excel's line «sep=;». Raises UnreadableError for a header without
    a required column.
    """
    csv.field_size_limit(largest)
    with open_unpacked(path) as packed:
        stream = _as_utf8(packed, encoding)
        source = _Lines(stream, largest, is_converted=stream is not packed)
        header, delimiter = _bounded_header(source)
        names = [name.strip().removeprefix("\ufeff").lower() for name in header]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise UnreadableError(
                "line 1: no column {missing}; the columns are {columns}",
                missing=", ".join(f"“{name}”" for name in missing),
                columns=", ".join(names)[:300],
            )
        header_line = _csv_line(names, delimiter)
        source.take()
        is_empty = True
        while True:
            first_line = source.number + 1
            try:
                row = next(_cells(source, delimiter), None)
            except (csv.Error, UnreadableError) as error:
                is_empty = False
                source.take()
                yield Broken(str(path), _place(first_line), _reason(error, delimiter))
                continue
            raw, notes = source.take()
            if row is None:
                break
            if not any(cell.strip() for cell in row):
                continue
            is_empty = False
            if len(row) != len(names):
                yield Broken(
                    str(path),
                    _place(first_line),
                    Message("{cells} cells for {columns} columns", cells=len(row), columns=len(names)),
                )
                continue
            yield _item(path, first_line, (header_line + raw).encode(), CSV_TYPE, notes)
        if is_empty:
            yield Broken(str(path), "", Message("there are no rows in it"))


def _bounded_header(source: "_Lines") -> tuple[list[str], str]:
    """Returns the result of `_header`, read within bounds, and sets the source's delimiter for the rows that follow.

    Raises UnreadableError for a header that cannot be read or has more than MOST_CELLS columns.
    """
    largest, source.largest = source.largest, min(source.largest, _LONGEST_HEADER)
    source.reason = Message("they have more than {most:,} bytes", most=source.largest)
    try:
        header, delimiter = _header(source)
    except (csv.Error, UnreadableError) as error:
        raise UnreadableError("line 1, the names of the columns: {reason}", reason=_reason(error, ",")) from None
    if len(header) > MOST_CELLS:
        raise UnreadableError("line 1: {columns:,} columns; the most is {most:,}", columns=len(header), most=MOST_CELLS)
    source.largest, source.delimiter, source.reason = largest, delimiter, too_long(largest)
    return header, delimiter


def _header(source: "_Lines") -> tuple[list[str], str]:
    """Returns (the column names, the delimiter of cells).

    A line «sep=;» before the header states the delimiter. Otherwise the delimiter that yields the most known fields
    wins.
    """
    first = next(source, None)
    if first is None:
        raise UnreadableError("the file is empty")
    separator = _SEPARATOR_LINE.fullmatch(first.strip("\r\n "))
    if separator:
        first = next(source, "")
    # A quoted column name can continue on the next line.
    header_lines = [first, *_rest_of_record(source, first)]
    choices = [separator["delimiter"]] if separator else DELIMITERS
    headers = [(next(csv.reader(header_lines, delimiter=delimiter), []), delimiter) for delimiter in choices]
    return max(headers, key=_header_rank)


def _header_rank(header: tuple[list[str], str]) -> tuple[int, int]:
    """Ranks a header by its number of known fields.

    Headers without a known field rank by their number of names, so that the error message lists the names one by one.
    """
    names = header[0]
    read = sum(name.strip().lower() in READ for name in names)
    return read, 0 if read else len(names)


def _rest_of_record(source: "_Lines", first: str) -> Iterator[str]:
    quotes = first.count('"')
    while quotes % 2 and (line := next(source, None)) is not None:
        quotes += line.count('"')
        yield line


def _csv_line(cells: list[str], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """Returns the stream itself if the file is in UTF-8, else a stream that converts to UTF-8 as it is read.

    An empty `encoding` is detected from the beginning of the file. Raises UnreadableError for an unknown encoding.
    """
    name = encoding or encoding_of(stream.read(_SAMPLE))
    stream.seek(0)
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except LookupError:
        raise UnreadableError("unknown encoding “{name}”", name=name) from None
    if codec.name in {"utf-8", "utf-8-sig"}:
        return stream
    return io.BufferedReader(_Converted(stream, codec))


class _Converted(io.RawIOBase):
    """A stream in another encoding, converted to UTF-8. Bytes that are invalid in that encoding become U+FFFD."""

    def __init__(self, stream: BinaryIO, codec: codecs.CodecInfo) -> None:
        self._stream, self._decoder = stream, codec.incrementaldecoder("replace")
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills `buffer` with the next bytes in UTF-8 and returns their number; 0 at the end of the stream."""
        while not self._waiting:
            part = self._stream.read(io.DEFAULT_BUFFER_SIZE)
            self._waiting = self._decoder.decode(part, final=not part).encode("utf-8", "replace")
            if not part:
                break
        size = min(len(buffer), len(self._waiting))
        buffer[:size], self._waiting = self._waiting[:size], self._waiting[size:]
        return size


def _in_utf8(line: bytes, is_converted: bool) -> tuple[bytes, tuple[Note, ...]]:
    """Returns (the line in UTF-8, notes). A line in another encoding, or with broken bytes, is mended.

    Raises UnreadableError for a line that cannot be decoded.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        try:
            decoded = decode(line)
        except UnreadableError:
            raise UnreadableError(_not_utf8(line, error)) from None
        return decoded.text.encode(), decoded.notes
    if is_converted and "\ufffd" in text:
        message = Message("bytes that are none in the file's encoding became “\ufffd”")
        return line, (Note(NoteKind.BROKEN, "text", "", message),)
    return line, ()


class _Lines:
    """An iterator over the lines of a CSV file as text. `take` returns the lines of the last row.

    Iterating raises UnreadableError for a row of more than `largest` bytes. Once the `delimiter` is set, it also raises
    it for a row of more than MOST_CELLS cells.
    """

    def __init__(self, stream: BinaryIO, largest: int, *, is_converted: bool = False) -> None:
        self._lines = lines(stream, largest)
        self._is_converted = is_converted
        self._row_text = StringIO()
        self._notes: list[Note] = []
        self._size, self.largest, self.reason = 0, largest, too_long(largest)
        self.number = 0
        self.delimiter = ""
        # The delimiters of the row so far, and the number of delimiters at which cells are counted next.
        self._delimiters, self._counted_at = 0, MOST_CELLS

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if line is None or self._size + len(line) > self.largest:
            raise UnreadableError(self.reason)
        try:
            content, notes = _in_utf8(line, self._is_converted)
        except UnreadableError as error:
            raise UnreadableError("{reason} of line {line}", reason=str(error), line=self.number) from None
        text = content.decode().removeprefix("\ufeff") if self.number == 1 else content.decode()
        self._notes += notes
        if "\0" in text:
            raise UnreadableError("a NUL byte in line {line}", line=self.number)
        self._size += len(line)
        # One buffer instead of a list: as objects, millions of short lines take forty times their size.
        self._row_text.write(text)
        if self.delimiter:
            self._check_cells(text)
        return text

    def _check_cells(self, line: str) -> None:
        """Raises UnreadableError for a row of more than MOST_CELLS cells.

        The check comes before the row is parsed, because a list of millions of cells takes gigabytes.

        Delimiters in quoted cells do not count. Cells are counted again only when the number of delimiters has doubled,
        so that the work is linear in the length of the row.
        """
        self._delimiters += line.count(self.delimiter)
        if self._delimiters < self._counted_at:
            return
        self._counted_at = 2 * self._delimiters
        mark = re.escape(self.delimiter)
        quoted_cells = re.compile(rf'(?:^|(?<={mark}))"(?:[^"]|"")*+(?:"|\Z)')
        if quoted_cells.sub("", self._row_text.getvalue()).count(self.delimiter) >= MOST_CELLS:
            raise UnreadableError("the row has more than {most:,} cells", most=MOST_CELLS)

    def take(self) -> tuple[str, tuple[Note, ...]]:
        """Returns (the lines since the last call, notes on them) and forgets them."""
        taken_lines, notes = self._row_text.getvalue(), tuple(self._notes)
        self._row_text, self._notes, self._size = StringIO(), [], 0
        self._delimiters, self._counted_at = 0, MOST_CELLS
        return taken_lines, notes


def _cells(source: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(source, delimiter=delimiter, strict=True)


def _place(line: int) -> Message:
    return Message("line {number}", number=line)


def _reason(error: Exception, delimiter: str) -> Message:
    """Returns why a row cannot be read, in plain words instead of those of Python's csv module."""
    error_text = str(error)
    if isinstance(error_text, Message):
        return error_text
    if "new-line character" in error_text:
        return Message("a line break stands inside a cell that is not in quotation marks")
    if "expected after" in error_text:
        return Message(
            "after the quotation mark that ends a cell, “{delimiter}” or the end of the line is expected", delimiter=delimiter
        )  # fmt: skip
    if "field limit" in error_text:
        return Message("a cell is too long")
    return Message("a quotation mark is opened and not closed")


def _json_reason(error: Exception) -> Message:
    """Returns why a text cannot be read as JSON."""
    if isinstance(error, json.JSONDecodeError):
        return Message("it breaks off or goes wrong at character {place:,}", place=error.pos + 1)
    if isinstance(error, RecursionError):
        return Message("lists or objects are nested too deep to be read")
    return Message("a number in it has too many digits")


def _kind(value: object) -> Message:
    """Returns the name of a value's JSON type."""
    names = {
        str: Message("text"), bool: Message("true or false"), int: Message("a number"), float: Message("a number"),
        list: Message("a list"), dict: Message("an object"),
    }  # fmt: skip
    return names.get(type(value), Message("nothing (null)"))


def _not_utf8(content: bytes, error: UnicodeDecodeError) -> Message:
    byte = f"{content[error.start]:02x}"
    return Message("not UTF-8 text: byte 0x{byte} at offset {offset}", byte=byte, offset=error.start)


def _item(path: Path, line: int, content: bytes, media_type: str, notes: tuple[Note, ...]) -> Item:
    return Item(str(path), content, media_type, filename=f"{path.name}:{line}", place=_place(line), notes=notes)


def read_row(item: Item) -> tuple[Document, dict[str, object]]:
    """Returns (the document of a row, the row by field name). Raises UnreadableError, which names the wrong field."""
    try:
        text = item.received.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_utf8(item.received, error)) from None
    row, doubled = _json_row(text) if item.media_type == JSON_TYPE else _csv_row(text)
    _check_required(row)
    unread = Message("the archive does not read this field")
    notes = [*doubled, *(Note(NoteKind.UNREAD, name, "", unread) for name in row if name not in READ)]
    values, text_notes = _texts(row)
    notes += [*text_notes, *_checked_choices(values)]
    published, dates, date_notes = _read_published(row.get("published"))
    title = " ".join(plain(values["title"]).split())
    document = Document(
        title, TitleOrigin(values["title_origin"]), values["body"], values["author"], values["section"], source_name=values["source"],
        dates=dates, published=published, url=values["url"], language=values["language"] or "ar", status=values["status"],
        notice=values["notice"],
        notes=(*notes, *date_notes),
    )  # fmt: skip
    return document, row


def _check_required(row: dict[str, object]) -> None:
    """Raises UnreadableError for a required field that is missing, empty, or no text."""
    for name in REQUIRED:
        value = row.get(name)
        if isinstance(value, str) and plain(value).strip():
            continue
        if value is None or isinstance(value, str):
            raise UnreadableError("“{field}” is missing or empty", field=name)
        raise UnreadableError("“{field}” is no text", field=name)


def _texts(row: dict[str, object]) -> tuple[dict[str, str], list[Note]]:
    """Returns (the cleaned texts of a row by field, notes on what cleaning changed).

    Raises UnreadableError for a value that is no text.
    """
    values: dict[str, str] = {}
    notes: list[Note] = []
    for name in TEXTS:
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise UnreadableError("“{field}” is {kind}, not text", field=name, kind=_kind(value))
        check_storable(name, value or "")
        mended_text, mending_notes = mend(value or "")
        notes += [*(replace(note, field=name) for note in mending_notes), *notes_on_removed(**{name: mended_text})]
        if name == "body":
            values[name] = _paragraphs(mended_text)
            continue
        values[name] = clean_line(mended_text).strip()
        if breaks := clean_text(mended_text).strip().count("\n"):
            notes.append(Note(NoteKind.DROPPED, name, "", Message("{count:,} line breaks became spaces", count=breaks)))
    return values, notes


def _checked_choices(values: dict[str, str]) -> list[Note]:
    """Checks status, notice, address and title origin, and corrects them in place; returns notes on the corrections.

    Raises UnreadableError for an unknown status, a removed article without a notice, and a malformed address.
    """
    notes = []
    if values["notice"] and values["status"] not in TAKEN_AWAY:
        message = Message("only an article that is withdrawn or deleted has a notice; it was ignored")
        notes.append(Note(NoteKind.DROPPED, "notice", shorten_value(values["notice"]), message))
        values["notice"] = ""
    if values["status"] and values["status"] not in ArticleStatus.values:
        choices = ", ".join(ArticleStatus.values)
        raise UnreadableError(
            "“status” is “{value}”, not one of {choices}", value=values["status"][:40], choices=choices
        )
    if values["status"] in TAKEN_AWAY and not says_something(values["notice"]):
        raise UnreadableError(
            "“notice” is missing: it tells readers why an article is {status}", status=values["status"]
        )
    if values["url"]:
        try:
            values["url"] = canonical_address(values["url"])
        except AddressError as error:
            raise UnreadableError("“url”: {reason}", reason=str(error)) from None
    origin = values["title_origin"] or TitleOrigin.STATED
    if origin not in TitleOrigin.values:
        message = Message("taken as “{value}”", value=str(TitleOrigin.STATED))
        notes.append(Note(NoteKind.UNKNOWN, "title_origin", origin, message))
        origin = TitleOrigin.STATED
    values["title_origin"] = origin
    return notes


def capture_filename(row: dict[str, object]) -> str:
    """Returns the file name of the row's original, or an empty string.

    Raises UnreadableError for a value that is no text.
    """
    value = row.get("capture_filename")
    if value is not None and not isinstance(value, str):
        raise UnreadableError("“{field}” is {kind}, not text", field="capture_filename", kind=_kind(value))
    return value or ""


def captured_at(row: dict[str, object]) -> datetime | None:
    """Returns the time at which the row's original was captured, aware of its zone; None if the row states none.

    Raises UnreadableError for a value that is no ISO 8601 time.
    """
    value = row.get("captured_at")
    if value in (None, ""):
        return None
    try:
        moment = parse_datetime(value.strip()) if isinstance(value, str) else None
        if moment is not None:
            return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    except (ValueError, OverflowError):
        pass
    raise UnreadableError("“captured_at” is “{value}”, not an ISO 8601 time", value=shorten_value(value))


def _paragraphs(body: str) -> str:
    """Returns the body with its own paragraphs if blank lines separate them; else each line becomes a paragraph."""
    clean = plain(body).strip("\n")
    if "\n\n" not in clean:
        return "\n\n".join(line for line in clean.split("\n") if line)
    return "\n\n".join(part.strip("\n") for part in clean.split("\n\n") if part.strip())


def _json(text: str, pairs: Callable[[list[tuple[str, object]]], object] | None = None) -> object:
    """Returns the value of a JSON text. `pairs` builds an object from its (key, value) pairs.

    Raises UnreadableError with the reason and, for a syntax error, the character where it occurs.
    """
    try:
        return json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not JSON: {reason}", reason=_json_reason(error)) from None


def _json_row(text: str) -> tuple[dict[str, object], tuple[Note, ...]]:
    """Returns (the fields of a row, notes on the fields that it states more than once)."""
    fields: list[tuple[str, object]] = []

    def row_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        # The hook is called for nested objects first, so the last call has the row's own fields.
        fields[:] = pairs
        return dict(pairs)

    row = _json(text, row_object)
    if not isinstance(row, dict):
        raise UnreadableError("a JSON object is expected, this is {kind}", kind=_kind(row))
    return row, _notes_on_repeated_fields(fields)


def _notes_on_repeated_fields(fields: list[tuple[str, object]]) -> tuple[Note, ...]:
    """Returns notes on the values of fields that a row states more than once. The last value counts.

    Fields that are not read have their own notes and get none here.
    """
    counts = Counter(name for name, _ in fields)
    last = dict(fields)
    notes: dict[Note, None] = {}
    for name, count in counts.items():
        if count == 1 or name not in READ:
            continue
        earlier_values = [value for field, value in fields if field == name][:-1]
        # Equal values lose nothing, but the repetition is noted all the same: without a value if all values are equal.
        texts = [
            value for value in earlier_values if isinstance(value, str) and value.strip() and value != last[name]
        ] or [""]
        message = Message("given {count:,} times; the last one was taken", count=count)
        notes |= dict.fromkeys(Note(NoteKind.DROPPED, name, text, message) for text in texts)
    return tuple(notes)


def _csv_row(text: str) -> tuple[dict[str, object], tuple[Note, ...]]:
    """Returns (the cells of a row by column name, notes on repeated columns).

    The delimiter is detected from the header, as it was when the file was read.
    """
    source = _Lines(io.BytesIO(text.encode()), len(text.encode()) + 1)
    names, delimiter = _header(source)
    cells = next(_cells(source, delimiter))
    fields: list[tuple[str, object]] = [(name, unescape_formula(cell)) for name, cell in zip(names, cells, strict=True)]
    row = dict(fields)
    for name in ("published", "events", "actors", "figures"):
        cell = str(row.get(name) or "")
        if cell.startswith(("{", "[")):
            try:
                row[name] = _json(cell)
            except UnreadableError as error:
                raise UnreadableError("“{field}” is {reason}", field=name, reason=str(error)) from None
    return row, _notes_on_repeated_fields(fields)


def _read_published(value: object) -> tuple[ArchiveDate | None, tuple[StatedDate, ...], tuple[Note, ...]]:
    """Returns (the date of publication, dates stated in words, notes) of a row's `published` value.

    The first is the date if the value is an object as exports write it, and the bounds if a text states only bounds;
    else None. Raises UnreadableError for a value that is no date.
    """
    if not value:
        return None, (), ()
    if isinstance(value, str):
        return _published_from_text(value)
    if not isinstance(value, dict):
        raise UnreadableError("“published” is {kind}, not a date", kind=_kind(value))
    days = {}
    for name in ("date", "earliest", "latest"):
        try:
            days[name] = date.fromisoformat(value[name]) if value.get(name) else None
        except (TypeError, ValueError):
            raise UnreadableError(
                "“{field}” is “{value}”, not a day", field=f"published.{name}", value=shorten_value(value[name])
            ) from None
    precision, basis = value.get("precision", Precision.UNKNOWN), value.get("basis", Basis.INFERRED)
    if precision not in Precision.values or basis not in Basis.values:
        raise UnreadableError(
            "“published” has precision “{precision}” and basis “{basis}”, which the archive does not know",
            precision=shorten_value(precision),
            basis=shorten_value(basis),
        )
    return ArchiveDate(days["date"], precision, basis, days["earliest"], days["latest"]), (), ()


def _published_from_text(value: str) -> tuple[ArchiveDate | None, tuple[StatedDate, ...], tuple[Note, ...]]:
    """Returns (the bounds that a text states, the date that it states, a note if the date is inferred).

    The date is inferred if it is only a part of the text, or if its reading is uncertain. Raises UnreadableError for a
    text that does not hold exactly one date.
    """
    cleaned_value = _CLOCK_TIME.sub("", with_ascii_digits(strip_ignored(value)).strip())
    if archive_date := _year_or_month(cleaned_value):
        return None, (StatedDate("row", value, archive_date),), ()
    expressions = [
        _with_iso_month(expression, cleaned_value) for expression in find_dates(cleaned_value) if expression.interval
    ]
    if len(expressions) != 1 or (archive_date := as_archive_date(expressions[0])) is None or "\0" in value:
        raise UnreadableError("“published” is “{value}”, not a date", value=shorten_value(value))
    whole_value = date_of_line(cleaned_value)
    is_whole = (
        whole_value
        and whole_value.interval == expressions[0].interval
        and not _has_other_number(cleaned_value, whole_value)
    )
    expressions[0] = _with_weekday(expressions[0], cleaned_value)
    is_certain = not expressions[0].hijri and not expressions[0].month_first and not _is_another_weekday(expressions[0])
    if is_whole and is_certain:
        return None, (StatedDate("row", value, archive_date),), ()
    bounds = _bounds(
        cleaned_value[: expressions[0].start], archive_date, is_part=_has_other_number(cleaned_value, expressions[0])
    )
    inferred = bounds or replace(archive_date, basis=Basis.INFERRED)
    kind = NoteKind.INFERRED if is_whole else NoteKind.PARTLY
    notes = (Note(kind, "published", value, _inference_message(inferred, expressions[0])),)
    return bounds, () if bounds else (StatedDate("row", value, inferred),), notes


def _inference_message(inferred: ArchiveDate, stated: DateExpression) -> Message:
    """Returns the message of a note on an inferred date: the date, and why it is inferred."""
    span = inferred.iso or f"{inferred.earliest or ''} … {inferred.latest or ''}".strip()
    if stated.interval and stated.weekday is not None and _is_another_weekday(stated):
        weekday, stated_weekday = ENGLISH_WEEKDAYS[stated.interval[0].weekday()], ENGLISH_WEEKDAYS[stated.weekday]
        return Message(
            "taken as {date}, inferred; that day is a {weekday}, not a {said}",
            date=span,
            weekday=weekday,
            said=stated_weekday,
        )
    if stated.hijri:
        return Message("taken as {date}, inferred: the days of the Hijri calendar are reckoned", date=span)
    if stated.month_first:
        return Message("taken as {date}, inferred: it can only be read with its month first", date=span)
    return Message("taken as {date}, inferred", date=span)


def _year_or_month(written: str) -> ArchiveDate | None:
    """Returns the date of an ISO 8601 year or month («2024», «2024-03»), in any digits; None for any other text."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", written)
    if match is None or not date.min.year < (year := int(match[1])) < date.max.year:
        return None
    if match[2] is None:
        return ArchiveDate.in_year(year)
    return ArchiveDate.in_month(year, month) if 1 <= (month := int(match[2])) <= 12 else None


def _with_iso_month(stated: DateExpression, written: str) -> DateExpression:
    """Returns a year with the month that follows it in ISO 8601.

    The rules for running text read «2021-06» as a year and a number.
    """
    is_year = stated.precision == "year" and not stated.year_end
    month = _MONTH_OF_ISO.match(written, stated.end) if is_year else None
    return replace(stated, month=int(month[1]), end=month.end()) if month else stated


def _with_weekday(stated: DateExpression, written: str) -> DateExpression:
    """Returns a day with the weekday that stands elsewhere in the value: «2024-03-12 (الأحد)», «Sunday 2024-03-12»."""
    rest = f"{written[: stated.start]} {written[stated.end :]}"
    weekdays = {
        *(WEEKDAY_NUMBERS[word.folded] for word in words(rest) if word.folded in WEEKDAY_NUMBERS),
        *(_ENGLISH_DAYS.index(name) for name in _ENGLISH_DAY.findall(rest.lower())),
    }
    return replace(stated, weekday=weekdays.pop()) if stated.weekday is None and len(weekdays) == 1 else stated


def _bounds(before: str, archive_date: ArchiveDate, *, is_part: bool) -> ArchiveDate | None:
    """Returns the bounds that «قبل», «حتى», «بعد» or «منذ» before a date states; None without such a word.

    `before` is the text before the date. «قبل» and «بعد» exclude the period itself, unless the text names only a part
    of it: «قبل نهاية 2020» can be in 2020. `is_part` says that a number beside the period was not understood, which has
    the same effect: «قبل 31 فبراير 2020» can be in that month.
    """
    folded = [word.folded for word in words(before)]
    while folded and (folded[-1] in _PERIOD_WORDS or folded[-1] in _PART_WORDS or folded[-1].isdigit()):
        if folded[-1] not in _PERIOD_WORDS:
            is_part = True
        folded.pop()
    last = folded[-1] if folded else ""
    if last in _UNTIL:
        is_outside = last == _BEFORE and not is_part
        day_before = archive_date.earliest and archive_date.earliest - _ONE_DAY
        return ArchiveDate.between(None, day_before if is_outside else archive_date.latest, Basis.INFERRED)
    if last in _SINCE:
        is_outside = last == _AFTER and not is_part
        day_after = archive_date.latest and archive_date.latest + _ONE_DAY
        return ArchiveDate.between(day_after if is_outside else archive_date.earliest, None, Basis.INFERRED)
    return None


def _is_another_weekday(stated: DateExpression) -> bool:
    """Returns whether the stated weekday is not the weekday of the stated day; one of the two is then wrong."""
    if stated.interval is None or stated.precision != "day":
        return False
    return stated.weekday not in {None, stated.interval[0].weekday()}


def _has_other_number(written: str, stated: DateExpression) -> bool:
    """Returns whether digits stand beside the date: «32 مارس 2023» holds a valid month and an invalid day."""
    rest = f"{written[: stated.start]} {written[stated.end :]}"
    return any(letter.isdigit() for letter in rest)
