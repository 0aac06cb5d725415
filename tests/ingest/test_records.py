"""Records of web archives, without a database: which of them are pages, what is told of the others, and which limits hold."""

import gzip
import io
import random
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from articles.ingest.document import Broken, Item, Remark, UnreadableError
from articles.ingest.readers import warc
from articles.ingest.readers.warc import content_type, read_wacz, read_warc

BODY = "<p>نص</p>".encode()
ADDRESS = "https://news.example/a"
OK = "HTTP/1.1 200 OK"


def record(body: bytes = b"", /, **headers: str) -> bytes:
    """Returns one record. A header that is None is left out."""
    fields = {"WARC-Type": "response", "WARC-Target-URI": ADDRESS, "WARC-Date": "2024-03-05T10:00:00Z", **{name.replace("_", "-"): value for name, value in headers.items()}}  # fmt: skip
    fields.setdefault("Content-Length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"WARC/1.1\r\n{lines}\r\n".encode() + body + b"\r\n\r\n"


def answer(body: bytes = BODY, status: str = OK, kind: str | None = "text/html; charset=UTF-8", *more: str) -> bytes:
    """Returns an HTTP response."""
    headers = [*([f"Content-Type: {kind}"] if kind is not None else []), *more]
    return "\r\n".join([status, *headers, "", ""]).encode() + body


def entries(path: Path, content: bytes, largest: int = 10_000) -> list:
    path.write_bytes(content)
    return list(read_warc(path, largest))


def told(path: Path, content: bytes, largest: int = 10_000) -> list[str]:
    """Returns what is told of each entry that is no page, and «page» for one."""
    lines = []
    for entry in entries(path, content, largest):
        if isinstance(entry, Item):
            lines.append("page")
        elif isinstance(entry, Remark):
            lines.append(f"{entry.note.field}|{entry.note.given}|{entry.note.taken}")
        else:
            lines.append(str(entry.reason))
    return lines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.warc"


def test_what_a_record_says_of_a_page(path: Path) -> None:
    first = record(answer())
    pages = entries(
        path,
        first
        + record(answer(), WARC_Target_URI=f"<{ADDRESS}?utm_source=x> ", WARC_Date="2024-03-05T10:00:00")
        + record(answer(kind='TEXT/Plain; a; charset = "Windows-1256"'), WARC_Date="moon")
        + record(answer(), WARC_Target_URI="HTTPS://News.example/b", WARC_Date=None)
        + record(None or b"", WARC_Type="revisit", WARC_Target_URI=ADDRESS),
    )
    ten = datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert [(page.address, page.media_type, page.encoding, page.captured_at) for page in pages] == [
        (ADDRESS, "text/html", "utf-8", ten), (ADDRESS, "text/html", "utf-8", ten), (ADDRESS, "text/plain", "windows-1256", None),
        ("https://news.example/b", "text/html", "utf-8", None), (ADDRESS, "", "", ten),
    ]  # fmt: skip
    assert [page.content for page in pages] == [BODY] * 4 + [None]
    assert {(page.filename, page.path) for page in pages} == {("a.warc", str(path))}
    assert [str(page.place) for page in pages[:2]] == ["record at offset 0", f"record at offset {len(first)}"]
    assert [[f"{note.field} {note.given}: {note.taken}" for note in page.notes] for page in pages] == [
        [], [], ["WARC-Date moon: not a time; taken as captured now"], [], [],
    ]  # fmt: skip


def test_the_content_of_a_page_is_as_it_was_before_it_was_sent(path: Path) -> None:
    halves = packed(BODY)[:9], packed(BODY)[9:]
    chunks = b"".join(b"%x ; a=b\r\n%b\r\n" % (len(half), half) for half in halves) + b"0\r\n\r\n"
    sent = record(answer(chunks, OK, "text/html", "Transfer-Encoding: chunked", "Content-Encoding: gzip"))
    (page,) = entries(path, sent)
    assert page.content == BODY and page.notes == ()


ELSEWHERE = "answers from addresses that are not of the web were left out"
NO_PAGE = "records that hold no page were skipped"


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (record(b"x", WARC_Type="warcinfo") + record(b"x", WARC_Type="request") + record(b"x", WARC_Type="metadata"), []),
        (record(answer(), WARC_Target_URI="dns:news.example"), [f"WARC-Target-URI|dns: 1|1 {ELSEWHERE}"]),
(record(answer(), WARC_Target_URI="nothing") + record(answer(), WARC_Target_URI=f"{'X' * 30}:a"),
         [f"WARC-Target-URI|none: 1, {'x' * 20}: 1|2 {ELSEWHERE}"]),
        (record(b"x", WARC_Type="conversion") + record(b"x", WARC_Type="y" * 40), [f"records|WARC-Type conversion: 1, WARC-Type {'y' * 30}: 1|2 {NO_PAGE}"]),
        (record(answer(status="HTTP/1.1 404 Not Found")) + record(answer(status="HTTP/1.0 301 Moved")), [f"records|status 404: 1, status 301: 1|2 {NO_PAGE}"]),
        (record(answer(status=f"HTTP/1.1 {'4' * 40} x")), [f"records|status {'4' * 30}: 1|1 {NO_PAGE}"]),
        (record(answer(kind=None)) + record(answer(kind="image/" + "p" * 70)), [f"records|no Content-Type: 1, image/{'p' * 54}: 1|2 {NO_PAGE}"]),
        (record(answer(kind="application/json")), [f"records|application/json: 1|1 {NO_PAGE}"]), (record(answer(kind="application/xhtml+xml")), ["page"]),
        (record(answer(status="HTTP/1.0 200 OK")), ["page"]),
        (record(answer(), WARC_Target_URI="https://[bad/"), ["“https://[bad/” is malformed: *"]),
        # A resource may have an address of the web, or be a file of another archive, which may hold rows.
        (record(BODY, WARC_Type="resource", Content_Type="text/html"), ["page"]),
        (record(b"{}", WARC_Type="resource", Content_Type="application/json"), [f"records|application/json: 1|1 {NO_PAGE}"]),
        (record(b"{}", WARC_Type="resource", WARC_Target_URI="urn:sha256:ab", Content_Type="application/json"), ["page"]),
        (record(b"a", WARC_Type="resource", WARC_Target_URI="urn:sha256:ab", Content_Type="text/csv"), ["page"]),
        (record(b"a", WARC_Type="resource", WARC_Target_URI="urn:sha256:ab", Content_Type="image/png"), [f"records|image/png: 1|1 {NO_PAGE}"]),
        (record(answer(), WARC_Target_URI=None) + record(answer()), ["it is not written as records of web archives are", "page"]),
        (b"", ["no record of a web archive"]), (b"\r\n\r\n" + record(answer()), ["page"]),
        # Content codings of a response are undone; one that cannot be does not stop the next record.
        (record(answer(gzip.compress(BODY), OK, "text/html", "Content-Encoding: gzip")), ["page"]),
        (record(answer(b"\xff", OK, "text/html", "Content-Encoding: moon")) + record(answer()), ["Content-Encoding is “moon”; known are gzip, x-gzip, deflate, br, zstd", "page"]),
        (record(answer(b"5\r\n<p>ab\r\n0\r\n\r\n", OK, "text/html", "Transfer-Encoding: Chunked")), ["page"]),
    ],
)  # fmt: skip
def test_which_records_are_pages(path: Path, content: bytes, lines: list[str]) -> None:
    read = told(path, content)
    assert len(read) == len(lines)
    for line, expected in zip(read, lines, strict=True):
        assert line == expected or (expected.endswith("*") and line), line


