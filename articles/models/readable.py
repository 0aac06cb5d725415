"""Rows that can be read, for doors that go on past one that cannot be: exports, feeds and harvests.

Such a row was changed by hand at the database's own prompt, as to a day before the year 1, which Python has no date for
(articles/platform/calendar_bounds.py). What is wrong with one row says nothing of the rows that it hangs on.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.db import DataError, transaction
from django.db.models import DateField, DecimalField, Field, Model, QuerySet

from articles.platform.calendar_bounds import is_unheld

# Hears which row was stepped over («article 12»), and why.
Warn = Callable[[str, str], None]
log = logging.getLogger(__name__)


def logged(place: str, reason: str) -> None:
    """Tells of a row that was stepped over in the log, for doors that have no other place for it."""
    log.warning("%s was left out: %s", place, reason)


def readable(rows: QuerySet, ids: Sequence[int], warn: Warn = logged) -> list:
    """The rows of `ids` that `rows` holds, in the order of `ids`; one that cannot be read is reported to `warn` and stepped over."""
    stored = {row.pk: row for row in sound(_read(rows, ids, warn), warn)}
    return [stored[pk] for pk in ids if pk in stored]


def place_of(rows: QuerySet, pk: int) -> str:
    """How a row is named to `warn`."""
    return f"{rows.model._meta.model_name} {pk}"


def unheld_columns(row: Model) -> list[str]:
    """The columns of a row whose day, moment or number Python can't hold, of those that were read and are no other's result."""
    deferred = row.get_deferred_fields()
    return [
        field.attname
        for field in row._meta.concrete_fields
        if not field.generated and field.attname not in deferred and _is_stand_in(field, getattr(row, field.attname))
    ]


def _is_stand_in(field: Field, value: object) -> bool:
    if isinstance(field, DecimalField):
        return value is None and not field.null
    return isinstance(field, DateField) and is_unheld(value)


def sound(rows: Iterable[Model], warn: Warn = logged) -> Iterator[Model]:
    """The rows whose own days and moments Python can hold; each other is reported to `warn`."""
    for row in rows:
        if columns := unheld_columns(row):
            warn(f"{row._meta.model_name} {row.pk}", f"the archive cannot hold its {', '.join(columns)}")
        else:
            yield row


def _read(rows: QuerySet, ids: Sequence[int], warn: Warn) -> list:
    """All rows at once, or one by one where one of them cannot be read."""
    try:
        with transaction.atomic():
            return list(rows.filter(pk__in=ids))
    except (DataError, ValueError, OverflowError) as error:
        if len(ids) < 2:
            warn(place_of(rows, ids[0]), str(error).splitlines()[0])
            return []
    return [row for pk in ids for row in _read(rows, [pk], warn)]
