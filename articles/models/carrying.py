"""Keeps facts with their words when an article's text changes.

Called by `Article.save`, through which every change of a text passes (form, ingest, restoring, repair). It reaches the facts
through the article, so that the nouns need not import one another in a circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from articles.arabic.span_moves import Span, TextChange
from articles.models.review import ReviewState


@dataclass(frozen=True)
class LostWords:
    """Words of a reviewed fact that a changed text no longer holds.

    fact: the figure or mention as it was before the change.
    words: the quotes that are gone.
    gaps: for each quote what stands in the changed text between the nearest words around it that are still there.
    """

    fact: models.Model
    words: tuple[str, ...]
    gaps: tuple[Span, ...]


def carry_facts(article: models.Model, before: str) -> list[LostWords]:
    """Moves the spans of the facts of a stored article from its text `before` to the text that it has now.

    A fact keeps its state whatever becomes of its words; where they are gone it loses the span. A reviewed figure that had lost
    its span gets one again where its words stand once. Returns what reviewed facts lost: where the rules read the same fact in
    the gap, articles/extract/ gives it that place. To be called in a transaction.
    """
    change = TextChange(before, article.body)
    return [*_carry_figures(article, change), *_carry_mentions(article, change)]


def _carry_figures(article: models.Model, change: TextChange) -> Iterable[LostWords]:
    figures = [
        figure for figure in article.figures.order_by("start", "id")
        if figure.start is not None or figure.state != ReviewState.SUGGESTED
    ]  # fmt: skip
    old = {figure.pk: span_of(figure) for figure in figures}
    moved = change.moved([(old[figure.pk], figure.quote) for figure in figures])
    new = dict(zip(old, moved, strict=True))
    _write_spans(article.figures, old, new, change.after)
    for figure in figures:
        span = old[figure.pk]
        if new[figure.pk] is None and span is not None and figure.state != ReviewState.SUGGESTED:
            yield LostWords(figure, (figure.quote,), (change.gap(span),))


def span_of(figure: models.Model) -> Span | None:
    """Where the words of a figure stand in its article's body, in code points."""
    return None if figure.start is None else (figure.start, figure.end)


def _write_spans(figures: models.Manager, old: dict[int, Span | None], new: dict[int, Span | None], body: str) -> None:
    """Stores what changed, each figure only when no other holds its new span any more: the database allows no two one span."""
    held = dict(old)
    waiting = [pk for pk in old if new[pk] != old[pk]]
    while waiting:
        occupied = set(held.values()) - {None}
        free = [pk for pk in waiting if new[pk] is None or new[pk] not in occupied]
        if not free:
            # They stand in a circle: one steps aside.
            figures.filter(pk=waiting[0]).update(start=None, end=None)
            held[waiting[0]] = None
            continue
        for pk in free:
            if (span := new[pk]) is None:
                figures.filter(pk=pk).update(start=None, end=None)
            else:
                figures.filter(pk=pk).update(start=span[0], end=span[1], quote=body[span[0] : span[1]])
            held[pk] = span
        waiting = [pk for pk in waiting if pk not in free]


def _carry_mentions(article: models.Model, change: TextChange) -> Iterable[LostWords]:
    for mention in article.mentions.select_related("actor").order_by("id"):
        places = [((start, end), quote) for (start, end), quote in zip(mention.spans, mention.quotes, strict=True)]
        moved = change.moved(places)
        place(mention, moved, change.after)
        lost = [place for place, span in zip(places, moved, strict=True) if span is None]
        if lost and mention.state != ReviewState.SUGGESTED:
            gaps = tuple(change.gap(span) for span, _ in lost)
            yield LostWords(mention, tuple(quote for _, quote in lost), gaps)


def place(mention: models.Model, spans: Iterable[Span | None], body: str, *, store: bool = True) -> None:
    """Gives a mention the spans that are not None, in the order of the text, with their quotes from the body."""
    standing = sorted(span for span in spans if span is not None)
    spans_and_quotes = [list(span) for span in standing], [body[start:end] for start, end in standing]
    if mention.is_read_in_part or spans_and_quotes != (mention.spans, mention.quotes):
        mention.spans, mention.quotes = spans_and_quotes
        if store:
            mention.save(update_fields=["spans", "quotes"])
