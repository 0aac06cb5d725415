"""Claim: an editor has an article open for review; the queue gives it to no other until the claim ends.

A claim is not a charge: `Article.assigned_to` says whose an article is until it is reviewed, a claim who works on it now. A claim ends
when the editor leaves the article, signs out, or does nothing with it for LASTS.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.models.article import Article
from articles.models.limits import moments_within

# A long article takes some ten minutes to review; who decided nothing for half an hour has left without saying so.
LASTS = timedelta(minutes=30)


class ClaimQuerySet(models.QuerySet):
    def running(self) -> "ClaimQuerySet":
        return self.filter(renewed_at__gt=timezone.now() - LASTS)

    def of_others(self, editor: models.Model) -> "ClaimQuerySet":
        """Claims that keep `editor` from being given an article."""
        return self.running().exclude(by=editor)

    def take(self, article: int, editor: models.Model) -> "Claim | None":
        """Claims the article for `editor`, or renews the editor's claim; None while it is another's.

        Two who ask at one moment: the database lets one row stand for an article, and the second waits until the first is stored.
        """
        now = timezone.now()
        own = self.running().filter(article=article, by=editor).update(renewed_at=now)
        ended = self.filter(article=article, renewed_at__lte=now - LASTS)
        if not own and not ended.update(by=editor, since=now, renewed_at=now):
            claim = self.model(article_id=article, by=editor, since=now, renewed_at=now)
            self.bulk_create([claim], ignore_conflicts=True)
        return self.running().filter(article=article, by=editor).first()

    def release(self, article: int, editor: models.Model, renewed_at: datetime | None = None) -> int:
        """Ends the editor's claim; with `renewed_at`, only if it was not renewed since. Returns how many ended."""
        own = self.filter(article=article, by=editor)
        return (own.filter(renewed_at=renewed_at) if renewed_at else own).delete()[0]


class Claim(models.Model):
    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="claim", verbose_name="المقال"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="المحرر")
    since = models.DateTimeField("منذ")
    renewed_at = models.DateTimeField("آخر عمل فيه")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "مقال قيد المراجعة"
        verbose_name_plural = "مقالات قيد المراجعة"
        constraints = moments_within("claim", "since", "renewed_at")

    def __str__(self) -> str:
        return f"{self.by}: {self.article}"
