"""Values that were not stored as delivered are reported in the command's output and in the delivery's record, in the
editors' language.
"""

import json
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from articles.ingest.readers.rows import READ
from articles.models import Article, Delivery, Source
from tests.admin.test_deliveries import work

pytestmark = pytest.mark.django_db(transaction=True)
BODY = "وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ."


@pytest.fixture(autouse=True)
def _deliveries_folder(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "deliveries": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "kept"},
        }
    }


@pytest.fixture
def delivered(desk: Client) -> Callable[[str, bytes], Delivery]:
    """Uploads a file as an editor, lets a worker ingest it, and returns the delivery."""

    def deliver(name: str, content: bytes) -> Delivery:
        desk.post(reverse("admin:deliver"), {"files": [SimpleUploadedFile(name, content)], "format": "auto"})
        work()
        return Delivery.objects.latest("id")

    return deliver


def deliver_values(
    delivered: Callable[[str, bytes], Delivery], field: str, values: Iterable[str]
) -> tuple[Delivery, dict[str, Article]]:
    """Delivers a row with each value of a field, and returns the delivery and the articles by value."""
    titles = {f"خبر {number}": value for number, value in enumerate(values)}
    rows = [{"title": title, "body": f"{BODY} {title}", field: value} for title, value in titles.items()]
    delivery = delivered("صفوف.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())
    return delivery, {titles[article.title]: article for article in Article.objects.filter(title__in=titles)}


def notes_of(delivery: Delivery) -> dict[tuple[str, str], dict[str, object]]:
    """Returns a delivery's notes by field and delivered value."""
    return {(note["field"], note["given"]): note for note in delivery.notes}


def test_a_table_with_values_that_are_not_taken_is_told_line_by_line(
    delivered: Callable[[str, bytes], Delivery], desk: Client
) -> None:
    Source.objects.create(name="صدى الجنوب")
    rows = [
        "title;body;published;source;language;ملاحظات",
        f"خبر أول;{BODY} 1;32 مارس 2023;جريدة لا يعرفها أحد;العربية;ا",
        f"خبر ثان;{BODY} 2;6 مارس 2023;صدى الجنوب;ar;ب",
        f"خبر ثالث;{BODY} 3;2023-03-07;جريدة لا يعرفها أحد;fr;ج",
    ]
    delivery = delivered("جدول.csv", "\r\n".join(rows).encode("windows-1256"))
    assert (delivery.created, delivery.failed) == (3, 0)
    notes = notes_of(delivery)
    assert set(notes) == {
        ("published", "32 مارس 2023"), ("source", "جريدة لا يعرفها أحد"), ("language", "العربية"), ("ملاحظات", ""),
    }  # fmt: skip
    assert notes["published", "32 مارس 2023"]["path"] == "جدول.csv: line 2" and delivery.noted == 7
    assert notes["source", "جريدة لا يعرفها أحد"]["times"] == 2 and notes["ملاحظات", ""]["times"] == 3
    first = Article.objects.get(title="خبر أول")
    assert (first.published.iso, first.published.basis) == ("2023-03", "inferred")
    assert Article.objects.get(title="خبر ثان").published.basis == "stated"
    assert Article.objects.get(title="خبر ثالث").language == "fr"
    page = desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()
    assert "ما لم يؤخذ كما ورد" in page
    for words in ("32 مارس 2023", "قرئ بعضه", "جريدة لا يعرفها أحد", "لا يعرفه الأرشيف", "حقل لا يقرأ"):
        assert words in page, words


# For every field that is read, a value that cannot be stored as delivered.
NOT_AS_GIVEN = {
    "title": "خبر\x10 من الجنوب", "body": f"{BODY}\x07", "author": "\u202eسالم", "section": "قسم\x02",
    "source": "جريدة لا يعرفها أحد", "url": "http://[news.example", "language": "العربية", "status": "جاهز",
    "notice": "تنويه\x03", "title_origin": "من عندي", "published": "32 مارس 2023", "captured_at": "أمس",
    "capture_filename": "خبر\x10.html",
}  # fmt: skip


@pytest.mark.parametrize("field", sorted(READ))
def test_every_field_that_is_read_tells_what_was_not_taken(
    delivered: Callable[[str, bytes], Delivery], field: str
) -> None:
    row = {"title": "خبر", "body": BODY, "url": "https://news.example/1", field: NOT_AS_GIVEN[field]}
    delivery = delivered("صف.jsonl", json.dumps(row).encode())
    fields = [note["field"] for note in delivery.notes]
    assert field in fields or any(field in failure["reason"] for failure in delivery.failures)
    assert delivery.created + delivery.failed == 1


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"published": "7 مايو 2024", "captured_at": "2024-05-05T10:00:00Z"}, "published", "بعد يوم الالتقاط"),
        ({"published": "2024-05-09", "captured_at": "2024-05-05T10:00:00Z"}, "published", "بعد يوم الالتقاط"),
        ({"notice": "خبر لم يسحب"}, "notice", "لا إشعار"),
        ({"published": "الجمعة 14 مارس 2024"}, "published", "مستنتجا"),
        ({"author": "سليم\nليلى"}, "author", "فواصل الأسطر"),
        ({"url": "http://news.example/a\r\nb"}, "url", "فواصل الأسطر"),
    ],
)
def test_a_value_taken_otherwise_than_given_is_told(
    delivered: Callable[[str, bytes], Delivery], desk: Client, fields: dict[str, str], field: str, words: str
) -> None:
    delivery = delivered("صف.jsonl", json.dumps({"title": "خبر", "body": BODY} | fields).encode())
    assert delivery.created == 1 and field in {note["field"] for note in delivery.notes}
    assert words in desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("جدول.csv", "title,body"), ("جدول.csv", "\ufeffsep=;\r\ntitle;body;author\r\n;;\r\n\r\n"), ("صف.jsonl", "\ufeff\n \n"),
    ],
)  # fmt: skip
def test_a_file_without_rows_is_told(
    delivered: Callable[[str, bytes], Delivery], desk: Client, name: str, content: str
) -> None:
    delivery = delivered(name, content.encode())
    assert (delivery.created, delivery.failed) == (0, 1)
    page = desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()
    assert "لا صفوف فيه" in page


