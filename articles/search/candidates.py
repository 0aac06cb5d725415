"""Which articles a search ranks: all that match where they are few, else a bounded set of those that promise most.

Ranking 200,000 matches took PostgreSQL a second, ranking 400 takes some 15 ms. So a search for common words reads the articles
that hold them most densely (the index article_terms knows them, level by level), and a search for some of many words the
articles that have the rarest of them. What this costs hardly grows with the archive.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import connection
from django.db.models import QuerySet, Value

from articles.search import matching
from articles.search.compile import CompiledQuery, Concept
from articles.search.matching import Dense, Lexeme, Match
from articles.search.vocabulary import Alike, Totals, inverse_document_frequency

# Where no more articles match, all of them are found, counted and ranked; taking the vector of one out of its storage costs
# some 20 µs. Beyond, the result is bounded and its number a lower bound.
MOST_FOUND = 800
# So many of the densest are ranked then.
MOST_RANKED = 400
# A filter that lets in no more articles than this is searched whole, and its matches counted; where they are very many, these
# densest ones of them and the newest are ranked. Beyond, so many of the densest articles of all are held against the filter,
# and its newest ones are looked at too.
MOST_FILTERED = 1_500
DENSEST_OF_FILTER = 100
MOST_HELD_AGAINST_FILTER = 1_500
NEWEST_OF_FILTER = 200
# For a phrase of common words so many of the densest articles are looked at, in steps, until FEW hold it.
EXAMINED = (400, 3_000, 10_000)
FEW = 20
# Index entries that a search for some of many words reads; of the words that are too common for it, the densest articles of
# so many, the rarest, are taken where more are wanted.
MOST_ENTRIES = 6_000
MOST_DRIVING = 2
# Levels, as the index article_terms has them (articles/search/sql/0006_terms.sql), count density in steps of an eighth of
# BM25's saturation: a word that stands twice in 250 is at 8, five times 14, twenty times 25. Where more articles than are
# wanted stand at the first of these, the right one is above it, up to TOP_LEVEL; else lower ones are tried, and at last 0, at all.
# Below LEAST_LEVEL hardly more is asked than that a word stands there.
# The first are asked for together, then those below, which may cost more, and at last what lies between two of them.
STEPS = (16, 20, 24, 28)
LEVELS = (12, 8)
TOP_LEVEL, LEAST_LEVEL = 32, 4
# Levels that _WEIGHTIEST tells apart, and what of a word's weight an article gains that reaches one: BM25's saturation there
# less that below; the first is a word that stands once.
GAINS = {0: 0.45, 8: 0.15, 12: 0.15, 16: 0.1, 20: 0.05}

# Articles that meet any of several tsqueries, those first that meet the weightiest.
_WEIGHTIEST = """
    SELECT found.id
    FROM unnest(%s::text[], %s::float8[], %s::integer[]) AS asked (query, weight, most)
    CROSS JOIN LATERAL (
        SELECT id FROM articles_article
        WHERE archive_terms(search_vector, word_count) @@ asked.query::tsquery
            AND status = 'published' AND merged_into_id IS NULL {among}
        LIMIT asked.most
    ) AS found
    GROUP BY found.id ORDER BY sum(asked.weight) DESC, found.id DESC LIMIT %s
"""
# For each of several tsqueries the articles that meet it.
_REACHING = """
    SELECT ARRAY(
        SELECT id FROM articles_article
        WHERE archive_terms(search_vector, word_count) @@ asked.query::tsquery AND {among} LIMIT asked.most
    )
    FROM unnest(%s::text[], %s::integer[]) WITH ORDINALITY AS asked (query, most, place) ORDER BY place
