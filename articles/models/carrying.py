"""Keeps facts with their words when an article's text changes or an earlier version of a fact is put back.

Called by `Article.save`, through which every change of a text passes (form, ingest, restoring, repair), and by
articles/models/undoing.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from articles.arabic.counting import each_once
from articles.arabic.quoting import quoted
from articles.arabic.span_moves import Span, TextChange
from articles.models.article import Article
from articles.models.figure import Figure
from articles.models.history import event_model_of
from articles.models.mention import Mention
from articles.models.review import ReviewState


@dataclass(frozen=True)
class LostWords:
    """Words of a reviewed fact that a changed text no longer holds.

    fact: the row as it was before the change.
    words: the quotes that are gone.
    gaps: for each quote what stands in the changed text between the nearest words around it that are still there.
    """

    fact: Figure | Mention
    words: tuple[str, ...]
    gaps: tuple[Span, ...]

    def __str__(self) -> str:
        fact = self.fact
        name = str(fact.actor) if isinstance(fact, Mention) else f"{_written(fact.value)} {fact.unit}".strip()
        return f"{fact._meta.verbose_name} ({name}): {'، '.join(each_once(map(quoted, self.words)))}"


def carry_facts(article: Article, before: str) -> list[LostWords]:
    """Moves the spans of the facts of a stored article from its text `before` to the text that it has now.

    A fact keeps its state whatever becomes of its words; where they are gone it loses the span. A reviewed figure that had lost
    its span gets one again where its words stand once. Returns what reviewed facts lost: where the rules read the same fact in
    the gap, articles/extract/ gives it that place. To be called in a transaction.
    """
    change = TextChange(before, article.body)
    return [*_carry_figures(article, change), *_carry_mentions(article, change)]


def without_place(article: Article) -> list[LostWords]:
    """What confirmed facts lost by the article's last save, of those facts that stand nowhere in its text now.

    To be asked once the rules have read the new text: they give a fact another place where they find it.
    """
    lost = [words for words in article.lost_words if words.fact.state == ReviewState.CONFIRMED]
    keys = {model: {words.fact.pk for words in lost if isinstance(words.fact, model)} for model in (Figure, Mention)}
    placeless = {
        *Figure.objects.filter(pk__in=keys[Figure], start__isnull=True),
        *Mention.objects.filter(pk__in=keys[Mention], spans=[]),
    }
    return [words for words in lost if words.fact in placeless]


def _carry_figures(article: Article, change: TextChange) -> Iterable[LostWords]:
    figures = [
        figure for figure in Figure.objects.filter(article=article).order_by("start", "id")
        if figure.start is not None or figure.state != ReviewState.SUGGESTED
    ]  # fmt: skip
    old = {figure.pk: _span_of(figure) for figure in figures}
    moved = change.moved([(old[figure.pk], figure.quote) for figure in figures])
    new = dict(zip(old, moved, strict=True))
    _write_spans(old, new, change.after)
    for figure in figures:
        span = old[figure.pk]
        if new[figure.pk] is None and span is not None and figure.state != ReviewState.SUGGESTED:
            yield LostWords(figure, (figure.quote,), (change.gap(span),))


def _written(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():,f}"


def _span_of(figure: Figure) -> Span | None:
    return None if figure.start is None else (figure.start, figure.end)


def _write_spans(old: dict[int, Span | None], new: dict[int, Span | None], body: str) -> None:
    """Stores what changed, each figure only when no other holds its new span any more: the database allows no two one span."""
    held = dict(old)
    waiting = [pk for pk in old if new[pk] != old[pk]]
    while waiting:
        occupied = set(held.values()) - {None}
        free = [pk for pk in waiting if new[pk] is None or new[pk] not in occupied]
        if not free:
            # They stand in a circle: one steps aside.
            Figure.objects.filter(pk=waiting[0]).update(start=None, end=None)
            held[waiting[0]] = None
            continue
        for pk in free:
            if (span := new[pk]) is None:
                Figure.objects.filter(pk=pk).update(start=None, end=None)
            else:
                Figure.objects.filter(pk=pk).update(start=span[0], end=span[1], quote=body[span[0] : span[1]])
            held[pk] = span
        waiting = [pk for pk in waiting if pk not in free]


def _carry_mentions(article: Article, change: TextChange) -> Iterable[LostWords]:
    for mention in Mention.objects.filter(article=article).select_related("actor").order_by("id"):
        places = [((start, end), quote) for (start, end), quote in zip(mention.spans, mention.quotes, strict=True)]
        moved = change.moved(places)
        _place(mention, moved, change.after)
        lost = [place for place, span in zip(places, moved, strict=True) if span is None]
        if lost and mention.state != ReviewState.SUGGESTED:
            gaps = tuple(change.gap(span) for span, _ in lost)
            yield LostWords(mention, tuple(quote for _, quote in lost), gaps)


def _place(mention: Mention, spans: Iterable[Span | None], body: str, *, store: bool = True) -> None:
    standing = sorted(span for span in spans if span is not None)
    spans_and_quotes = [list(span) for span in standing], [body[start:end] for start, end in standing]
    if spans_and_quotes != (mention.spans, mention.quotes):
        mention.spans, mention.quotes = spans_and_quotes
        if store:
            mention.save(update_fields=["spans", "quotes"])


def settle(fact: models.Model, version: models.Model) -> tuple[str, ...]:
    """Puts the spans of a fact that has the values of an earlier `version` (an event) where its words stand now; not stored yet.

    Returns the words that its article no longer holds: a figure then has no span, a mention only the places that are left.
    """
    if not isinstance(fact, Figure | Mention):
        return ()
    body = Article.objects.filter(pk=fact.article_id).values_list("body", flat=True).first() or ""
    change = TextChange(_body_at(fact, version, body), body)
    if isinstance(fact, Mention):
        places = [((start, end), quote) for (start, end), quote in zip(fact.spans, fact.quotes, strict=True)]
        moved = change.moved(places)
        _place(fact, moved, body, store=False)
        return tuple(quote for (_, quote), span in zip(places, moved, strict=True) if span is None)
    (span,) = change.moved([(_span_of(fact), fact.quote)])
    if span is not None and _is_taken(fact, span):
        span = None
    fact.start, fact.end = span or (None, None)
    if span is None:
        return (fact.quote,)
    fact.quote = body[span[0] : span[1]]
    return ()


def _is_taken(figure: Figure, span: Sequence[int]) -> bool:
    others = Figure.objects.filter(article=figure.article_id, start=span[0], end=span[1]).exclude(pk=figure.pk)
    return others.exists()


def _body_at(fact: models.Model, version: models.Model, now: str) -> str:
    """The article's text at the time of a version: what the first change of the article since then replaced."""
    later = event_model_of(Article).objects.filter(
        pgh_obj=fact.article_id, pgh_label="update", pgh_created_at__gte=version.pgh_created_at
    )
    return later.order_by("pgh_id").values_list("body", flat=True).first() or now
