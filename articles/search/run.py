"""The one door to search: a typed query and a set of articles → one page of results. Pages, command and API all use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from articles.arabic.stopwords import is_question_word, is_stop_word
from articles.models import Article
from articles.search import ranking, statistics
from articles.search.aliases import NamedActor
from articles.search.compile import CompiledQuery, compile_query
from articles.search.query import Note, ParsedQuery, parse, terms_of
from articles.search.snippets import Highlighted, highlight

PAGE_SIZE = 20
# A query of so many words, or with a question word, is put in a person's own words: no article need have all of them, and
# where fewer than FEW have, those with some are ranked beside them.
QUESTION = 4
FEW = PAGE_SIZE


@dataclass(frozen=True)
class Hit:
    article: Article
    score: float
    highlighted: Highlighted


@dataclass(frozen=True)
class SearchPage:
    """One page of a ranked result. `total` is a lower bound where `total_is_capped`; `ranked` says how many were ranked.

    `loosened` is set where articles with only some of the words are shown too, because few or none (`complete`) had all.
    """

    query: ParsedQuery
    hits: tuple[Hit, ...] = ()
    total: int = 0
    total_is_capped: bool = False
    ranked: int = 0
    number: int = 1
    complete: int = 0
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
    complete = total
    loosened = bool(compiled.loose_concepts) and (not total or (total < FEW and _is_question(query, compiled)))
    concepts = compiled.loose_concepts if loosened else compiled.concepts
    counts = statistics.frequencies(concepts) if total or loosened else []
    if loosened:
        candidates = ranking.rarest_first_ids(articles, concepts, counts)
        total, capped = len(candidates), len(candidates) >= ranking.MOST_RANKED
    else:
        candidates = ranking.newest_ids(matching) if total else []
    found = ranking.ranked(candidates, concepts, counts) if candidates else []
    number = min(max(1, page), max(1, -(-len(found) // page_size)))
    shown = found[(number - 1) * page_size : number * page_size]
    stored = Article.objects.select_related("source").defer("set_aside").in_bulk([pk for pk, _ in shown])
    marked = highlight(list(stored.values()), concepts)
    return SearchPage(
        query=query,
        hits=tuple(Hit(stored[pk], score, marked[pk]) for pk, score in shown if pk in stored),
        total=total,
        total_is_capped=capped,
        ranked=len(found),
        number=number,
        complete=complete,
        loosened=loosened and total > complete,
        widened=tuple(actor for actor in compiled.widened if len(actor.names) > 1),
        notes=query.notes,
        ids=tuple(pk for pk, _ in found),
    )


def _is_question(query: ParsedQuery, compiled: CompiledQuery) -> bool:
    """Whether a query is put in a person's own words; the words of one actor's name count as one."""
    terms = terms_of(query.tree)
    named = {(actor.first, actor.last) for actor in compiled.widened}
    asked = sum(1 for term in terms if not is_stop_word(term.text)) - sum(last - first - 1 for first, last in named)
    return asked >= QUESTION or "؟" in query.text or any(is_question_word(term.text) for term in terms)


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
