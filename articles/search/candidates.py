"""Chooses the candidates of a search: every match where there are few, otherwise the most promising ones.

PostgreSQL takes a second to rank 200,000 matches, and 7 ms to rank 400. A search for common words therefore reads
only the articles with the highest density levels, which the index article_terms stores level by level. A search for
some of many words reads the articles that hold the rarest of them. The cost hardly grows with the archive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from articles.search import index, matching
from articles.search.compile import CompiledQuery, Concept
from articles.search.index import Queries, QueriesByLevel, SearchSpace, WeightedQuery
from articles.search.matching import HIGHEST_LEVEL, Dense, Lexeme, Match
from articles.search.vocabulary import Alike, Totals, inverse_document_frequency

# Up to this many matches are all read, counted and ranked, which takes some 14 ms: twice the time of MOST_RANKED. With
# more matches, the result is bounded and its count is a lower bound. A judgement: a larger number gives exact counts
# for more queries, and makes the slowest of them slower.
MOST_FOUND = 800
# With more matches than MOST_FOUND, this many articles are ranked, those with the highest density levels. They are
# twenty pages. Ranking them takes 7 ms at a million articles (docs/decisions/0004); more are nearer to a full ranking.
MOST_RANKED = 400
# A filter that lets in at most articles.search.index.MOST_FILTERED articles is searched whole, and its matches are
# counted. For a wider filter, this many of the densest articles of the whole archive are tested against the filter.
# Some other articles of the filter become candidates too. A judgement: of a filter that lets in a tenth of the archive
# some 200 of them pass; testing more takes longer for every wide filter.
MOST_TESTED_AGAINST_FILTER = 2_000
# MOST_INTERSECTED is the highest number of index entries of a match that are intersected with a filter. Entries that
# are merged from several lists, or taken from one list less another, count MERGED times, because they take longer to
# read. Judgements on the time of one look: a larger bound finds all matches of more filters, and makes the slowest of
# these searches slower.
MOST_INTERSECTED, MERGED = 400_000, 6
# The index knows no positions. For a phrase of common words, growing numbers of the densest articles are therefore
# checked against the stored vectors, until ENOUGH_MATCHES of them hold the phrase. Judgements: the first number is that
# of the articles that are ranked anyway; the last bounds the time of a phrase that no article holds. ENOUGH_MATCHES is
# a page of results.
CHECKED_FOR_PHRASE = (400, 3_000, 10_000)
ENOUGH_MATCHES = 20
# MOST_ENTRIES bounds the index entries that a search for some of many words reads. Words too common for that bound are
# left out; where candidates are still missing, the densest articles of the MOST_DRIVING rarest of these words fill up.
# Judgements: with more entries, more words of a long query choose the candidates, and the slowest queries take longer.
# A third common word would take a third of the places from the first two, which are rarer and tell more.
MOST_ENTRIES = 12_000
MOST_DRIVING = 2
# Density levels at which a search for some of many words looks, each with the share of a word's weight that an article
# gains by reaching it. A share is BM25's saturation at that level less the saturation at the level before. Level 0
# stands for a word that occurs once. The sum, 0.9, is what an article gains at level 20; what lies beyond is left out.
# XQuAD cannot judge the gains: all of its 240 paragraphs become candidates.
GAINS = {0: 0.45, 8: 0.15, 12: 0.15, 16: 0.1, 20: 0.05}
# The density levels that a look can try. Level 0 stands for words at any density.
_LEVELS = (0, *range(index.LEAST_LEVEL, HIGHEST_LEVEL + 1))


@dataclass(frozen=True)
class Candidates:
    """The articles that a search ranks, and what is known of its other matches.

    ids: ids of the articles to rank.
    ids_read: ids of all articles that the search has read; includes `ids`.
    must: a tsquery for the stored vector that an article has to meet in order to match; empty where all match.
    complete: whether `ids_read` contains every match.
    at_least: lower bound of the number of matches, in articles; used where `complete` is false.
    """

    ids: tuple[int, ...] = ()
    ids_read: tuple[int, ...] = ()
    must: str = ""
    complete: bool = True
    at_least: int = 0

    @property
    def are_the_matches(self) -> bool:
        """Returns whether `ids_read` is exactly the set of matches."""
        return self.complete and not self.must

    @classmethod
    def every(cls, ids: Sequence[int], must: str = "") -> "Candidates":
        """Returns complete candidates: every match is among `ids`, and all of `ids` are ranked."""
        return cls(tuple(ids), tuple(ids), must)

    def beside(self, ids: Iterable[int]) -> "Candidates":
        """Returns these candidates with the articles `ids`, which match too, in front of them."""
        return replace(
            self, ids=tuple(dict.fromkeys((*ids, *self.ids))), ids_read=tuple(dict.fromkeys((*ids, *self.ids_read)))
        )


@dataclass(frozen=True)
class Counts:
    """Term statistics for one query.

    lexemes: the number of articles that hold each lexeme of the query.
    beginnings: the commonest lexemes that begin with each prefix of the query, by prefix.
    variants: other forms of the root of each lexeme, by lexeme.
    totals: the number of published articles and their mean length in words.
    """

    lexemes: Mapping[Lexeme, int]
    beginnings: Mapping[str, Alike]
    variants: Mapping[str, Alike]
    totals: Totals

    @classmethod
    def of(cls, compiled: CompiledQuery) -> "Counts":
        """Returns the statistics of all lexemes in a compiled query; reads nothing from the database."""
        concepts = (*compiled.concepts, *compiled.loose_concepts)
        matches = [concept.match for concept in concepts] + ([compiled.match] if compiled.match else [])
        query_lexemes = {lexeme for match in matches for lexeme in matching.lexemes_in(match)}
        lexicon = compiled.lexicon
        beginnings, no_lexemes = lexicon.beginnings, Alike((), 0)
        counts = {
            lexeme: beginnings.get(lexeme.text, no_lexemes).articles
            if lexeme.prefix
            else lexicon.frequencies[lexeme.text]
            for lexeme in query_lexemes
        }
        return cls(counts, beginnings, lexicon.variants, lexicon.totals)

    def at_most(self, match: Match) -> int:
        """Returns an upper bound of the number of articles that match."""
        return matching.at_most(match, self.lexemes, self.totals.articles)

    def at_least(self, match: Match) -> int:
        """Returns a lower bound of the number of articles that match."""
        return matching.at_least(match, self.lexemes, self.totals.articles)

    def idf(self, match: Match) -> float:
        """Returns the inverse document frequency of a match; alternatives share that of the commonest one."""
        names = match.parts if isinstance(match, matching.Any) else (match,)
        return inverse_document_frequency(self.totals.articles, max(self.at_most(name) for name in names))

    def holding(self, match: Match) -> Queries:
        """Returns the queries for articles that hold the words of `match` at any density, the rarest word first."""
        return matching.terms_of_parts(self.dense(match, 0))

    def reaching(self, match: Match) -> QueriesByLevel:
        """Returns the queries for articles where the words of `match` reach a density level, by level."""
        return _by_level({level: self.dense(match, level) for level in _LEVELS})

    def reaching_in_part(self, match: Match) -> QueriesByLevel | None:
        """Returns the queries, by density level, for articles that hold all of `match`, at least one part of it densely.

        `reaching` asks every part to reach the level; here one is enough. Excluded words are no parts. Level 0 asks only
        that the articles hold all of `match`. Returns None where `match` is not a conjunction.
        """
        if not isinstance(match, matching.All):
            return None
        required = [part for part in match.parts if not isinstance(part, matching.Without)]
        all_parts = self.dense(match, 0)
        dense_parts = {level: matching.any_of(*(self.dense(part, level) for part in required)) for level in _LEVELS[1:]}
        return _by_level(
            {0: all_parts} | {level: _whole(matching.all_of(part, all_parts)) for level, part in dense_parts.items()}
        )

    def dense(self, match: Match, level: int) -> Match:
        """Rewrites `match` so that articles meet it only where its words reach a density level, rarest word first.

        In a conjunction, each part's level is scaled by its idf in proportion to the highest idf. In a phrase, only the
        rarest lexeme has to reach the level. Levels below index.LEAST_LEVEL leave a lexeme as it is.
        """
        match match:
            case Lexeme(text, prefix, in_title) if not in_title and level >= index.LEAST_LEVEL:
                beginning = self.beginnings.get(text) if prefix else None
                lexemes = beginning.lexemes if beginning else (text,)
                return _whole(matching.any_of(*(Dense(lexeme, level) for lexeme in lexemes)))
            case matching.Run() | matching.Close():
                rarest, *other_lexemes = sorted(matching.lexemes_in(match), key=self.at_most)
                return _whole(matching.all_of(self.dense(rarest, level), *other_lexemes))
            case matching.Any(parts):
                return _whole(matching.any_of(*(self.dense(part, level) for part in parts)))
            case matching.All(parts):
                ordered = sorted(parts, key=self.at_most)
                weights = [self.idf(part) for part in ordered]
                shares = [weight / max(weights) for weight in weights]
                dense_parts = [
                    self.dense(part, round(level * share)) for part, share in zip(ordered, shares, strict=True)
                ]
                return _whole(matching.all_of(*dense_parts))
        return match


def _whole(match: Match | None) -> Match:
    """Returns a match that was joined of at least one part. Raises ValueError for None."""
    if match is None:
        raise ValueError("a match has at least one part")
    return match


def _by_level(matches: Mapping[int, Match]) -> QueriesByLevel:
    """Returns the queries of each level's match; None stands for a level without one."""
    return tuple(
        matching.terms_of_parts(matches[level]) if level in matches else None for level in range(HIGHEST_LEVEL + 1)
    )


