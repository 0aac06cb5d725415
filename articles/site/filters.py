"""The filters that readers stack on lists of articles and figures (django-filter); a wrong value is told, never fatal."""

from dataclasses import dataclass
from datetime import date

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.forms import CheckboxInput, DateInput

from articles.models import Actor, Article, Coverage, Event, EventKind, Figure, Measure, Source
from articles.search.facets import interval
from articles.site.words_for import day, year_or_month

_WRONG = "قيمة غير معروفة؛ أُهمل هذا الشرط."
_WRONG_DATE = "اكتب التاريخ هكذا: 2024-11-06. أُهمل هذا الشرط."
_WRONG_PERIOD = "اكتب السنة أو الشهر هكذا: 2024 أو 2024-11. أُهمل هذا الشرط."


def _choice(queryset: QuerySet, label: str, **options: object) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        queryset=queryset, label=label, error_messages={"invalid_choice": _WRONG}, **options
    )


def _date(label: str, method: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label, method=method, widget=DateInput(attrs={"type": "date"}), error_messages={"invalid": _WRONG_DATE}
    )


def _a_period(value: str) -> None:
    if interval(value) is None:
        raise ValidationError(_WRONG_PERIOD)


@dataclass(frozen=True)
class Chip:
    """A condition that holds: its parameter in the address, its value there, and how it is told."""

    name: str
    value: str
    label: str
    text: str


class ForgivingFilterSet(django_filters.FilterSet):
    """Applies the conditions that can be understood and lists what could not."""

    @property
    def complaints(self) -> list[str]:
        return [
            f"«{self.form.fields[name].label}»: {errors[0]}"
            for name, errors in self.form.errors.items()
            if name != "__all__"
        ]

    @property
    def chosen(self) -> list[Chip]:
        """The conditions that hold."""
        self.form.errors  # noqa: B018 (runs the validation that fills cleaned_data)
        return [
            Chip(name, self.data.get(name, ""), str(self.form.fields[name].label), self._said(name, value))
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "")
        ]

    def _said(self, name: str, value: object) -> str:
        if isinstance(value, date):
            return day(value)
        return year_or_month(value) if name == "published" else str(dict(EventKind.choices).get(value, value))


class ArticleFilter(ForgivingFilterSet):
    event = _choice(Event.objects.standing(), "الفعالية", method="reporting")
    actor = _choice(Actor.objects.standing(), "الفاعل", method="naming")
    kind = django_filters.ChoiceFilter(
        choices=EventKind.choices, label="نوع الفعالية", method="of_kind", error_messages={"invalid_choice": _WRONG},
        empty_label="كل الأنواع",
    )  # fmt: skip
    source = _choice(Source.objects.standing(), "المصدر", empty_label="كل المصادر")
    since = _date("من تاريخ", "published_since")
    until = _date("إلى تاريخ", "published_until")

    published = django_filters.CharFilter(label="سنة النشر أو شهره", method="surely_published", validators=[_a_period])

    class Meta:
        model = Article
        fields: list[str] = []

    def reporting(self, articles: QuerySet, name: str, event: Event) -> QuerySet:
        return articles.reporting(event)

    def naming(self, articles: QuerySet, name: str, actor: Actor) -> QuerySet:
        return articles.naming(actor)

    def of_kind(self, articles: QuerySet, name: str, kind: str) -> QuerySet:
        # The events are looked up once. The sum keeps PostgreSQL from looking for each of them in an index: they are many,
        # and an article has few coverages to hold against them. At a million articles that halves the time.
        events = list(Event.objects.filter(kind=kind).values_list("pk", flat=True))
        covered = Coverage.objects.standing().alias(of=F("event_id") + 0).filter(of__in=events)
        return articles.filter(pk__in=covered.values("article"))

    def published_since(self, articles: QuerySet, name: str, day: object) -> QuerySet:
        return articles.reported_between(day, None)

    def published_until(self, articles: QuerySet, name: str, day: object) -> QuerySet:
        return articles.reported_between(None, day)

    def surely_published(self, articles: QuerySet, name: str, value: str) -> QuerySet:
        return articles.surely_between(*interval(value))


class FigureFilter(ForgivingFilterSet):
    measure = _choice(Measure.objects.all(), "المقياس", empty_label="كل المقاييس")
    event = _choice(Event.objects.standing(), "الفعالية")
    source = _choice(Source.objects.standing(), "المصدر", field_name="article__source", empty_label="كل المصادر")
    conflicting = django_filters.BooleanFilter(label="أرقام متعارضة", method="contradicted", widget=CheckboxInput)

    class Meta:
        model = Figure
        fields: list[str] = []

    def contradicted(self, figures: QuerySet, name: str, chosen: bool) -> QuerySet:
        return figures.contradicted() if chosen else figures
