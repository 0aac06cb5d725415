"""When a worker and the nightly runs count as stalled, on both sides of each limit."""

import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from articles.models import Delivery, Heartbeat, NightlyRun, heartbeat
from articles.models.heartbeat import Pulse, is_silent, nightly_state, processing

in_database = pytest.mark.django_db
# Less than the time that a test may take, on both sides of a limit that the database's clock decides.
CLOSE = 20


def worker(name: str, seconds: float, delivery: int | None = None, host: str = "host", pid: int = 1) -> None:
    """Stores the heartbeat of a worker whose last beat was `seconds` seconds ago."""
    then = timezone.now() - timedelta(seconds=seconds)
    Heartbeat.objects.create(name=name, host=host, pid=pid, delivery=delivery, started_at=then, beat_at=then)


@pytest.mark.parametrize(
    ("seconds", "delivery", "silent", "stalled"),
    [
        (0, None, 0, False), (59.9, None, 59.9, False), (60, None, 60, False), (60.1, None, 60.1, True), (60.1, 3, 60.1, False),
        (300, 3, 300, False), (300.1, 3, 300.1, True),
        # The clock of the worker's machine may be ahead.
        (-5, None, 0, False),
    ],
)  # fmt: skip
def test_how_long_a_worker_may_be_silent(seconds: float, delivery: int | None, silent: float, stalled: bool) -> None:
    state = heartbeat._state(Heartbeat(name="host:1", delivery=delivery), timedelta(seconds=seconds))
    assert (state.name, state.silent_seconds, state.delivery, state.stalled) == ("host:1", silent, delivery, stalled)