# Bytes at the end of a text, the text that is stored, and the notes about them.
ENDINGS = [
    (b"\xd9", "", {"the last character is cut off; it was left out"}),
    (b"\xff", "\ufffd", {"1 broken bytes of UTF-8 became “\ufffd”"}),
    (b"\xff\xd9", "\ufffd", {"1 broken bytes of UTF-8 became “\ufffd”", "the last character is cut off; it was left out"}),
    (b"\xff\xf0\x9f\x98", "\ufffd", {"1 broken bytes of UTF-8 became “\ufffd”", "the last character is cut off; it was left out"}),
    ("\ufffd".encode(), "\ufffd", set()),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "stored", "expected"), ENDINGS)
@pytest.mark.parametrize(
    ("name", "start"), [("جدول.csv", "title,body\nخبر من الموانئ اليوم,"), ("خبر.txt", "خبر من الموانئ اليوم\n\n")]
)
def test_bytes_that_are_lost_at_the_end_are_told(
    delivered: Callable[[str, bytes], Delivery], name: str, start: str, ending: bytes, stored: str, expected: set[str]
) -> None:
    delivery = delivered(name, f"{start}{BODY}".encode() + ending)
    assert Article.objects.get(title="خبر من الموانئ اليوم").body == BODY + stored
    assert {note["taken"] for note in delivery.notes} == expected


