"""Marks the matches in an article's own spelling, and picks the passage of its body that shows most of them.

The stored vector has the positions of each lexeme, and position n is the n-th word of title and body together
(articles.arabic.words.word_spans). So marking needs no stemmer in Python and no HTML in the database. The result is a
list of plain pieces that the template escapes one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from articles.arabic.words import word_spans
from articles.models import Article
from articles.models.article import ArticleQuerySet
from articles.search.compile import Concept

# A snippet's length in words, chosen by eye: two or three lines of a result.
SNIPPET_WORDS = 36

# Returns an article's positions of lexemes: those equal to one of the first parameter, and those that begin with one of
# the second.
_POSITIONS = """(
    SELECT jsonb_object_agg(entry.lexeme, entry.positions)
    FROM unnest(articles_article.search_vector) AS entry
    WHERE entry.lexeme = ANY(%s) OR entry.lexeme ^@ ANY(%s)
)"""


@dataclass(frozen=True)
class Piece:
    """A stretch of a text.

    text: the stretch, line feeds replaced by spaces.
    marked: whether it matched.
    """

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Highlighted:
    """An article with its matches marked.

    title: the title, in pieces.
    snippet: the passage of the body that shows most matches, in pieces.
    body_spans: the spans of all matching words of the body, in code points.
    """

    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]
    body_spans: tuple[tuple[int, int], ...]


def with_positions(articles: ArticleQuerySet, concepts: Sequence[Concept]) -> ArticleQuerySet:
    """Returns `articles` annotated with the positions that `highlight` needs."""
    lexemes = {lexeme for concept in concepts for run in concept.runs for lexeme in run}
    exact = [lexeme for lexeme in lexemes if not lexeme.endswith("*")]
    prefixes = [lexeme[:-1] for lexeme in lexemes if lexeme.endswith("*")]
    # `^@ ANY` over an empty array is false, as it should be.
    return articles.annotate(positions=RawSQL(_POSITIONS, [exact, prefixes], JSONField()))  # type: ignore[no-redef] # `Article` declares it.


def highlight(articles: Iterable[Article], concepts: Sequence[Concept]) -> dict[int, Highlighted]:
    """Returns articles with their matches marked, by article id; needs articles of `with_positions`."""
    return {article.pk: _highlight(article, article.positions or {}, concepts) for article in articles}


def _highlight(article: Article, positions: dict[str, list[int]], concepts: Sequence[Concept]) -> Highlighted:
    """Returns one article with its matches marked, and the best passage of its body as the snippet.

    `positions` has the positions of each lexeme, from 1, in title and body together. An ellipsis stands where the
    snippet leaves text out.
    """
    title_spans = list(word_spans(article.title))
    body_spans = list(word_spans(article.body))
    hits: dict[int, set[int]] = {}
    for number, concept in enumerate(concepts):
        for position in _hits(concept, positions):
            hits.setdefault(position, set()).add(number)
    offset = len(title_spans)
    in_title = sorted(p - 1 for p in hits if p <= offset)
    in_body = {
        p - 1 - offset: concept_numbers for p, concept_numbers in hits.items() if offset < p <= offset + len(body_spans)
    }
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
    """Yields every position, from 1, that belongs to a whole run of the concept."""
    for run in concept.runs:
        sets = [_positions_of(lexeme, positions) for lexeme in run]
        for first in sets[0]:
            if all(first + step in positions_of_lexeme for step, positions_of_lexeme in enumerate(sets)):
                yield from range(first, first + len(run))


def _positions_of(lexeme: str, positions: dict[str, list[int]]) -> set[int]:
    """Returns the positions of a lexeme, or of all lexemes with a prefix that ends in `*`."""
    if not lexeme.endswith("*"):
        return set(positions.get(lexeme, ()))
    return {p for held_lexeme, places in positions.items() if held_lexeme.startswith(lexeme[:-1]) for p in places}


def _best_window(hits: dict[int, set[int]], length: int) -> tuple[int, int]:
    """Returns (first, last) of the best window of SNIPPET_WORDS words, `last` exclusive.

    The window begins a little before its first hit. The best window has the most different concepts, then the most
    hits, then the earliest place.
    """

    def value(start: int) -> tuple[int, int]:
        inside = [
            concept_numbers
            for position, concept_numbers in hits.items()
            if start <= position < start + SNIPPET_WORDS - 6
        ]
        return len(set[int]().union(*inside)), len(inside)

    best = max(sorted(hits), key=value, default=0)
    first = max(0, min(best - 6, length - SNIPPET_WORDS))
    return first, min(length, first + SNIPPET_WORDS)


def pieces(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> list[Piece]:
    """Cuts `text[start:end]` at `spans` (sorted, in code points); neighbouring marked words become one piece."""
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
