"""Detects whether a row has changed since an editor saw it, before the editor's decision is applied.

A page carries the row mark of each row that it shows (`row_marks`): the number of the row's newest change in its
history (articles/models/history.py). Later changes are in the history too, so a decision made on an outdated page can
be refused with the name of the editor who came first. Call `overtaken` with the row locked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Max

from articles.arabic.isolating import isolate_dates
from articles.curation.telling import PLACE, is_place, moment_in_words
from articles.models.history import EventRow, event_model_of, kept_fields
from articles.models.uncertain_date import is_derived

# The most code points of a value that a message repeats.
_SHORT = 60


@dataclass(frozen=True)
class Overtaken:
    """A change of a row by someone else after a page showed it.

    editor: the name of the editor who last changed one of the fields; empty where a command or the rules changed it.
    fields: the Arabic labels of the fields that differ from the page, with their present values where these are short.
    """

    editor: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        by = self.editor or "الآلة"
        return f"سبقك {by} بعد فتح الصفحة وغيّر: {'، '.join(self.fields)}. لم يُطبّق قرارك."


def row_marks(rows: Iterable[models.Model]) -> dict[int, int]:
    """Maps the key of each row to the number of its newest change, 0 for none, in one query.

    All rows are of one model.
    """
    rows = list(rows)
    if not rows:
        return {}
    events = event_model_of(type(rows[0])).objects.filter(pgh_obj__in=[row.pk for row in rows])
    newest = dict(events.order_by().values_list("pgh_obj").annotate(newest=Max("pgh_id")))
    return {row.pk: newest.get(row.pk, 0) for row in rows}


def row_mark(row: models.Model) -> int:
    """Returns the number of the row's newest change, 0 for none."""
    return row_marks([row])[row.pk]


def as_seen(row: models.Model, row_mark: int) -> models.Model:
    """Returns the row's values at `row_mark`: an event of its history, or the row if it is unchanged since."""
    # The event of an update holds the row's values before the update.
    later = event_model_of(type(row)).objects.filter(pgh_obj=row.pk, pgh_id__gt=row_mark, pgh_label="update")
    return later.order_by("pgh_id").first() or row


def overtaken(row: models.Model, row_mark: int, editor: User, fields: Sequence[str] = ()) -> Overtaken | None:
    """Returns the changes that someone other than `editor` made to the row since `row_mark`, or None.

    `fields` names the fields that the decision depends on; without any, all fields with a history count. Changes that
    `editor` made later, in another window, do not count.
    """
    events = event_model_of(type(row))
    later = events.objects.filter(pgh_obj=row.pk, pgh_id__gt=row_mark, pgh_label="update").select_related("pgh_context")
    versions = [*later.order_by("pgh_id"), row]
    relevant = [field for field in kept_fields(events) if not fields or field.name in fields or field.attname in fields]
    changed = [field for field in relevant if _differs(field, versions[0], row)]
    # An event holds the values before its change; the values after it are those of the following version.
    changes_by_others = [
        event
        for event, after in pairwise(versions)
        if _user_of(event) != editor.pk and any(_differs(field, event, after) for field in changed)
    ]
    if not changes_by_others:
        return None
    number = _user_of(changes_by_others[-1])
    user = None if number is None else User.objects.filter(pk=number).first()
    labels = dict.fromkeys(_label(field, row) for field in changed if not is_derived(row, field))
    return Overtaken(str(user or ""), tuple(labels))


def _differs(field: models.Field, before: models.Model, after: models.Model) -> bool:
    return getattr(before, field.attname) != getattr(after, field.attname)


def _label(field: models.Field, row: models.Model) -> str:
    """Returns the field's Arabic label, followed by its present value in brackets if that is short.

    Lists, dictionaries and places have the label alone.
    """
    value = getattr(row, field.attname)
    if is_place(field):
        return PLACE
    if isinstance(value, list | dict):
        return str(field.verbose_name)
    if isinstance(value, bool):
        value = "نعم" if value else "لا"
    elif isinstance(value, datetime):
        value = moment_in_words(value)
    elif field.choices:
        value = dict(field.flatchoices).get(value, value)
    elif field.is_relation:
        value = getattr(row, field.name)
    elif isinstance(value, Decimal):
        value = f"{value.normalize():,f}"
    shown = "–" if value in (None, "", []) else isolate_dates(str(value))
    return f"{field.verbose_name} ({shown})" if len(shown) <= _SHORT else str(field.verbose_name)


def _user_of(event: EventRow) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None
