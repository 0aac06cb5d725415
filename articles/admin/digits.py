"""Form fields of dates and numbers that are read whatever digits they are written in: «2023», «٢٠٢٣», «۲۰۲۳».

All forms of the desk have these fields: those of nouns by `OVERRIDES` (articles/admin/desk.py), others by name.
"""

from django import forms
from django.contrib.admin import widgets
from django.db import models

_ARABIC_INDIC, _PERSIAN, _LATIN = "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "0123456789"
# With the Arabic signs between digits, of which the first stands for a point and the second for thousands, and the slash and
# hyphens that an Arabic keyboard gives. Marks of direction come with what is copied from a page.
_WRITTEN = str.maketrans(
    f"{_ARABIC_INDIC}{_PERSIAN}٫⁄‐‑−", f"{_LATIN}{_LATIN}./---", "٬\u200e\u200f\u061c\u2066\u2067\u2068\u2069"
)


def in_latin_digits(value: object) -> object:
    """A text with its digits and the signs between them as Python reads them; other values as they are."""
    return value.translate(_WRITTEN).strip() if isinstance(value, str) else value


class AnyDigits:
    """Mixed into a form field before its class."""

    def to_python(self, value: object) -> object:
        return super().to_python(in_latin_digits(value))


class DateField(AnyDigits, forms.DateField):
    pass


class TimeField(AnyDigits, forms.TimeField):
    pass


class IntegerField(AnyDigits, forms.IntegerField):
    # A browser's own number box takes Latin digits alone.
    widget = forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr", "class": "vIntegerField"})


class DecimalField(AnyDigits, forms.DecimalField):
    widget = forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "class": "vIntegerField"})


class FloatField(AnyDigits, forms.FloatField):
    widget = DecimalField.widget


class SplitDateTimeField(forms.SplitDateTimeField):
    """The admin's two boxes of a moment."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fields = (DateField(**_within(self.fields[0])), TimeField(**_within(self.fields[1])))


def _within(field: forms.Field) -> dict[str, object]:
    return {"input_formats": field.input_formats, "localize": field.localize, "error_messages": field.error_messages,
            "required": field.required}  # fmt: skip


_NUMBER = {"form_class": IntegerField, "widget": IntegerField.widget}
_DECIMAL = {"form_class": DecimalField, "widget": DecimalField.widget}
# For ModelAdmin.formfield_overrides.
OVERRIDES = {
    models.DateField: {"form_class": DateField},
    models.DateTimeField: {"form_class": SplitDateTimeField, "widget": widgets.AdminSplitDateTime},
    models.TimeField: {"form_class": TimeField},
    models.IntegerField: _NUMBER,
    models.BigIntegerField: _NUMBER,
    models.DecimalField: _DECIMAL,
    models.FloatField: {"form_class": FloatField, "widget": DecimalField.widget},
}
