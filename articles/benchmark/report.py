"""Runs the whole benchmark on a filled database; reports the results as lines of text and as a dictionary."""

import gc
from collections.abc import Callable
from datetime import date

from django.db import connection
from django.test import Client

from articles.benchmark import measure
from articles.benchmark.corpus import Corpus
from articles.benchmark.load import Loaded
from articles.benchmark.measure import Times
from articles.benchmark.peers import Tantivy, naive
from articles.benchmark.queries import ReaderQuery, classes
from articles.models import Article

# Naive ranking takes seconds per query, so it is measured on this many queries of a class.
MOST_NAIVE = 3
PAGE_REPEATS = 15
_SIZES = """
    SELECT pg_total_relation_size('articles_article'), pg_relation_size('article_terms'), pg_total_relation_size('articles_lexeme'),
        pg_database_size(current_database())
"""


def stored() -> bool:
    """Returns whether the database holds any article."""
    return Article.objects.exists()


class BenchmarkReport:
    """A benchmark in progress.

    write: a function that receives each line of the report.
    queries: the number of queries of each class.
    exact: the number of queries of each class that are compared with an exact ranking.
    figures: all results so far, by part of the benchmark.
    corpus: the generated corpus from which queries take their words.
    """

    def __init__(self, write: Callable[[str], object], queries: int, exact: int) -> None:
        self.write = write
        self.queries = queries
        self.exact = exact
        self.figures: dict[str, object] = {}
        self.corpus = Corpus()

    def loading(self, loaded: Loaded) -> None:
        """Reports how long filling the database took."""
        self.figures["loading"] = {
            "articles_a_second": round(loaded.rate), "rows_s": round(loaded.rows, 1), "index_s": round(loaded.index, 1),
            "statistics_s": round(loaded.statistics, 1),
        }  # fmt: skip
        self.write(
            f"stored, indexed and counted {loaded.articles:,} articles: {loaded.rate:,.0f} a second "
            f"(rows {loaded.rows:.0f} s, index {loaded.index:.0f} s, statistics {loaded.statistics:.0f} s)"
        )

    def searches(self, tantivy_directory: str | None) -> None:
        """Measures every class of queries; with a directory for tantivy's index, tantivy and naive ranking too."""
        self._sizes()
        tantivy = self._tantivy(tantivy_directory) if tantivy_directory else None
        self.write(
            f"{'':14}{'search, in database':>22}{'with facets':>20}{'whole page':>20}{'exact@20':>10}"
            + (f"{'tantivy':>18}{'naive':>10}" if tantivy_directory else "")
        )
        client = _client()
        rows = {}
        for name, queries in classes(self.corpus, self.queries).items():
            row, line = self._class(queries, client)
            if tantivy_directory:
                line += self._beside(row, queries, tantivy)
            rows[name] = row
            self.write(f"{name:14}{line}")
        self.figures["searches"] = rows

    def _class(self, queries: list[ReaderQuery], client: Client) -> tuple[dict, str]:
        """Measures the archive on the queries of a class; returns the results and their part of the report's line.

        Every query runs once before times count, so that the database's cache is warm. Pages are measured with an empty
        cache.
        """
        for query in queries:
            measure.in_database(query, with_facets=True)
        alone = Times.of(measure.in_database(query, with_facets=False) for query in queries)
        faceted = Times.of(measure.in_database(query, with_facets=True) for query in queries)
        pages = Times.of(
            measure.page(client, "/search/", {"q": query.text, **query.filters}).seconds for query in queries
        )
        overlaps = [measure.overlap_with_exact(query) for query in queries[: self.exact]]
        overlap = sum(overlaps) / len(overlaps) if overlaps else None
        row = {
            "search": alone.as_dict(),
            "with_facets": faceted.as_dict(),
            "page": pages.as_dict(),
            "overlap@20": overlap,
        }
        overlap_text = f"{overlap:>10.2f}" if overlap is not None else f"{'':10}"
        return row, f"{_as_text(alone):>22}{_as_text(faceted):>20}{_as_text(pages):>20}{overlap_text}"

    def _beside(self, row: dict, queries: list[ReaderQuery], tantivy: Tantivy | None) -> str:
        """Measures tantivy and naive ranking on the queries of a class; returns the rest of the report's line.

        Adds the results to `row`. tantivy is None if it is not installed, and is not compared on prefixes and filters.
        Naive ranking is measured on MOST_NAIVE queries, and not on filters.
        """
        line = f"{'–':>18}"
        if tantivy:
            for query in queries:
                tantivy.time(query)
            seconds = [duration for query in queries if (duration := tantivy.time(query)) is not None]
            if seconds:
                row["tantivy"] = Times.of(seconds).as_dict()
                line = f"{_as_text(Times.of(seconds)):>18}"
        seconds = [] if queries[0].filters else [s for query in queries[:MOST_NAIVE] if (s := naive(query)) is not None]
        if not seconds:
            return line
        row["naive"] = Times.of(seconds).as_dict()
        return f"{line}{Times.of(seconds).p50:>10.0f}"

    def _tantivy(self, directory: str) -> Tantivy | None:
        """Indexes all articles with tantivy in a directory and reports the time; None if it is not installed."""
        try:
            tantivy = Tantivy(directory)
        except ImportError:
            self.write("tantivy is not installed")
            return None
        self.figures["tantivy_index_s"] = round(tantivy.seconds, 1)
        self.write(f"tantivy indexed the same articles in {tantivy.seconds:.0f} s")
        return tantivy

    def _sizes(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SIZES)
            names = ("articles_bytes", "search_index_bytes", "statistics_bytes", "database_bytes")
            self.figures["sizes"] = sizes = dict(zip(names, cursor.fetchone(), strict=True))
        self.write(", ".join(f"{name.removesuffix('_bytes')} {size / 2**20:,.0f} MiB" for name, size in sizes.items()))

    def pages(self) -> None:
        """Measures every kind of page except searches, which `searches` measures; the home page in both languages."""
        client = _client()
        rows = {}
        self.write(f"{'':34}{'in database':>20}{'whole page':>20}{'statements':>12}")
        for address in _addresses():
            measure.page(client, address, {})
            costs = [measure.page(client, address, {}) for _ in range(PAGE_REPEATS)]
            whole, database = Times.of(cost.seconds for cost in costs), Times.of(cost.in_database for cost in costs)
            most_statements = max(cost.statements for cost in costs)
            rows[address] = {"database": database.as_dict(), "page": whole.as_dict(), "statements": most_statements}
            self.write(f"{address:34}{_as_text(database):>20}{_as_text(whole):>20}{most_statements:>12}")
        self.figures["pages"] = rows

    def saving(self) -> None:
        """Measures saving, first as the database stands, then with the search index in its memory.

        The database of a server in use has the index in memory.
        """
        self._saving("save", "an editor saves one article", measure.saves())
        if measure.search_index_read():
            self._saving("save_warm", "… with the index in memory", measure.saves(0.5))

    def _saving(self, name: str, label: str, times: Times) -> None:
        self.figures[name] = times.as_dict()
        self.write(f"{label:34}{_as_text(times):>20}")


