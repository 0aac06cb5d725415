"""Finds where the words of a fact stand in the present body of its article.

It serves earlier versions of facts that are restored, and facts whose article's body has changed.
Called by articles/curation/undoing.py, by the article's form, and by ingest.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.db import models

from articles.arabic.counting import each_once
from articles.arabic.quoting import in_guillemets
from articles.arabic.span_moves import TextChange
from articles.models import Article, Figure, Mention, ReviewState
from articles.models.carrying import LostWords, place, span_of
from articles.models.history import EventRow, event_model_of
from articles.models.mention import places


def without_place(article: Article) -> list[LostWords]:
    """Returns the words that confirmed facts lost in the article's last save, for facts that now have no span at all.

    Call it after the rules have read the new body, since they give a fact a new span where they find it again.
    """
    lost = [words for words in article.lost_words if words.fact.state == ReviewState.CONFIRMED]
    keys = {model: {words.fact.pk for words in lost if isinstance(words.fact, model)} for model in (Figure, Mention)}
    placeless = {
        *Figure.objects.filter(pk__in=keys[Figure], start__isnull=True),
        *Mention.objects.filter(pk__in=keys[Mention], spans=[]),
    }
    return [words for words in lost if words.fact in placeless]


def in_words(lost: LostWords) -> str:
    """Formats a fact and the words that it lost, for a message to an editor."""
    fact = lost.fact
    name = str(fact.actor) if isinstance(fact, Mention) else f"{_in_digits(fact.value)} {fact.unit}".strip()
    return f"{fact._meta.verbose_name} ({name}): {'، '.join(each_once(map(in_guillemets, lost.words)))}"


def _in_digits(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():,f}"


def settle(fact: models.Model, version: EventRow) -> tuple[str, ...]:
    """Moves the spans of a fact to where its words stand in the article's present body. Does not save the fact.

    `fact` has the values of `version`, an event of its history. Returns the quotes that the body no longer holds: a
    figure then has no span, and a mention keeps only its other spans. Returns an empty tuple for rows that are no facts
    with spans.
    """
    if not isinstance(fact, Figure | Mention):
        return ()
    body = Article.objects.filter(pk=fact.article_id).values_list("body", flat=True).first() or ""
    change = TextChange(_body_at(fact, version, body), body)
    if isinstance(fact, Mention):
        # A version holds what was stored then, whatever it was.
        standing = zip(*places(fact.spans, fact.quotes), strict=True)
        old = [((start, end), quote) for (start, end), quote in standing]
        moved = change.move(old)
        place(fact, moved, body, store=False)
        return tuple(quote for (_, quote), span in zip(old, moved, strict=True) if span is None)
    (span,) = change.move([(span_of(fact), fact.quote)])
    if span is not None and _is_taken(fact, span):
        span = None
    fact.start, fact.end = span or (None, None)
    if span is None:
        return (fact.quote,)
    fact.quote = body[span[0] : span[1]]
    return ()


def _is_taken(figure: Figure, span: Sequence[int]) -> bool:
    figures_at_span = Figure.objects.filter(article=figure.article_id, start=span[0], end=span[1]).exclude(pk=figure.pk)
    return figures_at_span.exists()


def _body_at(fact: Figure | Mention, version: EventRow, now: str) -> str:
    """Returns the article's body at the time of a version.

    It is the body that the article's first change since then replaced; without such a change, `now`.
    """
    later = event_model_of(Article).objects.filter(
        pgh_obj=fact.article_id, pgh_label="update", pgh_created_at__gte=version.pgh_created_at
    )
    return later.order_by("pgh_id").values_list("body", flat=True).first() or now
