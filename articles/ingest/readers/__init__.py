"""Reads the items of files, with one reader per format. Readers stream, so that files may have any size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from articles.ingest.document import Broken, Item, Remark, UnreadableError
from articles.ingest.readers import rows, warc
from articles.ingest.readers.opening import ending_of, read_whole

Entry = Item | Broken | Remark


@dataclass(frozen=True)
class Format:
    """A file format.

    endings: the endings of its files, in lower case, with the dot.
    read: the reader. It takes the path, the most bytes of a document, and the encoding that the caller names (may be
        empty).
    """

    endings: tuple[str, ...]
    read: Callable[[Path, int, str], Iterator[Entry]]


def _page(path: Path, largest: int, encoding: str) -> Iterator[Entry]:
    yield _whole(path, largest, "text/html")


def _text(path: Path, largest: int, encoding: str) -> Iterator[Entry]:
    yield _whole(path, largest, "text/plain")


def _whole(path: Path, largest: int, media_type: str) -> Item:
    content = read_whole(path, largest)
    name = path.name.removesuffix(".gz")
    # A file is identified by its name alone. Its folder on this machine stays private.
    return Item(str(path), content, media_type, filename=name)


FORMATS = {
    "text": Format((".txt", ".text", ""), _text),
    "html": Format((".html", ".htm", ".xhtml"), _page),
    "jsonl": Format((".jsonl", ".ndjson"), rows.read_jsonl),
    "csv": Format((".csv",), rows.read_csv),
    "warc": Format((".warc",), warc.read_warc),
    "wacz": Format((".wacz",), warc.read_wacz),
}


def read(path: Path, largest: int, format_name: str = "auto", encoding: str = "") -> Iterator[Entry]:
    """Yields the items of a file, and a Broken for each part that cannot be read.

    `largest` is the most bytes of a document. `encoding` applies to files of rows; the encoding of other documents is
    determined when they are read. The format "auto" is determined by the file's ending; a file without an ending that
    begins like an HTML page is a page. Raises UnreadableError for a file of which nothing can be read, and OSError.
    """
    if not path.is_file():
        raise UnreadableError("not a regular file")
    name = format_name if format_name != "auto" else _name_by_ending(path)
    yield from FORMATS[name].read(path, largest, encoding)


def _name_by_ending(path: Path) -> str:
    """Returns the name of the format that a file's ending stands for.

    A file without an ending is text, or "html" if it begins like a page. Raises UnreadableError for an unknown ending.
    """
    ending = ending_of(path)
    name = next((name for name, file_format in FORMATS.items() if ending in file_format.endings), None)
    if name is None:
        readable = ", ".join(
            sorted(
                known_ending for file_format in FORMATS.values() for known_ending in file_format.endings if known_ending
            )
        )
        raise UnreadableError(
            "files that end in “{ending}” cannot be read; name the format, or use {readable}", ending=path.suffix, readable=readable
        )  # fmt: skip
    if ending == "" and looks_like_page(path):
        return "html"
    return name


def looks_like_page(path: Path) -> bool:
    """Returns whether a file begins like an HTML page, whatever its name."""
    with path.open("rb") as file:
        start = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head"))
