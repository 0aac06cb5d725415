"""What a server's answer holds once its Content-Encoding is undone (RFC 9110, 8.4); asked by the WARC reader and `fetch`."""

import re
import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard

from articles.ingest.document import Note, UnreadableError
from articles.models.delivery import NoteKind
from articles.platform.messages import Message

# Bytes unpacked at a time.
_CHUNK = 1 << 16
# The longest distance a page refers back over: RFC 9659 lets no server of the web use more.
_LARGEST_WINDOW = 8 << 20
_FIELD = "Content-Encoding"
_GZIP_MARK = b"\x1f\x8b"
# How packed bytes begin, where they always begin alike.
_MARKS = {"gzip": _GZIP_MARK, "x-gzip": _GZIP_MARK, "zstd": b"\x28\xb5\x2f\xfd"}
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")


class _CutShortError(Exception):
    """The packed bytes end before their end."""


def unpacked(content: bytes, header: str, largest: int) -> tuple[bytes, tuple[Note, ...]]:
    """(`content` without the codings that `header` names, outermost last; what was not as the header says).

    Some archives keep a page unpacked under the header of the packed one: a page that is plain text in spite of its header is
    taken as it is. Raises UnreadableError for a coding that is not known, for damaged bytes, and for more than `largest` bytes.
    """
    notes: list[Note] = []
    for name in reversed([part.strip().lower() for part in header.split(",")]):
        if name in {"", "identity", "none"}:
            continue
        if _is_plain(content) or not content.startswith(_MARKS.get(name, b"")):
            taken = Message("the content is not packed; it was taken as it is")
            notes.append(Note(NoteKind.ENCODING, _FIELD, name, taken))
            continue
        if name not in _CODINGS:
            raise UnreadableError(
                "{field} is “{name}”; known are {choices}", field=_FIELD, name=name[:40], choices=", ".join(_CODINGS)
            )
        content, is_whole = _unpacked_once(content, name, largest)
        if not is_whole:
            taken = Message("the packed content is cut short; what came of it was taken")
            notes.append(Note(NoteKind.BROKEN, _FIELD, name, taken))
    return content, tuple(notes)


def _unpacked_once(content: bytes, name: str, largest: int) -> tuple[bytes, bool]:
    parts, size, is_whole = [], 0, True
    try:
        for part in _CODINGS[name](content):
            size += len(part)
            if size > largest:
                raise UnreadableError("larger than {most:,} bytes when unpacked (ARCHIVE_LARGEST_FILE)", most=largest)
            parts.append(part)
    except _CutShortError:
        is_whole = False
    except (zlib.error, brotli.error, zstandard.ZstdError):
        raise UnreadableError("{field} is “{name}”, but the content is damaged", field=_FIELD, name=name) from None
    if not is_whole and not size:
        raise UnreadableError("{field} is “{name}”, but the content is cut short", field=_FIELD, name=name)
    return b"".join(parts), is_whole


def _is_plain(content: bytes) -> bool:
    """Whether the content is markup or text already: packed bytes neither begin as markup nor are UTF-8 without controls."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--", b"<body")):
        return True
    try:
        return not _CONTROLS.search(content.decode())
    except UnicodeDecodeError:
        return False


def _gzip(content: bytes) -> Iterator[bytes]:
    """One member after another; what follows the last and is none is passed over, as browsers do."""
    while content.startswith(_GZIP_MARK):
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        yield from _inflated(member, content)
        content = member.unused_data
        yield b""


def _deflate(content: bytes) -> Iterator[bytes]:
    """In zlib's wrapping, as the specification has it, or bare, as some servers send it."""
    is_wrapped = len(content) > 1 and content[0] & 0x0F == 8 and (content[0] << 8 | content[1]) % 31 == 0
    yield from _inflated(zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS), content)


def _inflated(packed: "zlib._Decompress", content: bytes) -> Iterator[bytes]:
    while content and not packed.eof:
        yield packed.decompress(content, _CHUNK)
        content = packed.unconsumed_tail
    while not packed.eof and (part := packed.decompress(b"", _CHUNK)):
        yield part
    if not packed.eof:
        raise _CutShortError


def _brotli(content: bytes) -> Iterator[bytes]:
    packed = brotli.Decompressor()
    part = packed.process(content, output_buffer_limit=_CHUNK)
    while part or not packed.can_accept_more_data():
        yield part
        part = packed.process(b"", output_buffer_limit=_CHUNK)
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
