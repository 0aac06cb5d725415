"""Ingests files and fetched pages, and reports the outcome.

Called by `manage.py ingest`, the admin and load_fixtures.
"""

import gc
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from articles.extract.authority import Authority
from articles.ingest.document import Broken, Item, Note, Remark, UnreadableError
from articles.ingest.identity import article_with, stored_bytes
from articles.ingest.prepare import Prepared, prepare
from articles.ingest.readers import read
from articles.ingest.reasons import reason_of
from articles.ingest.store import Rereading, keep_bytes, store, without_bytes
from articles.ingest.written import DeferredReports
from articles.models import Capture
from articles.models.history import operation
from articles.platform.limits import GC_THRESHOLDS, BoundedWorkers, Budget, Exceeded, Job
from articles.platform.messages import Message, storable
from articles.platform.outage import disk_takes_no_more, is_outage
from articles.platform.pending_lists import long_pending_lists
from articles.platform.storing import storing

_log = logging.getLogger(__name__)

# BATCH items are stored in one transaction (measured: docs/decisions/0005). Workers read AHEAD batches ahead. A
# judgement: with fewer, storing waits for one slow document; with more, a stopped run has read more in vain.
BATCH, AHEAD = 100, 3
# For fewer documents, starting several workers takes longer than it saves. A judgement: their fork server takes about a
# second to start (docs/ingest-limits.md), in which one process reads about as many (docs/ingest.md).
_FEWEST_FOR_WORKERS = 100

# An unclosed quotation mark can break every row of ten million lines, and each broken row has a line in the report.
# A judgement: a file with this many broken rows one after another is broken itself.
_MOST_BROKEN_IN_A_ROW = 1000

# Is called with the outcome of a document ("created", "updated", "waiting", "unchanged" or "failed") and its place.
OnOutcome = Callable[[str, str], None]
# Is called about every second while documents are read within their budget, before their outcomes are reported.
OnWait = Callable[[], None]


def messages_of(**texts: str) -> dict[str, object]:
    """Returns the texts that are messages, by name, as JSON values. The desk shows them in Arabic."""
    return {name: text.as_dict() for name, text in texts.items() if isinstance(text, Message)}


@dataclass(frozen=True)
class Failure:
    """An input that did not become an article.

    path: the file, and the place in it.
    reason: why it failed.
    is_rest: whether the rest of the file, from this place on, was left unread.
    """

    path: str
    reason: Message
    is_rest: bool = False


@dataclass
class Noted:
    """Notes on values that were not stored as they were stated, each distinct note counted once.

    places: note → (place of its first occurrence, number of occurrences), for at most MOST_DISTINCT notes.
    total: the number of occurrences of all notes.
    """

    places: dict[Note, tuple[str, int]] = field(default_factory=dict)
    total: int = 0

    # Distinct notes beyond this number count only in `total`: a file may have a million rows with a note in each. A
    # judgement: nobody reads more.
    MOST_DISTINCT: ClassVar[int] = 1000

    def add(self, note: Note, place: str, times: int = 1) -> None:
        """Counts `times` occurrences of a note, the first of them at `place`."""
        self.total += times
        first_place, times_before = self.places.get(note, (place, 0))
        if times_before or len(self.places) < self.MOST_DISTINCT:
            self.places[note] = first_place, times_before + times

    def update(self, addition: "Noted") -> None:
        """Adds the notes of another run."""
        self.total += addition.total - sum(times for _, times in addition.places.values())
        for note, (place, times) in addition.places.items():
            self.add(note, place, times)

    def as_rows(self) -> list[dict[str, object]]:
        """Returns the notes as rows of a delivery's record."""
        return [
            {"path": storable(place), "kind": str(note.kind), "field": note.field, "given": note.given, "taken": note.taken, "times": times,
             "messages": messages_of(path=place, taken=note.taken)}
            for note, (place, times) in self.places.items()
        ]  # fmt: skip


