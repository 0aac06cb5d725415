"""Web archives: the pages in WARC files (ISO 28500), one gzip member a record or plain, and in WACZ packages."""

import os
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.utils.dateparse import parse_datetime
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from articles.ingest.content_coding import unpacked
from articles.ingest.document import Broken, Item, Note, Remark, UnreadableError, quoted
from articles.ingest.readers.opening import read_limited, too_large
from articles.models.delivery import NoteKind
from articles.platform.addresses import AddressError, canonical_address

PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
# What this archive's own exports hold beside pages.
ROW_TYPES = ("application/json", "text/csv")
_WINDOW = 1 << 20
_MEMBER, _RECORD = b"\x1f\x8b\x08", b"WARC/1."
_UNREADABLE = (ArchiveLoadFailed, UnreadableError, zlib.error, EOFError, ValueError, OSError, KeyError, AttributeError)
_MOST_MEMBERS = 10_000
# In bytes: of a header line, and of all headers of a record or of the answer in it. Servers take 8 to 64 thousand.
_LONGEST_LINE, _LONGEST_HEADERS = 64 * 1024, 128 * 1024
# Lines of nothing between two records; the format has two.
_MOST_EMPTY_LINES = 1000
# A record may unpack to so many bytes, or to so many times what it has packed. Text shrinks to a twentieth, video hardly.
_UNPACKED_FREELY, _MOST_GROWTH = 32 << 20, 200
# Chunks that an answer was sent in. Servers send some kilobytes in each.
_MOST_CHUNKS = 200_000
# In bytes, of the list of files that a package has at its end: of some tens of thousands of files.
_LONGEST_DIRECTORY = 4 << 20
# The record at the end of a ZIP file (APPNOTE 4.3.16, and 4.3.14 for large ones) with where its directory's size stands in it.
_ZIP_END, _ZIP64_END, _LONGEST_ZIP_END = (b"PK\x05\x06", 12, 4), (b"PK\x06\x06", 40, 8), 22 + (1 << 16) + 76
_WRONG_LENGTH = "its length is not what its header says; what followed it may be lost"


def read_warc(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken | Remark]:
    with path.open("rb") as file:
        yield from _records(file, str(path), path.name, largest)


def read_wacz(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken | Remark]:
    """The pages of every WARC file in the package; each is unpacked to a file of its own while it is read."""
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as package:
            members = [one for one in package.infolist() if one.filename.endswith((".warc", ".warc.gz"))]
            if not members:
                raise UnreadableError("no WARC file in the package (archive/*.warc.gz is expected)")
            for member in members[:_MOST_MEMBERS]:
                yield from _member(package, member, path, largest)
            if left := members[_MOST_MEMBERS:]:
                reason = f"the package holds {len(members):,} WARC files; from this on they were left unread"
                yield Broken(str(path), left[0].filename, reason, is_rest=True)
    except NotImplementedError:
        raise UnreadableError("a file in the package is packed in a way that cannot be read") from None
    except RuntimeError:
        raise UnreadableError("a file in the package is locked with a password") from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise UnreadableError("the package is damaged or cut short") from None


def _check_directory(path: Path) -> None:
    """Raises UnreadableError for a package whose list of files is longer than may be held: the library reads all of it."""
    with path.open("rb") as file:
        file.seek(-min(_LONGEST_ZIP_END, path.stat().st_size), os.SEEK_END)
        end = file.read()
    for mark, at, length in (_ZIP_END, _ZIP64_END):
        start = end.rfind(mark)
        size = int.from_bytes(end[start + at : start + at + length], "little") if start >= 0 else 0
        is_elsewhere = length == 4 and size == 0xFFFFFFFF
        if size > _LONGEST_DIRECTORY and not is_elsewhere:
            reason = f"the package's list of files has {size:,} bytes; the most is {_LONGEST_DIRECTORY:,}"
            raise UnreadableError(reason)


