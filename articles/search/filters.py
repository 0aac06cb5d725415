"""Filter sets (django-filter) for lists of articles, figures, events and actors; pages and the API share them.

A value that cannot be understood is reported and otherwise ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, Choices, F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.forms import CheckboxInput, DateField, DateInput, Form, Select
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from articles.arabic.dates import typed_day
from articles.models import Actor, ActorKind, Article, Coverage, Event, EventKind, Figure, Measure, Mention, Source
from articles.models.actor import ActorQuerySet
from articles.models.article import ArticleQuerySet
from articles.models.event import EventQuerySet
from articles.models.figure import FigureQuerySet
from articles.models.public import NounQuerySet
from articles.search.facets import interval

# Figures about an actor are taken from this many of the latest articles that name it. A judgement: their figures fill
# many pages; more articles make the page of an actor that half of the archive names slow.
LATEST_NAMING = 500

# Pages show the rows that meet the other conditions, and say so after each fault.
LEFT_OUT = _("أُهمل هذا الشرط.")
_WRONG = format_lazy("{} {}", _("قيمة غير معروفة."), LEFT_OUT)
_WRONG_DATE = format_lazy("{} {}", _("اكتب التاريخ هكذا: 2024-11-06."), LEFT_OUT)
_WRONG_PERIOD = format_lazy("{} {}", _("اكتب السنة أو الشهر هكذا: 2024 أو 2024-11."), LEFT_OUT)


# The columns by which readers know a row that a condition names. Nothing else of such a row is read.
_NAME_COLUMNS = {Actor: ("name", "distinction"), Event: ("title",), Measure: ("label",), Source: ("name",)}
# The most columns of a noun in _NAME_COLUMNS.
_MOST_COLUMNS = 2


class _RowField(django_filters.fields.ModelChoiceField):
    """A field whose value is one row; the filter set looks up the rows of all such fields in one statement.

    row: the row that the address names; None where there is none.
    """

    row: Model | None = None

    def to_python(self, value: object) -> Model | None:
        if value in self.empty_values:
            return None
        if self.row is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})
        return self.row


class _RowFilter(django_filters.ModelChoiceFilter):
    """A condition whose value is one row."""

    field_class = _RowField


def _padded(columns: Sequence[str]) -> list[Cast]:
    """Returns columns as text, filled up with empty ones to _MOST_COLUMNS, so that a UNION can join them."""
    expressions: list[F | Value] = [*map(F, columns), *[Value("")] * (_MOST_COLUMNS - len(columns))]
    return [Cast(expression, TextField()) for expression in expressions]


def _from_columns(model: type[Model], pk: int, *texts: str) -> Model:
    """Returns a row that has only its id and the columns by which readers know it; other columns are deferred."""
    columns = _NAME_COLUMNS[model]
    return model.from_db(DEFAULT_DB_ALIAS, ["id", *columns], [pk, *texts[: len(columns)]])


def _row_filter(queryset: QuerySet[Any], label: str | Promise, **options: Any) -> _RowFilter:
    return _RowFilter(queryset=queryset, label=label, error_messages={"invalid_choice": _WRONG}, **options)


def _kind(kinds: type[Choices], label: str | Promise, **options: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        choices=kinds.choices, label=label, error_messages={"invalid_choice": _WRONG}, empty_label=_("كل الأنواع"), **options
    )  # fmt: skip


class _DayField(DateField):
    """A day as typed in a box or an address; Django's own field may read the month first."""

    def to_python(self, value: object) -> date | None:
        if not isinstance(value, str) or value.strip() in self.empty_values:
            return None
        if day := typed_day(value):
            return day
        raise ValidationError(self.error_messages["invalid"], code="invalid")


class _DayFilter(django_filters.DateFilter):
    field_class = _DayField


def _date(label: str | Promise, method: str) -> django_filters.DateFilter:
    return _DayFilter(
        label=label, method=method, widget=DateInput(attrs={"type": "date"}), error_messages={"invalid": _WRONG_DATE}
    )


def _a_period(value: str) -> None:
    """Validates a year or month; raises ValidationError for anything else."""
    if interval(value) is None:
        raise ValidationError(_WRONG_PERIOD)


def _interval(value: str) -> tuple[date, date]:
    """Returns the first and the last day of a year or month that `_a_period` accepted."""
    period = interval(value)
    if period is None:
        raise ValueError(f"{value} is no year or month")
    return period


