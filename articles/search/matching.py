"""What an article must hold, as a tree of lexemes; said to PostgreSQL in two ways, and estimated from term statistics.

in terms()       a tsquery for the index article_terms, which knows no positions: it finds every match, and for phrases
                 and neighbours more than those;
in positions()   a tsquery for the stored vector, exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from articles.search.lexemes import quoted

# The densest level of article_terms.
HIGHEST_LEVEL = 40


@dataclass(frozen=True)
class Lexeme:
    text: str
    prefix: bool = False
    in_title: bool = False


@dataclass(frozen=True)
class Dense:
    """A lexeme that stands at least so densely: at that level of the index article_terms, or above; for terms() alone."""

    text: str
    level: int


@dataclass(frozen=True)
class Run:
    """Lexemes side by side, in order."""

    lexemes: tuple[Lexeme, ...]


@dataclass(frozen=True)
class Close:
    """Two runs within `distance` words of one another, in either order."""

    first: "Lexeme | Run"
    second: "Lexeme | Run"
    distance: int


@dataclass(frozen=True)
class All:
    parts: tuple["Match", ...]


@dataclass(frozen=True)
class Any:
    parts: tuple["Match", ...]


@dataclass(frozen=True)
class Without:
    part: "Match"


Match = Lexeme | Dense | Run | Close | All | Any | Without


def all_of(*parts: Match | None) -> Match | None:
    """The match that holds where all `parts` do, None among them ignored; None for none."""
    found = tuple(dict.fromkeys(part for part in parts if part is not None))
    return All(found) if len(found) > 1 else found[0] if found else None


def any_of(*parts: Match | None) -> Match | None:
    """The match that holds where one of `parts` does, None among them ignored; None for none."""
    found = tuple(dict.fromkeys(part for part in parts if part is not None))
    return Any(found) if len(found) > 1 else found[0] if found else None


def run_of(lexemes: tuple[str, ...], *, prefix: bool = False, in_title: bool = False) -> Lexeme | Run | None:
    """Lexemes in order, the last a prefix where `prefix`; a lone one is itself."""
    found = tuple(
        Lexeme(text, prefix and place == len(lexemes), in_title) for place, text in enumerate(lexemes, 1) if text
    )
    return Run(found) if len(found) > 1 else found[0] if found else None


def terms(match: Match) -> str:
    """The tsquery for article_terms; empty where it would hold for any article."""
    match match:
        case Lexeme(text, prefix, in_title):
            return quoted(f"@{text}" if in_title else text) + (":*" if prefix else "")
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
    """For each level, from 0, the tsquery of what stands there or above; a search asks for thirty of them."""
    entries = [quoted(f"#{chr(48 + level)}{lexeme}") for level in range(HIGHEST_LEVEL + 1)]
    return tuple(_joined(" | ", entries[level:]) for level in range(HIGHEST_LEVEL + 1))


def lines(match: Match) -> str:
    """terms() as several tsqueries, one a line, that an article meets all of: one for each part of `match`, in their order.

    Those of what it must not have go with the first: alone, the index would read all it has for them.
    """
    wanted, unwanted = [], []
    for part in _together(match):
        (unwanted if isinstance(part, Without) else wanted).append(terms(part))
    first, *others = dict.fromkeys(filter(None, wanted)) or [""]
    return "\n".join([_joined(" & ", [first, *unwanted]), *others])


def _together(match: Match) -> Iterator[Match]:
    """What must all hold for a match."""
    if isinstance(match, All):
        for part in match.parts:
            yield from _together(part)
    else:
        yield match


def positions(match: Match) -> str:
    """The tsquery for search_vector."""
    match match:
        case Lexeme(text, prefix, in_title):
            marks = ("*" if prefix else "") + ("A" if in_title else "")
            return quoted(text) + (f":{marks}" if marks else "")
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


def needs_positions(match: Match) -> bool:
    """Whether terms() alone would let in articles that do not match."""
    match match:
        case Run() | Close():
            return True
        case All(parts) | Any(parts):
            return any(needs_positions(part) for part in parts)
        case Without(part):
            return needs_positions(part)
    return False


def lexemes_in(match: Match) -> Iterator[Lexeme]:
    """Every lexeme that an article may hold to match; none of those it must not."""
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
    """How many of `articles` can match at most, given in how many each lexeme stands."""
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
    """How many of `articles` match at least, given in how many each lexeme stands; never negative."""
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
    found = list(dict.fromkeys(query for query in queries if query)) if operator != " <-> " else queries
    return operator.join(f"({query})" for query in found) if len(found) > 1 else found[0] if found else ""
