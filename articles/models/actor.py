"""Actor: a person, state, organisation or group that acts in the news. Alias: another name of an actor."""

from collections.abc import Iterator
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.arabic.words import fold_phrase
from articles.models.history import with_history
from articles.models.limits import Limited, folded_messages
from articles.models.merged import not_into_itself
from articles.models.public import NounQuerySet, Withholdable, has, public_article, related_rows
from articles.models.review import ReviewState, by_score, review_constraints
from articles.models.tally import TallyKind, are_kept, kept_articles
from articles.models.text_fields import LineField, ProseField

NO_LETTER = "اكتب اسما فيه حرف أو رقم."


class ActorKind(models.TextChoices):
    """The kinds of actors."""

    PERSON = "person", _("شخص")
    STATE = "state", _("دولة")
    ORGANISATION = "organisation", _("منظمة دولية")
    GOVERNMENT = "government", _("جهاز حكومي")
    COALITION = "coalition", _("تحالف أو منتدى")
    ARMED_GROUP = "armed_group", _("جماعة مسلحة أو إرهابية")
    CIVIL = "civil", _("هيئة أكاديمية أو مدنية")


class AliasKind(models.TextChoices):
    """The kinds of aliases."""

    SPELLING = "spelling", _("رسم آخر")
    ACRONYM = "acronym", _("اختصار")
    FORMER = "former", _("اسم سابق")
    SHORT = "short", _("صيغة قصيرة")
    LATIN = "latin", _("بالحرف اللاتيني")


class ActorQuerySet(NounQuerySet["Actor"]):
    """Actors that a query selects."""

    tally = TallyKind.ACTOR

    def stated(self) -> Q:
        """Returns the condition that a public article mentions the actor, or states a figure of it."""
        figures = related_rows(Actor, "figures").in_public_articles().filter(start__isnull=False, actor=OuterRef("pk"))
        return self.reported_publicly() | has(figures)

    def reported_publicly(self) -> Q:
        """Returns the condition that a public article mentions the actor."""
        return has(related_rows(Actor, "mentions").in_public_articles().filter(actor=OuterRef("pk")))

    def with_article_counts(self) -> Self:
        """Adds `articles`, the number of public articles that mention the actor."""
        if are_kept():
            return self.annotate(articles=kept_articles(TallyKind.ACTOR))
        return self.annotate(
            articles=Count(
                "mentions",
                filter=~Q(mentions__state=ReviewState.REJECTED) & public_article("mentions__article"),
                distinct=True,
            )
        )

    def most_named(self) -> Self:
        """Returns confirmed, nameable actors that public articles mention, the most frequent first, with `articles`."""
        confirmed = self.nameable().filter(state=ReviewState.CONFIRMED)
        return confirmed.with_article_counts().filter(articles__gt=0).order_by("-articles", "id")

    def named(self, name: str) -> Self:
        """Returns standing actors with `name` as canonical name or alias, in any spelling that folds alike."""
        folded = fold_phrase(name)
        return self.standing().filter(
            Q(folded_name=folded) | Q(pk__in=Alias.objects.filter(folded=folded).values("actor"))
        )

    def with_name_part(self, text: str) -> Self:
        """Returns actors with a name that contains `text`, in any spelling that folds alike."""
        folded = fold_phrase(text)
        aliases = Alias.objects.filter(folded__contains=folded).values("actor")
        return self.filter(Q(folded_name__contains=folded) | Q(pk__in=aliases))


