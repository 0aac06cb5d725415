"""Reads the pages of web archives: WARC files (ISO 28500), plain or with one gzip member per record, and WACZ packages."""

import dataclasses
import logging
import os
import re
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.dateparse import parse_datetime
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from articles.ingest.content_coding import GZIP_MARK, unpack
from articles.ingest.document import Broken, Item, Note, Remark, UnreadableError, shorten_value
from articles.ingest.readers.opening import read_limited
from articles.models.delivery import NoteKind
from articles.platform.addresses import AddressError, canonical_address
from articles.platform.messages import Message

_log = logging.getLogger(__name__)

PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
# Media types that this archive's own exports hold besides pages.
ROW_TYPES = ("application/json", "text/csv")
# In bytes: what is read at once when a file is copied, or is searched for the next record.
_BYTES_AT_ONCE = 1 << 20
# The possible beginnings of a record: the header of a gzip member (RFC 1952, 2.3.1: flags, three of them reserved,
# compression level, operating system), or a line that names the format. Both are at most _LONGEST_MARK bytes long.
_MEMBER_MARK = rb"\x1f\x8b\x08[\x00-\x1f][\x00-\xff]{4}[\x00\x02\x04][\x00-\x0d\xff]"
_LINE_MARK = rb"(?<=\n)WARC/\d\.\d{1,3}[ \t]{0,8}\r?\n"
_MEMBER, _RECORD, _EITHER = map(re.compile, (_MEMBER_MARK, _LINE_MARK, rb"%b|%b" % (_MEMBER_MARK, _LINE_MARK)))
_LONGEST_MARK = 32
_NAMES_FORMAT = re.compile(rb"WARC/\d\.\d{1,3}\s*")
_UNREADABLE = (ArchiveLoadFailed, UnreadableError, zlib.error, EOFError, ValueError, OSError, KeyError, AttributeError)
# The most WARC files of a package. Crawlers write files of a gigabyte, so that a package has some dozens. A judgement:
# each file costs a temporary one, and a package could hold millions of tiny ones.
_MOST_MEMBERS = 10_000
# The most distinct reasons for records without a page that are counted apart. The remark names the ten most frequent;
# the rest only bounds the memory.
_MOST_REASONS = 1000
# In bytes: a header line, and all headers of a record or of its HTTP response. Servers accept 8 to 64 thousand.
# A judgement: longer ones are no headers, but bytes after a damaged place.
_LONGEST_LINE, _LONGEST_HEADERS = 64 * 1024, 128 * 1024
# Empty lines between two records. The format has two. A judgement: without a limit a file of nothing but line feeds
# would be read to its end.
_MOST_EMPTY_LINES = 1000
# A record may unpack to _UNPACKED_FREELY bytes, or to _MOST_GROWTH times its packed size. Text shrinks to a twentieth,
# video hardly. Judgements: the largest document accepted by default (20 MiB) fits, and ten times what text needs.
_UNPACKED_FREELY, _MOST_GROWTH = 32 << 20, 200
# The most chunks of an HTTP response. Servers send some kilobytes in each, so that the largest document accepted (20
# MiB) has some thousands. A judgement: a chunk of one byte costs as much time as one of kilobytes.
_MOST_CHUNKS = 200_000
# In bytes: the central directory at the end of a package. This is enough for some tens of thousands of files. A
# judgement: a package holds few files besides its WARC files.
_LONGEST_DIRECTORY = 4 << 20
# The end record of a ZIP file (APPNOTE 4.3.16, and 4.3.14 for large files): (signature, offset and length of the
# directory's size).
_ZIP_END, _ZIP64_END, _LONGEST_ZIP_END = (b"PK\x05\x06", 12, 4), (b"PK\x06\x06", 40, 8), 22 + (1 << 16) + 76
_WRONG_LENGTH = Message("its length is not what its header says")
_CUT_SHORT = Message("it is cut short")
# Types of records that describe other records and hold no document.
_ABOUT_OTHERS = frozenset(("warcinfo", "request", "metadata"))


