"""The desk's lists and forms of figures, measures and contradictions."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin.desk import DeskAdmin, OwnSearch, first_keys, holding_words
from articles.admin.fact_admin import ReviewAdmin
from articles.admin.facts import OfArticle
from articles.arabic.numbers import find_numbers
from articles.arabic.quoting import in_guillemets
from articles.arabic.words import words
from articles.models import Contradiction, Event, Figure, Measure
from articles.site.words_for import brief_date, figure_value


class MeasureFilter(admin.SimpleListFilter):
    """Filters a list by measure. It offers the first 60 measures, so that the filter stays short."""

    title = "المقياس"
    parameter_name = "measure"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, str]]:
        return list(Measure.objects.values_list("pk", "label")[:60])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(measure=self.value()) if (self.value() or "").isdecimal() else queryset


@admin.register(Figure)
class FigureAdmin(OwnSearch, OfArticle, ReviewAdmin):
    """The list and the form of figures. A change refreshes the contradictions of the figure's event."""

    list_display = ("quote", "value_words", "unit", "measure", "article_link", "state", "rule_words", "score")
    list_filter = ("state", "qualifier", MeasureFilter)
    list_select_related = ("article", "measure")
    search_fields = ("quote",)
    search_help_text = "رقم، مثل: 210، أو كلمات من المقال"
    ordering = ("-id",)
    autocomplete_fields = ("article", "measure", "event", "actor")
    fields = (
        "article", "quote", ("value", "value_high", "qualifier", "unit"), "measure", ("about", "scope"), ("period_start", "period_end"),
        ("event", "actor"), "state", ("start", "end"), *ReviewAdmin.readonly_fields,
    )  # fmt: skip
    readonly_fields: ClassVar[tuple[str, ...]] = (*ReviewAdmin.readonly_fields, "start", "end")

    def find(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Finds figures by their value if a number was typed, otherwise by their articles (`holding_words`)."""
        numbers = find_numbers(typed, words(typed))
        if len(numbers) == 1 and (numbers[0].start, numbers[0].end) == (0, len(typed)):
            return queryset.filter(value=numbers[0].value)
        return queryset.filter(article__in=holding_words(typed))

    def after_change(self, rows: list[Any]) -> None:
        Contradiction.objects.refresh(figure.event_id for figure in rows)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            Contradiction.objects.refresh([obj.event_id, form.initial.get("event")])

    @admin.display(description="القيمة", ordering="value")
    def value_words(self, figure: Figure) -> str:
        """Returns the value with its qualifier or range, in words."""
        return figure_value(figure)


@admin.register(Measure)
class MeasureAdmin(DeskAdmin):
    """The list and the form of measures."""

    list_display = ("label", "units")
    search_fields = ("label",)


@admin.register(Contradiction)
class ContradictionAdmin(OwnSearch, ReviewAdmin):
    """The list of contradictions: the quotes of each side by side, in the order of publication."""

    list_display = ("measure", "event_link", "sides", "state", "is_open")
    list_filter = ("is_open", "state", MeasureFilter)
    list_select_related = ("event", "measure")
    search_fields = ("event__title",)
    ordering = ("-is_open", "-id")
    fields = ("measure", "event", "scope", "sides", "is_open", "found_at", "state", *ReviewAdmin.readonly_fields)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "measure",
        "event",
        "scope",
        "sides",
        "is_open",
        "found_at",
        *ReviewAdmin.readonly_fields,
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(event__merged_into=None)

    def find(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Finds contradictions by words of the event's title."""
        return queryset.filter(event__in=first_keys(Event.objects.with_title_words(typed)))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Fetches the figures of all contradictions of the page in one query."""
        changelist = super().get_changelist_instance(request)
        keys = [row.pk for row in changelist.result_list]
        by_key = {row.pk: row for row in Contradiction.objects.filter(pk__in=keys).with_sides()}
        changelist.result_list = [by_key[pk] for pk in keys]
        return changelist

    @admin.display(description="الفعالية")
    def event_link(self, contradiction: Contradiction) -> str:
        """Returns a link to the event's public page."""
        return format_html('<a href="{}">{}</a>', contradiction.event.get_absolute_url(), contradiction.event)

    @admin.display(description="القيم بترتيب نشرها")
    def sides(self, contradiction: Contradiction) -> SafeString:
        """Returns the figures that `with_sides` reads, in order of publication, each with its quote,
        source and date.
        """
        rows = (
            (
                figure.get_absolute_url(), figure_value(figure), figure.unit, in_guillemets(figure.quote),
                figure.article.source or "مصدر غير معروف", brief_date(figure.article.published),
            )
            for figure in _sides(contradiction)
        )  # fmt: skip
        return format_html_join("", '<div><a href="{}"><b>{} {}</b></a> {} ({}، {})</div>', rows)


def _sides(contradiction: Contradiction) -> Iterable[Figure]:
    """Returns the figures that the list has fetched for the contradiction; without a list, fetches them."""
    return vars(contradiction).get("sides", contradiction.figures())