def with_all(match: Match, counts: Counts, search_space: SearchSpace) -> Candidates:
    """Returns candidates among the articles of `search_space` that match: they hold everything the query requires."""
    exact = matching.needs_positions(match)
    must = matching.positions(match) if exact else ""
    if counts.at_most(match) <= MOST_FOUND:
        result = search_space.look(index.holding(counts.holding(match), MOST_FOUND + 1))
        if result.are_all:
            return Candidates.every(result.kept, must)
    if search_space.filtered:
        return _in_filter(match, must, counts, search_space)
    result = search_space.look(_densest(match, counts, CHECKED_FOR_PHRASE[0] if exact else MOST_RANKED))
    return _of_densest(result, must, counts.at_least(match))


def _in_filter(match: Match, must: str, counts: Counts, search_space: SearchSpace) -> Candidates:
    """Returns candidates that hold `match` and pass the filter of `search_space`.

    They are complete where the matches or the filter's articles are few. Otherwise they are the densest articles that
    pass the filter, and some of the filter's other articles.
    """
    if counts.at_most(match) * (1 if _is_plain(match) else MERGED) <= MOST_INTERSECTED:
        matching_ids = search_space.intersect(matching.terms(match), index.MOST_FILTERED + 1)
        if matching_ids is not None:
            if len(matching_ids) <= index.MOST_FILTERED:
                return Candidates.every(matching_ids, must)
            result = search_space.look(_densest(match, counts, MOST_TESTED_AGAINST_FILTER))
            return _of_filter(result, matching_ids, match, at_least=0 if must else len(matching_ids))
    if search_space.narrow is not None:
        return Candidates.every(search_space.narrow, matching.positions(match))
    result = search_space.look(_densest(match, counts, MOST_TESTED_AGAINST_FILTER), newest=search_space.looks_wide)
    expected_in_filter = counts.totals.articles * len(result.kept) / max(len(result.ids), 1)
    if expected_in_filter < index.MOST_FILTERED and search_space.whole is not None:
        return Candidates.every(search_space.whole, matching.positions(match))
    return _of_filter(result, result.newest if search_space.looks_wide else search_space.first, match)


