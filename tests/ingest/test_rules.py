"""The gate's rules, the sums of a run and the likeness of texts, without a database."""

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from articles.extract.dates import StatedDate
from articles.extract.fingerprints import LONGEST_COMPARED
from articles.ingest import authority, gate
from articles.ingest.boilerplate import is_label, opens_comment_form
from articles.ingest.document import Document, Item, Note, UnreadableError, shorten_value
from articles.ingest.identity import StoredBytes, article_with, shared_wording
from articles.ingest.prepare import identifying_address
from articles.ingest.readers import looks_like_page, read
from articles.ingest.readers.opening import ending_of, lines, read_limited, read_whole
from articles.ingest.run import Failure, Noted, Report
from articles.models import ArchiveDate, TitleOrigin
from articles.models.delivery import NoteKind
from articles.platform.messages import Message, MessageError

DOCUMENT = Document("عنوان", TitleOrigin.STATED, "متن المقال بالعربية.")
TODAY, LAST = date(2024, 5, 30), date(2026, 5, 28)
RANGE = f"1800-01-01 … {LAST}"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day does not change while the tests run."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: TODAY)


def judged(*, is_row: bool = True, **fields: object) -> Document:
    return gate.check_document(replace(DOCUMENT, **fields), is_row=is_row)


def on(day: date, where: str = "row") -> StatedDate:
    return StatedDate(where, f"في {day}", ArchiveDate.on(day))


@pytest.mark.parametrize("name", ["title", "author", "section", "notice"])
def test_texts_up_to_the_length_of_their_column(name: str) -> None:
    most = gate.LONGEST[name]
    assert getattr(judged(**{name: "ن" * most}), name) == "ن" * most
    with pytest.raises(UnreadableError) as refused:
        judged(**{name: "ن" * (most + 1)})
    assert str(refused.value) == f"“{name}” has {most + 1:,} characters; the most is {most:,}"
    if name == "notice":
        return
    text = "ن" * (most - 1) + " ن"
    cut = judged(is_row=False, **{name: text})
    assert getattr(cut, name) == "ن" * (most - 1)
    assert [(note.kind, note.field, str(note.taken)) for note in cut.notes] == [
        ("cut", name, f"cut from {most + 1:,} to {most:,} characters")
    ]
    assert judged(is_row=False, **{name: text[:most]}).notes == ()


def test_an_address_is_as_long_as_a_column_and_an_index_hold() -> None:
    start, most = "https://news.example/", gate.LONGEST["url"]
    fitting = start + "a" * (most - len(start))
    wide = start + "ن" * ((2_600 - len(start)) // 2)
    for url in (fitting, wide):
        assert judged(url=url).url == url and judged(is_row=False, url=url).notes == ()
    for url, reason in (
        (f"{fitting}a", f"“url” has {most + 1:,} characters; the most is {most:,}"),
        (f"{wide}نن", "“url” has 2,603 bytes; the most is 2,600"),
    ):
        with pytest.raises(UnreadableError) as refused:
            judged(url=url)
        assert str(refused.value) == reason
        page = judged(is_row=False, url=url)
        assert page.url == "" and [str(note.taken) for note in page.notes] == [
            f"{reason}; the page has no address of its own here"
        ]
        gate.check_address(url[:-2])
        with pytest.raises(UnreadableError):
            gate.check_address(url * 2)


@pytest.mark.parametrize("name", ["title", "body", "author", "section", "url"])
@pytest.mark.parametrize(
    ("character", "reason"),
    [("\0", "holds a NUL character"), ("\ud800", "holds half of a character (an unpaired surrogate)")],
)
def test_characters_that_no_column_holds(name: str, character: str, reason: str) -> None:
    for is_row in (True, False):
        with pytest.raises(UnreadableError) as refused:
            judged(is_row=is_row, **{name: f"أ{character}"})
        assert str(refused.value) == f"“{name}” {reason}"


@pytest.mark.parametrize(
    ("day", "is_sensible"),
    [(date(1800, 1, 1), True), (date(1799, 12, 31), False), (LAST, True), (LAST + timedelta(1), False)],
)
def test_days_of_publication(day: date, is_sensible: bool) -> None:
    exact = ArchiveDate.on(day)
    if is_sensible:
        assert judged(dates=(on(day),)).dates == (on(day),) and judged(published=exact).published == exact
        assert judged(is_row=False, dates=(on(day),)).notes == ()
        return
    with pytest.raises(UnreadableError) as refused:
        judged(dates=(on(TODAY), on(day)))
    assert str(refused.value) == f"“published” is في {day}; a day of {RANGE} is expected"
    with pytest.raises(UnreadableError) as refused:
        judged(published=exact)
    assert str(refused.value) == f"“published.date” is {day}; a day of {RANGE} is expected"
    # A page loses such a date, and keeps the others.
    page = judged(is_row=False, dates=(on(TODAY, "time"), on(day, "time")))
    assert page.dates == (on(TODAY, "time"),)
    assert [(note.field, note.given, str(note.taken)) for note in page.notes] == [
        ("published (time)", f"في {day}", f"not a day of {RANGE}; it was ignored")
    ]


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (ArchiveDate.between(date(2020, 1, 1), date(2021, 1, 1)), ""), (ArchiveDate.between(date(2020, 1, 1), date(2020, 1, 1)), ""), (ArchiveDate.unknown(), ""),
        (ArchiveDate.between(date(2021, 1, 1), date(2020, 1, 1)), "date none, precision unknown, earliest 2021-01-01, latest 2020-01-01"),
        (ArchiveDate.in_month(2024, 2), ""), (replace(ArchiveDate.in_month(2024, 2), latest=date(2024, 2, 28)), "date 2024-02-01, precision month, earliest 2024-02-01, latest 2024-02-29"),
        (replace(ArchiveDate.on(date(2024, 2, 3)), precision="year"), "date 2024-01-01, precision year, earliest 2024-01-01, latest 2024-12-31"),
        (ArchiveDate.between(date(1700, 1, 1)), "earliest"), (ArchiveDate.between(None, date(2999, 1, 1)), "latest"),
    ],
)  # fmt: skip
def test_a_date_of_publication_agrees_with_itself(published: ArchiveDate, expected: str) -> None:
    if not expected:
        assert judged(published=published).published == published
        return
    with pytest.raises(UnreadableError) as refused:
        judged(published=published)
    assert (f"agree; {expected} is expected" in str(refused.value)) == (" " in expected)
    assert str(refused.value).startswith(
        f"“published.{expected}” is " if " " not in expected else "“published” is date "
    )


