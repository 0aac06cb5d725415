"""The changes that history kept, told as a person reads them: by whom, of what, from what to what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pghistory
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Max

from articles.curation.telling import PLACE, has_place, is_place, moment_in_words
from articles.models.history import event_model_of, event_models, kept_fields
from articles.models.rules import rule_name
from articles.models.uncertain_date import is_derived

_KIND_OF = {"insert": "أضيف", "update": "عُدّل", "delete": "حُذف"}
# Of how many changes a row's history is read, with those of the rows that hang on it.
MOST_TOLD = 200


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: object
    after: object


@dataclass(frozen=True)
class Change:
    """One row's change: `kind` is "insert", "update" or "delete"; `user` is None where the machine or a command did it."""

    at: datetime
    kind: str
    user: models.Model | None
    command: str
    what: str
    noun: str
    row: str
    model: str
    event: int
    operation: object
    fields: tuple[FieldChange, ...]

    @property
    def by_machine(self) -> bool:
        return self.user is None

    @property
    def kind_words(self) -> str:
        return _KIND_OF[self.kind]


def newest_change(row: models.Model) -> str:
    """A mark that changes whenever the row or one that hangs on it does."""
    marks = []
    for model, column in _concerning(type(row)):
        newest = model.objects.filter(**{column: row.pk}).aggregate(newest=Max("pgh_id"))["newest"]
        marks.append(newest or 0)
    return "-".join(map(str, marks))


def changes_of(row: models.Model, *, most: int = MOST_TOLD) -> list[Change]:
    """The latest changes of a row and of those that hang on it, newest first, read in a few statements for all."""
    found: list[models.Model] = []
    for model, column in _concerning(type(row)):
        found += model.objects.filter(**{column: row.pk}).select_related("pgh_context").order_by("-pgh_id")[:most]
    return told(sorted(found, key=lambda event: (event.pgh_created_at, event.pgh_id), reverse=True)[:most])


def changes_in(context: object, *, most: int = MOST_TOLD) -> list[Change]:
    """What an operation changed, at most so many rows of each noun."""
    found: list[models.Model] = []
    for model in event_models():
        found += model.objects.filter(pgh_context=context).select_related("pgh_context").order_by("-pgh_id")[:most]
    return told(found)


def last_of_each(contexts: Iterable[object]) -> dict[object, list[Change]]:
    """For each operation its last change of every noun, in as many statements for many operations as for one."""
    found: list[models.Model] = []
    for model in event_models():
        of_each = model.objects.filter(pgh_context__in=contexts).select_related("pgh_context")
        found += of_each.order_by("pgh_context", "-pgh_id").distinct("pgh_context")
    of_operation: dict[object, list[Change]] = defaultdict(list)
    for change in told(found):
        of_operation[change.operation].append(change)
    return of_operation


def changes_after(row: models.Model, mark: str) -> list[Change]:
    """The changes since `newest_change` gave `mark`."""
    seen = [int(part) for part in mark.split("-") if part.isdigit()]
    concerned = _concerning(type(row))
    if len(seen) != len(concerned):
        return []
    found: list[models.Model] = []
    for (model, column), newest in zip(concerned, seen, strict=True):
        later = model.objects.filter(**{column: row.pk}, pgh_id__gt=newest)
        found += later.select_related("pgh_context").order_by("-pgh_id")[:MOST_TOLD]
    return told(found)


def versions_of(row: models.Model, *, most: int = MOST_TOLD) -> list[models.Model]:
    """The earlier versions of a row, newest first: events that hold it as it was until `pgh_created_at`."""
    events = event_model_of(type(row)).objects.filter(pgh_obj=row.pk, pgh_label__in=("update", "delete"))
    return list(events.order_by("-pgh_id")[:most])


def between(one: models.Model, other: models.Model) -> tuple[FieldChange, ...]:
    """What differs between two versions of a row, each an event or the row as it stands."""
    event = one if isinstance(one, pghistory.models.Event) else other
    return _field_changes(type(event), one, other, _Names([one, other]))


def _field_changes(
    events: type[models.Model], before: models.Model | None, after: models.Model | None, names: "_Names"
) -> tuple[FieldChange, ...]:
    differing = [
        field for field in kept_fields(events)
        if not before or not after or getattr(before, field.attname) != getattr(after, field.attname)
    ]  # fmt: skip
    fields = [
        FieldChange(str(field.verbose_name), _shown(field, before, names), _shown(field, after, names))
        for field in differing if not is_place(field)
    ]  # fmt: skip
    if before and after and any(map(is_place, differing)):
        fields.append(_change_of_place(before, after))
    return tuple(one for one in fields if (one.before or "") != (one.after or ""))


def _change_of_place(before: models.Model, after: models.Model) -> FieldChange:
    """That the words of a fact stand elsewhere; its quotes, which say where, are told by themselves where they changed."""
    if has_place(before) and has_place(after):
        return FieldChange(PLACE, "", "تغيّر موضعه")
    return FieldChange(PLACE, *("له موضع" if has_place(row) else "بلا موضع" for row in (before, after)))


