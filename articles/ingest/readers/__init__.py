"""Files → items: one reader a format, each a stream, so that a file's size is no matter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from articles.ingest.document import Broken, Item, Remark, UnreadableError
from articles.ingest.readers import rows, warc
from articles.ingest.readers.opening import ending_of, read_whole

Entry = Item | Broken | Remark


@dataclass(frozen=True)
class Format:
    """A format: the endings of its files, and what reads them: path, the largest document in bytes, the encoding named."""

    endings: tuple[str, ...]
    read: Callable[[Path, int, str], Iterator[Entry]]


def _page(path: Path, largest: int, encoding: str) -> Iterator[Entry]:
    yield _whole(path, largest, "text/html")


def _text(path: Path, largest: int, encoding: str) -> Iterator[Entry]:
    yield _whole(path, largest, "text/plain")


def _whole(path: Path, largest: int, media_type: str) -> Item:
    content = read_whole(path, largest)
    name = path.name.removesuffix(".gz")
    # Where a file lies on this machine is nobody's business: it is known by its name.
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
    """The items of a file, and the parts of it that cannot be read; a document may have at most `largest` bytes.

    `encoding` is what the caller names for files of rows; a document's is told when the document is read. `auto` goes by the file's ending; a file without one that begins as a page does is a page. Raises UnreadableError for
    a file of which nothing can be read, and OSError.
    """
    if not path.is_file():
        raise UnreadableError("not a regular file")
    name = format_name if format_name != "auto" else _by_ending(path)
    yield from FORMATS[name].read(path, largest, encoding)


def _by_ending(path: Path) -> str:
    ending = ending_of(path)
    name = next((name for name, known in FORMATS.items() if ending in known.endings), None)
    if name is None:
        readable = ", ".join(sorted(end for known in FORMATS.values() for end in known.endings if end))
        raise UnreadableError(
            "files that end in “{ending}” cannot be read; name the format, or use {readable}", ending=path.suffix, readable=readable
        )  # fmt: skip
    if ending == "" and looks_like_page(path):
        return "html"
    return name


def looks_like_page(path: Path) -> bool:
    """Whether a file begins as an HTML page does, whatever its name."""
    with path.open("rb") as file:
        start = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head"))