@pytest.mark.parametrize(
    ("moments", "due"),
    [
        ([0], [True]), ([0, 4.9, 5.0], [True, False, True]), ([100, 101, 104.9, 106, 107, 111], [True, False, False, True, False, True]),
    ],
)  # fmt: skip
def test_a_beat_is_due_every_five_seconds(
    moments: list[float], due: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(moments)
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    pulse = Pulse()
    assert [pulse.is_due() for _ in moments] == due


@in_database
def test_a_worker_writes_the_beats_that_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    pulse, beat = Pulse(), Heartbeat.objects.filter(pid=os.getpid())
    pulse.beat(3)
    assert [row.delivery for row in beat.all()] == [3]
    pulse.beat(4)
    assert [row.delivery for row in beat.all()] == [3]
    pulse.beat(None, always=True)
    assert [row.delivery for row in beat.all()] == [None]
    # A process that is no worker beats in no case.
    beat.delete()
    monkeypatch.setattr(heartbeat, "_pulse", None)
    heartbeat.beat(5, always=True)
    assert not beat.exists()
    heartbeat.begin_pulse()
    assert not beat.exists()
    heartbeat.beat(5)
    heartbeat.beat(6)
    assert [row.delivery for row in beat.all()] == [5]
    heartbeat.beat(6, always=True)
    assert [row.delivery for row in beat.all()] == [6]


@in_database
def test_a_new_worker_removes_those_that_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    here, day = "h" * 100, 86_400
    monkeypatch.setattr(heartbeat, "_pulse", None)
    monkeypatch.setattr(socket, "gethostname", lambda: here)

    def kill(pid: int, signal: int) -> None:
        assert signal == 0
        if pid == 2:
            raise ProcessLookupError
        if pid == 3:
            raise PermissionError

    monkeypatch.setattr(os, "kill", kill)
    for name, pid in (("runs", 1), ("gone", 2), ("of another account", 3)):
        worker(name, 10, host=here[:80], pid=pid)
    worker("elsewhere", 10, host=here[:40], pid=2)
    worker("six days", 6.5 * day, host="other", pid=2)
    worker("seven days", 7.5 * day, host="other", pid=1)
    pulse = heartbeat.begin_pulse()
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {
        "runs",
        "of another account",
        "elsewhere",
        "six days",
    }
    assert pulse.arguments == {"name": f"{here[:80]}:{os.getpid()}", "host": here[:80], "pid": os.getpid()}
    # A worker that has not beaten yet may take as long as one with a delivery.
    assert not is_silent(9, 300) and is_silent(9, 300.1)
    # The beats of another machine, or of another process, are not this worker's.
    assert not is_silent(1, 3_600) and is_silent(2, 3_600)
    worker("earlier", 200, host=here[:80], pid=1)
    assert not is_silent(1, 3_600)


@in_database
def test_the_workers_of_the_last_day() -> None:
    hour = 3_600
    assert processing() == heartbeat.Processing([], None, False)
    worker("old", 25 * hour)
    state = processing()
    assert state.workers == [] and state.stalled and 25 * hour <= state.silent_seconds < 25 * hour + CLOSE
    for number in range(30):
        worker(f"w{number}", 100 + number)
    worker("yesterday", 23 * hour)
    state = processing()
    assert [row.name for row in state.workers] == [*(f"w{number}" for number in range(30)), "yesterday"]
    assert state.stalled and 100 <= state.silent_seconds < 100 + CLOSE
    worker("works", 1)
    assert not processing().stalled and processing().workers[0].name == "works" and processing().silent_seconds < CLOSE


@in_database
@pytest.mark.parametrize(
    ("seconds", "state", "stalled"),
    [(60 - CLOSE, "waiting", False), (62, "waiting", True), (62, "running", False), (62, "finished", False), (-62, "waiting", False)],
)  # fmt: skip
def test_a_delivery_that_waits_for_the_first_worker(seconds: float, state: str, stalled: bool) -> None:
    delivery = Delivery.objects.create(name="خبر.txt", state=state)
    Delivery.objects.filter(pk=delivery.pk).update(brought_at=timezone.now() - timedelta(seconds=seconds))
    assert processing() == heartbeat.Processing([], None, stalled)


def run(hours: float, succeeded: bool | None, *failed: str, lasted: float = 0) -> NightlyRun:
    """A run that lasted `lasted` hours and ended `hours` hours ago."""
    end = timezone.now() - timedelta(hours=hours)
    parts = [{"name": name, "status": int(name in failed)} for name in ("check", "backup", "tidy")]
    return NightlyRun.objects.create(
        started_at=end - timedelta(hours=lasted), finished_at=None if succeeded is None else end, succeeded=succeeded, parts=parts
    )  # fmt: skip


@in_database
@pytest.mark.parametrize(
    ("runs", "newest", "failed", "success", "overdue"),
    [
        ([lambda: run(25.9, True)], 0, [], 25.9, False),
        ([lambda: run(26.1, True)], 0, [], 26.1, True),
        ([lambda: run(25, False, "backup", "tidy")], 0, ["backup", "tidy"], None, False),
        ([lambda: run(27, False, "backup")], 0, ["backup"], None, True),
        # Without any success, the first run counts.
        ([lambda: run(1, False, "tidy"), lambda: run(27, False, "backup")], 0, ["tidy"], None, True),
        ([lambda: run(27, False, "backup"), lambda: run(1, False, "tidy")], 1, ["tidy"], None, True),
        # A run that has not ended says nothing yet.
        ([lambda: run(2, False, "check"), lambda: run(1, None)], 1, ["check"], None, False),
        ([lambda: run(1, None), lambda: run(2, False, "check")], 0, ["check"], None, False),
        ([lambda: run(30, True), lambda: run(2, False, "check"), lambda: run(1, True)], 2, [], 1, False),
        ([lambda: run(1, True), lambda: run(30, True), lambda: run(2, False, "check")], 0, [], 1, False),
        ([lambda: run(27, True), lambda: run(2, False, "check")], 1, ["check"], 27, True),
        # The success that ended last counts, whenever it began.
        ([lambda: run(20, True, lasted=9), lambda: run(27, True)], 1, [], 20, False),
    ],
)  # fmt: skip
def test_what_the_nights_did(
    runs: list[Callable[[], Any]], newest: int, failed: list[str], success: float | None, overdue: bool
) -> None:
    rows = [make() for make in runs]
    state = nightly_state()
    assert (state.last_started, state.failed, state.overdue) == (rows[newest].started_at, failed, overdue)
    if success is None:
        assert state.success_seconds is None
    else:
        assert success * 3_600 <= state.success_seconds < success * 3_600 + 300


@in_database
def test_an_archive_without_any_run_is_overdue_a_day_after_it_was_made() -> None:
    from django.db import connection

    for hours, overdue in ((25, False), (27, True)):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET applied = now() - %s", [timedelta(hours=hours)])
        assert nightly_state() == heartbeat.NightlyState(None, [], None, overdue)