@pytest.mark.parametrize(
    ("stated", "stored", "told"),
    [
        ("ar", "ar", ""), ("AR", "ar", ""), (" fr ", "fr", ""), ("ar_MA", "ar-MA", "taken as “ar-MA”"), ("ara", "ar", "taken as “ar”"), ("", "ar", "taken as “ar”"), ("xx", "ar", "taken as “ar”"),
        ("en-us-" + "-".join(["abcdefgh"] * 9), "en", "taken as “en”"),
    ],
)  # fmt: skip
def test_the_language_of_a_document(stated: str, stored: str, told: str) -> None:
    document = judged(language=stated)
    assert document.language == stored and [str(note.taken) for note in document.notes] == ([told] if told else [])
    assert judged(language="xx", body="English text").language == "und"


def test_characters_that_are_removed_are_counted() -> None:
    notes = gate.notes_on_removed(title="أ\x01\u202eب\x02", author="أ\x01", section="\u202eأ", text="أ")
    assert [(note.field, str(note.taken)) for note in notes] == [
        ("title", "2 control characters and 1 marks of direction were removed"), ("author", "1 control characters were removed"),
        ("section", "1 marks of direction were removed"),
    ]  # fmt: skip


def test_the_name_of_an_original() -> None:
    most = gate._LONGEST_FILENAME
    assert [gate.file_name(name)[0] for name in ("a.html", "C:\\b\\a.html", "/x/y/a.html", "", "\udce9.html")] == [
        "a.html",
        "a.html",
        "a.html",
        "",
        "?.html",
    ]
    assert gate.file_name("ن" * most) == ("ن" * most, ())
    name, (note,) = gate.file_name("ن" * (most + 1))
    assert name == "ن" * most and (note.kind, str(note.taken)) == ("cut", f"cut to {most:,} characters")
    with pytest.raises(UnreadableError, match="“capture_filename” holds a NUL"):
        gate.file_name("a\0")


def test_the_time_of_a_capture() -> None:
    first = datetime(1990, 1, 1, tzinfo=UTC)
    tomorrow = datetime.combine(TODAY + timedelta(1), datetime.max.time(), UTC)
    for moment in (first, tomorrow):
        assert gate.capture_moment(moment, "WARC-Date") == moment
    for moment in (first - timedelta(seconds=1), tomorrow + timedelta(hours=30)):
        with pytest.raises(UnreadableError, match=f"^“WARC-Date” is {moment.isoformat().replace('+', '.')}; a time of"):
            gate.capture_moment(moment, "WARC-Date")


