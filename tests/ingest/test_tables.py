"""Rows of JSON lines and CSV, without a database: which dates, fields and cells are read, and what is told of the rest."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.ingest.document import Broken, Item, UnreadableError
from articles.ingest.readers import rows
from articles.ingest.readers.rows import read_csv, read_jsonl, read_row

TUESDAY = "2024-03-05"
STATED, INFERRED = "stated", "inferred"


def item_of(row: object) -> Item:
    return Item("rows.jsonl", json.dumps(row).encode(), rows.JSON_TYPE)


def document_of(**fields: object) -> object:
    return read_row(item_of({"title": "عنوان", "body": "متن.", **fields}))[0]


def refusal_of(row: object) -> str:
    with pytest.raises(UnreadableError) as refused:
        read_row(row if isinstance(row, Item) else item_of(row))
    return str(refused.value)


# The date of publication.


@pytest.mark.parametrize(
    ("written", "date", "basis", "told"),
    [
        ("2024", "2024", STATED, ""), ("2024-03", "2024-03", STATED, ""), ("٢٠٢٤-٠٣", "2024-03", STATED, ""), (TUESDAY, TUESDAY, STATED, ""),
        ("2024-01", "2024-01", STATED, ""), ("2024-12", "2024-12", STATED, ""), ("0002", "0002", STATED, ""), ("9998", "9998", STATED, ""),
        (f"{TUESDAY}T10:00:00+01:00", TUESDAY, STATED, ""), (f"{TUESDAY} 24:00", TUESDAY, STATED, ""), (f"{TUESDAY}T23:59:60Z", TUESDAY, STATED, ""),
        (f" {TUESDAY}T10:00:00.123-0330 ", TUESDAY, STATED, ""), (f"{TUESDAY}T25:61", TUESDAY, INFERRED, "taken as 2024-03-05, inferred"),
        (f"{TUESDAY}T10:00+19:00", TUESDAY, INFERRED, "taken as 2024-03-05, inferred"),
        ("5 مارس 2024", TUESDAY, STATED, ""), ("الثلاثاء 5 مارس 2024", TUESDAY, STATED, ""), (f"{TUESDAY} (الثلاثاء)", TUESDAY, STATED, ""),
        ("الأحد 5 مارس 2024", TUESDAY, INFERRED, "taken as 2024-03-05, inferred; that day is a Tuesday, not a Sunday"),
        (f"{TUESDAY} (الأحد)", TUESDAY, INFERRED, "taken as 2024-03-05, inferred; that day is a Tuesday, not a Sunday"),
        (f"Sunday {TUESDAY}", TUESDAY, INFERRED, "taken as 2024-03-05, inferred; that day is a Tuesday, not a Sunday"),
        (f"Sun {TUESDAY}", TUESDAY, INFERRED, "taken as 2024-03-05, inferred; that day is a Tuesday, not a Sunday"),
        (f"Sun Mon {TUESDAY}", TUESDAY, INFERRED, "taken as 2024-03-05, inferred"), (f"Sunshine {TUESDAY}", TUESDAY, INFERRED, "taken as 2024-03-05, inferred"),
        # A month has a weekday of no use.
        ("الأحد مارس 2024", "2024-03", STATED, ""),
        ("32 مارس 2024", "2024-03", INFERRED, "taken as 2024-03, inferred"), ("نشر في 5 مارس 2024 بالرباط", TUESDAY, INFERRED, "taken as 2024-03-05, inferred"),
        ("10 آلاف 5 مارس 2024", TUESDAY, INFERRED, "taken as 2024-03-05, inferred"), ("خلال 2020", "2020", INFERRED, "taken as 2020, inferred"),
        ("13/05/2024", "2024-05-13", STATED, ""), ("05/13/2024", "2024-05-13", INFERRED, "taken as 2024-05-13, inferred: it can only be read with its month first"),
        ("5 رمضان 1445", "2024-03-15", INFERRED, "taken as 2024-03-15, inferred: the days of the Hijri calendar are reckoned"),
    ],
)  # fmt: skip
def test_a_date_in_words(written: str, date: str, basis: str, told: str) -> None:
    document = document_of(published=written)
    (stated,) = document.dates
    assert (stated.where, stated.quote, stated.date.iso, stated.date.basis) == ("row", written, date, basis)
    assert document.published is None and [note.taken for note in document.notes] == ([told] if told else [])
    if told:
        is_whole = ("that day" in told and "Sun" not in written) or ":" in told
        assert (
            document.notes[0].kind == ("inferred" if is_whole else "partly") and document.notes[0].field == "published"
        )


@pytest.mark.parametrize(
    ("written", "earliest", "latest"),
    [
        ("قبل 2020", None, "2019-12-31"), ("حتى 2020", None, "2020-12-31"), ("لغاية 2020", None, "2020-12-31"), ("بعد 2020", "2021-01-01", None),
        ("منذ 2020", "2020-01-01", None), ("قبل عام 2020", None, "2019-12-31"), ("قبل شهر مارس 2020", None, "2020-02-29"),
        ("منذ يوم 5 مارس 2024", TUESDAY, None), ("قبل يوم 5 مارس 2024", None, "2024-03-04"), ("قبل 2021-06", None, "2021-05-31"),
        ("بعد عام 2020 بقليل", "2021-01-01", None), (f"قبل {TUESDAY}T10:00", None, "2024-03-04"),
        # A part of the period, or a number that was not understood: any day of the period may be meant.
        ("قبل نهاية 2020", None, "2020-12-31"), ("بعد منتصف 2020", "2020-01-01", None), ("بعد منتصف عام 2020", "2020-01-01", None),
        ("قبل 31 فبراير 2020", None, "2020-02-29"), ("بعد 31 فبراير 2020", "2020-02-01", None),
    ],
)  # fmt: skip
def test_a_bound_in_words(written: str, earliest: str | None, latest: str | None) -> None:
    document = document_of(published=written)
    bounds = document.published
    days = tuple(day and day.isoformat() for day in (bounds.earliest, bounds.latest))
    assert (bounds.date, bounds.precision, bounds.basis, *days) == (None, "unknown", INFERRED, earliest, latest)
    assert document.dates == ()
    (note,) = document.notes
    assert (note.kind, note.given) == ("partly", written)
    assert note.taken == f"taken as {f'{earliest} …' if earliest else f'… {latest}'}, inferred"


@pytest.mark.parametrize(
    "written",
    [
        "2024-13", "2024-00", "0000", "0001", "9999", "حوالي 2020", "مارس 2024 و أبريل 2024", "أمس", "2021-06-31", "2021-06 تقريبا", "2021-6", "مارس",
        "5 مارس", "2024\0", f"{TUESDAY} {TUESDAY}", "20245", "سنة",
    ],
)  # fmt: skip
def test_a_text_that_is_no_date(written: str) -> None:
    expected = written.replace("\0", "�")
    assert refusal_of({"title": "ع", "body": "م", "published": written}) == f"“published” is “{expected}”, not a date"


@pytest.mark.parametrize("value", [None, "", 0, False, {}, []])
def test_a_row_may_state_no_date(value: object) -> None:
    document = document_of(published=value)
    assert (document.published, document.dates, document.notes) == (None, (), ())


def test_a_date_in_the_form_of_exports() -> None:
    whole = {"date": TUESDAY, "precision": "day", "basis": "editor", "earliest": TUESDAY, "latest": TUESDAY}
    assert document_of(published=whole).published.as_dict() == whole
    assert document_of(published={"earliest": TUESDAY}).published.as_dict() == {
        "date": None, "precision": "unknown", "basis": INFERRED, "earliest": TUESDAY, "latest": None,
    }  # fmt: skip


# What a row may hold.


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": None}, "“title” is missing or empty"), ({"title": " \u200e"}, "“title” is missing or empty"), ({"body": ""}, "“body” is missing or empty"),
        ({"title": 5}, "“title” is no text"), ({"body": ["م"]}, "“body” is no text"),
        ({"author": 5}, "“author” is a number, not text"), ({"author": 5.5}, "“author” is a number, not text"), ({"author": True}, "“author” is true or false, not text"),
        ({"author": []}, "“author” is a list, not text"), ({"section": {}}, "“section” is an object, not text"),
        ({"author": "أ\0"}, "“author” holds a NUL character"), ({"author": "\ud800"}, "“author” holds half of a character (an unpaired surrogate)"),
        ({"published": 5}, "“published” is a number, not a date"), ({"published": ["2024"]}, "“published” is a list, not a date"),
        ({"published": {"date": "2024-02-30"}}, "“published.date” is “2024-02-30”, not a day"), ({"published": {"latest": 5}}, "“published.latest” is “5”, not a day"),
        ({"published": {"precision": "week"}}, "“published” has precision “week” and basis “inferred”, which the archive does not know"),
        ({"published": {"basis": "rumour"}}, "“published” has precision “unknown” and basis “rumour”, which the archive does not know"),
        ({"status": "x" * 50}, f"“status” is “{'x' * 40}”, not one of draft, published, withdrawn, deleted"),
        ({"status": "withdrawn"}, "“notice” is missing: it tells readers why an article is withdrawn"),
        ({"status": "deleted", "notice": "…"}, "“notice” is missing: it tells readers why an article is deleted"),
    ],
)  # fmt: skip
def test_a_row_is_refused_by_its_field(fields: dict, reason: str) -> None:
    assert refusal_of({"title": "عنوان", "body": "متن."} | fields) == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"title": ', "not JSON: it breaks off or goes wrong at character 11"), (b"[1]", "a JSON object is expected, this is a list"),
        (b"null", "a JSON object is expected, this is nothing (null)"), (b'"text"', "a JSON object is expected, this is text"), (b"true", "a JSON object is expected, this is true or false"),
        (b"[" * 100_000, "not JSON: lists or objects are nested too deep to be read"), (b'{"a": ' + b"9" * 5000 + b"}", "not JSON: a number in it has too many digits"),
        (b'{"a": "\xff"}', "not UTF-8 text: byte 0xff at offset 7"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_row(content: bytes, reason: str) -> None:
    assert refusal_of(Item("rows.jsonl", content, rows.JSON_TYPE)) == reason


@pytest.mark.parametrize(
    ("fields", "name", "value", "notes"),
    [
        ({"title": " خبر \n  طويل "}, "title", "خبر طويل", ["title: 1 line breaks became spaces"]), ({"author": " سالم "}, "author", "سالم", []),
        ({"author": "سالم\nليلى\nعلي"}, "author", "سالم ليلى علي", ["author: 2 line breaks became spaces"]),
        ({"body": "أ\nب"}, "body", "أ\n\nب", []), ({"body": "\n\nأ\nب\n\n\n \nج\n\n"}, "body", "أ\nب\n\nج", []),
        ({"language": ""}, "language", "ar", []), ({"language": "fr"}, "language", "fr", []),
        ({"url": "HTTPS://News.example/a"}, "url", "https://news.example/a", []),
        ({"notice": "سبب"}, "notice", "", ["notice “سبب”: only an article that is withdrawn or deleted has a notice; it was ignored"]),
        ({"notice": "سبب", "status": "published"}, "notice", "", ["notice “سبب”: only an article that is withdrawn or deleted has a notice; it was ignored"]),
        ({"notice": "سبب", "status": "deleted"}, "notice", "سبب", []), ({"status": "draft"}, "status", "draft", []),
        ({"title_origin": "made"}, "title_origin", "made", []), ({"title_origin": ""}, "title_origin", "stated", []),
        ({"title_origin": "guess"}, "title_origin", "stated", ["title_origin “guess”: taken as “stated”"]),
        ({"colour": "أحمر"}, "author", "", ["colour: the archive does not read this field"]), ({"source": "وكالة"}, "source_name", "وكالة", []),
    ],
)  # fmt: skip
def test_the_values_of_a_row(fields: dict, name: str, value: str, notes: list[str]) -> None:
    document = document_of(**fields)
    assert getattr(document, name) == value and [str(note) for note in document.notes] == notes


def test_a_field_that_is_given_twice() -> None:
    def notes(pairs: str) -> list[str]:
        content = f'{{"title": "عنوان", "body": "متن.", {pairs}}}'.encode()
        return [str(note) for note in read_row(Item("a", content, rows.JSON_TYPE))[0].notes]

    twice = "given 2 times; the last one was taken"
    assert notes('"author": "أ", "author": "ب"') == [f"author “أ”: {twice}"]
    assert notes('"author": "أ", "author": "أ"') == notes('"author": " ", "author": "أ"') == [f"author: {twice}"]
    assert notes('"author": "أ", "author": "ب", "author": "ج"') == [
        f"author “{name}”: given 3 times; the last one was taken" for name in "أب"
    ]
    # A field that is not read has its own note; the fields of a nested object are not the row's.
    assert notes('"x": 1, "x": 2') == ["x: the archive does not read this field"]
    assert notes('"published": {"date": null, "date": null}') == []


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (None, None), ("", None), ("2024-03-05T10:00:00Z", datetime(2024, 3, 5, 10, tzinfo=UTC)), (" 2024-03-05T10:00:00+01:00 ", datetime(2024, 3, 5, 9, tzinfo=UTC)),
        ("2024-03-05T10:00:00", datetime(2024, 3, 5, 10)), ("2024-03-05", datetime(2024, 3, 5)), ("2024-03-35T10:00:00Z", "refused"), (5, "refused"), ("أمس", "refused"),
    ],
)  # fmt: skip
def test_the_time_of_a_capture(value: object, moment: object) -> None:
    if moment == "refused":
        with pytest.raises(UnreadableError, match=f"“captured_at” is “{value}”, not an ISO 8601 time"):
            rows.captured_at({"captured_at": value})
        return
    read = rows.captured_at({"captured_at": value})
    assert read is None or read.tzinfo is not None
    assert (read if moment is None or moment.tzinfo else read.replace(tzinfo=None)) == moment


def test_the_name_of_an_original() -> None:
    assert [rows.capture_filename({"capture_filename": name}) for name in (None, "", "a.html")] == ["", "", "a.html"]
    with pytest.raises(UnreadableError, match="“capture_filename” is a number, not text"):
        rows.capture_filename({"capture_filename": 5})


# Files of rows.


def entries(read: object, path: Path, content: str | bytes, largest: int = 1000, encoding: str = "") -> list[tuple]:
    """Reads a file; returns (place, content or reason) for each entry, with the notes of an item that has some."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    lines = []
    for entry in read(path, largest, encoding):
        notes = [str(note.taken) for note in entry.notes] if isinstance(entry, Item) else []
        text = entry.content.decode() if isinstance(entry, Item) else str(entry.reason)
        lines.append((str(entry.place), text, *notes))
        assert isinstance(entry, Broken) or entry.filename == f"{path.name}:{str(entry.place).removeprefix('line ')}"
    return lines


