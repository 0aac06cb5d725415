"""The gate of ingest: checks every document, from any reader, before it is analysed and stored.

A wrong value in a field of a row is refused, with the name of the field. A wrong value from a page or a text is cut or
dropped, with a note.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath, PureWindowsPath

from articles.arabic.text_gate import file_name_as_given, removals
from articles.extract.dates import StatedDate
from articles.ingest.document import Document, Note, UnreadableError, shorten_value
from articles.ingest.languages import language_tag
from articles.ingest.text import language_of
from articles.models import ArchiveDate, Article, Capture
from articles.models.delivery import NoteKind
from articles.models.limits import (
    MOST_INDEXED_BYTES,
    Days,
    capture_days,
    is_sensible_capture,
    publication_days,
    size_in_bytes,
)
from articles.models.text_fields import length_of
from articles.models.uncertain_date import complete
from articles.platform.messages import Message

# In code points: the lengths of the columns.
LONGEST = {name: length_of(Article, name) for name in ("title", "author", "section", "url", "language", "notice")}
_LONGEST_FILENAME = length_of(Capture, "filename")
_LONGEST_ADDRESS = length_of(Capture, "address")
_SURROGATE = re.compile("[\ud800-\udfff]")


def check_document(document: Document, *, is_row: bool) -> Document:
    """Returns the document as it may be stored, with notes on values that were cut or dropped.

    Raises UnreadableError, which names the wrong field. `is_row` says that the document came from a row.
    """
    for name in ("title", "body", "author", "section", "url"):
        check_storable(name, getattr(document, name))
    if is_row:
        _check_lengths(document)
        _check_published(document.published)
        _check_stated(document.dates)
    else:
        document = _cut_values(document)
    return _with_sensible_dates(_with_language_tag(document))


def notes_on_removed(**texts: str) -> tuple[Note, ...]:
    """Returns a note for each named text with control characters or marks of direction, which are not stored."""
    notes = []
    for name, text in texts.items():
        if counts := dict(removals(text)):
            notes.append(Note(NoteKind.DROPPED, name, "", _removal_message(**counts)))
    return tuple(notes)


def _removal_message(controls: int = 0, marks: int = 0) -> Message:
    """Returns the message that states how many control characters and marks of direction were removed.

    At least one of the two numbers is not 0.
    """
    if not marks:
        return Message("{count:,} control characters were removed", count=controls)
    if not controls:
        return Message("{count:,} marks of direction were removed", count=marks)
    return Message(
        "{controls:,} control characters and {marks:,} marks of direction were removed", controls=controls, marks=marks
    )


def capture_moment(moment: datetime, field: str) -> datetime:
    """Returns `moment` in UTC.

    Raises UnreadableError, which names `field`, if no original can have been captured then.
    """
    if not is_sensible_capture(moment):
        raise UnreadableError(
            "“{field}” is {value}; a time of {days} (years, in UTC) is expected",
            field=field,
            value=moment.isoformat(),
            days=capture_days(),
        )
    # PostgreSQL reads fewer offsets than ISO 8601 allows.
    return moment.astimezone(UTC)


def check_address(address: str) -> None:
    """Raises UnreadableError for an address that the archive's columns or indexes cannot hold."""
    check_storable("address", address)
    if reason := _too_long("address", address, _LONGEST_ADDRESS):
        raise UnreadableError(reason)


def file_name(name: str) -> tuple[str, tuple[Note, ...]]:
    """Returns (the name of a file without folders, as the column can hold it; notes)."""
    # The bytes of a file name that is not UTF-8 come from the file system as surrogates.
    base_name = PureWindowsPath(PurePosixPath(name).name).name.encode("utf-8", "replace").decode()
    check_storable("capture_filename", base_name)
    storable_name, notes = file_name_as_given(base_name), notes_on_removed(capture_filename=base_name)
    if len(storable_name) <= _LONGEST_FILENAME:
        return storable_name, notes
    message = Message("cut to {most:,} characters", most=_LONGEST_FILENAME)
    return storable_name[:_LONGEST_FILENAME], (*notes, Note(NoteKind.CUT, "capture_filename", storable_name, message))


def check_storable(name: str, text: str) -> None:
    """Raises UnreadableError, which names the field, for a text with a NUL or a surrogate: PostgreSQL stores neither."""
    if "\0" in text:
        raise UnreadableError("“{field}” holds a NUL character", field=name)
    if _SURROGATE.search(text):
        raise UnreadableError("“{field}” holds half of a character (an unpaired surrogate)", field=name)


def _too_long(name: str, text: str, most: int) -> Message | None:
    """Returns why an indexed text is too long to be stored; None if it is not."""
    if len(text) > most:
        return _too_many_characters(name, text, most)
    if (size := size_in_bytes(text)) > MOST_INDEXED_BYTES:
        return Message(
            "“{field}” has {size:,} bytes; the most is {most:,}", field=name, size=size, most=MOST_INDEXED_BYTES
        )
    return None