def test_what_a_report_quotes() -> None:
    assert shorten_value(" أ \n ب ") == "أ ب" and shorten_value("a\0\ud800") == "a�?" and shorten_value(None) == "None"
    assert shorten_value("ن" * 120) == "ن" * 120 and shorten_value("ن" * 121) == "ن" * 119 + "…"
    with pytest.raises(ValueError, match="a revisit has no bytes"):
        _ = Item("a", None, "").received


# The sums of a run.


def note(number: int) -> Note:
    return Note(NoteKind.DROPPED, "title", str(number), Message("reason"))


def test_distinct_notes_are_kept_up_to_a_number_and_all_are_counted() -> None:
    noted = Noted()
    for number in range(1001):
        noted.add(note(number), f"place {number}")
    noted.add(note(5), "later", 3)
    noted.add(note(1000), "later")
    assert (len(noted.places), noted.total) == (1000, 1005) and noted.places[note(5)] == ("place 5", 4)
    addition = Noted()
    for number in range(1002):
        addition.add(note(number), "elsewhere")
    noted.update(addition)
    assert (len(noted.places), noted.total) == (1000, 2007) and noted.places[note(5)] == ("place 5", 5)
    row = noted.as_rows()[5]
    assert {name: row[name] for name in ("path", "kind", "field", "given", "times")} == {
        "path": "place 5", "kind": "dropped", "field": "title", "given": "5", "times": 5,
    }  # fmt: skip


def test_the_sums_of_two_runs() -> None:
    first = Report(created=1, updated=2, waiting=3, unchanged=4, seconds=2.0, failures=[Failure("a", Message("x"))])
    first.noted.add(note(1), "a")
    second = Report(created=10, updated=20, waiting=30, unchanged=40, seconds=6.0, is_stopped=True)
    assert (first.done, first.articles_per_second, Report().articles_per_second) == (7, 3.5, 0.0)
    first.add(second)
    assert first.as_dict() == {
        "created": 11, "updated": 22, "unchanged": 44, "failed": 1, "articles_per_second": 9.6, "waiting": 33, "noted": 1,
    }  # fmt: skip
    assert first.is_stopped and first.seconds == 8.0
    first.add(Report())
    assert first.is_stopped and set(Report().as_dict()) == {
        "created",
        "updated",
        "unchanged",
        "failed",
        "articles_per_second",
    }


# The likeness of texts, and where they are from.


def words(first: int, count: int, length: int = 1) -> str:
    """Returns different words, which are written with letters for the digits of their numbers."""
    letters = str.maketrans("0123456789", "بتجدرسصعفق")
    return " ".join(f"{'كل' * length}{number}".translate(letters) for number in range(first, first + count))


@pytest.mark.parametrize("length", [1, 10_000])
def test_the_share_of_a_wording(length: int) -> None:
    """Five-word shingles: a text of 20 words has 16. Long texts are compared by their words as written."""
    text, half = words(0, 20, length), words(0, 10, length)
    assert (len(text) > LONGEST_COMPARED) == (length > 1)
    assert shared_wording(text, text) == 1.0 == shared_wording(text, f"{text} ")
    assert shared_wording(text, half) == shared_wording(half, text) == 6 / 16
    assert shared_wording(text, words(10, 20, length)) == 6 / 16
    assert shared_wording(text, words(90_000, 20)) == 0
    assert shared_wording("كلمة", "كلمتان اثنتان") == 0.0


def test_a_folded_wording_is_the_same_in_short_texts() -> None:
    assert shared_wording("وصل الوفد إلى الرباط صباح اليوم", "وصلَ الوفدُ الى الرباط صباح اليوم") == 1.0


@pytest.mark.parametrize(
    ("address", "article"),
    [
        ("", 1),
        ("/folder/a.txt", 1),
        ("https://www.news.example/b", 2),
        ("http://news.example/", 2),
        ("https://other.example/a", None),
    ],
)
def test_bytes_are_known_by_where_they_are_from(address: str, article: int | None) -> None:
    places = [StoredBytes(1, ""), StoredBytes(2, "https://news.example/a"), StoredBytes(3, "https://news.example/c")]
    assert article_with(places, address) == article and article_with([], address) is None