def test_the_reasons_are_counted_and_the_first_ten_are_told(path: Path) -> None:
    kinds = [f"image/{n:02}" for n in range(12)]
    content = b"".join(record(answer(kind=kind)) for kind in [*kinds, kinds[11]])
    ((given, taken),) = [line.split("|")[1:] for line in told(path, record(answer()) + content)[1:]]
    assert given == ", ".join([f"{kinds[11]}: 2", *(f"{kind}: 1" for kind in kinds[:9])])[
        :119
    ] + "…" and taken.startswith("13 ")
    *_, remark = entries(path, record(answer()) + content)
    assert remark.place == f"record at offset {len(record(answer()))}"
    skipped = warc._SkippedRecords()
    for number in range(1005):
        skipped.add(f"x{number}", "first" if not number else "later")
    skipped.add("x999", "later")
    skipped.add("x1000", "later")
    (remark,) = skipped.remarks("a.warc")
    assert (
        remark.note.given.startswith("…: 6, x999: 2, x0: 1")
        and remark.place == "first"
        and remark.note.taken == f"1,007 {NO_PAGE}"
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html", ("text/html", "")), (" Text/HTML ; Charset=UTF-8 ", ("text/html", "utf-8")), ("", ("", "")), ("text/html;charset='utf-8'", ("text/html", "utf-8")),
        ('text/html; charset="utf-8"; x', ("text/html", "utf-8")), ("text/html; boundary=a; charset=b", ("text/html", "b")), ("text/html; charset", ("text/html", "")),
    ],
)  # fmt: skip
def test_a_content_type(header: str, expected: tuple[str, str]) -> None:
    assert content_type(header) == expected


