"""Heartbeat and NightlyRun: what those who run the archive must learn of processes that nobody looks at.

The worker for deliveries writes its heartbeat itself, between two jobs and at each document of a job, so that one that hangs
falls silent. The desk's start page, /readyz, /metrics and `manage.py worker_health` read it, by the database server's clock.
"""

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F, Min, Q
from django.db.models.functions import Now

from articles.models.delivery import Delivery, DeliveryState
from articles.models.limits import moments_within
from articles.models.text_fields import LineField, RowsField

# Seconds between two beats at the most: a worker asks for work every five seconds.
BEAT_SECONDS = 5.0
# A worker without work that has been silent for so many seconds does not work. One that is at a delivery beats while it waits for the
# processes that read its documents, whose time is bounded, and is silent while it unpacks a large archive or stores a hundred documents.
# `manage.py serve` kills and starts anew one that is silent for longer.
PATIENCE_IDLE, PATIENCE_BUSY = 60, 300
# A delivery that has waited for so many seconds waits too long where no worker was ever seen.
PATIENCE_WAITING = 60
# Heartbeats of workers that are gone are told for so long.
REMEMBERED = timedelta(days=1)
# What `beat_async` of the worker and `beat` execute: name, host, pid, delivery.
BEAT = """
    INSERT INTO articles_heartbeat (name, host, pid, delivery, started_at, beat_at)
    VALUES (%(name)s, %(host)s, %(pid)s, %(delivery)s, statement_timestamp(), statement_timestamp())
    ON CONFLICT (name) DO UPDATE SET delivery = excluded.delivery, beat_at = excluded.beat_at
"""


class Heartbeat(models.Model):
    """One worker process. `delivery` is the key of the delivery that it is at, none while it waits for work."""

    name = LineField(max_length=100, primary_key=True)
    host = LineField(max_length=80)
    pid = models.PositiveIntegerField()
    delivery = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        constraints = moments_within("heartbeat", "started_at", "beat_at")
        indexes = [models.Index(fields=["-beat_at"], name="heartbeat_newest")]

    def __str__(self) -> str:
        return self.name


