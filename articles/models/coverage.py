"""Coverage: an article reports an event."""

from django.db import models

from articles.models.article import Article
from articles.models.event import Event
from articles.models.review import Reviewable, ReviewableQuerySet, state_constraint


class Coverage(Reviewable):
    article = models.ForeignKey(Article, models.CASCADE, related_name="coverages", verbose_name="المقال")
    event = models.ForeignKey(Event, models.CASCADE, related_name="coverages", verbose_name="الفعالية")

    objects = ReviewableQuerySet.as_manager()

    class Meta:
        verbose_name = "تغطية"
        verbose_name_plural = "التغطيات"
        constraints = [
            models.UniqueConstraint(fields=["article", "event"], name="coverage_once_per_article"),
            state_constraint("coverage"),
        ]
        indexes = [
            models.Index(fields=["event", "article"], name="coverage_event_article"),
            models.Index(fields=["state", "id"], name="coverage_state"),
        ]

    def __str__(self) -> str:
        return f"{self.article} ← {self.event}"