@pytest.mark.parametrize(
    ("value", "moment", "is_told"),
    [
        (None, None, False), ("", None, False), ("2024-03-05T10:00:00Z", datetime(2024, 3, 5, 10, tzinfo=UTC), False), ("2024-13-05T10:00:00Z", None, True),
        ("2024-03-05T10:00:00+02:00", datetime(2024, 3, 5, 10, tzinfo=timezone(timedelta(hours=2))), False), ("2024-03-05T10:00", datetime(2024, 3, 5, 10, tzinfo=UTC), False),
        ("20240305100000 or so", None, True),
    ],
)  # fmt: skip
def test_the_time_of_a_record(value: str | None, moment: datetime | None, is_told: bool) -> None:
    read, notes = warc._time(value)
    assert read == moment and bool(notes) == is_told


# Limits.


def chunked(count: int) -> bytes:
    return answer(b"1\r\nx\r\n" * (count - 1) + b"0\r\n\r\n", OK, "text/html", "Transfer-Encoding: chunked")


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


LINE, HEADERS = 64 * 1024, 128 * 1024
LIMIT = "the largest document accepted is 10,000 (ARCHIVE_LARGEST_FILE)"
NOISE = random.Random(1).randbytes(200_000)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (record(answer(b"x" * 10_000)), ["page"]),
        (record(answer(b"x" * 10_001)) + record(answer()), [f"more than 10,000 bytes when unpacked; {LIMIT}", "page"]),
        (packed(b"x" * (LINE - 1) + b"\n") + packed(record(answer())), ["it does not begin as a record of a web archive does", "page"]),
        (packed(b"x" * LINE + b"\n") + packed(record(answer())), [f"a header line has more than {LINE:,} bytes", "page"]),
        (record(answer(), X="x" * 60_000, Y="x" * 60_000), ["page"]),
        (record(answer(), X="x" * 60_000, Y="x" * 60_000, Z="x" * 12_000) + record(answer()), [f"the headers have more than {HEADERS:,} bytes", "page"]),
        (record(answer(BODY, OK, "text/html", f"X: {'x' * 60_000}", f"Y: {'x' * 60_000}", f"Z: {'x' * 12_000}")) + record(answer()),
         [f"the headers have more than {HEADERS:,} bytes", "page"]),
        (record(answer()) + b"\r\n" * 997 + record(answer()), ["page", "page"]),
        (record(answer()) + b"\r\n" * 998 + record(answer()), ["page", "more than 1,000 empty lines follow one another", "page"]),
        (record(answer(b"2710\r\n" + b"x" * 10_000 + b"\r\n0\r\n\r\n", OK, "text/html", "Transfer-Encoding: chunked")), ["page"]),
        (record(answer(b"2711\r\n" + b"x" * 10_001 + b"\r\n0\r\n\r\n", OK, "text/html", "Transfer-Encoding: chunked")), [f"a chunk of 10,001 bytes; {LIMIT}"]),
        (record(answer(b"0" * 12 + b"2711\r\n" + b"x" * 10_001 + b"\r\n0\r\n\r\n", OK, "text/html", "Transfer-Encoding: chunked")), [f"a chunk of 10,001 bytes; {LIMIT}"]),
        (record(answer(), Content_Length="x"), ["“Content-Length” is “x”, not a number of bytes"]), (record(answer(), Content_Length=None), ["its headers do not have “Content-Length”"]),
        (record(answer(), WARC_Type=None), ["its headers do not have “WARC-Type”"]), (record(answer(), Content_Length="9" * 19), [f"“Content-Length” is “{'9' * 19}”, not a number of bytes"]),
        (record(answer(), Content_Length="٣"), ["“Content-Length” is “*"]),
        (record(answer())[:-30], ["cut short: *"]), (packed(record(answer()))[:-20], ["*"]),
        # Of several records in one member the rest cannot be read apart.
        (packed(record(answer()) * 2) + packed(record(answer())), ["page", "records are not compressed one by one; recompress the file with `warcio recompress`", "page"]),
    ],
)  # fmt: skip
def test_the_limits_of_a_record(path: Path, content: bytes, lines: list[str]) -> None:
    read = told(path, content)
    assert len(read) == len(lines), read
    for line, expected in zip(read, lines, strict=True):
        assert line.startswith(expected.removesuffix("*")) if expected.endswith("*") else line == expected, line