class NightlyRun(models.Model):
    """One run of `manage.py nightly`. `parts` are {"name", "status", "seconds", "output"}; `succeeded` is null until it has ended."""

    # Runs that are remembered.
    MOST_KEPT = 100

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    succeeded = models.BooleanField(null=True)
    parts = RowsField(shape={"name": str, "status": int}, default=list)

    class Meta:
        constraints = moments_within("nightly", "started_at", "finished_at")
        indexes = [models.Index(fields=["-started_at"], name="nightly_newest")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class Pulse:
    """The heartbeat of this process, where it is a worker for deliveries."""

    def __init__(self) -> None:
        host = socket.gethostname()[:80]
        self.arguments = {"name": f"{host}:{os.getpid()}", "host": host, "pid": os.getpid()}
        self._beaten = float("-inf")

    def is_due(self) -> bool:
        """Whether to write now; true at most every BEAT_SECONDS."""
        now = time.monotonic()
        if now - self._beaten < BEAT_SECONDS:
            return False
        self._beaten = now
        return True

    def beat(self, delivery: int | None, *, always: bool = False) -> None:
        """Says that this worker works, at a delivery or at none."""
        if always or self.is_due():
            with connection.cursor() as cursor:
                cursor.execute(BEAT, self.arguments | {"delivery": delivery})


_pulse: Pulse | None = None


def begin_pulse() -> Pulse:
    """Makes this process one that has a heartbeat, and forgets those of this machine that are gone: this one is in their place."""
    global _pulse
    _pulse = Pulse()
    here = Heartbeat.objects.filter(host=_pulse.arguments["host"])
    gone = [row.name for row in here if not _is_running(row.pid)]
    Heartbeat.objects.filter(Q(name__in=gone) | Q(beat_at__lt=Now() - 7 * REMEMBERED)).delete()
    return _pulse


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def beat(delivery: int | None, *, always: bool = False) -> None:
    """Called by what a worker does, at each step; nothing in a process that is no worker."""
    if _pulse is not None:
        _pulse.beat(delivery, always=always)


@dataclass(frozen=True)
class WorkerState:
    """How one worker was found: its name, seconds since its last beat, the delivery it is at, and whether it is silent too long."""

    name: str
    silent_seconds: float
    delivery: int | None
    stalled: bool


@dataclass(frozen=True)
class Processing:
    """How the taking in of deliveries was found.

    `workers` are those that beat within a day, the last to beat first. `silent_seconds` is how long ago any worker beat, none
    where none ever did. `stalled` is true when no worker works although one did, or although deliveries wait.
    """

    workers: Sequence[WorkerState]
    silent_seconds: float | None
    stalled: bool


def processing() -> Processing:
    """How the taking in of deliveries is now."""
    rows = list(Heartbeat.objects.annotate(silent=Now() - F("beat_at")).order_by("-beat_at")[:50])
    states = [_state(row) for row in rows]
    told = [state for state in states if state.silent_seconds < REMEMBERED.total_seconds()]
    if states:
        return Processing(told, states[0].silent_seconds, all(state.stalled for state in states))
    waits = Delivery.objects.filter(
        state=DeliveryState.WAITING, brought_at__lt=Now() - timedelta(seconds=PATIENCE_WAITING)
    )
    return Processing([], None, waits.exists())


def _state(row: Heartbeat) -> WorkerState:
    silent = max(row.silent.total_seconds(), 0.0)
    patience = PATIENCE_IDLE if row.delivery is None else PATIENCE_BUSY
    return WorkerState(row.name, silent, row.delivery, silent > patience)


def is_silent(pid: int, running_seconds: float) -> bool:
    """Whether a worker of this machine, which has been running for so long, has been silent beyond its patience."""
    here = Heartbeat.objects.filter(host=socket.gethostname()[:80], pid=pid)
    row = here.annotate(silent=Now() - F("beat_at")).order_by("-beat_at").first()
    # A beat from before this process began is of an earlier one that had its number.
    if row is None or row.silent.total_seconds() > running_seconds:
        return running_seconds > PATIENCE_BUSY
    return _state(row).stalled


@dataclass(frozen=True)
class NightlyState:
    """What is known of the nightly runs.

    `failed` are the parts that failed in the last run that ended. `success_seconds` is how long ago the last run without a
    failure ended, none where there was none. `last_started` is when the newest run began, none where none ever did. `overdue` is
    true when none has succeeded for OVERDUE: of an archive where none ever did, since its first run began or, without any, since
    its database was made.
    """

    last_started: datetime | None
    failed: Sequence[str]
    success_seconds: float | None
    overdue: bool


# A day and two hours: a run may take longer one night than the other.
OVERDUE = timedelta(hours=26)


def nightly_state() -> NightlyState:
    """How the nightly runs stand now."""
    newest = NightlyRun.objects.order_by("-started_at").first()
    ended = NightlyRun.objects.filter(succeeded__isnull=False).order_by("-started_at").first()
    succeeded = NightlyRun.objects.filter(succeeded=True).annotate(age=Now() - F("finished_at"))
    success = succeeded.order_by("-finished_at").first()
    failed = [part["name"] for part in ended.parts if part["status"]] if ended and not ended.succeeded else []
    age = success.age if success else _age_without_success()
    started = newest.started_at if newest else None
    return NightlyState(started, failed, success.age.total_seconds() if success else None, age > OVERDUE)


def _age_without_success() -> timedelta:
    """How long nightly runs could have been made: since the first began, or since the first migration was applied."""
    runs, migrations = NightlyRun.objects.aggregate(first=Min("started_at")), MigrationRecorder(connection).migration_qs
    first = runs["first"] or migrations.aggregate(first=Min("applied"))["first"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0] - first