@pytest.mark.parametrize(
    ("claimed_addresses", "fetched", "address"),
    [
        ((), "", ""), (("https://a.example/1",), "", ""), ((), "https://a.example/2", "https://a.example/2"),
        (("https://b.example/1", "https://www.a.example/1", "https://a.example/3"), "https://a.example/2", "https://www.a.example/1"),
        (("https://b.example/1",), "https://a.example/2", "https://a.example/2"),
    ],
)  # fmt: skip
def test_the_address_that_a_page_is_taken_to_have(claimed_addresses: tuple, fetched: str, address: str) -> None:
    assert identifying_address(claimed_addresses, fetched) == address


# Lines of furniture.


@pytest.mark.parametrize(
    ("line", "is_furniture"),
    [
        ("شارك", True), ("شارك هذا الخبر", True), ("شارك المغرب في المؤتمر الدولي للأمن", False), ("شارك في", False), ("اقرأ أيضا: خبر آخر عن المؤتمر الدولي", True),
        ("اقرأ أيضا خبرا آخر طويلا عن المؤتمر الدولي في", True), ("اقرأ أيضا خبرا آخر طويلا عن المؤتمر الدولي في الرباط", False), ("اقرأ أيضا.", False), ("شارك؟", False), ("شارك!", False),
        ("3 تعليقات", True), ("٣ دقائق للقراءة", True), ("3 وزراء", False), ("12 مشاهدة", True), ("Share | Print • Twitter", True), ("Share | خبر عن المؤتمر الدولي", False), ("…", True), ("|", True),
        ("وسوم: الأمن، الموانئ، السفن، التجارة", True), ("صورة تذكارية جمعت الوفود المشاركة كلها", False), ("المشاهدات", True), ("مشاهدات", True), ("شاركت", False), ("", True),
        ("الصورة التي نشرت للوفد أمس: كاذبة", False), (f"وسوم ن ن ن {'ن' * 13}: التجارة", True), (f"وسوم ن ن ن {'ن' * 14}: التجارة", False), ("أ " * 30, False),
    ],
)  # fmt: skip
def test_which_lines_are_labels(line: str, is_furniture: bool) -> None:
    assert is_label(line) == is_furniture


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("اترك تعليقا", True), ("أترك تعليقاً على الخبر", True), ("التعليقات المنشورة لا تعبر عن رأي الجريدة", True), ("Leave a Reply", True), ("لن يتم نشر عنوان بريدك الإلكتروني", True),
        ("وقال إنه اترك تعليقا", False), ("خبر", False), ("", False),
    ],
)  # fmt: skip
def test_which_lines_open_a_form_for_comments(line: str, opens: bool) -> None:
    assert opens_comment_form(line) == opens


# Files.


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.TXT", ".txt"),
        ("a.html.gz", ".html"),
        ("a.HTML.GZ", ".html"),
        ("a", ""),
        ("a.gz", ""),
        ("a.b.csv", ".csv"),
        ("x.d/a", ""),
    ],
)
def test_the_ending_of_a_file(name: str, ending: str) -> None:
    assert ending_of(Path(name)) == ending


@pytest.mark.parametrize(
    ("start", "is_page"),
    [
        (b"<!DOCTYPE html>", True), (b"\xef\xbb\xbf \r\n\t<HTML>", True), (b"<head>", True), (b" " * 400 + b"<html>", True), (b" " * 512 + b"<html>", False), (b"<p>", False), (b"", False),
    ],
)  # fmt: skip
def test_a_file_without_an_ending_may_be_a_page(tmp_path: Path, start: bytes, is_page: bool) -> None:
    (path := tmp_path / "page").write_bytes(start)
    assert looks_like_page(path) == is_page
    if start:
        (item,) = read(path, 1000)
        assert item.media_type == ("text/html" if is_page else "text/plain") and item.filename == "page"
    path.rename(tmp_path / "page.txt")
    if start:
        assert next(read(tmp_path / "page.txt", 1000)).media_type == "text/plain"


def test_files_of_no_format_are_told(tmp_path: Path) -> None:
    (path := tmp_path / "a.PDF").write_bytes(b"x")
    with pytest.raises(UnreadableError) as refused:
        next(read(path, 10))
    readable = ".csv, .htm, .html, .jsonl, .ndjson, .text, .txt, .wacz, .warc, .xhtml"
    assert str(refused.value) == f"files that end in “.PDF” cannot be read; name the format, or use {readable}"
    assert next(read(path, 10, "text")).content == b"x"
    with pytest.raises(UnreadableError, match="not a regular file"):
        next(read(tmp_path, 10))


