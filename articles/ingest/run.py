"""Paths → stored articles, one by one, with a report: what `manage.py ingest` and load_fixtures call."""

import hashlib
import mimetypes
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, connection
from django.utils import timezone

from articles.extract.authority import Authority
from articles.ingest.decoding import decode
from articles.ingest.document import UnreadableError
from articles.ingest.store import address_of, is_stored, store
from articles.ingest.text import read_text

# Format name → the file endings that `auto` takes for it.
FORMATS = {"text": (".txt", ".text", "")}


@dataclass(frozen=True)
class Failure:
    """A file that did not become an article: where, and why."""

    path: str
    reason: str


@dataclass
class Report:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def articles_per_second(self) -> float:
        return round((self.created + self.updated + self.unchanged) / self.seconds, 1) if self.seconds else 0.0

    def as_dict(self) -> dict[str, float]:
        return {
            "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "failed": len(self.failures), "articles_per_second": self.articles_per_second,
        }  # fmt: skip


def ingest(
    paths: Iterable[Path],
    *,
    largest: int,
    format_name: str = "auto",
    encoding: str = "",
    told: Callable[[str, Path], None] = lambda outcome, path: None,
) -> Report:
    """Stores every file under `paths`, each in a transaction of its own; a bad file is reported and stops no other.

    `largest` is the most bytes a file may have. `told` hears "created", "updated", "unchanged" or "failed" with each path.
    """
    report = Report()
    authority = Authority.load()
    started = time.monotonic()
    for path in _files(paths, report):
        try:
            outcome = _ingest_file(path, largest, format_name, encoding, authority)
            setattr(report, outcome, getattr(report, outcome) + 1)
        except UnreadableError as error:
            outcome = _fail(report, path, str(error))
        except OSError as error:
            outcome = _fail(report, path, error.strerror or str(error))
        except DatabaseError as error:
            if not _answers():
                raise
            outcome = _fail(report, path, f"the database refused it: {str(error).splitlines()[0]}")
        told(outcome, path)
    report.seconds = time.monotonic() - started
    return report


def _fail(report: Report, path: Path, reason: str) -> str:
    report.failures.append(Failure(str(path), reason))
    return "failed"


def _answers() -> bool:
    return connection.is_usable() if connection.connection else True


def _files(paths: Iterable[Path], report: Report) -> Iterator[Path]:
    """Every file under `paths` once, folders in the order of their names, hidden files left out."""
    seen = set()
    for path in paths:
        if not path.exists():
            _fail(report, path, "no such file or folder")
            continue
        inside = (
            sorted(p for p in path.rglob("*") if p.is_file() and not _is_hidden(p, path)) if path.is_dir() else [path]
        )
        for file in inside:
            if (resolved := file.resolve()) not in seen:
                seen.add(resolved)
                yield file


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _ingest_file(path: Path, largest: int, format_name: str, encoding: str, authority: Authority) -> str:
    if not path.is_file():
        raise UnreadableError("not a regular file")
    _check_format(path, format_name)
    size = path.stat().st_size
    if size > largest:
        raise UnreadableError(f"{size:,} bytes; the largest file accepted is {largest:,} (ARCHIVE_LARGEST_FILE)")
    content = path.read_bytes()
    if is_stored(hashlib.sha256(content).hexdigest()):
        return "unchanged"
    text, read_as = decode(content, encoding)
    _, outcome = store(
        read_text(text),
        content,
        media_type=mimetypes.guess_type(path.name)[0] or "text/plain",
        encoding=read_as,
        filename=path.name,
        address=address_of(path),
        captured_at=timezone.now(),
        authority=authority,
    )
    return outcome


def _check_format(path: Path, format_name: str) -> None:
    endings = {ending for known in FORMATS.values() for ending in known}
    if format_name == "auto" and path.suffix.lower() not in endings:
        readable = ", ".join(ending for ending in sorted(endings) if ending)
        raise UnreadableError(f"files that end in “{path.suffix}” cannot be read; name the format, or use {readable}")