def _of_filter(result: index.IndexLook, other_ids: Sequence[int], match: Match, at_least: int = 0) -> Candidates:
    """Returns incomplete candidates: the densest articles that pass the filter, then the first of `other_ids`."""
    densest = result.kept[: MOST_RANKED - index.NEWEST_OF_FILTER]
    ids = tuple(dict.fromkeys((*densest, *other_ids[: index.FIRST_OF_FILTER])))
    return Candidates(ids, ids, matching.positions(match), complete=False, at_least=at_least)


def _is_plain(match: Match) -> bool:
    """Returns whether `match` has no prefix and no exclusion;
    the index then reads hardly more than its shortest list.
    """
    match match:
        case matching.All(parts):
            return all(map(_is_plain, parts))
        case matching.Without():
            return False
    return not any(lexeme.prefix for lexeme in matching.lexemes_in(match))


def with_rare_phrase(match: Match, counts: Counts, search_space: SearchSpace) -> Candidates:
    """Returns candidates that hold a rare phrase of common words, from more articles than `with_all` examines.

    The index finds articles with the words, and only the stored positions show which of them hold the phrase. Where the
    CHECKED_FOR_PHRASE[0] densest articles hardly held it, the next numbers of CHECKED_FOR_PHRASE are tried until
    ENOUGH_MATCHES articles hold it. `search_space` must be unfiltered.
    """
    phrase = matching.positions(match)
    look = index.densest_meeting(phrase, ENOUGH_MATCHES, counts.reaching(match), CHECKED_FOR_PHRASE[1:], MOST_FOUND)
    return _of_densest(search_space.look(look), phrase, counts.at_least(match))


