"""Every way of input refuses values that may not be stored and names their field; the other rows are stored."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.ingest.authority import AuthorityError, apply_authority
from articles.ingest.run import Options, Report, ingest
from articles.models import Actor, Article, Capture, Event, Source
from articles.platform.filenames import short_name

pytestmark = pytest.mark.django_db
BODY = "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ.\n\nوتستمر الورشة ثلاثة أيام بمشاركة 12 دولة."


def run(*paths: Path, **options: object) -> Report:
    """Ingests files or folders."""
    return ingest(paths, Options(largest=2_000_000, **options))


def row(**fields: object) -> dict[str, object]:
    """Returns a valid row with these fields."""
    return {"title": "خبر عن ورشة الموانئ", "body": BODY, **fields}


def ingest_row(tmp_path: Path, **fields: object) -> Report:
    """Ingests a row with these fields between two good rows."""
    good = [json.dumps(row(title=f"خبر سليم {n}", body=f"{BODY} رقم {n}."), ensure_ascii=False) for n in (1, 2)]
    (tmp_path / "rows.jsonl").write_text("\n".join([good[0], json.dumps(row(**fields)), good[1]]), encoding="utf-8")
    return run(tmp_path / "rows.jsonl")


def day_after(days: int) -> str:
    """Returns the day `days` days from today, in ISO 8601."""
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("captured_at", "0001-01-01T00:00:00+14:00", "1990-01-01"),
        ("captured_at", "9999-12-31T23:59:59-14:00", "1990-01-01"),
        ("captured_at", "0001-01-01T00:00:00", "captured_at"),
        ("captured_at", "1989-12-31T12:00:00Z", "1990-01-01"),
        ("captured_at", day_after(3) + "T00:00:00Z", "1990-01-01"),
        ("captured_at", "2023-02-30T00:00:00Z", "ISO 8601"),
        ("captured_at", 20230101, "ISO 8601"),
        ("captured_at", ["2023-01-01"], "ISO 8601"),
        ("captured_at", True, "ISO 8601"),
        ("captured_at", 0, "ISO 8601"),
        ("published", {"date": "0001-01-01", "precision": "day", "earliest": "0001-01-01", "latest": "0001-01-01"}, "1800-01-01"),
        ("published", {"date": "9999-12-31", "precision": "day", "earliest": "9999-12-31", "latest": "9999-12-31"}, "1800-01-01"),
        ("published", {"precision": "unknown", "earliest": "1799-12-31", "latest": "2020-01-01"}, "published.earliest"),
        ("published", {"precision": "unknown", "latest": day_after(800)}, "published.latest"),
        ("published", {"date": "2023-05-06", "precision": "month", "earliest": "2023-05-06", "latest": "2023-05-06"}, "does not agree"),
        ("published", {"precision": "unknown", "earliest": "2023-05-06", "latest": "2022-05-06"}, "does not agree"),
        ("published", {"date": 5, "precision": "day"}, "published.date"),
        ("published", {"date": "2023-05-06", "precision": ["day"]}, "precision"),
        ("published", ["2023"], "published"),
        ("published", "", None),
        ("title", "ﷺ" * 115, "“title” has 2,0"),
        ("title", "ا" * 501, "“title” has 501"),
        ("title", "a\ud800", "“title” holds half of a character"),
        ("author", "ع" * 201, "“author”"),
        ("section", "ع" * 101, "“section”"),
        ("url", "https://h.example/" + "ق" * 1_990, "“url”"),
        ("url", "https://h.example/" + "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(900)), "“url”: “https://h.example"),
        ("url", "https://h.example/" + "%D9%82" * 400, "“url”: “https://h.example"),
        ("capture_filename", {"name": "x"}, "“capture_filename”"),
        ("status", "unheard", "“status”"),
        ("status", "withdrawn", "“notice” is missing: it tells readers why an article is withdrawn"),
        ("body", "نص\x00", "“body” holds a NUL"),
    ],
)  # fmt: skip
def test_a_row_that_may_not_enter_is_refused_by_its_field(
    tmp_path: Path, field: str, value: object, expected: str | None
) -> None:
    report = ingest_row(tmp_path, **{field: value})
    if expected is None:
        assert (report.created, report.failures) == (3, [])
        return
    assert report.created == 2, report.failures
    (failure,) = report.failures
    assert failure.path.endswith("line 2") and expected in failure.reason
    assert "the database" not in failure.reason and "could not be read" not in failure.reason


def test_an_article_that_is_taken_away_brings_its_notice(tmp_path: Path) -> None:
    assert ingest_row(tmp_path, status="withdrawn", notice="\u200f\u200e").created == 2
    assert ingest_row(tmp_path, status="withdrawn", notice="سُحب بطلب من الناشر").created == 1
    assert Article.objects.get(status="withdrawn").notice == "سُحب بطلب من الناشر"


def test_the_edges_may_enter(tmp_path: Path) -> None:
    edge = {
        "date": "1800-01-01",
        "precision": "day",
        "basis": "stated",
        "earliest": "1800-01-01",
        "latest": "1800-01-01",
    }
    assert ingest_row(tmp_path, published=edge, captured_at="1990-01-01T00:00:00Z", author="ع" * 200).failures == []
    article = Article.objects.get(title="خبر عن ورشة الموانئ")
    assert article.published.date == date(1800, 1, 1)
    assert article.captures.get().captured_at == datetime(1990, 1, 1, tzinfo=UTC)


def warc(*records: tuple[str, bytes]) -> bytes:
    """Writes a WARC file of pages, each given as (WARC-Date, body)."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for number, (when, body) in enumerate(records):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"https://news.example/{number}", "response", payload=io.BytesIO(body), http_headers=headers,
                warc_headers_dict={"WARC-Date": when},
            )
        )  # fmt: skip
    return out.getvalue()


