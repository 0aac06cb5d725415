"""Revision: a number that changes with every committed change of what readers see.

Triggers (sql/0004_revision.sql) count every transaction that changes one of `revised_tables`. So one small query shows
whether a cached page, on the server or in a reader's browser, is current.
"""

import uuid

from django.apps import apps
from django.db import connection, models

from articles.models.history import event_models

# The models that no page for readers shows: deliveries and other working data, and what only the rules of the next
# ingest read.
UNSEEN = {"Delivery", "AuthorityEntry", "Apart", "Claim", "Fingerprint", "Revision", "Heartbeat", "NightlyRun"}

# An SQL expression for the revision: the number of changes, and the beginning of the epoch. The epoch distinguishes
# archives with equal numbers, such as one restored from a backup.
CURRENT = (
    "(SELECT coalesce(sum(changes), 0)::text || '-' || coalesce(left(min(epoch::text), 8), '') FROM articles_revision)"
)


class Revision(models.Model):
    """One slot of the counter of changes.

    The revision consists of the sum of `changes` over all slots and the beginning of the least `epoch`.
    """

    slot = models.AutoField(primary_key=True)
    changes = models.BigIntegerField(default=0)
    epoch = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return f"{self.slot}: {self.changes}"


def current() -> str:
    """Returns the archive's revision on the database server of the connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CURRENT}")
        (current_revision,) = cursor.fetchone()
        return str(current_revision)


def begin_epoch() -> None:
    """Invalidates all earlier revisions by a new epoch. Call it after the archive's rows were loaded from elsewhere."""
    Revision.objects.update(epoch=uuid.uuid4())


def revised_tables() -> list[str]:
    """Returns the tables whose changes readers may see: those of every noun, without the event tables of histories."""
    events = set(event_models())
    return sorted(
        model._meta.db_table
        for model in apps.get_app_config("articles").get_models()
        if model not in events and model.__name__ not in UNSEEN
    )