@dataclass
class Report:
    """The outcome of a run.

    created: the number of new articles.
    updated: the number of articles with a new capture, including the captures that wait.
    waiting: the number of captures that wait for an editor. New ones count as `updated`; others were stored before and
        came again.
    unchanged: the number of documents that were stored already.
    failures: the inputs that did not become articles.
    noted: notes on values that were not stored as they were stated.
    seconds: the duration of the run.
    is_stopped: whether the run ended before its input, because the disk takes no more.
    last: (key of the last article, its outcome); None if no article was stored.
    """

    created: int = 0
    updated: int = 0
    waiting: int = 0
    unchanged: int = 0
    failures: list[Failure] = field(default_factory=list)
    noted: Noted = field(default_factory=Noted)
    seconds: float = 0.0
    is_stopped: bool = False
    last: tuple[int, str] | None = None

    def add(self, addition: "Report") -> None:
        """Adds the sums, failures and notes of another run."""
        self.created += addition.created
        self.updated += addition.updated
        self.waiting += addition.waiting
        self.unchanged += addition.unchanged
        self.failures += addition.failures
        self.noted.update(addition.noted)
        self.seconds += addition.seconds
        self.is_stopped |= addition.is_stopped

    @property
    def done(self) -> int:
        """Returns the number of documents that were stored or were stored already."""
        return self.created + self.updated + self.unchanged

    @property
    def articles_per_second(self) -> float:
        """Returns `done` per second of the run, rounded to one decimal; 0.0 if no time was measured."""
        return round(self.done / self.seconds, 1) if self.seconds else 0.0

    def as_dict(self) -> dict[str, float]:
        """Returns the sums by name; `waiting` and `noted` only if they are not 0."""
        optional_sums = {
            name: count for name, count in (("waiting", self.waiting), ("noted", self.noted.total)) if count
        }
        return {
            "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "failed": len(self.failures), "articles_per_second": self.articles_per_second, **optional_sums,
        }  # fmt: skip


@dataclass(frozen=True)
class Options:
    """How a run of `ingest` reads files, and what it calls on the way.

    largest: the most bytes of a document.
    format_name: the format of the files; "auto" detects it for each file.
    encoding: the encoding of the documents; it is detected if empty.
    workers: the number of processes that read and analyse while this process stores. With 0, and for few documents, one
        process reads while this one waits.
    on_outcome: is called with the outcome of each document and its place; see OnOutcome.
    on_wait: is called about every second; see OnWait.
    """

    largest: int
    format_name: str = "auto"
    encoding: str = ""
    workers: int = 1
    on_outcome: OnOutcome = lambda outcome, place: None
    on_wait: OnWait = lambda: None


def ingest(paths: Iterable[Path], options: Options) -> Report:
    """Stores all documents in the files under `paths`; returns the report, which also names unreadable documents.

    Documents are stored in the order of the input, so the archive is the same for any number of workers. After an
    interruption another run ends as an uninterrupted one would have. No document is read in this process: one that
    takes more than ARCHIVE_DOCUMENT_SECONDS of processor time or ARCHIVE_DOCUMENT_MEMORY is reported, and costs no
    other document.
    """
    run = _IngestRun(options)
    return run.over(_entries(paths, options, run.left))


def ingest_items(items: Iterable[Item], options: Options) -> Report:
    """Stores items that are in memory, such as a fetched page; returns the report.

    Of `options`, only those for documents apply: the items are read already, each has its format, and one process
    analyses them.
    """
    return _IngestRun(replace(options, workers=1)).over(items)


