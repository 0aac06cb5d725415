"""Receives deliveries (files and addresses), ingests them in a worker process, and records the outcome of each."""

import logging
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from articles.arabic.isolating import isolate
from articles.arabic.text_gate import file_name_as_given
from articles.ingest.arabic import in_arabic
from articles.ingest.document import Note, UnreadableError
from articles.ingest.fetch import fetch
from articles.ingest.readers import FORMATS
from articles.ingest.readers.opening import ending_of
from articles.ingest.reasons import reason_of
from articles.ingest.run import Failure, Options, Report, ingest, ingest_items, messages_of
from articles.models import Delivery, DeliveryState, heartbeat
from articles.models.delivery import NoteKind, delivery_storage
from articles.models.history import operation
from articles.models.text_fields import length_of
from articles.platform.filenames import short_name
from articles.platform.messages import Message, storable
from articles.platform.outage import is_outage

log = logging.getLogger(__name__)
# The name of the job that ingests a delivery (articles/admin/jobs.py).
JOB = "take_in"
# The record of a delivery is updated after this many documents, for the editor who watches its page. A judgement: with
# a larger number the page of a small file shows no progress, with a smaller one the row is written nearly for each
# document.
_TOLD_EVERY = 20
# In bytes: the length of the column `stored_as`, less the folder and the suffix that Django adds to a name in use.
_MOST_STORED_BYTES = 160
# In bytes: the column `name` holds as many characters.
_MOST_NAME_BYTES = length_of(Delivery, "name")


class RefusedError(ValueError):
    """A delivery that is refused and not stored. The message gives the reason, in Arabic."""


class UnstoredError(Exception):
    """The archive's disk takes no files. The message gives the reason, in Arabic."""


def is_address(text: str) -> bool:
    """Returns whether a text is meant as a web address and not as a path. The address may be malformed."""
    return bool(re.match(r"https?://", text, re.IGNORECASE))


def receive_file(file: "File[bytes]", by: User, *, format_name: str = "auto", encoding: str = "") -> Delivery:
    """Stores an uploaded file and queues its delivery for a worker; returns the delivery.

    `by` is the user. Raises RefusedError for a file that is too large, is empty or has no reader, and UnstoredError if
    the system cannot store it.
    """
    name = short_name(file_name_as_given(Path(file.name or "").name), _MOST_NAME_BYTES)
    if file.size > settings.ARCHIVE_LARGEST_UPLOAD:
        raise RefusedError(
            f"{isolate(name)}: أكبر من {settings.ARCHIVE_LARGEST_UPLOAD // 1024**2} ميغابايت. قسّمه، أو اطلب إدخاله من مسؤول النظام."
        )
    if not file.size:
        raise RefusedError(f"{isolate(name)}: الملف فارغ.")
    readable_endings = {ending for reader_format in FORMATS.values() for ending in reader_format.endings}
    if format_name == "auto" and ending_of(Path(name)) not in readable_endings:
        raise RefusedError(f"{isolate(name)}: لا قارئ لهذا النوع. يُقرأ: {'، '.join(sorted(readable_endings - {''}))}")
    delivery = Delivery(name=name, size=file.size, format=format_name, encoding=encoding, by=by)
    storage_path = f"{timezone.now():%Y/%m}/{short_name(name, _MOST_STORED_BYTES)}"
    try:
        delivery.stored_as = delivery_storage().save(storage_path, file)
    except OSError as error:
        log.exception("an upload could not be stored")
        reason = in_arabic(reason_of(error))
        raise UnstoredError(
            f"لم يُستلم شيء، فقرص الأرشيف لا يقبل ملفات الآن. السبب: {reason} أخبر من يشغّل الأرشيف، ثم أعد المحاولة."
        ) from error
    return _saved_and_queued(delivery)


def receive_address(address: str, by: User) -> Delivery:
    """Queues the delivery of the page at an address for a worker; returns the delivery. `by` is the user."""
    return _saved_and_queued(Delivery(name=address, by=by))


@contextmanager
def all_or_none() -> Iterator[list[Delivery]]:
    """Opens a transaction for the deliveries of one request, and yields a list to which the caller adds each of them.

    On an error no delivery stays, and the stored files of those in the list are deleted.
    """
    deliveries: list[Delivery] = []
    try:
        with transaction.atomic():
            yield deliveries
    except BaseException:
        for name in (delivery.stored_as for delivery in deliveries if delivery.stored_as):
            with suppress(OSError):
                delivery_storage().delete(name)
        raise


def _saved_and_queued(delivery: Delivery) -> Delivery:
    with transaction.atomic():
        delivery.save()
        _defer(delivery)
    return delivery


def _defer(delivery: Delivery) -> None:
    app.configure_task(JOB, queue="deliveries").defer(delivery=delivery.pk)


def again(delivery: Delivery) -> None:
    """Queues a delivery for a worker once more. Documents of it that are stored already come out as unchanged."""
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.WAITING, finished_at=None, settled_at=None)
        _defer(delivery)


