"""Paths and addresses → stored articles, with a report: what `manage.py ingest`, the admin and load_fixtures call."""

import gc
import logging
import os
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import ClassVar

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
from articles.ingest.written import Words
from articles.models import Capture
from articles.models.history import operation
from articles.platform.limits import BoundedWorkers, Budget, Exceeded, Job
from articles.platform.messages import Message, storable
from articles.platform.outage import disk_takes_no_more, is_outage
from articles.platform.pending_lists import long_pending_lists
from articles.platform.storing import storing

_log = logging.getLogger(__name__)

# How many items are stored in one transaction, and how many such batches workers read ahead.
BATCH, AHEAD = 100, 3
# Starting workers takes longer than a few documents do.
_FEWEST_FOR_WORKERS = 100

# An open quotation mark can make a broken row of every one of ten million lines, each with a line in the report.
_MOST_BROKEN_IN_A_ROW = 1000

# Thresholds of the garbage collector for a long run.
_SELDOM = 200_000, 50, 50

Told = Callable[[str, str], None]
Waiting = Callable[[], None]


def messages_of(**texts: str) -> dict[str, object]:
    """The messages among the texts of a row of a record, as JSON keeps them: the desk says them in Arabic."""
    return {name: text.as_dict() for name, text in texts.items() if isinstance(text, Message)}


@dataclass(frozen=True)
class Failure:
    """An input that did not become an article: where, and why; `is_rest` where it is all of a file that follows the place."""

    path: str
    reason: Message
    is_rest: bool = False


@dataclass
class Noted:
    """Values that were not taken as they were given: each kind of them once, with the place of the first and how many."""

    # (note) → [place of the first, how many], at most MOST_DISTINCT of them.
    places: dict[Note, tuple[str, int]] = field(default_factory=dict)
    total: int = 0

    # Beyond so many different notes only their number is kept: a file of a million rows may be wrong in every one.
    MOST_DISTINCT: ClassVar[int] = 1000

    def add(self, note: Note, place: str, times: int = 1) -> None:
        self.total += times
        first, before = self.places.get(note, (place, 0))
        if before or len(self.places) < self.MOST_DISTINCT:
            self.places[note] = first, before + times

    def update(self, other: "Noted") -> None:
        """Adds the notes of another run."""
        self.total += other.total - sum(times for _, times in other.places.values())
        for note, (place, times) in other.places.items():
            self.add(note, place, times)

    def as_rows(self) -> list[dict[str, object]]:
        """The notes as a delivery's record holds them."""
        return [
            {"path": storable(place), "kind": str(note.kind), "field": note.field, "given": note.given, "taken": note.taken, "times": times,
             "messages": messages_of(path=place, taken=note.taken)}
            for note, (place, times) in self.places.items()
        ]  # fmt: skip


