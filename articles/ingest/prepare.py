"""An item → all that is to be stored of it, without asking the database anything: the part of ingest that workers share."""

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
    """A document with its original's particulars, and what the rules read out of it for a first capture at `captured_at`.

    `packed` are the bytes as the store keeps them, empty once it does.
    `address` is where the bytes were read: the fetched address, or the place of a file.
    `fetched` is the web address that answered with them; empty for what came as a file.
    `claimed` is the address that the page or row gives as its own; empty where it gives none.
    `document.url` is the article's key: an address that was fetched, or that its own domain claims, or that a row states.
    `notes` tell what was not taken as it was given.
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
    claimed: str
    captured_at: datetime
    published: ArchiveDate
    analysis: Analysis
    path: str
    place: str
    notes: tuple[Note, ...] = ()


def prepare(item: Item, encoding: str, now: datetime, authority: Authority) -> Prepared | Broken:
    """Reads, cleans and analyses one item; what cannot be read comes back as broken, with the reason.

    Raises MemoryError, which the worker that runs this reports (articles/platform/limits.py).
    """
    try:
        return _prepared(item, encoding, now, authority)
    except UnreadableError as error:
        reason = str(error)
    except RecursionError:
        reason = Message("nested too deep to be read")
    except MemoryError:
        raise
    except Exception:  # A page that trips a parser must not stop the pages after it.
        _log.exception("%s: %s: its reader failed", item.path, item.place)
        reason = Message("its reader failed at it, which is a fault of the archive; the log has the particulars")
    return Broken(item.path, item.place, reason)


def _prepared(item: Item, encoding: str, now: datetime, authority: Authority) -> Prepared:
    filename, captured, captured_by = item.filename, item.captured_at, "WARC-Date"
    claims: tuple[str, ...] = ()
    fetched = item.address if item.address.startswith(("http://", "https://")) else ""
    is_row = item.media_type in {rows.JSON_TYPE, rows.CSV_TYPE}
    if is_row:
        document, row = rows.read_row(item)
        read_as = "utf-8"
        if stated := rows.captured_at(row):
            captured, captured_by = stated, "captured_at"
        filename = rows.capture_filename(row) or filename
        # What an editor's row states is the article's key; an update of an article by it is still compared with the text.
        claims = (document.url,) if document.url else ()
    elif item.media_type == "text/plain":
        decoded = decode(item.content, encoding, item.encoding)
        notes = (*decoded.notes, *gate.removed(text=decoded.text))
        document, read_as = replace(read_text(decoded.text), notes=notes, url=fetched), decoded.encoding
    else:
        page = html.read_page(item, encoding)
        claims = page.metadata.claims
        document, read_as = replace(_page_document(page), url=believed(claims, fetched)), page.encoding
        document = replace(document, notes=(*document.notes, *_unbelieved(claims, fetched)))
    document = gate.judged(document, is_row=is_row)
    address = fetched or clean_line(item.address)
    gate.check_address(address)
    filename, file_notes = gate.file_name(filename)
    captured = gate.capture_moment(captured, captured_by) if captured else now
    body = Reading(document.body)
    published = published_at(document, body, captured)
    return Prepared(
        document, item.sha256, len(item.content), pack(item.content), item.media_type, read_as, filename, address, fetched,
        next(iter(claims), ""), captured, published, analyse(document.title, body, published, authority), item.path,
        item.place, (*item.notes, *file_notes, *document.notes, *_later_than_capture(document, captured)),
    )  # fmt: skip


def believed(claims: tuple[str, ...], fetched: str) -> str:
    """The address by which a page is known: the first claim of the domain it was fetched from, else where it was fetched.

    Without a fetched address no claim is believed, and the answer is empty.
    """
    return next((claim for claim in claims if same_domain(claim, fetched)), fetched)


def _unbelieved(claims: tuple[str, ...], fetched: str) -> tuple[Note, ...]:
    """A note on the address that a page gives as its own, where it is not taken for it."""
    claim = next(iter(claims), "")
    if not claim or claim == fetched or same_domain(claim, fetched):
        return ()
    return (Note(NoteKind.DROPPED, "url", claim, _OTHER_DOMAIN if fetched else _NOT_FETCHED),)


def published_at(document: Document, body: Reading, captured: datetime) -> ArchiveDate:
    """When a document first captured at `captured` was published: as it gives it in the archive's terms, else by the rules."""
    return document.published or publication_date(document.dates, body, captured.date())


def _later_than_capture(document: Document, captured: datetime) -> tuple[Note, ...]:
    """Notes on the dates of publication that were yet to come when the original was captured."""
    day = captured.date()
    reason = Message("later than the capture of {day}; it was passed over", day=day)
    return gate.dropped((stated for stated in document.dates if not was_past(stated.date, day)), reason)


def _page_document(page: html.Page) -> Document:
    """The cleaned text of a page under what its metadata declares; the text's own marks and dates come after."""
    said = page.metadata
    document = read_text(page.text, title=" ".join(plain(said.title).split()), whole_paragraphs=True)
    return replace(
        document,
        author=said.author or document.author,
        section=said.section or document.section,
        source_name=said.source_name,
        language=document.language if document.language == "ar" else said.language or document.language,
        dates=(*said.dates, *document.dates),
        notes=page.notes,
    )
