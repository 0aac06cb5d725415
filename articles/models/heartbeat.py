"""Heartbeat and NightlyRun: the state of background processes, for those who run the archive.

The worker for deliveries writes its own heartbeat, between two jobs and at each document of a job, so that a hanging
worker falls silent. The desk's start page, /readyz, /metrics and `manage.py worker_health` read it. Ages are measured
by the database server's clock.
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

# The least number of seconds between two beats: a worker asks for work every five seconds.
BEAT_SECONDS = 5.0
# Seconds of silence after which a worker counts as stalled, without a delivery and with one. A worker with a delivery
# beats while it waits for the processes that read its documents, whose time is bounded. It is silent while it unpacks a
# large archive or stores a hundred documents. `manage.py serve` kills a stalled worker and starts a new one.
PATIENCE_IDLE, PATIENCE_BUSY = 60, 300
# Seconds after which a waiting delivery is a fault if no worker has ever beaten. A judgement: a worker is started with
# the site and beats at once. A smaller number reports a fault while a slow machine still starts; a larger one leaves
# editors longer without a sign that nothing reads their uploads.
PATIENCE_WAITING = 60
# How long the heartbeat of a worker that is gone is still reported.
REMEMBERED = timedelta(days=1)
# The statement of `Pulse.beat` and of `BeatingJobs.fetch_job` (articles/ingest/worker.py). Its parameters are name, host,
# pid and delivery.
BEAT = """
    INSERT INTO articles_heartbeat (name, host, pid, delivery, started_at, beat_at)
    VALUES (%(name)s, %(host)s, %(pid)s, %(delivery)s, statement_timestamp(), statement_timestamp())
    ON CONFLICT (name) DO UPDATE SET delivery = excluded.delivery, beat_at = excluded.beat_at
"""


class Heartbeat(models.Model):
    """The last heartbeat of one worker process.

    `delivery` is the key of its present delivery, None while it waits for work.
    """

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
    """One run of `manage.py nightly`.

    `parts` are {"name", "status", "seconds", "output"}. `succeeded` is None until the run has ended.
    """

    # The number of runs that are kept.
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
    """Writes the heartbeat of this process, a worker for deliveries."""

    def __init__(self) -> None:
        host = socket.gethostname()[:80]
        self.arguments: dict[str, str | int | None] = {
            "name": f"{host}:{os.getpid()}",
            "host": host,
            "pid": os.getpid(),
        }
        self._beaten = float("-inf")

    def is_due(self) -> bool:
        """Returns whether a beat is due. Returns True at most once every BEAT_SECONDS."""
        now = time.monotonic()
        if now - self._beaten < BEAT_SECONDS:
            return False
        self._beaten = now
        return True

    def beat(self, delivery: int | None, *, always: bool = False) -> None:
        """Writes a beat if one is due, or in any case with `always`.

        `delivery` is the key of the present delivery, None while the worker waits for work.
        """
        if always or self.is_due():
            with connection.cursor() as cursor:
                cursor.execute(BEAT, self.arguments | {"delivery": delivery})


_pulse: Pulse | None = None


def begin_pulse() -> Pulse:
    """Gives this process a heartbeat and returns it. Writes no beat yet.

    Deletes the heartbeats of this machine's processes that no longer run, since this process replaces them, and those
    that are older than seven times REMEMBERED.
    """
    global _pulse
    _pulse = Pulse()
    here = Heartbeat.objects.filter(host=_pulse.arguments["host"])
    gone = [row.name for row in here if not _is_running(row.pid)]
    Heartbeat.objects.filter(Q(name__in=gone) | Q(beat_at__lt=Now() - 7 * REMEMBERED)).delete()
    return _pulse


def _is_running(pid: int) -> bool:
    """Returns whether this machine runs a process with the number `pid`, whichever user it belongs to.

    Signal 0 does nothing to the process.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def beat(delivery: int | None, *, always: bool = False) -> None:
    """Writes a beat of this process as `Pulse.beat` does; does nothing in a process that is not a worker.

    The jobs of a worker call it at each step.
    """
    if _pulse is not None:
        _pulse.beat(delivery, always=always)


