"""Describes the changes in the history for editors: who changed which row, and each field's value before and after."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Max

from articles.curation.telling import PLACE, has_place, is_place, moment_in_words
from articles.models.history import EventModel, EventRow, event_model_of, event_models, kept_fields
from articles.models.rules import rule_name
from articles.models.uncertain_date import is_derived

_KIND_OF = {"insert": "أضيف", "update": "عُدّل", "delete": "حُذف"}
# The most changes that are read for a row's history, those of the rows that depend on it included.
MOST_TOLD = 200


@dataclass(frozen=True)
class FieldChange:
    """The change of one field, as an editor reads it.

    label: the field's Arabic name.
    before: the displayed value before the change; None where the row did not exist, empty for no value.
    after: the displayed value after the change; None where the row was deleted, empty for no value.
    """

    label: str
    before: object
    after: object


@dataclass(frozen=True)
class Change:
    """The change of one row.

    at: the moment of the change.
    kind: "insert", "update" or "delete".
    user: the editor; None where the rules or a command made the change.
    command: the name of the command that made the change; empty for none.
    what: the operation's description; empty for none.
    noun: the model's Arabic name.
    row: the row's name.
    model: the model's name.
    event: the key of the history event, in the model's event table.
    operation: the key of the operation; None where the change was made outside of any.
    fields: the fields that changed.
    """

    at: datetime
    kind: str
    user: User | None
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
        """Returns whether the rules or a command made the change, rather than an editor."""
        return self.user is None

    @property
    def kind_words(self) -> str:
        """Returns the Arabic word for the kind of the change."""
        return _KIND_OF[self.kind]


def newest_change(row: models.Model) -> str:
    """Returns a text that differs after each change of the row or of a row that depends on it.

    The text joins with hyphens the key of the newest event in each event table of `_event_columns`, 0 for none.
    """
    newest_keys = []
    for model, column in _event_columns(type(row)):
        newest = model.objects.filter(**{column: row.pk}).aggregate(newest=Max("pgh_id"))["newest"]
        newest_keys.append(newest or 0)
    return "-".join(map(str, newest_keys))


def changes_of(row: models.Model, *, most: int = MOST_TOLD) -> list[Change]:
    """Returns the newest `most` changes of a row and of the rows that depend on it, newest first.

    The number of statements does not depend on the number of changes.
    """
    events: list[EventRow] = []
    for model, column in _event_columns(type(row)):
        events += model.objects.filter(**{column: row.pk}).select_related("pgh_context").order_by("-pgh_id")[:most]
    return changes_from(sorted(events, key=lambda event: (event.pgh_created_at, event.pgh_id), reverse=True)[:most])


def changes_in(context: object, *, most: int = MOST_TOLD) -> list[Change]:
    """Returns the changes of an operation (`context` is its key), at most `most` of each model."""
    events: list[EventRow] = []
    for model in event_models():
        events += model.objects.filter(pgh_context=context).select_related("pgh_context").order_by("-pgh_id")[:most]
    return changes_from(events)


def last_of_each(contexts: Iterable[object]) -> dict[object, list[Change]]:
    """Maps each operation to its last change of each model.

    `contexts` are keys of operations. The number of statements does not depend on how many there are.
    """
    events: list[EventRow] = []
    for model in event_models():
        last_events = model.objects.filter(pgh_context__in=contexts).select_related("pgh_context")
        events += last_events.order_by("pgh_context", "-pgh_id").distinct("pgh_context")
    of_operation: dict[object, list[Change]] = defaultdict(list)
    for change in changes_from(events):
        of_operation[change.operation].append(change)
    return of_operation


def changes_after(row: models.Model, newest_seen: str) -> list[Change]:
    """Returns the changes of a row, and of those that depend on it, since `newest_change` returned `newest_seen`.

    Returns an empty list for a malformed text.
    """
    seen = [int(part) for part in newest_seen.split("-") if part.isdigit()]
    event_columns = _event_columns(type(row))
    if len(seen) != len(event_columns):
        return []
    events: list[EventRow] = []
    for (model, column), newest in zip(event_columns, seen, strict=True):
        later = model.objects.filter(**{column: row.pk}, pgh_id__gt=newest)
        events += later.select_related("pgh_context").order_by("-pgh_id")[:MOST_TOLD]
    return changes_from(events)


def versions_of(row: models.Model, *, most: int = MOST_TOLD) -> list[EventRow]:
    """Returns up to `most` earlier versions of a row, newest first.

    Each is an event that holds the row's values as they were until `pgh_created_at`.
    """
    events = event_model_of(type(row)).objects.filter(pgh_obj=row.pk, pgh_label__in=("update", "delete"))
    return list(events.order_by("-pgh_id")[:most])


def between(before: EventRow, after: EventRow) -> tuple[FieldChange, ...]:
    """Returns the fields that differ between two versions of a row.

    At least one of `before` and `after` is an event; the other may be the stored row.
    """
    event = before if isinstance(before, pghistory.models.Event) else after
    return _field_changes(type(event), before, after, _Names([before, after]))


def _field_changes(
    events: EventModel, before: EventRow | None, after: EventRow | None, names: "_Names"
) -> tuple[FieldChange, ...]:
    """Returns a FieldChange for each field that an editor sees differ between two states of a row.

    `before` is None where the row did not exist yet, `after` where it was deleted. The fields of a fact's place make
    one FieldChange together. Fields that read the same to an editor before and after are left out.
    """
    differing = [
        field for field in kept_fields(events)
        if not before or not after or getattr(before, field.attname) != getattr(after, field.attname)
    ]  # fmt: skip
    fields = [
        FieldChange(str(field.verbose_name), _in_words(field, before, names), _in_words(field, after, names))
        for field in differing if not is_place(field)
    ]  # fmt: skip
    if before and after and any(map(is_place, differing)):
        fields.append(_change_of_place(before, after))
    return tuple(change for change in fields if (change.before or "") != (change.after or ""))


def _change_of_place(before: EventRow, after: EventRow) -> FieldChange:
    """Returns a FieldChange for the span of a fact, without the offsets.

    A change of the quotes, which show the place, has a FieldChange of its own.
    """
    if has_place(before) and has_place(after):
        return FieldChange(PLACE, "", "تغيّر موضعه")
    return FieldChange(PLACE, *("له موضع" if has_place(row) else "بلا موضع" for row in (before, after)))


def _event_columns(model: type[models.Model]) -> list[tuple[EventModel, str]]:
    """Returns (event model, column with the row's key) for the model itself and for each model that depends on it.

    The model itself comes first. A model depends on another if its foreign key cascades deletion.
    """
    columns = [(event_model_of(model), "pgh_obj")]
    for event_model in event_models():
        tracked = event_model.pgh_tracked_model
        for field in tracked._meta.fields:
            cascades = (
                field.is_relation and field.related_model is model and field.remote_field.on_delete is models.CASCADE
            )
            if cascades:
                columns.append((event_model, field.attname))
    return columns


def changes_from(events: Iterable[EventRow]) -> list[Change]:
    """Converts events of the history to changes, in the same order.

    The number of statements does not depend on the number of events.
    """
    events = list(events)
    users = get_user_model().objects.in_bulk({_metadata(event).get("user") for event in events} - {None})
    after = _states_after(events)
    names = _Names([*events, *(row for row in after.values() if row is not None)])
    return [_change(event, after[type(event), event.pgh_id], users, names) for event in events]


def _metadata(event: EventRow) -> dict[str, Any]:
    return event.pgh_context.metadata if event.pgh_context else {}


def _change(event: EventRow, after: EventRow | None, users: dict[int, User], names: "_Names") -> Change:
    """Converts one event of the history to a Change.

    `after` holds the row's values after the event; it is None after a deletion. `users` maps keys to users.
    """
    metadata = _metadata(event)
    before = None if event.pgh_label == "insert" else event
    tracked = type(event).pgh_tracked_model
    return Change(
        event.pgh_created_at, event.pgh_label, users.get(metadata.get("user", 0)), str(metadata.get("command", "")),
        str(metadata.get("what", "")), str(tracked._meta.verbose_name), names.of_row(event), tracked._meta.model_name,
        event.pgh_id, event.pgh_context_id, _field_changes(type(event), before, after, names),
    )  # fmt: skip


class _Names:
    """Names rows for editors. The rows that their foreign keys point to are read once, when it is made."""

    def __init__(self, rows: Iterable[Any]) -> None:
        keys: dict[Any, set[int]] = defaultdict(set)
        for row in rows:
            for field in _tracked_model(row)._meta.fields:
                if field.is_relation and getattr(row, field.attname, None):
                    keys[field.related_model].add(getattr(row, field.attname))
        self._targets: dict[Any, dict[int, Any]] = {
            model: _without_texts(model).in_bulk(pks) for model, pks in keys.items()
        }

    def of_row(self, event: EventRow) -> str:
        """Returns the name of the row as the event kept it; the noun and the key where a row that the name needs is
        gone.
        """
        tracked = _tracked_model(event)
        row = tracked(**{field.attname: getattr(event, field.attname) for field in kept_fields(type(event))})
        for field in tracked._meta.fields:
            if field.is_relation and (target := self._target(field, row)):
                setattr(row, field.name, target)
        try:
            return str(row)
        except models.ObjectDoesNotExist:  # The row that it depended on is deleted.
            return f"{tracked._meta.verbose_name} {event.pgh_obj_id}"

    def of_target(self, field: models.Field, row: EventRow) -> str:
        """Returns the name of the row that `field` points to; its key where that row is gone."""
        return str(self._target(field, row) or getattr(row, field.attname))

    def _target(self, field: models.Field, row: EventRow) -> models.Model | None:
        return self._targets.get(field.related_model, {}).get(getattr(row, field.attname))


def _tracked_model(row: Any) -> type[models.Model]:
    # Every event model of the archive names the model that it tracks.
    tracked: Any = row.pgh_tracked_model if isinstance(row, pghistory.models.Event) else type(row)
    return tracked


def _without_texts(model: type[models.Model]) -> models.QuerySet:
    """Returns a queryset of a model that does not read long texts, for rows of which only the name is needed."""
    texts = {"body", "set_aside", "search_vector", "date_statements"} & {field.name for field in model._meta.fields}
    return model._base_manager.defer(*texts)


def _in_words(field: models.Field, row: EventRow | None, names: _Names) -> object:
    """Returns a field's value as an editor reads it. Numbers, days and texts stay as they are.

    None without a row. Empty for no value, and for a bound of a date that follows from the date itself.
    """
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
        return "، ".join(_part_in_words(part) for part in value)
    return moment_in_words(value) if isinstance(value, datetime) else value


def _part_in_words(part: object) -> str:
    """Formats an item of a list. A dictionary is shown by its "quote" or "text", else by all its values."""
    if isinstance(part, dict):
        return str(part.get("quote") or part.get("text") or "، ".join(str(value) for value in part.values() if value))
    return str(part)


def _states_after(events: list[EventRow]) -> dict[tuple[EventModel, int], EventRow | None]:
    """Maps (event model, key of the event) to the row's values after that event.

    They are the event's own after an insertion, None after a deletion, and otherwise those of the row's next event or,
    without one, of the stored row.
    """
    after: dict[tuple[EventModel, int], EventRow | None] = {}
    of_model: dict[EventModel, list[EventRow]] = defaultdict(list)
    for event in events:
        of_model[type(event)].append(event)
    for model, model_events in of_model.items():
        rows = {event.pgh_obj_id for event in model_events}
        oldest = min(event.pgh_id for event in model_events)
        events_of_row: dict[int, list[EventRow]] = defaultdict(list)
        for event in model.objects.filter(pgh_obj__in=rows, pgh_id__gte=oldest).order_by("pgh_id"):
            events_of_row[event.pgh_obj_id].append(event)
        stored = model.pgh_tracked_model._base_manager.in_bulk(rows)
        for pk, row_events in events_of_row.items():
            for event, following in zip(row_events, [*row_events[1:], stored.get(pk)], strict=True):
                state = {"delete": None, "insert": event}.get(event.pgh_label, following)
                after[model, event.pgh_id] = state
    return after
