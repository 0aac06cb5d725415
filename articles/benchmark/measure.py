"""Times queries and pages on the current database, and compares the bounded ranking with a ranking of every match."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client

from articles.benchmark.queries import ReaderQuery
from articles.models import ArchiveDate, Article
from articles.search import vocabulary
from articles.search.candidates import Candidates, Counts
from articles.search.compile import Concept, compile_query, holding
from articles.search.facets import facets
from articles.search.filters import ArticleFilter
from articles.search.limit import time_limit
from articles.search.query import parse
from articles.search.ranking import REFINED, rank
from articles.search.run import search

EXACT_DEPTH = 20
# A ranking of all matches takes this many articles at a time.
RANKED_AT_ONCE = 20_000
SAVES = 30


@dataclass(frozen=True)
class Times:
    """Percentiles of some durations.

    p50: median, milliseconds.
    p95: 95th percentile, milliseconds.
    """

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Times":
        """Returns the percentiles of durations in seconds."""
        ordered = sorted(seconds)
        return cls(_percentile(ordered, 0.5) * 1000, _percentile(ordered, 0.95) * 1000)

    def as_dict(self) -> dict[str, float]:
        """Returns the rounded percentiles by name."""
        return {"p50": round(self.p50, 1), "p95": round(self.p95, 1)}


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


@contextmanager
def database_time() -> Iterator[list[float]]:
    """Yields a list that collects the seconds of each statement within the block, as the client measures them."""
    durations: list[float] = []

    def timed(execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            durations.append(time.perf_counter() - started)

    with connection.execute_wrapper(timed):
        yield durations


def in_database(query: ReaderQuery, *, with_facets: bool) -> float:
    """Returns the seconds that the database spends on a search, and `with_facets` on its facets too."""
    chosen = ArticleFilter(dict(query.filters), Article.objects.public())
    with time_limit(), database_time() as durations:
        articles = chosen.qs if query.filters else None
        page = search(query.text, articles)
        if with_facets:
            facets(chosen.qs, list(page.ids))
    return sum(durations)


@dataclass(frozen=True)
class PageCost:
    """What a page costs.

    seconds: the time for the whole page, in seconds.
    in_database: the part of it that statements took, in seconds.
    statements: the number of statements.
    """

    seconds: float
    in_database: float
    statements: int


def page(client: Client, address: str, parameters: dict[str, str]) -> PageCost:
    """Returns the cost of a page with an empty cache; raises RuntimeError unless it answers with status 200."""
    cache.clear()
    started = time.perf_counter()
    with database_time() as durations:
        response = client.get(address, parameters)
    if response.status_code != 200:
        raise RuntimeError(f"{address} {parameters}: status {response.status_code}")
    return PageCost(time.perf_counter() - started, sum(durations), len(durations))


def overlap_with_exact(query: ReaderQuery) -> float:
    """Returns the share of the best EXACT_DEPTH articles that the search finds among its first EXACT_DEPTH too.

    The best articles are those of a ranking of every match by the same formula. The share is 1.0 where there are none.
    """
    chosen = ArticleFilter(dict(query.filters), Article.objects.public())
    result = search(query.text, chosen.qs if query.filters else None)
    compiled = compile_query(parse(query.text))
    if compiled is None or compiled.match is None:
        return 1.0
    counts = Counts.of(compiled)
    concepts = compiled.loose_concepts if result.loosened else compiled.concepts
    conditions = [holding(concept.match) for concept in concepts] if result.loosened else [holding(compiled.match)]
    ids: set[int] = set()
    for condition in conditions:
        ids.update(chosen.qs.searchable().filter(condition).order_by().values_list("pk", flat=True))
    all_ids, best_ids = sorted(ids), []
    # The first stage of ranking orders each group; the best REFINED of each are ranked together in the end.
    for start in range(0, len(all_ids), RANKED_AT_ONCE):
        best_ids += [pk for pk, _ in _ranked(all_ids[start : start + RANKED_AT_ONCE], concepts, counts)[:REFINED]]
    exact = {pk for pk, _ in _ranked(best_ids, concepts, counts)[:EXACT_DEPTH]}
    return len(exact.intersection(result.ids[:EXACT_DEPTH])) / len(exact) if exact else 1.0


def _ranked(ids: Sequence[int], concepts: Sequence[Concept], counts: Counts) -> list[tuple[int, float]]:
    return rank(Candidates(tuple(ids), tuple(ids)), concepts, counts)


def search_index_read() -> bool:
    """Reads the search index and the articles' rows into the database's memory; returns False if not allowed."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            cursor.execute("SELECT pg_prewarm('article_terms'), pg_prewarm('articles_article')")
    except DatabaseError:
        return False
    return True


def saves(offset: float = 0) -> Times:
    """Times an editor's change of an article's text, for articles across the archive, and restores the texts.

    Each `offset` between 0 and 1 selects other articles.
    """
    durations = []
    total = vocabulary.lexicon_of().totals.articles
    for number in range(SAVES):
        article = Article.objects.filter(pk__gt=int((number + offset) * total / SAVES)).order_by("pk")[0]
        body = article.body
        started = time.perf_counter()
        article.body = f"{body} زيادة محرر {number}"
        day = article.published.date
        article.published = ArchiveDate.on(day) if day else ArchiveDate.unknown()
        article.save()
        durations.append(time.perf_counter() - started)
        article.body = body
        article.save()
    return Times.of(durations)
