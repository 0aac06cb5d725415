"""Admin of sources."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.admin.merging import merge_chosen
from articles.models import Source
from articles.models.merging import merge_sources


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    actions = ("merge",)
    list_display = ("name", "kind", "country", "domains", "marks")
    list_filter = ("kind",)
    search_fields = ("name", "folded_name")
    ordering = ("folded_name",)
    fields = ("name", "kind", "country", "domains", "marks")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(merged_into__isnull=True)

    @admin.action(description="دمج المحدد في أقدمه", permissions=["change", "delete"])
    def merge(self, request: HttpRequest, queryset: QuerySet) -> None:
        merge_chosen(self, request, queryset, merge_sources)
