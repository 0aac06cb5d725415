"""Which articles a search ranks: all that match where they are few, else a bounded set of those that promise most.

Ranking 200,000 matches took PostgreSQL a second, ranking 400 takes some 15 ms. So a search for common words reads, level by
level from the top, the articles that hold its words most densely (the index article_terms knows them), and a search for some
of many words the articles that have the rarest of them. What this costs does not grow with the archive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import QuerySet

from articles.search import matching, statistics
from articles.search.compile import CompiledQuery, Concept
from articles.search.lexemes import escaped
from articles.search.matching import Lexeme, Match

# The articles that are ranked at most; taking the vector of one out of its storage costs some 25 µs.
MOST_RANKED = 400
# Where no more can match, all matches are found and counted; beyond, the result is bounded and its number a lower bound.
MOST_FOUND = 1_000
# The same for what the index alone cannot tell, phrases and nearness: each article's vector is looked at.
MOST_FOUND_BY_POSITION = 800
# A filter that lets in no more articles than this is searched whole; else its newest and densest articles are ranked.
MOST_FILTERED = 400
NEWEST_OF_FILTER = 200
# For a phrase of common words so many of the densest articles are looked at, in steps, until FEW hold it.
EXAMINED = (400, 3_000, 10_000)
FEW = 20
# The densest articles that are held against a filter.
MOST_HELD_AGAINST_FILTER = 1_500
# Index entries that a search for some of many words reads.
MOST_ENTRIES = 6_000
# Parts of a query by whose density articles are looked for: the rarest, which tell most.
MOST_DRIVING = 2
HIGHEST_LEVEL = 40

# Articles that meet a tsquery (which ends in « & », or is empty) and hold a lexeme most densely: for each such pair so many,
# from the highest level down (levels as in articles/search/sql/0006_terms.sql). Every level is one look into the index,
# made only if those above did not give enough.
_DENSEST = """
    SELECT found.id
    FROM unnest(%s::text[], %s::text[], %s::integer[]) AS driver (query, lexeme, most)
    CROSS JOIN LATERAL (
        SELECT at_level.id, level
        FROM generate_series(%s, 0, -1) AS level
        CROSS JOIN LATERAL (
            SELECT id FROM articles_article
            WHERE archive_terms(search_vector, word_count)
                    @@ (driver.query || '''#' || chr(48 + level) || driver.lexeme || '''')::tsquery
                AND status = 'published' AND merged_into_id IS NULL
            LIMIT driver.most
        ) AS at_level
        LIMIT driver.most
    ) AS found
    GROUP BY found.id ORDER BY max(found.level) DESC, found.id DESC LIMIT %s
"""
# Articles that meet any of several tsqueries, those first that meet the weightiest.
_WEIGHTIEST = """
    SELECT found.id
    FROM unnest(%s::text[], %s::float8[], %s::integer[]) AS asked (query, weight, most)
    CROSS JOIN LATERAL (
        SELECT id FROM articles_article
        WHERE archive_terms(search_vector, word_count) @@ asked.query::tsquery
            AND status = 'published' AND merged_into_id IS NULL
        LIMIT asked.most
    ) AS found
    GROUP BY found.id ORDER BY sum(asked.weight) DESC, found.id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Candidates:
    """Articles to rank. Those that hold `must` (a tsquery, empty for all) match; `complete` tells whether all matches are
    among `known`, of which `ids` are to be ranked. Where they are not, at least `at_least` articles match.
    """

    ids: tuple[int, ...] = ()
    known: tuple[int, ...] = ()
    must: str = ""
    complete: bool = True
    at_least: int = 0

    @classmethod
    def all_of(cls, ids: Sequence[int], must: str = "") -> "Candidates":
        return cls(tuple(ids if must else ids[:MOST_RANKED]), tuple(ids), must)

    def beside(self, ids: Iterable[int]) -> "Candidates":
        """These and the articles `ids`, which match too."""
        return replace(self, ids=tuple(dict.fromkeys((*ids, *self.ids))), known=tuple(dict.fromkeys((*ids, *self.known))))


@dataclass(frozen=True)
class Driver:
    """A lexeme to look for densely, among the articles that meet a tsquery, which ends in « & » or is empty."""

    query: str
    lexeme: str


@dataclass(frozen=True)
class Counts:
    """Term statistics for one query: in how many articles each lexeme stands, what its prefixes begin, the totals."""

    lexemes: Mapping[Lexeme, int]
    beginnings: Mapping[str, statistics.Alike]
    totals: statistics.Totals

    @classmethod
    def of(cls, compiled: CompiledQuery) -> "Counts":
        concepts = (*compiled.concepts, *compiled.loose_concepts)
        matches = [concept.match for concept in concepts] + ([compiled.match] if compiled.match else [])
        asked = {lexeme for match in matches for lexeme in matching.lexemes_in(match)}
        plain = statistics.document_frequencies(lexeme.text for lexeme in asked if not lexeme.prefix)
        beginnings = statistics.beginnings(lexeme.text for lexeme in asked if lexeme.prefix)
        none = statistics.Alike((), 0)
        counts = {
            lexeme: beginnings.get(lexeme.text, none).articles if lexeme.prefix else plain[lexeme.text]
            for lexeme in asked
        }
        return cls(counts, beginnings, statistics.totals())

    def at_most(self, match: Match) -> int:
        return matching.at_most(match, self.lexemes, self.totals.articles)

    def at_least(self, match: Match) -> int:
        return matching.at_least(match, self.lexemes, self.totals.articles)

    def idf(self, match: Match) -> float:
        """How much a match tells; one of several names tells as much as the commonest of them."""
        names = match.parts if isinstance(match, matching.Any) else (match,)
        return statistics.inverse_document_frequency(self.totals.articles, max(self.at_most(name) for name in names))

    def drivers(self, match: Match) -> list[Driver]:
        """By what to find the articles that hold a match most densely."""
        match match:
            case Lexeme(text, prefix, in_title):
                known = self.beginnings.get(text) if prefix else None
                beside = f"{matching.terms(match)} & " if in_title else ""
                return [Driver(beside, lexeme) for lexeme in (known.lexemes if known else (text,))]
            case matching.Run() | matching.Close():
                rarest = min(matching.lexemes_in(match), key=self.at_most)
                return [Driver(f"({matching.terms(match)}) & ", driver.lexeme) for driver in self.drivers(rarest)]
            case matching.Any(parts):
                return [driver for part in parts for driver in self.drivers(part)]
            case matching.All(parts):
                asked = [part for part in parts if not isinstance(part, matching.Without)]
                found = []
                for part in sorted(asked, key=self.at_most)[:MOST_DRIVING]:
                    others = matching.terms(matching.All(tuple(other for other in parts if other != part)))
                    beside = f"({others}) & " if others else ""
                    found += [Driver(driver.query + beside, driver.lexeme) for driver in self.drivers(part)]
                return found
        return []


def with_all(
    compiled: CompiledQuery, counts: Counts, articles: QuerySet, *, filtered: bool, step: int = 0
) -> Candidates:
    """Articles of `articles` with all that was asked; `filtered` says that these are not simply all published ones.

    A higher `step` (up to len(EXAMINED) − 1) looks further where positions decide.
    """
    match = compiled.match
    exact = matching.needs_positions(match)
    must = matching.positions(match) if exact else ""
    most = MOST_FOUND_BY_POSITION if exact else MOST_FOUND
    if counts.at_most(match) <= most:
        ids = some(articles, match, most)
        if len(ids) <= most:
            return _densest_first(match, counts, ids, must)
    if filtered:
        every = list(articles.order_by().values_list("pk", flat=True)[: MOST_FILTERED + 1])
        if len(every) <= MOST_FILTERED:
            return Candidates(tuple(every), tuple(every), matching.positions(match))
        dense = _within(articles, _dense(counts.drivers(match), MOST_HELD_AGAINST_FILTER))
        newest = articles.newest().values_list("pk", flat=True)[:NEWEST_OF_FILTER]
        ids = tuple(dict.fromkeys((*dense[: MOST_RANKED - NEWEST_OF_FILTER], *newest)))
        return Candidates(ids, ids, matching.positions(match), complete=False)
    limit = EXAMINED[step] if exact else MOST_RANKED
    dense = _dense(counts.drivers(match), limit)
    if 2 * len(dense) < limit:
        ids = some(articles, match, most)
        if len(ids) <= most:
            return _densest_first(match, counts, ids, must, dense)
        dense = list(dict.fromkeys((*dense, *ids)))[:limit]
    return Candidates(tuple(dense), tuple(dense), must, complete=False, at_least=counts.at_least(match))


def with_some(concepts: Sequence[Concept], counts: Counts, articles: QuerySet, *, filtered: bool) -> Candidates:
    """Up to MOST_RANKED of `articles` that have some of `concepts`, the rarest and most of them first."""
    most = MOST_HELD_AGAINST_FILTER if filtered else MOST_RANKED
    rare: list[tuple[str, float, int]] = []
    common: list[Concept] = []
    entries = 0
    for concept in sorted(concepts, key=lambda concept: counts.at_most(concept.match)):
        expected = counts.at_most(concept.match)
        if entries + expected > MOST_ENTRIES:
            common.append(concept)
            continue
        rare.append((matching.terms(concept.match), counts.idf(concept.match), expected + MOST_RANKED))
        entries += expected
    ids = _weightiest(rare, most)
    if common and len(ids) < most:
        drivers = [driver for concept in common for driver in counts.drivers(concept.match)]
        ids = list(dict.fromkeys((*ids, *_dense(drivers, most - len(ids)))))
    kept = (_within(articles, ids) if filtered else ids)[:MOST_RANKED]
    return Candidates(tuple(kept), tuple(kept), complete=not common and len(ids) < most and len(kept) < MOST_RANKED)


def some(articles: QuerySet, match: Match, most: int) -> list[int]:
    """Ids of up to `most` + 1 articles whose terms match, in no order."""
    return list(
        articles.searchable()
        .filter(search_terms__matches=matching.terms(match))
        .order_by()
        .values_list("pk", flat=True)[: most + 1]
    )


def _densest_first(match: Match, counts: Counts, ids: list[int], must: str, dense: Sequence[int] = ()) -> Candidates:
    """All matches `ids`; where they are more than are ranked, those that hold the words most densely, then the newest."""
    if len(ids) <= MOST_RANKED:
        return Candidates.all_of(ids, must)
    dense = dense or _dense(counts.drivers(match), MOST_RANKED)
    among = set(ids)
    first = dict.fromkeys(pk for pk in dense if pk in among)
    return Candidates.all_of([*first, *sorted(among.difference(first), reverse=True)], must)


def _dense(drivers: Sequence[Driver], limit: int) -> list[int]:
    """Up to `limit` published articles, those first that hold a driver's lexeme most densely; the first drivers get more."""
    queries, lexemes = [driver.query for driver in drivers], [escaped(driver.lexeme) for driver in drivers]
    shares = [-(-limit // place) for place in range(1, len(drivers) + 1)]
    with connection.cursor() as cursor:
        cursor.execute(_DENSEST, [queries, lexemes, shares, HIGHEST_LEVEL, limit])
        return [pk for (pk,) in cursor.fetchall()]


def _weightiest(asked: Sequence[tuple[str, float, int]], limit: int) -> list[int]:
    """Up to `limit` articles that meet the tsqueries of `asked` (query, weight, how many at most), by weight together."""
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WEIGHTIEST, [*(list(column) for column in zip(*asked, strict=True)), limit])
        return [pk for (pk,) in cursor.fetchall()]


def _within(articles: QuerySet, ids: Sequence[int]) -> list[int]:
    """Those of `ids` that are among `articles`, in their order."""
    among = set(articles.filter(pk__in=list(ids)).order_by().values_list("pk", flat=True)) if ids else set()
    return [pk for pk in ids if pk in among]
