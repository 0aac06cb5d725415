"""Coverage: an article reports an event."""

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from articles.models.article import Article
from articles.models.event import Event
from articles.models.history import with_history
from articles.models.public import FactQuerySet
from articles.models.review import Reviewable, by_score, review_constraints


class CoverageQuerySet(FactQuerySet):
    def shown(self) -> "CoverageQuerySet":
        """Coverages that the page of their article shows: not rejected, of an event that may be named."""
        return self.standing().filter(event__in=Event.objects.nameable())

    def public(self) -> "CoverageQuerySet":
        """Those of public articles."""
        return self.shown().in_public_articles()

    def with_neighbours(self) -> "CoverageQuerySet":
        """With `previous` and `following`, the reports of the same event published before and after the article:
        {"id", "title"}, None where there is none."""
        return self.annotate(previous=_neighbour("lt"), following=_neighbour("gt"))


def _neighbour(way: str) -> Subquery:
    """The nearest public report of the outer coverage's event, `way` ("lt" or "gt") of its article in order of date."""
    day, pk = OuterRef("article__published_order"), OuterRef("article")
    beyond = Q(**{f"article__published_order__{way}": day}) | Q(article__published_order=day, **{f"article__{way}": pk})
    sign = "-" if way == "lt" else ""
    others = Coverage.objects.in_public_articles().filter(beyond, event=OuterRef("event"))
    ordered = others.order_by(f"{sign}article__published_order", f"{sign}article")
    return Subquery(ordered.values(told=JSONObject(id="article", title="article__title"))[:1])


@with_history()
class Coverage(Reviewable):
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
        # With the state, so that lists and facets are counted from these alone; they serve the foreign keys, too.
        indexes = [
            models.Index(fields=["event", "article"], name="coverage_event_article", include=["state"]),
            models.Index(fields=["state", "id"], name="coverage_state"),
            by_score("coverage"),
        ]

    def __str__(self) -> str:
        return f"{self.article} ← {self.event}"
