"""Prepared documents and their original bytes → the archive: articles, captures, and what extraction suggests."""

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
from articles.ingest.document import Broken, Note, quoted
from articles.ingest.identity import Known, article_with, reason_to_wait, stored_bytes
from articles.ingest.prepare import Prepared
from articles.models import ArchiveDate, Article, Basis, Capture, CaptureState, Source, TitleOrigin, WaitingReason
from articles.models.delivery import NoteKind
from articles.models.inserting import insert, with_keys
from articles.platform.addresses import read_address
from articles.platform.limits import BoundedWorkers, Budget, Exceeded, Job
from articles.platform.messages import Message

_MOST_WRITERS = 8
# A second ingest waits for the first one's transaction, so that it finds what that one stored.
WAIT_FOR_OTHERS = "SELECT pg_advisory_xact_lock(7214000)"
_log = logging.getLogger(__name__)


Outcomes = list[tuple[Article, str]]
Notes = list[tuple[Prepared, Note]]


def store(batch: Sequence[Prepared], authority: Authority, rereading: "Rereading") -> tuple[Outcomes, Notes]:
    """Stores a batch in one transaction, in order; returns (each article with "created", "updated", "waiting" or "unchanged",
    what was not taken as it was given).

    An article is known again by its URL, by the place it was read from, by its wording and title, or by its file name when
    most of its wording is the same (articles/ingest/identity.py). Then the bytes become a further capture and the text is
    brought up to date, unless there is a reason that an editor should look first: then the capture waits and the article stays
    as it is. What an editor set (a title, a date) and what an editor reviewed stays. All of the batch is stored or, on any error,
    nothing.
    """
    keep_bytes(batch)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_OTHERS)
        return _store(batch, authority, rereading)


def keep_bytes(batch: Sequence[Prepared | Broken]) -> None:
    """Puts the original bytes on disk, so that no row ever points to bytes that are not there."""
    waiting = [one for one in batch if isinstance(one, Prepared) and one.packed]
    if len(waiting) == 1:
        Capture.objects.keep_bytes(waiting[0].sha256, waiting[0].packed)
    elif waiting:
        with ThreadPoolExecutor(_MOST_WRITERS) as writers:
            list(writers.map(lambda one: Capture.objects.keep_bytes(one.sha256, one.packed), waiting))


def without_bytes(batch: Sequence[Prepared | Broken]) -> list[Prepared | Broken]:
    """The batch once its original bytes are kept."""
    return [replace(one, packed=b"") if isinstance(one, Prepared) else one for one in batch]


class Rereading:
    """Reads texts that come to stand under another title or date than they were prepared with; use it as a context manager.

    Another process reads, which starts when it is first needed, within the budget of a document.
    """

    def __init__(self, authority: Authority) -> None:
        self._workers = BoundedWorkers(_Reread(authority), Budget.of_a_document())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._workers.stop()

    def of(self, text: "Text") -> tuple[ArchiveDate, Analysis] | Exceeded:
        return self._workers.run(text)


@dataclass(frozen=True)
class Text:
    """An article's words, and the day by which it was captured first; without `published` the body tells when that was."""

    title: str
    body: str
    captured: date
    published: ArchiveDate | None


@dataclass(frozen=True)
class _Reread(Job):
    authority: Authority

    def __call__(self, text: Text) -> tuple[ArchiveDate, Analysis]:
        body = Reading(text.body)
        published = text.published or publication_date((), body, text.captured)
        return published, analyse(text.title, body, published, self.authority)