def test_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    long = "ا" * 20
    assert entries(read_jsonl, path, '\ufeff{"a": 1}\n\n  \n {"b": 2} \n', 12) == [
        ("line 1", '{"a": 1}'),
        ("line 4", '{"b": 2}'),
    ]
    limit = "the largest document accepted is 41 (ARCHIVE_LARGEST_FILE)"
    assert entries(read_jsonl, path, f"{long}\n{long}ا\nأ", 41) == [
        ("line 1", long), ("line 2", f"more than 41 bytes; {limit}"), ("line 3", "أ"),
    ]  # fmt: skip
    assert (
        entries(read_jsonl, path, "\n \n") == entries(read_jsonl, path, "\ufeff\n") == [("", "there are no rows in it")]
    )
    assert (
        entries(read_jsonl, path, f"{'ا' * 50}\n", 9)[0][0] == "line 1"
        and len(entries(read_jsonl, path, "ا" * 50, 9)) == 1
    )
    in_1256 = "وصل الوفد إلى الرباط في زيارة من يومين"
    assert entries(read_jsonl, path, in_1256.encode("windows-1256")) == [("line 1", in_1256)]
    assert entries(read_jsonl, path, in_1256.encode("utf-16")) == [("line 1", in_1256)]
    # One line of another encoding, and one that is nonsense, among lines of UTF-8.
    mixed = b"\n".join([*[in_1256.encode()] * 60, in_1256.encode("windows-1256"), b"\xff\xfd", in_1256.encode()])
    read = entries(read_jsonl, path, mixed)
    assert [line[:2] for line in read[59:]] == [
        ("line 60", in_1256), ("line 61", in_1256), ("line 62", "not UTF-8 text: byte 0xff at offset 0"), ("line 63", in_1256),
    ]  # fmt: skip
    assert entries(read_jsonl, path, b"a\x81b \n", encoding="iso-8859-6") == [
        ("line 1", "a\x81b"),
    ]
    assert entries(read_jsonl, path, b"a\xa1b \n\xe1\n", encoding="iso-8859-6") == [
        ("line 1", "a\ufffdb", "bytes that are none in the file's encoding became “\ufffd”"), ("line 2", "ف"),
    ]  # fmt: skip
    with pytest.raises(UnreadableError, match="unknown encoding “moon”"):
        entries(read_jsonl, path, "a", encoding="moon")