def read_warc(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken | Remark]:
    """Yields the pages of a WARC file. `largest` is the most bytes of a page; each record states its own encoding."""
    with path.open("rb") as file:
        yield from _records(file, _WebArchive(str(path), path.name, largest))


def read_wacz(path: Path, largest: int, encoding: str = "") -> Iterator[Item | Broken | Remark]:
    """Yields the pages of every WARC file in a package. `largest` is the most bytes of a page.

    Each WARC file is unpacked to a temporary file while it is read. Raises UnreadableError for a package that is
    damaged, locked or without a WARC file.
    """
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as package:
            members = [file for file in package.infolist() if file.filename.endswith((".warc", ".warc.gz"))]
            if not members:
                raise UnreadableError("no WARC file in the package (archive/*.warc.gz is expected)")
            for member in members[:_MOST_MEMBERS]:
                yield from _member(package, member, path, largest)
            if unread := members[_MOST_MEMBERS:]:
                reason = Message(
                    "the package holds {count:,} WARC files; from this on they were left unread", count=len(members)
                )
                yield Broken(str(path), unread[0].filename, reason, is_rest=True)
    except NotImplementedError:
        raise UnreadableError("a file in the package is packed in a way that cannot be read") from None
    except RuntimeError:
        raise UnreadableError("a file in the package is locked with a password") from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise UnreadableError("the package is damaged or cut short") from None


def _check_directory(path: Path) -> None:
    """Raises UnreadableError for a package with a central directory over _LONGEST_DIRECTORY: zipfile reads all of it."""
    with path.open("rb") as file:
        file.seek(-min(_LONGEST_ZIP_END, path.stat().st_size), os.SEEK_END)
        tail = file.read()
    for mark, size_offset, length in (_ZIP_END, _ZIP64_END):
        start = tail.rfind(mark)
        size = int.from_bytes(tail[start + size_offset : start + size_offset + length], "little") if start >= 0 else 0
        is_elsewhere = length == 4 and size == 0xFFFFFFFF
        if size > _LONGEST_DIRECTORY and not is_elsewhere:
            raise UnreadableError(
                "the package's list of files has {size:,} bytes; the most is {most:,}",
                size=size,
                most=_LONGEST_DIRECTORY,
            )


def _member(
    package: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, largest: int
) -> Iterator[Item | Broken | Remark]:
    """Yields the entries of one WARC file in a package; their places name the file.

    The file is unpacked to a temporary one. For a file that would unpack to far more than its packed size, only a
    Broken is yielded.
    """
    # A WARC file is compressed already. One that unpacks to many times its size is made to fill the disk.
    if member.file_size > max(largest, 20 * member.compress_size):
        sizes = {"packed": member.compress_size, "size": member.file_size}
        yield Broken(str(path), member.filename, Message("would unpack from {packed:,} to {size:,} bytes", **sizes))
        return
    with tempfile.TemporaryFile() as unpacked:
        remaining = member.file_size
        with package.open(member) as packed:
            while remaining > 0 and (chunk := packed.read(min(_BYTES_AT_ONCE, remaining))):
                unpacked.write(chunk)
                remaining -= len(chunk)
        unpacked.seek(0)
        for entry in _records(unpacked, _WebArchive(str(path), path.name, largest)):
            yield replace(entry, place=Message("{file}, {place}", file=member.filename, place=entry.place))


def _records(file: BinaryIO, archive: "_WebArchive") -> Iterator[Item | Broken | Remark]:
    """Yields every page, and a Broken for each broken record.

    After a broken record, reading goes on at the next possible beginning of a record.

    At the end, remarks count the records that no page was read from.
    """
    yield from _every_record(file, archive)
    yield from archive.skipped.remarks(archive.path)