TWICE = [
    ("صف.jsonl", f'{{"title": "عنوان أول", "body": "{BODY}", "published": {{"date": null}}, "title": "عنوان ثان"}}',
     [("title", "عنوان أول")]),
    ("صف.jsonl", f'{{"title": "عنوان أول", "title": 5, "title": "عنوان ثان", "body": "{BODY}", "x": 1, "x": 2}}',
     [("title", "عنوان أول"), ("x", "")]),
    ("جدول.csv", f"title,body,author,author,title\nعنوان أول,{BODY},سالم,ليلى,عنوان ثان", [("author", "سالم"), ("title", "عنوان أول")]),
    ("جدول.csv", f"Title;title;TITLE ;body;body\nعنوان أول;آخر;عنوان ثان;{BODY};{BODY}",
     [("body", ""), ("title", "آخر"), ("title", "عنوان أول")]),
    ("جدول.csv", f"title\tbody\ttitle\turl\turl\nعنوان أول\t{BODY}\tعنوان ثان\thttps://news.example/1\t",
     [("title", "عنوان أول"), ("url", "https://news.example/1")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "expected"), TWICE)
def test_a_field_given_twice_is_told_with_what_was_not_taken(
    delivered: Callable[[str, bytes], Delivery], desk: Client, name: str, content: str, expected: list[tuple[str, str]]
) -> None:
    delivery = delivered(name, content.encode())
    assert Article.objects.filter(title="عنوان ثان").exists()
    assert sorted((note["field"], note["given"]) for note in delivery.notes) == expected
    page = desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()
    assert "وأُخذ الأخير" in page and all(value in page for _, value in expected)


def test_a_date_out_of_bounds_is_refused_by_its_name(delivered: Callable[[str, bytes], Delivery]) -> None:
    values = ["1650", "1650-03", "2031-01-01", "1 يناير 2031", "١٧٩٩"]
    delivery, articles = deliver_values(delivered, "published", values)
    assert articles == {} and len(delivery.failures) == len(values)
    for failure in delivery.failures:
        assert "published" in failure["reason"] and "1800" in failure["reason"], failure


# Values, and the first and last day that they leave possible.
BOUNDS = [
    ("قبل 5 يونيو 2024", None, "2024-06-04"),
    ("بعد 5 يونيو 2024", "2024-06-06", None),
    ("قبل 2020", None, "2019-12-31"),
    ("قبل عام 2020", None, "2019-12-31"),
    ("بعد نيسان 2021", "2021-05-01", None),
    ("بعد شهر نيسان 2021", "2021-05-01", None),
    ("قبل 1/3/2024", None, "2024-02-29"),
    ("بعد محرم 1445", "2023-08-17", None),
    ("حتى مارس 2023", None, "2023-03-31"),
    ("لغاية 2020", None, "2020-12-31"),
    ("منذ نيسان 2021", "2021-04-01", None),
    ("منذ عام 2020", "2020-01-01", None),
    ("قبل نهاية 2020", None, "2020-12-31"),
    ("بعد 2021-06", "2021-07-01", None),
    ("حتى 2021-06", None, "2021-06-30"),
    ("قبل ٢٠٢١-٠٦", None, "2021-05-31"),
    ("منذ 2021-06", "2021-06-01", None),
    ("قبل 31 فبراير 2020", None, "2020-02-29"),
    ("بعد 31 أبريل 2021", "2021-04-01", None),
    ("حتى 32 مارس 2023", None, "2023-03-31"),
    ("قبل 2020-02-31", None, "2020-02-29"),
    ("بعد 2021-13", "2021-01-01", None),
    ("قبل الأحد 2024-03-12", None, "2024-03-11"),
    ("بعد مطلع 2020", "2020-01-01", None),
]


def test_a_bound_is_no_day(delivered: Callable[[str, bytes], Delivery]) -> None:
    delivery, articles = deliver_values(delivered, "published", [value for value, *_ in BOUNDS])
    for value, earliest, latest in BOUNDS:
        assert notes_of(delivery)["published", value]["kind"] == "partly", value
        published = articles[value].published
        assert (published.date, published.precision) == (None, "unknown"), value
        days = [day and day.isoformat() for day in (published.earliest, published.latest)]
        assert days == [earliest, latest], value


PLAIN_DATES = [
    ("2024", "2024"),
    ("2024-03", "2024-03"),
    ("٢٠٢٤-٠٣", "2024-03"),
    ("٠٥\u200f/٠٦\u200f/٢٠٢٤", "2024-06-05"),
    ("\u061c5/6/2024", "2024-06-05"),
]


def test_plain_dates_are_read(delivered: Callable[[str, bytes], Delivery]) -> None:
    delivery, articles = deliver_values(delivered, "published", [value for value, _ in PLAIN_DATES])
    dates = [(value, articles[value].published.iso) for value, _ in PLAIN_DATES]
    assert dates == PLAIN_DATES and delivery.notes == []
    assert {article.published.basis for article in articles.values()} == {"stated"}


# Values, the day that they are taken for, and what the page says of it.
INFERRED = [
    ("12 محرم 1445", "2023-07-30", "التقويم الهجري"),
    ("12/01/1445", "2023-07-30", "التقويم الهجري"),
    ("الأحد ١٢ محرم ١٤٤٥ هـ", "2023-07-30", "التقويم الهجري"),
    ("محرم 1445", "", "التقويم الهجري"),
    ("02/13/2023", "2023-02-13", "الشهر فيه قبل اليوم"),
    ("2.28.2023", "2023-02-28", "الشهر فيه قبل اليوم"),
    ("الاثنين 3 شباط 2023", "2023-02-03", "يوم الجمعة، لا الاثنين"),
    ("السبت، 12 محرم 1445", "2023-07-30", "يوم الأحد، لا السبت"),
    ("نشر يوم الخميس 6 مارس 2023", "2023-03-06", "يوم الاثنين، لا الخميس"),
    ("الأحد 2024-03-12", "2024-03-12", "يوم الثلاثاء، لا الأحد"),
    ("الأحد، ١٢/٣/٢٠٢٤", "2024-03-12", "يوم الثلاثاء، لا الأحد"),
    ("2024-03-12 (الأحد)", "2024-03-12", "يوم الثلاثاء، لا الأحد"),
    ("أمس الأحد 12.3.2024", "2024-03-12", "يوم الثلاثاء، لا الأحد"),
]


def test_a_date_that_does_not_say_its_day_by_itself_is_inferred_and_told(
    delivered: Callable[[str, bytes], Delivery], desk: Client
) -> None:
    delivery, articles = deliver_values(delivered, "published", [value for value, *_ in INFERRED])
    kinds = {given: (note["field"], note["kind"]) for (_, given), note in notes_of(delivery).items()}
    assert kinds == {value: ("published", "inferred") for value, *_ in INFERRED}
    page = desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()
    page = page.replace("\u2068", "").replace("\u2069", "")
    assert "مستنتجا" in page
    for value, iso, words in INFERRED:
        published = articles[value].published
        assert (published.iso, published.basis) == (iso, "inferred"), value
        assert words in page and f"أُخذ على أنه {iso}" in page, value


WRONGLY_DECODED = "أعلنت وزارة الداخلية في العاصمة أن 9 أشخاص وصلوا إلى المركز."


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (WRONGLY_DECODED.encode("windows-1256").decode("windows-1252").encode(), "text"),
        (WRONGLY_DECODED.encode("utf-16-be"), "encoding"),
        (WRONGLY_DECODED.encode("windows-1256"), "encoding"),
    ],
)
def test_a_page_read_otherwise_than_declared_is_told(
    delivered: Callable[[str, bytes], Delivery], content: bytes, field: str
) -> None:
    frame = '<html><head><meta charset="utf-8"><title>خبر</title></head><body><p>{}</p><p>{}</p></body></html>'
    encoding = (
        "utf-16-be"
        if b"\x00" in content or content[:1] == b"\x06"
        else "windows-1256"
        if field == "encoding"
        else "utf-8"
    )
    text = content.decode(encoding)
    delivery = delivered("صفحة.html", frame.format(text, text.replace("9", "12")).encode(encoding))
    assert field in {note["field"] for note in delivery.notes}
    assert "أعلنت وزارة الداخلية" in Article.objects.latest("id").body


