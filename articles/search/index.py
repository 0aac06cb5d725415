"""Looks into the index article_terms: which articles hold what, those that hold it most densely first.

Each look is one statement, whatever it finds; the functions of articles/search/sql/0004_looks.sql go on by themselves.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from articles.search.matching import HIGHEST_LEVEL

# A filter that lets in no more articles than this is searched whole.
MOST_FILTERED = 1_500
# Whether they are is not looked for where the planner expects so many.
EXPECTED_WIDE = 10 * MOST_FILTERED
# Of a wider one so many are looked at beside those that promise most: the newest where it looks wide, else the first found,
# which are known anyway.
NEWEST_OF_FILTER, FIRST_OF_FILTER = 200, 600

# A filter by source or date, which other indexes of the articles know, is intersected with the words' where these tell no more.
MOST_TOLD_BY_OTHERS = 100_000

# Levels, as the index has them (articles/search/sql/0001_functions.sql), count density in steps of an eighth of BM25's saturation:
# a word that stands twice in 250 is at 8, five times 14, twenty times 25. Those from FIRST_LEVEL down to LEAST_LEVEL are tried
# for one that about as many articles reach as are wanted, those above where very many reach the first; below the least hardly
# more is asked than that a word stands there.
FIRST_LEVEL, LEAST_LEVEL = 28, 4

# The ids of articles that meet any of several tsqueries, those first that meet the weightiest; and of the densest of others as
# many as are missing, the same number of each. Those that meet a query are looked for before it is asked what is public, as in
# articles/search/vocabulary.py.
_WEIGHTIEST = """
    SELECT found.id
    FROM unnest(%s::text[], %s::float8[], %s::integer[]) AS asked (query, weight, most)
    CROSS JOIN LATERAL (
        SELECT id FROM (
            SELECT id, status, merged_into_id FROM articles_article
            WHERE archive_terms(search_vector, word_count) @@ asked.query::tsquery OFFSET 0
        ) AS held
        WHERE status = 'published' AND merged_into_id IS NULL
        LIMIT asked.most
    ) AS found
    GROUP BY found.id ORDER BY sum(asked.weight) DESC, found.id DESC LIMIT %s
"""
_WITH_DENSEST = f"""
    WITH weightiest AS MATERIALIZED (SELECT ARRAY({_WEIGHTIEST}) AS ids),
    missing AS MATERIALIZED (SELECT ids, greatest(%s - cardinality(ids), 0) AS number FROM weightiest)
    SELECT {{ids}}, missing.number > 0 FROM missing {{densest}}
"""
# The first of some articles in order that meet a tsquery; no more of their vectors are read than that takes.
_FIRST_MEETING = """
    SELECT id FROM (
        SELECT * FROM ({articles}) AS found (id, published_order, search_vector)
        ORDER BY published_order {way}, id {way} OFFSET 0
    ) AS in_order
    WHERE search_vector @@ (SELECT %s::tsquery) LIMIT %s
"""


# Tells the tsqueries, for the index and one a line, of what reaches a level; at level 0 of what holds the words at all.
Reaching = Callable[[int], str]


class Look(NamedTuple):
    """A statement whose one row is (ids, the first best; whether these are all there are), and its parameters."""

    sql: str
    params: tuple[object, ...]


class Found(NamedTuple):
    """What a look found: `ids`, the first best, of which `kept` are in the scope, and `are_all` where there are no others;
    `newest` are the scope's newest, if they were asked for."""

    ids: list[int]
    are_all: bool
    kept: list[int]
    newest: list[int]


@dataclass(frozen=True)
class Scope:
    """The articles that a search looks through; `filtered` says that these are not simply all published ones."""

    articles: QuerySet
    filtered: bool

    @cached_property
    def looks_wide(self) -> bool:
        """Whether PostgreSQL expects a filter to let in so many that asking it for the first would take longer than searching."""
        if not self.filtered:
            return False
        sql, params = self._let_in
        return _plan(sql, params)["Plan Rows"] > EXPECTED_WIDE

    @cached_property
    def first(self) -> list[int]:
        """The ids of the first articles that a filter lets in, as PostgreSQL comes upon them: one more than MOST_FILTERED."""
        sql, params = self._let_in
        return [pk for (pk,) in _rows(f"{sql} LIMIT {MOST_FILTERED + 1}", params)]

    @property
    def whole(self) -> list[int] | None:
        """The ids of all articles that a filter lets in, if they are no more than MOST_FILTERED."""
        return self.first if self.filtered and len(self.first) <= MOST_FILTERED else None

    @property
    def narrow(self) -> list[int] | None:
        """The same; None, too, where the filter looks wide."""
        return None if self.looks_wide else self.whole

    def intersected(self, terms: str, most: int) -> list[int] | None:
        """The ids of up to `most` articles of a filter that meet a tsquery for the index article_terms; None where that may take
        long, because PostgreSQL would not intersect it with other indexes, which know the filter."""
        sql, params = _sql(self.articles.filter(search_terms__matches=terms).order_by()[:most])
        return [pk for (pk,) in _rows(sql, params)] if _intersects(_plan(sql, params)) else None

    def look(self, look: Look, *, newest: bool = False) -> Found:
        """What `look` finds, and what of it the scope lets in."""
        columns, params = ["ids", "are_all"], [*look.params]
        if self.filtered:
            sql, of_scope = self._let_in
            columns.append(f"ARRAY(SELECT id FROM ({sql}) AS let_in (id) WHERE id IN (SELECT unnest(found.ids)))")
            params += of_scope
            if newest:
                sql, of_scope = _sql(self.articles.newest())
                columns.append(f"ARRAY({sql} LIMIT {NEWEST_OF_FILTER})")
                params += of_scope
        ((ids, are_all, *of_filter),) = _rows(
            f"WITH found (ids, are_all) AS MATERIALIZED ({look.sql}) SELECT {', '.join(columns)} FROM found", params
        )
        ids = list(dict.fromkeys(ids))
        let_in = set(of_filter[0]) if self.filtered else None
        kept = ids if let_in is None else [pk for pk in ids if pk in let_in]
        return Found(ids, bool(are_all), kept, of_filter[1] if newest else [])

    @cached_property
    def _let_in(self) -> tuple[str, tuple[object, ...]]:
        return _sql(self.articles.order_by())


