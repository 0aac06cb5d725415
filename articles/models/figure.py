"""Figure: a number as an article states it, with its exact words. Measure: what figures of several articles count."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Length

from articles.arabic.quoting import in_guillemets
from articles.models.actor import Actor
from articles.models.article import Article
from articles.models.event import Event
from articles.models.history import with_history
from articles.models.item_fields import ItemsField
from articles.models.limits import Limited, days_within, outside_message, planned_days
from articles.models.public import FactQuerySet, has, related_rows
from articles.models.review import Reviewable, by_score, review_constraints
from articles.models.text_fields import LineField, ProseField

models.TextField.register_lookup(Length, "code_points")


class Qualifier(models.TextChoices):
    """How a figure's words limit its value."""

    EXACTLY = "exactly", "بالضبط"
    MORE_THAN = "more_than", "أكثر من"
    AT_LEAST = "at_least", "على الأقل"
    ABOUT = "about", "نحو"
    AT_MOST = "at_most", "على الأكثر"
    BETWEEN = "between", "بين"


class MeasureQuerySet(models.QuerySet["Measure"]):
    """Measures that a query selects."""

    def public(self) -> Self:
        """Measures of public figures."""
        return self.filter(has(Figure.objects.public().filter(measure=OuterRef("pk"))))


@with_history()
class Measure(models.Model):
    """What figures of several articles count, with the units that suggest it, in the singular or as written.

    A broad unit has many uses («شخص»). It suggests the measure only in a sentence with a word that begins like one of
    the cues («القبض», «اعتق»).
    """

    label = LineField("المقياس", max_length=120, unique=True)
    units = ItemsField(
        LineField(max_length=60),
        verbose_name="الوحدات",
        default=list,
        blank=True,
        help_text="مثل: وفد، وفدا، وفود",
    )
    broad_units = ItemsField(
        LineField(max_length=60),
        verbose_name="وحدات عامة",
        default=list,
        blank=True,
        help_text="مثل: شخص، أشخاص",
    )
    cues = ItemsField(
        LineField(max_length=60),
        verbose_name="قرائن",
        default=list,
        blank=True,
        help_text="أوائل كلمات إن وردت في الجملة دلت الوحدة العامة على هذا المقياس، مثل: القبض، اعتق، أوقف",
    )

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "مقياس"
        verbose_name_plural = "المقاييس"
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class FigureQuerySet(FactQuerySet["Figure"]):
    """Figures that a query selects."""

    def shown(self) -> Self:
        """Returns figures that the page of their article shows: they are not rejected, and the body still holds their
        words.
        """
        return self.standing().filter(start__isnull=False)

    def public(self) -> Self:
        """Returns shown figures of public articles."""
        return self.shown().in_public_articles()

    def with_nameable(self) -> Self:
        """Reads `event` and `actor` if readers may see them; otherwise they are None.

        `event_id` and `actor_id` stay set in any case, so that pages for readers must not use them.
        """
        events, actors = Event.objects.nameable(), Actor.objects.nameable()
        return self.prefetch_related(Prefetch("event", events), Prefetch("actor", actors))

    def contradicted(self) -> Self:
        """Returns figures whose event, measure and scope have an open contradiction of a nameable event."""
        key = {name: OuterRef(name) for name in ("event", "measure", "scope")}
        return self.filter(Exists(related_rows(Measure, "contradictions").of_nameable_events().filter(**key)))


# «نحو 450» (about 450) agrees with all values within a tenth of it. «أكثر من 80» (more than 80) begins at the next
# value that the column can store.
_TENTH, _LEAST_STEP = Decimal("0.1"), Decimal("0.0001")
_AMOUNT: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=25, decimal_places=4)
_LOW = Case(
    When(qualifier=Qualifier.AT_MOST, then=Value(None)),
    When(qualifier=Qualifier.ABOUT, then=F("value") * Value(1 - _TENTH)),
    When(qualifier=Qualifier.MORE_THAN, then=F("value") + Value(_LEAST_STEP)),
    default=F("value"),
    output_field=_AMOUNT,
)
_HIGH = Case(
    When(qualifier__in=(Qualifier.MORE_THAN, Qualifier.AT_LEAST), then=Value(None)),
    When(qualifier=Qualifier.ABOUT, then=F("value") * Value(1 + _TENTH)),
    When(qualifier=Qualifier.BETWEEN, then=F("value_high")),
    default=F("value"),
    output_field=_AMOUNT,
)


