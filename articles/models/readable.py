"""Rows that can be read, for doors that go on past one that cannot be: exports, feeds and harvests.

Such a row was changed by hand at the database's own prompt, as to a day before the year 1, which Python has no date for. One of
them would otherwise end the whole list.
"""

import logging
from collections.abc import Callable, Sequence

from django.db import DataError, transaction
from django.db.models import QuerySet

# Hears which row was stepped over («article 12»), and why.
Warn = Callable[[str, str], None]
log = logging.getLogger(__name__)


def logged(place: str, reason: str) -> None:
    """Tells of a row that was stepped over in the log, for doors that have no other place for it."""
    log.warning("%s was left out: %s", place, reason)


def readable(rows: QuerySet, ids: Sequence[int], warn: Warn = logged) -> list:
    """The rows of `ids` that `rows` holds, in the order of `ids`; one that cannot be read is reported to `warn` and stepped over."""
    stored = {row.pk: row for row in _read(rows, ids, warn)}
    return [stored[pk] for pk in ids if pk in stored]


def place_of(rows: QuerySet, pk: int) -> str:
    """How a row is named to `warn`."""
    return f"{rows.model._meta.model_name} {pk}"


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
