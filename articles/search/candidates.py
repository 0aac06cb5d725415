"""Which articles a search ranks: all that match where they are few, else a bounded set of those that promise most.

Ranking 200,000 matches took PostgreSQL a second, ranking 400 takes some 6 ms. So a search for common words reads the articles
that hold them most densely (the index article_terms knows them, level by level), and a search for some of many words the
articles that have the rarest of them. What this costs hardly grows with the archive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from articles.search import index, matching
from articles.search.compile import CompiledQuery, Concept
from articles.search.index import Scope
from articles.search.matching import Dense, Lexeme, Match
from articles.search.vocabulary import Alike, Totals, inverse_document_frequency

# Where no more articles match, all of them are found, counted and ranked; ranking one costs some 12 µs. Beyond, the result is
# bounded and its number a lower bound.
MOST_FOUND = 800
# So many of the densest are ranked then.
MOST_RANKED = 400
# A filter that lets in few articles (articles.search.index.MOST_FILTERED) is searched whole, and its matches counted. Of a wider
# one, so many of the densest articles of all are held against the filter, and some of its others are looked at too.
MOST_HELD_AGAINST_FILTER = 2_000
# The index entries of a match that are intersected with a filter's; those that come of many lists, or of one held against another,
# take some times as long.
MOST_INTERSECTED, MERGED = 400_000, 6
# For a phrase of common words so many of the densest articles are looked at, in steps, until FEW hold it.
EXAMINED = (400, 3_000, 10_000)
FEW = 20
# Index entries that a search for some of many words reads; of the words that are too common for it, the densest articles of
# so many, the rarest, are taken where more are wanted.
MOST_ENTRIES = 12_000
MOST_DRIVING = 2
# Levels that some of many words are looked for at, and what of a word's weight an article gains that reaches one: BM25's
# saturation there less that below; the first is a word that stands once.
GAINS = {0: 0.45, 8: 0.15, 12: 0.15, 16: 0.1, 20: 0.05}


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

    def reaching(self, match: Match) -> index.Reaching:
        """Tells the tsqueries, for the index, of what holds `match` so densely, the rarest first."""
        return lambda level: matching.lines(self.dense(match, level))

    def reaching_in_part(self, match: Match) -> index.Reaching | None:
        """The same of what holds all of `match`, and some part of it so densely; None where it has no parts."""
        if not isinstance(match, matching.All):
            return None
        wanted = [part for part in match.parts if not isinstance(part, matching.Without)]
        held = self.dense(match, 0)

        def reaching(level: int) -> str:
            some = matching.any_of(*(self.dense(part, level) for part in wanted)) if level else None
            return matching.lines(matching.all_of(some, held))

        return reaching

    def dense(self, match: Match, level: int) -> Match:
        """`match` for the index, where its words stand so densely, the rarest first: of words that are asked together, those
        that tell less in proportion less so; of a phrase, the rarest.
        """
        match match:
            case Lexeme(text, prefix, in_title) if not in_title and level >= index.LEAST_LEVEL:
                known = self.beginnings.get(text) if prefix else None
                return matching.any_of(*(Dense(lexeme, level) for lexeme in (known.lexemes if known else (text,))))
            case matching.Run() | matching.Close():
                rarest, *others = sorted(matching.lexemes_in(match), key=self.at_most)
                return matching.all_of(self.dense(rarest, level), *others)
            case matching.Any(parts):
                return matching.any_of(*(self.dense(part, level) for part in parts))
            case matching.All(parts):
                parts = sorted(parts, key=self.at_most)
                weights = [self.idf(part) for part in parts]
                shares = [weight / max(weights) for weight in weights]
                return matching.all_of(
                    *(self.dense(part, round(level * share)) for part, share in zip(parts, shares, strict=True))
                )
        return match


def with_all(compiled: CompiledQuery, counts: Counts, scope: Scope) -> Candidates:
    """Articles of `scope` with all that was asked."""
    match = compiled.match
    exact = matching.needs_positions(match)
    must = matching.positions(match) if exact else ""
    if counts.at_most(match) <= MOST_FOUND:
        found = scope.look(index.holding(counts.reaching(match), MOST_FOUND + 1))
        if found.are_all:
            return Candidates.every(found.kept, must)
    if scope.filtered:
        return _in_filter(match, must, counts, scope)
    found = scope.look(_densest(match, counts, EXAMINED[0] if exact else MOST_RANKED))
    return _of_densest(found, must, counts.at_least(match))


def _in_filter(match: Match, must: str, counts: Counts, scope: Scope) -> Candidates:
    """Articles that hold `match` and are let in by a filter: every one where either are few, else the densest and some others."""
    if counts.at_most(match) * (1 if _is_plain(match) else MERGED) <= MOST_INTERSECTED:
        met = scope.intersected(matching.terms(match), index.MOST_FILTERED + 1)
        if met is not None:
            if len(met) <= index.MOST_FILTERED:
                return Candidates.every(met, must)
            found = scope.look(_densest(match, counts, MOST_HELD_AGAINST_FILTER))
            return _of_filter(found, met, match, at_least=0 if must else len(met))
    if scope.narrow is not None:
        return Candidates.every(scope.narrow, matching.positions(match))
    found = scope.look(_densest(match, counts, MOST_HELD_AGAINST_FILTER), newest=scope.looks_wide)
    let_in = counts.totals.articles * len(found.kept) / max(len(found.ids), 1)
    if let_in < index.MOST_FILTERED and scope.whole is not None:
        return Candidates.every(scope.whole, matching.positions(match))
    return _of_filter(found, found.newest if scope.looks_wide else scope.first, match)


def _of_filter(found: index.Found, others: Sequence[int], match: Match, at_least: int = 0) -> Candidates:
    """The densest that a filter lets in, and some of the others."""
    densest = found.kept[: MOST_RANKED - index.NEWEST_OF_FILTER]
    ids = tuple(dict.fromkeys((*densest, *others[: index.FIRST_OF_FILTER])))
    return Candidates(ids, ids, matching.positions(match), complete=False, at_least=at_least)


def _is_plain(match: Match) -> bool:
    """Whether the index has one list for each part of a match, and needs to read no more than the shortest of them."""
    match match:
        case matching.All(parts):
            return all(map(_is_plain, parts))
        case matching.Without():
            return False
    return not any(lexeme.prefix for lexeme in matching.lexemes_in(match))


def with_all_further(compiled: CompiledQuery, counts: Counts, scope: Scope) -> Candidates:
    """Articles of an unfiltered `scope` with all that was asked, looked for further where positions decide."""
    match = compiled.match
    must = matching.positions(match)
    look = index.densest_meeting(must, FEW, counts.reaching(match), EXAMINED[1:], MOST_FOUND)
    return _of_densest(scope.look(look), must, counts.at_least(match))


def _of_densest(found: index.Found, must: str, at_least: int) -> Candidates:
    if found.are_all:
        return Candidates.every(found.ids, must)
    return Candidates(tuple(found.ids), tuple(found.ids), must, complete=False, at_least=at_least)


def _densest(match: Match, counts: Counts, wanted: int) -> index.Look:
    return index.densest(counts.reaching(match), wanted, MOST_FOUND, counts.reaching_in_part(match))


def with_some(concepts: Sequence[Concept], counts: Counts, scope: Scope) -> Candidates:
    """Up to MOST_RANKED articles of `scope` that have some of `concepts`, the rarest and most of them first."""
    if scope.narrow is not None:
        return Candidates.every(scope.narrow)
    most = MOST_HELD_AGAINST_FILTER if scope.filtered else MOST_RANKED
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
    driving = [counts.reaching(match) for match in common[:MOST_DRIVING]]
    found = scope.look(index.weightiest(rare, driving, most))
    kept = found.kept[:MOST_RANKED]
    return Candidates(tuple(kept), tuple(kept), complete=not common and found.are_all and len(kept) < MOST_RANKED)
