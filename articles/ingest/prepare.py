"""Prepares an item for storing: reads, cleans and analyses it. Workers do this in parallel, without database queries."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from articles.arabic.reading import Reading
from articles.arabic.text_gate import clean_line
from articles.extract.analysis import Analysis, analyse
from articles.extract.authority import Authority
from articles.extract.dates import publication_date, was_past
from articles.ingest import gate
from articles.ingest.decoding import decode, plain
from articles.ingest.document import Broken, Document, Item, Note, UnreadableError
from articles.ingest.readers import html, rows
from articles.ingest.text import read_text
from articles.models import ArchiveDate
from articles.models.capture import pack
from articles.models.delivery import NoteKind
from articles.platform.addresses import same_domain
from articles.platform.messages import Message

_log = logging.getLogger(__name__)
_OTHER_DOMAIN = Message(
    "the page gives it as its own address, and was fetched from another domain; it was kept as a claim alone"
)
_NOT_FETCHED = Message(
    "the page gives it as its own address, and nothing shows that its file came from there; it was kept as a claim alone"
)


@dataclass(frozen=True)
class Prepared:
    """A document that is ready to be stored, with the details of its original.

    document: the document. Its `url` is the article's key: an address that was fetched, that a page of the same domain
        states as its own, or that a row states.
    sha256: the digest of the original bytes.
    size: the number of original bytes.
    packed: the bytes as the store keeps them; empty once they are stored.
    media_type: the media type of the bytes.
    encoding: the encoding in which the bytes were read.
    filename: the name of the original.
    address: the place that the bytes were read from: the fetched address, or the place of a file.
    fetched: the web address that the bytes were fetched from; empty for a file.
    claimed_address: the address that the page or row states as its own; empty if it states none.
    captured_at: the time of capture.
    published: the date of publication, for a first capture at `captured_at`.
    analysis: what the rules found in the document under this title and date.
    path: the path of the input file.
    place: the place in the file.
    notes: notes on values that were not taken as they were stated.
    """

    document: Document
    sha256: str
    size: int
    packed: bytes
    media_type: str
    encoding: str
    filename: str
    address: str
    fetched: str
    claimed_address: str
    captured_at: datetime
    published: ArchiveDate
    analysis: Analysis
    path: str
    place: str
    notes: tuple[Note, ...] = ()


def prepare(item: Item, encoding: str, now: datetime, authority: Authority) -> Prepared | Broken:
    """Reads, cleans and analyses one item; returns Broken with the reason if it cannot be read.

    `encoding` overrides the declared one. `now` is the time of capture if the item states none.
    Raises MemoryError, which the worker that runs this reports (articles/platform/limits.py).
    """
    try:
        return _prepare(item, encoding, now, authority)
    except UnreadableError as error:
        reason = error.message
    except RecursionError:
        reason = Message("nested too deep to be read")
    except MemoryError:
        raise
    except Exception:  # One page that breaks a parser must not stop the pages after it.
        _log.exception("%s: %s: its reader failed", item.path, item.place)
        reason = Message("its reader failed at it, which is a fault of the archive; the log has the particulars")
    return Broken(item.path, item.place, reason)


def _prepare(item: Item, encoding: str, now: datetime, authority: Authority) -> Prepared:
    """Prepares an item as `prepare` does, but raises UnreadableError where the item cannot be read.

    The media type decides how the item is read: as a row, as plain text or as an HTML page.
    """
    filename, captured, captured_by = item.filename, item.captured_at, "WARC-Date"
    claimed_addresses: tuple[str, ...] = ()
    fetched = item.address if item.address.startswith(("http://", "https://")) else ""
    is_row = item.media_type in {rows.JSON_TYPE, rows.CSV_TYPE}
    if is_row:
        document, row = rows.read_row(item)
        read_as = "utf-8"
        if stated := rows.captured_at(row):
            captured, captured_by = stated, "captured_at"
        filename = rows.capture_filename(row) or filename
        # The address that an editor's row states is the article's key. An update by a row is still compared with the
        # stored text.
        claimed_addresses = (document.url,) if document.url else ()
    elif item.media_type == "text/plain":
        decoded = decode(item.received, encoding, item.encoding)
        notes = (*decoded.notes, *gate.notes_on_removed(text=decoded.text))
        document, read_as = replace(read_text(decoded.text), notes=notes, url=fetched), decoded.encoding
    else:
        page = html.read_page(item, encoding)
        claimed_addresses = page.metadata.claimed_addresses
        document, read_as = (
            replace(_page_document(page), url=identifying_address(claimed_addresses, fetched)),
            page.encoding,
        )
        document = replace(document, notes=(*document.notes, *_notes_on_rejected_address(claimed_addresses, fetched)))
    document = gate.check_document(document, is_row=is_row)
    address = fetched or clean_line(item.address)
    gate.check_address(address)
    filename, file_notes = gate.file_name(filename)
    captured = gate.capture_moment(captured, captured_by) if captured else now
    body = Reading(document.body)
    published = published_at(document, body, captured)
    return Prepared(
        document, item.sha256, len(item.received), pack(item.received), item.media_type, read_as, filename, address, fetched,
        next(iter(claimed_addresses), ""), captured, published, analyse(document.title, body, published, authority),
        item.path, item.place, (*item.notes, *file_notes, *document.notes, *_later_than_capture(document, captured)),
    )  # fmt: skip


def identifying_address(claimed_addresses: tuple[str, ...], fetched: str) -> str:
    """Returns the address that identifies a page: its first claimed address in the domain that it was fetched
    from, else `fetched`.

    Without a fetched address no claimed address counts, and the result is empty.
    """
    return next((address for address in claimed_addresses if same_domain(address, fetched)), fetched)


def _notes_on_rejected_address(claimed_addresses: tuple[str, ...], fetched: str) -> tuple[Note, ...]:
    """Returns a note on a page's first claimed address, if it does not identify the page; else nothing."""
    claimed_address = next(iter(claimed_addresses), "")
    if not claimed_address or claimed_address == fetched or same_domain(claimed_address, fetched):
        return ()
    return (Note(NoteKind.DROPPED, "url", claimed_address, _OTHER_DOMAIN if fetched else _NOT_FETCHED),)


def published_at(document: Document, body: Reading, captured: datetime) -> ArchiveDate:
    """Returns the date of publication of a document that was first captured at `captured`.

    It is the document's own `published`, or else the result of the rules.
    """
    return document.published or publication_date(document.dates, body, captured.date())


def _later_than_capture(document: Document, captured: datetime) -> tuple[Note, ...]:
    """Returns notes on stated dates of publication that are later than the capture."""
    day = captured.date()
    reason = Message("later than the capture of {day}; it was ignored", day=day)
    return gate.notes_on_dropped((stated for stated in document.dates if not was_past(stated.date, day)), reason)


def _page_document(page: html.Page) -> Document:
    """Returns a page's document: its cleaned text and its metadata. Dates in the text follow those of the metadata."""
    page_metadata = page.metadata
    document = read_text(page.text, title=" ".join(plain(page_metadata.title).split()), whole_paragraphs=True)
    return replace(
        document,
        author=page_metadata.author or document.author,
        section=page_metadata.section or document.section,
        source_name=page_metadata.source_name,
        language=document.language if document.language == "ar" else page_metadata.language or document.language,
        dates=(*page_metadata.dates, *document.dates),
        notes=page.notes,
    )