@dataclass(frozen=True)
class Condition:
    """A condition that is in force.

    name: its parameter in the address.
    value: its value in the address.
    label: the name that readers see.
    meaning: the value as it was understood: a row, a day, a text or True.
    """

    name: str
    value: str
    label: str
    meaning: object


class ForgivingFilterSet(django_filters.FilterSet):
    """A filter set that applies the conditions it understands and lists complaints about the others."""

    @property
    def form(self) -> Form:
        """Returns the form. Its fields of rows take them from `looked_up`, so that no field reads its row by itself."""
        if not hasattr(self, "_form"):
            fields = super().form.fields
            for name, rows in self.looked_up.items():
                if isinstance(fields[name], _RowField) and rows:
                    fields[name].row = _from_columns(fields[name].queryset.model, *rows[0])
        form: Form = self._form
        return form

    @cached_property
    def looked_up(self) -> dict[str, list[tuple[Any, ...]]]:
        """Returns the rows that the address names, by the condition's name, read in one statement.

        Each is a list of the id and the columns by which readers know the row, filled up with empty texts.
        """
        lookups = self.named()
        columns = [
            rows.order_by().values_list(Value(name), "pk", *_padded(columns_read))
            for name, (rows, columns_read) in lookups.items()
        ]
        rows_by_name: dict[str, list[tuple[Any, ...]]] = {name: [] for name in lookups}
        for name, *row in columns[0].union(*columns[1:], all=True) if columns else ():
            rows_by_name[name].append(row)
        return rows_by_name

    def named(self) -> dict[str, tuple[QuerySet[Any], Sequence[str]]]:
        """Returns what `looked_up` has to read, by the condition's name: rows, and the columns to read of them."""
        choices = {
            name: condition.queryset for name, condition in self.filters.items() if isinstance(condition, _RowFilter)
        }
        values = {name: self.data.get(name, "") for name in choices}
        return {
            name: (rows.filter(pk=int(values[name])), _NAME_COLUMNS[rows.model])
            for name, rows in choices.items()
            if values[name].strip().isdecimal()
        }

    @property
    def complaints(self) -> list[str]:
        """Returns a message for each condition that was ignored, with its label."""
        return [
            f"«{self.form.fields[name].label}»: {errors[0]}"
            for name, errors in self.form.errors.items()
            if name != "__all__"
        ]

    @property
    def chosen(self) -> list[Condition]:
        """Returns the conditions that are in force."""
        self.form.errors  # noqa: B018  Reading it fills cleaned_data.
        return [
            Condition(name, self.data.get(name, ""), str(self.form.fields[name].label), value)
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "", False)
        ]


class ArticleFilter(ForgivingFilterSet):
    """Conditions on articles."""

    event = _row_filter(Event.objects.public(), _("الفعالية"), method="reporting")
    actor = _row_filter(Actor.objects.public(), _("الفاعل"), method="naming")
    kind = _kind(EventKind, _("نوع الفعالية"), method="of_kind")
    source = _row_filter(Source.objects.public(), _("المصدر"), empty_label=_("كل المصادر"))
    since = _date(_("من تاريخ"), "published_since")
    until = _date(_("إلى تاريخ"), "published_until")

    published = django_filters.CharFilter(
        label=_("سنة النشر أو شهره"), method="surely_published", validators=[_a_period]
    )

    class Meta:
        model = Article
        fields: list[str] = []

    def named(self) -> dict[str, tuple[QuerySet[Any], Sequence[str]]]:
        kind = self.data.get("kind")
        of_kind = {"kind": (Event.objects.nameable().filter(kind=kind), ())} if kind in EventKind.values else {}
        return super().named() | of_kind

    def reporting(self, articles: ArticleQuerySet, name: str, event: Event) -> ArticleQuerySet:
        """Returns articles with a standing coverage of `event`."""
        return articles.reporting(event)

    def naming(self, articles: ArticleQuerySet, name: str, actor: Actor) -> ArticleQuerySet:
        """Returns articles with a standing mention of `actor`."""
        return articles.naming(actor)

    def of_kind(self, articles: ArticleQuerySet, name: str, kind: str) -> ArticleQuerySet:
        """Returns articles with a standing coverage of a nameable event of `kind`."""
        # The sum keeps PostgreSQL from an index lookup for each of the many events: an article has few coverages to
        # compare with them. This halves the time at a million articles. Sending hundreds of events as one array takes a
        # tenth of the time that as many separate parameters take.
        events = [pk for pk, *_ in self.looked_up["kind"]]
        among = RawSQL("event_id + 0 = ANY(%s::bigint[])", [events], BooleanField())
        covered = Coverage.objects.standing().filter(among)
        return articles.filter(pk__in=covered.values("article"))

    def published_since(self, articles: ArticleQuerySet, name: str, day: date) -> ArticleQuerySet:
        """Returns articles whose publication can lie on `day` or later."""
        return articles.reported_between(day, None)

    def published_until(self, articles: ArticleQuerySet, name: str, day: date) -> ArticleQuerySet:
        """Returns articles whose publication can lie on `day` or earlier."""
        return articles.reported_between(None, day)

    def surely_published(self, articles: ArticleQuerySet, name: str, value: str) -> ArticleQuerySet:
        """Returns articles whose publication certainly lies in the year or month `value`."""
        return articles.surely_between(*_interval(value))


