"""Formats values of rows for editors outside of templates: moments, and places in a text.

The history of changes and the refusals of decisions (row_marks.py) use it.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.arabic.characters import ARABIC_INDIC_DIGITS
from articles.arabic.months import MAGHREB
from articles.platform.calendar_bounds import is_unheld

# Editors see this label instead of the offsets below, which mean nothing to them.
PLACE = "الموضع في النص"
# Model name → the fields that hold the fact's offsets in the article's body.
_OFFSET_FIELDS = {"figure": {"start", "end"}, "mention": {"spans"}}


def moment_in_words(value: datetime) -> str:
    """Formats a moment in Arabic, in the archive's time zone: «6 نونبر 2024، 10:30».

    Returns a dash for a moment that Python cannot hold.
    """
    if is_unheld(value):
        return "–"
    local = timezone.localtime(value)
    words = f"{local.day} {MAGHREB[local.month - 1]} {local.year}، {local:%H:%M}"
    return words.translate(ARABIC_INDIC_DIGITS) if settings.ARCHIVE_DIGITS == "arabic" else words


def is_place(field: models.Field) -> bool:
    """Returns whether a field of a fact holds offsets in its article's body."""
    return field.name in _OFFSET_FIELDS.get(field.model._meta.model_name or "", ())


def has_place(row: models.Model) -> bool:
    """Returns whether a fact, or an event of its history, has a span in its article's body."""
    return bool(getattr(row, "spans", None)) or getattr(row, "start", None) is not None