class _SkippedRecords:
    """Counts the records of a file that hold no page, by reason, with the place of the first."""

    def __init__(self) -> None:
        self._elsewhere: Counter[str] = Counter()
        self._no_page: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add_elsewhere(self, address: str, place: str) -> None:
        """Counts a response whose address is no web address, by its scheme."""
        scheme, colon, _ = address.partition(":")
        self._elsewhere[scheme.lower()[:20] if colon else "none"] += 1
        self._first.setdefault("WARC-Target-URI", place)

    def add(self, reason: str, place: str) -> None:
        """Counts a record that holds no page, such as a picture or an error response."""
        # A hostile file can give every record a reason of its own.
        self._no_page[reason if reason in self._no_page or len(self._no_page) < _MOST_REASONS else "…"] += 1
        self._first.setdefault("records", place)

    def remarks(self, path: str) -> Iterator[Remark]:
        """Yields a remark for each of the two kinds of records, if there are any."""
        elsewhere = Message(
            "{count:,} answers from addresses that are not of the web were left out", count=self._elsewhere.total()
        )
        no_page = Message("{count:,} records that hold no page were skipped", count=self._no_page.total())
        groups = (("WARC-Target-URI", self._elsewhere, elsewhere), ("records", self._no_page, no_page))
        for field, counts, message in groups:
            if counts:
                reasons = ", ".join(f"{reason}: {times:,}" for reason, times in counts.most_common(10))
                yield Remark(path, self._first[field], Note(NoteKind.DROPPED, field, reasons, message))


@dataclass(frozen=True)
class _WebArchive:
    """A WARC file that is read.

    path: the path of the file, or of the package that holds it.
    name: the name of that file, without its folder.
    largest: the most bytes of a page.
    skipped: the records that hold no page.
    """

    path: str
    name: str
    largest: int
    skipped: _SkippedRecords = dataclasses.field(default_factory=_SkippedRecords)


def _every_record(file: BinaryIO, archive: _WebArchive) -> Iterator[Item | Broken]:
    """Yields every page of a WARC file, and a Broken for each broken record or if there is no record at all.

    The library cannot go on after an error. So the next possible beginning of a record is searched, and a new iterator
    starts there.
    """
    path = archive.path
    offset: int | None = 0
    mark, count = _record_mark(file), 0
    while offset is not None:
        file.seek(offset)
        records = _Records(file)
        record_offset, errors = offset, 0
        try:
            for record in records:
                if records.err_count > errors:
                    errors = records.err_count
                    yield Broken(path, _place(record_offset), _WRONG_LENGTH)
                record_offset = records.begun
                count += 1
                if entry := _entry(record, record_offset, archive):
                    yield entry
            if records.err_count > errors:
                yield Broken(path, _place(record_offset), _WRONG_LENGTH)
            if not count:
                yield Broken(path, _place(0), Message("no record of a web archive"))
            return
        except _UNREADABLE as error:
            if records.err_count > errors:
                yield Broken(path, _place(record_offset), _WRONG_LENGTH)
            record_offset, count = records.begun, max(count, 1)
            yield Broken(path, _place(record_offset), _reason(error))
            # No record begins inside headers that do not end, so most of the headers are skipped.
            step = _LONGEST_HEADERS * 3 // 4 if isinstance(error, _HeadersTooLongError) and mark is _RECORD else 1
            offset = _next_start(file, record_offset + step, mark)


def _record_mark(file: BinaryIO) -> re.Pattern[bytes]:
    """Returns the pattern of a record's beginning: gzip member, plain line, or both if the first bytes are neither."""
    start = file.read(5)
    return _MEMBER if start.startswith(GZIP_MARK) else _RECORD if start == b"WARC/" else _EITHER