def _of_densest(result: index.IndexLook, must: str, at_least: int) -> Candidates:
    """Returns the articles of a look as candidates, complete where the look found all there are."""
    if result.are_all:
        return Candidates.every(result.ids, must)
    return Candidates(tuple(result.ids), tuple(result.ids), must, complete=False, at_least=at_least)


def _densest(match: Match, counts: Counts, limit: int) -> index.Look:
    """Returns the look for up to `limit` of the articles that hold `match` most densely."""
    return index.densest(counts.reaching(match), limit, MOST_FOUND, counts.reaching_in_part(match))


def with_some(concepts: Sequence[Concept], counts: Counts, search_space: SearchSpace) -> Candidates:
    """Returns candidates among the articles of `search_space` that hold some of `concepts`.

    There are at most MOST_RANKED of them, or every article of a narrow filter. Articles with more concepts, or rarer
    ones, come first.
    """
    if search_space.narrow is not None:
        return Candidates.every(search_space.narrow)
    limit = MOST_TESTED_AGAINST_FILTER if search_space.filtered else MOST_RANKED
    rare: list[WeightedQuery] = []
    common: list[Match] = []
    entries_read = 0
    for concept in sorted(concepts, key=lambda concept: counts.at_most(concept.match)):
        expected = counts.at_most(concept.match)
        if entries_read + expected > MOST_ENTRIES:
            common.append(concept.match)
            continue
        idf = counts.idf(concept.match)
        rare += [
            WeightedQuery(matching.terms(counts.dense(concept.match, level)), idf * gain, expected + MOST_RANKED)
            for level, gain in GAINS.items()
        ]
        entries_read += expected
    driving_queries = [counts.reaching(match) for match in common[:MOST_DRIVING]]
    result = search_space.look(index.weightiest(rare, driving_queries, limit))
    ranked_ids = result.kept[:MOST_RANKED]
    return Candidates(
        tuple(ranked_ids), tuple(ranked_ids), complete=not common and result.are_all and len(ranked_ids) < MOST_RANKED
    )
