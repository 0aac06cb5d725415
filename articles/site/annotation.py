"""An article's body cut into pieces that templates can escape one by one: plain text, actors, figures, search matches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.models import Actor, Article, Figure, Mention


@dataclass(frozen=True)
class AnnotatedPiece:
    """A stretch of a paragraph; `anchor` is set on the first piece of a figure."""

    text: str
    actor: Actor | None = None
    figure: Figure | None = None
    matched: bool = False
    suggested: bool = False
    anchor: bool = False


def paragraphs(
    article: Article, mentions: Iterable[Mention], figures: Iterable[Figure], matches: Sequence[tuple[int, int]]
) -> list[list[AnnotatedPiece]]:
    """The body's paragraphs as pieces. Where spans overlap a figure goes before an actor; matches mark inside both."""
    named = [(start, end, mention) for mention in mentions for start, end in mention.spans]
    stated = [(figure.start, figure.end, figure) for figure in figures if figure.start is not None]
    return [
        _pieces(
            text, offset, _inside(named, offset, text), _inside(stated, offset, text), _inside(matches, offset, text)
        )
        for offset, text in article.paragraphs
    ]


def _inside(spans: Iterable[tuple], offset: int, text: str) -> list[tuple]:
    return [span for span in spans if offset <= span[0] and span[1] <= offset + len(text)]


def _pieces(text: str, offset: int, named: list, stated: list, matches: list) -> list[AnnotatedPiece]:
    cuts = sorted({offset, offset + len(text), *(edge for span in (*named, *stated, *matches) for edge in span[:2])})
    found = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        figure = next((f for s, e, f in stated if s <= start and end <= e), None)
        mention = None if figure else next((m for s, e, m in named if s <= start and end <= e), None)
        found.append(
            AnnotatedPiece(
                text[start - offset : end - offset],
                actor=mention.actor if mention else None,
                figure=figure,
                matched=any(s <= start and end <= e for s, e in matches),
                suggested=(figure or mention).is_suggested if figure or mention else False,
                anchor=bool(figure and figure.start == start),
            )
        )
    return found
