"""Source: the outlet or agency that published an article."""

from collections.abc import Iterator
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.arabic.folding import fold_name
from articles.arabic.words import fold_phrase
from articles.models.history import with_history
from articles.models.item_fields import ItemsField
from articles.models.limits import Limited, folded_messages
from articles.models.merged import Mergeable, not_into_itself
from articles.models.public import public_article
from articles.models.tally import TallyKind, are_kept, kept_articles
from articles.models.text_fields import LineField
from articles.platform.addresses import AddressError, canonical_domain


class SourceKind(models.TextChoices):
    """The kinds of sources."""

    AGENCY = "agency", _("وكالة أنباء")
    NEWSPAPER = "newspaper", _("جريدة")
    SITE = "site", _("موقع إخباري")
    BROADCASTER = "broadcaster", _("إذاعة أو تلفزيون")
    OFFICIAL = "official", _("موقع رسمي")
    OTHER = "other", _("آخر")


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources that a query selects."""

    def standing(self) -> Self:
        """Returns sources that were not merged into another."""
        return self.filter(merged_into__isnull=True)

    def public(self) -> Self:
        """Returns sources that readers may see: all that were not merged into another,
        since only editors make sources.
        """
        return self.standing()

    def with_article_counts(self) -> Self:
        """Adds `published`, the number of the source's public articles."""
        if are_kept():
            return self.annotate(published=kept_articles(TallyKind.SOURCE))
        return self.annotate(published=models.Count("articles", filter=public_article("articles")))

    def by_name(self, name: str) -> "Source | None":
        """Returns the standing source with this name, in any spelling that folds alike, or None."""
        return self.standing().filter(folded_name=fold_phrase(name)).first()

    def by_mark(self, mark: str) -> "Source | None":
        """Returns the standing source that signs its articles with `mark` («و م ع»), or None.

        Spaces and differences of spelling are ignored.
        """
        return self.standing().filter(folded_marks__contains=[fold_mark(mark)]).order_by("id").first()

    def by_domain(self, host: str) -> "Source | None":
        """Returns the standing source that publishes on `host` or on a domain above it.

        Returns None if there is none, or if `host` is no valid host name.
        """
        try:
            labels = canonical_domain(host).split(".")
        except AddressError:
            return None
        domains = [".".join(labels[i:]) for i in range(len(labels) - 1)]
        return self.standing().filter(domains__overlap=domains).order_by("id").first()


def _domain_or_as_it_is(domain: str) -> str:
    """Returns a domain in its canonical spelling. An invalid domain is returned as it is, so that an editor sees it."""
    try:
        return canonical_domain(domain)
    except AddressError:
        return domain


def fold_mark(mark: str) -> str:
    """Folds a mark for comparison: spelling is unified, and spaces and full stops are dropped."""
    return "".join(fold_name(mark).replace(".", " ").split())


@with_history("folded_name", "folded_marks")
class Source(Limited, Mergeable):
    """The outlet or agency that published an article. `marks` are the signatures of its articles, such as «و م ع»."""

    name = LineField("الاسم", max_length=200)
    folded_name = LineField(max_length=200, editable=False)
    kind = models.CharField("النوع", max_length=11, choices=SourceKind, default=SourceKind.OTHER)
    country = LineField("البلد", max_length=80, blank=True)
    domains = ItemsField(
        LineField(max_length=253), verbose_name="النطاقات", default=list, blank=True, help_text="مثل: mapnews.ma"
    )
    marks = ItemsField(
        LineField(max_length=40),
        verbose_name="التوقيعات",
        default=list,
        blank=True,
        help_text="ما توقع به أخبارها، مثل: و م ع",
    )
    folded_marks = ItemsField(LineField(max_length=40), default=list, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = "مصدر"
        verbose_name_plural = "المصادر"
        permissions = [("merge_source", "يدمج المصادر")]
        ordering = ["folded_name", "id"]
        constraints = [
            not_into_itself("source"),
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

    def clean(self) -> None:
        """Raises ValidationError for an invalid domain, a name without letters or digits, and another source's name."""
        for domain in self.domains:
            try:
                canonical_domain(domain)
            except AddressError:
                raise ValidationError({"domains": f"ليس نطاقا: «{domain[:80]}»."}) from None
        self.folded_name = fold_phrase(self.name)
        if not self.folded_name:
            raise ValidationError({"name": "اكتب اسما فيه حرف أو رقم."})
        same = Source.objects.standing().filter(folded_name=self.folded_name).exclude(pk=self.pk)
        if self.merged_into_id is None and same.exists():
            raise ValidationError({"name": f"يوجد مصدر بهذا الاسم: «{same[0]}»."})

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        yield from folded_messages("name", [fold_phrase(self.name)], 200)
        yield from folded_messages("marks", [fold_mark(mark) for mark in self.marks], 40)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = fold_phrase(self.name)
        self.folded_marks = [fold_mark(mark) for mark in self.marks]
        self.domains = [_domain_or_as_it_is(domain) for domain in self.domains]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Returns the path of the source's page in the active language."""
        return reverse("source", args=[self.pk])
