"""Cuts an article's body into pieces for templates: plain text, actors, figures and search matches.

Templates escape each piece separately. All offsets are code points of the body.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.models import Actor, Article, Figure, Mention


@dataclass(frozen=True)
class AnnotatedPart:
    """A stretch of a piece.

    text: its words.
    matched: whether the reader's search matches them.
    """

    text: str
    matched: bool = False


@dataclass(frozen=True)
class AnnotatedPiece:
    """A stretch of a paragraph: the words of one mention or figure, or text between them.

    parts: its text, cut where search matches begin and end.
    actor: the actor that it names; None if it names none.
    figure: the figure that it states; None if it states none.
    suggested: whether that fact is suggested and not yet confirmed.
    """

    parts: tuple[AnnotatedPart, ...]
    actor: Actor | None = None
    figure: Figure | None = None
    suggested: bool = False


def paragraphs(
    article: Article, mentions: Iterable[Mention], figures: Iterable[Figure], matches: Sequence[tuple[int, int]]
) -> list[list[AnnotatedPiece]]:
    """Returns the body's paragraphs as lists of pieces.

    `matches` are the [start, end] of search matches. Where spans of facts overlap, a figure is preferred to an actor,
    and the earlier span to the later one.
    """
    figure_spans = [(figure.start, figure.end, figure) for figure in figures if figure.start is not None]
    name_spans = [(start, end, mention) for mention in mentions for start, end in mention.spans]
    facts = _apart([*sorted(figure_spans, key=_sort_key), *sorted(name_spans, key=_sort_key)])
    return [
        _pieces(text, offset, _inside(facts, offset, text), _inside(matches, offset, text))
        for offset, text in article.paragraphs
    ]


def _sort_key(span: tuple) -> tuple[int, int]:
    """Returns the sort key of a span: by start, the longest first."""
    return span[0], -span[1]


def _apart(spans: Iterable[tuple]) -> list[tuple]:
    """Drops spans that overlap an earlier one in the list; returns the rest in the order of the text."""
    apart: list[tuple] = []
    for start, end, fact in spans:
        if all(end <= span[0] or span[1] <= start for span in apart):
            apart.append((start, end, fact))
    return sorted(apart, key=_sort_key)


def _inside(spans: Iterable[tuple], offset: int, text: str) -> list[tuple]:
    """Returns the spans that lie within the paragraph `text`, which begins at `offset` of the body."""
    return [span for span in spans if offset <= span[0] and span[1] <= offset + len(text)]


def _pieces(text: str, offset: int, facts: list[tuple], matches: list[tuple]) -> list[AnnotatedPiece]:
    """Cuts the paragraph `text`, which begins at `offset` of the body, at the spans of facts."""
    pieces, at = [], offset
    for start, end, fact in [*facts, (offset + len(text), offset + len(text), None)]:
        if at < start:
            pieces.append(AnnotatedPiece(_parts(text, offset, at, start, matches)))
        if fact:
            parts = _parts(text, offset, start, end, matches)
            figure = fact if isinstance(fact, Figure) else None
            pieces.append(AnnotatedPiece(parts, None if figure else fact.actor, figure, fact.is_suggested))
        at = end
    return pieces


def _parts(text: str, offset: int, start: int, end: int, matches: list[tuple]) -> tuple[AnnotatedPart, ...]:
    """Cuts the span from `start` to `end` at the edges of matches. `offset` is where the paragraph `text` begins."""
    edges = (edge for span in matches for edge in span if start < edge < end)
    cuts = sorted({start, end, *edges})
    return tuple(
        AnnotatedPart(text[left - offset : right - offset], any(s <= left and right <= e for s, e in matches))
        for left, right in itertools.pairwise(cuts)
    )
