"""The budget of a document: hostile shapes grow no faster than their size, and a document that costs too much stops no
other.
"""

import gzip
import os
import re
import signal
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from articles.extract.authority import Authority
from articles.ingest import run as running
from articles.ingest.document import Broken, Item, UnreadableError
from articles.ingest.fetch import fetch
from articles.ingest.prepare import prepare
from articles.ingest.readers import read
from articles.ingest.run import Options, ingest
from articles.ingest.store import Rereading, Sources, bring_up_to_date
from articles.models import Article, Figure
from articles.platform.limits import BoundedWorkers, Budget, Exceeded, Job
from tests.trust.hostile_shapes import SENTENCE, SHAPES, record

KB, MB = 1024, 1024 * 1024
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = "عنوان خبر قصير من الجنوب\n\nوصل {n} خبيرا إلى المدينة صباح اليوم للمشاركة في ورشة عمل حول أمن الموانئ.\n"
COSTLY = "عنوان خبر طويل من الشمال\n\n" + "12 خبيرا في المدينة و3 في القرية، " * 30_000


def test_the_catalogue_holds_all_formats() -> None:
    assert len(SHAPES) >= 60
    assert {shape.kind for shape in SHAPES.values()} == {"text", "html", "csv", "jsonl", "warc", "toml"}


