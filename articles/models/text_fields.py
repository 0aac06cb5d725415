"""Model fields for text from people and files. Each sends its text through the gate of articles/arabic/text_gate.py.

A field cleans its value wherever Django hands a value to the database: `save`, `bulk_create`, `update`, a lookup. Forms
clean a posted value before they compare it with the stored one. `articles.models.inserting` calls `cleaned` for rows
that are stored with COPY. In migrations these fields appear as Django's own, because the columns are the same.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTransform

from articles.arabic.text_gate import as_given, clean_body, clean_line, clean_text, file_name_as_given
from articles.models import field_types

Gate = Callable[[str], str]


class GatedFormField(forms.CharField):
    """A form field for text, cleaned by `gate`. The CRLF that a textarea posts is not a change by itself.

    gate: the function that cleans a text.
    """

    def __init__(self, *args: Any, gate: Gate = clean_line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gate = gate

    def to_python(self, value: Any) -> str | None:
        # The gate comes before Django strips the ends: a space there may stand behind a character that the gate
        # removes.
        return super().to_python(self.gate(value) if isinstance(value, str) else value)

    def has_changed(self, initial: object, data: object) -> bool:
        """Returns whether the posted value differs from the stored one, after both are cleaned."""
        return super().has_changed(self.to_python(initial) if isinstance(initial, str) else initial, data)


class GatedAddressField(GatedFormField, forms.URLField):
    """A form field for an address, cleaned by `gate`."""


# What a column of text accepts.
Written = str | Combinable
# The types that a field is written with and read as.
_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)


class Gated(field_types.Mixin[_Set, _Get]):
    """Mixin for a model field: every text passes `gate` before it reaches the database.

    gate: the function that cleans a text.
    column_of: Django's class of the field, which migrations name.
    form_field: the class of the field in forms.
    """

    gate: Gate
    column_of: type["models.Field[Any, Any]"]
    form_field: type[forms.Field] = GatedFormField

    def cleaned(self, value: Any) -> Any:
        """Returns `value` as it may be stored. A value that is no text is returned unchanged."""
        return type(self).gate(value) if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        return self.cleaned(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return self.cleaned(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Returns the value to store, and sets it on the instance as well."""
        value = self.cleaned(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.column_of.__name__}", args, kwargs

    def formfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        return super().formfield(*args, **{"form_class": self.form_field, "gate": type(self).gate, **kwargs})


class LineField(Gated[Written, str], field_types.CharField[Written, str]):
    """Text of one line: a title, a name, an author."""

    gate = staticmethod(clean_line)
    column_of = models.CharField


class FileNameField(LineField):
    """The name of a file, as it was when the file was received."""

    gate = staticmethod(file_name_as_given)


class ProseField(Gated[Written, str], field_types.TextField[Written, str]):
    """Text of several lines: a description, a quote."""

    gate = staticmethod(clean_text)
    column_of = models.TextField


class BodyField(ProseField):
    """An article's body: paragraphs separated by one blank line."""

    gate = staticmethod(clean_body)


class AddressField(Gated[Written, str], field_types.URLField[Written, str]):
    """The address of a page."""

    gate = staticmethod(clean_line)
    column_of = models.URLField
    form_field = GatedAddressField

    def formfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        return super().formfield(*args, **{"assume_scheme": "https", **kwargs})


class GatedJSONField(Gated[Any, Any], field_types.JSONField[Any, Any]):
    """A JSON value. All texts in it are cleaned at any depth, keys included."""

    gate = staticmethod(clean_text)
    column_of = models.JSONField

    def cleaned(self, value: Any) -> Any:
        """Returns `value` with all its texts cleaned. A tuple becomes a list."""
        if isinstance(value, dict):
            return {self.cleaned(key): self.cleaned(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.cleaned(item) for item in value]
        return super().cleaned(value)

    def formfield(self, *args: Any, **kwargs: Any) -> forms.Field | None:
        return models.JSONField.formfield(self, *args, **kwargs)


class AsGivenJSONField(GatedJSONField):
    """A JSON value whose texts are shown as they were received: names of files, values that were not accepted."""

    gate = staticmethod(as_given)


class RowsField(GatedJSONField):
    """A list of rows.

    Each row is a mapping that has the keys of `shape` with values of its types, and perhaps more keys.

    Somebody at the database's own prompt can store any other value. Only the rows of the right shape are read of it, so
    that no page fails because of it. `manage.py check_archive` reports it.

    shape: maps each required key to the type of its value.
    """

    def __init__(self, *args: Any, shape: Mapping[str, type] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape = dict(shape or {})

    def has_shape(self, row: object) -> bool:
        """Returns whether `row` is a mapping that has the keys and types of `shape`."""
        return isinstance(row, dict) and all(isinstance(row.get(key), kind) for key, kind in self.shape.items())

    def rows_of(self, stored: object) -> list[dict[str, Any]]:
        """Returns the rows of a stored value that have the shape; an empty list for a value that is no list."""
        return [row for row in stored if self.has_shape(row)] if isinstance(stored, list) else []

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        stored = super().from_db_value(value, expression, connection)
        return stored if isinstance(expression, KeyTransform) else self.rows_of(stored)


class AsGivenRowsField(RowsField, AsGivenJSONField):
    """Rows whose texts are shown as they were received."""


def cleaned_by(field: "models.Field[Any, Any]", value: Any) -> Any:
    """Returns `value` as `field` would store it. The texts of an array are cleaned by the field of its items."""
    if isinstance(field, Gated):
        return field.cleaned(value)
    if isinstance(field, ArrayField) and isinstance(value, list | tuple):
        return [cleaned_by(field.base_field, item) for item in value]
    return value


def length_of(model: type[models.Model], name: str) -> int:
    """Returns the most code points of a text column. Raises ValueError for a column without a limit."""
    most = getattr(model._meta.get_field(name), "max_length", None)
    if not isinstance(most, int):
        raise ValueError(f"{model.__name__}.{name} has no greatest length")
    return most


def gated_fields(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """Returns the fields of a model whose texts pass the gate, including arrays of texts."""

    def is_gated(field: "models.Field[Any, Any]") -> bool:
        return isinstance(field, Gated) or (isinstance(field, ArrayField) and is_gated(field.base_field))

    return [field for field in model._meta.local_concrete_fields if is_gated(field)]
