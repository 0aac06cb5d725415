"""Matches: trees of lexemes that an article must hold. They become tsqueries, and term statistics bound their results.

terms()           returns a tsquery for the index article_terms. The index stores no positions, so the tsquery finds
                  every match, and for phrases and neighbours more articles than match.
terms_of_parts()  returns the same as several tsqueries, all of which an article must meet.
positions()       returns a tsquery for the stored vector, which is exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from articles.search.lexemes import quote_lexeme

# The highest density level of article_terms; levels count from 0. archive_terms
# (articles/search/sql/0001_functions.sql) has the same number, so that a change of it needs a new index.
HIGHEST_LEVEL = 40


@dataclass(frozen=True)
class Lexeme:
    """An article that holds one lexeme.

    text: the lexeme.
    prefix: whether `text` stands for every lexeme that begins with it.
    in_title: whether the lexeme must stand in the title.
    """

    text: str
    prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True)
class Dense:
    """An article that holds a lexeme at a density level of article_terms or above it; only terms() accepts it.

    text: the lexeme.
    level: the lowest density level that matches, from 0 to HIGHEST_LEVEL.
    """

    text: str
    level: int


@dataclass(frozen=True)
class Run:
    """An article that holds lexemes side by side, in order.

    lexemes: the lexemes.
    """

    lexemes: tuple[Lexeme, ...]


@dataclass(frozen=True)
class Close:
    """An article that holds two lexemes or runs close to one another, in either order.

    first: one of the two.
    second: the other one.
    distance: the greatest distance between them, in words.
    """

    first: "Lexeme | Run"
    second: "Lexeme | Run"
    distance: int


@dataclass(frozen=True)
class All:
    """An article that meets all of several conditions.

    parts: the conditions.
    """

    parts: tuple["Match", ...]


@dataclass(frozen=True)
class Any:
    """An article that meets at least one of several conditions.

    parts: the conditions.
    """

    parts: tuple["Match", ...]


@dataclass(frozen=True)
class Without:
    """An article that does not meet a condition.

    part: the condition.
    """

    part: "Match"


Match = Lexeme | Dense | Run | Close | All | Any | Without


def all_of(*parts: Match | None) -> Match | None:
    """Returns the conjunction of `parts`, ignoring None: a lone part as it is, and None if there is none."""
    distinct = tuple(dict.fromkeys(part for part in parts if part is not None))
    return All(distinct) if len(distinct) > 1 else distinct[0] if distinct else None


def any_of(*parts: Match | None) -> Match | None:
    """Returns the disjunction of `parts`, ignoring None: a lone part as it is, and None if there is none."""
    distinct = tuple(dict.fromkeys(part for part in parts if part is not None))
    return Any(distinct) if len(distinct) > 1 else distinct[0] if distinct else None


def run_of(lexemes: tuple[str, ...], *, prefix: bool = False, in_title: bool = False) -> Lexeme | Run | None:
    """Returns the match for lexemes in order; with `prefix`, the last one is a prefix.

    A lone lexeme is returned as a Lexeme; None is returned if there is none.
    """
    run = tuple(
        Lexeme(text, prefix and place == len(lexemes), in_title) for place, text in enumerate(lexemes, 1) if text
    )
    return Run(run) if len(run) > 1 else run[0] if run else None


def terms(match: Match) -> str:
    """Returns the tsquery for article_terms; an empty string where it would match every article."""
    match match:
        case Lexeme(text, prefix, in_title):
            return quote_lexeme(f"@{text}" if in_title else text) + (":*" if prefix else "")
        case Dense(text, level):
            return _at_or_above(text)[level]
        case Run(lexemes):
            return _joined(" & ", [terms(lexeme) for lexeme in lexemes])
        case Close(first, second):
            return _joined(" & ", [terms(first), terms(second)])
        case All(parts):
            return _joined(" & ", [terms(part) for part in parts])
        case Any(parts):
            alternatives = [terms(part) for part in parts]
            return _joined(" | ", alternatives) if all(alternatives) else ""
        case Without(part):
            return f"!({terms(part)})" if not needs_positions(part) and terms(part) else ""


@lru_cache(maxsize=256)
def _at_or_above(lexeme: str) -> tuple[str, ...]:
    """Returns, by density level, the tsquery for a lexeme at that level or above; a search uses thirty of them."""
    entries = [quote_lexeme(f"#{chr(48 + level)}{lexeme}") for level in range(HIGHEST_LEVEL + 1)]
    return tuple(_joined(" | ", entries[level:]) for level in range(HIGHEST_LEVEL + 1))


def terms_of_parts(match: Match) -> tuple[str, ...]:
    """Returns terms() as several tsqueries, one for each part of `match`, in order; an article must meet all of them.

    Exclusions are joined to the first tsquery. As tsqueries of their own, they would make the index read all its
    entries.
    """
    required: list[str] = []
    excluded: list[str] = []
    for part in _together(match):
        (excluded if isinstance(part, Without) else required).append(terms(part))
    first, *other_queries = dict.fromkeys(filter(None, required)) or [""]
    return (_joined(" & ", [first, *excluded]), *other_queries)


def _together(match: Match) -> Iterator[Match]:
    """Yields the parts of a conjunction, those of nested ones included; for any other match, the match itself."""
    if isinstance(match, All):
        for part in match.parts:
            yield from _together(part)
    else:
        yield match


def positions(match: Match) -> str:
    """Returns the tsquery for the stored vector, articles_article.search_vector."""
    match match:
        case Lexeme(text, prefix, in_title):
            marks = ("*" if prefix else "") + ("A" if in_title else "")
            return quote_lexeme(text) + (f":{marks}" if marks else "")
        case Run(lexemes):
            return _joined(" <-> ", [positions(lexeme) for lexeme in lexemes])
        case Close(first, second, distance):
            a, b = f"({positions(first)})", f"({positions(second)})"
            return _joined(" | ", [f"{x} <{d}> {y}" for d in range(1, distance + 1) for x, y in ((a, b), (b, a))])
        case All(parts):
            return _joined(" & ", [positions(part) for part in parts])
        case Any(parts):
            return _joined(" | ", [positions(part) for part in parts])
        case Without(part):
            return f"!({positions(part)})"
        case Dense():
            raise TypeError("only terms() accepts a density level")


def needs_positions(match: Match) -> bool:
    """Returns whether terms() would find articles that do not match, because only positions decide."""
    match match:
        case Run() | Close():
            return True
        case All(parts) | Any(parts):
            return any(needs_positions(part) for part in parts)
        case Without(part):
            return needs_positions(part)
    return False


def lexemes_in(match: Match) -> Iterator[Lexeme]:
    """Yields every lexeme that can make an article match; lexemes of exclusions are left out."""
    match match:
        case Lexeme():
            yield match
        case Run(lexemes):
            yield from lexemes
        case Close(first, second):
            yield from (*lexemes_in(first), *lexemes_in(second))
        case All(parts) | Any(parts):
            for part in parts:
                yield from lexemes_in(part)


def at_most(match: Match, counts: Mapping[Lexeme, int], articles: int) -> int:
    """Returns an upper bound of the number of matches.

    `counts` has the number of articles that hold each lexeme; `articles` is the number of all articles.
    """
    match match:
        case Lexeme():
            return min(counts.get(match, 0), articles)
        case Run(parts) | All(parts):
            return min(at_most(part, counts, articles) for part in parts)
        case Close(first, second):
            return min(at_most(first, counts, articles), at_most(second, counts, articles))
        case Any(parts):
            return min(sum(at_most(part, counts, articles) for part in parts), articles)
    return articles


def at_least(match: Match, counts: Mapping[Lexeme, int], articles: int) -> int:
    """Returns a lower bound of the number of matches, never negative; takes what `at_most` takes."""
    match match:
        case Lexeme(prefix=False, in_title=False):
            return min(counts.get(match, 0), articles)
        case All(parts):
            missing = sum(articles - at_least(part, counts, articles) for part in parts)
            return max(0, articles - missing)
        case Any(parts):
            return max(at_least(part, counts, articles) for part in parts)
        case Without(part):
            return articles - at_most(part, counts, articles)
    return 0


def _joined(operator: str, queries: list[str]) -> str:
    """Joins tsqueries with an operator; empty and repeated ones are dropped, except in a sequence (`<->`)."""
    distinct = list(dict.fromkeys(query for query in queries if query)) if operator != " <-> " else queries
    return operator.join(f"({query})" for query in distinct) if len(distinct) > 1 else distinct[0] if distinct else ""