@dataclass(frozen=True)
class WorkerState:
    """The state of one worker.

    name: the worker's name, host:pid.
    silent_seconds: seconds since its last beat.
    delivery: the key of its present delivery; None while it waits for work.
    stalled: whether it has been silent beyond its patience.
    """

    name: str
    silent_seconds: float
    delivery: int | None
    stalled: bool


@dataclass(frozen=True)
class Processing:
    """The state of the processing of deliveries.

    workers: the workers that beat within the last day, newest beat first.
    silent_seconds: seconds since the last beat of any worker; None if none has ever beaten.
    stalled: whether all workers are stalled or, if none has ever beaten, a delivery has waited for PATIENCE_WAITING.
    """

    workers: Sequence[WorkerState]
    silent_seconds: float | None
    stalled: bool


def processing() -> Processing:
    """Returns the present state of the processing of deliveries."""
    rows = list(Heartbeat.objects.annotate(silent=Now() - F("beat_at")).order_by("-beat_at")[:50])
    states = [_state(row, row.silent) for row in rows]
    recent = [state for state in states if state.silent_seconds < REMEMBERED.total_seconds()]
    if states:
        return Processing(recent, states[0].silent_seconds, all(state.stalled for state in states))
    waiting = Delivery.objects.filter(
        state=DeliveryState.WAITING, brought_at__lt=Now() - timedelta(seconds=PATIENCE_WAITING)
    )
    return Processing([], None, waiting.exists())


def _state(row: Heartbeat, silence: timedelta) -> WorkerState:
    silent = max(silence.total_seconds(), 0.0)
    patience = PATIENCE_IDLE if row.delivery is None else PATIENCE_BUSY
    return WorkerState(row.name, silent, row.delivery, silent > patience)


def is_silent(pid: int, running_seconds: float) -> bool:
    """Returns whether a worker of this machine has been silent beyond its patience.

    `running_seconds` is how long the process has been running. A process without a beat is silent from its start, with
    the patience of PATIENCE_BUSY.
    """
    here = Heartbeat.objects.filter(host=socket.gethostname()[:80], pid=pid)
    row = here.annotate(silent=Now() - F("beat_at")).order_by("-beat_at").first()
    # A beat from before the start of this process is of an earlier process with the same pid.
    if row is None or row.silent.total_seconds() > running_seconds:
        return running_seconds > PATIENCE_BUSY
    return _state(row, row.silent).stalled


@dataclass(frozen=True)
class NightlyState:
    """The state of the nightly runs.

    last_started: when the newest run began; None without any run.
    failed: the names of the parts that failed in the last run that ended.
    success_seconds: seconds since the last successful run ended; None if none has succeeded.
    overdue: whether no run has succeeded for OVERDUE. If none has ever succeeded, the time counts from the start of the
        first run
        or, without any run, from the making of the database.
    """

    last_started: datetime | None
    failed: Sequence[str]
    success_seconds: float | None
    overdue: bool


# A day and two hours, because a run may take longer on one night than on another.
OVERDUE = timedelta(hours=26)


def nightly_state() -> NightlyState:
    """Returns the present state of the nightly runs."""
    newest = NightlyRun.objects.order_by("-started_at").first()
    ended = NightlyRun.objects.filter(succeeded__isnull=False).order_by("-started_at").first()
    succeeded = NightlyRun.objects.filter(succeeded=True).annotate(age=Now() - F("finished_at"))
    success = succeeded.order_by("-finished_at").first()
    failed = [part["name"] for part in ended.parts if part["status"]] if ended and not ended.succeeded else []
    age = success.age if success else _age_without_success()
    started = newest.started_at if newest else None
    return NightlyState(started, failed, success.age.total_seconds() if success else None, age > OVERDUE)


def _age_without_success() -> timedelta:
    """Returns the time since the first nightly run began or, without any run, since the first migration was applied."""
    runs, migrations = NightlyRun.objects.aggregate(first=Min("started_at")), MigrationRecorder(connection).migration_qs
    first = runs["first"] or migrations.aggregate(first=Min("applied"))["first"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (now,) = cursor.fetchone()
    age: timedelta = now - first
    return age
