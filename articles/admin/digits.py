"""Form fields of dates and numbers that are read whatever digits they are written in: «2023», «٢٠٢٣», «۲۰۲۳».

A date is read as people here write it: the day before the month, in digits or in words (`typed_day`).

All forms of the desk have these fields: those of nouns by `OVERRIDES` (articles/admin/desk.py), others by name.
"""

import unicodedata
from datetime import date

from django import forms
from django.contrib.admin import widgets
from django.core.exceptions import ValidationError
from django.db import models

from articles.arabic.dates import typed_day
from articles.arabic.isolating import isolated_dates

# The Arabic signs between digits, of which the first stands for a point and those of thousands are left out, and the slashes and
# hyphens that an Arabic keyboard gives. Marks of direction come with what is copied from a page.
_WRITTEN = str.maketrans(
    "٫⁄؍‐‑−–", ".//----", "٬\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
NO_DAY = isolated_dates(
    "لم يُقرأ هذا يوما. اكتب اليوم ثم الشهر ثم السنة، مثل: 8/11/2024 أو 8 نونبر 2024، أو ابدأ بالسنة، مثل: 2024-11-08."
)


def in_latin_digits(value: object) -> object:
    """A text with its digits, of any script, and the signs between them as Python reads them; other values as they are."""
    if not isinstance(value, str):
        return value
    plain = value if value.isascii() else "".join(str(unicodedata.decimal(letter, letter)) for letter in value)
    return plain.translate(_WRITTEN).strip()


class AnyDigits:
    """Mixed into a form field before its class."""

    def to_python(self, value: object) -> object:
        return super().to_python(in_latin_digits(value))


class DateField(AnyDigits, forms.DateField):
    """A day: Django's own field reads «8/11/2024» with its month first."""

    default_error_messages = {"invalid": NO_DAY}

    def to_python(self, value: object) -> date | None:
        typed = in_latin_digits(value)
        if not isinstance(typed, str) or typed in self.empty_values:
            return super().to_python(typed)
        if day := typed_day(typed):
            return day
        raise ValidationError(self.error_messages["invalid"], code="invalid")


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
    return {"input_formats": field.input_formats, "localize": field.localize, "required": field.required}


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
