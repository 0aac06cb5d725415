"""Reads rows and skips those that cannot be read, for exports, feeds and harvests.

An unreadable row was changed by hand at the database's own prompt, for example to a day before the year 1, for which
Python has no date (articles/platform/calendar_bounds.py). Only the row itself is checked, not the rows that it refers
to.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import DataError, transaction
from django.db.models import DateField, DecimalField, Field, Model, QuerySet

from articles.platform.calendar_bounds import is_unheld

# A function that receives the name of a skipped row («article 12») and the reason.
Warn = Callable[[str, str], None]
log = logging.getLogger(__name__)


def logged(place: str, reason: str) -> None:
    """Logs a skipped row (a Warn), for callers that have no other place for it."""
    log.warning("%s was left out: %s", place, reason)


def readable(rows: QuerySet[Any], ids: Sequence[int], warn: Warn = logged) -> list[Any]:
    """Returns the rows of `rows` with the primary keys `ids`, in the order of `ids`.

    A row that cannot be read is reported to `warn` and skipped.
    """
    stored = {row.pk: row for row in readable_rows(_read(rows, ids, warn), warn)}
    return [stored[pk] for pk in ids if pk in stored]


def place_of(rows: QuerySet[Any], pk: int) -> str:
    """Returns the name of a row for `warn`: the model's name and the primary key."""
    return f"{rows.model._meta.model_name} {pk}"


def unheld_columns(row: Model) -> list[str]:
    """Returns the columns of a row whose day, moment or number Python cannot hold.

    Deferred and generated columns are left out.
    """
    deferred = row.get_deferred_fields()
    return [
        field.attname
        for field in row._meta.concrete_fields
        if not field.generated and field.attname not in deferred and _is_stand_in(field, getattr(row, field.attname))
    ]


def _is_stand_in(field: "Field[Any, Any]", value: object) -> bool:
    if isinstance(field, DecimalField):
        return value is None and not field.null
    return isinstance(field, DateField) and is_unheld(value)


def readable_rows(rows: Iterable[Model], warn: Warn = logged) -> Iterator[Model]:
    """Yields the rows whose own days, moments and numbers Python can hold; every other row is reported to `warn`."""
    for row in rows:
        if columns := unheld_columns(row):
            warn(f"{row._meta.model_name} {row.pk}", f"the archive cannot hold its {', '.join(columns)}")
        else:
            yield row


def _read(rows: QuerySet[Any], ids: Sequence[int], warn: Warn) -> list[Any]:
    """Reads all rows at once or, if one of them cannot be read, one by one."""
    try:
        with transaction.atomic():
            return list(rows.filter(pk__in=ids))
    except (DataError, ValueError, OverflowError) as error:
        if len(ids) < 2:
            warn(place_of(rows, ids[0]), str(error).splitlines()[0])
            return []
    return [row for pk in ids for row in _read(rows, [pk], warn)]
