"""What was changed, by whom and when: kept by triggers for every door, told as changes of fields, and undone as a whole.

A row's event table (django-pghistory) holds the row as it was before each update and deletion, and, where a person acts, as it
was inserted; what the rules insert is told by the row itself (`rule`, `created_at`). All that one request or command run does
is one operation (`pghistory.models.Context`), which names the editor (`user`) or the `command`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pghistory
import pgtrigger
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models, transaction
from django.db.models import Max
from pghistory.models import Context

_BY_HAND = pgtrigger.Condition("current_setting('pghistory.context_metadata', true) LIKE '%\"user\": %'")
_KIND_OF = {"insert": "أضيف", "update": "عُدّل", "delete": "حُذف"}
# Of how many changes a row's history is read, with those of the rows that hang on it.
MOST_TOLD = 200


def with_history(*exclude: str) -> Callable[[type[models.Model]], type[models.Model]]:
    """Decorates a model whose changes are kept, but for the fields named, which are derived."""
    return pghistory.track(
        pghistory.InsertEvent(condition=_BY_HAND),
        pghistory.UpdateEvent(row="OLD"),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        meta={"verbose_name": "تغيير", "verbose_name_plural": "تغييرات"},
    )


@contextmanager
def operation(**told: object) -> Iterator[Context]:
    """What is changed inside is one operation, told by `user` (an id), `command`, `what`; inside another it only adds to it."""
    with pghistory.context() as current:
        current.metadata.update({name: value for name, value in told.items() if value is not None})
        yield current


def attach() -> None:
    """Tells the database the operation under way, for the rest of the transaction: where statements are sent as they are."""
    with pghistory.context() as current:
        if current.metadata:
            with connection.cursor() as cursor:
                # A statement of no effect that is not a SELECT, to which the library adds what it tells.
                cursor.execute("SET LOCAL pghistory.attached TO 'on'")


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


class UndoConflictError(Exception):
    """An operation that cannot be undone, since rows were changed again after it; `rows` says which."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__("، ".join(rows))
        self.rows = rows


def event_models() -> list[type[models.Model]]:
    """The models of events, one for every model with a history."""
    return [
        model for model in apps.get_app_config("articles").get_models() if issubclass(model, pghistory.models.Event)
    ]


def event_model_of(model: type[models.Model]) -> type[models.Model]:
    return next(one for one in event_models() if one.pgh_tracked_model is model)


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
    return _told(sorted(found, key=lambda event: (event.pgh_created_at, event.pgh_id), reverse=True)[:most])


def changes_in(context: object, *, most: int = MOST_TOLD) -> list[Change]:
    """What an operation changed, at most so many rows of each noun."""
    found: list[models.Model] = []
    for model in event_models():
        found += model.objects.filter(pgh_context=context).select_related("pgh_context").order_by("-pgh_id")[:most]
    return _told(found)


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
    return _told(found)


def versions_of(row: models.Model, *, most: int = MOST_TOLD) -> list[models.Model]:
    """The earlier versions of a row, newest first: events that hold it as it was until `pgh_created_at`."""
    events = event_model_of(type(row)).objects.filter(pgh_obj=row.pk, pgh_label__in=("update", "delete"))
    return list(events.order_by("-pgh_id")[:most])


def between(one: models.Model, other: models.Model) -> tuple[FieldChange, ...]:
    """What differs between two versions of a row, each an event or the row as it stands."""
    event = one if isinstance(one, pghistory.models.Event) else other
    return _field_changes(type(event), one, other)


def _field_changes(
    events: type[models.Model], before: models.Model | None, after: models.Model | None
) -> tuple[FieldChange, ...]:
    fields = (
        FieldChange(str(field.verbose_name), _shown(field, before), _shown(field, after))
        for field in _fields(events)
        if not before or not after or getattr(before, field.attname) != getattr(after, field.attname)
    )
    return tuple(one for one in fields if (one.before or "") != (one.after or ""))


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