def page(number: int, head: str = "") -> bytes:
    """Returns an HTML page of an article."""
    paragraphs = "".join(f"<p>{part} ({number})</p>" for part in BODY.split("\n\n"))
    return f"<html><head><title>خبر رقم {number} عن الورشة والموانئ</title>{head}</head><body><article>{paragraphs}</article></body></html>".encode()


def test_a_record_of_no_time_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    times = ["9999-12-31T23:59:59-14:00", "2022-03-04T05:06:07Z", "0001-01-01T00:00:00+14:00", "2022-03-04T05:06:07"]
    (tmp_path / "a.warc.gz").write_bytes(warc(*((when, page(n)) for n, when in enumerate(times))))
    report = run(tmp_path)
    assert report.created == 2 and len(report.failures) == 2
    assert all("“WARC-Date”" in failure.reason and "1990-01-01" in failure.reason for failure in report.failures)
    captures = Capture.objects.filter(address__startswith="https://news.example/")
    assert set(captures.values_list("captured_at", flat=True)) == {datetime(2022, 3, 4, 5, 6, 7, tzinfo=UTC)}


@pytest.mark.parametrize("stated", ["0001-01-01T00:00:00Z", "9999-12-31", "1066-10-14"])
def test_a_page_with_a_date_of_no_sense_comes_in_without_it(tmp_path: Path, stated: str) -> None:
    head = f'<meta property="article:published_time" content="{stated}">'
    (tmp_path / "page.html").write_bytes(page(1, head))
    report = run(tmp_path)
    assert report.created == 1 and not Article.objects.latest("id").published.is_known
    assert [(note.field, note.given) for note in report.noted.places] == [
        ("published (meta article:published_time)", stated)
    ]


def test_a_page_whose_values_are_too_long_is_told_what_was_cut(tmp_path: Path) -> None:
    title = "خبر عن الورشة والموانئ " * 40
    head = f'<meta property="og:title" content="{title}"><meta name="author" content="{"سالم " * 90}">'
    (tmp_path / "page.html").write_bytes(page(1, head))
    report = run(tmp_path)
    article = Article.objects.latest("id")
    assert report.created == 1 and len(article.title) <= 500 and len(article.author) <= 200
    assert {(note.kind, note.field) for note in report.noted.places} == {("cut", "title"), ("cut", "author")}


# Forms, restored versions, the authority file.


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_no_form_takes_a_day_that_the_archive_cannot_keep(day: date) -> None:
    article = Article(title="عنوان", body="نص المقال.", published_date=day, published_precision="day",
                      published_earliest=day, published_latest=day)  # fmt: skip
    with pytest.raises(ValidationError):
        article.full_clean()