@dataclass
class Report:
    """What became of an input; `waiting` counts captures that an editor has to decide about: new ones, which are among the
    `updated`, and such that came before and came again.
    """

    created: int = 0
    updated: int = 0
    waiting: int = 0
    unchanged: int = 0
    failures: list[Failure] = field(default_factory=list)
    noted: Noted = field(default_factory=Noted)
    seconds: float = 0.0
    # Whether it ended before its input did, for want of room.
    is_stopped: bool = False
    # The last article stored, and what became of it.
    last: tuple[int, str] | None = None

    def add(self, other: "Report") -> None:
        self.created += other.created
        self.updated += other.updated
        self.waiting += other.waiting
        self.unchanged += other.unchanged
        self.failures += other.failures
        self.noted.update(other.noted)
        self.seconds += other.seconds
        self.is_stopped |= other.is_stopped

    @property
    def done(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def articles_per_second(self) -> float:
        return round(self.done / self.seconds, 1) if self.seconds else 0.0

    def as_dict(self) -> dict[str, float]:
        """The sums; `waiting` only where a capture waits for an editor, `noted` only where a value was not taken as it was given."""
        more = {name: count for name, count in (("waiting", self.waiting), ("noted", self.noted.total)) if count}
        return {
            "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "failed": len(self.failures), "articles_per_second": self.articles_per_second, **more,
        }  # fmt: skip


def ingest(  # noqa: PLR0913
    paths: Iterable[Path],
    *,
    largest: int,
    format_name: str = "auto",
    encoding: str = "",
    workers: int = 1,
    told: Told = lambda outcome, path: None,
    waiting: Waiting = lambda: None,
) -> Report:
    """Stores everything in the files under `paths`; what cannot be read is reported and stops nothing else.

    `largest` is the most bytes a document may have. `workers` processes read and analyse while this one stores, in the
    order of the input: the archive comes out the same whatever their number, and after an interruption at any point
    another run ends as an uninterrupted one would have. With 0, and for few documents, one process reads while this one
    waits. No document is read in this process: one that takes more than ARCHIVE_DOCUMENT_SECONDS of processor time or
    ARCHIVE_DOCUMENT_MEMORY is reported, and costs no other. `told` hears "created", "updated", "waiting", "unchanged" or "failed"
    with each place; `waiting` is called every second or so while documents are read within their budget, before any of them is told.
    """
    report = Report()
    run = _Run(report, told, encoding, waiting)
    return run.over(_entries(paths, largest, format_name, encoding, run.left), workers)


def ingest_items(items: Iterable[Item], *, encoding: str = "", waiting: Waiting = lambda: None) -> Report:
    """The same for items at hand: a page that was fetched, an upload."""
    return _Run(Report(), lambda outcome, path: None, encoding, waiting).over(items, workers=1)


def _entries(
    paths: Iterable[Path], largest: int, format_name: str, encoding: str, left: Container[str]
) -> Iterator[Item | Broken | Remark]:
    """What all the files hold; a file is read on until its path is in `left`."""
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
                for entry in read(file, largest, format_name, encoding):
                    yield entry
                    if str(file) in left:
                        break
            except UnreadableError as error:
                yield Broken(str(file), "", str(error))
            except OSError as error:
                yield Broken(str(file), "", _reason(error))


def _files(path: Path) -> Iterator[Path | Broken]:
    """A file, or all files of a folder in the order of their names, hidden ones left out.

    What a caller names may be a link. In a folder nothing is read that does not lie in it: whoever fills it may put links there to
    files that are nobody's to publish. Such a link is reported, as is what is no file, like a pipe or a device.
    """
    if not path.is_dir():
        yield path
        return
    inside = os.path.realpath(path)
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # A link to a folder is not walked into: what it leads to has a name of its own here, or is not read.
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in sorted([*links, *(name for name in names if not name.startswith("."))]):
            file = Path(folder, name)
            leads_to = os.path.realpath(file)
            if os.path.commonpath([inside, leads_to]) != inside:
                yield Broken(
                    str(file),
                    "",
                    Message("a link that leads out of the folder; name what it leads to, to have it read"),
                )
            elif os.path.isfile(leads_to):
                yield file
            elif not os.path.isdir(leads_to):
                yield Broken(str(file), "", Message("not a regular file"))


class _Run:
    """One run: what it was told, and the report it fills."""

    def __init__(self, report: Report, told: Told, encoding: str, waiting: Waiting) -> None:
        self.report, self.told, self.encoding, self.waiting = report, told, encoding, waiting
        self.authority = Authority.load()
        self.now = timezone.now()
        # The first of the batch that is under way.
        self.at: Item | Prepared | Broken | None = None
        self.words = Words()
        self.waiting_digests: set[str] = set()
        self.rereading = Rereading(self.authority)
        # Files of which so much cannot be read that the rest is left.
        self.left: set[str] = set()
        # For each entry that is under way, whether something that is stored already came between it and the one before.
        self._follow_stored: deque[bool] = deque()
        self._passed_stored = False
        self._broken_in_a_row, self._broken_path = 0, ""

    def over(self, entries: Iterable[Item | Broken | Remark], workers: int) -> Report:
        started = time.monotonic()
        with operation(command="ingest"), storing(), self.rereading:
            try:
                for batch in self._prepared(iter(entries), workers):
                    self._keep(self._while_readable(batch))
            except OSError as error:
                if not disk_takes_no_more(error):
                    raise
                # What comes after would fail alike.
                self._fail(Broken(self.at.path, self.at.place, _reason(error)))
                self.report.is_stopped = True
        self.report.seconds = time.monotonic() - started
        return self.report

    def _prepared(self, entries: Iterator[Item | Broken | Remark], workers: int) -> Iterator[list[Prepared | Broken]]:
        """Batches read and analysed by other processes within each document's budget, in the order of the input."""
        first = list(islice(entries, _FEWEST_FOR_WORKERS))
        is_long = workers > 0 and len(first) == _FEWEST_FOR_WORKERS
        job = Preparing(self.encoding, self.now, self.authority, settings.STORAGES if is_long else None)
        with ExitStack() as stack:
            pool = BoundedWorkers(
                job, Budget.of_a_document(), workers if is_long else 1, AHEAD if is_long else 0, self.waiting
            )
            stack.enter_context(pool)
            if is_long:
                for context in (long_pending_lists(), seldom_collected(), self.words.ahead()):
                    stack.enter_context(context)
            sent: deque[Item | Broken] = deque()

            def noted() -> Iterator[list[Item | Broken]]:
                for entries_of_batch in self._new(first, entries):
                    sent.append(entries_of_batch[0])
                    # Where a worker finds no room for originals, the run ends at the oldest batch that it has.
                    self.at = sent[0]
                    yield entries_of_batch

            for batch in pool.map(noted()):
                sent.popleft()
                self.at = batch.values[0]
                pairs = zip(batch.values, batch.outcomes, strict=True)
                prepared = [_over_budget(entry, out) if isinstance(out, Exceeded) else out for entry, out in pairs]
                yield without_bytes(prepared) if batch.finished else prepared

    def _new(
        self, first: list[Item | Broken | Remark], entries: Iterator[Item | Broken | Remark]
    ) -> Iterator[list[Item | Broken]]:
        """Batches of what is not stored already; that is looked up by digest, so a second run is quick."""
        batch = first[:BATCH]
        rest = iter(first[BATCH:])
        while batch:
            fresh = self._without_known(batch)
            if fresh:
                yield fresh
            batch = list(islice(rest, BATCH)) or list(islice(entries, BATCH))

    def _without_known(self, batch: list[Item | Broken | Remark]) -> list[Item | Broken]:
        items = [item for item in batch if isinstance(item, Item)]
        stored = stored_bytes({item.sha256 for item in items if item.content is not None})
        seen = self._seen({item.address for item in items if item.content is None})
        fresh: list[Item | Broken] = []

        def add(entry: Item | Broken) -> None:
            fresh.append(entry)
            self._follow_stored.append(self._passed_stored)
            self._passed_stored = False

        for item in batch:
            if isinstance(item, Broken):
                add(item)
            elif isinstance(item, Remark):
                self.report.noted.add(item.note, _where(item))
            elif item.content is None and item.address not in seen:
                reason = Message("a revisit of {address}, of which no capture is stored", address=item.address)
                add(Broken(item.path, item.place, reason))
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
                add(item)
        return fresh

    def _while_readable(self, batch: list[Prepared | Broken]) -> list[Prepared | Broken]:
        """The batch without what follows so many broken parts of one file in a row that the rest is not of its format.

        A part is broken whether its reader or the worker that reads the document could not use it.
        """
        kept: list[Prepared | Broken] = []
        for one in batch:
            follows_stored = self._follow_stored.popleft()
            if one.path in self.left:
                continue
            kept.append(one)
            if not isinstance(one, Broken):
                self._broken_in_a_row = 0
                continue
            goes_on = one.path == self._broken_path and not follows_stored
            self._broken_in_a_row = self._broken_in_a_row + 1 if goes_on else 1
            self._broken_path = one.path
            if self._broken_in_a_row == _MOST_BROKEN_IN_A_ROW:
                reason = Message(
                    "{count:,} parts in a row cannot be read; what follows this place was left unread",
                    count=self._broken_in_a_row,
                )
                kept.append(Broken(one.path, one.place, reason, is_rest=True))
                self.left.add(one.path)
        return kept

    @staticmethod
    def _seen(addresses: set[str]) -> set[str]:
        """Those of the addresses that captures, or articles that have some, are from."""
        if not addresses:
            return set()
        captured = Capture.objects.filter(address__in=addresses).values_list("address", flat=True)
        published = Capture.objects.filter(article__url__in=addresses).values_list("article__url", flat=True)
        return {*captured, *published}

    def _keep(self, batch: list[Prepared | Broken]) -> None:
        for broken in batch:
            if isinstance(broken, Broken):
                self._fail(broken)
        prepared = [one for one in batch if isinstance(one, Prepared)]
        if not prepared:
            return
        self.at = prepared[0]
        try:
            outcomes, notes = store(prepared, self.authority, self.rereading)
        except (DatabaseError, ValueError, OSError) as error:
            if is_outage(error) or disk_takes_no_more(error) or not _answers():
                raise
            if len(prepared) > 1:
                # One of them is to blame: each is tried by itself, and only that one is lost.
                for one in prepared:
                    self._keep([one])
                return
            self._fail(Broken(prepared[0].path, prepared[0].place, _reason(error)))
            return

        def told() -> None:
            for one, (article, outcome) in zip(prepared, outcomes, strict=True):
                self.report.last = article.pk, outcome
                self._count(outcome, one)
                if outcome == "waiting":
                    self._waits(one)
            for one, note in notes:
                self.report.noted.add(note, _where(one))

        self.words.say(told)

    def _count(self, outcome: str, one: Item | Prepared) -> None:
        counted = "updated" if outcome == "waiting" else outcome
        setattr(self.report, counted, getattr(self.report, counted) + 1)
        self.told(outcome, _where(one))

    def _waits(self, one: Item | Prepared) -> None:
        """Counts a capture that waits for an editor, however often its bytes are in the input."""
        self.waiting_digests.add(one.sha256)
        self.report.waiting = len(self.waiting_digests)

    def _fail(self, broken: Broken) -> None:
        self.report.failures.append(Failure(_where(broken), broken.reason, broken.is_rest))
        self.told("failed", _where(broken))


def _reason(error: Exception) -> Message:
    """What a person is told of an error of the database, the system or ours; the rest of it is in the log."""
    if isinstance(error, DatabaseError | OSError):
        return reason_of(error)
    _log.warning("a document was not stored", exc_info=error)
    return Message("it could not be stored, which is a fault of the archive; the log has the particulars")


def _where(one: Item | Prepared | Broken | Remark) -> str:
    return Message("{path}: {place}", path=one.path, place=one.place) if one.place else one.path


def _answers() -> bool:
    return connection.is_usable() if connection.connection else True


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Looks for cycles seldom: nothing that a batch makes refers to itself, and looking costs a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _over_budget(entry: Item, outcome: Exceeded) -> Broken:
    return Broken(entry.path, entry.place, outcome.reason)


@dataclass(frozen=True)
class Preparing(Job):
    """What a worker does with an entry.

    encoding: the documents' encoding, empty where it is found out.
    now: when a document was captured that does not tell.
    authority: what the editors know.
    storages: the settings by which original bytes are kept; None where the process that stores keeps them.
    """

    encoding: str
    now: datetime
    authority: Authority
    storages: dict | None = None

    def __call__(self, entry: Item | Broken) -> Prepared | Broken:
        return entry if isinstance(entry, Broken) else prepare(entry, self.encoding, self.now, self.authority)

    def finish(self, results: Sequence[Prepared | Broken]) -> bool:
        """Keeps the batch's original bytes, so that waiting for disks is left to the workers, too; tells whether it did.

        A worker of the fork server may have other settings than the process it works for, as in tests.
        """
        if self.storages is None or self.storages != settings.STORAGES:
            return False
        keep_bytes(results)
        return True