HEAD = "title,body"


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    head = "title,body\n"
    assert entries(read_csv, path, "\ufeff Title ,BODY\r\nأ,ب\r\n\r\n,\r\n\"ج\nد\",هـ\n") == [
        ("line 2", f"{head}أ,ب\r\n"), ("line 5", f'{head}"ج\nد",هـ\n'),
    ]  # fmt: skip
    assert entries(read_csv, path, f"{HEAD}\nأ\nب,ج,د\nه,و\n") == [
        ("line 2", "1 cells for 2 columns"), ("line 3", "3 cells for 2 columns"), ("line 4", f"{head}ه,و\n"),
    ]  # fmt: skip
    assert (
        entries(read_csv, path, f"{HEAD}\n\n , \n")
        == entries(read_csv, path, HEAD)
        == [("", "there are no rows in it")]
    )
    assert entries(read_csv, path, f'{HEAD}\n"أ"ب,ج\nد,ه\n') == [
        ("line 2", "after the quotation mark that ends a cell, “,” or the end of the line is expected"), ("line 3", f"{head}د,ه\n"),
    ]  # fmt: skip
    assert entries(read_csv, path, f'{HEAD}\nد,ه\n"أ,ج\n') == [
        ("line 2", f"{head}د,ه\n"), ("line 3", "a quotation mark is opened and not closed"),
    ]  # fmt: skip
    assert entries(read_csv, path, f"{HEAD}\na,b\rc\nd,e\n")[0] == (
        "line 2", "a line break stands inside a cell that is not in quotation marks",
    )  # fmt: skip
    assert entries(read_csv, path, f"{HEAD}\na\0,b\nd,e\n") == [
        ("line 2", "a NUL byte in line 2"),
        ("line 3", f"{head}d,e\n"),
    ]
    letters = "وصل الوفد إلى الرباط في زيارة من يومين"
    broken = b"\n".join([HEAD.encode(), *[f"{letters},x".encode()] * 60, b"\xff\xfd,x", f"{letters},x".encode()])
    assert [entry for entry in entries(read_csv, path, broken) if "UTF-8" in entry[1]] == [
        ("line 62", "not UTF-8 text: byte 0xff at offset 0 of line 62")
    ]
    # The limit is of a row, however many lines it has.
    limit = "the largest document accepted is 24 (ARCHIVE_LARGEST_FILE)"
    assert entries(read_csv, path, f'{HEAD}\n{"a" * 21},b\n{"a" * 22},b\n"a\n{"a" * 15}\n",b\nd,e\n"a\n{"a" * 20}\n",b\n', 24) == [
        ("line 2", f"{head}{'a' * 21},b\n"), ("line 3", f"more than 24 bytes; {limit}"), ("line 4", f'{head}"a\n{"a" * 15}\n",b\n'),
        ("line 7", f"{head}d,e\n"), ("line 8", f"more than 24 bytes; {limit}"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "names", "delimiter"),
    [
        ("title;body", "title;body", ";"), ("title\tbody", "title\tbody", "\t"), ("title|body", "title|body", "|"), ("title,body", "title,body", ","),
        ('title;body;"a,b,c"', 'title;body;a,b,c', ";"), ("sep=;\ntitle;body", "title;body", ";"), ('"sep=|"\r\ntitle|body', "title|body", "|"),
        ('title,body,"a\nb"', 'title,body,"a\nb"', ","), ("SEP=,\ntitle,body", "title,body", ","),
    ],
)  # fmt: skip
def test_the_delimiter_of_a_table(tmp_path: Path, header: str, names: str, delimiter: str) -> None:
    row = delimiter.join(["أ", "ب", "ج"][: 3 if names.count(delimiter) == 2 else 2])
    (entry,) = entries(read_csv, tmp_path / "rows.csv", f"{header}\n{row}\n")
    assert entry[1] == f"{names}\n{row}\n"
    assert read_row(Item("a", entry[1].encode(), rows.CSV_TYPE))[0].title == "أ"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("title,text\nأ,ب", "line 1: no column “body”; the columns are title, text"), ("a;b\nأ;ب", "line 1: no column “title”, “body”; the columns are a, b"),
        (f"title,{'x' * 400}\n", f"line 1: no column “body”; the columns are title, {'x' * 293}"),
        ("sep=;\ntitle,body", "line 1: no column “title”, “body”; the columns are title,body"),
        ("", "line 1, the names of the columns: the file is empty"), (f"title,body{',' * 19_999}", "line 1: 20,001 columns; the most is 20,000"),
        (f"title,body{',' * 19_998}\n", ""),
        (f"title,body,{'x' * 1_048_576}", "line 1, the names of the columns: they have more than 1,048,576 bytes"),
    ],
)  # fmt: skip
def test_the_header_of_a_table(tmp_path: Path, content: str, reason: str) -> None:
    if not reason:
        assert entries(read_csv, tmp_path / "rows.csv", content, 2 << 20) == [("", "there are no rows in it")]
        return
    with pytest.raises(UnreadableError) as refused:
        entries(read_csv, tmp_path / "rows.csv", content, 2 << 20)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("," * 19_999, "20000 cells for 2 columns"), ("," * 20_000, "the row has more than 20,000 cells"), (f'"{"," * 30_000}",b', ""),
        (f'"{"," * 15_000}"{"," * 19_999}', "20000 cells for 2 columns"), (f'"{"," * 15_000}"{"," * 20_000}', "the row has more than 20,000 cells"),
        (f'"a\n{"," * 15_000}"{"," * 26_000}', "the row has more than 20,000 cells"),
    ],
)  # fmt: skip
def test_the_cells_of_a_row_are_counted_before_they_are_made(tmp_path: Path, row: str, reason: str) -> None:
    first, *_ = entries(
        read_csv, tmp_path / "rows.csv", f"{HEAD}\nx{row}\n" if row[0] == "," else f"{HEAD}\n{row}\n", 100_000
    )
    assert first == ("line 2", reason or f"{HEAD}\n{row}\n")


def test_the_cells_of_a_row_of_csv() -> None:
    def row_of(header: str, cells: str) -> dict:
        return read_row(Item("a", f"{header}\n{cells}\n".encode(), rows.CSV_TYPE))[1]

    assert row_of("title,body,published", '\'=أ,ب,"{""date"": ""2024-03-05""}"') == {
        "title": "=أ", "body": "ب", "published": {"date": "2024-03-05"},
    }  # fmt: skip
    assert row_of("title,body,figures", 'أ,ب,"[1, 2]"')["figures"] == [1, 2]
    assert row_of("title,body,author", 'أ,ب,"[1, 2]"')["author"] == "[1, 2]"
    assert row_of("title,body,published", "أ,ب,2024")["published"] == "2024"
    assert refusal_of(Item("a", b"title,body,published\na,b,{\n", rows.CSV_TYPE)) == (
        "“published” is not JSON: it breaks off or goes wrong at character 2"
    )
