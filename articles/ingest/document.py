"""What passes through ingest: an item as a reader takes it from a file, the document it holds, and the errors between."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from articles.extract.dates import StatedDate
from articles.models import ArchiveDate, TitleOrigin
from articles.models.delivery import NoteKind
from articles.platform.messages import Message, MessageError


class UnreadableError(MessageError):
    """An input that cannot become an article; the message says what was expected and what was found."""


# How much of a value a note quotes, in code points.
_LONGEST_QUOTE = 120


@dataclass(frozen=True)
class Note:
    """A value that was not taken as it was given: the field, its value, and what became of it."""

    kind: NoteKind
    field: str
    given: str
    taken: Message

    def __post_init__(self) -> None:
        for name in ("field", "given"):
            object.__setattr__(self, name, quoted(getattr(self, name)))

    def __str__(self) -> str:
        return f"{self.field} “{self.given}”: {self.taken}" if self.given else f"{self.field}: {self.taken}"


def quoted(value: object) -> str:
    """`value` as a report quotes it: on one line, cut where it is long, and storable."""
    text = " ".join(str(value).split()).encode("utf-8", "replace").decode().replace("\0", "�")
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


@dataclass(frozen=True)
class Item:
    """One document's bytes as received, and what the file around them says of it.

    `place` tells where in its file it stood («line 7», «record at offset 1024»), `address` where it was fetched or
    read from: a web address in its canonical spelling, or a file's, `encoding` what its transport declares. Without
    `content` it is a revisit: the page at `address` was seen again unchanged at `captured_at`. `notes` tell what of the
    bytes was not taken as they were.
    """

    path: str
    content: bytes | None
    media_type: str
    filename: str = ""
    address: str = ""
    captured_at: datetime | None = None
    encoding: str = ""
    place: str = ""
    notes: tuple[Note, ...] = ()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Broken:
    """A part of a file that no reader can use: where it stands, and why.

    `is_rest` where it is all that follows that place: the file was not read to its end.
    """

    path: str
    place: str
    reason: Message
    is_rest: bool = False


@dataclass(frozen=True)
class Remark:
    """What a reader tells of a file beside its documents: a note that belongs to no document."""

    path: str
    place: str
    note: Note


@dataclass(frozen=True)
class SetAside:
    """A line of the original that is not part of the article's text: its number from 1, what it is, and its words."""

    line: int
    kind: str
    text: str

    def as_dict(self) -> dict[str, object]:
        return {"line": self.line, "kind": self.kind, "text": self.text}


@dataclass(frozen=True)
class Document:
    """An article as a reader found it; `body` has paragraphs parted by a blank line, `marks` are candidate agency marks.

    `dates` are the publication dates it states, weightiest first; `published` is set where the input gives the date in
    the archive's own terms, which is then kept as it is. `notes` tell which values were not taken as they were given.
    """

    title: str
    title_origin: TitleOrigin
    body: str
    author: str = ""
    section: str = ""
    marks: tuple[str, ...] = ()
    source_name: str = ""
    dates: tuple[StatedDate, ...] = ()
    published: ArchiveDate | None = None
    url: str = ""
    language: str = "ar"
    status: str = ""
    notice: str = ""
    set_aside: tuple[SetAside, ...] = field(default=())
    notes: tuple[Note, ...] = ()
