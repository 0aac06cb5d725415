"""Which version of a row an editor saw, and whether another has changed it since: asked before a decision is applied.

A page carries the mark of each row that it shows (`marks_of`). The mark is the number of the row's newest change in its history
(articles/models/history.py). What was changed later is in the history, too, so that a decision taken on an old page is refused
and the editor is told who was first. Call `overtaken` with the row locked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Max

from articles.arabic.isolating import isolated_dates
from articles.curation.telling import PLACE, is_place, moment_in_words
from articles.models.history import event_model_of, kept_fields
from articles.models.uncertain_date import is_derived

# A longer value is not repeated in a message.
_SHORT = 60


@dataclass(frozen=True)
class Overtaken:
    """Someone else's change of a row after it was shown.

    editor: the name of who last changed one of the fields; empty where a command or the rules did.
    fields: the names of the fields that differ from what was shown, as editors read them.
    """

    editor: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        by = self.editor or "الآلة"
        return f"سبقك {by} بعد فتح الصفحة وغيّر: {'، '.join(self.fields)}. لم يُطبّق قرارك."


def marks_of(rows: Iterable[models.Model]) -> dict[int, int]:
    """Key of the row → the number of its newest change, 0 where nothing has changed; for rows of one model, in one query."""
    rows = list(rows)
    if not rows:
        return {}
    events = event_model_of(type(rows[0])).objects.filter(pgh_obj__in=[row.pk for row in rows])
    newest = dict(events.order_by().values_list("pgh_obj").annotate(newest=Max("pgh_id")))
    return {row.pk: newest.get(row.pk, 0) for row in rows}


def mark_of(row: models.Model) -> int:
    """The number of the row's newest change; 0 where nothing has changed."""
    return marks_of([row])[row.pk]


def as_seen(row: models.Model, mark: int) -> models.Model:
    """The row, or its event, with the values that it had when its newest change had the number `mark`."""
    # An update's event holds the row as it was before.
    later = event_model_of(type(row)).objects.filter(pgh_obj=row.pk, pgh_id__gt=mark, pgh_label="update")
    return later.order_by("pgh_id").first() or row


def overtaken(row: models.Model, mark: int, editor: models.Model, fields: Sequence[str] = ()) -> Overtaken | None:
    """What someone other than `editor` changed of the row since `mark`; None where nothing that matters differs.

    `fields` are the names of the fields that the decision depends on; all whose history is kept where none is named. An editor's own
    later change, from another window, does not count.
    """
    events = event_model_of(type(row))
    later = events.objects.filter(pgh_obj=row.pk, pgh_id__gt=mark, pgh_label="update").select_related("pgh_context")
    versions = [*later.order_by("pgh_id"), row]
    kept = [field for field in kept_fields(events) if not fields or field.name in fields or field.attname in fields]
    changed = [field for field in kept if _differs(field, versions[0], row)]
    # An event holds the row as it was before the change: what it led to stands in the version after it.
    others = [
        event
        for event, after in pairwise(versions)
        if _user_of(event) != editor.pk and any(_differs(field, event, after) for field in changed)
    ]
    if not others:
        return None
    user = get_user_model().objects.filter(pk=_user_of(others[-1])).first()
    told = dict.fromkeys(_told(field, row) for field in changed if not is_derived(row, field))
    return Overtaken(str(user or ""), tuple(told))


def _differs(field: models.Field, one: models.Model, other: models.Model) -> bool:
    return getattr(one, field.attname) != getattr(other, field.attname)


def _told(field: models.Field, row: models.Model) -> str:
    """The field's name with its value now, where that is short; lists and places by their name alone."""
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
    told = "–" if value in (None, "", []) else isolated_dates(str(value))
    return f"{field.verbose_name} ({told})" if len(told) <= _SHORT else str(field.verbose_name)


def _user_of(event: models.Model) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None
