"""The desk's list and form of sources."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.admin.desk import DeskAdmin
from articles.admin.merging import MergeDesk
from articles.models import Source


@admin.register(Source)
class SourceAdmin(MergeDesk, DeskAdmin):
    """The list and the form of sources. Merged sources are left out."""

    actions = ("merge",)
    list_display = ("name", "kind", "country", "domains", "marks")
    list_filter = ("kind",)
    search_fields = ("name", "folded_name")
    ordering = ("folded_name",)
    fields = ("name", "kind", "country", "domains", "marks")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(merged_into__isnull=True)