def _entries(paths: Iterable[Path], options: Options, abandoned: Container[str]) -> Iterator[Item | Broken | Remark]:
    """Yields the entries of all files under `paths`, each file once.

    Reading a file stops as soon as its path is in `abandoned`.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            yield Broken(str(path), "", Message("no such file or folder"))
            continue
        for file in _files(path):
            if isinstance(file, Broken):
                yield file
                continue
            if (resolved := file.resolve()) in seen:
                continue
            seen.add(resolved)
            try:
                for entry in read(file, options.largest, options.format_name, options.encoding):
                    yield entry
                    if str(file) in abandoned:
                        break
            except UnreadableError as error:
                yield Broken(str(file), "", error.message)
            except OSError as error:
                yield Broken(str(file), "", _reason(error))


def _files(path: Path) -> Iterator[Path | Broken]:
    """Yields a file, or all files of a folder without hidden ones: those of each folder by name, before its subfolders.

    `path` itself may be a link. A link in a folder that leads out of the folder is not followed: it may lead to a file
    that must not be published. It is reported as Broken, and so is anything that is no regular file, like a pipe or a
    device.
    """
    if not path.is_dir():
        yield path
        return
    root = os.path.realpath(path)
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        # A link to a folder is not followed. A target in this folder is read under its own name, if it is not hidden.
        links = [name for name in subfolders if os.path.islink(os.path.join(folder, name))]
        for name in sorted([*links, *(name for name in names if not name.startswith("."))]):
            file = Path(folder, name)
            target = os.path.realpath(file)
            if os.path.commonpath([root, target]) != root:
                yield Broken(
                    str(file),
                    "",
                    Message("a link that leads out of the folder; name what it leads to, to have it read"),
                )
            elif os.path.isfile(target):
                yield file
            elif not os.path.isdir(target):
                yield Broken(str(file), "", Message("not a regular file"))


class _IngestRun:
    """One run of ingest: its options, its state, and the report that it fills."""

    def __init__(self, options: Options) -> None:
        self.options, self.report = options, Report()
        self.authority = Authority.load()
        self.now = timezone.now()
        # The first entry of the current batch. A failure of the whole run is reported at its place.
        self.at: Item | Prepared | Broken | None = None
        self.reports = DeferredReports()
        self.waiting_digests: set[str] = set()
        self.rereading = Rereading(self.authority)
        # Paths of files whose rest is left unread, because too many of their parts are broken.
        self.left: set[str] = set()
        # For each entry of the current batches: whether an entry that is stored already stands between it and the one
        # before.
        self._follow_stored: deque[bool] = deque()
        self._passed_stored = False
        self._broken_in_a_row, self._broken_path = 0, ""

    def over(self, entries: Iterable[Item | Broken | Remark]) -> Report:
        """Stores all documents among `entries` and returns the report."""
        started = time.monotonic()
        with operation(command="ingest"), storing(), self.rereading:
            try:
                for batch in self._prepare_batches(iter(entries)):
                    self._keep(self._while_readable(batch))
            except OSError as error:
                if not disk_takes_no_more(error):
                    raise
                # All later documents would fail in the same way.
                path, place = (self.at.path, self.at.place) if self.at else ("", "")
                self._fail(Broken(path, place, _reason(error)))
                self.report.is_stopped = True
        self.report.seconds = time.monotonic() - started
        return self.report

    def _prepare_batches(self, entries: Iterator[Item | Broken | Remark]) -> Iterator[list[Prepared | Broken]]:
        """Yields batches in the order of the input, prepared by other processes within each document's budget.

        A short input is prepared by one worker, without reading ahead.
        """
        options = self.options
        first_entries = list(islice(entries, _FEWEST_FOR_WORKERS))
        is_long = options.workers > 0 and len(first_entries) == _FEWEST_FOR_WORKERS
        job = Preparing(options.encoding, self.now, self.authority, settings.STORAGES if is_long else None)
        with ExitStack() as stack:
            pool = BoundedWorkers(
                job, Budget.of_a_document(), options.workers if is_long else 1, AHEAD if is_long else 0, options.on_wait
            )
            stack.enter_context(pool)
            if is_long:
                for context in (long_pending_lists(), seldom_collected(), self.reports.ahead()):
                    stack.enter_context(context)
            sent: deque[Item | Broken] = deque()

            def new_batches() -> Iterator[list[Item | Broken]]:
                for entries_of_batch in self._new(first_entries, entries):
                    sent.append(entries_of_batch[0])
                    # If a worker finds no disk space for originals, the run ends at the oldest batch in work.
                    self.at = sent[0]
                    yield entries_of_batch

            for batch in pool.map(new_batches()):
                sent.popleft()
                self.at = batch.values[0]
                pairs = zip(batch.values, batch.outcomes, strict=True)
                prepared = [_over_budget(entry, out) if isinstance(out, Exceeded) else out for entry, out in pairs]
                # Where a batch is finished, its worker has stored the originals (`Preparing.finish`).
                yield without_bytes(prepared) if batch.finished else prepared

    def _new(
        self, first_entries: list[Item | Broken | Remark], entries: Iterator[Item | Broken | Remark]
    ) -> Iterator[list[Item | Broken]]:
        """Yields batches of entries that are not stored yet. They are looked up by digest, so a second run is quick."""
        batch = first_entries[:BATCH]
        rest = iter(first_entries[BATCH:])
        while batch:
            fresh = self._without_known(batch)
            if fresh:
                yield fresh
            batch = list(islice(rest, BATCH)) or list(islice(entries, BATCH))

    def _without_known(self, batch: list[Item | Broken | Remark]) -> list[Item | Broken]:
        """Returns the entries of a batch that are still to be prepared.

        Documents that are stored already are counted as unchanged, and remarks go to the report. A revisit (an item
        without content) of an address that is not stored becomes a Broken. `_follow_stored` gets a value for each entry
        that is returned.
        """
        items = [item for item in batch if isinstance(item, Item)]
        stored = stored_bytes({item.sha256 for item in items if item.content is not None})
        stored_addresses = self._stored_addresses({item.address for item in items if item.content is None})
        fresh: list[Item | Broken] = []

        def add_fresh(entry: Item | Broken) -> None:
            fresh.append(entry)
            self._follow_stored.append(self._passed_stored)
            self._passed_stored = False

        for item in batch:
            if isinstance(item, Broken):
                add_fresh(item)
            elif isinstance(item, Remark):
                self.report.noted.add(item.note, _where(item))
            elif item.content is None and item.address not in stored_addresses:
                reason = Message("a revisit of {address}, of which no capture is stored", address=item.address)
                add_fresh(Broken(item.path, item.place, reason))
            elif item.content is None:
                self._passed_stored = True
                self._count("unchanged", item)
            elif article := article_with(stored.get(item.sha256, ()), item.address):
                self._passed_stored = True
                self.report.last = article, "unchanged"
                if any(place.waits for place in stored[item.sha256] if place.article == article):
                    self._waits(item)
                self._count("unchanged", item)
            else:
                add_fresh(item)
        return fresh

    def _while_readable(self, batch: list[Prepared | Broken]) -> list[Prepared | Broken]:
        """Returns the batch without entries of abandoned files.

        A file is abandoned after _MOST_BROKEN_IN_A_ROW consecutive broken parts: the rest is then not of its format. A
        part is broken if its reader, or the worker that reads the document, could not use it.
        """
        readable: list[Prepared | Broken] = []
        for entry in batch:
            follows_stored = self._follow_stored.popleft()
            if entry.path in self.left:
                continue
            readable.append(entry)
            if not isinstance(entry, Broken):
                self._broken_in_a_row = 0
                continue
            goes_on = entry.path == self._broken_path and not follows_stored
            self._broken_in_a_row = self._broken_in_a_row + 1 if goes_on else 1
            self._broken_path = entry.path
            if self._broken_in_a_row == _MOST_BROKEN_IN_A_ROW:
                reason = Message(
                    "{count:,} parts in a row cannot be read; what follows this place was left unread",
                    count=self._broken_in_a_row,
                )
                readable.append(Broken(entry.path, entry.place, reason, is_rest=True))
                self.left.add(entry.path)
        return readable

    @staticmethod
    def _stored_addresses(addresses: set[str]) -> set[str]:
        """Returns the addresses that are stored: as a capture's address, or as the URL of an article with a capture."""
        if not addresses:
            return set()
        captured = Capture.objects.filter(address__in=addresses).values_list("address", flat=True)
        published = Capture.objects.filter(article__url__in=addresses).values_list("article__url", flat=True)
        return {*captured, *published}

    def _keep(self, batch: list[Prepared | Broken]) -> None:
        """Stores the documents of a prepared batch, and reports their outcomes and all failures.

        If the batch cannot be stored because of one document, each is stored by itself. An outage of the database and a
        disk that takes no more are raised.
        """
        for broken in batch:
            if isinstance(broken, Broken):
                self._fail(broken)
        prepared = [document for document in batch if isinstance(document, Prepared)]
        if not prepared:
            return
        self.at = prepared[0]
        try:
            outcomes, notes = store(prepared, self.rereading)
        except (DatabaseError, ValueError, OSError) as error:
            if is_outage(error) or disk_takes_no_more(error) or not _database_answers():
                raise
            if len(prepared) > 1:
                # One document caused the error. Each is stored by itself, so that only that one is lost.
                for document in prepared:
                    self._keep([document])
                return
            self._fail(Broken(prepared[0].path, prepared[0].place, _reason(error)))
            return

        def report_outcomes() -> None:
            """Adds the outcomes and notes of the stored batch to the report.

            In a long run, DeferredReports calls it later, once the batch is on the disk.
            """
            for document, (article, outcome) in zip(prepared, outcomes, strict=True):
                self.report.last = article.pk, outcome
                self._count(outcome, document)
                if outcome == "waiting":
                    self._waits(document)
            for document, note in notes:
                self.report.noted.add(note, _where(document))

        self.reports.report(report_outcomes)

    def _count(self, outcome: str, entry: Item | Prepared) -> None:
        counter = "updated" if outcome == "waiting" else outcome
        setattr(self.report, counter, getattr(self.report, counter) + 1)
        self.options.on_outcome(outcome, _where(entry))

    def _waits(self, capture: Item | Prepared) -> None:
        """Counts a capture that waits for an editor, once however often its bytes occur in the input."""
        self.waiting_digests.add(capture.sha256)
        self.report.waiting = len(self.waiting_digests)

    def _fail(self, broken: Broken) -> None:
        self.report.failures.append(Failure(_where(broken), broken.reason, broken.is_rest))
        self.options.on_outcome("failed", _where(broken))


