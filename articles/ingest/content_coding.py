"""Decodes the Content-Encoding of HTTP responses (RFC 9110, 8.4), for the WARC reader and `fetch`."""

import re
import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard

from articles.ingest.document import Note, UnreadableError
from articles.models.delivery import NoteKind
from articles.platform.messages import Message

# In bytes: the output of one decompression step. Between steps the output is held against the limit, so that a bomb of
# a few bytes is refused early. A judgement: smaller steps only cost more calls.
_BYTES_AT_ONCE = 1 << 16
# In bytes: the window of zstd. RFC 9659 forbids web servers a larger one.
_LARGEST_WINDOW = 8 << 20
_FIELD = "Content-Encoding"
GZIP_MARK = b"\x1f\x8b"
# The signatures of the codings that have one.
_MARKS = {"gzip": GZIP_MARK, "x-gzip": GZIP_MARK, "zstd": b"\x28\xb5\x2f\xfd"}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")


class _CutShortError(Exception):
    """The compressed bytes end too early."""


def unpack(content: bytes, header: str, largest: int) -> tuple[bytes, tuple[Note, ...]]:
    """Returns (`content` without the codings in `header`, notes on contents that contradict the header).

    `header` lists the codings with the outermost last. Some archives store a page unpacked under the header of the
    packed response, so content that is plain text in spite of its header is left as it is. Raises UnreadableError for
    an unknown coding, for damaged bytes, and for more than `largest` bytes.
    """
    notes: list[Note] = []
    for name in reversed([part.strip().lower() for part in header.split(",")]):
        if name in {"", "identity", "none"}:
            continue
        if _is_plain(content) or not content.startswith(_MARKS.get(name, b"")):
            message = Message("the content is not packed; it was taken as it is")
            notes.append(Note(NoteKind.ENCODING, _FIELD, name, message))
            continue
        if name not in _CODINGS:
            raise UnreadableError(
                "{field} is “{name}”; known are {choices}", field=_FIELD, name=name[:40], choices=", ".join(_CODINGS)
            )
        content, is_whole = _unpacked_once(content, name, largest)
        if not is_whole:
            message = Message("the packed content is cut short; what came of it was taken")
            notes.append(Note(NoteKind.BROKEN, _FIELD, name, message))
    return content, tuple(notes)


def _unpacked_once(content: bytes, name: str, largest: int) -> tuple[bytes, bool]:
    """Returns (the content without the coding `name`, whether the packed bytes were whole).

    Raises UnreadableError for damaged bytes, for more than `largest` bytes of output, and for bytes that are cut short
    before anything could be unpacked.
    """
    chunks, size, is_whole = [], 0, True
    try:
        for chunk in _CODINGS[name](content):
            size += len(chunk)
            if size > largest:
                raise UnreadableError("larger than {most:,} bytes when unpacked (ARCHIVE_LARGEST_FILE)", most=largest)
            chunks.append(chunk)
    except _CutShortError:
        is_whole = False
    except (zlib.error, brotli.error, zstandard.ZstdError):
        raise UnreadableError("{field} is “{name}”, but the content is damaged", field=_FIELD, name=name) from None
    if not is_whole and not size:
        raise UnreadableError("{field} is “{name}”, but the content is cut short", field=_FIELD, name=name)
    return b"".join(chunks), is_whole


def _is_plain(content: bytes) -> bool:
    """Returns whether the content is not compressed: it begins as markup does, or is UTF-8 without control characters."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--", b"<body")):
        return True
    try:
        return not _CONTROLS.search(content.decode())
    except UnicodeDecodeError:
        return False


def _gzip(content: bytes) -> Iterator[bytes]:
    """Yields the content of all gzip members. Bytes after the last member are ignored, as in browsers."""
    while content.startswith(GZIP_MARK):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        yield from _inflate(member, content)
        content = member.unused_data
        yield b""


def _deflate(content: bytes) -> Iterator[bytes]:
    """Unpacks deflate in the zlib format, as specified, or raw deflate, as some servers send it."""
    is_wrapped = len(content) > 1 and content[0] & 0x0F == 8 and (content[0] << 8 | content[1]) % 31 == 0
    yield from _inflate(zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS), content)


def _inflate(packed: "zlib._Decompress", content: bytes) -> Iterator[bytes]:
    """Yields what the decompressor `packed` makes of the content, at most _BYTES_AT_ONCE bytes at a time.

    Raises _CutShortError if the content ends before the compressed data does. Bytes after that end are not read.
    """
    while content and not packed.eof:
        yield packed.decompress(content, _BYTES_AT_ONCE)
        content = packed.unconsumed_tail
    while not packed.eof and (part := packed.decompress(b"", _BYTES_AT_ONCE)):
        yield part
    if not packed.eof:
        raise _CutShortError


def _brotli(content: bytes) -> Iterator[bytes]:
    """Yields the content of Brotli data (RFC 7932) in parts. Raises _CutShortError if the data ends too early."""
    packed = brotli.Decompressor()
    part = packed.process(content, output_buffer_limit=_BYTES_AT_ONCE)
    while part or not packed.can_accept_more_data():
        yield part
        part = packed.process(b"", output_buffer_limit=_BYTES_AT_ONCE)
    if not packed.is_finished():
        raise _CutShortError


def _zstd(content: bytes) -> Iterator[bytes]:
    packed = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()
    for start in range(0, len(content), 256):
        yield packed.decompress(content[start : start + 256])
        if packed.eof:
            return
    raise _CutShortError


_CODINGS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd,
}  # fmt: skip
