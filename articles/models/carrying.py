"""Moves the spans of facts with their words when an article's body changes.

`Article.save` calls it, and every change of a body goes through that method (form, ingest, restoring, repair). It
reaches the facts through the article, so that the nouns do not import one another in a circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db import models

from articles.arabic.span_moves import Span, TextChange
from articles.models.review import ReviewState

# Rows of nouns whose modules import this one, so that it cannot name their classes.
ArticleRow: TypeAlias = Any
FigureRow: TypeAlias = Any
MentionRow: TypeAlias = Any


@dataclass(frozen=True)
class LostWords:
    """Words of a reviewed fact that the changed body no longer holds.

    fact: the figure or mention as it was before the change.
    words: the lost quotes.
    gaps: for each quote the span, in the changed body, between the nearest surviving words on both sides of it.
    """

    fact: FigureRow | MentionRow
    words: tuple[str, ...]
    gaps: tuple[Span, ...]


def carry_facts(article: ArticleRow, before: str) -> list[LostWords]:
    """Moves the spans of a stored article's facts from the earlier body `before` to its present body.

    Every fact keeps its review state. A fact whose words are gone loses the span. A reviewed figure without a span gets
    one again if its words stand exactly once. Returns the words that reviewed facts lost; if the rules find the same
    fact in a gap, articles/extract/ gives it that span. Call it in a transaction.
    """
    change = TextChange(before, article.body)
    return [*_carry_figures(article, change), *_carry_mentions(article, change)]


def _carry_figures(article: ArticleRow, change: TextChange) -> Iterable[LostWords]:
    """Moves the spans of an article's figures, and yields the reviewed figures that lost theirs."""
    figures = [
        figure for figure in article.figures.order_by("start", "id")
        if figure.start is not None or figure.state != ReviewState.SUGGESTED
    ]  # fmt: skip
    old = {figure.pk: span_of(figure) for figure in figures}
    moved = change.move([(old[figure.pk], figure.quote) for figure in figures])
    new = dict(zip(old, moved, strict=True))
    _write_spans(article.figures, old, new, change.after)
    for figure in figures:
        span = old[figure.pk]
        if new[figure.pk] is None and span is not None and figure.state != ReviewState.SUGGESTED:
            yield LostWords(figure, (figure.quote,), (change.gap(span),))


def span_of(figure: FigureRow) -> Span | None:
    """Returns the span of a figure in its article's body, in code points; None if it has none."""
    return None if figure.start is None or figure.end is None else (figure.start, figure.end)


def _write_spans(
    figures: models.Manager[FigureRow], old: dict[int, Span | None], new: dict[int, Span | None], body: str
) -> None:
    """Stores the changed spans of figures, given by primary key.

    The database allows no two figures with one span. So each figure is stored only when no other figure holds its new
    span any more.
    """
    current = dict(old)
    waiting = [pk for pk in old if new[pk] != old[pk]]
    while waiting:
        occupied = set(current.values()) - {None}
        free = [pk for pk in waiting if new[pk] is None or new[pk] not in occupied]
        if not free:
            # The figures wait for each other in a circle. One of them gives up its span for the moment.
            figures.filter(pk=waiting[0]).update(start=None, end=None)
            current[waiting[0]] = None
        for pk in free:
            if (span := new[pk]) is None:
                figures.filter(pk=pk).update(start=None, end=None)
            else:
                figures.filter(pk=pk).update(start=span[0], end=span[1], quote=body[span[0] : span[1]])
            current[pk] = span
        waiting = [pk for pk in waiting if pk not in free]


def _carry_mentions(article: ArticleRow, change: TextChange) -> Iterable[LostWords]:
    """Moves the spans of an article's mentions, and yields the reviewed mentions that lost spans."""
    for mention in article.mentions.select_related("actor").order_by("id"):
        places = [((start, end), quote) for (start, end), quote in zip(mention.spans, mention.quotes, strict=True)]
        moved = change.move(places)
        place(mention, moved, change.after)
        lost = [place for place, span in zip(places, moved, strict=True) if span is None]
        if lost and mention.state != ReviewState.SUGGESTED:
            gaps = tuple(change.gap(span) for span, _ in lost)
            yield LostWords(mention, tuple(quote for _, quote in lost), gaps)


def place(mention: MentionRow, spans: Iterable[Span | None], body: str, *, store: bool = True) -> None:
    """Sets the spans of a mention to those that are not None, in the order of the body, with their quotes.

    Saves the mention if they changed and `store` is true.
    """
    present = sorted(span for span in spans if span is not None)
    spans_and_quotes = [list(span) for span in present], [body[start:end] for start, end in present]
    if mention.is_read_in_part or spans_and_quotes != (mention.spans, mention.quotes):
        mention.spans, mention.quotes = spans_and_quotes
        if store:
            mention.save(update_fields=["spans", "quotes"])
