"""The one door to search: a typed query and a set of articles → one page of results. Pages, command and API all use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from articles.models import Article
from articles.search import ranking
from articles.search.aliases import NamedActor
from articles.search.compile import CompiledQuery, compile_query
from articles.search.query import Note, ParsedQuery, parse
from articles.search.snippets import Highlighted, highlight

PAGE_SIZE = 20


@dataclass(frozen=True)
class Hit:
    article: Article
    score: float
    highlighted: Highlighted


@dataclass(frozen=True)
class SearchPage:
    """One page of a ranked result. `total` is a lower bound where `total_is_capped`; `ranked` says how many were ranked.

    `loosened` is set where no article had every word and articles with some of them are shown instead.
    """

    query: ParsedQuery
    hits: tuple[Hit, ...] = ()
    total: int = 0
    total_is_capped: bool = False
    ranked: int = 0
    number: int = 1
    loosened: bool = False
    widened: tuple[NamedActor, ...] = ()
    notes: tuple[Note, ...] = ()
    ids: tuple[int, ...] = field(default=(), repr=False)

    @property
    def pages(self) -> int:
        return max(1, -(-self.ranked // PAGE_SIZE))


class SearchTooCostlyError(Exception):
    """The query ran into the statement timeout (ARCHIVE_SEARCH_TIMEOUT)."""


def search(
    text: str, articles: QuerySet | None = None, *, page: int = 1, page_size: int = PAGE_SIZE, widen: bool = True
) -> SearchPage:
    """Searches `articles` (all published ones by default) for what `text` asks.

    Raises SearchTooCostlyError where the database gave up; anything a person can type is otherwise answered.
    """
    query = parse(text)
    with _time_limit():
        compiled = compile_query(query, widen=widen)
        if compiled is None:
            return SearchPage(query, notes=query.notes)
        return _page(query, compiled, Article.objects.published() if articles is None else articles, page, page_size)


def spans_in(article: Article, text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the article's body that match a typed query, for marking the article as the result marked it."""
    compiled = compile_query(parse(text))
    return highlight([article], compiled.concepts)[article.pk].body_spans if compiled else ()


def _page(query: ParsedQuery, compiled: CompiledQuery, articles: QuerySet, page: int, page_size: int) -> SearchPage:
    matching = ranking.matching(articles, compiled.every)
    total, capped = ranking.capped_count(matching)
    loosened = not total and bool(compiled.some)
    if loosened:
        matching = ranking.matching(articles, compiled.some)
        total, capped = ranking.capped_count(matching)
    found = ranking.ranked(matching, compiled.concepts) if total else []
    number = min(max(1, page), max(1, -(-len(found) // page_size)))
    shown = found[(number - 1) * page_size : number * page_size]
    stored = Article.objects.select_related("source").defer("set_aside").in_bulk([pk for pk, _ in shown])
    marked = highlight(list(stored.values()), compiled.concepts)
    return SearchPage(
        query=query,
        hits=tuple(Hit(stored[pk], score, marked[pk]) for pk, score in shown if pk in stored),
        total=total,
        total_is_capped=capped,
        ranked=len(found),
        number=number,
        loosened=loosened and total > 0,
        widened=tuple(actor for actor in compiled.widened if len(actor.names) > 1),
        notes=query.notes,
        ids=tuple(pk for pk, _ in found),
    )


@contextmanager
def _time_limit() -> Iterator[None]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(settings.ARCHIVE_SEARCH_TIMEOUT)])
            yield
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":
            raise SearchTooCostlyError from error
        raise