def brought(folder: Path, costly: str) -> None:
    """Writes three files, of which the second is the costly one."""
    for name, text in {"a": GOOD.format(n=21), "b": costly, "c": GOOD.format(n=23).replace("خبر", "نبأ")}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_document_that_takes_too_long_is_told_and_the_others_go_in(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    settings.ARCHIVE_DOCUMENT_SECONDS = 0.5
    for name, few in (("_FEWEST_FOR_WORKERS", 2), ("BATCH", 2)):
        monkeypatch.setattr(running, name, few)
    brought(tmp_path, COSTLY)
    report = ingest([tmp_path], Options(largest=20 * MB, workers=workers))
    assert (report.created, len(report.failures)) == (2, 1)
    assert report.failures[0].path == str(tmp_path / "b.txt")
    assert report.failures[0].reason == (
        "reading it takes more than 0.5 seconds of processor time (ARCHIVE_DOCUMENT_SECONDS)"
    )
    assert ingest([tmp_path], Options(largest=20 * MB, workers=workers)).unchanged == 2


@pytest.mark.django_db
def test_a_document_that_takes_too_much_memory_is_told_and_the_others_go_in(tmp_path: Path, settings: Any) -> None:
    settings.ARCHIVE_DOCUMENT_MEMORY, settings.ARCHIVE_DOCUMENT_SECONDS = 32 * MB, 120
    # It needs 256 MiB: a worker may reuse memory that this process has freed, and late in a run that is tens of MiB.
    brought(tmp_path, COSTLY * 4)
    report = ingest([tmp_path], Options(largest=20 * MB))
    assert (report.created, len(report.failures)) == (2, 1)
    assert report.failures[0].path == str(tmp_path / "b.txt")
    assert report.failures[0].reason == "reading it takes more than 32 MiB of memory (ARCHIVE_DOCUMENT_MEMORY)"


@pytest.mark.django_db
def test_a_page_that_takes_too_much_memory_is_never_stored_in_part(tmp_path: Path, settings: Any) -> None:
    settings.ARCHIVE_DOCUMENT_MEMORY = 24 * MB
    paragraphs = "".join(f"<p>فقرة {n} من خبر طويل عن أمن الموانئ.</p>" for n in range(60_000))
    (tmp_path / "a.html").write_text(f"<html><body><h1>خبر طويل</h1>{paragraphs}</body></html>", encoding="utf-8")
    report = ingest([tmp_path], Options(largest=20 * MB))
    assert (report.created, len(report.failures)) == (0, 1)


@pytest.mark.django_db
def test_documents_are_read_so_beside_other_threads(tmp_path: Path, settings: Any) -> None:
    """The process has other threads, as the delivery worker and the page server do, and must not fork."""
    settings.ARCHIVE_DOCUMENT_SECONDS = 0.5
    brought(tmp_path, COSTLY)
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        report = ingest([tmp_path], Options(largest=20 * MB))
    finally:
        over.set()
        thread.join()
    assert (report.created, len(report.failures)) == (2, 1)
    assert "processor time" in report.failures[0].reason


@pytest.mark.django_db
def test_a_text_that_extract_cannot_read_in_time_keeps_its_suggestions(
    make_article: Callable[..., Article], settings: Any
) -> None:
    settings.ARCHIVE_DOCUMENT_SECONDS = 0.5
    article = make_article(body=COSTLY)
    Figure.objects.create(article=article, value=12, unit="خبير", quote="12", start=26, end=28)
    with pytest.raises(SystemExit):
        call_command("extract", str(article.pk))
    assert article.figures.count() == 1


@dataclass(frozen=True)
class Doing:
    """A job that performs the action that each value names."""

    mark: str = ""

    def __call__(self, value: str) -> str:
        if value == "backtrack":
            re.match(r"(a*)*b", "a" * 40)
        if value == "hold":
            return str(len(b"a" * (200 * MB)))
        if value == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if value == "die once" and not Path(self.mark).exists():
            Path(self.mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if value == "raise":
            raise UnreadableError("as asked")
        return value

    def finish(self, results: list[str]) -> bool:
        return True


def test_what_is_beyond_the_budget_costs_no_other_value(tmp_path: Path) -> None:
    values = ["a", "backtrack", "b", "hold", "die", "c", "die once", "backtrack", "d"]
    with BoundedWorkers(Doing(str(tmp_path / "died")), Budget(0.5, 100 * MB), count=2, ahead=2) as workers:
        batches = list(workers.map([values, ["e"], ["backtrack"], ["f", "die"], ["g"]]))
    outcomes = [
        "too costly" if isinstance(outcome, Exceeded) else outcome for batch in batches for outcome in batch.outcomes
    ]  # fmt: skip
    assert outcomes == [
        "a", "too costly", "b", "too costly", "too costly", "c", "die once", "too costly", "d",
        "e", "too costly", "f", "too costly", "g",
    ]  # fmt: skip
    reasons = [outcome.reason for outcome in batches[0].outcomes if isinstance(outcome, Exceeded)]
    assert "0.5 seconds of processor time" in reasons[0] and "100 MiB" in reasons[1] and "SIGKILL" in reasons[2]
    assert [batch.finished for batch in batches] == [False, True, False, False, True]


def test_an_error_of_the_job_is_the_callers() -> None:
    with BoundedWorkers(Doing(), Budget(5, 100 * MB)) as workers, pytest.raises(UnreadableError, match="as asked"):
        workers.run("raise")


class Waiting:
    """A job that waits until a file exists."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, value: Any) -> str:
        while not self.path.exists():
            time.sleep(0.05)
        return "done"

    def finish(self, results: object) -> bool:
        return True


def test_who_waits_for_documents_is_called_meanwhile(tmp_path: Path) -> None:
    """The callback runs before any document of the batch is finished; a delivery worker then sends its heartbeat."""
    path = tmp_path / "go-on"
    with BoundedWorkers(Waiting(path), Budget(1, 500 * MB), waiting=path.touch) as workers:
        assert next(workers.map([[1, 2]])).outcomes == ["done", "done"]


def test_no_worker_is_left_behind() -> None:
    with BoundedWorkers(Doing(), Budget(5, 100 * MB)) as workers:
        workers.run("a")
        process = workers._workers[0]._process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


# Readers: the memory that they need while they read a file.


@dataclass(frozen=True)
class Reading:
    """A job that reads a file and returns its errors.

    largest: the most bytes of a document.
    most: the number of broken parts after which the file is given up, as ingest does.
    """

    largest: int
    most: int = 1_000

    def __call__(self, path: Path) -> list[str]:
        broken = (entry.reason for entry in read(path, self.largest) if isinstance(entry, Broken))
        return list(islice(broken, self.most))

    def finish(self, results: list[list[str]]) -> bool:
        return True


def test_an_open_quotation_mark_over_millions_of_lines_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b'title,body\na,"' + b"b\n" * 1_500_000)
    with BoundedWorkers(Reading(2_000_000), Budget(60, 60 * MB)) as workers:
        rows = workers.run(path)
    assert not isinstance(rows, Exceeded), rows
    assert "2,000,000" in rows[0] and len(rows) == Reading.most


def test_a_header_line_of_any_length_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "pages.warc"
    shape = SHAPES["warc: a long header"]
    path.write_bytes(shape.make(50 * MB) + SHAPES["warc: a page of open anchors"].make(1000))
    with BoundedWorkers(Reading(1_000_000), Budget(60, 20 * MB)) as workers:
        reasons = workers.run(path)
    assert not isinstance(reasons, Exceeded), reasons
    assert "headers have more than" in reasons[0]


def test_headers_that_look_like_records_are_not_read_over_and_over(tmp_path: Path) -> None:
    path = tmp_path / "pages.warc"
    path.write_bytes(b"WARC/1.0\r\nX: WARC/1.0\r\n" * 20_000)
    with BoundedWorkers(Reading(1_000_000, most=10**9), Budget(60, 50 * MB)) as workers:
        outcome = workers.run(path)
    assert not isinstance(outcome, Exceeded) and outcome


PAGE = f"<p>{SENTENCE}</p>".encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
CHUNKED = ANSWER + b"Transfer-Encoding: chunked\r\n\r\n"
GOOD_RECORD = record(ANSWER + b"\r\n" + PAGE)
ROWS, LAST_ROW = b"title,body\n", "عنوان,متن\n".encode()
# Files whose first row or record costs more than its size: (name, content, expected report).
COSTLY_FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a row of empty cells": ("a.csv", lambda: ROWS + b"t," + b"," * 9 * MB + b"\n" + LAST_ROW, "line 2: the row has more than"),
    "a row of words": ("a.csv", lambda: ROWS + b"t," + "اب,".encode() * 1_900_000 + b"\n" + LAST_ROW, "line 2: the row has more than"),
    "a row behind a mark that opens nothing": ("a.csv", lambda: ROWS + b'a",' + b"," * 9 * MB + b"\n" + LAST_ROW, "line 2: the row has more"),
    "cells of quotation marks": ("a.csv", lambda: ROWS + b'"",' * 3 * MB + b"\n" + LAST_ROW, "line 2: the row has more than"),
    "a record of nothing": ("a.warc.gz", lambda: packed(b"\r\n" + b"\0" * 300 * MB, b"image/png"), "offset 0: it unpacks to more than"),
    "empty lines behind a record": ("a.warc.gz", lambda: gzip.compress(GOOD_RECORD + b"\n" * 9 * MB) + gzip.compress(GOOD_RECORD), "offset 0: more than 1,000 empty lines"),
    "a million chunks": ("a.warc", lambda: record(CHUNKED + b"1\r\na\r\n" * 500_000 + b"0\r\n\r\n") + GOOD_RECORD, "offset 0: it was sent in more than 200,000 chunks"),
    "a chunk of a gigabyte": ("a.warc", lambda: record(CHUNKED + b"40000000\r\n" + b"a" * 90 * MB) + GOOD_RECORD, "offset 0: a chunk of 1,073,741,824 bytes"),
    "a million headers": ("a.warc", lambda: record(ANSWER + b"X: a\r\n" * 1_000_000 + b"\r\n") + GOOD_RECORD, "offset 0: the headers have more than"),
    "a line of a hundred megabytes": ("a.jsonl", lambda: b'{"body":"' + b"a" * 100 * MB + b'"}\n{"title":"t"}\n', "line 1: more than"),
}  # fmt: skip


def packed(answer: bytes, kind: bytes) -> bytes:
    """Returns a web archive in which each record is packed by itself and the first record holds the answer."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n" + answer
    return gzip.compress(record(answer)) + gzip.compress(GOOD_RECORD)


@dataclass(frozen=True)
class Listing(Job):
    """A job that lists the entries of a file: each place, and what is broken there."""

    largest: int

    def __call__(self, path: Path) -> list[tuple[str, str]]:
        entries = read(path, self.largest)
        return [(entry.place, entry.reason if isinstance(entry, Broken) else "") for entry in entries]


@pytest.mark.parametrize("name", COSTLY_FILES)
def test_a_costly_row_or_record_is_refused_in_a_line_and_the_file_goes_on(name: str, tmp_path: Path) -> None:
    file_name, make, expected = COSTLY_FILES[name]
    path = tmp_path / file_name
    path.write_bytes(make())
    # A row or record may be held a few times as text while it is read, and never as millions of values.
    with BoundedWorkers(Listing(10 * MB), Budget(20, 140 * MB)) as workers:
        listed = workers.run(path)
    assert not isinstance(listed, Exceeded), listed
    broken = [f"{place}: {reason}" for place, reason in listed if reason]
    assert len(broken) == 1 and expected in broken[0]
    assert listed[-1][1] == ""


@pytest.mark.parametrize(
    "header", [b"title,body" + b",c" * 9 * MB, b"title,body," + b"c" * 9 * MB, b'title,body,"' + b"c\n" * 5 * MB]
)
def test_a_file_of_millions_of_columns_is_refused_in_a_line(header: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(header + b"\n" + LAST_ROW)
    with (
        BoundedWorkers(Listing(10 * MB), Budget(20, 60 * MB)) as workers,
        pytest.raises(UnreadableError, match="line 1, the names of the columns: they have more than 1,048,576 bytes"),
    ):
        workers.run(path)
    path.write_bytes(b"title,body" + b",c" * 30_000 + b"\n" + LAST_ROW)
    with pytest.raises(UnreadableError, match="30,002 columns; the most is 20,000"):
        list(read(path, 10 * MB))


def test_a_package_with_too_long_a_list_of_files_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    with zipfile.ZipFile(path, "w") as package:
        for number in range(50_000):
            package.writestr(f"archive/{number:060}.warc", b"")
    with pytest.raises(UnreadableError, match="the package's list of files has"):
        list(read(path, 10 * MB))


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["title", "date"])
def test_a_text_under_another_title_or_date_is_read_within_its_budget(
    tmp_path: Path, settings: Any, change: str
) -> None:
    """Otherwise the storing process would read it itself, without a limit, while all others wait."""
    path = tmp_path / "a.txt"
    path.write_text(GOOD.format(n=21), encoding="utf-8")
    assert ingest([path], Options(largest=20 * MB)).created == 1
    article = Article.objects.latest("id")
    figures = list(article.figures.values_list("id", "quote"))
    if change == "title":
        Article.objects.filter(pk=article.pk).update(title="عنوان من محرر", title_origin="editor")
    else:
        # The first capture is of another day than the text that is ingested now.
        article.captures.update(captured_at=datetime(2020, 1, 1, tzinfo=UTC))
    document = f"{GOOD.format(n=21)}\n" + COSTLY
    authority = Authority.load()
    prepared = prepare(Item(str(path), document.encode(), "text/plain", filename="a.txt"), "", NOW, authority)
    settings.ARCHIVE_DOCUMENT_SECONDS = 0.5
    with Rereading(authority) as rereading:
        bring_up_to_date(Article.objects.get(pk=article.pk), prepared, Sources(), rereading)
    article.refresh_from_db()
    assert article.body == prepared.document.body
    assert [pk for pk, _ in figures] == list(article.figures.values_list("id", flat=True))


# Fetching.

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def _drip(connection: socket.socket, first: bytes, part: bytes) -> None:
    connection.sendall(first)
    while True:
        connection.sendall(part)
        time.sleep(0.05)


SERVERS: dict[str, Callable[[socket.socket], None]] = {
    "a status line byte by byte": lambda connection: _drip(connection, b"HTTP/1.1 2", b"0"),
    "headers byte by byte": lambda connection: _drip(connection, HEAD, b"X"),
    "headers without end": lambda connection: _drip(connection, HEAD, b"X-A: b\r\n"),
    "continue for ever": lambda connection: _drip(connection, b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "continue for ever, fast": lambda connection: _drip(connection, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "a body byte by byte": lambda connection: _drip(connection, HEAD + b"\r\n", b"a"),
    "chunks byte by byte": lambda connection: _drip(
        connection, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"
    ),
    "nothing": lambda connection: _drip(connection, b"", b""),
}


@pytest.fixture
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server on this machine that answers every connection as `request.param` says."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request.param(connection)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.mark.parametrize("port", SERVERS.values(), ids=SERVERS.keys(), indirect=True)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_fetch_ends_at_its_deadline_however_slowly_it_is_answered(port: int, scheme: str, settings: Any) -> None:
    settings.ARCHIVE_FETCH_PRIVATE = True
    settings.ARCHIVE_FETCH_SECONDS = 1
    started = time.monotonic()
    with pytest.raises(UnreadableError, match="could not be fetched"):
        fetch(f"{scheme}://127.0.0.1:{port}/story")
    assert time.monotonic() - started < 15


def test_a_name_that_is_never_looked_up_ends_at_the_deadline(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ARCHIVE_FETCH_SECONDS = 1
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(60) and [])
    try:
        with pytest.raises(UnreadableError, match="looking up its name took too long"):
            fetch("http://news.example/story")
    finally:
        over.set()
