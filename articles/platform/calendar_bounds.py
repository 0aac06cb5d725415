"""The range of days and moments that the archive holds, and substitutes for stored values outside it.

PostgreSQL has days before the year 1, days after the year 9999, and `infinity`; Python has not. The constraints of the
tables refuse such values (`articles/models/limits.py`). Archives made before these constraints hold some, and somebody
at the database's own prompt can write them. Each connection of the archive reads such a value as UNHELD_DAY or
UNHELD_MOMENT, so that no page and no list fails because of it. `held` turns these substitutes into None.
"""

import logging
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg import DataError
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.datetime import DateLoader, TimestampLoader

# What `_NeverRaises` is mixed into, for the type check.
if TYPE_CHECKING:
    _AnyLoader = Loader
else:
    _AnyLoader = object

# Both inclusive. Within them a day has a day before and after it, and a moment can be expressed in every time zone.
FIRST_DAY, LAST_DAY = date(1, 1, 3), date(9998, 12, 31)
# The moments that Python can hold in every time zone, both inclusive: zones differ from UTC by less than a day.
READABLE_MOMENTS = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
FIRST_MOMENT, LAST_MOMENT = datetime(1, 1, 3, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
# They stand for a day or a moment that Python can't hold. The moment is a day later, so that every time zone can
# express it.
UNHELD_DAY = date.min
UNHELD_MOMENT = datetime(1, 1, 2, tzinfo=UTC)

Value = TypeVar("Value", date, datetime)
log = logging.getLogger(__name__)
_UNHELD = (DataError, ValueError, OverflowError)
# The values that this process has logged. There are few different ones; the limit is for a table full of them.
_logged: set[bytes] = set()
_MOST_LOGGED = 100  # A judgement: enough to see the pattern in a log.


def held(value: Value | None) -> Value | None:
    """Returns `value`, or None for one that stands for a day or a moment that Python can't hold."""
    return None if is_unheld(value) else value


def is_unheld(value: object) -> bool:
    """Returns whether `value` stands for a day or a moment that Python can't hold."""
    if isinstance(value, datetime):
        # In the zone of its connection, UNHELD_MOMENT falls on the first or second day of the year 1.
        return value.year == 1 and value.month == 1 and value.day < 3
    return isinstance(value, date) and value == UNHELD_DAY


def _log_once(value: Buffer) -> None:
    """Logs the text of a value that Python can't hold, once in this process."""
    written = bytes(value)
    if written not in _logged and len(_logged) < _MOST_LOGGED:
        _logged.add(written)
        log.warning(
            "the database has a date outside the calendar: %s; check_archive says where",
            written.decode(errors="replace"),
        )


class _NeverRaises(_AnyLoader):
    """Mixin for a loader of psycopg: a value that Python can't hold is read as `unheld`."""

    unheld: date

    def load(self, data: Buffer) -> Any:
        """Returns the value in the database's bytes; `unheld`, after a log entry, where Python cannot hold it."""
        try:
            return super().load(data)  # type: ignore[safe-super] # The loader that this is mixed into has it.
        except _UNHELD:
            _log_once(data)
            return self.unheld


class _DayLoader(_NeverRaises, DateLoader):
    unheld = UNHELD_DAY


class _TimestampLoader(_NeverRaises, TimestampLoader):
    unheld = UNHELD_MOMENT.replace(tzinfo=None)


class _MomentLoader(BaseTzLoader):
    def load(self, data: Buffer) -> datetime:
        """Returns the moment in the database's bytes, in the connection's time zone.

        Returns UNHELD_MOMENT, after a log entry, for a moment that Python cannot hold in every time zone.
        """
        try:
            moment = super().load(data)
        except _UNHELD:
            moment = None
        # In another time zone, a moment of the first or last days could fall outside Python's years.
        if moment is None or moment.year == 9999 or (moment.year == 1 and moment.month == 1 and moment.day < 3):
            _log_once(data)
            return UNHELD_MOMENT.astimezone(self.timezone) if self.timezone else UNHELD_MOMENT.replace(tzinfo=None)
        return moment


def _moment_loader(zone: tzinfo | None) -> type[_MomentLoader]:
    """Returns a loader with the attribute `timezone`.

    Django reads it, and installs its own loader where the zone differs.
    """
    return type("MomentLoader", (_MomentLoader,), {"timezone": zone})


@receiver(connection_created)
def _read_every_date(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    if connection.vendor == "postgresql":
        adapters = connection.connection.adapters
        adapters.register_loader("date", _DayLoader)
        adapters.register_loader("timestamp", _TimestampLoader)
        adapters.register_loader("timestamptz", _moment_loader(connection.timezone))
