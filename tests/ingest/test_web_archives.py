"""Web archives that are damaged or hold records that are no pages: ingest reports what it cannot read and stores the
rest.
"""

import gzip
import io
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.ingest.arabic import field_in_arabic, in_arabic
from articles.ingest.deliveries import record_run
from articles.ingest.document import Broken, Item
from articles.ingest.readers.warc import read_warc
from articles.ingest.run import Options, Report, ingest
from articles.models import Article, Delivery

BODY = "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ، وتستمر الورشة ثلاثة أيام بمشاركة 12 دولة."


def record(number: int, status: str = "200 OK", media_type: str = "text/html", kind: str = "response") -> bytes:
    """Returns one record of a plain file, with the empty lines that end it."""
    out = io.BytesIO()
    page = f"<html><head><title>خبر رقم {number} عن الورشة</title></head><body><article><p>{BODY} ({number})</p></article></body></html>"
    http = StatusAndHeaders(status, [("Content-Type", media_type)], protocol="HTTP/1.1")
    writer = WARCWriter(out, gzip=False)
    if kind == "request":
        http = StatusAndHeaders("GET / HTTP/1.1", [("Host", "news.example")])
    writer.write_record(
        writer.create_warc_record(
            f"https://news.example/story/{number}",
            kind,
            payload=io.BytesIO(page.encode() if kind == "response" else b""),
            http_headers=http,
        )
    )
    return out.getvalue()


GOOD = [record(number) for number in range(4)]
HEAD_END = GOOD[1].index(b"\r\n\r\n")


def with_length(content: bytes, change: int) -> bytes:
    """Returns a record whose stated length is changed by `change` bytes."""
    start = content.index(b"Content-Length: ") + 16
    end = content.index(b"\r\n", start)
    return content[:start] + str(int(content[start:end]) + change).encode() + content[end:]


# Damaged bytes that stand between two whole records and two more.
DAMAGED = {
    "a head of one line": b"WARC/1.0\r\nbroken\r\n\r\n",
    "a head without a length": b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://h.example/a\r\n\r\nHTTP/1.1 200 OK\r\n\r\ntext\r\n\r\n",
    "a head without a kind": b"WARC/1.1\r\nContent-Length: 4\r\n\r\ntext\r\n\r\n",
    "a head that the next record breaks off": GOOD[1][: GOOD[1].index(b"\r\n", 60) + 2],
    "a length of letters": b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: many\r\n\r\ntext\r\n\r\n",
    "a length below nothing": b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: -5\r\n\r\ntext\r\n\r\n",
    "a length beyond the file": with_length(GOOD[1], 10**9),
    "a length that reaches into the next record": with_length(GOOD[1], 60),
    "a length that leaves some of it": with_length(GOOD[1], -30),
    "a length of something that is no page": with_length(record(9, kind="request"), 40),
    "another version": b"WARC/7.0\r\nWARC-Type: metadata\r\nContent-Length: 4\r\n\r\ntext\r\n\r\n",
    "lines of something else": b"nothing of an archive\r\nat all\r\n\r\n",
}  # fmt: skip


def read(path: Path) -> tuple[list[str], list[str]]:
    """Returns (addresses of the pages, places of the reported damage)."""
    entries = list(read_warc(path, 2_000_000))
    pages = [entry.address.rpartition("/")[2] for entry in entries if isinstance(entry, Item)]
    return pages, [str(entry.place) for entry in entries if isinstance(entry, Broken)]


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
def test_whole_records_after_a_damaged_part_go_in_and_it_is_told_with_its_offset(
    damaged: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(GOOD[0] + damaged + GOOD[2] + GOOD[3])
    pages, places = read(path)
    assert pages == ["0", "2", "3"]
    assert places == [f"record at offset {len(GOOD[0]):,}"]


# A gzip member marks where its record ends, so a record with too short a length is reported and still stored as a page.
IN_MEMBERS = {name: damaged for name, damaged in DAMAGED.items() if name != "a length that leaves some of it"}


@pytest.mark.parametrize("damaged", IN_MEMBERS.values(), ids=IN_MEMBERS)
def test_so_do_those_of_the_members_after_a_damaged_one(damaged: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    parts = [gzip.compress(part, mtime=0) for part in (GOOD[0], damaged, GOOD[2], GOOD[3])]
    path.write_bytes(b"".join(parts))
    pages, places = read(path)
    assert pages == ["0", "2", "3"]
    assert places == [f"record at offset {len(parts[0]):,}"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["response", "request"])
def test_a_file_that_ends_within_its_last_record_tells_so_wherever_it_ends(
    packed: bool, kind: str, tmp_path: Path
) -> None:
    """Cuts at every place but the final line breaks, where the record is complete."""
    first, last = GOOD[0], record(7, kind=kind)
    if packed:
        first, last = gzip.compress(first, mtime=0), gzip.compress(last, mtime=0)
    path = tmp_path / "a.warc"
    for cut in (*range(1, len(last) - 40, 7), len(last) - 20):
        path.write_bytes(first + last[:cut])
        assert read(path) == (["0"], [f"record at offset {len(first):,}"]), cut


def test_a_damaged_beginning_does_not_hide_the_members_that_follow(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    members = [gzip.compress(part, mtime=0) for part in GOOD]
    path.write_bytes(b"\0\0\0" + members[0][3:] + b"".join(members[1:]))
    assert read(path) == (["1", "2", "3"], ["record at offset 0"])


def test_records_without_lines_between_them_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(part.removesuffix(b"\r\n\r\n") for part in GOOD))
    assert read(path) == (["0", "1", "2", "3"], [])


def test_a_member_of_several_records_is_told_and_the_next_members_go_in(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    several = gzip.compress(GOOD[0] + DAMAGED["a head of one line"] + GOOD[1], mtime=0)
    path.write_bytes(several + gzip.compress(GOOD[2], mtime=0) + gzip.compress(GOOD[3], mtime=0))
    assert read(path) == (["0", "2", "3"], ["record at offset 0"])


# Records that are skipped.


def run(path: Path) -> Report:
    """Ingests a file, and stores the record of its delivery."""
    report = ingest([path], Options(largest=2_000_000))
    record_run([str(path)], report)
    return report


@pytest.mark.django_db
def test_what_holds_no_page_is_told_in_one_line_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(
        record(1, "404 Not Found")
        + record(2, media_type="application/pdf")
        + record(3, media_type="application/pdf")
        + record(4, kind="request")
    )
    report = run(path)
    assert (report.done, report.failures) == (0, [])
    ((note, (place, times)),) = report.noted.places.items()
    assert str(note) == "records “application/pdf: 2, status 404: 1”: 3 records that hold no page were skipped"
    assert (place, times) == ("a.warc: record at offset 0", 1)
    (row,) = Delivery.objects.latest("id").notes
    assert row["path"] == "a.warc: record at offset 0" and row["given"] == "application/pdf: 2, status 404: 1"
    assert in_arabic(note.taken) == "تسجيلات تُركت لأنها ليست صفحات، وعددها 3."
    assert field_in_arabic("records") == "التسجيلات"


@pytest.mark.django_db
def test_a_file_of_pages_and_what_tells_of_them_has_nothing_to_tell(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(record(4, kind="request") + GOOD[0] + GOOD[1])
    report = run(path)
    assert (report.created, report.failures, report.noted.total) == (2, [], 0)
    assert not Delivery.objects.exists()
    assert Article.objects.filter(url__startswith="https://news.example/story/").count() == 2