def _member(
    package: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, largest: int
) -> Iterator[Item | Broken | Remark]:
    # A WARC file is compressed already: one that grows much in unpacking is made to fill the disk.
    if member.file_size > max(largest, 20 * member.compress_size):
        yield Broken(
            str(path), member.filename, f"would unpack from {member.compress_size:,} to {member.file_size:,} bytes"
        )
        return
    with tempfile.TemporaryFile() as unpacked:
        left = member.file_size
        with package.open(member) as packed:
            while left > 0 and (part := packed.read(min(_WINDOW, left))):
                unpacked.write(part)
                left -= len(part)
        unpacked.seek(0)
        for entry in _records(unpacked, str(path), path.name, largest):
            yield replace(entry, place=f"{member.filename}, {entry.place}")


def _records(file: BinaryIO, path: str, name: str, largest: int) -> Iterator[Item | Broken | Remark]:
    """Every page; where a record is broken, that and reading on at the next one that begins whole.

    At the end a remark tells of the answers from addresses that no page is read from.
    """
    elsewhere = _Elsewhere()
    yield from _every_record(file, path, name, largest, elsewhere)
    if elsewhere.count:
        yield elsewhere.remark(path)


class _Elsewhere:
    """The answers of a file whose addresses are not of the web: how many under each scheme, and where the first stood."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self._first = ""

    def add(self, address: str, place: str) -> None:
        self._first = self._first or place
        scheme, colon, _ = address.partition(":")
        self.count[scheme.lower()[:20] if colon else ""] += 1

    def remark(self, path: str) -> Remark:
        schemes = ", ".join(f"{scheme or 'none'}: {times:,}" for scheme, times in self.count.most_common(10))
        taken = f"{self.count.total():,} answers from addresses that are not of the web were left out"
        return Remark(path, self._first, Note(NoteKind.DROPPED, "WARC-Target-URI", schemes, taken))


def _every_record(file: BinaryIO, path: str, name: str, largest: int, elsewhere: _Elsewhere) -> Iterator[Item | Broken]:
    offset, is_compressed, count = 0, file.read(2) == _MEMBER[:2], 0
    while offset is not None:
        file.seek(offset)
        records = _Records(file)
        at, wrong = offset, 0
        try:
            for record in records:
                if records.err_count > wrong:
                    wrong = records.err_count
                    yield Broken(path, f"record at offset {at:,}", _WRONG_LENGTH)
                at = records.offset
                count += record.rec_headers.get_header("WARC-Record-ID") is not None
                if entry := _entry(record, path, name, at, largest, elsewhere):
                    yield entry
            if records.err_count > wrong:
                yield Broken(path, f"record at offset {at:,}", _WRONG_LENGTH)
            if not count:
                yield Broken(path, "record at offset 0", "no record of a web archive")
            return
        except _UNREADABLE as error:
            at, count = max(offset, records.offset), max(count, 1)
            if "non-chunked gzip" in str(error):
                reason = "records are not compressed one by one; recompress the file with `warcio recompress`"
                yield Broken(path, f"record at offset {at:,}", reason)
                return
            yield Broken(path, f"record at offset {at:,}", _reason(error))
            # No record ends its headers inside headers that do not end: most of them are passed over.
            passed = _LONGEST_HEADERS * 3 // 4 if isinstance(error, _HeadersTooLongError) and not is_compressed else 1
            offset = _next_start(file, at + passed, _MEMBER if is_compressed else _RECORD)


class _Records(ArchiveIterator):
    """Reads no header beyond its bounds, and keeps from standard error what is told as a broken record."""

    INC_RECORD = ""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.reader = _Reader(self.fh)
        for name in ("warc_parser", "http_parser"):
            parser = getattr(self.loader, name)
            setattr(self.loader, name, _Headers(parser.statuslist, parser.verify))


class _RefusedError(ArchiveLoadFailed):
    """What a record may not have; the message is for people, as those of the library are not."""


class _Reader(DecompressingBufferedReader):
    """Gives no line longer than a header line may be, few empty ones in a row, and no record that grows beyond measure.

    A line of gigabytes would be read whole, and a few kilobytes may unpack to gigabytes.
    """

    def _init_decomp(self, decomp_type: str | None) -> None:
        super()._init_decomp(decomp_type)
        self._packed = self._empty_lines = 0

    def _decompress(self, data: bytes) -> bytes:
        self._packed += len(data)
        unpacked = super()._decompress(data)
        size = self.num_block_read + len(unpacked)
        if self.decompressor and size > max(_UNPACKED_FREELY, _MOST_GROWTH * self._packed):
            raise _RefusedError(
                f"it unpacks to more than {_UNPACKED_FREELY:,} bytes and {_MOST_GROWTH} times what it has packed"
            )
        return unpacked

    def readline(self, length: int | None = None) -> bytes:
        line = super().readline(length or _LONGEST_LINE)
        if length is None and len(line) >= _LONGEST_LINE and not line.endswith(b"\n"):
            raise _RefusedError(f"a header line has more than {_LONGEST_LINE:,} bytes")
        self._empty_lines = 0 if line.strip() else self._empty_lines + 1
        if line and self._empty_lines > _MOST_EMPTY_LINES:
            raise _RefusedError(f"more than {_MOST_EMPTY_LINES:,} empty lines follow one another")
        return line


class _Chunks(ChunkedDataReader):
    """Undoes the chunks of an answer (RFC 9112, 7.1), of which there may not be too many, and none larger than a document."""

    def __init__(self, stream: object, largest: int) -> None:
        super().__init__(stream)
        self._largest, self._count = largest, 0

    def _try_decode(self, length_header: bytes) -> None:
        self._count += 1
        if self._count > _MOST_CHUNKS:
            raise UnreadableError(f"it was sent in more than {_MOST_CHUNKS:,} chunks")
        size = length_header.split(b";")[0].strip()
        if len(size) <= 16 and _HEXADECIMAL.fullmatch(size) and int(size, 16) > self._largest:
            raise UnreadableError(too_large(f"a chunk of {int(size, 16):,} bytes", self._largest))
        super()._try_decode(length_header)


class _Headers(StatusAndHeadersParser):
    """Reads the headers of a record, or of the answer in it, up to a total size."""

    def parse(self, stream: object, full_statusline: bytes | None = None) -> StatusAndHeaders:
        return super().parse(_Bounded(stream), full_statusline)


class _HeadersTooLongError(_RefusedError):
    """Headers that go on beyond _LONGEST_HEADERS."""


class _Bounded:
    """The lines of a stream, up to _LONGEST_HEADERS bytes of them."""

    def __init__(self, stream: object) -> None:
        self._stream, self._left = stream, _LONGEST_HEADERS

    def readline(self) -> bytes:
        line = self._stream.readline(self._left)
        self._left -= len(line)
        if self._left <= 0:
            raise _HeadersTooLongError(f"the headers have more than {_LONGEST_HEADERS:,} bytes")
        return line


_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]+")
_HTTP = _Headers(["HTTP/1.0", "HTTP/1.1"], verify=False)


def _reason(error: Exception) -> str:
    """Why a record is broken, for people: what libraries say of it is for programmers."""
    if isinstance(error, UnreadableError | _RefusedError):
        return str(error)
    if isinstance(error, zlib.error):
        return "its packed bytes are damaged"
    if isinstance(error, EOFError):
        return "it is cut short"
    if isinstance(error, OSError):
        return error.strerror or "its bytes cannot be read"
    if isinstance(error, ArchiveLoadFailed):
        return "it does not begin as a record of a web archive does"
    return "its headers cannot be read"


def _next_start(file: BinaryIO, offset: int, mark: bytes) -> int | None:
    """Where, from `offset` on, the next record can begin; None if nowhere."""
    file.seek(offset)
    base, tail = offset, b""
    while part := file.read(_WINDOW):
        window = tail + part
        at = window.find(mark)
        if at >= 0:
            return base - len(tail) + at
        base += len(part)
        tail = window[-len(mark) :]
    return None


def _entry(
    record: ArcWarcRecord, path: str, name: str, at: int, largest: int, elsewhere: _Elsewhere
) -> Item | Broken | None:
    """The page of a record; None for requests, metadata, pictures and answers other than 200, and for those that are counted
    in `elsewhere`.
    """
    headers = record.rec_headers
    place = f"record at offset {at:,}"
    address = (headers.get_header("WARC-Target-URI") or "").strip("<> ")
    seen, notes = _time(headers.get_header("WARC-Date"))
    is_web = address.lower().startswith(("http://", "https://"))
    if record.rec_type == "revisit":
        return _at_its_address(Item(path, None, "", name, address, seen, place=place))
    if record.rec_type == "response" and not is_web:
        elsewhere.add(address, place)
        return None
    # A resource that is not of the web is a file that some archive kept: its name there is no address.
    if record.rec_type not in {"resource", "response"}:
        return None
    if record.rec_type == "response" and record.http_headers is None:
        # The library reads them only where the scheme is written in small letters.
        record.http_headers = _HTTP.parse(record.raw_stream)
    http = record.http_headers
    if record.rec_type == "response" and (http is None or http.get_statuscode() != "200"):
        return None
    declared = (http.get_header("Content-Type") if http else headers.get_header("Content-Type")) or ""
    media_type, charset = content_type(declared)
    if media_type not in (PAGE_TYPES if is_web else (*PAGE_TYPES, *ROW_TYPES)):
        return None
    length, whole = _length(headers), record.raw_stream
    content = read_limited(_transferred(record, largest), largest)
    if getattr(whole, "limit", 0) > 0:
        raise UnreadableError(f"cut short: {length - whole.limit:,} of {length:,} bytes")
    try:
        content, packing = unpacked(content, _codings(http), largest)
    except UnreadableError as error:
        # The record itself is whole: reading goes on after it.
        return Broken(path, place, str(error))
    notes = (*notes, *packing)
    if is_web:
        return _at_its_address(Item(path, content, media_type, name, address, seen, charset, place, notes))
    # A record's place in its file keeps files of one archive apart.
    return Item(path, content, media_type, f"{name}:{at}", "", seen, charset, place, notes)


def _codings(http: StatusAndHeaders | None) -> str:
    """What a server packed its answer with, in order; header lines of one name are one list (RFC 9110, section 5.3)."""
    headers = http.headers if http else []
    return ", ".join(value for name, value in headers if name.lower() == "content-encoding")


def _length(headers: StatusAndHeaders) -> int:
    """The bytes that a record says it has; raises UnreadableError where that is no number."""
    text = (headers.get_header("Content-Length") or "0").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UnreadableError(f"“Content-Length” is “{quoted(text)}”, not a number of bytes")
    return int(text)


def _transferred(record: ArcWarcRecord, largest: int) -> BinaryIO:
    """The record's content without the chunks it was sent in; what its server packed it with is still on."""
    sent = record.http_headers.get_header("Transfer-Encoding") if record.http_headers else None
    return _Chunks(record.raw_stream, largest) if "chunked" in (sent or "").lower() else record.raw_stream


def _at_its_address(item: Item) -> Item | Broken:
    """The item under the one spelling of its address; broken where the record names no web address."""
    try:
        return replace(item, address=canonical_address(item.address))
    except AddressError as error:
        return Broken(item.path, item.place, str(error))


def content_type(header: str) -> tuple[str, str]:
    """(media type, charset) of a Content-Type header, in lower case; an empty charset where none is declared."""
    media_type, *parameters = header.lower().split(";")
    declared = dict(map(str.strip, part.split("=", 1)) for part in parameters if "=" in part)
    return media_type.strip(), declared.get("charset", "").strip(" \"'")


def _time(value: str | None) -> tuple[datetime | None, tuple[Note, ...]]:
    """(the moment that a WARC-Date states, in UTC where it names no zone; a note where it states none)."""
    try:
        found = parse_datetime(value) if value else None
    except ValueError:
        found = None
    if found is None:
        return None, (Note(NoteKind.DROPPED, "WARC-Date", value, "not a time; taken as captured now"),) if value else ()
    return found if found.tzinfo else found.replace(tzinfo=UTC), ()
