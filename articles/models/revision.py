"""Revision: which committed changes a page was made of; the same as long as nothing that readers see has changed.

Triggers (sql/0004_revision.sql) count every transaction that changes a table of REVISED, so that a page kept for the next
reader, and one in a reader's browser, are known to be true or outdated by one small question.
"""

import uuid

from django.apps import apps
from django.db import connection, models

from articles.models.history import event_models

# What no page shows: what waits to be taken in, and what only rules of the next ingest ask.
UNSEEN = {"Delivery", "AuthorityEntry", "Apart", "Claim", "Fingerprint", "Revision", "Heartbeat", "NightlyRun"}

# An expression: the count of changes, and what tells apart two archives that count alike, as one restored from a backup.
CURRENT = (
    "(SELECT coalesce(sum(changes), 0)::text || '-' || coalesce(left(min(epoch::text), 8), '') FROM articles_revision)"
)


class Revision(models.Model):
    slot = models.AutoField(primary_key=True)
    changes = models.BigIntegerField(default=0)
    epoch = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return f"{self.slot}: {self.changes}"


def current() -> str:
    """The archive's revision on the server that is asked."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {CURRENT}")
        return cursor.fetchone()[0]


def begin_epoch() -> None:
    """Makes every earlier revision of this archive another one's: after its rows were put in from elsewhere."""
    Revision.objects.update(epoch=uuid.uuid4())


def revised_tables() -> list[str]:
    """The tables whose changes readers may see: those of every noun, their histories aside."""
    events = set(event_models())
    return sorted(
        model._meta.db_table
        for model in apps.get_app_config("articles").get_models()
        if model not in events and model.__name__ not in UNSEEN
    )
