"""The bulk action that merges chosen rows into the oldest of them."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from articles.models.merging import MergeError


def merge_chosen(
    desk: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet, merge: Callable[[Model, Model], None]
) -> None:
    """Merges all rows of `queryset` into the one with the lowest id, all or none; tells the editor what was done."""
    kept, *gone = queryset.order_by("pk")
    if not gone:
        messages.warning(request, "حدد اثنين أو أكثر لدمجها.")
        return
    try:
        with transaction.atomic():
            for row in gone:
                merge(row, kept)
                desk.log_change(request, row, f"دُمج في «{kept}»")
    except MergeError as error:
        messages.error(request, str(error))
        return
    messages.success(request, f"دُمج في «{kept}»: {'، '.join(f'«{row}»' for row in gone)}. عناوينها القديمة تحيل إليه.")