def _is_any_of(expression: F, rows: QuerySet[Any]) -> Func:
    """Returns the condition that `expression` is one of the few `rows`.

    PostgreSQL looks up the values of an array in an index even beside an OR; with IN it would read the whole table.
    """
    return Func(
        expression, ArraySubquery(rows), template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )


class FigureFilter(ForgivingFilterSet):
    """Conditions on figures."""

    measure = _row_filter(
        Measure.objects.public(),
        _("المقياس"),
        empty_label=_("كل المقاييس"),
        widget=Select(attrs={"lang": "ar", "dir": "auto"}),
    )
    event = _row_filter(Event.objects.public(), _("الفعالية"))
    actor = _row_filter(Actor.objects.public(), _("الفاعل"), method="about")
    source = _row_filter(
        Source.objects.public(), _("المصدر"), field_name="article__source", empty_label=_("كل المصادر")
    )
    conflicting = django_filters.BooleanFilter(label=_("أرقام متعارضة"), method="contradicted", widget=CheckboxInput)

    class Meta:
        model = Figure
        fields: list[str] = []

    def about(self, figures: FigureQuerySet, name: str, actor: Actor) -> FigureQuerySet:
        """Returns figures that editors tied to the actor, and those of the LATEST_NAMING latest articles naming it."""
        latest = Mention.objects.standing().filter(actor=actor).order_by("-article").values("article")[:LATEST_NAMING]
        return figures.filter(Q(actor=actor) | Q(_is_any_of(F("article_id"), latest), actor__isnull=True))

    def contradicted(self, figures: FigureQuerySet, name: str, chosen: bool) -> FigureQuerySet:
        """Returns figures with an open contradiction, if `chosen`; otherwise all."""
        return figures.contradicted() if chosen else figures


Rows = TypeVar("Rows", bound=NounQuerySet[Any])


class NounFilter(ForgivingFilterSet):
    """Conditions on actors or events.

    It keeps only rows that lists show, or all public rows where the address includes unreviewed ones.
    """

    unreviewed = django_filters.BooleanFilter(label=_("مع ما لم يُراجَع"), method="as_given", widget=CheckboxInput)

    def as_given(self, rows: QuerySet[Any], name: str, chosen: bool) -> QuerySet[Any]:
        """Returns `rows` unchanged: `filter_queryset` reads the choice of unreviewed rows after all other
        conditions.
        """
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        shown: QuerySet[Any] = rows.public() if self.form.cleaned_data.get("unreviewed") else rows.listed()
        return shown

    def otherwise_met(self, rows: Rows) -> Rows:
        """Returns those of `rows` that meet the other conditions, public or not; the caller restricts them."""
        self.form.errors  # noqa: B018  Reading it fills cleaned_data.
        met: Rows = super().filter_queryset(rows)
        return met


class EventFilter(NounFilter):
    """Conditions on events."""

    kind = _kind(EventKind, _("النوع"))
    year = django_filters.CharFilter(label=_("سنة البداية"), method="begun_in", validators=[_a_period])

    class Meta:
        model = Event
        fields: list[str] = []

    def begun_in(self, events: EventQuerySet, name: str, value: str) -> EventQuerySet:
        """Returns events that can have begun in the year or month `value`."""
        return events.held_between(*_interval(value))


class ActorFilter(NounFilter):
    """Conditions on actors."""

    kind = _kind(ActorKind, _("النوع"))
    q = django_filters.CharFilter(label=_("اسم الفاعل"), method="named_so")

    class Meta:
        model = Actor
        fields: list[str] = []

    def named_so(self, actors: ActorQuerySet, name: str, text: str) -> ActorQuerySet:
        """Returns actors with a name that contains `text`, in any spelling that folds alike."""
        return actors.with_name_part(text)
