"""Editors and operators learn of workers and nightly runs that do not work."""

import socket
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from articles.models import Delivery, Heartbeat, NightlyRun
from articles.models.heartbeat import PATIENCE_BUSY, PATIENCE_IDLE, Pulse, is_silent, nightly_state, processing
from articles.models.revision import current
from articles.site.words_for import ago

pytestmark = pytest.mark.django_db


def beaten(seconds: float, delivery: int | None = None, name: str = "host:1") -> None:
    """Stores the heartbeat of a worker whose last beat was `seconds` seconds ago."""
    then = timezone.now() - timedelta(seconds=seconds)
    Heartbeat.objects.create(name=name, host="host", pid=1, delivery=delivery, started_at=then, beat_at=then)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "أقل من دقيقة"), (60, "دقيقة"), (130, "دقيقتين"), (7 * 60, "7 دقائق"), (11 * 60, "11 دقيقة"), (59 * 60, "59 دقيقة"),
        (3600, "ساعة"), (2 * 3600, "ساعتين"), (10 * 3600, "10 ساعات"), (23 * 3600, "23 ساعة"), (86_400, "يوم"),
        (2 * 86_400, "يومين"), (3 * 86_400, "3 أيام"), (12 * 86_400, "12 يوما"), (40 * 86_400, "شهر"), (100 * 86_400, "3 أشهر"), (800 * 86_400, "سنتين"),
    ],
)  # fmt: skip
def test_how_long_ago_is_put_as_arabic_counts(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_the_desk_says_since_when_nothing_is_taken_in(admin_client: Client) -> None:
    beaten(2)
    assert "معالجة الملفات متوقفة" not in admin_client.get("/admin/").content.decode()
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=7, seconds=5))
    assert "معالجة الملفات متوقفة منذ 7 دقائق" in admin_client.get("/admin/").content.decode()
    # Another worker works.
    beaten(1, name="other:2")
    assert "معالجة الملفات متوقفة" not in admin_client.get("/admin/").content.decode()


@pytest.mark.parametrize("address", ["/admin/", "/admin/deliver/", "/admin/articles/delivery/"])
def test_pages_of_deliveries_say_that_nothing_is_taken_in(admin_client: Client, address: str) -> None:
    waiting = Delivery.objects.create(name="خبر.txt")
    assert "معالجة الملفات" not in admin_client.get(address).content.decode()
    Delivery.objects.filter(pk=waiting.pk).update(brought_at=timezone.now() - timedelta(hours=1))
    assert admin_client.get(address).content.decode().count("معالجة الملفات لم تبدأ بعد") == 1
    beaten(7 * 60 + 5)
    assert admin_client.get(address).content.decode().count("معالجة الملفات متوقفة منذ 7 دقائق") == 1
    beaten(1, name="other:2")
    assert "معالجة الملفات" not in admin_client.get(address).content.decode()


def test_a_worker_at_a_delivery_is_given_more_time_than_an_idle_one() -> None:
    beaten(PATIENCE_IDLE + 5, delivery=3)
    assert not processing().stalled
    Heartbeat.objects.update(delivery=None)
    assert processing().stalled
    Heartbeat.objects.update(delivery=3, beat_at=timezone.now() - timedelta(seconds=PATIENCE_BUSY + 5))
    assert processing().stalled


def test_a_worker_hangs_when_it_is_silent_beyond_its_patience() -> None:
    here, hour = socket.gethostname()[:80], 3600
    # It has no beat yet. It may wait for the database, but not for ever.
    assert not is_silent(7, PATIENCE_BUSY - 5) and is_silent(7, PATIENCE_BUSY + 5)
    beaten(PATIENCE_IDLE - 5)
    Heartbeat.objects.update(host=here, pid=7)
    assert not is_silent(7, hour) and is_silent(8, hour)
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=PATIENCE_IDLE + 5))
    assert is_silent(7, hour)
    # That beat came from another process, which had the same number before.
    assert not is_silent(7, PATIENCE_IDLE)
    Heartbeat.objects.update(delivery=3)
    assert not is_silent(7, hour)
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=PATIENCE_BUSY + 5))
    assert is_silent(7, hour)


def test_deliveries_that_wait_without_any_worker_are_told(admin_client: Client) -> None:
    assert not processing().stalled
    Delivery.objects.create(name="a.txt")
    assert not processing().stalled
    Delivery.objects.update(brought_at=timezone.now() - timedelta(minutes=5))
    assert "معالجة الملفات لم تبدأ بعد" in admin_client.get("/admin/").content.decode()


