"""Limits what an address of a desk's list can ask of the database: the filters and orders that the list offers, and no
others.

Django lets an address filter a list by any column with any comparison (`?body__regex=…`, `?key__startswith=…`). A
pattern may run for hours, and a column that no page shows can be guessed letter by letter. So
`articles.admin.site.DeskSite.register` mixes this into every admin class, those of libraries included.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import FieldListFilter, ListFilter, SimpleListFilter
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Field, ForeignKey, QuerySet
from django.http import HttpRequest

from articles.admin.mixed_into import AnyAdmin, AnyChangeList


class OnlyOffered(AnyAdmin):
    """A mixin for admin classes: the list has only the filters and orders that it offers. Others get status 400."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Returns whether an address may filter the list by `lookup`. Django answers others with status 400."""
        return request is not None and lookup in self._offered_lookups(request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Returns the class of the list, with OfferedOrders mixed in."""
        return type("OfferedList", (OfferedOrders, super().get_changelist(request, **kwargs)), {})

    def _offered_lookups(self, request: HttpRequest) -> Iterator[str | None]:
        for item in self.get_list_filter(request):
            yield from self._lookups_of(item, request)
        if self.date_hierarchy:
            yield from (f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day"))
        yield from (led_to_by(field) for field in self.opts.fields if self._is_led_to(field))

    def _lookups_of(self, item: Any, request: HttpRequest) -> list[str | None]:
        """Returns the parameters of an entry of `list_filter`: a column, a column with its filter, or a filter."""
        if isinstance(item, type) and issubclass(item, SimpleListFilter):
            return [item.parameter_name]
        if isinstance(item, type) and issubclass(item, ListFilter):
            return item(request, {}, self.model, self).expected_parameters()
        path, make_filter = item if isinstance(item, (tuple, list)) else (item, FieldListFilter.create)
        column = get_fields_from_path(self.model, path)[-1]
        return make_filter(column, request, {}, self.model, self, field_path=path).expected_parameters()

    def _is_led_to(self, field: Field) -> bool:
        """Returns whether a form links to this list by the field, because it has too many of its rows for an inline."""
        target: Any = field.related_model
        owner = self.admin_site._registry.get(target) if isinstance(field, ForeignKey) else None
        return owner is not None and any(inline.model is self.model for inline in owner.inlines)


class OfferedOrders(AnyChangeList):
    """A mixin for a ChangeList: it can be sorted only by the columns in `sortable_by`."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list:
        """Returns the orders of the list. Raises DisallowedModelAdminLookup for a column that is not in
        `sortable_by`.
        """
        for column in self.params.get(ORDER_VAR, "").split("."):
            column_number = column.removeprefix("-")
            if not (column_number.isdecimal() and int(column_number) < len(self.list_display)):
                continue
            if self.list_display[int(column_number)] not in (self.sortable_by or ()):
                raise DisallowedModelAdminLookup(f"Ordering by column {int(column_number)} not allowed")
        return super().get_ordering(request, queryset)


def led_to_by(field: Field) -> str:
    """Returns the parameter that filters a list by the row to which `field` refers."""
    return f"{field.name}__id__exact"
