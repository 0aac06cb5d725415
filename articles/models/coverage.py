"""Coverage: an article reports an event."""

from django.db import models

from articles.models.article import Article
from articles.models.event import Event
from articles.models.review import Reviewable, ReviewableQuerySet, state_constraint


class Coverage(Reviewable):
    article = models.ForeignKey(
        Article, models.CASCADE, db_index=False, related_name="coverages", verbose_name="المقال"
    )
    event = models.ForeignKey(Event, models.CASCADE, db_index=False, related_name="coverages", verbose_name="الفعالية")

    objects = ReviewableQuerySet.as_manager()

    class Meta:
        verbose_name = "تغطية"
        verbose_name_plural = "التغطيات"
        constraints = [
            models.UniqueConstraint(fields=["article", "event"], name="coverage_once_per_article", include=["state"]),
            state_constraint("coverage"),
        ]
        # With the state, so that lists and facets are counted from these alone; they serve the foreign keys, too.
        indexes = [
            models.Index(fields=["event", "article"], name="coverage_event_article", include=["state"]),
            models.Index(fields=["state", "id"], name="coverage_state"),
        ]

    def __str__(self) -> str:
        return f"{self.article} ← {self.event}"