def _concerning(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """(event model, column that holds the row's key) of the model itself and of those whose rows hang on one of its."""
    own = [(event_model_of(model), "pgh_obj")]
    for other in event_models():
        tracked = other.pgh_tracked_model
        for field in tracked._meta.fields:
            hangs = (
                field.is_relation and field.related_model is model and field.remote_field.on_delete is models.CASCADE
            )
            if hangs:
                own.append((other, field.attname))
    return own


def told(events: Iterable[models.Model]) -> list[Change]:
    """Events as changes, in their order, read in a few statements for all."""
    events = list(events)
    users = get_user_model().objects.in_bulk({_said(event).get("user") for event in events} - {None})
    after = _states_after(events)
    names = _Names([*events, *(row for row in after.values() if row is not None)])
    return [_change(event, after[type(event), event.pgh_id], users, names) for event in events]


def _said(event: models.Model) -> dict:
    return event.pgh_context.metadata if event.pgh_context else {}


def _change(event: models.Model, after: models.Model | None, users: dict[int, models.Model], names: "_Names") -> Change:
    said = _said(event)
    before = None if event.pgh_label == "insert" else event
    tracked = type(event).pgh_tracked_model
    return Change(
        event.pgh_created_at, event.pgh_label, users.get(said.get("user")), str(said.get("command", "")),
        str(said.get("what", "")), str(tracked._meta.verbose_name), names.of_row(event), tracked._meta.model_name, event.pgh_id,
        event.pgh_context_id, _field_changes(type(event), before, after, names),
    )  # fmt: skip


class _Names:
    """What rows are called, with the rows that their names speak of read once for all."""

    def __init__(self, rows: Iterable[models.Model]) -> None:
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for row in rows:
            for field in _tracked(row)._meta.fields:
                if field.is_relation and getattr(row, field.attname, None):
                    wanted[field.related_model].add(getattr(row, field.attname))
        self._known = {model: _without_texts(model).in_bulk(pks) for model, pks in wanted.items()}

    def of_row(self, event: models.Model) -> str:
        tracked = _tracked(event)
        row = tracked(**{field.attname: getattr(event, field.attname) for field in kept_fields(type(event))})
        for field in tracked._meta.fields:
            if field.is_relation and (target := self._target(field, row)):
                setattr(row, field.name, target)
        try:
            return str(row)
        except models.ObjectDoesNotExist:  # What it hung on is gone.
            return f"{tracked._meta.verbose_name} {event.pgh_obj_id}"

    def of_target(self, field: models.Field, row: models.Model) -> str:
        return str(self._target(field, row) or getattr(row, field.attname))

    def _target(self, field: models.Field, row: models.Model) -> models.Model | None:
        return self._known.get(field.related_model, {}).get(getattr(row, field.attname))


def _tracked(row: models.Model) -> type[models.Model]:
    return row.pgh_tracked_model if isinstance(row, pghistory.models.Event) else type(row)


def _without_texts(model: type[models.Model]) -> models.QuerySet:
    """Rows of which only the name is wanted: an article's text is not read."""
    texts = {"body", "set_aside", "search_vector", "date_statements"} & {field.name for field in model._meta.fields}
    return model._base_manager.defer(*texts)


def _shown(field: models.Field, row: models.Model | None, names: _Names) -> object:
    """A field's value as a person reads it."""
    if row is None:
        return None
    value = getattr(row, field.attname)
    if value in (None, "", []) or is_derived(row, field):
        return ""
    if field.is_relation:
        return names.of_target(field, row)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.name == "rule":
        return rule_name(value)
    if isinstance(value, bool):
        return "نعم" if value else "لا"
    if isinstance(value, list):
        return "، ".join(_shown_part(part) for part in value)
    return moment_in_words(value) if isinstance(value, datetime) else value


def _shown_part(part: object) -> str:
    """A value of a list; of several values by name, the words that they are about."""
    if isinstance(part, dict):
        return str(part.get("quote") or part.get("text") or "، ".join(str(value) for value in part.values() if value))
    return str(part)


def _states_after(events: list[models.Model]) -> dict[tuple[type, int], models.Model | None]:
    """For each event the row as it stood after it: the next event's, else the stored row; None after a deletion."""
    after: dict[tuple[type, int], models.Model | None] = {}
    of_model: dict[type, list[models.Model]] = defaultdict(list)
    for event in events:
        of_model[type(event)].append(event)
    for model, known in of_model.items():
        rows = {event.pgh_obj_id for event in known}
        oldest = min(event.pgh_id for event in known)
        lines: dict[int, list[models.Model]] = defaultdict(list)
        for event in model.objects.filter(pgh_obj__in=rows, pgh_id__gte=oldest).order_by("pgh_id"):
            lines[event.pgh_obj_id].append(event)
        stored = model.pgh_tracked_model._base_manager.in_bulk(rows)
        for pk, line in lines.items():
            for event, following in zip(line, [*line[1:], stored.get(pk)], strict=True):
                state = {"delete": None, "insert": event}.get(event.pgh_label, following)
                after[model, event.pgh_id] = state
    return after