class _Records(ArchiveIterator):
    """Iterates over the records of a file from its current position; `begun` is the offset of the current record.

    Raises one of _UNREADABLE for a record that is not whole. The library would accept a file that ends within a record,
    would read a record without a length to the end of the file, and would write warnings to standard error.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.known_format = "warc"
        self.begun = self.offset
        self._size = os.fstat(file.fileno()).st_size
        self.reader = _Reader(self.fh)
        loader = self.loader
        loader.warc_parser = _RecordHeaders(loader.warc_parser.statuslist, loader.warc_parser.verify)
        for name in ("http_parser", "http_req_parser"):
            parser = getattr(loader, name)
            setattr(loader, name, _Headers(parser.statuslist, parser.verify))

    def _next_record(self, next_line: bytes | None) -> ArcWarcRecord:
        """Sets `begun`, skips empty lines before the record, and checks that the record is whole.

        Raises EOFError at the end of the file, and _BadRecordError for a record that is cut short or has a wrong
        length.
        """
        self.begun = self.offset
        while next_line is None or not next_line.strip():
            # Empty lines before the first record, or a gzip member of empty lines alone.
            self.begun += len(next_line or b"") if not self.reader.decompressor else 0
            next_line = self.reader.readline()
            if not next_line and self.reader.is_cut:
                raise _BadRecordError(_CUT_SHORT)
            if not next_line:
                raise EOFError
        try:
            record = super()._next_record(next_line)
        except EOFError:
            raise _BadRecordError(_CUT_SHORT) from None
        self._check_end(record)
        return record

    def _check_end(self, record: ArcWarcRecord) -> None:
        """Raises _BadRecordError for a record of a plain file whose stated length is wrong.

        After that length the file must end, or white space or another record must follow. The check comes before the
        record is read, so that a record with too great a length costs nothing.
        """
        if self.reader.decompressor:
            return
        end = self.fh.tell() - self.reader.rem_length() + record.raw_stream.limit
        if end > self._size:
            raise _cut_short(record, end - self._size)
        after = os.pread(self.fh.fileno(), _LONGEST_MARK, end)
        if after and not after[:1].isspace() and not _NAMES_FORMAT.match(after):
            raise _BadRecordError(_WRONG_LENGTH)

    def read_to_end(self, record: ArcWarcRecord | None = None) -> None:
        super().read_to_end(record)
        if self.record and self.record.raw_stream.limit > 0:
            raise _cut_short(self.record, self.record.raw_stream.limit)
        if self.reader.decompressor and self.next_line:
            raise _BadRecordError("records are not compressed one by one; recompress the file with `warcio recompress`")

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        """Returns (the first line of what follows, the size of the lines before it in bytes).

        These are the empty lines that end a record. If the first line is neither empty nor the beginning of a record,
        the record goes on beyond its stated length: that line is skipped too, and `err_count` grows by one. The line is
        None at the end of the file.
        """
        size, is_first = 0, True
        while line := self.reader.readline():
            if line.strip():
                if not is_first or _NAMES_FORMAT.fullmatch(line):
                    return line, size
                self.err_count += 1
            size, is_first = size + len(line), False
        return None, size


class _BadRecordError(ArchiveLoadFailed):
    """A record that breaks a limit or the format. Its message is readable, unlike those of the library."""

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template if isinstance(template, Message) else Message(template, **values))


class _Reader(DecompressingBufferedReader):
    """Limits the length of header lines, the number of consecutive empty lines, and the unpacked size of a record.

    Without limits, a line of gigabytes would be read whole, and a few kilobytes may unpack to gigabytes.
    """

    def _init_decomp(self, decomp_type: str | None) -> None:
        super()._init_decomp(decomp_type)
        self._packed = self._empty_lines = 0

    @property
    def is_cut(self) -> bool:
        """Returns whether the file ends in a gzip member from which nothing could be unpacked."""
        return bool(self.decompressor and self._packed and not self.num_block_read and not self.decompressor.eof)

    def _decompress(self, data: bytes) -> bytes:
        """Raises zlib.error for damaged bytes within a gzip member.

        Raises _BadRecordError for a member that unpacks to too many bytes.
        """
        unpacked: bytes
        self._packed += len(data)
        if self.decompressor and self.num_block_read:
            # The library's method would treat damaged bytes as the end of the member, and read on after them.
            unpacked = self.decompressor.decompress(data)
        else:
            unpacked = super()._decompress(data)
        size = self.num_block_read + len(unpacked)
        if self.decompressor and size > max(_UNPACKED_FREELY, _MOST_GROWTH * self._packed):
            raise _BadRecordError(
                "it unpacks to more than {most:,} bytes and {times} times what it has packed",
                most=_UNPACKED_FREELY,
                times=_MOST_GROWTH,
            )
        return unpacked

    def readline(self, length: int | None = None) -> bytes:
        """Returns the next line, of at most `length` bytes, or else of at most _LONGEST_LINE.

        A damaged or hostile file may have no line feed in gigabytes, and the library would read all of them into
        memory. With `length`, a longer line comes in parts: the caller counts them (_Bounded).
        """
        line: bytes = super().readline(length or _LONGEST_LINE)
        if length is None and len(line) >= _LONGEST_LINE and not line.endswith(b"\n"):
            raise _BadRecordError("a header line has more than {most:,} bytes", most=_LONGEST_LINE)
        self._empty_lines = 0 if line.strip() else self._empty_lines + 1
        if line and self._empty_lines > _MOST_EMPTY_LINES:
            raise _BadRecordError("more than {most:,} empty lines follow one another", most=_MOST_EMPTY_LINES)
        return line


class _Chunks(ChunkedDataReader):
    """Decodes a chunked response (RFC 9112, 7.1) and limits the number and the size of its chunks."""

    def __init__(self, stream: object, largest: int) -> None:
        super().__init__(stream)
        self._largest, self._count = largest, 0

    def _try_decode(self, length_header: bytes) -> None:
        """Raises UnreadableError for more than _MOST_CHUNKS chunks, and for a chunk of more than `largest` bytes."""
        self._count += 1
        if self._count > _MOST_CHUNKS:
            raise UnreadableError("it was sent in more than {most:,} chunks", most=_MOST_CHUNKS)
        size = length_header.split(b";")[0].strip()
        if len(size) <= 16 and _HEXADECIMAL.fullmatch(size) and int(size, 16) > self._largest:
            raise UnreadableError(
                "a chunk of {size:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)",
                size=int(size, 16), most=self._largest,
            )  # fmt: skip
        super()._try_decode(length_header)


class _Headers(StatusAndHeadersParser):
    """Reads the headers of a record, or of its HTTP response, up to _LONGEST_HEADERS bytes."""

    def parse(self, stream: object, full_statusline: bytes | None = None) -> StatusAndHeaders:
        return super().parse(_Bounded(stream), full_statusline)


class _RecordHeaders(_Headers):
    """Reads the headers of a record. They must end with an empty line and state the record's type and length."""

    def parse(self, stream: object, full_statusline: bytes | None = None) -> StatusAndHeaders:
        """Raises _BadRecordError for headers without an end, a type or a length.

        Raises UnreadableError for a length that is no number.
        """
        bounded = _Bounded(stream, is_of_record=True)
        headers = StatusAndHeadersParser.parse(self, bounded, full_statusline)
        if not bounded.has_ended:
            raise _BadRecordError(_CUT_SHORT)
        for field in ("WARC-Type", "Content-Length"):
            if headers.get_header(field) is None:
                raise _BadRecordError("its headers do not have “{field}”", field=field)
        _length(headers)
        return headers


