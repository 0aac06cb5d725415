"""The history of changes: what was changed, by whom and when. Triggers record it, whichever code makes the change.

A model's event table (django-pghistory) holds the values of a row before each update and deletion. It also holds the
inserted values where an editor inserts a row; for rows that the rules insert, the row itself shows its origin (`rule`,
`created_at`). All changes of one request or command run form one operation (`pghistory.models.Context`), whose metadata
name the editor (`user`) or the `command`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import pghistory
import pgtrigger
from django.apps import apps
from django.db import connection, models
from pghistory.models import Context

# An event model and one of its rows. The library makes these classes when the app starts, so that the type check cannot
# know their columns.
EventModel: TypeAlias = type[Any]
EventRow: TypeAlias = Any

_BY_HAND = pgtrigger.Condition("current_setting('pghistory.context_metadata', true) LIKE '%\"user\": %'")


def with_history(*exclude: str) -> Callable[[type[models.Model]], type[models.Model]]:
    """Returns a decorator that records the changes of a model. `exclude` names derived fields, which are left out."""
    track: Callable[[type[models.Model]], type[models.Model]] = pghistory.track(
        pghistory.InsertEvent(condition=_BY_HAND),
        pghistory.UpdateEvent(row="OLD"),
        pghistory.DeleteEvent(),
        exclude=list(exclude),
        meta={"verbose_name": "تغيير", "verbose_name_plural": "تغييرات"},
    )
    return track


@contextmanager
def operation(**metadata: object) -> Iterator[Context]:
    """Makes all changes inside the context one operation, and yields it.

    The keyword arguments, such as `user` (an id), `command` and `what`, become the operation's metadata; those that are
    None are left out. Inside another operation it only adds its metadata to that one.
    """
    with pghistory.context() as current:
        current.metadata.update({name: value for name, value in metadata.items() if value is not None})
        yield current


def attach() -> None:
    """Announces the present operation to the database for the rest of the transaction.

    It is for code whose statements bypass the wrapper that announces the operation, such as COPY.
    """
    with pghistory.context() as current:
        if current.metadata:
            with connection.cursor() as cursor:
                # This statement has no effect of its own. The library adds the metadata to it, since it is not a
                # SELECT.
                cursor.execute("SET LOCAL pghistory.attached TO 'on'")


def event_models() -> list[EventModel]:
    """Returns the event models, one for every model with a history."""
    return [
        model for model in apps.get_app_config("articles").get_models() if issubclass(model, pghistory.models.Event)
    ]


def event_model_of(model: type[models.Model]) -> EventModel:
    """Returns the event model of a model with a history. Raises StopIteration for other models."""
    return next(event_model for event_model in event_models() if event_model.pgh_tracked_model is model)


def kept_fields(model: EventModel) -> list["models.Field[Any, Any]"]:
    """Returns the fields of the tracked model that its events hold, without the primary key.

    `model` is an event model.
    """
    names = {field.name for field in model._meta.fields}
    return [
        field for field in model.pgh_tracked_model._meta.fields
        if field.name in names and not field.primary_key and not field.generated
    ]  # fmt: skip
