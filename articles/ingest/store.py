"""Prepared documents and their original bytes → the archive: articles, captures, and what extraction suggests."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from django.db import connection, transaction

from articles.arabic.reading import Reading
from articles.extract.analysis import analyse
from articles.extract.authority import Authority
from articles.extract.fingerprints import likeness, shingles
from articles.extract.process import suggest_all
from articles.extract.subject import Subject
from articles.ingest.document import Broken, Note, quoted
from articles.ingest.prepare import Prepared, published_at
from articles.models import Article, Basis, Capture, Fingerprint, Source, TitleOrigin
from articles.models.delivery import NoteKind
from articles.models.inserting import insert, with_keys

# Two captures of one page share most of their wording; two articles under one file name do not.
SAME_ARTICLE_SHARE = 0.5
_MOST_WRITERS = 8
_LOCK = 7_214_000


@dataclass
class Known:
    """What of a batch is stored already, looked up once for all of it."""

    by_url: dict[str, int]
    by_address: dict[str, int]
    by_filename: dict[str, list[int]]
    by_text: dict[int, list[tuple[int, str, str]]]

    @classmethod
    def of(cls, batch: Sequence[Prepared]) -> "Known":
        urls = {one.document.url for one in batch if one.document.url}
        # A page is known by its own address; a file by the place and the name it was read under.
        files = [one for one in batch if not one.document.url]
        addresses = {one.address for one in batch if one.address}
        captures = Capture.objects.order_by("captured_at", "id")
        by_filename: dict[str, list[int]] = {}
        names = {one.filename for one in files if one.filename}
        if names:
            for name, article in captures.filter(filename__in=names, article__url="").values_list(
                "filename", "article"
            ):
                by_filename.setdefault(name, []).append(article)
        by_text: dict[int, list[tuple[int, str, str]]] = {}
        hashes = {one.analysis.fingerprint.text_hash for one in batch}
        rows = Fingerprint.objects.filter(text_hash__in=hashes).order_by("article")
        for text_hash, *article in rows.values_list("text_hash", "article", "article__title", "article__url"):
            by_text.setdefault(text_hash, []).append(tuple(article))
        return cls(
            dict(Article.objects.filter(url__in=urls).values_list("url", "pk")) if urls else {},
            dict(captures.filter(address__in=addresses).values_list("address", "article")) if addresses else {},
            by_filename,
            by_text,
        )

    def article_of(self, one: Prepared) -> int | None:
        """The stored article that a prepared one is a further capture of."""
        url = one.document.url
        if url and url in self.by_url:
            return self.by_url[url]
        if one.address and one.address in self.by_address:
            return self.by_address[one.address]
        # The same wording under the same title, from a place that has no address of its own.
        for pk, title, known_url in self.by_text.get(one.analysis.fingerprint.text_hash, ()):
            if title == one.document.title and (not url or not known_url):
                return pk
        if not url and one.filename in self.by_filename:
            own = shingles(Reading(one.document.body).words)
            for pk in reversed(self.by_filename[one.filename][-20:]):
                body = Article.objects.filter(pk=pk).values_list("body", flat=True).first()
                if body and likeness(own, shingles(Reading(body).words))[0] >= SAME_ARTICLE_SHARE:
                    return pk
        return None


Outcomes = list[tuple[Article, str]]
Notes = list[tuple[Prepared, Note]]


def store(batch: Sequence[Prepared], authority: Authority) -> tuple[Outcomes, Notes]:
    """Stores a batch in one transaction, in order; returns (each article with "created", "updated" or "unchanged", what was not
    taken as it was given).

    An article is known again by its URL, by the place it was read from, by its wording and title, or by its file name when
    most of its wording is the same; then the bytes become a further capture and the text is brought up to date. What an
    editor set (a title, a date) and what an editor reviewed stays. All of the batch is stored or, on any error, nothing.
    """
    keep_bytes(batch)
    with transaction.atomic(), connection.cursor() as cursor:
        # A second ingest waits, so that it finds what this one stored.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        return _store(batch, authority)


def keep_bytes(batch: Sequence[Prepared | Broken]) -> list[Prepared | Broken]:
    """Puts the original bytes on disk, so that no row ever points to bytes that are not there."""
    waiting = [one for one in batch if isinstance(one, Prepared) and one.packed]
    if len(waiting) == 1:
        Capture.objects.keep_bytes(waiting[0].sha256, waiting[0].packed)
    elif waiting:
        with ThreadPoolExecutor(_MOST_WRITERS) as writers:
            list(writers.map(lambda one: Capture.objects.keep_bytes(one.sha256, one.packed), waiting))
    return [replace(one, packed=b"") if isinstance(one, Prepared) else one for one in batch]


def _store(batch: Sequence[Prepared], authority: Authority) -> tuple[Outcomes, Notes]:
    known = Known.of(batch)
    sources = _Sources()
    notes: Notes = []
    stored_before = set(
        Capture.objects.filter(sha256__in=[one.sha256 for one in batch]).values_list("sha256", flat=True)
    )
    results: Outcomes = []
    waiting: list[tuple[Prepared, Article]] = []
    claimed: set[object] = set()
    for one in batch:
        filename = "" if one.document.url else one.filename
        marks = {one.sha256, one.document.url, one.address, filename, one.analysis.fingerprint.text_hash} - {""}
        if marks & claimed:
            # An earlier one of the batch may be the same article: it has to be stored to be found.
            _create(waiting, authority)
            waiting, claimed = [], set()
            known = Known.of(batch)
            stored_before |= set(Capture.objects.filter(sha256=one.sha256).values_list("sha256", flat=True))
        if one.sha256 in stored_before:
            article = Article.objects.filter(captures__sha256=one.sha256).first()
            results.append((article, "unchanged"))
            continue
        notes += ((one, note) for note in one.notes)
        pk = known.article_of(one)
        if pk is None:
            article = Article()
            _fill(article, one, sources)
            notes += ((one, note) for note in _not_taken(article, one, sources))
            waiting.append((one, article))
            claimed |= marks
            results.append((article, "created"))
        else:
            article = _update(pk, one, sources, authority)
            notes += ((one, note) for note in _not_taken(article, one, sources))
            results.append((article, "updated"))
            claimed |= marks
    _create(waiting, authority)
    return results, notes


def _create(waiting: Sequence[tuple[Prepared, Article]], authority: Authority) -> None:
    articles = [article for _, article in waiting]
    with_keys(articles)

    def write() -> None:
        insert(articles)
        insert(_capture(one, article) for one, article in waiting)

    suggest_all([Subject(article, one.analysis, is_new=True) for one, article in waiting], authority, write)


def _update(pk: int, one: Prepared, sources: "_Sources", authority: Authority) -> Article:
    article = Article.objects.get(pk=pk)
    stored = article.captures.values_list("captured_at", flat=True)
    times = sorted([*(moment for moment in stored if moment), one.captured_at])
    _capture(one, article).save()
    # An older capture found later adds to the record and leaves the newer text.
    is_newest = one.captured_at == times[-1]
    if is_newest:
        _fill(article, one, sources)
    if article.published_basis != Basis.EDITOR:
        article.published = published_at(one.document, Reading(article.body), times[0])
    elif not is_newest:
        return article
    article.save()
    if not is_newest:
        return article
    analysis = one.analysis
    if (article.title, article.published) != (one.document.title, one.published):
        analysis = analyse(article.title, Reading(article.body), article.published, authority)
    suggest_all([Subject(article, analysis)], authority)
    return article


def _capture(one: Prepared, article: Article) -> Capture:
    return Capture(
        article=article, sha256=one.sha256, size=one.size, media_type=one.media_type[:100], encoding=one.encoding[:40],
        filename=one.filename, address=one.address, captured_at=one.captured_at,
    )  # fmt: skip


def _fill(article: Article, one: Prepared, sources: "_Sources") -> None:
    document = one.document
    if article.title_origin != TitleOrigin.EDITOR:
        article.title, article.title_origin = document.title, document.title_origin
    article.body = document.body
    article.word_count = len(document.body.split())
    article.author = article.author or document.author
    article.section = article.section or document.section
    article.url = article.url or document.url
    article.language = document.language
    article.status = article.status if article.pk or not document.status else document.status
    article.set_aside = [line.as_dict() for line in document.set_aside]
    article.date_statements = [stated.as_dict() for stated in document.dates]
    if article.source_id is None:
        article.source_id = sources.of(one)
    if article.pk is None:
        article.published = one.published


def _not_taken(article: Article, one: Prepared, sources: "_Sources") -> Iterator[Note]:
    """What of a document its article does not hold: a source that editors do not keep, and what the article had already."""
    document = one.document
    if document.source_name and article.source_id is None:
        yield Note(NoteKind.UNKNOWN, "source", document.source_name, "no such source is kept; the article has none")
    elif document.source_name and not sources.has_name(document.source_name):
        yield Note(NoteKind.UNKNOWN, "source", document.source_name, "no such source is kept; another one was told")
    for name in ("author", "section", "url", "status"):
        given, kept = getattr(document, name), getattr(article, name)
        if given and given != kept:
            yield Note(NoteKind.DROPPED, name, given, f"the article was stored before and keeps “{quoted(kept)}”")


class _Sources:
    """The sources that publish under a batch's names, marks and hosts, each looked up once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], int | None] = {}

    def of(self, one: Prepared) -> int | None:
        """By name, then by an agency's mark, then by the address's host; None if unknown."""
        document = one.document
        host = re.match(r"https?://([^/:?#]+)", document.url)
        asked = [("name", document.source_name)] if document.source_name else []
        asked += [("mark", mark) for mark in document.marks]
        asked += [("host", host[1])] if host else []
        return next((found for question in asked if (found := self._one(*question))), None)

    def has_name(self, name: str) -> bool:
        """Whether editors keep a source of that name."""
        return self._one("name", name) is not None

    def _one(self, kind: str, text: str) -> int | None:
        if (kind, text) not in self._found:
            look_up = {"name": Source.objects.by_name, "mark": Source.objects.by_mark, "host": Source.objects.by_domain}
            source = look_up[kind](text)
            self._found[kind, text] = source.pk if source else None
        return self._found[kind, text]