def holding(reaching: Reaching, most: int) -> Look:
    """Up to `most` published articles that hold the words at all; in no order."""
    return Look(
        "SELECT ids, cardinality(ids) < %s FROM archive_holding(%s, %s) AS held (ids)", (most, reaching(0), most)
    )


def densest(reaching: Reaching, wanted: int, few: int, further: Reaching | None = None) -> Look:
    """The densest published articles, up to `wanted`; where these are few, then of what reaches levels as `further` tells; and
    where at most `few` hold the words at all, every one."""
    return Look(
        "SELECT ids, are_all FROM archive_densest(%s, %s, %s, %s, %s, %s)",
        (_queries(reaching), FIRST_LEVEL, LEAST_LEVEL, wanted, few, further and _queries(further)),
    )


def densest_meeting(must: str, enough: int, reaching: Reaching, wanted: Sequence[int], few: int) -> Look:
    """Those of the densest published articles that meet `must`, a tsquery for the stored vector: of the first of the numbers
    `wanted` of which `enough` do, else of the last."""
    return Look(
        "SELECT ids, are_all FROM archive_densest_meeting(%s::tsquery, %s, %s, %s, %s, %s, %s)",
        (must, enough, _queries(reaching), FIRST_LEVEL, LEAST_LEVEL, list(wanted), few),
    )


def weightiest(asked: Sequence[tuple[str, float, int]], beside: Sequence[Reaching], most: int) -> Look:
    """Up to `most` published articles that meet the tsqueries of `asked` (query, weight, how many at most), by weight together;
    where these are fewer (`are_all`), also the densest of `beside`."""
    ids, densest, params = ["missing.ids"], [], [*(list(column) for column in zip(*asked, strict=True))] or [[], [], []]
    params += [most, most]
    for place, reaching in enumerate(beside):
        share = f"(missing.number + {len(beside) - 1}) / {len(beside)}"
        densest.append(f"CROSS JOIN LATERAL archive_densest(%s, %s, %s, {share}, %s) AS beside_{place}")
        ids.append(f"beside_{place}.ids[:{share}]")
        params += [_queries(reaching), FIRST_LEVEL, LEAST_LEVEL, 0]
    return Look(_WITH_DENSEST.format(ids=" || ".join(ids), densest=" ".join(densest)), tuple(params))


def first_meeting(articles: QuerySet, must: str, most: int, *, rising: bool) -> list[int]:
    """Ids of the first `most` of some articles, in order of date, that meet `must`, a tsquery for the stored vector."""
    sql, params = _sql(articles, "published_order", "search_vector")
    statement = _FIRST_MEETING.format(articles=sql, way="ASC" if rising else "DESC")
    return [pk for (pk,) in _rows(statement, (*params, must, most))]


def _plan(sql: str, params: Sequence[object]) -> dict[str, object]:
    """How PostgreSQL would run a statement, as EXPLAIN tells it: the topmost node."""
    (((told,),),) = _rows(f"EXPLAIN (FORMAT JSON) {sql}", params)
    return told["Plan"]


def _intersects(plan: dict[str, object]) -> bool:
    """Whether a plan intersects article_terms with indexes of which PostgreSQL expects to read no more than MOST_TOLD_BY_OTHERS."""
    parts = plan.get("Plans", [])
    if plan["Node Type"] != "BitmapAnd":
        return any(map(_intersects, parts))
    others = [part["Plan Rows"] for part in parts if part.get("Index Name") != "article_terms"]
    return len(others) < len(parts) and sum(others) <= MOST_TOLD_BY_OTHERS


def _queries(reaching: Reaching) -> list[str | None]:
    """The tsqueries of each level that may be tried, and of level 0."""
    return [None if 0 < level < LEAST_LEVEL else reaching(level) for level in range(HIGHEST_LEVEL + 1)]


def _sql(articles: QuerySet, *columns: str) -> tuple[str, tuple[object, ...]]:
    """The statement that reads the ids, and these columns, of some articles, and its parameters."""
    try:
        return articles.values("pk", *columns).query.sql_with_params()
    except EmptyResultSet:
        return f"SELECT {', '.join(['NULL::bigint', *('NULL' for _column in columns)])} WHERE false", ()


def _rows(sql: str, params: Sequence[object]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