def _reason(error: Exception) -> Message:
    """Returns the reason to report for an error of the database, the system or the archive. The log has the details."""
    if isinstance(error, DatabaseError | OSError):
        return reason_of(error)
    _log.warning("a document was not stored", exc_info=error)
    return Message("it could not be stored, which is a fault of the archive; the log has the particulars")


def _where(entry: Item | Prepared | Broken | Remark) -> str:
    return Message("{path}: {place}", path=entry.path, place=entry.place) if entry.place else entry.path


def _database_answers() -> bool:
    return connection.is_usable() if connection.connection else True


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Runs the garbage collector seldom while the context is open.

    The objects of a batch form no reference cycles, and collecting takes a tenth of the time.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _over_budget(entry: Item, outcome: Exceeded) -> Broken:
    return Broken(entry.path, entry.place, outcome.reason)


@dataclass(frozen=True)
class Preparing(Job):
    """The job of a worker: reads and analyses an entry.

    encoding: the encoding of the documents; it is detected if empty.
    now: the time of capture of a document that states none.
    authority: the rows of the authority that the rules use.
    storages: the settings of the store of original bytes; None if the process that stores the rows also stores the
        bytes.
    """

    encoding: str
    now: datetime
    authority: Authority
    storages: dict[str, Any] | None = None

    def __call__(self, entry: Item | Broken) -> Prepared | Broken:
        return entry if isinstance(entry, Broken) else prepare(entry, self.encoding, self.now, self.authority)

    def finish(self, results: Sequence[Prepared | Broken]) -> bool:
        """Stores the batch's original bytes, so that the workers wait for disks, too; returns whether it did.

        A worker of the fork server may have other settings than its parent process, as in tests. It then stores
        nothing.
        """
        if self.storages is None or self.storages != settings.STORAGES:
            return False
        keep_bytes(results)
        return True
