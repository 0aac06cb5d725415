"""Defines which values may enter the archive: sensible days and moments, and texts that columns and indexes can hold.

The models check the values of forms, authority files and restored versions by it. Ingest checks every document
(articles/ingest/gate.py). `check_archive` finds rows that entered before these checks existed.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from articles.arabic.counting import BYTES, agreeing
from articles.arabic.isolating import isolate_dates
from articles.platform import calendar_bounds

# The first newspaper in Arabic is of 1828. A text that is announced for a later year is not published yet.
FIRST_PLAUSIBLE_DAY = date(1800, 1, 1)
PUBLISHED_YEARS_AHEAD = 2
# Meetings are announced, and targets are set, for years ahead.
PLANNED_YEARS_AHEAD = 100
# The web became public in 1991; no capture is older.
FIRST_CAPTURE = datetime(1990, 1, 1, tzinfo=UTC)
# An entry of a B-tree index of PostgreSQL has at most 2,704 bytes, its header included (src/include/access/nbtree.h,
# BTMaxItemSize with pages of 8 KiB).
MOST_INDEXED_BYTES = 2_600


@dataclass(frozen=True)
class Days:
    """The range of days in which a value is sensible.

    first: the first day, inclusive.
    last: the last day, inclusive.
    """

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} … {self.last}"

    def holds(self, day: date | None) -> bool:
        """Returns whether `day` lies in the range; True for None."""
        return day is None or self.first <= day <= self.last


def _ahead(years: int) -> date:
    today = timezone.localdate()
    return today.replace(year=today.year + years, day=min(today.day, 28))


def publication_days() -> Days:
    """Returns the days on which an article can have been published."""
    return Days(FIRST_PLAUSIBLE_DAY, _ahead(PUBLISHED_YEARS_AHEAD))


def planned_days() -> Days:
    """Returns the days on which an event, or the period of a figure, can begin or end."""
    return Days(FIRST_PLAUSIBLE_DAY, _ahead(PLANNED_YEARS_AHEAD))


def capture_days() -> Days:
    """Returns the days on which an original can have been captured. Tomorrow is included, since clocks differ."""
    return Days(FIRST_CAPTURE.date(), timezone.localdate() + timedelta(days=1))


def as_utc(moment: datetime) -> datetime | None:
    """Converts a moment to UTC. A moment without a zone is taken as UTC.

    Returns None if the result lies outside of the years 1 to 9999.
    """
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def is_sensible_capture(moment: datetime) -> bool:
    """Returns whether an original can have been captured at `moment`."""
    utc = as_utc(moment)
    return utc is not None and capture_days().holds(utc.date())


def size_in_bytes(text: str) -> int:
    """Returns the number of bytes in which PostgreSQL stores `text`."""
    return len(text.encode("utf-8", "surrogatepass"))


def day_messages(row: models.Model, name: str, days: Days) -> Iterator[tuple[str, str]]:
    """Yields (field, message for editors) for each day outside of `days` in the uncertain date `name` of `row`.

    Its days are the date and the two bounds.
    """
    outside = [part for part in ("date", "earliest", "latest") if not days.holds(getattr(row, f"{name}_{part}"))]
    # The bounds of a known date follow from it, so that one message for the date suffices.
    if outside and getattr(row, f"{name}_date") is not None:
        outside = ["date"]
    for part in outside:
        yield f"{name}_{part}", outside_message(days)


def outside_message(days: Days) -> str:
    """Returns the message for editors about a day that is not sensible."""
    return isolate_dates(f"تاريخ غير معقول: يقبل ما بين {days.first} و{days.last}.")


def days_within(model: str, *columns: str) -> list[models.BaseConstraint]:
    """Returns a constraint for each column of days, for the Meta of the model named `model`.

    It allows the days that Python can hold together with their neighbours. Older archives hold other days, so the
    migration that adds such a constraint does not check stored rows (NOT VALID).
    """
    return [_within(model, column, calendar_bounds.FIRST_DAY, calendar_bounds.LAST_DAY) for column in columns]


def moments_within(model: str, *columns: str) -> list[models.BaseConstraint]:
    """Returns a constraint for each column of moments, as `days_within`: Python can hold them in every time zone."""
    return [_within(model, column, calendar_bounds.FIRST_MOMENT, calendar_bounds.LAST_MOMENT) for column in columns]


def _within(model: str, column: str, first: date, last: date) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__range": (first, last)}),
        name=f"{model}_{column}_in_calendar",
        violation_error_message="تاريخ لا يحفظه الأرشيف: يقبل ما بين السنة 1 والسنة 9998.",
    )


def check_publication_day(day: date) -> None:
    """Validates a day in a form: raises ValidationError if no article can have been published on it."""
    if not (days := publication_days()).holds(day):
        raise ValidationError(outside_message(days))


def folded_messages(field: str, texts: Sequence[str], most: int) -> Iterator[tuple[str, str]]:
    """Yields (field, message for editors) if a text is longer than its column, which holds `most` code points.

    `texts` are derived from the field named `field`.
    """
    longest = max(map(len, texts), default=0)
    if longest > most:
        yield field, f"أطول مما يحفظ: تصير حروفه {longest:,} بعد توحيد رسمها، والحد {most:,}."


def indexed_messages(field: str, text: str) -> Iterator[tuple[str, str]]:
    """Yields (field, message for editors) if a text has more bytes than an entry of its index can hold."""
    if (size := size_in_bytes(text)) > MOST_INDEXED_BYTES:
        yield field, f"أطول مما يحفظ: حجمه {agreeing(size, BYTES)}، والحد {MOST_INDEXED_BYTES:,}."


class Limited(models.Model):
    """A noun that reports which of its values exceed the limits. `clean_fields` makes them errors of their fields."""

    class Meta:
        abstract = True

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        """Yields (field, message for editors) for each value that may not enter the archive."""
        raise NotImplementedError

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Runs Django's checks of each field and, if they pass, checks the limits. Raises ValidationError by field."""
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict({})
        for field, message in [] if errors else self.beyond_limits():
            if field not in (exclude or ()):
                errors.setdefault(field, []).append(message)
        if errors:
            raise ValidationError(errors)
