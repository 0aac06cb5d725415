"""Reads the ids of matching articles from the index article_terms, those with the highest density levels first.

Each look is one SQL statement, whatever it finds. Where a next step depends on what was found, the database functions
of articles/search/sql/0004_looks.sql and of 0007_holding.sql take it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from articles.models.article import ArticleQuerySet

# A filter that lets in no more articles than this is searched whole. Ranking them takes some 26 ms (400 take 7 ms:
# docs/decisions/0004). A judgement: a larger number makes more filters exact, and the slowest of them slower.
MOST_FILTERED = 1_500
# Where the planner expects more articles than this, the filter counts as wide without a look at its articles. A
# judgement: the planner's estimates of conditions on several columns are often wrong by a few times, seldom by ten.
EXPECTED_WIDE = 10 * MOST_FILTERED
# Of a filter with more than MOST_FILTERED articles, this many join the candidates besides the densest ones: its newest
# where the planner expects a wide filter, else the first that PostgreSQL comes upon, which have been read anyway. They
# are for words that the filter's articles hold at a low density. Judgements: more take more time of the ranking, and
# the newest take places of the densest.
NEWEST_OF_FILTER, FIRST_OF_FILTER = 200, 600

# A filter by source or date has an index of its own. PostgreSQL intersects that index with article_terms where it
# expects no more rows than this from it. A judgement: intersecting larger indexes takes longer than testing a sample.
MOST_FILTER_ROWS = 100_000

# Density levels, defined in articles/search/sql/0001_functions.sql, are steps towards BM25's saturation: six levels
# halve what is missing to it. In a text of 250 words, a word that occurs twice is at level 8, five times at 14, twenty
# times at 25. A look tries the levels from FIRST_LEVEL down to LEAST_LEVEL until about as many articles reach one as are
# wanted. Where very many articles reach FIRST_LEVEL, it tries higher levels. Below LEAST_LEVEL, a level asks for hardly
# more than that the word occurs. FIRST_LEVEL is a judgement: a level that hardly any article reaches in an uncommon
# word, so that few looks go up.
FIRST_LEVEL, LEAST_LEVEL = 28, 4

# Returns the ids of articles that meet any of several tsqueries, ordered by the summed weight of the tsqueries that
# they meet. Where these are too few, _WITH_DENSEST adds the densest articles of other matches, the same number for
# each. The statement applies the tsquery before it filters for public articles (OFFSET 0), for the reason given in
# articles/search/vocabulary.py.
_WEIGHTIEST = """
    SELECT match.id
    FROM unnest(%s::text[], %s::float8[], %s::integer[]) AS weighted (query, weight, most)
    CROSS JOIN LATERAL (
        SELECT id FROM (
            SELECT id, status, merged_into_id FROM articles_article
            WHERE archive_terms(search_vector, word_count) @@ weighted.query::tsquery OFFSET 0
        ) AS held
        WHERE status = 'published' AND merged_into_id IS NULL
        LIMIT weighted.most
    ) AS match
    GROUP BY match.id ORDER BY sum(weighted.weight) DESC, match.id DESC LIMIT %s
"""
_WITH_DENSEST = f"""
    WITH weightiest AS MATERIALIZED (SELECT ARRAY({_WEIGHTIEST}) AS ids),
    missing AS MATERIALIZED (SELECT ids, greatest(%s - cardinality(ids), 0) AS number FROM weightiest)
    SELECT {{ids}}, missing.number > 0 FROM missing {{densest}}
"""
# Returns the first articles, in order of date, that meet a tsquery. It reads no more vectors than it needs for that.
_FIRST_MEETING = """
    SELECT id FROM (
        SELECT * FROM ({articles}) AS article (id, published_order, search_vector)
        ORDER BY published_order {way}, id {way} OFFSET 0
    ) AS in_order
    WHERE search_vector @@ (SELECT %s::tsquery) LIMIT %s
