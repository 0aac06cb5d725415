"""Opens files, compressed or not, and reads from them no more than is allowed."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from articles.ingest.document import UnreadableError
from articles.platform.messages import Message

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 16


def ending_of(path: Path) -> str:
    """The file's ending in lower case, that of the file inside for a compressed one."""
    plain = Path(path.name[:-3]) if path.name.lower().endswith(".gz") else path
    return plain.suffix.lower()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked if it is a gzip file; a damaged one raises UnreadableError while it is read."""
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP
        file.seek(0)
        try:
            yield gzip.open(file) if is_gzip else file  # noqa: SIM115  `file` is closed above, and nothing is written.
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise UnreadableError("the gzip file is damaged or cut short") from None


def read_whole(path: Path, largest: int) -> bytes:
    """All bytes of a document's file; raises UnreadableError if there are more than `largest`."""
    size = path.stat().st_size
    if size > largest:
        raise UnreadableError(
            "{size:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)", size=size, most=largest
        )
    with opened(path) as stream:
        return read_limited(stream, largest)


def read_limited(stream: BinaryIO, largest: int) -> bytes:
    """Everything left in `stream`; raises UnreadableError as soon as it is more than `largest` bytes."""
    parts, size = [], 0
    while part := stream.read(_CHUNK):
        size += len(part)
        if size > largest:
            raise UnreadableError(
                "more than {most:,} bytes when unpacked; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)",
                most=largest,
            )
        parts.append(part)
    return b"".join(parts)


def too_long(largest: int) -> Message:
    """Why a line or row is not read that has more than `largest` bytes."""
    return Message(
        "more than {most:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)", most=largest
    )


def lines(stream: BinaryIO, largest: int) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line with its end) of a stream; None for a line of more than `largest` bytes, which is skipped."""
    number = 0
    while line := stream.readline(largest + 1):
        number += 1
        if len(line) <= largest:
            yield number, line
            continue
        while not line.endswith(b"\n") and (line := stream.readline(_CHUNK)):
            pass
        yield number, None
