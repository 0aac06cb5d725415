"""Claim: an editor has an article open for review. The queue offers it to nobody else until the claim ends.

A claim is not an assignment. `Article.assigned_to` names the editor who is responsible for an article until it is
reviewed; a claim names the editor who works on it now. A claim ends when the editor leaves the article, signs out, or
does nothing with it for LASTS.
"""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from articles.models.article import Article
from articles.models.limits import moments_within

# A long article takes some ten minutes to review. An editor who decides nothing for half an hour has left the article
# open.
LASTS = timedelta(minutes=30)


class ClaimQuerySet(models.QuerySet["Claim"]):
    """Claims that a query selects."""

    def running(self) -> Self:
        """Returns claims that were renewed within the last LASTS and so have not ended."""
        return self.filter(renewed_at__gt=timezone.now() - LASTS)

    def of_others(self, editor: User) -> Self:
        """Returns running claims of editors other than `editor`."""
        return self.running().exclude(by=editor)

    def take(self, article: int, editor: User) -> "Claim | None":
        """Claims the article (its key) for `editor`, or renews the editor's claim.

        Returns the claim, or None while another editor has claimed the article. If two editors claim an article at the
        same moment, the second statement waits until the first is stored, since the database allows one row for each
        article.
        """
        now = timezone.now()
        own = self.running().filter(article=article, by=editor).update(renewed_at=now)
        ended = self.filter(article=article, renewed_at__lte=now - LASTS)
        if not own and not ended.update(by=editor, since=now, renewed_at=now):
            claim = self.model(article_id=article, by=editor, since=now, renewed_at=now)
            self.bulk_create([claim], ignore_conflicts=True)
        return self.running().filter(article=article, by=editor).first()

    def release(self, article: int, editor: User, renewed_at: datetime | None = None) -> int:
        """Ends the editor's claim; with `renewed_at`, only if it was not renewed since.

        Returns the number of ended claims, 0 or 1.
        """
        own = self.filter(article=article, by=editor)
        return (own.filter(renewed_at=renewed_at) if renewed_at else own).delete()[0]


class Claim(models.Model):
    """The fact that an editor has an article open for review."""

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