def _store(batch: Sequence[Prepared], authority: Authority, rereading: Rereading) -> tuple[Outcomes, Notes]:
    known = Known.of(batch)
    sources = Sources()
    notes: Notes = []
    stored = stored_bytes(one.sha256 for one in batch)
    results: Outcomes = []
    waiting: list[tuple[Prepared, Article]] = []
    seen: set[object] = set()
    for one in batch:
        filename = "" if one.document.url else one.filename
        marks = {one.sha256, one.document.url, one.address, filename, one.analysis.fingerprint.text_hash} - {""}
        if marks & seen:
            # An earlier one of the batch may be the same article: it has to be stored to be found.
            _create(waiting, authority)
            waiting, seen = [], set()
            known = Known.of(batch)
            stored |= stored_bytes([one.sha256])
        places = stored.get(one.sha256, [])
        pk = article_with(places, one.fetched)
        if pk is not None:
            results.append((Article.objects.get(pk=pk), "unchanged"))
            continue
        notes += ((one, note) for note in one.notes)
        pk = known.article_of(one)
        if pk is None:
            article = Article()
            fill(article, one, sources)
            notes += ((one, note) for note in _not_taken(article, one, sources))
            waiting.append((one, article))
            outcome = "created"
        elif any(place.article == pk for place in places):
            article, outcome = _met_at_its_address(pk, one, sources)
        else:
            article, outcome = _update(pk, one, sources, authority, rereading)
            notes += ((one, note) for note in _not_taken(article, one, sources))
        results.append((article, outcome))
        seen |= marks
    _create(waiting, authority)
    return results, notes


def _met_at_its_address(pk: int, one: Prepared, sources: "Sources") -> tuple[Article, str]:
    """Records that bytes which came as a file before were fetched now; the article takes the address if it has none."""
    article = Article.objects.get(pk=pk)
    capture = article.captures.get(sha256=one.sha256)
    if capture.state != CaptureState.ACCEPTED or capture.fetched_address:
        return article, "unchanged"
    capture.fetched_address = capture.address = one.fetched
    capture.claimed_address = capture.claimed_address or one.claimed
    capture.save(update_fields=["fetched_address", "address", "claimed_address"])
    if article.url:
        return article, "unchanged"
    article.url = one.document.url
    article.source_id = article.source_id or sources.of(one)
    article.save()
    return article, "updated"


def _create(waiting: Sequence[tuple[Prepared, Article]], authority: Authority) -> None:
    articles = [article for _, article in waiting]
    with_keys(articles)

    def write() -> None:
        insert(articles)
        insert(capture_of(one, article) for one, article in waiting)

    suggest_all([Subject(article, one.analysis, is_new=True) for one, article in waiting], authority, write)


def _update(
    pk: int, one: Prepared, sources: "Sources", authority: Authority, rereading: Rereading
) -> tuple[Article, str]:
    article = Article.objects.get(pk=pk)
    reason = reason_to_wait(article, one)
    if reason:
        capture_of(one, article, reason).save()
        return article, "waiting"
    newest = article.captures.accepted().values_list("captured_at", flat=True).first()
    capture_of(one, article).save()
    # An older capture found later adds to the record and leaves the newer text.
    is_newest = newest is None or one.captured_at >= newest
    bring_up_to_date(article, one, sources, authority, rereading, is_newest=is_newest)
    return article, "updated"


def bring_up_to_date(  # noqa: PLR0913
    article: Article,
    one: Prepared,
    sources: "Sources",
    authority: Authority,
    rereading: Rereading,
    *,
    is_newest: bool = True,
) -> None:
    """Gives a stored article the text of a capture that is stored already, and what the rules find in it.

    A title and a date that an editor set stay. Of a capture that is not the newest only the day until which the article can
    have been published is taken. A text that another title or date would have read for longer than its budget keeps its suggestions
    and its date as they were.
    """
    first = article.captures.accepted().order_by("captured_at").values_list("captured_at", flat=True).first()
    if is_newest:
        had_address = bool(article.url)
        fill(article, one, sources)
        if not had_address and is_taken(article.url):
            # An editor made two articles of what came from one address.
            article.url = ""
    elif article.published_basis in {Basis.EDITOR, Basis.STATED}:
        return
    published = article.published if article.published_basis == Basis.EDITOR else one.document.published
    published = published or stated_publication(one.document.dates, first.date())
    analysis = one.analysis
    if published is None or (is_newest and (article.title, published) != (one.document.title, one.published)):
        reread = rereading.of(Text(article.title, article.body, first.date(), published))
        if isinstance(reread, Exceeded):
            _log.warning("article %s: %s; its suggestions are as they were", article.pk, reread.reason)
            analysis = None
        else:
            published, analysis = reread
    if published is not None:
        article.published = published
    article.save()
    if is_newest and analysis is not None:
        suggest_all([Subject(article, analysis)], authority)
    for lost in without_place(article):
        _log.warning("article %s: its new text lacks the words of a confirmed fact: %s", article.pk, in_words(lost))


