"""Where the words of a fact stand now: of an earlier version that is put back, and of a fact whose article's text has changed.

Called by articles/curation/undoing.py, by the article's form, and by ingest.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.db import models

from articles.arabic.counting import each_once
from articles.arabic.quoting import quoted
from articles.arabic.span_moves import TextChange
from articles.models import Article, Figure, Mention, ReviewState
from articles.models.carrying import LostWords, place, span_of
from articles.models.history import event_model_of
from articles.models.mention import places


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


def in_words(lost: LostWords) -> str:
    """A fact and the words that it lost, for a message to an editor."""
    fact = lost.fact
    name = str(fact.actor) if isinstance(fact, Mention) else f"{_written(fact.value)} {fact.unit}".strip()
    return f"{fact._meta.verbose_name} ({name}): {'، '.join(each_once(map(quoted, lost.words)))}"


def _written(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():,f}"


def settle(fact: models.Model, version: models.Model) -> tuple[str, ...]:
    """Puts the spans of a fact that has the values of an earlier `version` (an event) where its words stand now; not stored yet.

    Returns the words that its article no longer holds: a figure then has no span, a mention only the places that are left.
    """
    if not isinstance(fact, Figure | Mention):
        return ()
    body = Article.objects.filter(pk=fact.article_id).values_list("body", flat=True).first() or ""
    change = TextChange(_body_at(fact, version, body), body)
    if isinstance(fact, Mention):
        # A version holds what was stored then, whatever it was.
        standing = zip(*places(fact.spans, fact.quotes), strict=True)
        old = [((start, end), quote) for (start, end), quote in standing]
        moved = change.moved(old)
        place(fact, moved, body, store=False)
        return tuple(quote for (_, quote), span in zip(old, moved, strict=True) if span is None)
    (span,) = change.moved([(span_of(fact), fact.quote)])
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