def take_in(pk: int) -> None:
    """Ingests a delivery and records the outcome. A fault of the archive is recorded and raised.

    An outage of the database is raised and not recorded: the delivery is started again (articles/admin/jobs.py).
    """
    delivery = Delivery.objects.select_related("by").get(pk=pk)
    if delivery.state == DeliveryState.FINISHED:
        return
    heartbeat.beat(pk, always=True)
    Delivery.objects.filter(pk=pk).update(state=DeliveryState.RUNNING, started_at=timezone.now())
    report = Report()
    try:
        with operation(what=f"واردة {pk}", user=delivery.by_id, delivery=pk):
            report = _ingest(delivery)
    except BaseException as error:
        if is_outage(error):
            raise
        reason = Message("the archive itself failed at it; the log of the worker has the particulars")
        report.failures.append(Failure(delivery.name, reason))
        _record(delivery, report, DeliveryState.FAILED)
        raise
    _record(delivery, report, DeliveryState.FINISHED)


def give_up(pk: int, attempts: int) -> None:
    """Records the failure of a delivery whose worker was killed at each of its `attempts`."""
    reason = Message(
        "its worker ended {attempts} times while it took this in: too much memory? See the log of the worker", attempts=attempts
    )  # fmt: skip
    failure = Failure(Delivery.objects.get(pk=pk).name, reason)
    _record(Delivery.objects.get(pk=pk), Report(failures=[failure]), DeliveryState.FAILED)


def _ingest(delivery: Delivery) -> Report:
    """Ingests the page or the file of a delivery, and returns the report.

    A page that cannot be fetched is a failure in the report. The worker's heartbeat is written meanwhile, so that the
    worker does not count as stalled.
    """

    def beat() -> None:
        heartbeat.beat(delivery.pk)

    if not delivery.stored_as:
        try:
            return ingest_items([fetch(delivery.name)], Options(largest=settings.ARCHIVE_LARGEST_FILE, on_wait=beat))
        except UnreadableError as error:
            return Report(failures=[Failure(delivery.name, error.message)])
    with tempfile.TemporaryDirectory() as folder:
        # The copy has the delivery's own name, because it determines the format and identifies articles. The store may
        # be remote.
        path = Path(folder, short_name(delivery.name))
        with delivery_storage().open(delivery.stored_as) as stored_file, path.open("wb") as copy:
            for chunk in stored_file.chunks():
                copy.write(chunk)
                beat()
        done = 0

        def count_outcome(outcome: str, place: str) -> None:
            nonlocal done
            beat()
            done += outcome != "failed"
            if done % _TOLD_EVERY == 0:
                Delivery.objects.filter(pk=delivery.pk).update(created=done)

        options = Options(
            settings.ARCHIVE_LARGEST_FILE, format_name=delivery.format, encoding=delivery.encoding, workers=0,
            on_outcome=count_outcome, on_wait=beat,
        )  # fmt: skip
        report = ingest([path], options)
        _restore_name(report, str(path), delivery.name)
        if path.name != delivery.name:
            message = Message("kept as “{name}”", name=path.name)
            report.noted.add(Note(NoteKind.CUT, "filename", delivery.name, message), delivery.name)
        return report


def _restore_name(report: Report, path: str, name: str) -> None:
    """Replaces the `path` where a file was read by the `name` that it was delivered under, in all places of a report."""
    report.failures = [replace(failure, path=_with_name(name, failure.path, path)) for failure in report.failures]
    places = report.noted.places
    report.noted.places = {note: (_with_name(name, place, path), times) for note, (place, times) in places.items()}


def _with_name(name: str, place: str, path: str) -> str:
    if isinstance(place, Message):
        return place.replaced(path=str(place.values["path"]).replace(path, name, 1))
    return place.replace(path, name, 1)


def _record(delivery: Delivery, report: Report, state: str) -> None:
    """Stores the outcome of a delivery in its row: its state, the counts, and the first failures and notes."""
    # Unread rests of files come first, because a record holds only the first failures.
    ordered = sorted(report.failures, key=lambda failure: not failure.is_rest)
    failures = [
        {"path": storable(failure.path), "reason": storable(failure.reason),
         "messages": messages_of(path=failure.path, reason=failure.reason)}
        for failure in ordered[: Delivery.MOST_FAILURES]
    ]  # fmt: skip
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, finished_at=timezone.now(), created=report.created, updated=report.updated,
        waiting=report.waiting, unchanged=report.unchanged, failed=len(report.failures), failures=failures, noted=report.noted.total,
        notes=report.noted.as_rows()[: Delivery.MOST_NOTES],
    )  # fmt: skip


def record_run(paths: Iterable[str], report: Report) -> None:
    """Records a command's run as a delivery for the desk if it has failures, waiting captures or notes.

    `paths` are the arguments of the command. The record names files without the folders of the machine that it ran on.
    """
    paths = list(paths)
    if report.failures or report.waiting or report.noted.total:
        now = timezone.now()
        names = [path if is_address(path) else Path(path).name or path for path in paths]
        for path, name in zip(paths, names, strict=True):
            _restore_name(report, path, name)
        name = storable(" ".join(names))[:2000]
        delivery = Delivery.objects.create(name=name, started_at=now, state=DeliveryState.RUNNING)
        _record(delivery, report, DeliveryState.FINISHED)