class _HeadersTooLongError(_BadRecordError):
    """Headers of more than _LONGEST_HEADERS bytes."""


class _Bounded:
    """The lines of a stream, up to _LONGEST_HEADERS bytes; `has_ended` is set once an empty line was read.

    In the headers of a record (`is_of_record`) the first line of another record is an error: the writer broke off.
    """

    def __init__(self, stream: Any, *, is_of_record: bool = False) -> None:
        self._stream, self._left = stream, _LONGEST_HEADERS
        self._is_of_record, self.has_ended = is_of_record, False

    def readline(self) -> bytes:
        """Returns the next line, with its end. Raises _HeadersTooLongError, and _RefusedError where a record begins
        among the headers of another.
        """
        line: bytes = self._stream.readline(self._left)
        self._left -= len(line)
        self.has_ended = line.endswith(b"\n") and not line.strip()
        if self._is_of_record and _NAMES_FORMAT.fullmatch(line):
            raise _BadRecordError(_CUT_SHORT)
        if self._left <= 0:
            raise _HeadersTooLongError(Message("the headers have more than {most:,} bytes", most=_LONGEST_HEADERS))
        return line


_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]+")
_HTTP = _Headers(["HTTP/1.0", "HTTP/1.1"], verify=False)


def _place(offset: int) -> Message:
    return Message("record at offset {offset:,}", offset=offset)