def _addresses() -> list[str]:
    """Returns an address of each kind of page, from the middle of the archive's twenty years.

    Actors and events are common ones and rare ones.
    """
    middle = date(2018, 6, 1)
    article = Article.objects.order_by("pk").values_list("pk", flat=True)[700]
    return [
        "/", "/en/", "/search/", "/articles/", "/events/", "/events/1/", "/events/3000/", "/actors/", "/actors/1/", "/actors/1500/",
        "/figures/", "/figures/?measure=1", "/figures/?actor=1", "/figures/?conflicting=on", "/dates/", f"/dates/{middle.year}/",
        f"/dates/{middle.year}/{middle.month}/", f"/dates/{middle.year}/{middle.month}/{middle.day}/", "/timeline/",
        f"/timeline/?from={middle.year}&to={middle.year}", "/sources/", "/sources/1/", f"/articles/{article}/",
        f"/articles/{article}/record/", "/about/", "/help/",
    ]  # fmt: skip


def _client() -> Client:
    # The corpus and the peers in memory are frozen, because the garbage collector of a server has no such objects to
    # traverse.
    gc.collect()
    gc.freeze()
    return Client(SERVER_NAME="localhost")


def _as_text(times: Times) -> str:
    """Returns median and 95th percentile as text, in milliseconds."""
    return f"{times.p50:,.1f} / {times.p95:,.1f}"