def test_a_document_is_as_large_as_the_limit(tmp_path: Path) -> None:
    (path := tmp_path / "a.txt").write_bytes(b"x" * 100_000)
    assert len(read_whole(path, 100_000)) == 100_000
    with pytest.raises(UnreadableError, match="^100,000 bytes; the largest document accepted is 99,999 "):
        read_whole(path, 99_999)
    with path.open("rb") as file:
        assert len(read_limited(file, 100_000)) == 100_000
    with path.open("rb") as file, pytest.raises(UnreadableError, match="^more than 99,999 bytes when unpacked"):
        read_limited(file, 99_999)
    path.write_bytes(gzip.compress(b"x" * 100_000))
    assert read_whole(path, 100_000) == b"x" * 100_000
    with pytest.raises(UnreadableError, match="^more than 99,999 bytes when unpacked"):
        read_whole(path, 99_999)
    path.write_bytes(gzip.compress(b"x" * 100_000)[:-9])
    with pytest.raises(UnreadableError, match="^the gzip file is damaged or cut short$"):
        read_whole(path, 100_000)
    path.write_bytes(b"abc\nabcd\n" + b"x" * 70_000 + b"\nab")
    with path.open("rb") as file:
        assert list(lines(file, 4)) == [(1, b"abc\n"), (2, None), (3, None), (4, b"ab")]


# Authority files.


@pytest.mark.parametrize(
    ("key", "is_read"),
    [
        (".".join(["a"] * 100), True), (".".join(["a"] * 101), False), (" . ".join(['"a b"'] * 101), False), (".".join(["'a'"] * 100), True), ("a" * 5000, True),
    ],
)  # fmt: skip
def test_a_key_has_few_parts(key: str, is_read: bool) -> None:
    if is_read:
        assert authority.parse_toml(f"{key} = 1")
        return
    with pytest.raises(MessageError, match="^a key of 100 parts or more$"):
        authority.parse_toml(f"{key} = 1")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("a", "text"), (True, "true or false"), (5, "a number"), (5.5, "a number with a fraction"), ({}, "a table"), (TODAY, "a date or time"), ([], "a list"), ([[1]], "a list"),
        (["a", "b"], "a list of text"), ([1, "a"], "a list of values of several kinds"), ([1, [2]], "a list of a number"),
    ],
)  # fmt: skip
def test_the_name_of_a_value_s_type(value: object, name: str) -> None:
    assert authority._type_name(value) == name


def test_the_place_of_a_syntax_error_and_the_size_of_a_file() -> None:
    assert authority._place_in("Invalid value (at line 3, column 14)") == "line 3, column 14"
    assert authority._place_in("Unclosed array (at end of document)") == "the end of the file"
    tables = {"actor": [{"aliases": [{}, {}]}, {"aliases": 5}, 7], "event": [{"participants": [{}]}], "x": 5}
    assert authority._size(tables) == 7


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, ArchiveDate.unknown(basis="editor")), ({"date": date(2024, 2, 3)}, ArchiveDate.on(date(2024, 2, 3), "editor")),
        ({"date": date(2024, 2, 3), "precision": "month", "basis": "stated"}, ArchiveDate.in_month(2024, 2)),
        ({"earliest": date(2024, 2, 3)}, ArchiveDate.between(date(2024, 2, 3), basis="editor")),
        ({"earliest": date(2024, 2, 3), "latest": date(2024, 2, 3)}, ArchiveDate.between(date(2024, 2, 3), date(2024, 2, 3), basis="editor")),
        ({"earliest": date(2024, 2, 3), "latest": date(2024, 2, 2)}, "start.latest: 2024-02-02 is before start.earliest, 2024-02-03"),
        ({"colour": "red"}, "start.colour: not a date field, or not of its type"), ({"date": "2024-02-03"}, "start.date: not a date field, or not of its type"),
        ({"precision": "week"}, "start.precision: “week” is not one of day, month, year, unknown"), ({"basis": "rumour"}, "start.basis: “rumour” is not one of stated, inferred, editor"),
        ({"latest": date(1799, 12, 31)}, "start.latest: 1799-12-31 is not within 1800-01-01 … *"),
    ],
)  # fmt: skip
def test_a_date_of_an_authority_file(entry: dict, expected: ArchiveDate | str) -> None:
    if isinstance(expected, ArchiveDate):
        assert authority._date("start", entry) == expected
        return
    with pytest.raises(authority.AuthorityError) as refused:
        authority._date("start", entry)
    assert str(refused.value).startswith(expected.removesuffix("*")) and (
        expected.endswith("*") or str(refused.value) == expected
    )
