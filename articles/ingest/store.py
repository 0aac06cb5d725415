"""A document and its original bytes → the archive, in one transaction: the article, its capture, what extraction suggests."""

import re
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from articles.arabic.words import words
from articles.extract.authority import Authority
from articles.extract.dates import publication_date
from articles.extract.process import suggest
from articles.ingest.document import Document
from articles.models import Article, Basis, Capture, Source, TitleOrigin

# Two captures of one page share most of their wording; two articles under one file name do not.
SAME_ARTICLE_SHARE = 0.5


@transaction.atomic
def store(
    document: Document,
    content: bytes,
    *,
    media_type: str,
    encoding: str,
    filename: str,
    address: str,
    captured_at: datetime,
    authority: Authority,
) -> tuple[Article, str]:
    """Stores an article; returns it with "created" or "updated".

    The article is known again by its URL, by the place it was read from, or by its file name when most of its wording is
    the same; then the bytes become a further capture and the text is brought up to date. What an editor set (a title, a
    date) and what an editor reviewed stays.
    """
    _one_at_a_time(filename or address)
    article = _known(document, filename, address)
    outcome = "updated" if article else "created"
    article = article or Article()
    _fill(article, document, captured_at)
    article.save()
    Capture.objects.keep(
        article, content, media_type=media_type, encoding=encoding,
        filename=filename[:255], address=address[:2000], captured_at=captured_at,
    )  # fmt: skip
    suggest(article, authority)
    return article, outcome


def is_stored(sha256: str) -> bool:
    """Whether some capture has these very bytes."""
    return Capture.objects.filter(sha256=sha256).exists()


def _one_at_a_time(name: str) -> None:
    """Makes a second ingest of the same file wait for the first, so that it finds what that one stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _known(document: Document, filename: str, address: str) -> Article | None:
    if document.url and (article := Article.objects.filter(url=document.url).first()):
        return article
    captures = Capture.objects.select_related("article").order_by("-captured_at", "-id")
    if address and (capture := captures.filter(address=address).first()):
        return capture.article
    for capture in captures.filter(filename=filename)[:20] if filename else ():
        if _share_of_wording(capture.article.body, document.body) >= SAME_ARTICLE_SHARE:
            return capture.article
    return None


def _share_of_wording(one: str, other: str) -> float:
    """Jaccard similarity of the two texts' word triples, 0 to 1."""
    first, second = (_triples(text) for text in (one, other))
    return len(first & second) / len(first | second) if first and second else 0.0


def _triples(text: str) -> set[tuple[str, ...]]:
    folded = [word.folded for word in words(text)]
    return set(zip(folded, folded[1:], folded[2:], strict=False)) or {tuple(folded)}


def _fill(article: Article, document: Document, captured_at: datetime) -> None:
    if article.title_origin != TitleOrigin.EDITOR:
        article.title, article.title_origin = document.title, document.title_origin
    article.body = document.body
    article.author = article.author or document.author
    article.section = article.section or document.section
    article.url = article.url or document.url
    article.language = document.language
    article.set_aside = [line.as_dict() for line in document.set_aside]
    if article.source is None:
        article.source = _source(document)
    first_captured = article.captures.order_by("captured_at").first() if article.pk else None
    if article.published_basis != Basis.EDITOR:
        seen = (first_captured.captured_at if first_captured else captured_at).date()
        article.published = publication_date(document.stated_date, document.body, seen)


def _source(document: Document) -> Source | None:
    for mark in document.marks:
        if source := Source.objects.by_mark(mark):
            return source
    host = re.match(r"https?://([^/:?#]+)", document.url)
    return Source.objects.by_domain(host[1]) if host else None


def address_of(path: Path) -> str:
    """How the place a file was read from is recorded: its absolute path as a file URI."""
    return path.resolve().as_uri()
