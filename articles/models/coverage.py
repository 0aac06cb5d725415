"""Coverage: the fact that an article reports an event."""

from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from articles.models.article import Article
from articles.models.event import Event
from articles.models.history import with_history
from articles.models.public import FactQuerySet
from articles.models.review import Reviewable, by_score, review_constraints


class CoverageQuerySet(FactQuerySet["Coverage"]):
    """Coverages that a query selects."""

    def shown(self) -> Self:
        """Returns coverages that the page of their article shows: not rejected, of a nameable event."""
        return self.standing().filter(event__in=Event.objects.nameable())

    def public(self) -> Self:
        """Returns shown coverages of public articles."""
        return self.shown().in_public_articles()

    def with_neighbours(self) -> Self:
        """Adds `previous` and `following`, the article's neighbours among the public articles that cover the event.

        They are published next before and next after it. Each is {"id", "title"}, or None.
        """
        return self.annotate(previous=_neighbour("lt"), following=_neighbour("gt"))


def _neighbour(way: str) -> Subquery:
    """Returns a subquery for the nearest public article that covers the outer coverage's event.

    `way` is "lt" for the article before the outer one in the order of dates, and "gt" for the one after it.
    """
    day, pk = OuterRef("article__published_order"), OuterRef("article")
    beyond = Q(**{f"article__published_order__{way}": day}) | Q(article__published_order=day, **{f"article__{way}": pk})
    sign = "-" if way == "lt" else ""
    coverages = Coverage.objects.in_public_articles().filter(beyond, event=OuterRef("event"))
    ordered = coverages.order_by(f"{sign}article__published_order", f"{sign}article")
    return Subquery(ordered.values(columns=JSONObject(id="article", title="article__title"))[:1])


@with_history()
class Coverage(Reviewable):
    """The fact that an article reports an event."""

    article = models.ForeignKey(
        Article, models.CASCADE, db_index=False, related_name="coverages", verbose_name="المقال"
    )
    event = models.ForeignKey(Event, models.CASCADE, db_index=False, related_name="coverages", verbose_name="الفعالية")

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = "تغطية"
        verbose_name_plural = "التغطيات"
        constraints = [
            models.UniqueConstraint(fields=["article", "event"], name="coverage_once_per_article", include=["state"]),
            *review_constraints("coverage"),
        ]
        # The indexes include the state, so that lists and facets are counted from them alone. They serve the foreign
        # keys too.
        indexes = [
            models.Index(fields=["event", "article"], name="coverage_event_article", include=["state"]),
            models.Index(fields=["state", "id"], name="coverage_state"),
            by_score("coverage"),
        ]

    def __str__(self) -> str:
        return f"{self.article} ← {self.event}"