def _reason(error: Exception) -> Message:
    """Returns a readable reason why a record cannot be read. The library's own message goes to the log."""
    error_text = str(error)
    if isinstance(error_text, Message):
        return error_text
    _log.info("a record of a web archive cannot be read", exc_info=error)
    if isinstance(error, zlib.error):
        return Message("its compressed bytes are damaged")
    if isinstance(error, EOFError):
        return _CUT_SHORT
    if isinstance(error, ArchiveLoadFailed):
        return Message("it does not begin as a record of a web archive does")
    return Message("it is not written as records of web archives are")


def _next_start(file: BinaryIO, offset: int, mark: re.Pattern[bytes]) -> int | None:
    """Returns the offset, from `offset` on, at which the next record can begin; None if there is none."""
    base = max(offset - 1, 0)
    file.seek(base)
    window = file.read(offset - base)
    while chunk := file.read(_BYTES_AT_ONCE):
        window += chunk
        # The line break before a line can be the byte before `offset`.
        if match := mark.search(window, max(offset - base, 0)):
            return base + match.start()
        tail = window[-_LONGEST_MARK:]
        base, window = base + len(window) - len(tail), tail
    return None


def _entry(record: ArcWarcRecord, offset: int, archive: _WebArchive) -> Item | Broken | None:
    """Returns the page of a record; None for a record that describes others, or that is counted in `skipped`."""
    headers, place = record.rec_headers, _place(offset)
    address = (headers.get_header("WARC-Target-URI") or "").strip("<> ")
    is_web = address.lower().startswith(("http://", "https://"))
    if record.rec_type == "revisit":
        captured_at, _notes = _time(headers.get_header("WARC-Date"))
        return _with_canonical_address(Item(archive.path, None, "", archive.name, address, captured_at, place=place))
    if record.rec_type in _ABOUT_OTHERS:
        return None
    if record.rec_type == "response" and not is_web:
        archive.skipped.add_elsewhere(address, place)
        return None
    if reason := _reason_without_page(record, is_web=is_web):
        archive.skipped.add(reason, place)
        return None
    # A resource without a web address is a file of some archive. Its name there is no address.
    return _page(record, offset, address if is_web else "", archive)


def _reason_without_page(record: ArcWarcRecord, *, is_web: bool) -> str:
    """Returns why a record holds no page: its type, status or media type; empty for a record with a page.

    `is_web` says that its address is a web address. Parses the HTTP headers of a response.
    """
    if record.rec_type not in {"resource", "response"}:
        return f"WARC-Type {shorten_value(record.rec_type)[:30]}"
    if record.rec_type == "response":
        if record.http_headers is None:
            # The library parses HTTP headers only if the scheme is in lower case.
            record.http_headers = _HTTP.parse(record.raw_stream)
        if (status := record.http_headers.get_statuscode()) != "200":
            return f"status {shorten_value(status)[:30] or 'none'}"
    media_type, _charset = _declared_type(record)
    if media_type not in (PAGE_TYPES if is_web else (*PAGE_TYPES, *ROW_TYPES)):
        return shorten_value(media_type)[:60] or "no Content-Type"
    return ""