READ_IN_PART = [
    ("32 مارس 2023", "2023-03"),
    ("31 أبريل 2024", "2024-04"),
    ("في حدود مارس 2023 أو بعده", "2023-03"),
    ("30 شباط 2022 تقريبا", "2022-02"),
    ("نشر في 2021-06", "2021-06"),
    ("Sunday 2024-03-12", "2024-03-12"),
    ("2024-03-05T25:00:00", "2024-03-05"),
    ("2024-03-05T99:99", "2024-03-05"),
    ('"2024-03-05T25:61:00Z"', "2024-03-05"),
    ("2024-03-05T10:00+99:00", "2024-03-05"),
    ("٢٠٢٤-٠٣-٠٥ ٢٤:٣٠", "2024-03-05"),
]


def test_a_date_read_in_part_is_never_stated(delivered: Callable[[str, bytes], Delivery]) -> None:
    delivery, articles = deliver_values(delivered, "published", [value for value, _ in READ_IN_PART])
    refused = {value for value, _ in READ_IN_PART} - set(articles)
    assert all("شباط" in value for value in refused) and len(delivery.failures) == len(refused)
    for value in refused:
        assert any("published" in failure["reason"] and value[:8] in failure["reason"] for failure in delivery.failures)
    for value, iso in READ_IN_PART:
        if value in articles:
            published = articles[value].published
            assert (published.iso, published.basis) == (iso, "inferred"), value
            assert notes_of(delivery)["published", value]["kind"] == "partly", value


