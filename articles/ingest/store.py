"""Stores prepared documents and their original bytes as articles and captures, with the facts that the rules suggest.

Called by articles/ingest/run.py for each batch, and by articles/ingest/waiting.py when an editor decides about a
capture.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from django.db import connection, transaction

from articles.arabic.reading import Reading
from articles.curation.settling import in_words, without_place
from articles.extract.analysis import Analysis, analyse
from articles.extract.authority import Authority
from articles.extract.dates import publication_date, stated_publication
from articles.extract.process import suggest_all
from articles.extract.subject import Subject
from articles.ingest.document import Broken, Note, shorten_value
from articles.ingest.identity import StoredArticles, article_with, reason_to_wait, stored_bytes
from articles.ingest.prepare import Prepared
from articles.models import ArchiveDate, Article, Basis, Capture, CaptureState, Source, TitleOrigin, WaitingReason
from articles.models.delivery import NoteKind
from articles.models.inserting import insert, with_keys
from articles.platform.addresses import read_address
from articles.platform.limits import BoundedWorkers, Budget, Exceeded, Job
from articles.platform.messages import Message

# Threads that write the originals of a batch to the store. A judgement: writing to an object store (S3) is mostly
# waiting for the network, which eight threads do at once; more would open more connections than they save time.
_MOST_WRITERS = 8
# Takes an advisory lock. A second ingest waits for the first one's transaction to end, so that it sees the stored rows.
WAIT_FOR_OTHERS = "SELECT pg_advisory_xact_lock(7214000)"
_log = logging.getLogger(__name__)


Outcomes = list[tuple[Article, str]]
Notes = list[tuple[Prepared, Note]]


def store(batch: Sequence[Prepared], rereading: "Rereading") -> tuple[Outcomes, Notes]:
    """Stores a batch in one transaction, in order, with the facts that the rules suggest under `rereading.authority`.

    Returns two lists: each article with its outcome ("created", "updated", "waiting" or "unchanged"), and each document
    with a note on a value that was not stored as it was stated.

    A stored article is identified by its URL, by the place it was read from, by its wording and title, or by its file
    name if most of its wording is the same (articles/ingest/identity.py). The bytes then become a further capture, and
    the article's text is brought up to date. If there is a reason for an editor to look first, the capture waits and
    the article does not change. Values that an editor set (a title, a date) and facts that an editor reviewed stay. On
    any error nothing of the batch is stored.
    """
    keep_bytes(batch)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_OTHERS)
        return _store(batch, rereading)


def keep_bytes(batch: Sequence[Prepared | Broken]) -> None:
    """Writes the original bytes to the store before any row is written, so that no row points to missing bytes."""
    unwritten = [entry for entry in batch if isinstance(entry, Prepared) and entry.packed]
    if len(unwritten) == 1:
        Capture.objects.keep_bytes(unwritten[0].sha256, unwritten[0].packed)
    elif unwritten:
        with ThreadPoolExecutor(_MOST_WRITERS) as writers:
            list(writers.map(lambda entry: Capture.objects.keep_bytes(entry.sha256, entry.packed), unwritten))


def without_bytes(batch: Sequence[Prepared | Broken]) -> list[Prepared | Broken]:
    """Returns the batch with empty `packed` bytes, for use once the store holds them."""
    return [replace(entry, packed=b"") if isinstance(entry, Prepared) else entry for entry in batch]


class Rereading:
    """Analyses texts again whose title or date is no longer the one that they were prepared with.

    Use it as a context manager. A separate process does the work, within the budget of a document. It starts at the
    first call.

    authority: the rows of the authority that the rules use.
    """

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self._workers = BoundedWorkers(_Reread(authority), Budget.of_a_document())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._workers.stop()

    def of(self, text: "Text") -> tuple[ArchiveDate, Analysis] | Exceeded:
        """Returns (the date of publication, the analysis) of a text, or Exceeded if the text went over the budget."""
        outcome: tuple[ArchiveDate, Analysis] | Exceeded = self._workers.run(text)
        return outcome


@dataclass(frozen=True)
class Text:
    """An article's text, as Rereading analyses it.

    title: the article's title.
    body: the article's body.
    captured: the day of its first capture; it was published by then.
    published: the date of publication; None if it is to be read from the body.
    """

    title: str
    body: str
    captured: date
    published: ArchiveDate | None


@dataclass(frozen=True)
class _Reread(Job):
    """The job of a worker: reads the publication date of a Text, and analyses it.

    authority: the rows of the authority that the rules use.
    """

    authority: Authority

    def __call__(self, text: Text) -> tuple[ArchiveDate, Analysis]:
        body = Reading(text.body)
        published = text.published or publication_date((), body, text.captured)
        return published, analyse(text.title, body, published, self.authority)


def _store(batch: Sequence[Prepared], rereading: Rereading) -> tuple[Outcomes, Notes]:
    """Stores a batch as `store` does, in the caller's transaction, once the bytes are in the store.

    New articles are collected and inserted together. Only before a document that may belong to an earlier one of the
    batch are they inserted at once.
    """
    authority = rereading.authority
    lookup = StoredArticles.of(batch)
    sources = Sources()
    notes: Notes = []
    stored = stored_bytes(prepared.sha256 for prepared in batch)
    results: Outcomes = []
    uncreated: list[tuple[Prepared, Article]] = []
    seen_identifiers: set[object] = set()
    for prepared in batch:
        filename = "" if prepared.document.url else prepared.filename
        identifiers = {
            prepared.sha256,
            prepared.document.url,
            prepared.address,
            filename,
            prepared.analysis.fingerprint.text_hash,
        } - {""}
        if identifiers & seen_identifiers:
            # An earlier document of the batch may be the same article. It is stored first, so that the lookup includes
            # it.
            _create(uncreated, authority)
            uncreated, seen_identifiers = [], set()
            lookup = StoredArticles.of(batch)
            stored |= stored_bytes([prepared.sha256])
        captures = stored.get(prepared.sha256, [])
        pk = article_with(captures, prepared.fetched)
        if pk is not None:
            results.append((Article.objects.get(pk=pk), "unchanged"))
            continue
        notes += ((prepared, note) for note in prepared.notes)
        pk = lookup.article_of(prepared)
        if pk is None:
            article = Article()
            fill(article, prepared, sources)
            notes += ((prepared, note) for note in _notes_on_values_left_out(article, prepared, sources))
            uncreated.append((prepared, article))
            outcome = "created"
        elif any(capture.article == pk for capture in captures):
            article, outcome = _add_fetched_address(pk, prepared, sources)
        else:
            article, outcome = _update(pk, prepared, sources, rereading)
            notes += ((prepared, note) for note in _notes_on_values_left_out(article, prepared, sources))
        results.append((article, outcome))
        seen_identifiers |= identifiers
    _create(uncreated, authority)
    return results, notes


def _add_fetched_address(pk: int, prepared: Prepared, sources: "Sources") -> tuple[Article, str]:
    """Records the fetched address on a capture whose bytes came as a file before.

    The article takes the address if it has none. Returns (the article, "updated" or "unchanged").
    """
    article = Article.objects.get(pk=pk)
    capture = article.captures.get(sha256=prepared.sha256)
    if capture.state != CaptureState.ACCEPTED or capture.fetched_address:
        return article, "unchanged"
    capture.fetched_address = capture.address = prepared.fetched
    capture.claimed_address = capture.claimed_address or prepared.claimed_address
    capture.save(update_fields=["fetched_address", "address", "claimed_address"])
    if article.url:
        return article, "unchanged"
    article.url = prepared.document.url
    article.source_id = article.source_id or sources.of(prepared)
    article.save()
    return article, "updated"


def _create(uncreated: Sequence[tuple[Prepared, Article]], authority: Authority) -> None:
    """Inserts new articles with their captures and suggestions.

    Their keys are set first. `suggest_all` calls `write` after its lookups, and before it inserts rows that refer to the
    articles.
    """
    articles = [article for _, article in uncreated]
    with_keys(articles)

    def write() -> None:
        insert(articles)
        insert(capture_of(prepared, article) for prepared, article in uncreated)

    suggest_all([Subject(article, prepared.analysis, is_new=True) for prepared, article in uncreated], authority, write)


def _update(pk: int, prepared: Prepared, sources: "Sources", rereading: Rereading) -> tuple[Article, str]:
    """Adds a further capture to a stored article, and brings the article up to date.

    If there is a reason for an editor to look first, the capture waits and the article does not change. Returns (the
    article, "waiting" or "updated").
    """
    article = Article.objects.get(pk=pk)
    reason = reason_to_wait(article, prepared)
    if reason:
        capture_of(prepared, article, reason).save()
        return article, "waiting"
    newest = article.captures.accepted().values_list("captured_at", flat=True).first()
    capture_of(prepared, article).save()
    # An older capture found later adds to the record and leaves the newer text.
    is_newest = newest is None or prepared.captured_at >= newest
    bring_up_to_date(article, prepared, sources, rereading, is_newest=is_newest)
    return article, "updated"


def bring_up_to_date(
    article: Article, prepared: Prepared, sources: "Sources", rereading: Rereading, *, is_newest: bool = True
) -> None:
    """Gives a stored article the text of a capture that is stored already, and the facts that the rules suggest for it.

    A title and a date that an editor set stay. A capture that is not the newest changes only the date: the article was
    published by the day of its first capture. If a second analysis, under another title or date, exceeds its budget,
    the suggestions and the date stay.
    """
    first_capture = article.captures.accepted().order_by("captured_at").values_list("captured_at", flat=True).first()
    # It is None if no accepted capture has a time that Python can hold.
    first_captured_at = first_capture or prepared.captured_at
    if is_newest:
        had_address = bool(article.url)
        fill(article, prepared, sources)
        if not had_address and is_taken(article.url):
            # An editor split the captures of one address into two articles, and the other article has the address.
            article.url = ""
    elif article.published_basis in {Basis.EDITOR, Basis.STATED}:
        return
    published = article.published if article.published_basis == Basis.EDITOR else prepared.document.published
    published = published or stated_publication(prepared.document.dates, first_captured_at.date())
    analysis: Analysis | None = prepared.analysis
    if published is None or (is_newest and (article.title, published) != (prepared.document.title, prepared.published)):
        reread = rereading.of(Text(article.title, article.body, first_captured_at.date(), published))
        if isinstance(reread, Exceeded):
            _log.warning("article %s: %s; its suggestions are unchanged", article.pk, reread.reason)
            analysis = None
        else:
            published, analysis = reread
    if published is not None:
        article.published = published
    article.save()
    if is_newest and analysis is not None:
        suggest_all([Subject(article, analysis)], rereading.authority)
    for fact in without_place(article):
        _log.warning("article %s: its new text lacks the words of a confirmed fact: %s", article.pk, in_words(fact))


def is_taken(url: str) -> bool:
    """Returns whether a stored article has this address."""
    return bool(url) and Article.objects.filter(url=url).exists()


def capture_of(prepared: Prepared, article: Article, reason: WaitingReason | None = None) -> Capture:
    """Builds the unsaved capture of a document; with a `reason` it waits for an editor."""
    return Capture(
        article=article, sha256=prepared.sha256, size=prepared.size,
        media_type=prepared.media_type[:100], encoding=prepared.encoding[:40], filename=prepared.filename,
        address=prepared.address, fetched_address=prepared.fetched, claimed_address=prepared.claimed_address,
        captured_at=prepared.captured_at, state=CaptureState.WAITING if reason else CaptureState.ACCEPTED,
        waiting_reason=reason or "",
    )  # fmt: skip


def fill(article: Article, prepared: Prepared, sources: "Sources") -> None:
    """Sets an article's fields from a document.

    An author, section, address or source that the article has already stays.
    """
    document = prepared.document
    if article.title_origin != TitleOrigin.EDITOR:
        article.title, article.title_origin = document.title, document.title_origin
    article.body = document.body
    article.word_count = len(document.body.split())
    article.author = article.author or document.author
    article.section = article.section or document.section
    article.url = article.url or document.url
    article.language = document.language
    if article.pk is None and document.status:
        article.status, article.notice = document.status, document.notice
    article.set_aside = [line.as_dict() for line in document.set_aside]
    article.date_statements = [stated.as_dict() for stated in document.dates]
    if article.source_id is None:
        article.source_id = sources.of(prepared)
    if article.pk is None:
        article.published = prepared.published


def _notes_on_values_left_out(article: Article, prepared: Prepared, sources: "Sources") -> Iterator[Note]:
    """Yields notes on stated values that the article does not hold.

    These are a source that is unknown, or that is kept under other domains than the page's, and fields that were set
    before.
    """
    document = prepared.document
    if (doubted_source := sources.doubted_source(prepared)) and article.source_id != doubted_source.pk:
        host = read_address(document.url).host
        message = Message("a source of that name is kept under other domains than {host}; it was not taken", host=host)
        yield Note(NoteKind.DROPPED, "source", document.source_name, message)
    elif document.source_name and article.source_id is None:
        message = Message("no such source is kept; the article has none")
        yield Note(NoteKind.UNKNOWN, "source", document.source_name, message)
    elif document.source_name and not sources.has_name(document.source_name):
        message = Message("no such source is kept; another one was told")
        yield Note(NoteKind.UNKNOWN, "source", document.source_name, message)
    for name in ("author", "section", "url", "status"):
        stated_value, stored_value = getattr(document, name), getattr(article, name)
        if stated_value and stated_value != stored_value:
            message = Message("the article was stored before and keeps “{kept}”", kept=shorten_value(stored_value))
            yield Note(NoteKind.DROPPED, name, stated_value, message)


class Sources:
    """Looks up sources by name, agency mark and host, each of them once for a batch."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], Source | None] = {}

    def of(self, prepared: Prepared) -> int | None:
        """Returns the key of a document's source, by name, then agency mark, then host of its address; None if unknown."""
        document = prepared.document
        host = read_address(document.url).host if document.url else ""
        named_source = self._source("name", document.source_name) if document.source_name else None
        if named_source and not self.doubted_source(prepared):
            return named_source.pk
        lookups = [("mark", mark) for mark in document.marks] + ([("host", host)] if host else [])
        return next((source.pk for lookup in lookups if (source := self._source(*lookup))), None)

    def doubted_source(self, prepared: Prepared) -> Source | None:
        """Returns the source that a fetched page names although its host is none of that source's domains.

        Such a page is not believed. None if the page names no known source, or the source is plausible.
        """
        document = prepared.document
        named_source = self._source("name", document.source_name) if document.source_name and prepared.fetched else None
        host = read_address(document.url).host if document.url else ""
        return (
            named_source
            if named_source and named_source.domains and self._source("host", host) != named_source
            else None
        )

    def has_name(self, name: str) -> bool:
        """Returns whether the archive has a source of that name."""
        return self._source("name", name) is not None

    def _source(self, kind: str, text: str) -> Source | None:
        if (kind, text) not in self._sources:
            look_up = {"name": Source.objects.by_name, "mark": Source.objects.by_mark, "host": Source.objects.by_domain}
            self._sources[kind, text] = look_up[kind](text)
        return self._sources[kind, text]
