"""Times queries and pages against the current database, and compares a bounded ranking with that of every match."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client

from articles.benchmark.queries import Asked
from articles.models import ArchiveDate, Article
from articles.search import vocabulary
from articles.search.candidates import Candidates, Counts
from articles.search.compile import Concept, compile_query, holding
from articles.search.facets import facets
from articles.search.filters import ArticleFilter
from articles.search.limit import time_limit
from articles.search.query import parse
from articles.search.ranking import REFINED, ranked
from articles.search.run import search

EXACT_DEPTH = 20
# Articles ranked at a time where all matches are.
RANKED_AT_ONCE = 20_000
SAVES = 30


@dataclass(frozen=True)
class Times:
    """Median and 95th percentile, milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Times":
        ordered = sorted(seconds)
        return cls(_percentile(ordered, 0.5) * 1000, _percentile(ordered, 0.95) * 1000)

    def as_dict(self) -> dict[str, float]:
        return {"p50": round(self.p50, 1), "p95": round(self.p95, 1)}


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


@contextmanager
def database_time() -> Iterator[list[float]]:
    """A list whose sum is the seconds that statements took within the block, as the client sees them."""
    taken: list[float] = []

    def timed(execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken.append(time.perf_counter() - started)

    with connection.execute_wrapper(timed):
        yield taken


def in_database(asked: Asked, *, with_facets: bool) -> float:
    """Seconds that the database spends on a search, and on its facets."""
    chosen = ArticleFilter(dict(asked.filters), Article.objects.public())
    with time_limit(), database_time() as taken:
        articles = chosen.qs if asked.filters else None
        page = search(asked.text, articles)
        if with_facets:
            facets(chosen.qs, list(page.ids))
    return sum(taken)


@dataclass(frozen=True)
class PageCost:
    """Seconds that a whole page takes, seconds of it in the database, and its statements."""

    seconds: float
    in_database: float
    statements: int


def page(client: Client, address: str, parameters: dict[str, str]) -> PageCost:
    """What it takes to make the page, none of it kept; raises RuntimeError for one that does not answer 200."""
    cache.clear()
    started = time.perf_counter()
    with database_time() as taken:
        response = client.get(address, parameters)
    if response.status_code != 200:
        raise RuntimeError(f"{address} {parameters}: status {response.status_code}")
    return PageCost(time.perf_counter() - started, sum(taken), len(taken))


def overlap_with_exact(asked: Asked) -> float:
    """The share of the first EXACT_DEPTH results that ranking every match by the same formula puts there too."""
    chosen = ArticleFilter(dict(asked.filters), Article.objects.public())
    found = search(asked.text, chosen.qs if asked.filters else None)
    compiled = compile_query(parse(asked.text))
    if compiled is None or compiled.match is None:
        return 1.0
    counts = Counts.of(compiled)
    concepts = compiled.loose_concepts if found.loosened else compiled.concepts
    matching = [holding(concept.match) for concept in concepts] if found.loosened else [holding(compiled.match)]
    ids: set[int] = set()
    for condition in matching:
        ids.update(chosen.qs.searchable().filter(condition).order_by().values_list("pk", flat=True))
    every, best = sorted(ids), []
    # The first stage of ranking orders all of them, its best REFINED go through the second.
    for start in range(0, len(every), RANKED_AT_ONCE):
        best += [pk for pk, _ in _ranked(every[start : start + RANKED_AT_ONCE], concepts, counts)[:REFINED]]
    exact = {pk for pk, _ in _ranked(best, concepts, counts)[:EXACT_DEPTH]}
    return len(exact.intersection(found.ids[:EXACT_DEPTH])) / len(exact) if exact else 1.0


def _ranked(ids: Sequence[int], concepts: Sequence[Concept], counts: Counts) -> list[tuple[int, float]]:
    return ranked(Candidates(tuple(ids), tuple(ids)), concepts, counts)


def search_index_read() -> bool:
    """Reads the search index and the articles' rows into the database's memory; False where the database lets nobody do so."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            cursor.execute("SELECT pg_prewarm('article_terms'), pg_prewarm('articles_article')")
    except DatabaseError:
        return False
    return True


def saves(offset: float = 0) -> Times:
    """What an editor's change of one article's text takes, of articles across the archive; the texts are put back.

    Another `offset` between 0 and 1 takes other articles.
    """
    taken = []
    total = vocabulary.known().totals.articles
    for number in range(SAVES):
        article = Article.objects.filter(pk__gt=int((number + offset) * total / SAVES)).order_by("pk").first()
        body = article.body
        started = time.perf_counter()
        article.body = f"{body} زيادة محرر {number}"
        article.published = (
            ArchiveDate.on(article.published.date) if article.published.is_known else ArchiveDate.unknown()
        )
        article.save()
        taken.append(time.perf_counter() - started)
        article.body = body
        article.save()
    return Times.of(taken)