@pytest.mark.parametrize("day", [date(1, 1, 3), date(1799, 12, 31), date(9998, 12, 31)])
def test_no_form_takes_a_day_of_no_sense(day: date) -> None:
    article = Article(title="عنوان", body="نص المقال.", published_date=day, published_precision="day",
                      published_earliest=day, published_latest=day)  # fmt: skip
    with pytest.raises(ValidationError) as error:
        article.full_clean()
    # The bounds follow from the date, so the error is reported once.
    assert set(error.value.message_dict) == {"published_date"}
    unknown = Article(title="عنوان", body="نص المقال.", published_earliest=day, published_latest=day)
    with pytest.raises(ValidationError) as error:
        unknown.full_clean()
    assert {"published_earliest", "published_latest"} <= set(error.value.message_dict)
    event = Event(
        title="مؤتمر", kind="conference", start_date=day, start_precision="day", start_earliest=day, start_latest=day
    )
    with pytest.raises(ValidationError) as error:
        event.full_clean()
    assert "start_date" in error.value.message_dict and "1800" in str(error.value)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (Actor(name="İ" * 150, kind="person"), "name"),
        (Source(name="İ" * 190), "name"),
        (Source(name="صحيفة", marks=["İ" * 39]), "marks"),
        (Event(title="İ" * 200, kind="conference"), "title"),
        (Event(title="مؤتمر " + "ط" * 150, kind="conference"), "title"),
        (Article(title="عنوان", body="نص.", url="https://h.example/" + "ق" * 1_400), "url"),
    ],
)
def test_a_text_that_no_column_or_index_holds_is_an_error_of_its_field(row: object, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    assert set(error.value.message_dict) == {field} and "أطول مما يحفظ" in str(error.value)


ENTRY = '[[actor]]\nname = "هيئة الموانئ"\nkind = "government"\n'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("x = " + "[" * 5_000 + "]" * 5_000, ["nested"]),
        ("x = " + "{a=" * 3_000 + "1" + "}" * 3_000, ["nested"]),
        ('source = {name = "صحيفة"}', ["source", "[[source]]", "a table"]),
        ('source = "صحيفة"', ["source", "text"]),
        ('source = ["صحيفة"]', ["source 1", "a table is expected", "text"]),
        ("[[actor]]\nname = 12\n", ["actor 1", "name", "text is expected", "a number"]),
        (ENTRY + "aliases = 5\n", ["actor 1", "aliases", "list of tables", "a number"]),
        (ENTRY + 'aliases = ["م"]\n', ["actor 1", "aliases", "list of text"]),
        (ENTRY + "aliases = [{name = true}]\n", ["actor 1", "name", "true or false"]),
        (ENTRY + "country = 2024-01-01\n", ["actor 1", "country", "a date"]),
        (ENTRY + "description = [[[[1]]]]\n", ["actor 1", "description", "a list"]),
        ('[[source]]\nname = "ص"\ndomains = "x.example"\n', ["source 1", "domains", "a list of text"]),
        ('[[source]]\nname = "ص"\nmarks = [1]\n', ["source 1", "marks"]),
        (f'[[source]]\nname = "{"İ" * 190}"\n', ["source 1", "name"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nsession = "9"\n', ["event 1", "session", "a whole number"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nsession = 99999999999\n', ["event 1", "session"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nstart = 2024-01-01\n', ["event 1", "start", "a table"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nstart = {date = "2024"}\n', ["event 1", "start.date"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nstart = {date = 0001-01-01}\n', ["event 1", "start.date", "1800"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nstart = {date = 2024-01-01T10:00:00Z}\n', ["event 1", "start.date"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nstart = {date = 2024-02-02}\nend = {date = 2024-01-01}\n', ["event 1"]),
        ('[[event]]\ntitle = "مؤتمر"\nkind = "conference"\nparticipants = [{actor = 5}]\n', ["event 1", "actor", "a number"]),
        ('[[synonyms]]\nword = "أ\\u0000"\nothers = ["ب"]\n', ["synonyms 1", "word"]),
        ("n = " + "9" * 5_000, ["x.toml"]),
        ("d = 2024-02-31", ["x.toml"]),
    ],
)  # fmt: skip
def test_an_authority_file_that_is_wrong_names_file_entry_and_field(content: str, expected: list[str]) -> None:
    before = [list(model.objects.order_by("id").values()) for model in (Actor, Source, Event)]
    with pytest.raises(AuthorityError) as error:
        apply_authority("x.toml", content.encode())
    assert all(words in str(error.value) for words in ["x.toml", *expected]), str(error.value)
    assert before == [list(model.objects.order_by("id").values()) for model in (Actor, Source, Event)]


def test_the_authority_command_ends_with_a_message(tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("x = " + "[" * 5_000)
    with pytest.raises(CommandError, match="deep.toml"):
        call_command("load_authority", str(tmp_path / "deep.toml"))


# Names of files.


@pytest.mark.parametrize("name", ["خبر" * 51 + ".txt", "ﷺ" * 115 + ".txt", "𝔘" * 90 + ".jsonl.gz", "ا" * 400])
def test_a_long_name_is_shortened_and_keeps_its_ending(name: str) -> None:
    short = short_name(name)
    assert len(short.encode()) <= 200 and short != name and short_name(short) == short
    assert Path(short).suffixes == Path(name).suffixes
    assert short_name("x" + name) != short


@pytest.mark.parametrize("name", ["خبر.txt", "a.b.c", ".hidden", "ا" * 100])
def test_a_name_that_fits_stays(name: str) -> None:
    assert short_name(name) == name


@pytest.mark.parametrize("name", ["/srv/files/خبر.txt", "C:\\Users\\editor\\خبر.txt", "../../خبر.txt", "خبر.txt"])
def test_an_originals_name_has_no_folders(tmp_path: Path, name: str) -> None:
    ingest_row(tmp_path, capture_filename=name)
    assert Article.objects.get(title="خبر عن ورشة الموانئ").captures.get().filename == "خبر.txt"