def _told(events: Iterable[models.Model]) -> list[Change]:
    events = list(events)
    users = get_user_model().objects.in_bulk({_said(event).get("user") for event in events} - {None})
    after = _states_after(events)
    return [_change(event, after[type(event), event.pgh_id], users) for event in events]


def _said(event: models.Model) -> dict:
    return event.pgh_context.metadata if event.pgh_context else {}


def _change(event: models.Model, after: models.Model | None, users: dict[int, models.Model]) -> Change:
    said = _said(event)
    before = None if event.pgh_label == "insert" else event
    tracked = type(event).pgh_tracked_model
    shown = tracked(**{field.attname: getattr(event, field.attname) for field in _fields(type(event))})
    return Change(
        event.pgh_created_at, event.pgh_label, users.get(said.get("user")), str(said.get("command", "")),
        str(said.get("what", "")), str(tracked._meta.verbose_name), _name(shown), tracked._meta.model_name, event.pgh_id,
        event.pgh_context_id, _field_changes(type(event), before, after),
    )  # fmt: skip


def _name(row: models.Model) -> str:
    try:
        return str(row)
    except models.ObjectDoesNotExist:  # What it hung on is gone.
        return f"{row._meta.verbose_name} {row.pk}"


def _fields(model: type[models.Model]) -> list[models.Field]:
    """The tracked model's fields that its events hold, the key aside."""
    held = {field.name for field in model._meta.fields}
    return [
        field for field in model.pgh_tracked_model._meta.fields
        if field.name in held and not field.primary_key and not field.generated
    ]  # fmt: skip


def _shown(field: models.Field, row: models.Model | None) -> object:
    """A field's value as a person reads it."""
    if row is None:
        return None
    value = getattr(row, field.attname)
    if value in (None, "", []):
        return ""
    if field.is_relation:
        target = field.related_model._base_manager.filter(pk=value).first()
        return str(target) if target else f"{value}"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "نعم" if value else "لا"
    if isinstance(value, list):
        return "، ".join(map(str, value))
    return value


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


@transaction.atomic
def undo(context: object) -> int:
    """Puts back every row that an operation changed, added or deleted; returns how many changes were taken back.

    Raises UndoConflictError, with nothing put back, where a row was changed again by a later operation.
    """
    taken, conflicts = [], []
    for model in event_models():
        events = list(model.objects.filter(pgh_context=context).order_by("-pgh_id"))
        newest = {event.pgh_obj_id: event.pgh_id for event in reversed(events)}
        later = model.objects.filter(pgh_obj__in=newest).exclude(pgh_context=context)
        again = {pk for pk, number in later.values_list("pgh_obj", "pgh_id") if number > newest[pk]}
        conflicts += [f"{change.noun} «{change.row}»" for change in _told(e for e in events if e.pgh_obj_id in again)]
        taken += events
    if conflicts:
        raise UndoConflictError(list(dict.fromkeys(conflicts)))
    for event in taken:
        _take_back(event)
    return len(taken)


def put_back(event: models.Model) -> models.Model:
    """Gives the row of an event the values that the event holds; returns the row, stored again if it was deleted."""
    model = type(event).pgh_tracked_model
    stored = model._base_manager.filter(pk=event.pgh_obj_id).first()
    row = stored or model(pk=event.pgh_obj_id)
    for field in _fields(type(event)):
        setattr(row, field.attname, getattr(event, field.attname))
    row.save(force_insert=stored is None)
    return row


def _take_back(event: models.Model) -> None:
    model = type(event).pgh_tracked_model
    if event.pgh_label == "insert" and model._meta.model_name == "article":
        # An article keeps its address and its captures, whoever brought it.
        row = model._base_manager.get(pk=event.pgh_obj_id)
        row.status = "deleted"
        row.save()
    elif event.pgh_label == "insert":
        stored = type(event).pgh_tracked_model._base_manager.filter(pk=event.pgh_obj_id)
        stored._raw_delete(stored.db)
    else:
        put_back(event)
