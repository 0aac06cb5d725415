"""Fields for a list of texts or of numbers. Items of another type or size are left out when a list is read.

Somebody at the database's own prompt can store an array with NULL items, or of other dimensions. Its faulty items are
not read, so that no page fails because of it. `manage.py check_archive` reports it (`is_astray`). In migrations this is
Django's ArrayField.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Combinable

from articles.models import field_types


class ItemsField(field_types.ArrayField[Sequence[Any] | Combinable, list[Any]]):
    """An array of values of its `base_field`. Where these are arrays, each has the `size` of the base field."""

    def __init__(self, base_field: "models.Field[Any, Any]", size: int | None = None, **kwargs: Any) -> None:
        super().__init__(base_field, size, **kwargs)
        # Where the base field has its own `from_db_value`, as an array within an array does, Django sets an attribute
        # of this name on the instance. It would hide the method of this class.
        self.__dict__.pop("from_db_value", None)

    def from_db_value(self, value: object, expression: object, connection: object) -> object:
        """Returns the sound items of the stored array; None for NULL."""
        return None if value is None else self.items_of(value)

    def items_of(self, stored: object) -> list[Any]:
        """Returns the sound items of a stored value; an empty list for a value that is no list."""
        return [item for item in stored if self.is_item(item)] if isinstance(stored, list) else []

    def is_item(self, item: object) -> bool:
        """Returns whether `item` has the type and, for arrays within arrays, the size of this field's items."""
        base = self.base_field
        if isinstance(base, ArrayField):
            return (
                isinstance(item, list) and len(item) == base.size and all(type(value) is _kind(base) for value in item)
            )
        return type(item) is _kind(self)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describes the field as Django's ArrayField, because the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.contrib.postgres.fields.ArrayField", args, kwargs


class AlignedItemsField(ItemsField):
    """An array whose items belong to the items at the same places of another column.

    The field returns the stored array unchanged, and the model reads both columns together (`aligned`).
    """

    def from_db_value(self, value: object, expression: object, connection: object) -> object:
        """Returns the stored array unchanged, so that its items keep their places."""
        return value


def _kind(field: "ArrayField[Any, Any]") -> type:
    return int if isinstance(field.base_field, models.IntegerField) else str


def aligned(
    pairs: Sequence[tuple[ItemsField, object]], is_sound: Callable[..., bool] = lambda *items: True
) -> tuple[list[Any], ...]:
    """Returns the lists of columns whose items belong together by their places.

    `pairs` are the fields with their stored values. A place is left out where one of the columns has no sound item, or
    where `is_sound` is false for the items. All lists are empty where the columns differ in length, since it is then
    unknown which items belong together.
    """
    columns = [value if isinstance(value, list) else [] for _field, value in pairs]
    if len({len(column) for column in columns}) != 1:
        return tuple([] for _ in pairs)
    fields = [field for field, _value in pairs]
    sound = [
        items for items in zip(*columns, strict=True)
        if all(field.is_item(item) for field, item in zip(fields, items, strict=True)) and is_sound(*items)
    ]  # fmt: skip
    return tuple([items[place] for items in sound] for place in range(len(pairs)))


def is_astray(field: "ArrayField[Any, Any]") -> str:
    """Returns an SQL condition that is true for rows whose stored array holds items that are not read."""
    column = f'"{field.column}"'
    inner = field.base_field if isinstance(field.base_field, ArrayField) else None
    conditions: Iterable[str] = [
        f"EXISTS (SELECT FROM unnest({column}) AS item WHERE item IS NULL)",
        f"array_ndims({column}) <> {2 if inner else 1}",
        *([f"array_length({column}, 2) <> {inner.size}"] if inner else []),
    ]
    return " OR ".join(conditions)
