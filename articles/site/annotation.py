"""An article's body cut into pieces that templates can escape one by one: plain text, actors, figures, search matches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.models import Actor, Article, Figure, Mention


@dataclass(frozen=True)
class Part:
    """A stretch of a piece, which a search matched or not."""

    text: str
    matched: bool = False


@dataclass(frozen=True)
class AnnotatedPiece:
    """A stretch of a paragraph that is of one actor or figure, or of none."""

    parts: tuple[Part, ...]
    actor: Actor | None = None
    figure: Figure | None = None
    suggested: bool = False


def paragraphs(
    article: Article, mentions: Iterable[Mention], figures: Iterable[Figure], matches: Sequence[tuple[int, int]]
) -> list[list[AnnotatedPiece]]:
    """The body's paragraphs as pieces. Where spans overlap, figures go before actors and the earlier before the later."""
    stated = [(figure.start, figure.end, figure) for figure in figures if figure.start is not None]
    named = [(start, end, mention) for mention in mentions for start, end in mention.spans]
    facts = _apart([*sorted(stated, key=_place), *sorted(named, key=_place)])
    return [
        _pieces(text, offset, _inside(facts, offset, text), _inside(matches, offset, text))
        for offset, text in article.paragraphs
    ]


def _place(span: tuple) -> tuple[int, int]:
    return span[0], -span[1]


def _apart(spans: Iterable[tuple]) -> list[tuple]:
    """Those that overlap none before them, in the order of the text."""
    kept: list[tuple] = []
    for start, end, fact in spans:
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, fact))
    return sorted(kept, key=_place)


def _inside(spans: Iterable[tuple], offset: int, text: str) -> list[tuple]:
    return [span for span in spans if offset <= span[0] and span[1] <= offset + len(text)]


def _pieces(text: str, offset: int, facts: list[tuple], matches: list[tuple]) -> list[AnnotatedPiece]:
    found, at = [], offset
    for start, end, fact in [*facts, (offset + len(text), offset + len(text), None)]:
        if at < start:
            found.append(AnnotatedPiece(_parts(text, offset, at, start, matches)))
        if fact:
            parts = _parts(text, offset, start, end, matches)
            figure = fact if isinstance(fact, Figure) else None
            found.append(AnnotatedPiece(parts, None if figure else fact.actor, figure, fact.is_suggested))
        at = end
    return found


def _parts(text: str, offset: int, start: int, end: int, matches: list[tuple]) -> tuple[Part, ...]:
    edges = (edge for span in matches for edge in span if start < edge < end)
    cuts = sorted({start, end, *edges})
    return tuple(
        Part(text[one - offset : other - offset], any(s <= one and other <= e for s, e in matches))
        for one, other in zip(cuts, cuts[1:], strict=False)
    )
