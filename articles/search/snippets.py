"""Marks what matched in a reader's own spelling, and picks the passage of a text that shows most of it.

The index keeps, for each lexeme, its positions, and the n-th position is the n-th word of title and body
(articles.arabic.words.word_spans). So marking needs no stemmer here and no HTML in the database: the result is a list of
plain pieces that the template escapes one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL

from articles.arabic.words import word_spans
from articles.models import Article
from articles.search.compile import Concept

# A snippet's length in words.
SNIPPET_WORDS = 36

# Where an article has the lexemes asked for, those given whole and those given by their beginning.
_POSITIONS = """(
    SELECT jsonb_object_agg(found.lexeme, found.positions)
    FROM unnest(articles_article.search_vector) AS found
    WHERE found.lexeme = ANY(%s) OR found.lexeme ^@ ANY(%s)
)"""


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `marked` if it matched."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Highlighted:
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    body_spans: tuple[tuple[int, int], ...]


def with_positions(articles: QuerySet, concepts: Sequence[Concept]) -> QuerySet:
    """Articles with what `highlight` needs to know of them."""
    lexemes = {lexeme for concept in concepts for run in concept.runs for lexeme in run}
    exact = sorted(lexeme for lexeme in lexemes if not lexeme.endswith("*"))
    prefixes = sorted(lexeme[:-1] for lexeme in lexemes if lexeme.endswith("*"))
    # `^@ ANY` over an empty array is false, as it should be.
    return articles.annotate(positions=RawSQL(_POSITIONS, [exact, prefixes], JSONField()))


def highlight(articles: Iterable[Article], concepts: Sequence[Concept]) -> dict[int, Highlighted]:
    """Article id → its title and best passage with matches marked, and all matching spans of its body."""
    return {article.pk: _highlight(article, article.positions or {}, concepts) for article in articles}


def _highlight(article: Article, positions: dict[str, list[int]], concepts: Sequence[Concept]) -> Highlighted:
    title_spans = list(word_spans(article.title))
    body_spans = list(word_spans(article.body))
    hits: dict[int, set[int]] = {}
    for number, concept in enumerate(concepts):
        for position in _hits(concept, positions):
            hits.setdefault(position, set()).add(number)
    offset = len(title_spans)
    in_title = sorted(p - 1 for p in hits if p <= offset)
    in_body = {p - 1 - offset: found for p, found in hits.items() if offset < p <= offset + len(body_spans)}
    first, last = _best_window(in_body, len(body_spans))
    start = body_spans[first][0] if body_spans and first else 0
    end = body_spans[last - 1][1] if body_spans and last < len(body_spans) else len(article.body)
    marked = [body_spans[index] for index in sorted(in_body)]
    return Highlighted(
        tuple(pieces(article.title, [title_spans[i] for i in in_title], 0, len(article.title))),
        (
            *((Piece("… "),) if start else ()),
            *pieces(article.body, marked, start, end),
            *((Piece(" …"),) if end < len(article.body) else ()),
        ),
        tuple(marked),
    )


def _hits(concept: Concept, positions: dict[str, list[int]]) -> Iterable[int]:
    """Every position that belongs to a whole run of the concept."""
    for run in concept.runs:
        sets = [_positions_of(lexeme, positions) for lexeme in run]
        if not all(sets):
            continue
        for first in sets[0]:
            if all(first + step in where for step, where in enumerate(sets)):
                yield from range(first, first + len(run))


def _positions_of(lexeme: str, positions: dict[str, list[int]]) -> set[int]:
    if not lexeme.endswith("*"):
        return set(positions.get(lexeme, ()))
    return {p for found, at in positions.items() if found.startswith(lexeme[:-1]) for p in at}


def _best_window(hits: dict[int, set[int]], length: int) -> tuple[int, int]:
    """(first, last) word of the window that holds most different concepts, then most hits, earliest; a little before it."""
    if length <= SNIPPET_WORDS or not hits:
        return 0, min(length, SNIPPET_WORDS)
    best, best_value = 0, (-1, -1)
    for start in sorted(hits):
        inside = [found for position, found in hits.items() if start <= position < start + SNIPPET_WORDS - 6]
        value = len(set().union(*inside)), len(inside)
        if value > best_value:
            best, best_value = start, value
    first = max(0, min(best - 6, length - SNIPPET_WORDS))
    return first, min(length, first + SNIPPET_WORDS)


def pieces(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> list[Piece]:
    """`text[start:end]` cut at `spans` (sorted, code points of `text`); neighbouring marked words become one piece."""
    cut: list[Piece] = []
    at = start
    for span_start, span_end in spans:
        if span_start < start or span_end > end:
            continue
        between = text[at:span_start]
        if cut and cut[-1].marked and between == " ":
            cut[-1] = Piece(cut[-1].text + " " + text[span_start:span_end], marked=True)
        else:
            if between:
                cut.append(Piece(between))
            cut.append(Piece(text[span_start:span_end], marked=True))
        at = span_end
    if text[at:end]:
        cut.append(Piece(text[at:end]))
    return [Piece(" ".join(piece.text.split("\n")), piece.marked) for piece in cut]
