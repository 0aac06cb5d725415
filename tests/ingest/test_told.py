"""Ingest reports every value that it stores differently from the delivery, for every way of input and in words for
people.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.ingest import run as running
from articles.ingest.authority import AuthorityError, apply_authority
from articles.ingest.deliveries import record_run
from articles.ingest.run import Options, Report, ingest
from articles.models import Article, Delivery
from articles.search.run import search
from tests.admin.posting import form_of

pytestmark = pytest.mark.django_db
BODY = "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ.\n\nوتستمر الورشة ثلاثة أيام بمشاركة 12 دولة."
INVISIBLE = ["\u200f", "\u200c\u200d", "\u200e \u200c", "\u00ad\u200b", " \u061c\n\u200f", "\u2060", "\u3164"]


def run(*paths: Path) -> Report:
    """Ingests files or folders."""
    return ingest(paths, Options(largest=2_000_000))


def ingest_row(tmp_path: Path, **fields: object) -> Report:
    """Ingests a row with these fields."""
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"title": "خبر عن ورشة الموانئ", "body": BODY} | fields), encoding="utf-8")
    return run(path)


# Every way of input stores the same text.

SPELLINGS = {
    "ﻻعب وﻷنه ﺍﻟﻤﻐﺮﺏ": "لاعب ولأنه المغرب",
    "محمد ﷺ ﷲ": "محمد صلى الله عليه وسلم الله",
    "الموا\u00adنئ والح\u200bدود": "الموانئ والحدود",
    "می\u200cخواهد": "می\u200cخواهد",
}


@pytest.mark.parametrize(("typed", "stored"), SPELLINGS.items())
def test_a_text_is_the_same_text_at_every_door(
    typed: str, stored: str, tmp_path: Path, admin_client: Client, make_article: Callable[..., Article]
) -> None:
    title, body = f"خبر فيه {typed} هنا", f"قال الوزير {typed} في بيان.\n\nوانتهى."
    expected = title.replace(typed, stored), body.replace(typed, stored)
    assert ingest_row(tmp_path, title=title, body=body).created == 1
    by_rows = Article.objects.latest("id")
    (tmp_path / "page.html").write_text(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{body}</p></body></html>", encoding="utf-8"
    )
    made = make_article(title, body)
    edited = make_article("عنوان", "متن.")
    address = f"/admin/articles/article/{edited.pk}/change/"
    answer = admin_client.post(
        address, form_of(admin_client, address) | {"title": title, "body": body, "edit_body": "1"}
    )
    assert answer.status_code == 302
    edited.refresh_from_db()
    for article in (by_rows, made, edited):
        assert (article.title, article.body) == expected


def test_a_ligature_is_found_by_its_letters_and_by_itself(make_article: Callable[..., Article]) -> None:
    article = make_article("عنوان", "حضر ﻻجئون من ﺍﻟﺴﺎﺣﻞ.")
    for typed in ("لاجئون", "ﻻجئون", "الساحل"):
        assert article.pk in [hit.article.pk for hit in search(typed).hits]


@pytest.mark.parametrize("value", INVISIBLE)
@pytest.mark.parametrize("field", ["title", "body"])
def test_what_shows_nothing_is_empty_in_a_row(value: str, field: str, tmp_path: Path) -> None:
    report = ingest_row(tmp_path, **{field: value})
    assert report.created == 0
    assert [failure.reason for failure in report.failures] == [f"“{field}” is missing or empty"]


@pytest.mark.parametrize("value", INVISIBLE)
@pytest.mark.parametrize("field", ["title", "body"])
def test_what_shows_nothing_is_empty_in_a_form(
    value: str, field: str, admin_client: Client, make_article: Callable[..., Article]
) -> None:
    article = make_article("عنوان", "متن.")
    address = f"/admin/articles/article/{article.pk}/change/"
    answer = admin_client.post(address, form_of(admin_client, address) | {field: value, "edit_body": "1"})
    assert answer.status_code == 200 and field in answer.context["adminform"].form.errors
    article.refresh_from_db()
    assert (article.title, article.body) == ("عنوان", "متن.")


@pytest.mark.parametrize("value", INVISIBLE)
def test_what_shows_nothing_is_no_title_of_a_page(value: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<html><head><title>{value}</title></head><body><p>{BODY}</p></body></html>", encoding="utf-8")
    assert run(path).created == 1
    assert Article.objects.latest("id").title.startswith("وصل 25 خبيرا")
    empty = tmp_path / "empty.txt"
    empty.write_text(f"{value}\n\n{value}", encoding="utf-8")
    assert run(empty).created == 0


# Notes.


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("title", "خبر\x10 عن\x11 الموانئ", "title: 2 control characters were removed"),
        ("author", "\u202eكاتب\u202c", "author: 2 marks of direction were removed"),
        ("body", f"{BODY}\x7f\u2067\u2069\x01", "body: 2 control characters and 2 marks of direction were removed"),
    ],
)
def test_characters_that_are_removed_are_told_once_for_each_field(
    field: str, value: str, expected: str, tmp_path: Path
) -> None:
    report = ingest_row(tmp_path, **{field: value})
    assert report.created == 1
    assert [str(note) for note in report.noted.places] == [expected]
    page = tmp_path / "page.html"
    page.write_text(
        "<html><head><title>خبر آخر عن ورشة</title><meta property='og:title' content='خبر\u202e آخر عن ورشة'><meta name='author' content='\u2066كاتب'></head>"
        f"<body><h1>خبر آخر</h1><p>{BODY[::-1]}\u202d</p></body></html>", encoding="utf-8"
    )  # fmt: skip
    notes = [str(note) for note in run(page).noted.places]
    assert notes == [f"{name}: 1 marks of direction were removed" for name in ("title", "author", "text")]


@pytest.mark.parametrize("claim", ["http://", "https://exa mple.org/a", "javascript:alert(1)", "http://[::1/"])
def test_a_claimed_address_that_is_none_is_told(claim: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        f"<html><head><title>خبر عن ورشة الموانئ</title><link rel='canonical' href='{claim}'></head>"
        f"<body><p>{BODY}</p></body></html>", encoding="utf-8"
    )  # fmt: skip
    report = run(path)
    assert report.created == 1
    (note,) = report.noted.places
    assert note.field == "url" and note.given == claim and "no address of the web" in note.taken


def test_answers_from_elsewhere_are_counted_in_one_line(tmp_path: Path) -> None:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    page = f"<html><head><title>خبر</title></head><body><p>{BODY}</p></body></html>".encode()
    targets = [
        "file:///tmp/a.html",
        "ftp://h.example/a",
        "urn:a:b",
        "dns:h.example",
        "dns:g.example",
        "https://h.example/a",
    ]
    for address in targets:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(address, "response", payload=io.BytesIO(page), http_headers=headers)
        )
    path = tmp_path / "a.warc.gz"
    path.write_bytes(out.getvalue())
    report = run(path)
    assert (report.created, report.failures) == (1, [])
    (line,) = [str(note) for note in report.noted.places if note.field == "WARC-Target-URI"]
    assert line.endswith("5 answers from addresses that are not of the web were left out")
    assert "dns: 2" in line and "file: 1" in line and "ftp: 1" in line and "urn: 1" in line
    assert report.noted.places[next(iter(report.noted.places))][0] == f"{path}: record at offset 0"


def test_the_record_tells_first_where_a_file_was_left_unread(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("title,body\n" + "nothing\n" * (running._MOST_BROKEN_IN_A_ROW + 50), encoding="utf-8")
    report = run(path)
    record_run([str(path)], report)
    first = Delivery.objects.latest("id").failures[0]
    assert first["path"] == f"rows.csv: line {running._MOST_BROKEN_IN_A_ROW + 1}"
    assert "what follows this place was left unread" in first["reason"]


HEAD = (
    "WARC/1.0\r\nWARC-Type: revisit\r\nWARC-Target-URI: https://news.example/{n}\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
)
# For each kind of file with many documents: its beginning, and a part that its reader or the reader of documents
# refuses.
BROKEN_PARTS = {
    "lines that are no JSON": ("a.jsonl", "", "{{\n"),
    "rows without a text": ("a.jsonl", "", '{{"title": "{n}"}}\n'),
    "rows with a date that is none": ("a.jsonl", "", '{{"title": "{n}", "body": "نص", "published": "x"}}\n'),
    "rows of too few cells": ("a.csv", "title,body\n", "nothing {n}\n"),
    "rows with an empty cell": ("a.csv", "title,body\n", "{n},\n"),
    "heads that are damaged": ("a.warc", "", "WARC/1.0\r\nbroken\r\n\r\n"),
    "revisits of what is not stored": ("a.warc", "", HEAD),
}


@pytest.mark.parametrize(("part", "workers"), [*((part, 0) for part in BROKEN_PARTS), ("lines that are no JSON", 2)])
def test_a_file_is_left_after_a_thousand_parts_that_cannot_be_read(part: str, workers: int, tmp_path: Path) -> None:
    name, start, broken = BROKEN_PARTS[part]
    path = tmp_path / name
    path.write_text(start + "".join(broken.format(n=n) for n in range(2_000)), encoding="utf-8", newline="")
    (tmp_path / "b.txt").write_text(f"خبر من ملف آخر\n\n{BODY}", encoding="utf-8")
    report = ingest([tmp_path], Options(largest=2_000_000, workers=workers))
    assert (len(report.failures), report.created) == (1_001, 1)
    *_, last, rest = report.failures
    assert rest.is_rest and rest.path == last.path and not last.is_rest
    assert rest.reason == "1,000 parts in a row cannot be read; what follows this place was left unread"


def test_parts_that_can_be_read_begin_the_count_again(tmp_path: Path) -> None:
    """A new row, the same row again and the end of a file each reset the count, so no run of broken parts is a thousand
    long.
    """
    good = json.dumps({"title": "خبر عن ورشة الموانئ", "body": BODY}) + "\n"
    path = tmp_path / "a.jsonl"
    path.write_text("{\n" * 999 + good + "{\n" * 999 + good + "{\n" * 999, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text("{\n" * 999 + good, encoding="utf-8")
    for _ in range(2):
        report = run(tmp_path)
        assert (report.done, len(report.failures)) == (3, 4 * 999)
        assert not any(failure.is_rest for failure in report.failures)


# Messages.

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.jsonl",
            f'{{"title":"t","body":{DEEP}',
            "line 1: not JSON: lists or objects are nested too deep to be read",
        ),
        (
            "a.jsonl",
            '{"title":"t","body":"b","id":' + "9" * 10**6 + "}",
            "line 1: not JSON: a number in it has too many digits",
        ),
        ("a.jsonl", '{"title":"t" "body":"b"}', "line 1: not JSON: it breaks off or goes wrong at character 14"),
        (
            "a.csv",
            f'title,body,actors\nt,b,"{DEEP}"\n',
            "line 2: “actors” is not JSON: lists or objects are nested too deep to be read",
        ),
        ("a.csv", "title,body\nt\rx,b\n", "line 2: a line break stands inside a cell that is not in quotation marks"),
        ("a.csv", 'title,body\nt,"b\n', "line 2: a quotation mark is opened and not closed"),
        (
            "a.csv",
            'title,body\n"t"x,b\n',
            "line 2: after the quotation mark that ends a cell, “,” or the end of the line is expected",
        ),
        ("a.warc", "<html>\n", "record at offset 0: it does not begin as a record of a web archive does"),
        ("a.wacz", "no package", "the package is damaged or cut short"),
    ],
)
def test_no_words_of_python_reach_people(name: str, content: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content.encode())
    messages = [f"{failure.path}: {failure.reason}" for failure in run(path).failures]
    assert messages and messages[0] == f"{path}: {expected}"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('[[actor]]\nname = "المغرب"\n'.encode("windows-1256"), "line 2 is not UTF-8 text"),
        (b"a = " + b"[" * 100_000, "nested too deep"),
        (b"a = " + b"9" * 10_000, "a number has more digits than can be read"),
    ],
)
def test_an_authority_file_is_refused_in_words_for_people(content: bytes, expected: str) -> None:
    with pytest.raises(AuthorityError, match=f"^names.toml: .*{expected}"):
        apply_authority("names.toml", content)


def test_the_gate_mends_what_was_stored_before(
    make_article: Callable[..., Article], capsys: pytest.CaptureFixture
) -> None:
    article = make_article("عنوان", "متن.", title_origin="editor")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE articles_article SET body = %s, title = %s WHERE id = %s", ["حضر ﻻجئون\u200b.", "ﷲ", article.pk]
        )
    call_command("check_archive", "--without-digests", "--repair")
    article.refresh_from_db()
    assert (article.title, article.body) == ("الله", "حضر لاجئون.")
