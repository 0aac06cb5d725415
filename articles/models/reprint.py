"""Reprint: an article that carries the text of another.

Fingerprint: the hashes by which reprints are detected among any number of articles.
"""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from articles.models.article import Article
from articles.models.history import with_history
from articles.models.item_fields import ItemsField
from articles.models.public import public_article
from articles.models.review import Reviewable, ReviewableQuerySet, by_score, review_constraints


class Fingerprint(models.Model):
    """The fingerprint of a text: a hash of its wording, and MinHash bands (articles/extract/fingerprints.py)."""

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="fingerprint")
    text_hash = models.BigIntegerField(db_index=True)
    bands = ItemsField(models.IntegerField(), default=list)

    class Meta:
        verbose_name = "بصمة نص"
        verbose_name_plural = "بصمات النصوص"
        # Without a pending list, since every look-up would have to read through it.
        indexes = [GinIndex(fields=["bands"], name="fingerprint_bands", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.text_hash)


# The columns of an article that a list of reprints does not show.
_UNLISTED_COLUMNS = ("body", "set_aside", "search_vector")


class ReprintQuerySet(ReviewableQuerySet["Reprint"]):
    """Reprints that a query selects."""

    def public(self) -> Self:
        """Returns standing reprints of which both articles are public."""
        return self.standing().filter(public_article("article"), public_article("original"))

    def group_of(self, article: Article) -> list[tuple[Article, float | None]]:
        """Returns the other public articles that carry the same text, oldest first.

        Each comes with its similarity to the group's original, from 0 to 1. It is None for the original itself, and for
        reprints without a score.
        """
        own_reprint = self.standing().filter(article=article)
        in_group = Q(original=article) | Q(original__in=own_reprint.values("original"))
        reprints = list(
            self.standing().filter(in_group).select_related("article__source", "original__source")
            .defer(*(f"{name}__{column}" for name in ("article", "original") for column in _UNLISTED_COLUMNS))
        )  # fmt: skip
        members = [(reprint.article, reprint.score) for reprint in reprints]
        members += [(reprints[0].original, None)] if reprints else []
        public = [(member, score) for member, score in members if member.pk != article.pk and member.is_shown]
        return sorted(public, key=lambda pair: (pair[0].published_order, pair[0].pk))


@with_history()
class Reprint(Reviewable):
    """The fact that `article` carries the text of `original`, the first article of its group to be stored.

    `score` is their similarity, from 0 to 1.
    """

    article = models.OneToOneField(Article, models.CASCADE, related_name="reprint", verbose_name="المقال")
    original = models.ForeignKey(Article, models.CASCADE, related_name="reprints", verbose_name="النص الأول")

    objects = ReprintQuerySet.as_manager()

    class Meta:
        verbose_name = "إعادة نشر"
        verbose_name_plural = "إعادات النشر"
        constraints = [
            models.CheckConstraint(condition=~Q(article=F("original")), name="reprint_of_another"),
            *review_constraints("reprint"),
        ]
        indexes = [models.Index(fields=["state", "id"], name="reprint_state"), by_score("reprint")]

    def __str__(self) -> str:
        return f"{self.article} = {self.original}"

    def clean(self) -> None:
        """Raises ValidationError if the article and the original are the same."""
        if self.article_id and self.article_id == self.original_id:
            raise ValidationError({"original": "لا يكون المقال تكرارا لنفسه."})