def _page(record: ArcWarcRecord, offset: int, address: str, archive: _WebArchive) -> Item | Broken:
    """Returns the page of a record, unpacked; `address` is empty for a file without a web address.

    Returns a Broken if the page cannot be unpacked. Raises _BadRecordError if the record is cut short.
    """
    place = _place(offset)
    content = read_limited(_without_chunks(record, archive.largest), archive.largest)
    # Bytes that the record's header announced and the file does not have.
    if (missing := record.raw_stream.limit) > 0:
        raise _cut_short(record, missing)
    try:
        content, coding_notes = unpack(content, _content_codings(record.http_headers), archive.largest)
    except UnreadableError as error:
        # The record itself is whole, so reading goes on after it.
        return Broken(archive.path, place, error.message)
    media_type, charset = _declared_type(record)
    captured_at, time_notes = _time(record.rec_headers.get_header("WARC-Date"))
    # The record's offset tells files of one archive apart.
    filename = archive.name if address else f"{archive.name}:{offset}"
    item = Item(
        archive.path, content, media_type, filename, address, captured_at, charset, place, (*time_notes, *coding_notes)
    )
    return _with_canonical_address(item) if address else item


def _declared_type(record: ArcWarcRecord) -> tuple[str, str]:
    """Returns (media type, charset) that the response declares, or else the record."""
    headers = record.http_headers or record.rec_headers
    return content_type(headers.get_header("Content-Type") or "")


def _cut_short(record: ArcWarcRecord, missing: int) -> "_BadRecordError":
    length = _length(record.rec_headers)
    return _BadRecordError("cut short: {size:,} of {length:,} bytes", size=length - missing, length=length)


def _content_codings(http: StatusAndHeaders | None) -> str:
    """Returns the content codings of a response, in order.

    Header lines of one name form one list (RFC 9110, section 5.3).
    """
    headers = http.headers if http else []
    return ", ".join(value for name, value in headers if name.lower() == "content-encoding")


def _length(headers: StatusAndHeaders) -> int:
    """Returns the stated length of a record in bytes. Raises UnreadableError if it is no number."""
    text = (headers.get_header("Content-Length") or "0").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UnreadableError(
            "“{field}” is “{value}”, not a number of bytes", field="Content-Length", value=shorten_value(text)
        )
    return int(text)


def _without_chunks(record: ArcWarcRecord, largest: int) -> BinaryIO:
    """Returns the record's content without chunked coding. Content codings, such as gzip, remain."""
    transfer_coding = record.http_headers.get_header("Transfer-Encoding") if record.http_headers else None
    return _Chunks(record.raw_stream, largest) if "chunked" in (transfer_coding or "").lower() else record.raw_stream


def _with_canonical_address(item: Item) -> Item | Broken:
    """Returns the item with the canonical spelling of its address; Broken if that is no web address."""
    try:
        return replace(item, address=canonical_address(item.address))
    except AddressError as error:
        return Broken(item.path, item.place, error.message)


def content_type(header: str) -> tuple[str, str]:
    """Returns (media type, charset) of a Content-Type header, in lower case.

    The charset is empty if none is declared.
    """
    media_type, *parameters = header.lower().split(";")
    pairs = (part.partition("=") for part in parameters if "=" in part)
    declared = {name.strip(): value.strip() for name, _equals, value in pairs}
    return media_type.strip(), declared.get("charset", "").strip(" \"'")


def _time(value: str | None) -> tuple[datetime | None, tuple[Note, ...]]:
    """Returns (the time of a WARC-Date, notes).

    A time without a zone is in UTC. An invalid date yields None and a note.
    """
    try:
        moment = parse_datetime(value) if value else None
    except ValueError:
        moment = None
    if moment is None:
        message = Message("not a time; taken as captured now")
        return None, (Note(NoteKind.DROPPED, "WARC-Date", value, message),) if value else ()
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC), ()