@with_history("low", "high")
class Figure(Limited, Reviewable):
    """A number as an article states it.

    `quote` is exactly `body[start:end]`. `start` and `end` are in code points; both are None if the body no longer
    holds the quote.
    """

    article = models.ForeignKey(Article, models.CASCADE, db_index=False, related_name="figures", verbose_name="المقال")
    value = models.DecimalField("القيمة", max_digits=24, decimal_places=4)
    value_high = models.DecimalField("القيمة العليا", max_digits=24, decimal_places=4, null=True, blank=True)
    qualifier = models.CharField("الصفة", max_length=9, choices=Qualifier, default=Qualifier.EXACTLY)
    unit = LineField("الوحدة كما وردت", max_length=120, blank=True)
    measure = models.ForeignKey(
        Measure, models.SET_NULL, null=True, blank=True, related_name="figures", verbose_name="المقياس"
    )
    about = LineField("عمّا هو", max_length=200, blank=True, help_text="بقية الجملة بعد الوحدة.")
    scope = LineField(
        "نطاقه",
        max_length=120,
        blank=True,
        help_text="مكان يخصه الرقم دون غيره، أو «متوقع»؛ لا تُقارن أرقام يختلف نطاقها.",
    )
    # The least and the greatest value that the qualifier allows, both inclusive; NULL on an open side.
    low = models.GeneratedField(expression=_LOW, output_field=_AMOUNT, db_persist=True)
    high = models.GeneratedField(expression=_HIGH, output_field=_AMOUNT, db_persist=True)
    period_start = models.DateField("بداية المدة", null=True, blank=True)
    period_end = models.DateField("نهاية المدة", null=True, blank=True)
    quote = ProseField("النص الحرفي")
    start = models.PositiveIntegerField("من", null=True, blank=True)
    end = models.PositiveIntegerField("إلى", null=True, blank=True)
    event = models.ForeignKey(
        Event, models.SET_NULL, null=True, blank=True, related_name="figures", verbose_name="الفعالية"
    )
    actor = models.ForeignKey(
        Actor, models.SET_NULL, null=True, blank=True, related_name="figures", verbose_name="الفاعل"
    )

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = "رقم"
        verbose_name_plural = "الأرقام"
        constraints = [
            models.UniqueConstraint(fields=["article", "start", "end"], name="figure_once_per_span"),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True)
                | Q(start__gte=0, end__gt=F("start"), quote__code_points=F("end") - F("start")),
                name="figure_span_is_quote_long",
                violation_error_message="موضع الرقم لا يطابق طول النص الحرفي.",
            ),
            models.CheckConstraint(
                condition=Q(qualifier=Qualifier.BETWEEN, value_high__isnull=False, value_high__gt=F("value"))
                | (~Q(qualifier=Qualifier.BETWEEN) & Q(value_high__isnull=True)),
                name="figure_value_fits_qualifier",
                violation_error_message="القيمة العليا تُكتب للمدى «بين … و…» وحده، وهي أكبر من القيمة.",
            ),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True)
                | Q(period_end__isnull=True)
                | Q(period_start__lte=F("period_end")),
                name="figure_period_in_order",
                violation_error_message="بداية المدة يجب ألا تأتي بعد نهايتها.",
            ),
            models.CheckConstraint(condition=Q(qualifier__in=Qualifier.values), name="figure_qualifier_known"),
            *review_constraints("figure"),
            *days_within("figure", "period_start", "period_end"),
        ]
        indexes = [
            models.Index(fields=["measure", "value"], name="figure_measure_value"),
            models.Index(fields=["event", "measure"], name="figure_event_measure"),
            models.Index(fields=["state", "id"], name="figure_state"),
            by_score("figure"),
        ]

    def __str__(self) -> str:
        return in_guillemets(self.quote)

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        days = planned_days()
        for field in ("period_start", "period_end"):
            if not days.holds(getattr(self, field)):
                yield field, outside_message(days)

    def clean(self) -> None:
        """Sets the span of a new or changed quote to its place in the body that is nearest to the old span.

        The span of an unchanged stored quote stays, since changes of the body move it (articles/models/carrying.py).
        Raises ValidationError if the body does not hold the quote, or if another figure has the same span.
        """
        if not self.article_id or not self.quote:
            return
        stored = Figure.objects.filter(pk=self.pk, article=self.article_id, quote=self.quote) if self.pk else None
        if stored is not None and stored.exists():
            return
        body, near = self.article.body, self.start or 0
        places = body.rfind(self.quote, 0, near + len(self.quote)), body.find(self.quote, near)
        at = min((place for place in places if place >= 0), key=lambda place: abs(place - near), default=None)
        if at is None:
            raise ValidationError({"quote": "هذا النص غير موجود حرفيا في متن المقال."})
        self.start, self.end = at, at + len(self.quote)
        figures_at_span = Figure.objects.filter(article=self.article_id, start=self.start, end=self.end).exclude(
            pk=self.pk
        )
        if figures_at_span.exists():
            raise ValidationError({"quote": "في المقال رقم آخر عند هذه الكلمات نفسها."})

    def get_absolute_url(self) -> str:
        """Returns the path of the article's page in the active language, with the figure's place in it as fragment."""
        return f"{self.article.get_absolute_url()}#figure-{self.pk}"
