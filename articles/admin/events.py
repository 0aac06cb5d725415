"""The desk's lists and forms of events, with their participations and coverage, and of series."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.dates import UncertainDateForm
from articles.admin.desk import DeskAdmin, OwnSearch, TabularInline
from articles.admin.fact_admin import CONFIRM_SELECTED, REJECT_SELECTED, ReviewAdmin, WithRule
from articles.admin.merging import MergeDesk
from articles.models import Coverage, Event, EventSeries, Participation
from articles.site.words_for import archive_date


class EventForm(UncertainDateForm):
    """The form of an event. The rest of its dates is derived from day and precision."""

    uncertain_dates = ("start", "end")


class ActorsOfEventInline(TabularInline):
    """The actors that take part in an event."""

    model = Participation
    extra = 1
    autocomplete_fields = ("actor",)
    fields = ("actor", "role", "state")


class ArticlesOfEventInline(WithRule, TabularInline):
    """The articles that report an event, with the rule that suggested each."""

    model = Coverage
    extra = 0
    autocomplete_fields = ("article",)
    fields = ("article", "state", "rule_words")
    readonly_fields: ClassVar[tuple[str, ...]] = ("rule_words",)


@admin.register(Event)
class EventAdmin(MergeDesk, OwnSearch, ReviewAdmin):
    """The list and the form of events. Merged events are left out."""

    form = EventForm
    actions = (CONFIRM_SELECTED.name, REJECT_SELECTED.name, "merge")
    list_display = ("title", "kind", "start_words", "place", "country", "state", "score")
    list_filter = ("state", "withheld", "kind", "start_precision")
    search_fields = ("title", "folded_title")
    ordering = ("-start_order", "-id")
    sortable_by: ClassVar[tuple[str, ...]] = ("start_words", "score")
    autocomplete_fields = ("series",)
    inlines = (ActorsOfEventInline, ArticlesOfEventInline)
    fieldsets = (
        (None, {"fields": ("title", "kind", ("series", "session"), "description", "state", "withheld")}),
        (
            "متى وأين",
            {
                "fields": (
                    ("start_date", "start_precision", "start_basis"),
                    ("start_earliest", "start_latest"),
                    ("end_date", "end_precision", "end_basis"),
                    ("end_earliest", "end_latest"),
                    ("place", "country"),
                ),
                "description": "يكفي اليوم ودقته؛ يُحسب المدى وحده. للتاريخ غير المعروف يُكتب المدى إن عُرف.",
            },
        ),
        ("المراجعة", {"fields": ReviewAdmin.readonly_fields}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(merged_into__isnull=True)

    def find(self, queryset: Any, typed: str) -> QuerySet:
        return queryset.with_title_words(typed)

    @admin.display(description="البداية", ordering="start_order")
    def start_words(self, event: Event) -> str:
        """Returns the start in words, as precisely as it is known."""
        return archive_date(event.start)


@admin.register(EventSeries)
class EventSeriesAdmin(DeskAdmin):
    """The list and the form of series, with a link to the order of each."""

    list_display = ("name", "order_link")
    search_fields = ("name",)

    @admin.display(description="الترتيب")
    def order_link(self, series: EventSeries) -> str:
        """Returns a link to the page that orders the sessions of the series."""
        return format_html('<a href="{}">رتب دوراتها</a>', reverse("admin:series_order", args=[series.pk]))
