"""Fields that hold a list of texts or of numbers, read as the items of it that have their shape.

A hand at the database's own prompt can store an array with an empty place, or of other dimensions. It is read without what is no item,
so that no page ends because of it; `manage.py check_archive` names it (`is_astray`). For the migrations this is Django's ArrayField.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ItemsField(ArrayField):
    """An array that holds only values of its `base_field`; of arrays, only those of `size` values."""

    def __init__(self, base_field: models.Field, size: int | None = None, **kwargs: Any) -> None:
        super().__init__(base_field, size, **kwargs)
        # Django puts a method of its own here where the base field reads values in its own way, as an array in an array does.
        self.__dict__.pop("from_db_value", None)

    def from_db_value(self, value: object, expression: object, connection: object) -> object:
        return None if value is None else self.items_of(value)

    def items_of(self, stored: object) -> list[Any]:
        """What is read of a stored value."""
        return [item for item in stored if self.is_item(item)] if isinstance(stored, list) else []

    def is_item(self, item: object) -> bool:
        base = self.base_field
        if isinstance(base, ArrayField):
            return isinstance(item, list) and len(item) == base.size and all(type(one) is _kind(base) for one in item)
        return type(item) is _kind(self)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        """As Django's own field: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.contrib.postgres.fields.ArrayField", args, kwargs


class AlignedItemsField(ItemsField):
    """An array whose items belong to those of another column by their places: the model reads both together (`aligned`)."""

    def from_db_value(self, value: object, expression: object, connection: object) -> object:
        return value


def _kind(field: ArrayField) -> type:
    return int if isinstance(field.base_field, models.IntegerField) else str


def aligned(
    pairs: Sequence[tuple[ItemsField, object]], is_sound: Callable[..., bool] = lambda *items: True
) -> tuple[list[Any], ...]:
    """The values of columns whose items belong together, read as the places at which each column has an item and `is_sound` is true
    of them; nothing at all where one column has more places than another, since nobody can say which belong together."""
    columns = [value if isinstance(value, list) else [] for _field, value in pairs]
    if len({len(column) for column in columns}) != 1:
        return tuple([] for _ in pairs)
    fields = [field for field, _value in pairs]
    kept = [
        items for items in zip(*columns, strict=True)
        if all(field.is_item(item) for field, item in zip(fields, items, strict=True)) and is_sound(*items)
    ]  # fmt: skip
    return tuple([items[place] for items in kept] for place in range(len(pairs)))


def is_astray(field: ArrayField) -> str:
    """SQL of a condition that is true of rows whose array is read otherwise than it is stored."""
    column = f'"{field.column}"'
    inner = field.base_field if isinstance(field.base_field, ArrayField) else None
    conditions: Iterable[str] = [
        f"EXISTS (SELECT FROM unnest({column}) AS item WHERE item IS NULL)",
        f"array_ndims({column}) <> {2 if inner else 1}",
        *([f"array_length({column}, 2) <> {inner.size}"] if inner else []),
    ]
    return " OR ".join(conditions)
