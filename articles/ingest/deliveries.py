"""Files and addresses that editors bring: kept, taken in by a worker process, and the record of what became of each."""

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from procrastinate.contrib.django import app

from articles.arabic.text_gate import clean_line
from articles.ingest.document import UnreadableError
from articles.ingest.fetch import fetch
from articles.ingest.readers import FORMATS
from articles.ingest.readers.opening import ending_of
from articles.ingest.run import Failure, Report, ingest, ingest_items
from articles.models import Delivery, DeliveryState
from articles.models.delivery import delivery_storage
from articles.models.history import operation

# The name of the job that takes a delivery in (articles/admin/jobs.py).
JOB = "take_in"
_TOLD_EVERY = 20


class RefusedError(ValueError):
    """A delivery that is not even kept; the message says why."""


def is_address(text: str) -> bool:
    return bool(re.match(r"https?://", text))


def receive_file(file: File, by: Model, *, format_name: str = "auto", encoding: str = "") -> Delivery:
    """Keeps an uploaded file and leaves it to a worker; raises RefusedError for one no reader could open."""
    name = clean_line(Path(file.name).name)
    if file.size > settings.ARCHIVE_LARGEST_UPLOAD:
        raise RefusedError(
            f"{name}: أكبر من {settings.ARCHIVE_LARGEST_UPLOAD // 1024**2} ميغابايت. استعمل manage.py ingest."
        )
    if not file.size:
        raise RefusedError(f"{name}: الملف فارغ.")
    known = {ending for one in FORMATS.values() for ending in one.endings}
    if format_name == "auto" and ending_of(Path(name)) not in known:
        raise RefusedError(f"{name}: لا قارئ لهذا النوع. يُقرأ: {'، '.join(sorted(known - {''}))}")
    delivery = Delivery(name=name, size=file.size, format=format_name, encoding=encoding, by=by)
    delivery.stored_as = delivery_storage().save(f"{timezone.now():%Y/%m}/{name[-120:]}", file)
    return _left_to_a_worker(delivery)


def receive_address(address: str, by: Model) -> Delivery:
    """Leaves the page at an address to a worker."""
    return _left_to_a_worker(Delivery(name=address, by=by))


def _left_to_a_worker(delivery: Delivery) -> Delivery:
    with transaction.atomic():
        delivery.save()
        _defer(delivery)
    return delivery


def _defer(delivery: Delivery) -> None:
    app.configure_task(JOB, queue="deliveries").defer(delivery=delivery.pk)


def again(delivery: Delivery) -> None:
    """Leaves a delivery to a worker once more; what is stored of it already is known again."""
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.WAITING, finished_at=None, settled_at=None)
        _defer(delivery)


def take_in(pk: int) -> None:
    """Takes a delivery in and records what became of it; an error of ours is recorded, too, and raised."""
    delivery = Delivery.objects.select_related("by").get(pk=pk)
    if delivery.state == DeliveryState.FINISHED:
        return
    Delivery.objects.filter(pk=pk).update(state=DeliveryState.RUNNING, started_at=timezone.now())
    report = Report()
    try:
        with operation(what=f"واردة {pk}", user=delivery.by_id, delivery=pk):
            report = _ingested(delivery)
    except BaseException as error:
        report.failures.append(Failure(delivery.name, f"{type(error).__name__}: {error}"))
        _record(delivery, report, DeliveryState.FAILED)
        raise
    _record(delivery, report, DeliveryState.FINISHED)


def _ingested(delivery: Delivery) -> Report:
    if not delivery.stored_as:
        try:
            return ingest_items([fetch(delivery.name)])
        except UnreadableError as error:
            return Report(failures=[Failure(delivery.name, str(error))])
    with tempfile.TemporaryDirectory() as folder:
        # Under its own name, by which formats are told and articles known again; the store may be on another machine.
        path = Path(folder, delivery.name)
        with delivery_storage().open(delivery.stored_as) as kept, path.open("wb") as copy:
            for chunk in kept.chunks():
                copy.write(chunk)
        done = 0

        def told(outcome: str, place: str) -> None:
            nonlocal done
            done += outcome != "failed"
            if done % _TOLD_EVERY == 0:
                Delivery.objects.filter(pk=delivery.pk).update(created=done)

        report = ingest(
            [path], largest=settings.ARCHIVE_LARGEST_FILE, format_name=delivery.format, encoding=delivery.encoding,
            workers=0, told=told,
        )  # fmt: skip
        report.failures = [Failure(one.path.replace(f"{folder}/", ""), one.reason) for one in report.failures]
        return report


def _record(delivery: Delivery, report: Report, state: str) -> None:
    failures = [{"path": one.path, "reason": one.reason} for one in report.failures]
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, finished_at=timezone.now(), created=report.created, updated=report.updated, unchanged=report.unchanged,
        failed=len(failures), failures=failures[: Delivery.MOST_FAILURES],
    )  # fmt: skip


def record_run(paths: Iterable[str], report: Report) -> None:
    """Leaves a record of a command's run of which something failed, so that the desk sees it."""
    if report.failures:
        now = timezone.now()
        delivery = Delivery.objects.create(name=" ".join(paths)[:2000], started_at=now, state=DeliveryState.RUNNING)
        _record(delivery, report, DeliveryState.FINISHED)
