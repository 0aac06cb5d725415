"""The values that pass through ingest: items, which readers take from files, the documents in them, notes and errors."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from articles.extract.dates import StatedDate
from articles.models import ArchiveDate, TitleOrigin
from articles.models.delivery import NoteKind
from articles.platform.messages import Message, MessageError


class UnreadableError(MessageError):
    """An input that cannot become an article. The message states what was expected and what the input holds."""


# In code points: the greatest length of a value in a note. A judgement: it fits a line, and shows enough to find the
# value in its file.
_LONGEST_QUOTE = 120


@dataclass(frozen=True)
class Note:
    """A value that was not stored as it was stated.

    kind: the kind of change.
    field: the name of the field.
    given: the value as stated, shortened by `shorten_value`.
    taken: what was stored instead, and why.
    """

    kind: NoteKind
    field: str
    given: str
    taken: Message

    def __post_init__(self) -> None:
        for name in ("field", "given"):
            object.__setattr__(self, name, shorten_value(getattr(self, name)))

    def __str__(self) -> str:
        return f"{self.field} “{self.given}”: {self.taken}" if self.given else f"{self.field}: {self.taken}"


def shorten_value(value: object) -> str:
    """Returns `value` for a report: on one line, at most _LONGEST_QUOTE code points, without NUL and surrogates."""
    text = " ".join(str(value).split()).encode("utf-8", "replace").decode().replace("\0", "�")
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


@dataclass(frozen=True)
class Item:
    """One document's bytes as received, with what the file around them states about it.

    path: the path of the file, or the address that was fetched.
    content: the bytes; None for a revisit, where the page at `address` was unchanged at `captured_at`.
    media_type: the media type of the bytes, in lower case.
    filename: the name of the original.
    address: the place that the bytes were read from: a web address in canonical spelling, or a file's place.
    captured_at: the time of capture; None if it is not stated.
    encoding: the encoding that the transport declares; empty if none.
    place: the place in the file («line 7», «record at offset 1024»); empty for a whole file.
    notes: notes on bytes that were changed when they were read.
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
        """Returns the SHA-256 digest of the received bytes in hexadecimal. Raises ValueError for a revisit."""
        return hashlib.sha256(self.received).hexdigest()

    @property
    def received(self) -> bytes:
        """Returns the bytes of an item that is no revisit. Raises ValueError for a revisit."""
        if self.content is None:
            raise ValueError("a revisit has no bytes")
        return self.content


@dataclass(frozen=True)
class Broken:
    """A part of a file that cannot be read.

    path: the path of the file.
    place: the place in the file; empty for the whole file.
    reason: why it cannot be read.
    is_rest: whether everything after this place was left unread, too.
    """

    path: str
    place: str
    reason: Message
    is_rest: bool = False


@dataclass(frozen=True)
class Remark:
    """A note of a reader that concerns a file and no document in it.

    path: the path of the file.
    place: the place in the file.
    note: the note.
    """

    path: str
    place: str
    note: Note


@dataclass(frozen=True)
class SetAside:
    """A line of the original that is not part of the article's text.

    line: the number of the line, from 1.
    kind: why it is set aside, a key of articles/ingest/original.py's SET_ASIDE_KINDS.
    text: the line.
    """

    line: int
    kind: str
    text: str

    def as_dict(self) -> dict[str, object]:
        """Returns the line as JSON values, for `Article.set_aside`."""
        return {"line": self.line, "kind": self.kind, "text": self.text}


@dataclass(frozen=True)
class Document:
    """An article as a reader found it in an input. Texts that the input does not state are empty.

    title: the title.
    title_origin: whether the title is stated in the input or made from the body.
    body: the text; blank lines separate paragraphs.
    author: the names of the authors.
    section: the section of the outlet.
    marks: texts that may be agency marks.
    source_name: the name of the source.
    dates: the dates of publication that the input states, the most reliable first.
    published: the date of publication if the input states it in the archive's own form, which is stored unchanged; else
        None.
    url: the article's own address.
    language: the language tag.
    status: the article's status.
    notice: the text that tells readers why an article was withdrawn or deleted.
    set_aside: the lines that are not part of the article's text.
    notes: notes on values that were not taken as they were stated.
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