@with_history("folded_name")
class Actor(Limited, Withholdable):
    """A person, state, organisation or group that acts in the news, with one canonical Arabic name."""

    name = LineField("الاسم المعتمد", max_length=200)
    folded_name = LineField(max_length=200, editable=False)
    distinction = LineField(
        "تمييز", max_length=100, blank=True, help_text="يفرق بين فاعلين يحملان الاسم نفسه، مثل: وزير الداخلية"
    )
    kind = models.CharField("النوع", max_length=12, choices=ActorKind)
    country = LineField("البلد", max_length=80, blank=True)
    description = ProseField("تعريف", blank=True)

    objects = ActorQuerySet.as_manager()

    class Meta:
        verbose_name = "فاعل"
        verbose_name_plural = "الفاعلون"
        permissions = [("merge_actor", "يدمج الفاعلين ويفصلهم")]
        ordering = ["folded_name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["folded_name", "distinction"],
                condition=Q(merged_into__isnull=True),
                name="actor_one_canonical_name",
                violation_error_message="يوجد فاعل بهذا الاسم؛ أضف تمييزا إن كانا مختلفين.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="actor_named"),
            models.CheckConstraint(condition=Q(kind__in=ActorKind.values), name="actor_kind_known"),
            *review_constraints("actor"),
            not_into_itself("actor"),
        ]
        indexes = [
            models.Index(fields=["kind", "folded_name"], name="actor_kind_name"),
            GinIndex(OpClass("folded_name", name="gin_trgm_ops"), name="actor_alike"),
            models.Index(fields=["state", "id"], name="actor_state"),
            # The actors that lists show by default.
            models.Index(
                fields=["folded_name", "id"], condition=Q(state=ReviewState.CONFIRMED), name="actor_confirmed_by_name"
            ),
            by_score("actor"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.distinction})" if self.distinction else self.name

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        yield from folded_messages("name", [fold_phrase(self.name)], 200)

    def clean(self) -> None:
        """Checks the name.

        Raises ValidationError for a name without letters or digits, and for one that another actor has with the same
        distinction. The constraint alone does not suffice: forms do not show `folded_name`, and skip the checks of
        fields that they do not show.
        """
        self.folded_name = fold_phrase(self.name)
        if not self.folded_name:
            raise ValidationError({"name": NO_LETTER})
        if self.merged_into_id is None and (namesake := self.namesake()):
            raise ValidationError({"name": f"يوجد فاعل بهذا الاسم: «{namesake}». أضف تمييزا إن كانا مختلفين."})

    def namesake(self) -> "Actor | None":
        """Returns another actor with the same canonical name and distinction, or None.

        The database would refuse to store both.
        """
        same = Actor.objects.filter(
            folded_name=fold_phrase(self.name), distinction=self.distinction, merged_into__isnull=True
        )
        return same.exclude(pk=self.pk).first()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = fold_phrase(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Returns the path of the actor's page in the active language."""
        return reverse("actor", args=[self.pk])


class AliasQuerySet(models.QuerySet["Alias"]):
    """Aliases that a query selects."""

    def public(self) -> Self:
        """Returns aliases of public actors."""
        return self.filter(actor__in=Actor.objects.public())


@with_history("folded")
class Alias(Limited):
    """Another name of an actor: a spelling, a short form, an acronym, a former name or a name in another language."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="aliases", verbose_name="الفاعل")
    name = LineField("الاسم", max_length=200)
    folded = LineField(max_length=200, editable=False)
    kind = models.CharField("النوع", max_length=8, choices=AliasKind, default=AliasKind.SPELLING)
    found_in_text = models.BooleanField(
        "يُبحث عنه في النصوص",
        default=True,
        help_text="ألغه للأسماء القصيرة الملتبسة: يوسع البحث ولا يقترح ذكرا في مقال.",
    )

    objects = AliasQuerySet.as_manager()

    class Meta:
        verbose_name = "اسم آخر"
        verbose_name_plural = "الأسماء الأخرى"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "folded"],
                name="alias_once_per_actor",
                violation_error_message="هذا الاسم مسجل لهذا الفاعل.",
            ),
            models.CheckConstraint(condition=~Q(folded=""), name="alias_has_letters"),
        ]
        indexes = [
            models.Index(fields=["folded"], name="alias_folded"),
            GinIndex(OpClass("folded", name="gin_trgm_ops"), name="alias_alike"),
        ]

    def __str__(self) -> str:
        return self.name

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        yield from folded_messages("name", [fold_phrase(self.name)], 200)

    def clean(self) -> None:
        """Raises ValidationError for a name without letters or digits, and for an alias that the actor has already."""
        self.folded = fold_phrase(self.name)
        if not self.folded:
            raise ValidationError({"name": NO_LETTER})
        if self.actor_id and Alias.objects.filter(actor=self.actor_id, folded=self.folded).exclude(pk=self.pk).exists():
            raise ValidationError({"name": "هذا الاسم مسجل لهذا الفاعل."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold_phrase(self.name)
        super().save(*args, **kwargs)