READ_WHOLE = [
    "6 مارس 2023", "2023-03-06", "2023-03-06T10:00:00+01:00", "2023-03-06 10:00", "الاثنين 6 مارس 2023", "نشر يوم 6 مارس 2023", "06/03/2023",
    "٦ مارس ٢٠٢٣", "الاثنين 2023-03-06", "الاثنين الموافق 6/3/2023", "٢٠٢٣-٠٣-٠٦ ١٠:٠٠", "2023-03-06T23:59:60Z", "2023-03-06T24:00",
]  # fmt: skip


def test_a_date_read_whole_needs_no_note(delivered: Callable[[str, bytes], Delivery]) -> None:
    delivery, articles = deliver_values(delivered, "published", READ_WHOLE)
    dates = {value: (article.published.iso, article.published.basis) for value, article in articles.items()}
    assert dates == dict.fromkeys(READ_WHOLE, ("2023-03-06", "stated")) and delivery.notes == []


def test_a_corrected_encoding_is_told(delivered: Callable[[str, bytes], Delivery], desk: Client) -> None:
    page = f"<html><head><meta charset=iso-8859-1><title>خبر الموانئ في الجنوب</title></head><body><p>{BODY}</p></body></html>"
    delivery = delivered("صفحة.html", page.encode("windows-1256"))
    assert Article.objects.get(title="خبر الموانئ في الجنوب").body == BODY
    (note,) = delivery.notes
    assert (note["kind"], note["given"], note["path"]) == ("encoding", "iso-8859-1", "صفحة.html")
    assert "ترميز صحح" in desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()


@pytest.mark.parametrize("name", ["خبر" * 50 + ".txt", "ﷺ" * 115 + ".txt", "𝔘" * 80 + ".txt", "ا" * 152])
def test_a_file_of_a_long_name_is_taken_in(delivered: Callable[[str, bytes], Delivery], name: str) -> None:
    delivery = delivered(name, f"خبر من الموانئ اليوم\n\n{BODY}\n".encode())
    assert (delivery.state, delivery.created, delivery.failures) == ("finished", 1, [])
    assert delivery.name == name and all(note["field"] == "filename" for note in delivery.notes)