"""
_PUBLISHED = "status = 'published' AND merged_into_id IS NULL"


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

    @property
    def are_the_matches(self) -> bool:
        """Whether these are all that match, and nothing else."""
        return self.complete and not self.must

    @classmethod
    def every(cls, ids: Sequence[int], must: str = "") -> "Candidates":
        """All that match are among `ids`, and all of these are ranked."""
        return cls(tuple(ids), tuple(ids), must)

    def beside(self, ids: Iterable[int]) -> "Candidates":
        """These and the articles `ids`, which match too."""
        return replace(
            self, ids=tuple(dict.fromkeys((*ids, *self.ids))), known=tuple(dict.fromkeys((*ids, *self.known)))
        )


@dataclass(frozen=True)
class Scope:
    """The articles that a search looks through; `filtered` says that these are not simply all published ones."""

    articles: QuerySet
    filtered: bool

    @cached_property
    def whole(self) -> list[int] | None:
        """The ids of all articles that a filter lets in, if they are no more than MOST_FILTERED."""
        if not self.filtered:
            return None
        ids = list(self.articles.order_by().values_list("pk", flat=True)[: MOST_FILTERED + 1])
        return ids if len(ids) <= MOST_FILTERED else None

    def within(self, ids: list[int]) -> list[int]:
        """Those of some published articles that are in the scope, in their order."""
        if not self.filtered or not ids:
            return ids
        among = self.whole
        if among is None:
            among = self.articles.filter(pk__in=ids).order_by().values_list("pk", flat=True)
        kept = set(among)
        return [pk for pk in ids if pk in kept]

    def within_and_newest(self, ids: list[int]) -> tuple[list[int], list[int]]:
        """Those of some published articles that are in the scope, in their order, and the NEWEST_OF_FILTER newest of the scope."""
        held = self.articles.filter(pk__in=ids).order_by().values_list("pk", Value(False))
        newest = self.articles.newest().values_list("pk", Value(True))[:NEWEST_OF_FILTER]
        found = list(held.union(newest, all=True))
        kept = {pk for pk, is_newest in found if not is_newest}
        return [pk for pk in ids if pk in kept], [pk for pk, is_newest in found if is_newest]


@dataclass(frozen=True)
class Counts:
    """Term statistics for one query: in how many articles each lexeme stands, what its prefixes begin, other forms of its
    lexemes' roots, the totals."""

    lexemes: Mapping[Lexeme, int]
    beginnings: Mapping[str, Alike]
    variants: Mapping[str, Alike]
    totals: Totals

    @classmethod
    def of(cls, compiled: CompiledQuery) -> "Counts":
        concepts = (*compiled.concepts, *compiled.loose_concepts)
        matches = [concept.match for concept in concepts] + ([compiled.match] if compiled.match else [])
        asked = {lexeme for match in matches for lexeme in matching.lexemes_in(match)}
        plain = compiled.known
        beginnings, none = plain.beginnings, Alike((), 0)
        counts = {
            lexeme: beginnings.get(lexeme.text, none).articles if lexeme.prefix else plain.frequencies[lexeme.text]
            for lexeme in asked
        }
        return cls(counts, beginnings, plain.variants, plain.totals)

    def at_most(self, match: Match) -> int:
        return matching.at_most(match, self.lexemes, self.totals.articles)

    def at_least(self, match: Match) -> int:
        return matching.at_least(match, self.lexemes, self.totals.articles)

    def idf(self, match: Match) -> float:
        """How much a match tells; one of several names tells as much as the commonest of them."""
        names = match.parts if isinstance(match, matching.Any) else (match,)
        return inverse_document_frequency(self.totals.articles, max(self.at_most(name) for name in names))

    def dense(self, match: Match, level: int) -> Match:
        """`match` for the index, where its words stand so densely: of words that are asked together, those that tell less in
        proportion less so; of a phrase, the rarest.
        """
        match match:
            case Lexeme(text, prefix, in_title) if not in_title and level >= LEAST_LEVEL:
                known = self.beginnings.get(text) if prefix else None
                return matching.any_of(*(Dense(lexeme, level) for lexeme in (known.lexemes if known else (text,))))
            case matching.Run() | matching.Close():
                lexemes = tuple(matching.lexemes_in(match))
                return matching.all_of(*lexemes, self.dense(min(lexemes, key=self.at_most), level))
            case matching.Any(parts):
                return matching.any_of(*(self.dense(part, level) for part in parts))
            case matching.All(parts):
                weights = [self.idf(part) for part in parts]
                shares = [weight / max(weights) for weight in weights]
                return matching.all_of(
                    *(self.dense(part, round(level * share)) for part, share in zip(parts, shares, strict=True))
                )
        return match