def is_taken(url: str) -> bool:
    """Whether an article has the address already."""
    return bool(url) and Article.objects.filter(url=url).exists()


def capture_of(one: Prepared, article: Article, reason: WaitingReason | None = None) -> Capture:
    """The capture to be stored of a document; with a reason it waits for an editor."""
    return Capture(
        article=article, sha256=one.sha256, size=one.size, media_type=one.media_type[:100], encoding=one.encoding[:40],
        filename=one.filename, address=one.address, fetched_address=one.fetched, claimed_address=one.claimed,
        captured_at=one.captured_at, state=CaptureState.WAITING if reason else CaptureState.ACCEPTED, waiting_reason=reason or "",
    )  # fmt: skip


def fill(article: Article, one: Prepared, sources: "Sources") -> None:
    """Gives an article what a document states; what the article has already of author, section, address and source stays."""
    document = one.document
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
        article.source_id = sources.of(one)
    if article.pk is None:
        article.published = one.published


def _not_taken(article: Article, one: Prepared, sources: "Sources") -> Iterator[Note]:
    """What of a document its article does not hold: a source that editors do not keep, and what the article had already."""
    document = one.document
    if (doubted := sources.doubted(one)) and article.source_id != doubted.pk:
        host = read_address(document.url).host
        taken = Message("a source of that name is kept under other domains than {host}; it was not taken", host=host)
        yield Note(NoteKind.DROPPED, "source", document.source_name, taken)
    elif document.source_name and article.source_id is None:
        taken = Message("no such source is kept; the article has none")
        yield Note(NoteKind.UNKNOWN, "source", document.source_name, taken)
    elif document.source_name and not sources.has_name(document.source_name):
        taken = Message("no such source is kept; another one was told")
        yield Note(NoteKind.UNKNOWN, "source", document.source_name, taken)
    for name in ("author", "section", "url", "status"):
        given, kept = getattr(document, name), getattr(article, name)
        if given and given != kept:
            taken = Message("the article was stored before and keeps “{kept}”", kept=quoted(kept))
            yield Note(NoteKind.DROPPED, name, given, taken)


class Sources:
    """The sources that publish under a batch's names, marks and hosts, each looked up once."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, str], Source | None] = {}

    def of(self, one: Prepared) -> int | None:
        """The key of a document's source: by name, then by an agency's mark, then by the address's host; None if unknown."""
        document = one.document
        host = read_address(document.url).host if document.url else ""
        named = self._source("name", document.source_name) if document.source_name else None
        if named and not self.doubted(one):
            return named.pk
        questions = [("mark", mark) for mark in document.marks] + ([("host", host)] if host else [])
        return next((source.pk for question in questions if (source := self._source(*question))), None)

    def doubted(self, one: Prepared) -> Source | None:
        """The source that a page names and is not believed about: it was fetched from a host that is none of that source's own."""
        document = one.document
        named = self._source("name", document.source_name) if document.source_name and one.fetched else None
        host = read_address(document.url).host if document.url else ""
        return named if named and named.domains and self._source("host", host) != named else None

    def has_name(self, name: str) -> bool:
        """Whether editors keep a source of that name."""
        return self._source("name", name) is not None

    def _source(self, kind: str, text: str) -> Source | None:
        if (kind, text) not in self._sources:
            look_up = {"name": Source.objects.by_name, "mark": Source.objects.by_mark, "host": Source.objects.by_domain}
            self._sources[kind, text] = look_up[kind](text)
        return self._sources[kind, text]
