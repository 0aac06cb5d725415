"""Every format that an editor can deliver passes through the whole pipeline, and each error of a file takes one line."""

import csv
import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.ingest.run import Options, Report, ingest
from articles.models import Article, Capture, Figure, Source

pytestmark = pytest.mark.django_db
PAGES = settings.BASE_DIR / "tests" / "ingest" / "pages"
BODY = "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ.\n\nوتستمر الورشة ثلاثة أيام بمشاركة 12 دولة."


def run(*paths: Path, **options: object) -> Report:
    """Ingests files or folders."""
    return ingest(paths, Options(largest=options.pop("largest", 2_000_000), **options))


def warc(*records: tuple[str, bytes], compressed: bool = True, **http: str) -> bytes:
    """Writes a WARC file of responses, each given as (address, body)."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=compressed)
    for address, body in records:
        headers = StatusAndHeaders("200 OK", [("Content-Type", http.get("kind", "text/html"))], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            address, "response", payload=io.BytesIO(body), http_headers=headers,
            warc_headers_dict={"WARC-Date": "2022-03-04T05:06:07Z"},
        )  # fmt: skip
        writer.write_record(record)
    return out.getvalue()


def page(number: int, body: str = BODY) -> tuple[str, bytes]:
    """Returns (address, content) of an HTML page of an article."""
    paragraphs = "".join(f"<p>{paragraph} ({number})</p>" for paragraph in body.split("\n\n"))
    html = f"<html><head><title>خبر رقم {number} عن الورشة والموانئ</title></head><body><article>{paragraphs}</article></body></html>"
    return f"https://news.example/story/{number}", html.encode()


# Pages.


@pytest.mark.parametrize(
    "name", ["wordpress", "agency", "old-table", "script-shell", "lists", "comments", "brief", "spans"]
)
def test_a_saved_page_gives_its_article_and_nothing_else(tmp_path: Path, name: str) -> None:
    from articles.arabic.words import words

    (tmp_path / "page.html").write_bytes((PAGES / f"{name}.html").read_bytes())
    assert run(tmp_path).created == 1
    expected = [word.folded for word in words((PAGES / f"{name}.txt").read_text(encoding="utf-8"))]
    assert [word.folded for word in words(Article.objects.latest("id").body)] == expected


def test_a_pages_metadata_becomes_the_articles(tmp_path: Path) -> None:
    source = Source.objects.create(name="صدى الجنوب")
    (tmp_path / "page.html").write_bytes((PAGES / "wordpress.html").read_bytes())
    run(tmp_path)
    article = Article.objects.latest("id")
    assert (article.title, article.author, article.section) == (
        "أكادير تحتضن ملتقى أمن المطارات الإفريقية",
        "هند الوزاني",
        "أمن",
    )
    assert (article.source, article.language) == (source, "ar")
    # The file states where it comes from, but nobody fetched it from there.
    assert (
        article.url == ""
        and article.captures.get().claimed_address == "https://sada-aljanoub.example/2023/05/18/airports/"
    )
    assert (article.published.date, article.published.basis) == (date(2023, 5, 18), "stated")
    assert article.date_conflicts == []


def test_dates_that_disagree_are_both_kept(tmp_path: Path) -> None:
    content = (
        (PAGES / "agency.html").read_text(encoding="utf-8").replace('content="2021-11-30"', 'content="2021-12-09"')
    )
    (tmp_path / "page.html").write_text(content, encoding="utf-8")
    run(tmp_path)
    article = Article.objects.latest("id")
    assert article.published.date == date(2021, 12, 9)
    assert {statement["where"] for statement in article.date_conflicts} == {"heading", "dateline"}


def test_an_old_encoding_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes((PAGES / "old-table.html").read_bytes())
    (tmp_path / "story.txt").write_bytes(
        "خبر قديم من زمن الترميز\n\nوصل إلى المدينة 30 خبيرا من الشرق في يوم واحد.".encode("windows-1256")
    )
    run(tmp_path)
    assert set(Capture.objects.order_by("-id").values_list("encoding", flat=True)[:2]) == {"windows-1256"}


def test_a_wrong_charset_header_does_not_spoil_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc(page(1), kind="text/html; charset=iso-8859-1"))
    run(tmp_path)
    assert Article.objects.latest("id").body.startswith("وصل 25 خبيرا")


def test_utf8_once_read_as_another_encoding_is_put_right(tmp_path: Path) -> None:
    for number, wrong in enumerate(("cp1252", "windows-1256")):
        mixed = "".join(
            bytes([byte]).decode(wrong, errors="ignore") or chr(byte)
            for byte in BODY.replace("25", f"{26 + number}").encode()
        )
        (tmp_path / f"{wrong}.txt").write_text(mixed, encoding="utf-8")
    assert run(tmp_path).created == 2
    assert sorted(f.quote for a in Article.objects.order_by("-id")[:2] for f in a.figures.filter(unit="خبيرا")) == [
        "26 خبيرا",
        "27 خبيرا",
    ]


# Web archives.


@pytest.mark.parametrize("compressed", [True, False])
def test_every_page_of_a_web_archive_goes_in(tmp_path: Path, compressed: bool) -> None:
    (tmp_path / "a.warc").write_bytes(warc(*(page(n) for n in range(5)), compressed=compressed))
    assert run(tmp_path).created == 5
    article = Article.objects.get(url="https://news.example/story/3")
    assert article.captures.get().captured_at == datetime(2022, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert article.published.latest == date(2022, 3, 4)
    assert run(tmp_path).unchanged == 5


def test_a_broken_record_is_told_with_its_offset_and_the_rest_goes_in(tmp_path: Path) -> None:
    parts = [warc(page(n)) for n in range(4)]
    spoilt = bytearray(parts[1])
    spoilt[len(spoilt) // 2 : len(spoilt) // 2 + 40] = b"\xff" * 40
    (tmp_path / "a.warc.gz").write_bytes(parts[0] + bytes(spoilt) + parts[2] + parts[3])
    report = run(tmp_path)
    assert report.created == 3
    assert [failure.path for failure in report.failures] == [
        f"{tmp_path}/a.warc.gz: record at offset {len(parts[0]):,}"
    ]


@pytest.mark.parametrize("compressed", [True, False])
def test_an_archive_cut_short_gives_the_pages_before_the_cut(tmp_path: Path, compressed: bool) -> None:
    content = warc(page(1), page(2), page(3), compressed=compressed)
    (tmp_path / "a.warc").write_bytes(content[: len(content) - 120])
    report = run(tmp_path)
    assert (report.created, len(report.failures)) == (2, 1)


@pytest.mark.parametrize("ending", ["", " – تحرير", " (رويترز)", "؛"])
def test_the_paragraphs_of_a_page_stay_apart_however_they_end(tmp_path: Path, ending: str) -> None:
    # The lines have similar lengths, as the lines of a column do.
    lines = [
        f"{line}{ending}"
        for line in (
            "استقبل رئيس البلدية صباح الأحد وفدا من 14 مهندسا يمثلون شركات الميناء",
            "وقال رئيس الوفد للصحفيين إن الأعمال تبدأ بعد شهر وتستمر عامين كاملين",
            "وطالب المجلس بنشر العقود قبل التوقيع وبفتح باب الاعتراض أمام السكان",
            "وينتظر أن تعقد الجلسة التالية في المرفأ القديم بحضور ممثلي النقابات",
        )
    ]
    text = "<h1>أشغال الميناء الجديد</h1>" + "".join(f"<p>{line}</p>" for line in lines)
    path = tmp_path / "page.html"
    path.write_text(
        f"<html><title>أشغال الميناء الجديد</title><body><article>{text}</article></body></html>", encoding="utf-8"
    )
    assert run(path).created == 1
    assert Article.objects.get(title="أشغال الميناء الجديد").body == "\n\n".join(lines)


def test_a_page_seen_again_is_another_capture_and_an_unchanged_one_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(warc(page(1)))
    run(tmp_path)
    later = io.BytesIO()
    writer = WARCWriter(later, gzip=True)
    address, content = page(1)
    writer.write_record(writer.create_revisit_record(address, "sha1:ABC", address, "2022-03-04T05:06:07Z"))
    (tmp_path / "b.warc.gz").write_bytes(later.getvalue() + warc((address, content.replace(b"25", b"27"))))
    report = run(tmp_path / "b.warc.gz")
    assert (report.created, report.updated, report.unchanged, report.failures) == (0, 1, 1, [])
    assert Article.objects.get(url=address).captures.count() == 2


def test_a_package_gives_the_pages_of_its_archives(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as package:
        package.writestr("archive/one.warc.gz", warc(page(1), page(2)))
        package.writestr("archive/two.warc.gz", warc(page(3)))
        package.writestr("pages/pages.jsonl", "{}")
    assert run(tmp_path).created == 3


# Rows.


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_an_export_brought_back_is_the_same_archive(tmp_path: Path, kind: str) -> None:
    exported = io.StringIO()
    call_command("export", "articles", "--format", kind, stdout=exported)
    (tmp_path / f"articles.{kind}").write_text(exported.getvalue(), encoding="utf-8")
    facts = ("title", "body", "author", "section", "status", "language", "url", "published_date", "published_basis",
             "published_earliest", "published_latest", "source__name", "title_origin")  # fmt: skip
    before = list(Article.objects.order_by("id").values_list(*facts))
    figures = list(Figure.objects.order_by("article", "start").values_list("quote", "value", "unit", "measure"))
    assert run(tmp_path).created == 0
    Figure.objects.all().delete()
    Capture.objects.all().delete()
    Article.objects.all().delete()
    assert run(tmp_path).created == len(before)
    assert list(Article.objects.order_by("id").values_list(*facts)) == before
    assert list(Figure.objects.order_by("article", "start").values_list("quote", "value", "unit", "measure")) == figures


def test_rows_of_a_spreadsheet_go_in_and_each_original_reads_by_itself(tmp_path: Path) -> None:
    with (tmp_path / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["Title", "body", "url", "published"],
                          ["عنوان أول من الجدول", BODY, "https://news.example/a", "06 نوفمبر 2024"],
                          ["'=عنوان ثان من الجدول", BODY.replace("25", "31"), "", ""]])  # fmt: skip
    assert run(tmp_path).created == 2
    first, second = Article.objects.order_by("id").reverse()[:2][::-1]
    assert (first.published.date, first.url) == (date(2024, 11, 6), "https://news.example/a")
    assert second.title == "=عنوان ثان من الجدول"
    rows = list(csv.DictReader(io.StringIO(first.captures.get().read().decode())))
    assert rows[0]["body"] == BODY
    assert run(tmp_path).unchanged == 2


def test_a_wrong_row_is_told_by_line_and_field(tmp_path: Path) -> None:
    rows = [
        {"title": "عنوان سليم في السطر الأول", "body": BODY},
        {"title": "بلا متن"},
        {"title": "تاريخ خاطئ", "body": BODY, "published": {"date": "2024-13-40"}},
        {"title": "حالة خاطئة", "body": BODY, "status": "secret"},
        {"title": 7, "body": BODY},
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows] + ["{not json", "[1]"]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = run(tmp_path)
    assert report.created == 1
    reasons = {failure.path.rsplit(": ", 1)[-1]: failure.reason for failure in report.failures}
    assert list(reasons) == [f"line {n}" for n in range(2, 8)]
    assert "body" in reasons["line 2"] and "published.date" in reasons["line 3"] and "status" in reasons["line 4"]
    assert "title" in reasons["line 5"] and "not JSON" in reasons["line 6"] and "object" in reasons["line 7"]


def test_a_spreadsheet_without_a_needed_column_is_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("title,text\nعنوان,نص\n", encoding="utf-8")
    (failure,) = run(tmp_path).failures
    assert failure.reason.startswith("line 1: no column “body”")


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_columns_of_other_names_are_told_one_by_one(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "rows.csv").write_text(delimiter.join(["العنوان", "المتن", "تاريخ النشر"]) + "\n", encoding="utf-8")
    (failure,) = run(tmp_path).failures
    assert failure.reason.endswith("the columns are العنوان, المتن, تاريخ النشر")


# Errors of a file.


def deep(levels: int) -> bytes:
    """Returns a page of `levels` nested elements."""
    return b"<html><body>" + b"<div>" * levels + "نص في العمق".encode() + b"</div>" * levels


def bomb() -> bytes:
    """Returns a small gzip file that unpacks to 50 MB."""
    return gzip.compress(b"\0" * 50_000_000, mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt.gz", gzip.compress(BODY.encode(), mtime=0)[:-20], "cut short"),
        ("a.jsonl.gz", gzip.compress(json.dumps({"title": "ع", "body": BODY}).encode(), mtime=0)[:-9], "cut short"),
        ("a.txt.gz", bomb(), "when unpacked"),
        ("a.jsonl", b'{"title": "' + b"x" * 3_000_000 + b'"}\n', "more than 2,000,000 bytes"),
        ("a.csv", "title,body\nعنوان,".encode() + b"x" * 3_000_000 + b"\n", "more than 2,000,000 bytes"),
        ("a.csv", "title,body\nعنوان,نص\0\n".encode(), "NUL"),
        ("a.txt", "نص\0نص".encode(), "binary"),
        ("a.html", deep(100_000), "nested 100,000 deep"),
        ("a.html", b"<html><body></body></html>", "no article text"),
        ("a.html", b"", "empty"),
        ("a.wacz", b"PK\x03\x04 not a package", "damaged"),
        ("a.warc", b"this is no web archive at all\n\n", "record at offset 0"),
        ("a.warc.gz", gzip.compress(b"neither is this", mtime=0), "record at offset 0"),
        ("a.csv", b"", "empty"),
        ("a.docx", b"PK", ".docx"),
    ],
)
def test_bad_input_ends_in_one_clear_line(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    before = Article.objects.count(), Capture.objects.count()
    (failure,) = run(tmp_path).failures
    assert reason in f"{failure.path}: {failure.reason}" and "\n" not in failure.reason
    assert (Article.objects.count(), Capture.objects.count()) == before


def test_a_package_made_to_fill_the_disk_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("archive/one.warc.gz", b"\0" * 60_000_000)
    (failure,) = run(tmp_path).failures
    assert "would unpack" in failure.reason


def test_a_page_that_would_unpack_without_end_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    headers = StatusAndHeaders(
        "200 OK", [("Content-Type", "text/html"), ("Content-Encoding", "gzip")], protocol="HTTP/1.1"
    )
    writer.write_record(
        writer.create_warc_record(
            "https://news.example/bomb", "response", payload=io.BytesIO(bomb()), http_headers=headers
        )
    )
    (tmp_path / "a.warc.gz").write_bytes(out.getvalue() + warc(page(9)))
    report = run(tmp_path)
    assert report.created == 1 and "when unpacked" in report.failures[0].reason
