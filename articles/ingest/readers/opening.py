"""Opens files, gzip or plain, and reads from them within limits."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from articles.ingest.content_coding import GZIP_MARK
from articles.ingest.document import UnreadableError
from articles.platform.messages import Message

# In bytes: one read. The size is held against the limit after each, so that a packed file is not unpacked far beyond
# it.
_BYTES_AT_ONCE = 1 << 16


def ending_of(path: Path) -> str:
    """Returns a file's ending in lower case, with the dot. The ending «.gz» is skipped."""
    unpacked_path = Path(path.name[:-3]) if path.name.lower().endswith(".gz") else path
    return unpacked_path.suffix.lower()


@contextmanager
def open_unpacked(path: Path) -> Iterator[BinaryIO]:
    """Opens a file as a stream of bytes and unpacks it if it is a gzip file.

    Reading from a damaged gzip file raises UnreadableError.
    """
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP_MARK
        file.seek(0)
        try:
            # For mypy, a GzipFile is no BinaryIO; it reads as one. For ruff, it is left open; `file` is closed above.
            yield gzip.open(file) if is_gzip else file  # type: ignore[misc]  # noqa: SIM115
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise UnreadableError("the gzip file is damaged or cut short") from None


def read_whole(path: Path, largest: int) -> bytes:
    """Returns the bytes of a document's file.

    Raises UnreadableError for more than `largest` bytes, packed or unpacked.
    """
    size = path.stat().st_size
    if size > largest:
        raise UnreadableError(
            "{size:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)", size=size, most=largest
        )
    with open_unpacked(path) as stream:
        return read_limited(stream, largest)


def read_limited(stream: BinaryIO, largest: int) -> bytes:
    """Returns the remaining bytes of `stream`. Raises UnreadableError as soon as they are more than `largest`."""
    chunks, size = [], 0
    while chunk := stream.read(_BYTES_AT_ONCE):
        size += len(chunk)
        if size > largest:
            raise UnreadableError(
                "more than {most:,} bytes when unpacked; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)",
                most=largest,
            )
        chunks.append(chunk)
    return b"".join(chunks)


def too_long(largest: int) -> Message:
    """Returns the reason for not reading a line or row of more than `largest` bytes."""
    return Message(
        "more than {most:,} bytes; the largest document accepted is {most:,} (ARCHIVE_LARGEST_FILE)", most=largest
    )


def lines(stream: BinaryIO, largest: int) -> Iterator[tuple[int, bytes | None]]:
    """Yields (number from 1, line with its end) for each line of a stream.

    A line of more than `largest` bytes is skipped and yields None.
    """
    number = 0
    while line := stream.readline(largest + 1):
        number += 1
        if len(line) <= largest:
            yield number, line
            continue
        while not line.endswith(b"\n") and (line := stream.readline(_BYTES_AT_ONCE)):
            pass
        yield number, None
