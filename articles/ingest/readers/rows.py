"""JSON lines and CSV: one article a row, in the schema that `manage.py export articles` writes (docs/ingest.md)."""

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
from typing import BinaryIO

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.arabic.characters import strip_ignored, with_ascii_digits
from articles.arabic.dates import DateExpression, find_dates
from articles.arabic.folding import fold_word
from articles.arabic.months import ENGLISH_WEEKDAYS, WEEKDAY_NUMBERS
from articles.arabic.spreadsheet_cells import unguarded
from articles.arabic.text_gate import clean_line, clean_text
from articles.arabic.words import words
from articles.extract.dates import StatedDate, as_archive_date, date_of_line
from articles.ingest.decoding import decode, encoding_of, mended, plain
from articles.ingest.document import Broken, Document, Item, Note, UnreadableError, quoted
from articles.ingest.gate import check_storable, removed
from articles.ingest.readers.opening import lines, opened, too_long
from articles.models import TAKEN_AWAY, ArchiveDate, ArticleStatus, Basis, Precision, TitleOrigin
from articles.models.article import says_something
from articles.models.delivery import NoteKind
from articles.platform.addresses import AddressError, canonical_address
from articles.platform.messages import Message

JSON_TYPE, CSV_TYPE = "application/json", "text/csv"
REQUIRED = ("title", "body")
TEXTS = ("title", "body", "author", "section", "source", "url", "language", "status", "notice", "title_origin")
# Fields that are read; others are told as passed over.
READ = frozenset({*TEXTS, "published", "captured_at", "capture_filename"})
# What parts the cells of a row: the comma of the format, the semicolon of Excel where the comma is for decimals, the tab of its
# «Unicode text».
DELIMITERS = (",", ";", "\t", "|")
# Excel's own line before the header. The line's mark of order is off by then.
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(?P<delimiter>[,;|\t])\"?", re.IGNORECASE)
# Columns of a file and cells of a row, and bytes of the names of the columns: the file is read in the process that stores, which
# has no budget. A spreadsheet has at most 16,384 columns.
MOST_CELLS, _LONGEST_HEADER = 20_000, 1 << 20
# Bytes by which the encoding of a file of rows is told.
_SAMPLE = 1 << 18
# Before a date: it bounds the day of publication and is not that day. «قبل 2020» ends on the last day of 2019, «حتى 2020» on that of
# 2020; «بعد» and «منذ» likewise.
_BEFORE, _AFTER = fold_word("قبل"), fold_word("بعد")
_UNTIL = frozenset((_BEFORE, *map(fold_word, ("حتى", "لغاية"))))
_SINCE = frozenset((_AFTER, fold_word("منذ")))
# Words between such a word and a date: those that call the period what it is, and those that name a part of it («قبل نهاية 2020»), of
# which the bound can be any day.
_PERIOD_WORDS = frozenset(map(fold_word, ("يوم", "تاريخ", "شهر", "عام", "سنة", "العام", "السنة")))
_PART_WORDS = frozenset(
    map(fold_word, ("حوالي", "نحو", "قرابة", "بداية", "مطلع", "أوائل", "أول", "منتصف", "أواسط", "نهاية", "آخر", "أواخر", "صيف", "ربيع", "خريف", "شتاء"))
)  # fmt: skip
_DAY = timedelta(days=1)
_ENGLISH_DAYS = [name[:3].lower() for name in ENGLISH_WEEKDAYS]
_ENGLISH_DAY = re.compile(rf"\b({'|'.join(_ENGLISH_DAYS)})(?:[a-z]*day)?\b")
# «2023-05-06T10:00:00+01:00»: the clock of an ISO 8601 time says nothing of the day. One that no clock shows («T25:61») is no time,
# and puts the day in doubt.
_CLOCK_TIME = re.compile(
    r"(?<=\d)[T ](?:(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?|24:00(?::00(?:[.,]0+)?)?)"
    r"\s*(?:Z|[+-](?:0\d|1[0-8]):?[0-5]\d)?$",
    re.ASCII,
)
# The month of «2021-06» after its year, whatever follows it.
_MONTH_OF_ISO = re.compile(r"-(0[1-9]|1[0-2])(?!\d)")


