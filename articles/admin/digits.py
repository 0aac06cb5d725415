"""Form fields of dates and numbers that accept any digits: «2023», «٢٠٢٣», «۲۰۲۳».

A date has its day before its month, in digits or in words (`typed_day`). All forms of the desk use these fields: model
forms through `OVERRIDES` (articles/admin/desk.py), other forms by name.
"""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.contrib.admin import widgets
from django.core.exceptions import ValidationError
from django.db import models

from articles.admin.mixed_into import AnyFormField
from articles.arabic.dates import typed_day
from articles.arabic.isolating import isolate_dates

# The Arabic decimal separator becomes a point. Slashes and hyphens of an Arabic keyboard become «/» and «-». The
# separator of thousands is removed, and so are marks of direction, which come with text copied from a page.
_PLAIN_CHARACTERS = str.maketrans(
    "٫⁄؍‐‑−–", ".//----", "٬\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
# The error for text that is not a date.
NO_DAY = isolate_dates(
    "لم يُقرأ هذا يوما. اكتب اليوم ثم الشهر ثم السنة، مثل: 8/11/2024 أو 8 نونبر 2024، أو ابدأ بالسنة، مثل: 2024-11-08."
)


def in_latin_digits(value: object) -> object:
    """Rewrites the digits of a text, and the signs between them, as Python reads them. Other values stay."""
    if not isinstance(value, str):
        return value
    plain = value if value.isascii() else "".join(str(unicodedata.decimal(letter, letter)) for letter in value)
    return plain.translate(_PLAIN_CHARACTERS).strip()


class AnyDigits(AnyFormField):
    """A mixin for form fields, to stand before the field's class. The field accepts digits of any script."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(in_latin_digits(value))


class DateField(AnyDigits, forms.DateField):
    """A date with its day before its month. Django's own field reads «8/11/2024» with the month first."""

    default_error_messages = {"invalid": NO_DAY}

    def to_python(self, value: Any) -> date | None:
        """Reads the typed day. Raises ValidationError for text that is no day; empty input gives None."""
        typed = in_latin_digits(value)
        if not isinstance(typed, str) or typed in self.empty_values:
            day_or_none: date | None = super().to_python(typed)
            return day_or_none
        if day := typed_day(typed):
            return day
        raise ValidationError(self.error_messages["invalid"], code="invalid")


class TimeField(AnyDigits, forms.TimeField):
    """A time in any digits."""


class IntegerField(AnyDigits, forms.IntegerField):
    """A whole number in any digits."""

    # Browsers' own number fields accept Latin digits only.
    widget = forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr", "class": "vIntegerField"})


class DecimalField(AnyDigits, forms.DecimalField):
    """A decimal number in any digits."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "class": "vIntegerField"})


class FloatField(AnyDigits, forms.FloatField):
    """A floating-point number in any digits."""

    widget = DecimalField.widget


class SplitDateTimeField(forms.SplitDateTimeField):
    """A moment as the admin asks for it: a date and a time, in any digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = (DateField(**_options_of(self.fields[0])), TimeField(**_options_of(self.fields[1])))


def _options_of(field: Any) -> dict[str, Any]:
    """Returns the arguments with which a field of a moment was made."""
    return {"input_formats": field.input_formats, "localize": field.localize, "required": field.required}


_INTEGER_FIELD: dict[str, Any] = {"form_class": IntegerField, "widget": IntegerField.widget}
_DECIMAL: dict[str, Any] = {"form_class": DecimalField, "widget": DecimalField.widget}
# Model field → its form field, for ModelAdmin.formfield_overrides.
OVERRIDES: dict[type[models.Field], dict[str, Any]] = {
    models.DateField: {"form_class": DateField},
    models.DateTimeField: {"form_class": SplitDateTimeField, "widget": widgets.AdminSplitDateTime},
    models.TimeField: {"form_class": TimeField},
    models.IntegerField: _INTEGER_FIELD,
    models.BigIntegerField: _INTEGER_FIELD,
    models.DecimalField: _DECIMAL,
    models.FloatField: {"form_class": FloatField, "widget": DecimalField.widget},
}
