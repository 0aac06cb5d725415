"""Which values may enter the archive: sensible days and moments, and texts that its columns and indexes can hold.

The models check with it what a form, an authority file or a restored version brings; ingest checks every document
(articles/ingest/gate.py); `check_archive` finds rows that entered before there was a gate.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from articles.arabic.counting import BYTES, agreeing
from articles.arabic.isolating import isolated_dates
from articles.platform import calendar_bounds

# No newspaper in Arabic is older (the first is of 1828), and what is announced for later is no publication yet.
FIRST_DAY = date(1800, 1, 1)
PUBLISHED_YEARS_AHEAD = 2
# Meetings are announced, and targets are set, for years ahead.
PLANNED_YEARS_AHEAD = 100
# The web was made public in 1991; nothing was captured from it before.
FIRST_CAPTURE = datetime(1990, 1, 1, tzinfo=UTC)
# An entry of a B-tree index of PostgreSQL has at most 2,704 bytes, its header included (src/include/access/nbtree.h,
# BTMaxItemSize with pages of 8 KiB).
MOST_INDEXED_BYTES = 2_600


class Days(NamedTuple):
    """The days, both inclusive, between which a value is sensible."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first} … {self.last}"

    def holds(self, day: date | None) -> bool:
        """Whether `day` lies between them; no day does."""
        return day is None or self.first <= day <= self.last


def _ahead(years: int) -> date:
    today = timezone.localdate()
    return today.replace(year=today.year + years, day=min(today.day, 28))


def publication_days() -> Days:
    """The days on which an article can have been published."""
    return Days(FIRST_DAY, _ahead(PUBLISHED_YEARS_AHEAD))


def planned_days() -> Days:
    """The days on which an event can begin or end, and of which a figure can tell."""
    return Days(FIRST_DAY, _ahead(PLANNED_YEARS_AHEAD))


def capture_days() -> Days:
    """The days on which an original can have been captured; tomorrow, since clocks differ."""
    return Days(FIRST_CAPTURE.date(), timezone.localdate() + timedelta(days=1))


def as_utc(moment: datetime) -> datetime | None:
    """`moment` in UTC; one without a zone is taken for UTC. None where UTC would leave the years 1 to 9999."""
    try:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def is_sensible_capture(moment: datetime) -> bool:
    """Whether an original can have been captured at `moment`."""
    utc = as_utc(moment)
    return utc is not None and capture_days().holds(utc.date())


def size_in_bytes(text: str) -> int:
    """The bytes that PostgreSQL stores `text` in."""
    return len(text.encode("utf-8", "surrogatepass"))


def day_messages(row: models.Model, name: str, days: Days) -> Iterator[tuple[str, str]]:
    """(field, message for editors) where a day of the uncertain date `name` of `row` lies outside `days`: of the date, or of a bound."""
    outside = [part for part in ("date", "earliest", "latest") if not days.holds(getattr(row, f"{name}_{part}"))]
    # The bounds of a date that is given follow from it: what is wrong with them is told once, of the date.
    if outside and getattr(row, f"{name}_date") is not None:
        outside = ["date"]
    for part in outside:
        yield f"{name}_{part}", outside_message(days)


def outside_message(days: Days) -> str:
    """What editors are told of a day that is not sensible."""
    return isolated_dates(f"تاريخ غير معقول: يقبل ما بين {days.first} و{days.last}.")


def days_within(model: str, *columns: str) -> list[models.CheckConstraint]:
    """A rule for each column of days: Python can hold what it has, and the days beside it. For the Meta of `model`.

    Older archives hold other days, so the migration that makes such a rule leaves the rows that are there alone (NOT VALID).
    """
    return [_within(model, column, calendar_bounds.FIRST_DAY, calendar_bounds.LAST_DAY) for column in columns]


def moments_within(model: str, *columns: str) -> list[models.CheckConstraint]:
    """As `days_within`, for columns of moments: Python can hold them in every time zone."""
    return [_within(model, column, calendar_bounds.FIRST_MOMENT, calendar_bounds.LAST_MOMENT) for column in columns]


def _within(model: str, column: str, first: date, last: date) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(**{f"{column}__range": (first, last)}),
        name=f"{model}_{column}_in_calendar",
        violation_error_message="تاريخ لا يحفظه الأرشيف: يقبل ما بين السنة 1 والسنة 9998.",
    )


def check_publication_day(day: date) -> None:
    """Raises ValidationError for a day on which nothing can have been published: a validator of forms."""
    if not (days := publication_days()).holds(day):
        raise ValidationError(outside_message(days))


def folded_messages(field: str, texts: Sequence[str], most: int) -> Iterator[tuple[str, str]]:
    """(field, message for editors) where a text derived from `field` is longer than its column, `most` code points."""
    longest = max(map(len, texts), default=0)
    if longest > most:
        yield field, f"أطول مما يحفظ: تصير حروفه {longest:,} بعد توحيد رسمها، والحد {most:,}."


def indexed_messages(field: str, text: str) -> Iterator[tuple[str, str]]:
    """(field, message for editors) where a text has more bytes than an entry of its index can hold."""
    if (size := size_in_bytes(text)) > MOST_INDEXED_BYTES:
        yield field, f"أطول مما يحفظ: حجمه {agreeing(size, BYTES)}، والحد {MOST_INDEXED_BYTES:,}."


class Limited(models.Model):
    """A noun that says which of its values are beyond the limits; they are errors of their fields wherever it is checked."""

    class Meta:
        abstract = True

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        """(field, message for editors) for each value that may not enter."""
        raise NotImplementedError

    def clean_fields(self, exclude: object = None) -> None:
        """Django's checks of each field, then the limits; raises ValidationError naming the fields."""
        errors: dict[str, list] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict({})
        for field, message in [] if errors else self.beyond_limits():
            if field not in (exclude or ()):
                errors.setdefault(field, []).append(message)
        if errors:
            raise ValidationError(errors)
