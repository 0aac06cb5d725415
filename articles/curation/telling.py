"""How a row's values are told to editors where no page is at hand: moments, and places in a text. Used by history and refusals."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from articles.arabic.characters import ARABIC_INDIC_DIGITS
from articles.arabic.months import MAGHREB
from articles.platform.calendar_bounds import is_unheld

# What editors call the offsets below, which say nothing to them.
PLACE = "الموضع في النص"
# Model → the fields that hold where its words stand in an article's text.
_PLACES = {"figure": {"start", "end"}, "mention": {"spans"}}


def moment_in_words(value: datetime) -> str:
    """A moment at the archive's clock, in Arabic: «6 نونبر 2024، 10:30»; a dash for one that Python can't hold."""
    if is_unheld(value):
        return "–"
    local = timezone.localtime(value)
    told = f"{local.day} {MAGHREB[local.month - 1]} {local.year}، {local:%H:%M}"
    return told.translate(ARABIC_INDIC_DIGITS) if settings.ARCHIVE_DIGITS == "arabic" else told


def is_place(field: models.Field) -> bool:
    """Whether a field of a fact holds offsets in its article's text."""
    return field.name in _PLACES.get(field.model._meta.model_name, ())


def has_place(row: models.Model) -> bool:
    """Whether a fact, or an event of its history, stands in its article's text."""
    return bool(getattr(row, "spans", None)) or getattr(row, "start", None) is not None