def with_all(compiled: CompiledQuery, counts: Counts, scope: Scope, step: int = 0) -> Candidates:
    """Articles of `scope` with all that was asked.

    A higher `step` (up to len(EXAMINED) − 1) looks further where positions decide.
    """
    match = compiled.match
    exact = matching.needs_positions(match)
    must = matching.positions(match) if exact else ""
    if scope.whole is not None:
        return _with_all_among(match, counts, scope.whole, must)
    if counts.at_most(match) <= MOST_FOUND:
        ids = _matching(match, MOST_FOUND)
        if len(ids) <= MOST_FOUND:
            return Candidates.every(scope.within(ids), must)
    if scope.filtered:
        ((dense, _),) = _densest([match], counts, MOST_HELD_AGAINST_FILTER)
        within, newest = scope.within_and_newest(dense)
        ids = tuple(dict.fromkeys((*within[: MOST_RANKED - NEWEST_OF_FILTER], *newest)))
        return Candidates(ids, ids, matching.positions(match), complete=False)
    limit = EXAMINED[step] if exact else MOST_RANKED
    ((dense, whole),) = _densest([match], counts, limit)
    if whole:
        return Candidates.every(dense, must)
    return Candidates(tuple(dense), tuple(dense), must, complete=False, at_least=counts.at_least(match))


def _with_all_among(match: Match, counts: Counts, among: Sequence[int], must: str) -> Candidates:
    """The same for the articles `among`, which are all that a filter lets in."""
    if len(among) <= MOST_FOUND:
        return Candidates.every(among, matching.positions(match))
    ids = _matching(match, len(among), among)
    if len(ids) <= MOST_FOUND or must:
        return Candidates.every(ids, must)
    ((dense, _),) = _densest([match], counts, DENSEST_OF_FILTER, ids)
    known = tuple(dict.fromkeys((*dense, *sorted(ids, reverse=True))))
    return Candidates(known[:MOST_RANKED], known)


