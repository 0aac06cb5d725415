"""Fields for everything that a person or a file can write: each sends its text through the gate of articles/arabic/text_gate.py.

A field cleans what it is given wherever Django hands a value to the database: `save`, `bulk_create`, `update`, a lookup; forms clean
what was posted before they compare it with what is stored; `articles.models.inserting` calls `cleaned` for rows that go by COPY.
For the migrations these are Django's own fields: the columns are the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import KeyTransform

from articles.arabic.text_gate import as_given, clean_body, clean_line, clean_text, file_name_as_given

Gate = Callable[[str], str]


class GatedFormField(forms.CharField):
    """A text as a browser posts it, cleaned by `gate`: a textarea's CRLF alone is no change."""

    def __init__(self, *args: Any, gate: Gate = clean_line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gate = gate

    def to_python(self, value: object) -> object:
        # Cleaned before Django strips the ends, where a space may stand behind what the gate removes.
        return super().to_python(self.gate(value) if isinstance(value, str) else value)

    def has_changed(self, initial: object, data: object) -> bool:
        """Whether what was posted differs from what is stored, both as this field would have them stored."""
        return super().has_changed(self.to_python(initial) if isinstance(initial, str) else initial, data)


class GatedAddressField(GatedFormField, forms.URLField):
    """A form's field for an address, cleaned as every text is."""


class Gated:
    """Mixed into a field of the class `column_of`: no value reaches the database but by `gate`."""

    gate: Gate
    column_of: type[models.Field]
    form_field: type[forms.Field] = GatedFormField

    def cleaned(self, value: object) -> object:
        """`value` as it may be stored; what is no text is left as it is."""
        return type(self).gate(value) if isinstance(value, str) else value

    def to_python(self, value: object) -> object:
        return self.cleaned(super().to_python(value))

    def get_prep_value(self, value: object) -> object:
        return self.cleaned(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> object:
        """The value to be stored, which the instance has from then on, too."""
        value = self.cleaned(super().pre_save(model_instance, add))
        if isinstance(value, str):
            setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.column_of.__name__}", args, kwargs

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": self.form_field, "gate": type(self).gate, **kwargs})


class LineField(Gated, models.CharField):
    """Text of one line: a title, a name, an author."""

    gate = staticmethod(clean_line)
    column_of = models.CharField


class FileNameField(LineField):
    """The name of a file, as whoever brought the file calls it."""

    gate = staticmethod(file_name_as_given)


class ProseField(Gated, models.TextField):
    """Text of several lines: a description, a quote."""

    gate = staticmethod(clean_text)
    column_of = models.TextField


class BodyField(ProseField):
    """An article's text: paragraphs that one blank line parts."""

    gate = staticmethod(clean_body)


class AddressField(Gated, models.URLField):
    """The address of a page."""

    gate = staticmethod(clean_line)
    column_of = models.URLField
    form_field = GatedAddressField

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class GatedJSONField(Gated, models.JSONField):
    """A value of JSON whose texts, keys included, are cleaned however deep they stand."""

    gate = staticmethod(clean_text)
    column_of = models.JSONField

    def cleaned(self, value: object) -> object:
        if isinstance(value, dict):
            return {self.cleaned(key): self.cleaned(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.cleaned(item) for item in value]
        return super().cleaned(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return models.JSONField.formfield(self, **kwargs)


class AsGivenJSONField(GatedJSONField):
    """A value of JSON whose texts are shown as they were given: names of files, values that were not taken."""

    gate = staticmethod(as_given)


class RowsField(GatedJSONField):
    """A list of rows, each a mapping that has the keys of `shape` with values of its types; it may have more.

    A hand at the database's own prompt can store anything else. It is read as the rows of it that have the shape, so that no page
    ends because of it; `manage.py check_archive` names it.
    """

    def __init__(self, *args: Any, shape: Mapping[str, type] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape = dict(shape or {})

    def has_shape(self, row: object) -> bool:
        return isinstance(row, dict) and all(isinstance(row.get(key), kind) for key, kind in self.shape.items())

    def rows_of(self, stored: object) -> list[dict[str, Any]]:
        """What is read of a stored value."""
        return [row for row in stored if self.has_shape(row)] if isinstance(stored, list) else []

    def from_db_value(self, value: object, expression: object, connection: object) -> object:
        stored = super().from_db_value(value, expression, connection)
        return stored if isinstance(expression, KeyTransform) else self.rows_of(stored)


class AsGivenRowsField(RowsField, AsGivenJSONField):
    """Rows whose texts are shown as they were given."""


def cleaned_by(field: models.Field, value: object) -> object:
    """`value` as `field` would store it: the texts of an array each by the field of its items."""
    if isinstance(field, Gated):
        return field.cleaned(value)
    if isinstance(field, ArrayField) and isinstance(value, list | tuple):
        return [cleaned_by(field.base_field, item) for item in value]
    return value


def gated_fields(model: type[models.Model]) -> list[models.Field]:
    """The fields of a model whose texts pass the gate, arrays of texts included."""

    def is_gated(field: models.Field) -> bool:
        return isinstance(field, Gated) or (isinstance(field, ArrayField) and is_gated(field.base_field))

    return [field for field in model._meta.local_concrete_fields if is_gated(field)]
