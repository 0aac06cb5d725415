"""The filters that readers stack on lists of articles and figures (django-filter); a wrong value is told, never fatal."""

import django_filters
from django.db.models import QuerySet
from django.forms import DateInput

from articles.models import Actor, Article, Coverage, Event, EventKind, Figure, Measure, Source

_WRONG = "قيمة غير معروفة؛ أُهمل هذا الشرط."
_WRONG_DATE = "اكتب التاريخ هكذا: 2024-11-06. أُهمل هذا الشرط."


def _choice(queryset: QuerySet, label: str, **options: object) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        queryset=queryset, label=label, error_messages={"invalid_choice": _WRONG}, **options
    )


def _date(label: str, method: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label, method=method, widget=DateInput(attrs={"type": "date"}), error_messages={"invalid": _WRONG_DATE}
    )


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
    def chosen(self) -> list[tuple[str, str, object]]:
        """(parameter, label, value) of every condition that holds, for the page's chips."""
        self.form.errors  # noqa: B018 (runs the validation that fills cleaned_data)
        return [
            (name, str(self.form.fields[name].label), value)
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "")
        ]


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

    class Meta:
        model = Article
        fields: list[str] = []

    def reporting(self, articles: QuerySet, name: str, event: Event) -> QuerySet:
        return articles.reporting(event)

    def naming(self, articles: QuerySet, name: str, actor: Actor) -> QuerySet:
        return articles.naming(actor)

    def of_kind(self, articles: QuerySet, name: str, kind: str) -> QuerySet:
        return articles.filter(pk__in=Coverage.objects.standing().filter(event__kind=kind).values("article"))

    def published_since(self, articles: QuerySet, name: str, day: object) -> QuerySet:
        return articles.reported_between(day, None)

    def published_until(self, articles: QuerySet, name: str, day: object) -> QuerySet:
        return articles.reported_between(None, day)


class FigureFilter(ForgivingFilterSet):
    measure = _choice(Measure.objects.all(), "المقياس", empty_label="كل المقاييس")
    event = _choice(Event.objects.standing(), "الفعالية")
    source = _choice(Source.objects.standing(), "المصدر", field_name="article__source", empty_label="كل المصادر")

    class Meta:
        model = Figure
        fields: list[str] = []
