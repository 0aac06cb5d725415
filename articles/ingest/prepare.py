"""An item → all that is to be stored of it, without asking the database anything: the part of ingest that workers share."""

from dataclasses import dataclass, replace
from datetime import datetime

from articles.arabic.reading import Reading
from articles.arabic.text_gate import clean_line
from articles.extract.analysis import Analysis, analyse
from articles.extract.authority import Authority
from articles.extract.dates import publication_date
from articles.ingest.decoding import decode, plain
from articles.ingest.document import Broken, Document, Item, UnreadableError
from articles.ingest.readers import html, rows
from articles.ingest.text import read_text
from articles.models import ArchiveDate
from articles.models.capture import pack


@dataclass(frozen=True)
class Prepared:
    """A document with its original's particulars, and what the rules read out of it for a first capture at `captured_at`.

    `packed` are the bytes as the store keeps them, empty once it does.
    """

    document: Document
    sha256: str
    size: int
    packed: bytes
    media_type: str
    encoding: str
    filename: str
    address: str
    captured_at: datetime
    published: ArchiveDate
    analysis: Analysis
    path: str
    place: str


def prepare(item: Item, encoding: str, now: datetime, authority: Authority) -> Prepared | Broken:
    """Reads, cleans and analyses one item; what cannot be read comes back as broken, with the reason."""
    try:
        return _prepared(item, encoding, now, authority)
    except UnreadableError as error:
        reason = str(error)
    except RecursionError:
        reason = "nested too deep to be read"
    except Exception as error:  # A page that trips a parser must not stop the pages after it.
        reason = f"could not be read: {type(error).__name__}: {str(error)[:200]}"
    return Broken(item.path, item.place, reason)


def _prepared(item: Item, encoding: str, now: datetime, authority: Authority) -> Prepared:
    filename, captured = item.filename, item.captured_at
    if item.media_type in {rows.JSON_TYPE, rows.CSV_TYPE}:
        document, row = rows.read_row(item)
        read_as = "utf-8"
        captured = rows.captured_at(row) or captured
        filename = str(row.get("capture_filename") or filename)
    elif item.media_type == "text/plain":
        text, read_as = decode(item.content, encoding, item.encoding)
        document = read_text(text)
    else:
        page = html.read_page(item, encoding)
        document, read_as = _page_document(page), page.encoding
    address = document.url or item.address
    if not document.url and (url := html.tidy_address(item.address)):
        document = replace(document, url=url)
    captured = captured or now
    body = Reading(document.body)
    published = published_at(document, body, captured)
    return Prepared(
        document, item.sha256, len(item.content), pack(item.content), item.media_type, read_as, clean_line(filename)[:255],
        clean_line(address)[:2000], captured, published, analyse(document.title, body, published, authority), item.path, item.place,
    )  # fmt: skip


def published_at(document: Document, body: Reading, captured: datetime) -> ArchiveDate:
    """When a document first captured at `captured` was published: as it gives it in the archive's terms, else by the rules."""
    return document.published or publication_date(document.dates, body, captured.date())


def _page_document(page: html.Page) -> Document:
    """The cleaned text of a page under what its metadata declares; the text's own marks and dates come after."""
    said = page.metadata
    document = read_text(page.text, title=" ".join(plain(said.title).split())[:500])
    return replace(
        document,
        author=(said.author or document.author)[:200],
        section=(said.section or document.section)[:100],
        source_name=said.source_name,
        url=said.url,
        language=document.language if document.language == "ar" else said.language or document.language,
        dates=(*said.dates, *document.dates),
    )