def with_some(concepts: Sequence[Concept], counts: Counts, scope: Scope) -> Candidates:
    """Up to MOST_RANKED articles of `scope` that have some of `concepts`, the rarest and most of them first."""
    among = scope.whole
    most = MOST_HELD_AGAINST_FILTER if scope.filtered and among is None else MOST_RANKED
    rare: list[tuple[str, float, int]] = []
    common: list[Match] = []
    entries = 0
    for concept in sorted(concepts, key=lambda concept: counts.at_most(concept.match)):
        expected = counts.at_most(concept.match)
        if entries + expected > MOST_ENTRIES:
            common.append(concept.match)
            continue
        idf = counts.idf(concept.match)
        rare += [
            (matching.terms(counts.dense(concept.match, level)), idf * gain, expected + MOST_RANKED)
            for level, gain in GAINS.items()
        ]
        entries += expected
    ids = _weightiest(rare, most, among)
    driving = common[:MOST_DRIVING] if len(ids) < most else []
    share = -(-(most - len(ids)) // max(len(driving), 1))
    for dense, _ in _densest(driving, counts, share, among):
        ids = list(dict.fromkeys((*ids, *dense[:share])))
    kept = scope.within(ids)[:MOST_RANKED]
    return Candidates(tuple(kept), tuple(kept), complete=not common and len(ids) < most and len(kept) < MOST_RANKED)


def some(articles: QuerySet, match: Match, most: int) -> list[int]:
    """Ids of up to `most` + 1 articles whose terms match, in no order."""
    return list(
        articles.searchable()
        .filter(search_terms__matches=matching.terms(match))
        .order_by()
        .values_list("pk", flat=True)[: most + 1]
    )


def _matching(match: Match, most: int, among: Sequence[int] | None = None) -> list[int]:
    """Ids of up to `most` + 1 published articles, or of those `among` which they are looked for, whose terms match.

    The index is asked about all articles and then about these: looking at each of them would take ten times as long.
    """
    (ids,) = _reaching([(matching.terms(match), most + 1)], among)
    return ids


# What a look at the index asks for, (tsquery, how many ids at most) each, and at last what it found.
Look = Generator[list[tuple[str, int]], list[list[int]], tuple[list[int], bool]]


def _densest(
    matches: Sequence[Match], counts: Counts, limit: int, among: Sequence[int] | None = None
) -> list[tuple[list[int], bool]]:
    """For each match the published articles (of those `among`) that meet it, those that hold its words most densely first: up
    to `limit`, or, where these are few and at most MOST_FOUND match at all, every one; and whether that is so.

    The looks for several matches go side by side, what they ask for at one time in one statement.
    """
    looks = [_look(match, counts, limit) for match in matches]
    asked = {place: next(look) for place, look in enumerate(looks)}
    found: dict[int, tuple[list[int], bool]] = {}
    while asked:
        answers = iter(_reaching([one for wanted in asked.values() for one in wanted], among))
        for place, wanted in list(asked.items()):
            try:
                asked[place] = looks[place].send([next(answers) for _ in wanted])
            except StopIteration as done:
                found[place] = done.value
                del asked[place]
    return [found[place] for place in range(len(looks))]


def _look(match: Match, counts: Counts, limit: int) -> Look:
    """Looks for the level of density that just `limit` articles reach.

    A level costs a millisecond near the top and a hundred near the bottom, where very many articles may stand; so the search
    begins high, and goes down only while there are too few.
    """

    def reaching(levels: Iterable[int], most: int = limit) -> list[tuple[str, int]]:
        return [(matching.terms(counts.dense(match, level)), most) for level in levels]

    above: list[int] = []
    found = yield reaching(STEPS)
    if len(found[0]) < limit:
        high, above = STEPS[0], found[0]
        for low, enough in zip(LEVELS, (yield reaching(LEVELS)), strict=True):
            if len(enough) >= limit:
                break
            high, above = low, enough
        else:
            (every,) = yield reaching([0], max(limit, MOST_FOUND) + 1)
            whole = len(every) <= max(limit, MOST_FOUND)
            return list(dict.fromkeys((*above, *every)))[: None if whole else limit], whole
    else:
        last = max(place for place, ids in enumerate(found) if len(ids) >= limit)
        low, enough = STEPS[last], found[last]
        high, above = (STEPS[last + 1], found[last + 1]) if last + 1 < len(STEPS) else (TOP_LEVEL, [])
    for ids in (yield reaching(range(low + 1, high))):
        if len(ids) < limit:
            above = ids
            break
        enough = ids
    return list(dict.fromkeys((*above, *enough)))[:limit], False


def _reaching(asked: Sequence[tuple[str, int]], among: Sequence[int] | None) -> list[list[int]]:
    """For each (tsquery, most) the ids of up to so many published articles, or of those `among`, whose terms meet it."""
    if not asked or among is not None and not among:
        return [[] for _ in asked]
    queries, most = zip(*asked, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _REACHING.format(among=_PUBLISHED if among is None else "id = ANY(%s)"),
            [*([] if among is None else [list(among)]), list(queries), list(most)],
        )
        return [ids for (ids,) in cursor.fetchall()]


def _weightiest(asked: Sequence[tuple[str, float, int]], limit: int, among: Sequence[int] | None) -> list[int]:
    """Up to `limit` articles that meet the tsqueries of `asked` (query, weight, how many at most), by weight together."""
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _WEIGHTIEST.format(among="" if among is None else "AND id = ANY(%s)"),
            [*(list(column) for column in zip(*asked, strict=True)), *([] if among is None else [list(among)]), limit],
        )
        return [pk for (pk,) in cursor.fetchall()]
