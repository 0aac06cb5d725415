"""The nightly run: its parts, its record, and when it is next."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from articles.models import NightlyRun
from articles.upkeep import nightly


def test_the_parts_and_their_order() -> None:
    plain = [["refresh_search_statistics"], ["check_archive"], ["clearsessions"], ["axes_reset_logs", "--age", "30"]]
    assert nightly.commands() == nightly.commands(keep=5) == plain
    assert nightly.commands("/copy", 5) == [*plain, ["backup", "/copy", "--keep", "5"]]
    assert nightly.commands("/copy") == [*plain, ["backup", "/copy", "--keep", "0"]]


@pytest.mark.parametrize(
    ("clock", "now", "then"),
    [
        ("02:30", datetime(2024, 1, 31, 1, 0), datetime(2024, 1, 31, 2, 30)),
        ("02:30", datetime(2024, 1, 31, 2, 29, 59, 999), datetime(2024, 1, 31, 2, 30)),
        ("02:30", datetime(2024, 1, 31, 2, 30), datetime(2024, 2, 1, 2, 30)),
        ("02:30", datetime(2024, 1, 31, 2, 30, 1), datetime(2024, 2, 1, 2, 30)),
        ("00:00", datetime(2024, 12, 31, 23, 59), datetime(2025, 1, 1)),
    ],
)
def test_the_next_run(clock: str, now: datetime, then: datetime) -> None:
    assert nightly.next_time(clock, now.replace(tzinfo=UTC)) == then.replace(tzinfo=UTC)


@pytest.mark.parametrize("clock", ["", "2", "25:00", "02:60", "two:thirty", "02:30:00"])
def test_a_time_of_day_that_is_none(clock: str) -> None:
    with pytest.raises(ValueError, match="."):
        nightly.next_time(clock, datetime(2024, 1, 1, tzinfo=UTC))


@pytest.mark.django_db(transaction=True)
def test_a_run_goes_on_after_a_failed_part_and_is_recorded() -> None:
    long_ago = timezone.now() - timedelta(days=400)
    for day in range(NightlyRun.MOST_KEPT + 2):
        NightlyRun.objects.create(started_at=long_ago + timedelta(days=day))
    heard: list[nightly.NightlyPart] = []
    succeeded = nightly.run([["nothing_of_the_kind"], ["check", "--help"]], heard.append)
    assert not succeeded and [part.name for part in heard] == ["nothing_of_the_kind", "check"]
    assert heard[0].status == 1 and "Unknown command" in heard[0].output and heard[1].status == 0
    assert all(len(part.output) <= nightly.LONGEST_OUTPUT and 0 < part.seconds < 600 for part in heard)
    record = NightlyRun.objects.latest("started_at")
    assert [part["name"] for part in record.parts] == ["nothing_of_the_kind", "check"]
    assert record.finished_at > record.started_at and record.succeeded is False
    assert NightlyRun.objects.count() == NightlyRun.MOST_KEPT
    assert NightlyRun.objects.earliest("started_at").started_at == long_ago + timedelta(days=3)
    # The lock is free again; while another holds it, nothing runs.
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [nightly.NIGHTLY_LOCK])
        with pytest.raises(nightly.AlreadyRunningError):
            nightly.run([["check", "--help"]], heard.append)
    assert len(heard) == 2 and NightlyRun.objects.count() == NightlyRun.MOST_KEPT
    assert nightly.run([]) is True and NightlyRun.objects.latest("started_at").succeeded is True
