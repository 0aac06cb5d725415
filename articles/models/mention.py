"""Mention: the fact that an article names an actor, with the spans of the name in code points of the body."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Func, Q

from articles.models.actor import Actor
from articles.models.article import Article
from articles.models.history import with_history
from articles.models.item_fields import AlignedItemsField, ItemsField, aligned
from articles.models.public import FactQuerySet
from articles.models.review import Reviewable, by_score, review_constraints
from articles.models.text_fields import LineField, ProseField

# Every item of an array; an empty place in it is none.
_EACH = "unnest(ARRAY(SELECT item FROM unnest(%(expressions)s) AS item WHERE item IS NOT NULL))"


class MentionQuerySet(FactQuerySet["Mention"]):
    """Mentions that a query selects."""

    def shown(self) -> Self:
        """Returns mentions that the page of their article shows: not rejected, of a nameable actor."""
        return self.standing().filter(actor__in=Actor.objects.nameable())

    def public(self) -> Self:
        """Returns shown mentions of public articles."""
        return self.shown().in_public_articles()

    def surface_names(self) -> models.QuerySet[Any, dict[str, Any]]:
        """Returns rows {"name", "times"}: each name as articles write it and its number of spans.

        The most frequent name comes first.
        """
        written = self.annotate(name=Func(F("quotes"), template=_EACH, output_field=models.TextField()))
        return written.values("name").annotate(times=Count("*")).order_by("-times", "name")


@with_history()
class Mention(Reviewable):
    """The fact that an article names an actor: one row for each pair.

    `spans[i]` is [start, end] in code points of the body, and `quotes[i]` is exactly `body[start:end]`. The database
    refuses a span that is not its quote (constraint mention_span_inside_body). If a later capture no longer contains
    the words of a reviewed mention, the mention keeps its state and has no spans.
    """

    article = models.ForeignKey(Article, models.CASCADE, db_index=False, related_name="mentions", verbose_name="المقال")
    actor = models.ForeignKey(Actor, models.CASCADE, db_index=False, related_name="mentions", verbose_name="الفاعل")
    spans = AlignedItemsField(
        ArrayField(models.PositiveIntegerField(), size=2), verbose_name="المواضع", default=list, blank=True
    )
    quotes = AlignedItemsField(ProseField(), verbose_name="كما وردت", default=list, blank=True)
    role = LineField("الصفة كما وردت", max_length=200, blank=True)

    # Whether more is stored than can be read as places of a text: what is written next is to replace all of it.
    is_read_in_part = False

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = "ذكر"
        verbose_name_plural = "مواضع الذكر"
        constraints = [
            models.UniqueConstraint(fields=["article", "actor"], name="mention_once_per_article", include=["state"]),
            models.CheckConstraint(
                condition=Q(spans__len=models.F("quotes__len")) | Q(spans=[], quotes=[]), name="mention_quote_per_span"
            ),
            *review_constraints("mention"),
        ]
        # The indexes include the state, so that lists and facets are counted from them alone. They serve the foreign
        # keys too.
        indexes = [
            models.Index(fields=["actor", "article"], name="mention_actor_article", include=["state"]),
            models.Index(fields=["state", "id"], name="mention_state"),
            by_score("mention"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} ← {self.article}"

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[object]) -> "Mention":
        row = super().from_db(db, field_names, values)
        if {"spans", "quotes"} <= row.__dict__.keys():
            stored = row.spans, row.quotes
            row.spans, row.quotes = places(*stored)
            row.is_read_in_part = (row.spans, row.quotes) != stored
        return row

    def add_places(self, spans: Iterable[Sequence[int]], quotes: Iterable[str]) -> None:
        """Adds spans with their quotes, each span once, in the order of the body. Does not save the mention."""
        places = {
            tuple(span): quote for span, quote in zip([*self.spans, *spans], [*self.quotes, *quotes], strict=True)
        }
        self.spans = [list(span) for span in sorted(places)]
        self.quotes = [places[span] for span in sorted(places)]


def places(spans: object, quotes: object) -> tuple[list[list[int]], list[str]]:
    """Returns the spans and quotes of a mention, or of a version of it, that can be places of a text: each span with
    its quote.
    """
    both = [(_items_field("spans"), spans), (_items_field("quotes"), quotes)]
    sound_spans, sound_quotes = aligned(both, lambda span, _quote: 0 <= span[0] < span[1])
    return sound_spans, sound_quotes


def _items_field(name: str) -> ItemsField:
    field = Mention._meta.get_field(name)
    if not isinstance(field, ItemsField):
        raise TypeError(f"Mention.{name} is no list")
    return field
