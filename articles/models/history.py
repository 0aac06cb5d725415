"""What was changed, by whom and when: kept by triggers for every door.

A row's event table (django-pghistory) holds the row as it was before each update and deletion, and, where a person acts, as it
was inserted; what the rules insert is told by the row itself (`rule`, `created_at`). All that one request or command run does
is one operation (`pghistory.models.Context`), which names the editor (`user`) or the `command`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pghistory
import pgtrigger
from django.apps import apps
from django.db import connection, models
from pghistory.models import Context

_BY_HAND = pgtrigger.Condition("current_setting('pghistory.context_metadata', true) LIKE '%\"user\": %'")


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


def event_models() -> list[type[models.Model]]:
    """The models of events, one for every model with a history."""
    return [
        model for model in apps.get_app_config("articles").get_models() if issubclass(model, pghistory.models.Event)
    ]


def event_model_of(model: type[models.Model]) -> type[models.Model]:
    return next(one for one in event_models() if one.pgh_tracked_model is model)


def kept_fields(model: type[models.Model]) -> list[models.Field]:
    """The tracked model's fields that its events hold, the key aside."""
    held = {field.name for field in model._meta.fields}
    return [
        field for field in model.pgh_tracked_model._meta.fields
        if field.name in held and not field.primary_key and not field.generated
    ]  # fmt: skip
