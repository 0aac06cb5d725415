"""Dates that may be only partly known: a value, its precision, its basis, and the interval of possible days.

`UncertainDate` adds five columns to a model and one attribute that reads and writes them together as an `ArchiveDate`.
"""

import calendar
import datetime
from dataclasses import dataclass
from typing import Any, Self, overload

from django.db import models
from django.db.models import F, Q

from articles.models.limits import days_within
from articles.platform.calendar_bounds import held, is_unheld


class Precision(models.TextChoices):
    """How far a date is known."""

    DAY = "day", "اليوم"
    MONTH = "month", "الشهر"
    YEAR = "year", "السنة"
    UNKNOWN = "unknown", "غير معروف"


class Basis(models.TextChoices):
    """Why a date is known: stated in the text, inferred, or set by an editor."""

    STATED = "stated", "مذكور في النص"
    INFERRED = "inferred", "مستنتج"
    EDITOR = "editor", "وضعه محرر"


_ISO_LENGTHS: dict[str, int] = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


@dataclass(frozen=True)
class ArchiveDate:
    """A date as far as it is known.

    date: the day; the first day of the month or year where no day is known; None for an unknown date.
    precision: how far the date is known, a Precision.
    basis: why it is known, a Basis.
    earliest: the first possible day; None, only for an unknown date, if there is no such bound.
    latest: the last possible day, inclusive; None, only for an unknown date, if there is no such bound.
    """

    date: datetime.date | None = None
    precision: str = Precision.UNKNOWN
    basis: str = Basis.INFERRED
    earliest: datetime.date | None = None
    latest: datetime.date | None = None

    @classmethod
    def on(cls, day: datetime.date, basis: str = Basis.STATED) -> Self:
        """Returns a date known to the day."""
        return cls(day, Precision.DAY, basis, day, day)

    @classmethod
    def in_month(cls, year: int, month: int, basis: str = Basis.STATED) -> Self:
        """Returns a date known to the month."""
        last = calendar.monthrange(year, month)[1]
        return cls(
            datetime.date(year, month, 1),
            Precision.MONTH,
            basis,
            datetime.date(year, month, 1),
            datetime.date(year, month, last),
        )

    @classmethod
    def in_year(cls, year: int, basis: str = Basis.STATED) -> Self:
        """Returns a date known to the year."""
        return cls(
            datetime.date(year, 1, 1), Precision.YEAR, basis, datetime.date(year, 1, 1), datetime.date(year, 12, 31)
        )

    @classmethod
    def unknown(cls, basis: str = Basis.INFERRED) -> Self:
        """Returns an unknown date without bounds."""
        return cls(None, Precision.UNKNOWN, basis)

    @classmethod
    def between(
        cls, earliest: datetime.date | None = None, latest: datetime.date | None = None, basis: str = Basis.INFERRED
    ) -> Self:
        """Returns an unknown date that lies between two days, both included. None is no bound on its side."""
        return cls(None, Precision.UNKNOWN, basis, earliest, latest)

    @property
    def is_known(self) -> bool:
        """Returns whether at least the year is known. An unknown date may still have bounds."""
        return self.precision != Precision.UNKNOWN

    @property
    def iso(self) -> str:
        """Returns the known part of the date in ISO 8601: 2024, 2024-11 or 2024-11-06; empty for an unknown date."""
        return self.date.isoformat()[: _ISO_LENGTHS[self.precision]] if self.date else ""

    def may_overlap(self, other: Self) -> bool:
        """Returns whether the two intervals have a day in common. A missing bound excludes nothing."""
        starts_in_time = self.earliest is None or other.latest is None or self.earliest <= other.latest
        return starts_in_time and (other.earliest is None or self.latest is None or other.earliest <= self.latest)

    def as_dict(self) -> dict[str, str | None]:
        """Returns the date as exports write it, with days as ISO 8601 strings."""
        return {
            "date": self.date.isoformat() if self.date else None,
            "precision": str(self.precision),
            "basis": str(self.basis),
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "latest": self.latest.isoformat() if self.latest else None,
        }


DATE_PARTS = ("date", "precision", "basis", "earliest", "latest")