def read_jsonl(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken]:
    """Every line as an item in UTF-8, whatever the file's encoding is: the one named, or the one that its beginning tells."""
    with opened(path) as packed:
        stream = _as_utf8(packed, encoding)
        is_empty = True
        for number, line in lines(stream, largest):
            # The mark of a file's beginning is no part of its first row.
            row = None if line is None else line.strip().removeprefix(codecs.BOM_UTF8)
            is_empty = is_empty and row == b""
            if row is None:
                yield Broken(str(path), _place(number), too_long(largest))
            elif row:
                try:
                    content, notes = _in_utf8(row, stream is not packed)
                except UnreadableError as error:
                    yield Broken(str(path), _place(number), str(error))
                    continue
                yield _item(path, _place(number), content, JSON_TYPE, number, notes)
        if is_empty:
            yield Broken(str(path), "", Message("there are no rows in it"))


def read_csv(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken]:
    """Every row as CSV of its own in UTF-8, its header before it: what is kept as the original can be read by itself.

    The cells may be parted as spreadsheets part them (DELIMITERS), told by the header or by Excel's line «sep=;».
    """
    csv.field_size_limit(largest)
    with opened(path) as packed:
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
        heading = _csv_line(names, delimiter)
        source.take()
        is_empty = True
        while True:
            first = source.number + 1
            try:
                row = next(_cells(source, delimiter), None)
            except (csv.Error, UnreadableError) as error:
                is_empty = False
                source.take()
                yield Broken(str(path), _place(first), _reason(error, delimiter))
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
                    _place(first),
                    Message("{cells} cells for {columns} columns", cells=len(row), columns=len(names)),
                )
                continue
            yield _item(path, _place(first), (heading + raw).encode(), CSV_TYPE, first, notes)
        if is_empty:
            yield Broken(str(path), "", Message("there are no rows in it"))


def _bounded_header(source: "_Lines") -> tuple[list[str], str]:
    """What `_header` finds, within bounds; the source then knows what parts the cells of the rows that follow."""
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
    """(the names of the columns, what parts cells): by a line «sep=;» before them, else by the names that are then there."""
    first = next(source, None)
    if first is None:
        raise UnreadableError("the file is empty")
    named = _SEPARATOR_LINE.fullmatch(first.strip("\r\n "))
    if named:
        first = next(source, "")
    # A name in quotes can go on in the next line.
    rest = [first, *_rest_of_record(source, first)]
    choices = [named["delimiter"]] if named else DELIMITERS
    headers = [(next(csv.reader(rest, delimiter=delimiter), []), delimiter) for delimiter in choices]
    return max(headers, key=_likelihood)


def _likelihood(header: tuple[list[str], str]) -> tuple[int, int]:
    """How many of the names are those of fields; where none is, how many names there are, so that they are told one by one."""
    names = header[0]
    read = sum(name.strip().lower() in READ for name in names)
    return read, 0 if read else len(names)


def _rest_of_record(source: "_Lines", first: str) -> Iterator[str]:
    quotes = first.count('"')
    while quotes % 2 and (line := next(source, None)) is not None:
        quotes += line.count('"')
        yield line