def test_the_command_tells_and_leaves_a_record_without_folders(tmp_path: Path) -> None:
    rows = [{"title": f"خبر {n}", "body": f"{BODY} {n}", "source": "جريدة بعيدة", "متعلق": 1} for n in range(3)]
    folder = tmp_path / "home" / "somebody"
    folder.mkdir(parents=True)
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    out, err = StringIO(), StringIO()
    call_command("ingest", str(folder / "rows.jsonl"), "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue().splitlines()[-1])["noted"] == 6
    assert "note: " in err.getvalue() and "source “جريدة بعيدة”" in err.getvalue() and "(×3)" in err.getvalue()
    delivery = Delivery.objects.get()
    assert (delivery.name, delivery.noted, delivery.failed) == ("rows.jsonl", 6, 0)
    assert (
        "somebody" not in json.dumps([delivery.notes, delivery.failures]) and not Delivery.objects.troubled().exists()
    )


def test_many_different_values_are_counted_and_the_first_are_told(
    delivered: Callable[[str, bytes], Delivery], desk: Client
) -> None:
    rows = [
        json.dumps({"title": f"خبر {n}", "body": f"{BODY} {n}", "source": f"جريدة {n}"}, ensure_ascii=False)
        for n in range(520)
    ]
    delivery = delivered("صفوف.jsonl", "\n".join(rows).encode())
    assert (delivery.created, delivery.noted, len(delivery.notes)) == (520, 520, Delivery.MOST_NOTES)
    assert "جملتها 520" in desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()


def test_the_record_page_of_an_article_shows_no_path_of_the_machine(client: Client, tmp_path: Path) -> None:
    (tmp_path / "خبر.txt").write_text(f"خبر من الموانئ اليوم\n\n{BODY}\n", encoding="utf-8")
    call_command("ingest", str(tmp_path / "خبر.txt"), verbosity=0, stdout=StringIO())
    article = Article.objects.latest("id")
    record = f"{article.get_absolute_url()}record/"
    assert "خبر.txt" in client.get(record).content.decode()
    # A note as earlier versions stored it.
    article.captures.update(address="file:///srv/archive/in/x.txt")
    doors = [record, article.get_absolute_url(), f"/api/v1/articles/{article.pk}", "/export/articles.csv", "/export/articles.jsonl",
             "/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/feeds/", f"/en{record}"]  # fmt: skip
    for address in doors:
        response = client.get(address)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"file:" not in content and b"/srv/" not in content, address
    out = StringIO()
    call_command("export", "articles", stdout=out)
    assert "file:" not in out.getvalue()


# No rule reads this text so, because nothing suggests its encoding.
OF_OLD_MACS = {
    "mac_roman": ("Réunion à Rabat", "Le ministre a déclaré à Rabat que « la coopération » s’étend à d’autres régions de l’été à l’hiver."),
    "mac_arabic": ("خبر الموانئ في الجنوب", BODY),
}  # fmt: skip


@pytest.mark.parametrize("encoding", OF_OLD_MACS)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_rows_are_read_in_the_encoding_that_was_named(desk: Client, tmp_path: Path, encoding: str, form: str) -> None:
    """In the command's output and at the desk."""
    title, body = OF_OLD_MACS[encoding]

    def rows(number: int) -> bytes:
        row = {"title": f"{title} {number}", "body": f"{body} {number}"}
        text = (
            f"title;body\n{row['title']};{row['body']}\n"
            if form == "csv"
            else json.dumps(row, ensure_ascii=False) + "\n"
        )
        return text.encode(encoding)

    (tmp_path / f"rows.{form}").write_bytes(rows(1))
    call_command("ingest", str(tmp_path / f"rows.{form}"), "--encoding", encoding, verbosity=0, stdout=StringIO())
    posted = {"files": [SimpleUploadedFile(f"other.{form}", rows(2))], "format": "auto", "encoding": encoding}
    assert desk.post(reverse("admin:deliver"), posted).status_code == 302
    work()
    for number in (1, 2):
        article = Article.objects.get(title=f"{title} {number}")
        assert article.body == f"{body} {number}"
    # Without the encoding they are decoded differently.
    assert title not in rows(3).decode("windows-1256", "replace")


# Values, the language that is stored, and whether a note says so.
LANGUAGES = [
    ("ar", "ar", False), ("Ar", "ar", False), ("FR", "fr", False), ("zgh", "zgh", False), ("ar-ma", "ar-MA", False),
    ("und", "und", False), ("xx", "ar", True), ("zzz", "ar", True), ("xx-MA", "ar", True), ("ara", "ar", True),
    ("العربية", "ar", True), ("english", "ar", True),
]  # fmt: skip


def test_a_language_is_a_code_of_iso_639_or_told(delivered: Callable[[str, bytes], Delivery]) -> None:
    delivery, articles = deliver_values(delivered, "language", [language for language, *_ in LANGUAGES])
    stored_languages = [(language, articles[language].language) for language, *_ in LANGUAGES]
    assert stored_languages == [(language, stored) for language, stored, _ in LANGUAGES]
    notes = {(note["field"], note["given"], note["kind"]) for note in delivery.notes}
    assert notes == {("language", language, "unknown") for language, _, has_note in LANGUAGES if has_note}