class UncertainDate:
    """Adds the fields `<name>_date`, `_precision`, `_basis`, `_earliest` and `_latest` to a model.

    The attribute `<name>` of an instance reads and writes them together as an ArchiveDate. A date that Python cannot
    hold is read as an unknown one.
    """

    def __init__(self, verbose_name: str) -> None:
        self.verbose_name = verbose_name

    def contribute_to_class(self, model: type[models.Model], name: str) -> None:
        """Adds the five fields and the attribute `name` to `model`.
        Django calls this when it makes the model's class.
        """
        self.name = name
        label = self.verbose_name
        fields: dict[str, models.Field[Any, Any]] = {
            "date": models.DateField(label, null=True, blank=True),
            "precision": models.CharField(
                f"{label}: الدقة", max_length=7, choices=Precision, default=Precision.UNKNOWN
            ),
            "basis": models.CharField(f"{label}: الأساس", max_length=8, choices=Basis, default=Basis.INFERRED),
            "earliest": models.DateField(f"{label}: لا يسبق", null=True, blank=True),
            "latest": models.DateField(f"{label}: لا يتأخر عن", null=True, blank=True),
        }
        if not model._meta.abstract and not hasattr(model, f"{name}_date"):
            for part, field in fields.items():
                model.add_to_class(f"{name}_{part}", field)
        setattr(model, name, self)

    @overload
    def __get__(self, instance: None, owner: type[models.Model]) -> Self: ...

    @overload
    def __get__(self, instance: models.Model, owner: type[models.Model] | None = None) -> ArchiveDate: ...

    def __get__(self, instance: models.Model | None, owner: type[models.Model] | None = None) -> ArchiveDate | Self:
        if instance is None:
            return self
        day, precision, basis, *bounds = (getattr(instance, f"{self.name}_{part}") for part in DATE_PARTS)
        if is_unheld(day) or (day is not None and any(map(is_unheld, bounds))):
            # The date or a bound of a known date is outside of Python's calendar, so that the whole date counts as
            # unknown.
            return ArchiveDate.unknown(basis=basis)
        return ArchiveDate(day, precision, basis, *map(held, bounds))

    def __set__(self, instance: models.Model, value: ArchiveDate) -> None:
        for part in DATE_PARTS:
            setattr(instance, f"{self.name}_{part}", getattr(value, part))


def is_derived(row: models.Model, field: "models.Field[Any, Any]") -> bool:
    """Returns whether a field is a bound of an uncertain date whose date is known.

    Such a bound follows from the date.
    """
    name, _, part = field.name.rpartition("_")
    return part in {"earliest", "latest"} and getattr(row, f"{name}_date", None) is not None


def date_constraints(model: str, name: str) -> list[models.BaseConstraint]:
    """Returns the constraints of the uncertain date `name`, for the Meta of the model named `model`.

    The interval is in order; precision, value and interval agree; and Python can hold each day.
    """
    day, precision, earliest, latest = (f"{name}_{part}" for part in ("date", "precision", "earliest", "latest"))
    first_of_month = Q(**{f"{day}__day": 1})
    in_order = (
        Q(**{f"{earliest}__isnull": True}) | Q(**{f"{latest}__isnull": True}) | Q(**{f"{earliest}__lte": F(latest)})
    )
    is_bounded = Q(**{f"{day}__isnull": False, f"{earliest}__isnull": False, f"{latest}__isnull": False})
    same_month = Q(**{f"{earliest}__year": F(f"{day}__year"), f"{latest}__year": F(f"{day}__year")})
    agreement = (
        Q(**{precision: Precision.UNKNOWN, f"{day}__isnull": True})
        | is_bounded & Q(**{precision: Precision.DAY, earliest: F(day), latest: F(day)})
        | is_bounded
        & first_of_month
        & same_month
        & Q(
            **{
                precision: Precision.MONTH,
                earliest: F(day),
                f"{latest}__month": F(f"{day}__month"),
                f"{latest}__day__gte": 28,
            }
        )
        | is_bounded
        & first_of_month
        & same_month
        & Q(
            **{
                precision: Precision.YEAR,
                f"{day}__month": 1,
                earliest: F(day),
                f"{latest}__month": 12,
                f"{latest}__day": 31,
            }
        )
    )
    return [
        models.CheckConstraint(
            condition=in_order,
            name=f"{model}_{name}_in_order",
            violation_error_message="أقدم تاريخ ممكن يجب ألا يأتي بعد أحدث تاريخ ممكن.",
        ),
        models.CheckConstraint(
            condition=agreement,
            name=f"{model}_{name}_precision",
            violation_error_message="التاريخ ودقته والمدى الممكن له لا تتفق.",
        ),
        *days_within(model, day, earliest, latest),
    ]


def complete(
    value: datetime.date | None,
    precision: str,
    basis: str,
    earliest: datetime.date | None,
    latest: datetime.date | None,
) -> ArchiveDate:
    """Builds the ArchiveDate from what an editor enters.

    The interval of a known date is derived from `value` and `precision`. The bounds `earliest` and `latest` are used
    only for an unknown date.
    """
    if value is None or precision == Precision.UNKNOWN:
        return ArchiveDate.between(earliest, latest, basis)
    if precision == Precision.YEAR:
        return ArchiveDate.in_year(value.year, basis)
    if precision == Precision.MONTH:
        return ArchiveDate.in_month(value.year, value.month, basis)
    return ArchiveDate.on(value, basis)