FREELY = 1 << 20


@pytest.mark.parametrize(
    ("noise", "zeros", "is_taken"),
    [(0, FREELY, False), (0, FREELY - 2000, True), (10_000, 1_900_000, True), (6_000, 1_900_000, False)],
)
def test_what_a_member_may_unpack_to(
    path: Path, noise: int, zeros: int, is_taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member may unpack to _UNPACKED_FREELY bytes, or to 200 times what it has packed."""
    assert warc._UNPACKED_FREELY == 32 * FREELY
    monkeypatch.setattr(warc, "_UNPACKED_FREELY", FREELY)
    content = packed(record(NOISE[:noise] + b"\0" * zeros, WARC_Type="metadata"))
    assert told(path, content + packed(record(answer())))[-1] == "page"
    expected = "it unpacks to more than 1,048,576 bytes and 200 times what it has packed"
    assert told(path, content) == ([] if is_taken else [expected])


def test_a_response_has_few_chunks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warc._MOST_CHUNKS == 200_000
    monkeypatch.setattr(warc, "_MOST_CHUNKS", 20)
    assert told(path, record(chunked(20))) == ["page"]
    assert told(path, record(chunked(21))) == ["it was sent in more than 20 chunks"]


WINDOW = 1 << 20
MARK = b"WARC/1.1\r\n"


@pytest.mark.parametrize("start", [0, 1, 5, WINDOW - 12, WINDOW - 5, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW - 3])
@pytest.mark.parametrize("before", [b"\n", b"x"])
def test_the_next_record_is_where_a_line_begins_with_its_mark(start: int, before: bytes) -> None:
    file = io.BytesIO(b"x" * (start + 3) + before + MARK + b"x" * 50)
    at = start + 4
    assert warc._next_start(file, 0, warc._RECORD) == (at if before == b"\n" else None)
    assert warc._next_start(file, at, warc._RECORD) == (at if before == b"\n" else None)
    assert warc._next_start(file, at + 1, warc._RECORD) is None


# Packages.


def package(path: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def read_package(path: Path, largest: int = 10_000) -> list[tuple[str, str]]:
    return [
        (str(entry.place), "page" if isinstance(entry, Item) else str(getattr(entry, "reason", "")))
        for entry in read_wacz(path, largest)
    ]


def test_every_archive_of_a_package_is_read(tmp_path: Path) -> None:
    one = record(answer())
    read = read_package(
        package(tmp_path / "a.wacz", ("archive/a.warc", one + one), ("pages/b.txt", one), ("c.warc.gz", packed(one)))
    )
    assert read == [
        ("archive/a.warc, record at offset 0", "page"), (f"archive/a.warc, record at offset {len(one)}", "page"),
        ("c.warc.gz, record at offset 0", "page"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("noise", "zeros", "largest", "is_taken"),
    [(0, 100_000, 100_000, True), (0, 100_000, 99_999, False), (1000, 15_000, 10, True), (1000, 25_000, 10, False)],
)
def test_an_archive_of_a_package_may_not_unpack_without_end(
    tmp_path: Path, noise: int, zeros: int, largest: int, is_taken: bool
) -> None:
    content = NOISE[:noise] + b"\0" * zeros
    path = package(tmp_path / "a.wacz", ("a.warc", content), method=zipfile.ZIP_DEFLATED)
    (place, reason), *_ = read_package(path, largest)
    size = zipfile.ZipFile(path).getinfo("a.warc").compress_size
    refusal = f"would unpack from {size:,} to {len(content):,} bytes"
    assert (place, reason) == ("a.warc", refusal) if not is_taken else reason != refusal


def with_byte(path: Path, offset: int, value: int) -> Path:
    """Changes a byte of the first member's two headers."""
    content = bytearray(path.read_bytes())
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        content[content.index(mark) + offset + shift] = value
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda path: with_byte(package(path, ("a.warc", b"x")), 6, 1), "a file in the package is locked with a password"),
        (lambda path: with_byte(package(path, ("a.warc", b"x")), 8, 97), "a file in the package is packed in a way that cannot be read"),
        (lambda path: package(path, ("a.txt", b"x")), "no WARC file in the package (archive/*.warc.gz is expected)"),
        (lambda path: path.write_bytes(b"nothing"), "the package is damaged or cut short"),
        (lambda path: path.write_bytes(b""), "the package is damaged or cut short"),
    ],
)  # fmt: skip
def test_packages_that_cannot_be_read(tmp_path: Path, change: object, reason: str) -> None:
    change(tmp_path / "a.wacz")
    with pytest.raises(UnreadableError) as refused:
        read_package(tmp_path / "a.wacz")
    assert str(refused.value) == reason