def _csv_line(cells: list[str], delimiter: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return written.getvalue()


def _as_utf8(stream: BinaryIO, encoding: str) -> BinaryIO:
    """The bytes of a file in UTF-8: the same stream where the file is in it, else one that converts as it is read."""
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
    """The bytes of a stream in another encoding, as UTF-8; bytes that are none in it become U+FFFD."""

    def __init__(self, stream: BinaryIO, codec: codecs.CodecInfo) -> None:
        self._stream, self._decoder = stream, codec.incrementaldecoder("replace")
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self._waiting:
            part = self._stream.read(io.DEFAULT_BUFFER_SIZE)
            self._waiting = self._decoder.decode(part, final=not part).encode("utf-8", "replace")
            if not part:
                break
        size = min(len(buffer), len(self._waiting))
        buffer[:size], self._waiting = self._waiting[:size], self._waiting[size:]
        return size


def _in_utf8(line: bytes, is_converted: bool) -> tuple[bytes, tuple[Note, ...]]:
    """(a line of a file in UTF-8, notes): one that is in another encoding after all, or has broken bytes, is mended.

    Raises UnreadableError for a line that cannot be.
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
        taken = Message("bytes that are none in the file's encoding became “\ufffd”")
        return line, (Note(NoteKind.BROKEN, "text", "", taken),)
    return line, ()


class _Lines:
    """The lines of a CSV file as text, and, taken row by row, those that the last row was made of.

    Raises UnreadableError where a row has more than `largest` bytes, or, once the `delimiter` is set, more than MOST_CELLS cells.
    """

    def __init__(self, stream: BinaryIO, largest: int, *, is_converted: bool = False) -> None:
        self._lines = lines(stream, largest)
        self._is_converted = is_converted
        self._taken = StringIO()
        self._notes: list[Note] = []
        self._size, self.largest, self.reason = 0, largest, too_long(largest)
        self.number = 0
        self.delimiter = ""
        # Delimiters of the row so far, and of how many its cells are counted next.
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
        # One text rather than a list: millions of short lines take forty times their size as objects.
        self._taken.write(text)
        if self.delimiter:
            self._check_cells(text)
        return text

    def _check_cells(self, line: str) -> None:
        """Refuses a row of more than MOST_CELLS cells before they are made: a list of millions takes gigabytes.

        What stands in quotation marks parts no cells. It is looked at again only when delimiters have doubled, so that the work
        grows with the row and not with its square.
        """
        self._delimiters += line.count(self.delimiter)
        if self._delimiters < self._counted_at:
            return
        self._counted_at = 2 * self._delimiters
        mark = re.escape(self.delimiter)
        quoted_cells = re.compile(rf'(?:^|(?<={mark}))"(?:[^"]|"")*+(?:"|\Z)')
        if quoted_cells.sub("", self._taken.getvalue()).count(self.delimiter) >= MOST_CELLS:
            raise UnreadableError("the row has more than {most:,} cells", most=MOST_CELLS)

    def take(self) -> tuple[str, tuple[Note, ...]]:
        """(the lines since the last time, notes on them)."""
        taken, notes = self._taken.getvalue(), tuple(self._notes)
        self._taken, self._notes, self._size = StringIO(), [], 0
        self._delimiters, self._counted_at = 0, MOST_CELLS
        return taken, notes


def _cells(source: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(source, delimiter=delimiter, strict=True)


def _place(line: int) -> Message:
    return Message("line {number}", number=line)


def _reason(error: Exception, delimiter: str) -> Message:
    """Why a row cannot be read, in words for people rather than those of Python's reader."""
    told = str(error)
    if isinstance(told, Message):
        return told
    if "new-line character" in told:
        return Message("a line break stands inside a cell that is not in quotation marks")
    if "expected after" in told:
        return Message(
            "after the quotation mark that ends a cell, “{delimiter}” or the end of the line is expected", delimiter=delimiter
        )  # fmt: skip
    if "field limit" in told:
        return Message("a cell is too long")
    return Message("a quotation mark is opened and not closed")


def _json_reason(error: Exception) -> Message:
    """Why a text is not JSON that the archive reads."""
    if isinstance(error, json.JSONDecodeError):
        return Message("it breaks off or goes wrong at character {place:,}", place=error.pos + 1)
    if isinstance(error, RecursionError):
        return Message("lists or objects are nested too deep to be read")
    return Message("a number in it has too many digits")


def _kind(value: object) -> Message:
    """What a value is, in the words of JSON."""
    names = {
        str: Message("text"), bool: Message("true or false"), int: Message("a number"), float: Message("a number"),
        list: Message("a list"), dict: Message("an object"),
    }  # fmt: skip
    return names.get(type(value), Message("nothing (null)"))


def _not_utf8(content: bytes, error: UnicodeDecodeError) -> Message:
    byte = f"{content[error.start]:02x}"
    return Message("not UTF-8 text: byte 0x{byte} at offset {offset}", byte=byte, offset=error.start)


def _item(path: Path, place: str, content: bytes, media_type: str, number: int, notes: tuple[Note, ...]) -> Item:  # noqa: PLR0913
    return Item(str(path), content, media_type, filename=f"{path.name}:{number}", place=place, notes=notes)


def read_row(item: Item) -> tuple[Document, dict[str, object]]:
    """Returns (the document of a row, the row). Raises UnreadableError naming the field that is wrong."""
    try:
        text = item.content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_utf8(item.content, error)) from None
    row, doubled = _json_row(text) if item.media_type == JSON_TYPE else _csv_row(text)
    _check_required(row)
    unread = Message("the archive does not read this field")
    notes = [*doubled, *(Note(NoteKind.UNREAD, name, "", unread) for name in row if name not in READ)]
    values, text_notes = _texts(row)
    notes += [*text_notes, *_checked_choices(values)]
    published, dates, date_notes = _published(row.get("published"))
    title = " ".join(plain(values["title"]).split())
    document = Document(
        title, values["title_origin"], values["body"], values["author"], values["section"], source_name=values["source"],
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
    """Returns (the texts of a row by field, cleaned; notes of what cleaning changed). Raises UnreadableError for what is no text."""
    values: dict[str, str] = {}
    notes: list[Note] = []
    for name in TEXTS:
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise UnreadableError("“{field}” is {kind}, not text", field=name, kind=_kind(value))
        check_storable(name, value or "")
        right, mixed = mended(value or "")
        notes += [*(replace(note, field=name) for note in mixed), *removed(**{name: right})]
        if name == "body":
            values[name] = _paragraphs(right)
            continue
        values[name] = clean_line(right).strip()
        if breaks := clean_text(right).strip().count("\n"):
            notes.append(Note(NoteKind.DROPPED, name, "", Message("{count:,} line breaks became spaces", count=breaks)))
    return values, notes


def _checked_choices(values: dict[str, str]) -> list[Note]:
    """Checks status, notice, address and origin of the title, in place; returns notes of what was not taken as given.

    Raises UnreadableError for an unknown status, a removed article without a notice, and an address that is none.
    """
    notes = []
    if values["notice"] and values["status"] not in TAKEN_AWAY:
        taken = Message("only an article that is withdrawn or deleted has a notice; it was passed over")
        notes.append(Note(NoteKind.DROPPED, "notice", quoted(values["notice"]), taken))
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
        taken = Message("taken as “{value}”", value=str(TitleOrigin.STATED))
        notes.append(Note(NoteKind.UNKNOWN, "title_origin", origin, taken))
        origin = TitleOrigin.STATED
    values["title_origin"] = origin
    return notes


def capture_filename(row: dict[str, object]) -> str:
    """The name of the row's original; raises UnreadableError for what is no text."""
    value = row.get("capture_filename")
    if value is not None and not isinstance(value, str):
        raise UnreadableError("“{field}” is {kind}, not text", field="capture_filename", kind=_kind(value))
    return value or ""


def captured_at(row: dict[str, object]) -> datetime | None:
    """When the row says its original was captured; raises UnreadableError for what is no time."""
    value = row.get("captured_at")
    if value in (None, ""):
        return None
    try:
        found = parse_datetime(value.strip()) if isinstance(value, str) else None
        if found is not None:
            return found if timezone.is_aware(found) else timezone.make_aware(found)
    except (ValueError, OverflowError):
        pass
    raise UnreadableError("“captured_at” is “{value}”, not an ISO 8601 time", value=quoted(value))


def _paragraphs(body: str) -> str:
    """A body already in paragraphs parted by blank lines is kept to the letter, else lines become paragraphs."""
    clean = plain(body).strip("\n")
    if "\n\n" not in clean:
        return "\n\n".join(line for line in clean.split("\n") if line)
    return "\n\n".join(part.strip("\n") for part in clean.split("\n\n") if part.strip())


def _json(text: str, pairs: Callable[[list[tuple[str, object]]], object] | None = None) -> object:
    """The value that a JSON text writes; raises UnreadableError with the reason, and where in the text it is.

    `pairs` makes an object of its keys and values.
    """
    try:
        return json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not JSON: {reason}", reason=_json_reason(error)) from None


def _json_row(text: str) -> tuple[dict[str, object], tuple[Note, ...]]:
    """(the fields of a row, notes on those that it gives more than once)."""
    fields: list[tuple[str, object]] = []

    def kept(pairs: list[tuple[str, object]]) -> dict[str, object]:
        # The row itself is made after the objects in it.
        fields[:] = pairs
        return dict(pairs)

    row = _json(text, kept)
    if not isinstance(row, dict):
        raise UnreadableError("a JSON object is expected, this is {kind}", kind=_kind(row))
    return row, _doubled(fields)


def _doubled(fields: list[tuple[str, object]]) -> tuple[Note, ...]:
    """Notes on the values of fields that a row gives more than once: the last one counts. Fields that are not read are told as such."""
    counts = Counter(name for name, _ in fields)
    last = dict(fields)
    notes: dict[Note, None] = {}
    for name, count in counts.items():
        if count == 1 or name not in READ:
            continue
        given = [value for field, value in fields if field == name][:-1]
        # What is said twice alike is lost nowhere, and is told all the same: without a value where all of them are alike.
        texts = [value for value in given if isinstance(value, str) and value.strip() and value != last[name]] or [""]
        taken = Message("given {count:,} times; the last one was taken", count=count)
        notes |= dict.fromkeys(Note(NoteKind.DROPPED, name, text, taken) for text in texts)
    return tuple(notes)


def _csv_row(text: str) -> tuple[dict[str, object], tuple[Note, ...]]:
    """(the cells of a row under its header, notes on columns that it has more than once).

    What parts the cells is told by the header, as when the file was read.
    """
    source = _Lines(io.BytesIO(text.encode()), len(text.encode()) + 1)
    names, delimiter = _header(source)
    cells = next(_cells(source, delimiter))
    fields: list[tuple[str, object]] = [(name, unguarded(cell)) for name, cell in zip(names, cells, strict=True)]
    row = dict(fields)
    for name in ("published", "events", "actors", "figures"):
        cell = str(row.get(name) or "")
        if cell.startswith(("{", "[")):
            try:
                row[name] = _json(cell)
            except UnreadableError as error:
                raise UnreadableError("“{field}” is {reason}", field=name, reason=str(error)) from None
    return row, _doubled(fields)


def _published(value: object) -> tuple[ArchiveDate | None, tuple[StatedDate, ...], tuple[Note, ...]]:
    """(the date as the archive itself keeps dates, those stated in words, notes)."""
    if not value:
        return None, (), ()
    if isinstance(value, str):
        return _stated(value)
    if not isinstance(value, dict):
        raise UnreadableError("“published” is {kind}, not a date", kind=_kind(value))
    days = {}
    for name in ("date", "earliest", "latest"):
        try:
            days[name] = date.fromisoformat(value[name]) if value.get(name) else None
        except (TypeError, ValueError):
            raise UnreadableError(
                "“{field}” is “{value}”, not a day", field=f"published.{name}", value=quoted(value[name])
            ) from None
    precision, basis = value.get("precision", Precision.UNKNOWN), value.get("basis", Basis.INFERRED)
    if precision not in Precision.values or basis not in Basis.values:
        raise UnreadableError(
            "“published” has precision “{precision}” and basis “{basis}”, which the archive does not know",
            precision=quoted(precision),
            basis=quoted(basis),
        )
    return ArchiveDate(days["date"], precision, basis, days["earliest"], days["latest"]), (), ()


def _stated(value: str) -> tuple[ArchiveDate | None, tuple[StatedDate, ...], tuple[Note, ...]]:
    """(bounds that a text gives, the date that it states, a note where not all of the text is the date).

    A date that is a part of the text is only inferred.
    """
    written = _CLOCK_TIME.sub("", with_ascii_digits(strip_ignored(value)).strip())
    if known := _year_or_month(written):
        return None, (StatedDate("row", value, known),), ()
    found = [_with_iso_month(one, written) for one in find_dates(written) if one.interval]
    if len(found) != 1 or (known := as_archive_date(found[0])) is None or "\0" in value:
        raise UnreadableError("“published” is “{value}”, not a date", value=quoted(value))
    whole = date_of_line(written)
    is_whole = whole and whole.interval == found[0].interval and not _has_other_number(written, whole)
    found[0] = _with_weekday(found[0], written)
    is_certain = not found[0].hijri and not found[0].month_first and not _is_another_weekday(found[0])
    if is_whole and is_certain:
        return None, (StatedDate("row", value, known),), ()
    bounds = _bounded(written[: found[0].start], known, is_part=_has_other_number(written, found[0]))
    inferred = bounds or replace(known, basis=Basis.INFERRED)
    kind = NoteKind.INFERRED if is_whole else NoteKind.PARTLY
    notes = (Note(kind, "published", value, _taken_as(inferred, found[0])),)
    return bounds, () if bounds else (StatedDate("row", value, inferred),), notes


def _taken_as(inferred: ArchiveDate, stated: DateExpression) -> Message:
    """What a row's date is taken as, and what in its words does not say so by itself."""
    span = inferred.iso or f"{inferred.earliest or ''} … {inferred.latest or ''}".strip()
    if _is_another_weekday(stated):
        weekday, said = ENGLISH_WEEKDAYS[stated.interval[0].weekday()], ENGLISH_WEEKDAYS[stated.weekday]
        return Message(
            "taken as {date}, inferred; that day is a {weekday}, not a {said}", date=span, weekday=weekday, said=said
        )
    if stated.hijri:
        return Message("taken as {date}, inferred: the days of the Hijri calendar are reckoned", date=span)
    if stated.month_first:
        return Message("taken as {date}, inferred: it can only be read with its month first", date=span)
    return Message("taken as {date}, inferred", date=span)


def _year_or_month(written: str) -> ArchiveDate | None:
    """The year or month that ISO 8601 writes «2024» or «2024-03», digits of any script; None for anything else."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?", written)
    if match is None or not date.min.year < (year := int(match[1])) < date.max.year:
        return None
    if match[2] is None:
        return ArchiveDate.in_year(year)
    return ArchiveDate.in_month(year, month) if 1 <= (month := int(match[2])) <= 12 else None


def _with_iso_month(stated: DateExpression, written: str) -> DateExpression:
    """A year with the month that ISO 8601 writes after it; rules for texts read «2021-06» as a year and a number."""
    is_year = stated.precision == "year" and not stated.year_end
    month = _MONTH_OF_ISO.match(written, stated.end) if is_year else None
    return replace(stated, month=int(month[1]), end=month.end()) if month else stated


def _with_weekday(stated: DateExpression, written: str) -> DateExpression:
    """A day with the weekday that stands elsewhere in the value: «2024-03-12 (الأحد)», «Sunday 2024-03-12»."""
    rest = f"{written[: stated.start]} {written[stated.end :]}"
    named = {
        *(WEEKDAY_NUMBERS[word.folded] for word in words(rest) if word.folded in WEEKDAY_NUMBERS),
        *(_ENGLISH_DAYS.index(name) for name in _ENGLISH_DAY.findall(rest.lower())),
    }
    return replace(stated, weekday=named.pop()) if stated.weekday is None and len(named) == 1 else stated


def _bounded(before: str, known: ArchiveDate, *, is_part: bool) -> ArchiveDate | None:
    """The days that «قبل», «حتى», «بعد» or «منذ» in front of a date leaves; None without such a word.

    «قبل» and «بعد» leave the period itself out, unless only a part of it is named: «قبل نهاية 2020» can be in 2020. So it is where
    `is_part`, when a number beside the period was not understood: «قبل 31 فبراير 2020» can be in that month.
    """
    folded = [word.folded for word in words(before)]
    while folded and (folded[-1] in _PERIOD_WORDS or folded[-1] in _PART_WORDS or folded[-1].isdigit()):
        is_part |= folded.pop() not in _PERIOD_WORDS
    last = folded[-1] if folded else ""
    if last in _UNTIL:
        is_outside = last == _BEFORE and not is_part
        return ArchiveDate.unknown(None, known.earliest - _DAY if is_outside else known.latest, Basis.INFERRED)
    if last in _SINCE:
        is_outside = last == _AFTER and not is_part
        return ArchiveDate.unknown(known.latest + _DAY if is_outside else known.earliest, None, Basis.INFERRED)
    return None


def _is_another_weekday(stated: DateExpression) -> bool:
    """Whether a day is named with a weekday that it is not: one of the two is wrong."""
    return stated.precision == "day" and stated.weekday not in {None, stated.interval[0].weekday()}


def _has_other_number(written: str, whole: DateExpression) -> bool:
    """Whether digits stand beside the date: «32 مارس 2023» has a month and a day that is none."""
    rest = f"{written[: whole.start]} {written[whole.end :]}"
    return any(letter.isdigit() for letter in rest)