def test_readers_are_served_although_no_worker_works(client: Client, settings: object) -> None:
    settings.ARCHIVE_METRICS_TOKEN = "t"
    beaten(600)
    NightlyRun.objects.create(
        started_at=timezone.now(), finished_at=timezone.now(), succeeded=False, parts=[{"name": "backup", "status": 1}]
    )
    ready = client.get("/readyz")
    lines = ready.content.decode().splitlines()
    assert ready.status_code == 200 and lines[0] == "ok"
    assert any(line.startswith("worker host:1: STALLED, last beat 60") for line in lines)
    assert any(line.startswith("deliveries: STALLED for 60") for line in lines)
    assert "nightly: FAILED backup" in lines
    shown = client.get("/metrics", headers={"authorization": "Bearer t"}).content.decode()
    metrics = dict(
        line.rsplit(" ", 1) for line in shown.splitlines() if line.startswith("archive_") and "{" not in line
    )
    assert 599 < float(metrics["archive_worker_beat_age_seconds"]) < 620
    assert (metrics["archive_deliveries_stalled"], metrics["archive_workers"]) == ("1.0", "0.0")
    assert metrics["archive_nightly_failed_parts"] == "1.0" and metrics["archive_nightly_success_age_seconds"] == "NaN"


def test_a_beat_changes_nothing_that_readers_see() -> None:
    before = current()
    Pulse().beat(None, always=True)
    Pulse().beat(4, always=True)
    NightlyRun.objects.create(started_at=timezone.now())
    (row,) = Heartbeat.objects.all()
    assert row.delivery == 4 and current() == before


def test_the_health_of_a_worker_is_an_exit_status() -> None:
    with pytest.raises(CommandError):
        call_command("worker_health", stdout=StringIO())
    Pulse().beat(None, always=True)
    call_command("worker_health", stdout=StringIO())
    Heartbeat.objects.update(name="elsewhere:9")
    with pytest.raises(CommandError):
        call_command("worker_health", stdout=StringIO())
    call_command("worker_health", "--anywhere", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE articles_heartbeat SET beat_at = now() - interval '2 minutes'")
    with pytest.raises(CommandError):
        call_command("worker_health", "--anywhere", stdout=StringIO())


def test_nightly_runs_that_fail_or_do_not_come_are_told(admin_client: Client) -> None:
    def run(hours: float, *, succeeded: bool) -> None:
        then = timezone.now() - timedelta(hours=hours)
        parts = [{"name": "check_archive", "status": int(not succeeded)}]
        NightlyRun.objects.create(started_at=then, finished_at=then, succeeded=succeeded, parts=parts)

    page = admin_client.get("/admin/").content.decode()
    assert "أعمال الليل" not in page
    run(30, succeeded=True)
    assert nightly_state().overdue
    assert "لم تنجح أعمال الليل منذ يوم." in admin_client.get("/admin/").content.decode()
    run(6, succeeded=False)
    assert "تعذر بعض أعمال الليلة الماضية: فحص المحفوظات." in admin_client.get("/admin/").content.decode()
    run(1, succeeded=True)
    assert "أعمال الليل" not in admin_client.get("/admin/").content.decode()


def test_nights_that_never_came_or_never_ended_are_told(admin_client: Client) -> None:
    def check() -> str:
        out = StringIO()
        call_command("nightly", "--check", stdout=out)
        return out.getvalue()

    def made(hours: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET applied = now() - %s", [timedelta(hours=hours)])

    made(25)
    assert "no run has ended yet" in check() and "no run has begun" in check()
    made(27)
    with pytest.raises(CommandError, match="ever succeeded.*no run has begun"):
        check()
    assert "أعمال الليل" in admin_client.get("/admin/").content.decode()
    assert any(
        line.startswith("nightly: OVERDUE") for line in admin_client.get("/readyz").content.decode().splitlines()
    )
    # The first run is under way. Later it hangs, or is killed each night before its end.
    NightlyRun.objects.create(started_at=timezone.now() - timedelta(hours=25))
    assert "no run has ended yet" in check() and "began" in check()
    NightlyRun.objects.create(started_at=timezone.now() - timedelta(hours=1))
    NightlyRun.objects.update(started_at=F("started_at") - timedelta(hours=2))
    with pytest.raises(CommandError, match="ever succeeded.*began"):
        check()
    then = timezone.now() - timedelta(hours=27)
    NightlyRun.objects.update(succeeded=True, finished_at=then)
    with pytest.raises(CommandError, match="No nightly run has succeeded"):
        check()
    NightlyRun.objects.update(finished_at=timezone.now())
    assert "last run" in check()