def test_more_archives_than_anybody_packs_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warc._MOST_MEMBERS == 10_000
    monkeypatch.setattr(warc, "_MOST_MEMBERS", 2)
    one = record(answer())
    path = package(tmp_path / "a.wacz", *((f"{n}.warc", one) for n in range(4)))
    *pages, rest = list(read_wacz(path, 10_000))
    assert len(pages) == 2 and isinstance(rest, Broken) and (rest.place, rest.is_rest) == ("2.warc", True)
    assert rest.reason == "the package holds 4 WARC files; from this on they were left unread"
    monkeypatch.setattr(warc, "_MOST_MEMBERS", 4)
    assert len(list(read_wacz(path, 10_000))) == 4


MOST = 4 << 20


@pytest.mark.parametrize(
    ("size", "large_size", "refused"),
    [(MOST, 0, 0), (MOST + 1, 0, MOST + 1), (0, MOST, 0), (0, MOST + 1, MOST + 1), (0xFFFFFFFF, MOST, 0), (0xFFFFFFFF, MOST + 1, MOST + 1), (0xFFFFFFFE, 0, 0xFFFFFFFE)],
)  # fmt: skip
def test_a_list_of_files_without_end_is_not_read(tmp_path: Path, size: int, large_size: int, refused: int) -> None:
    large_end = b"PK\x06\x06" + bytes(36) + large_size.to_bytes(8, "little") + bytes(8)
    end = b"PK\x05\x06" + bytes(8) + size.to_bytes(4, "little") + bytes(6)
    path = tmp_path / "a.wacz"
    path.write_bytes(end if size == MOST + 1 else bytes(100_000) + large_end + end)
    with pytest.raises(UnreadableError) as error:
        read_package(path)
    expected = f"the package's list of files has {refused:,} bytes; the most is {MOST:,}"
    assert (str(error.value) == expected) == bool(refused) == str(error.value).startswith("the package's list")
