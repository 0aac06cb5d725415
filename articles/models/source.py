"""Source: the outlet or agency that published an article."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.arabic.folding import fold_name
from articles.arabic.words import fold_phrase
from articles.models.history import with_history
from articles.models.merged import Mergeable
from articles.models.tally import TallyKind, are_kept, kept_articles
from articles.models.text_fields import LineField


class SourceKind(models.TextChoices):
    AGENCY = "agency", _("وكالة أنباء")
    NEWSPAPER = "newspaper", _("جريدة")
    SITE = "site", _("موقع إخباري")
    BROADCASTER = "broadcaster", _("إذاعة أو تلفزيون")
    OFFICIAL = "official", _("موقع رسمي")
    OTHER = "other", _("آخر")


class SourceQuerySet(models.QuerySet):
    def standing(self) -> "SourceQuerySet":
        return self.filter(merged_into__isnull=True)

    def with_article_counts(self) -> "SourceQuerySet":
        """Adds `published`, the number of its published articles."""
        if are_kept():
            return self.annotate(published=kept_articles(TallyKind.SOURCE))
        public = models.Q(articles__status="published", articles__merged_into__isnull=True)
        return self.annotate(published=models.Count("articles", filter=public))

    def by_name(self, name: str) -> "Source | None":
        """The source of that name, in any spelling that folds alike; None if unknown."""
        return self.standing().filter(folded_name=fold_phrase(name)).first()

    def by_mark(self, mark: str) -> "Source | None":
        """The source that signs its stories with `mark` («و م ع»), spaces and spelling aside; None if unknown."""
        return self.standing().filter(folded_marks__contains=[fold_mark(mark)]).order_by("id").first()

    def by_domain(self, host: str) -> "Source | None":
        """The source that publishes on `host` or on a domain above it; None if unknown."""
        labels = host.lower().removeprefix("www.").split(".")
        domains = [".".join(labels[i:]) for i in range(len(labels) - 1)]
        return self.standing().filter(domains__overlap=domains).order_by("id").first()


def fold_mark(mark: str) -> str:
    return "".join(fold_name(mark).replace(".", " ").split())


@with_history("folded_name", "folded_marks")
class Source(Mergeable):
    name = LineField("الاسم", max_length=200)
    folded_name = LineField(max_length=200, editable=False)
    kind = models.CharField("النوع", max_length=11, choices=SourceKind, default=SourceKind.OTHER)
    country = LineField("البلد", max_length=80, blank=True)
    domains = ArrayField(
        LineField(max_length=253), verbose_name="النطاقات", default=list, blank=True, help_text="مثل: mapnews.ma"
    )
    marks = ArrayField(
        LineField(max_length=40),
        verbose_name="التوقيعات",
        default=list,
        blank=True,
        help_text="ما توقع به أخبارها، مثل: و م ع",
    )
    folded_marks = ArrayField(LineField(max_length=40), default=list, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = "مصدر"
        verbose_name_plural = "المصادر"
        permissions = [("merge_source", "يدمج المصادر")]
        ordering = ["folded_name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["folded_name"],
                condition=models.Q(merged_into__isnull=True),
                name="source_one_name",
                violation_error_message="يوجد مصدر بهذا الاسم.",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="source_named"),
        ]
        indexes = [GinIndex(OpClass("folded_name", name="gin_trgm_ops"), name="source_alike")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded_name = fold_phrase(self.name)
        self.folded_marks = [fold_mark(mark) for mark in self.marks]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.pk])