"""


# Tsqueries for article_terms, the rarest first; an article must meet all of them.
Queries = tuple[str, ...]
# The queries for each density level from 0 to matching.HIGHEST_LEVEL. Level 0 requires only that the words occur. The
# levels below LEAST_LEVEL are never tried and have None.
QueriesByLevel = tuple[Queries | None, ...]


class WeightedQuery(NamedTuple):
    """A tsquery of a look for the weightiest articles.

    query: a tsquery for article_terms.
    weight: what an article that meets it gains.
    most: the highest number of articles that are read.
    """

    query: str
    weight: float
    most: int


class Look(NamedTuple):
    """A statement that returns one row: an array of article ids, best first, and whether there are no other matches.

    sql: the statement.
    params: its parameters, by position.
    """

    sql: str
    params: tuple[Any, ...]


class IndexLook(NamedTuple):
    """The result of a look.

    ids: ids of the articles found, best first.
    are_all: whether no other article matches.
    kept: those of `ids` that are in the search space, in the same order.
    newest: ids of the newest articles of the search space; empty unless they were requested.
    """

    ids: list[int]
    are_all: bool
    kept: list[int]
    newest: list[int]


@dataclass(frozen=True)
class SearchSpace:
    """The articles among which a search looks: those that its filters, fields and dates let in.

    articles: these articles.
    filtered: whether they are fewer than all published articles.
    """

    articles: ArticleQuerySet
    filtered: bool

    @cached_property
    def looks_wide(self) -> bool:
        """Returns whether PostgreSQL expects the filter to let in more than EXPECTED_WIDE articles.

        Reading the first articles of such a filter would take longer than the search itself.
        """
        if not self.filtered:
            return False
        sql, params = self._let_in
        return bool(_plan(sql, params)["Plan Rows"] > EXPECTED_WIDE)

    @cached_property
    def first(self) -> list[int]:
        """Returns the ids of up to MOST_FILTERED + 1 articles that the filter lets in, in the order PostgreSQL finds
        them.
        """
        sql, params = self._let_in
        return [pk for (pk,) in _rows(f"{sql} LIMIT {MOST_FILTERED + 1}", params)]

    @property
    def whole(self) -> list[int] | None:
        """Returns the ids of all articles that the filter lets in; None if there are more than MOST_FILTERED, or no
        filter.
        """
        return self.first if self.filtered and len(self.first) <= MOST_FILTERED else None

    @property
    def narrow(self) -> list[int] | None:
        """Returns the same as `whole`, but None without a look where PostgreSQL expects a wide filter."""
        return None if self.looks_wide else self.whole

    def intersect(self, terms: str, most: int) -> list[int] | None:
        """Returns the ids of up to `most` articles of the filter that meet `terms`, a tsquery for article_terms.

        Returns None where PostgreSQL would not intersect article_terms with the filter's indexes, because that may take
        long.
        """
        sql, params = _sql(self.articles.filter(Q(search_terms__matches=terms)).order_by()[:most])
        return [pk for (pk,) in _rows(sql, params)] if _intersects(_plan(sql, params)) else None

    def look(self, look: Look, *, newest: bool = False) -> IndexLook:
        """Runs `look` and picks out the articles in the search space; with `newest`, reads its newest ones too."""
        columns, params = ["ids", "are_all"], [*look.params]
        if self.filtered:
            sql, filter_params = self._let_in
            columns.append(f"ARRAY(SELECT id FROM ({sql}) AS let_in (id) WHERE id IN (SELECT unnest(look.ids)))")
            params += filter_params
            if newest:
                sql, filter_params = _sql(self.articles.newest())
                columns.append(f"ARRAY({sql} LIMIT {NEWEST_OF_FILTER})")
                params += filter_params
        ((ids, are_all, *filter_columns),) = _rows(
            f"WITH look (ids, are_all) AS MATERIALIZED ({look.sql}) SELECT {', '.join(columns)} FROM look", params
        )
        ids = list(dict.fromkeys(ids))
        ids_in_filter = set(filter_columns[0]) if self.filtered else None
        kept_ids = ids if ids_in_filter is None else [pk for pk in ids if pk in ids_in_filter]
        return IndexLook(ids, bool(are_all), kept_ids, filter_columns[1] if newest else [])

    @cached_property
    def _let_in(self) -> tuple[str, tuple[Any, ...]]:
        """Returns the unordered statement for the ids that the filter lets in, and its parameters."""
        return _sql(self.articles.order_by())


def holding(queries: Queries, most: int) -> Look:
    """Returns the look for up to `most` published articles that meet `queries`, in no order."""
    return Look(
        "SELECT ids, cardinality(ids) < %s FROM archive_holding(%s, %s) AS held (ids)", (most, _line(queries), most)
    )


def densest(levels: QueriesByLevel, wanted: int, few: int, further: QueriesByLevel | None = None) -> Look:
    """Returns the look for up to `wanted` of the densest published articles.

    Where few articles reach LEAST_LEVEL, articles that reach the levels of `further` come next. Where at most `few`
    articles hold the words at all, the look finds every one of them.
    """
    return Look(
        "SELECT ids, are_all FROM archive_densest(%s, %s, %s, %s, %s, %s)",
        (_lines(levels), FIRST_LEVEL, LEAST_LEVEL, wanted, few, further and _lines(further)),
    )


def densest_meeting(must: str, enough: int, levels: QueriesByLevel, wanted: Sequence[int], few: int) -> Look:
    """Returns the look for those of the densest published articles that meet `must`, a tsquery for the stored vector.

    It checks `wanted[0]` of the densest articles, then `wanted[1]`, and so on, until `enough` of them meet `must`.
    Where at most `few` articles hold the words at all, it checks every one.
    """
    return Look(
        "SELECT ids, are_all FROM archive_densest_meeting(%s::tsquery, %s, %s, %s, %s, %s, %s)",
        (must, enough, _lines(levels), FIRST_LEVEL, LEAST_LEVEL, list(wanted), few),
    )


def weightiest(weighted_queries: Sequence[WeightedQuery], beside: Sequence[QueriesByLevel], most: int) -> Look:
    """Returns the look for up to `most` published articles that meet any of several tsqueries, by summed weight.

    Where fewer than `most` articles meet the tsqueries, which the look reports as `are_all`, the densest articles of
    each of `beside` fill up.
    """
    ids, densest = ["missing.ids"], []
    params: list[Any] = [*(list(column) for column in zip(*weighted_queries, strict=True))] or [[], [], []]
    params += [most, most]
    for place, levels in enumerate(beside):
        share = f"(missing.number + {len(beside) - 1}) / {len(beside)}"
        densest.append(f"CROSS JOIN LATERAL archive_densest(%s, %s, %s, {share}, %s) AS beside_{place}")
        ids.append(f"beside_{place}.ids[:{share}]")
        params += [_lines(levels), FIRST_LEVEL, LEAST_LEVEL, 0]
    return Look(_WITH_DENSEST.format(ids=" || ".join(ids), densest=" ".join(densest)), tuple(params))


def first_meeting(articles: QuerySet[Any], must: str, most: int, *, rising: bool) -> list[int]:
    """Returns the ids of the first `most` of `articles`, in order of date, that meet `must`.

    `must` is a tsquery for the stored vector. `rising` puts the oldest article first.
    """
    sql, params = _sql(articles, "published_order", "search_vector")
    statement = _FIRST_MEETING.format(articles=sql, way="ASC" if rising else "DESC")
    return [pk for (pk,) in _rows(statement, (*params, must, most))]


def _plan(sql: str, params: Sequence[Any]) -> dict[str, Any]:
    """Returns the topmost node of the plan that EXPLAIN gives for a statement."""
    (((explained,),),) = _rows(f"EXPLAIN (FORMAT JSON) {sql}", params)
    plan: dict[str, Any] = explained["Plan"]
    return plan


def _intersects(plan: dict[str, Any]) -> bool:
    """Returns whether a plan intersects article_terms with indexes that return at most MOST_FILTER_ROWS rows."""
    parts = plan.get("Plans", [])
    if plan["Node Type"] != "BitmapAnd":
        return any(map(_intersects, parts))
    expected_rows = [part["Plan Rows"] for part in parts if part.get("Index Name") != "article_terms"]
    return len(expected_rows) < len(parts) and sum(expected_rows) <= MOST_FILTER_ROWS


def _line(queries: Queries) -> str:
    """Returns `queries` as the functions of the database take them: newline-separated.

    An array of arrays would need the same number of tsqueries at each level.
    """
    return "\n".join(queries)


def _lines(levels: QueriesByLevel) -> list[str | None]:
    """Returns the array of queries by level that the functions of the database take."""
    return [None if queries is None else _line(queries) for queries in levels]


def _sql(articles: QuerySet[Any], *columns: str) -> tuple[str, tuple[Any, ...]]:
    """Returns the statement that reads ids and `columns` of `articles`, and its parameters."""
    try:
        return articles.values("pk", *columns).query.sql_with_params()
    except EmptyResultSet:
        return f"SELECT {', '.join(['NULL::bigint', *('NULL' for _column in columns)])} WHERE false", ()


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Runs a statement and returns its rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
