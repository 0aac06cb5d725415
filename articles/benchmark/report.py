"""Runs the whole benchmark over a filled database and tells the figures as lines and as a dictionary."""

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
from articles.benchmark.queries import Asked, classes
from articles.models import Article

# Naive ranking takes seconds a query, so few are asked.
MOST_NAIVE = 3
PAGE_REPEATS = 15
_SIZES = """
    SELECT pg_total_relation_size('articles_article'), pg_relation_size('article_terms'), pg_total_relation_size('articles_lexeme'),
        pg_database_size(current_database())
"""


def stored() -> bool:
    return Article.objects.exists()


class Report:
    """`figures` holds everything measured so far; `write` is given each line."""

    def __init__(self, write: Callable[[str], object], queries: int, exact: int) -> None:
        self.write = write
        self.queries = queries
        self.exact = exact
        self.figures: dict[str, object] = {}
        self.corpus = Corpus()

    def loading(self, loaded: Loaded) -> None:
        self.figures["loading"] = {
            "articles_a_second": round(loaded.rate), "rows_s": round(loaded.rows, 1), "index_s": round(loaded.index, 1),
            "statistics_s": round(loaded.statistics, 1),
        }  # fmt: skip
        self.write(
            f"stored, indexed and counted {loaded.articles:,} articles: {loaded.rate:,.0f} a second "
            f"(rows {loaded.rows:.0f} s, index {loaded.index:.0f} s, statistics {loaded.statistics:.0f} s)"
        )

    def searches(self, tantivy_directory: str | None) -> None:
        """Every class of query; with a directory for its index, tantivy and naive ranking too."""
        self._sizes()
        tantivy = self._tantivy(tantivy_directory) if tantivy_directory else None
        self.write(
            f"{'':14}{'search, in database':>22}{'with facets':>20}{'whole page':>20}{'exact@20':>10}"
            + (f"{'tantivy':>18}{'naive':>10}" if tantivy_directory else "")
        )
        client = _client()
        rows = {}
        for name, asked in classes(self.corpus, self.queries).items():
            row, line = self._class(asked, client)
            if tantivy_directory:
                line += self._beside(row, asked, tantivy)
            rows[name] = row
            self.write(f"{name:14}{line}")
        self.figures["searches"] = rows

    def _class(self, asked: list[Asked], client: Client) -> tuple[dict, str]:
        for one in asked:
            measure.in_database(one, with_facets=True)
        alone = Times.of(measure.in_database(one, with_facets=False) for one in asked)
        faceted = Times.of(measure.in_database(one, with_facets=True) for one in asked)
        pages = Times.of(measure.page(client, "/search/", {"q": one.text, **one.filters}).seconds for one in asked)
        overlaps = [measure.overlap_with_exact(one) for one in asked[: self.exact]]
        overlap = sum(overlaps) / len(overlaps) if overlaps else None
        row = {
            "search": alone.as_dict(),
            "with_facets": faceted.as_dict(),
            "page": pages.as_dict(),
            "overlap@20": overlap,
        }
        said = f"{overlap:>10.2f}" if overlap is not None else f"{'':10}"
        return row, f"{_said(alone):>22}{_said(faceted):>20}{_said(pages):>20}{said}"

    def _beside(self, row: dict, asked: list[Asked], tantivy: Tantivy | None) -> str:
        line = f"{'–':>18}"
        if tantivy:
            for one in asked:
                tantivy.time(one)
            seconds = [taken for one in asked if (taken := tantivy.time(one)) is not None]
            if seconds:
                row["tantivy"] = Times.of(seconds).as_dict()
                line = f"{_said(Times.of(seconds)):>18}"
        seconds = [] if asked[0].filters else [s for one in asked[:MOST_NAIVE] if (s := naive(one)) is not None]
        if not seconds:
            return line
        row["naive"] = Times.of(seconds).as_dict()
        return f"{line}{Times.of(seconds).p50:>10.0f}"

    def _tantivy(self, directory: str) -> Tantivy | None:
        try:
            found = Tantivy(directory)
        except ImportError:
            self.write("tantivy is not installed")
            return None
        self.figures["tantivy_index_s"] = round(found.seconds, 1)
        self.write(f"tantivy indexed the same articles in {found.seconds:.0f} s")
        return found

    def _sizes(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SIZES)
            names = ("articles_bytes", "search_index_bytes", "statistics_bytes", "database_bytes")
            self.figures["sizes"] = sizes = dict(zip(names, cursor.fetchone(), strict=True))
        self.write(", ".join(f"{name.removesuffix('_bytes')} {size / 2**20:,.0f} MiB" for name, size in sizes.items()))

    def pages(self) -> None:
        """Every kind of page but searches, which have classes of their own, in both languages where that differs."""
        client = _client()
        rows = {}
        self.write(f"{'':34}{'in database':>20}{'whole page':>20}{'statements':>12}")
        for address in _addresses():
            measure.page(client, address, {})
            taken = [measure.page(client, address, {}) for _ in range(PAGE_REPEATS)]
            whole, database = Times.of(one.seconds for one in taken), Times.of(one.in_database for one in taken)
            most = max(one.statements for one in taken)
            rows[address] = {"database": database.as_dict(), "page": whole.as_dict(), "statements": most}
            self.write(f"{address:34}{_said(database):>20}{_said(whole):>20}{most:>12}")
        self.figures["pages"] = rows

    def saving(self) -> None:
        """As the archive stands, and with the search index in the database's memory, where a server that is in use has it."""
        self._saving("save", "an editor saves one article", measure.saves())
        if measure.search_index_read():
            self._saving("save_warm", "… with the index in memory", measure.saves(0.5))

    def _saving(self, name: str, label: str, times: Times) -> None:
        self.figures[name] = times.as_dict()
        self.write(f"{label:34}{_said(times):>20}")


def _addresses() -> list[str]:
    """Each kind of page, in the middle of the archive's twenty years and for common and rare actors and events."""
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
    # A server has no corpus and no peers in memory for the garbage collector to go through.
    gc.collect()
    gc.freeze()
    return Client(SERVER_NAME="localhost")


def _said(times: Times) -> str:
    return f"{times.p50:,.1f} / {times.p95:,.1f}"