def _too_many_characters(name: str, text: str, most: int) -> Message:
    return Message("“{field}” has {length:,} characters; the most is {most:,}", field=name, length=len(text), most=most)


def _check_lengths(document: Document) -> None:
    for name in ("title", "author", "section", "notice"):
        if len(text := getattr(document, name)) > LONGEST[name]:
            raise UnreadableError(_too_many_characters(name, text, LONGEST[name]))
    if reason := _too_long("url", document.url, LONGEST["url"]):
        raise UnreadableError(reason)


def _cut_values(document: Document) -> Document:
    """Returns the document with its title, author and section cut to the lengths of their columns.

    A URL that is too long is dropped, because a part of an address is no address. A note names each value that was cut
    or dropped.
    """
    notes, values = [], {}
    for name in ("title", "author", "section"):
        text, most = getattr(document, name), LONGEST[name]
        if len(text) > most:
            values[name] = text[:most].rstrip()
            message = Message("cut from {length:,} to {most:,} characters", length=len(text), most=most)
            notes.append(Note(NoteKind.CUT, name, text, message))
    if reason := _too_long("url", document.url, LONGEST["url"]):
        values["url"] = ""
        message = Message("{reason}; the page has no address of its own here", reason=reason)
        notes.append(Note(NoteKind.DROPPED, "url", document.url, message))
    return replace(document, **values, notes=(*document.notes, *notes))


def _check_stated(dates: Iterable[StatedDate]) -> None:
    """Raises UnreadableError for a row's written date if nothing can have been published on it."""
    days = publication_days()
    for stated in dates:
        if not _lies_within(stated, days):
            raise UnreadableError(
                "“{field}” is {value}; a day of {days} is expected",
                field="published", value=shorten_value(stated.quote), days=days,
            )  # fmt: skip


def _check_published(published: ArchiveDate | None) -> None:
    """Raises UnreadableError for a row's date of publication that is impossible or contradicts itself.

    Impossible are days on which nothing can have been published. A contradiction is, for example, an interval that does
    not follow from the date and its precision. None passes.
    """
    if published is None:
        return
    days = publication_days()
    for field in ("date", "earliest", "latest"):
        if not days.holds(day := getattr(published, field)):
            raise UnreadableError(
                "“{field}” is {value}; a day of {days} is expected", field=f"published.{field}", value=day, days=days
            )
    expected = complete(published.date, published.precision, published.basis, published.earliest, published.latest)
    first, last = published.earliest, published.latest
    is_in_order = first is None or last is None or first <= last
    if published != expected or not is_in_order:
        raise UnreadableError(
            "“published” is {value}, which does not agree; {expected} is expected",
            value=_description(published),
            expected=_description(expected),
        )


def _description(published: ArchiveDate) -> Message:
    parts = {name: str(value or "none") for name, value in published.as_dict().items() if name != "basis"}
    return Message("date {date}, precision {precision}, earliest {earliest}, latest {latest}", **parts)


def _with_language_tag(document: Document) -> Document:
    """Returns the document with the usual tag of its language.

    An unknown code is replaced by the detected language, with a note.
    """
    stated_tag = document.language.strip()
    tag = language_tag(stated_tag)
    if len(tag) > LONGEST["language"]:
        tag = tag.partition("-")[0]
    language = tag or language_of(document.body)
    if language == document.language:
        return document
    if language.lower() == stated_tag.lower():
        return replace(document, language=language)
    note = Note(NoteKind.UNKNOWN, "language", stated_tag, Message("taken as “{value}”", value=language))
    return replace(document, language=language, notes=(*document.notes, note))


def _with_sensible_dates(document: Document) -> Document:
    """Returns the document without impossible dates of publication, which generated pages may state; a note names each."""
    days = publication_days()
    sensible = [stated for stated in document.dates if _lies_within(stated, days)]
    if len(sensible) == len(document.dates):
        return document
    reason = Message("not a day of {days}; it was ignored", days=days)
    notes = notes_on_dropped((stated for stated in document.dates if stated not in sensible), reason)
    return replace(document, dates=tuple(sensible), notes=(*document.notes, *notes))


def _lies_within(stated: StatedDate, days: Days) -> bool:
    return days.holds(stated.date.earliest) and days.holds(stated.date.latest)


def notes_on_dropped(dates: Iterable[StatedDate], reason: Message) -> tuple[Note, ...]:
    """Returns a note for each date of publication that is dropped.

    The note's field names the place of the date in the document.
    """
    return tuple(
        Note(
            NoteKind.DROPPED,
            "published" if stated.where == "row" else f"published ({stated.where})",
            stated.quote,
            reason,
        )
        for stated in dates
    )
