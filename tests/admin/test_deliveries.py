"""Uploads and addresses: the request stores them, a worker process ingests them, and the record says what became of
each.
"""

import contextlib
import functools
import http.server
import json
import resource
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.curation.changes import changes_of
from articles.models import Article, Capture, Delivery

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "مؤتمر في المدينة\n\nعقدت المدينة مؤتمرها الأول حول أمن الموانئ بمشاركة 45 وفدا من دول المنطقة كلها.\n"


@pytest.fixture(autouse=True)
def _deliveries_folder(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "deliveries": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "kept"},
        }
    }


def work() -> None:
    """Runs a worker on the jobs that wait."""
    call_command("procrastinate", "worker", "--one-shot", "--no-listen-notify", verbosity=0)


def test_an_upload_is_taken_in_by_a_worker_and_told(desk: Client) -> None:
    good = SimpleUploadedFile("خبر.txt", TEXT.encode())
    rows = SimpleUploadedFile("صفوف.jsonl", b'{"title": "t", "body": "' + "نص الصف.".encode() + b'"}\nnot json\n')
    response = desk.post(reverse("admin:deliver"), {"files": [good, rows], "format": "auto"}, follow=True)
    assert "استُلم: 2" in response.content.decode()
    assert not Article.objects.filter(title="مؤتمر في المدينة").exists()
    first, second = Delivery.objects.order_by("id")
    record = reverse("admin:articles_delivery_change", args=[first.pk])
    assert "ينتظر" in desk.get(record).content.decode() and desk.get(record)["Refresh"]
    work()
    first, second = Delivery.objects.order_by("id")
    assert (first.state, first.created, first.failed, first.by) == ("finished", 1, 0, desk.user)
    assert (second.created, second.failed) == (1, 1) and "line 2" in second.failures[0]["path"]
    assert "tmp" not in str(second.failures)
    article = Article.objects.get(title="مؤتمر في المدينة")
    assert [(change.kind, change.user.username) for change in changes_of(article) if change.model == "article"] == [
        ("insert", "muharrir")
    ]
    page = desk.get(reverse("admin:articles_delivery_change", args=[second.pk])).content.decode()
    assert "السطر 2" in page and "line 2" not in page
    assert [line.count.rows for line in desk.get(reverse("admin:index")).context["lines"] if "تعذر" in line.name] == [1]
    desk.post(reverse("admin:articles_delivery_change", args=[second.pk]), {"settle": "1"})
    assert not Delivery.objects.troubled().exists()


def test_doing_it_again_changes_nothing(desk: Client) -> None:
    desk.post(reverse("admin:deliver"), {"files": SimpleUploadedFile("خبر.txt", TEXT.encode()), "format": "auto"})
    work()
    desk.post(reverse("admin:articles_delivery_change", args=[Delivery.objects.get().pk]), {"again": "1"})
    work()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.created, delivery.unchanged) == ("finished", 0, 1)


UNRELATED_TEXT = (
    "أعلن متحدث مجهول اليوم إلغاء جميع الاتفاقات الموقعة بين الأطراف في السنة الماضية دون سابق إنذار. ولم تصدر عن الجهات الرسمية "
    "حتى الآن أي توضيحات بشأن الأسباب التي دفعت إلى هذا القرار."
)


def row_at(address: str, body: str) -> bytes:
    """Returns a line of JSON with an address and a body."""
    return json.dumps({"title": "خبر", "body": body, "url": address}, ensure_ascii=False).encode() + b"\n"


def test_a_record_says_how_many_captures_wait_for_an_editor(desk: Client, tmp_path: Path) -> None:
    places = [f"https://news.example/{number}" for number in range(3)]
    (tmp_path / "first.jsonl").write_bytes(b"".join(row_at(place, TEXT + place) for place in places))
    out, err = StringIO(), StringIO()
    call_command("ingest", str(tmp_path / "first.jsonl"), "--json", stdout=out, stderr=err)
    assert "waiting" not in json.loads(out.getvalue().splitlines()[-1]) and "decision" not in err.getvalue()
    # Two updates that differ from the stored text, one of them twice, and an ordinary update.
    unlike = [row_at(place, UNRELATED_TEXT) for place in places[:2]]
    ordinary = row_at(places[2], TEXT.replace("45", "46") + places[2])
    content = b"".join([*unlike, ordinary, unlike[0]])
    waiting = f"{reverse('admin:articles_capture_changelist')}?state__exact=waiting"
    # When they are delivered again, they are recognised and still wait.
    for updated, unchanged in ((3, 1), (0, 4)):
        upload = SimpleUploadedFile("صفوف.jsonl", content)
        desk.post(reverse("admin:deliver"), {"files": upload, "format": "auto"})
        work()
        delivery = Delivery.objects.latest("id")
        assert (delivery.updated, delivery.unchanged, delivery.waiting) == (updated, unchanged, 2)
        page = desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()
        assert '<th scope="row">نسخ تنتظر قرار محرر</th><td>2</td>' in page and f'href="{waiting}"' in page
    assert len(desk.get(waiting).context["cl"].result_list) == 2
    (tmp_path / "again.jsonl").write_bytes(content)
    out, err = StringIO(), StringIO()
    call_command("ingest", str(tmp_path / "again.jsonl"), "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue().splitlines()[-1])["waiting"] == 2
    assert "2 captures wait for an editor's decision" in err.getvalue() and waiting in err.getvalue()
    assert Delivery.objects.latest("id").name == "again.jsonl"


def test_what_no_reader_opens_is_refused_by_name(desk: Client, settings: Any) -> None:
    settings.ARCHIVE_LARGEST_UPLOAD = 100
    files = [
        SimpleUploadedFile("صورة.png", b"x"),
        SimpleUploadedFile("فارغ.txt", b" "),
        SimpleUploadedFile("كبير.txt", b"x" * 200),
    ]
    page = desk.post(
        reverse("admin:deliver"), {"files": files[:1] + files[2:], "format": "auto"}, follow=True
    ).content.decode()
    assert (
        "\u2068صورة.png\u2069: لا قارئ" in page
        and "\u2068كبير.txt\u2069: أكبر" in page
        and not Delivery.objects.exists()
    )
    assert (
        "لا ترميز بهذا الاسم"
        in desk.post(
            reverse("admin:deliver"), {"files": files[1], "format": "auto", "encoding": "latin99"}
        ).content.decode()
    )
    bad = desk.post(
        reverse("admin:deliver"), {"addresses": "https://example.org/1\nftp://x", "format": "auto"}
    ).content.decode()
    assert "السطر 2" in bad and not Delivery.objects.exists()


def test_an_empty_file_is_named_and_the_others_are_taken(desk: Client) -> None:
    files = [
        SimpleUploadedFile("خبر.txt", TEXT.encode()),
        SimpleUploadedFile("empty-page.html", b""),
        SimpleUploadedFile("s-doc.pdf", b"%PDF"),
        SimpleUploadedFile("آخر.txt", TEXT.encode()),
    ]
    page = desk.post(reverse("admin:deliver"), {"files": files, "format": "auto"}, follow=True).content.decode()
    assert [delivery.name for delivery in Delivery.objects.order_by("id")] == ["خبر.txt", "آخر.txt"]
    # A name keeps the small letters in which it was written.
    assert "\u2068empty-page.html\u2069: الملف فارغ." in page and "\u2068s-doc.pdf\u2069: لا قارئ" in page
    assert "استُلم: 2" in page


def test_every_line_that_is_no_address_is_named(desk: Client) -> None:
    typed = "ftp://one/\n\nhttps://example.org/1\nمراكش\nhttps://"
    page = desk.post(reverse("admin:deliver"), {"addresses": typed, "format": "auto"}).content.decode()
    assert [f"السطر {place} ليس رابط صفحة" in page for place in (1, 2, 3, 4, 5)] == [True, False, False, True, True]
    assert "«\u2066ftp://one/\u2069»" in page and not Delivery.objects.exists()


@pytest.mark.parametrize("name", ["ﷺ" * 60 + ".txt", "ﷲ أكبر.txt", "ﻣﺮاﻛﺶ.txt"])
def test_a_file_s_name_is_shown_as_it_was_given(desk: Client, name: str) -> None:
    desk.post(reverse("admin:deliver"), {"files": SimpleUploadedFile(name, TEXT.encode()), "format": "auto"})
    work()
    delivery = Delivery.objects.get()
    assert (delivery.name, delivery.created, delivery.notes) == (name, 1, [])
    assert name in desk.get(reverse("admin:articles_delivery_change", args=[delivery.pk])).content.decode()
    assert Article.objects.filter(captures__filename=name).count() == 1


def test_addresses_and_names_of_files_keep_their_own_direction(desk: Client, make_article: Any) -> None:
    address, name = "https://example.org/news/", "report (1).html"
    Delivery.objects.create(name=address)
    Delivery.objects.create(name=name)
    listed = desk.get(reverse("admin:articles_delivery_changelist")).content.decode()
    assert f'<bdi dir="ltr">{address}</bdi>' in listed and f"<bdi>{name}</bdi>" in listed
    article = make_article(url=address)
    Capture.objects.create(
        article=article, filename=name, fetched_address=address, claimed_address=address, sha256="0" * 64, size=1,
        media_type="text/html", captured_at=timezone.now(),
    )  # fmt: skip
    form = desk.get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()
    assert form.count(f'<bdi dir="ltr">{address}</bdi>') == 2 and f"<bdi>{name}</bdi>" in form
    assert f"<bdi>{name}</bdi>" in desk.get(reverse("admin:articles_capture_changelist")).content.decode()
    article.url = "https://example.org/other/"
    article.save()
    history = desk.get(reverse("admin:articles_article_history", args=[article.pk])).content.decode()
    assert f"<bdi>{address}</bdi>" in history


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a server with one page."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "1.html").write_text(
        f"<html lang=ar><title>مؤتمر في المدينة</title><article><h1>مؤتمر في المدينة</h1><p>{TEXT * 3}</p></article>"
    )
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_addresses_have_the_commands_limits(desk: Client, site: str, settings: Any) -> None:
    settings.ARCHIVE_FETCH_PRIVATE = False
    desk.post(reverse("admin:deliver"), {"addresses": f"{site}/1.html", "format": "auto"})
    work()
    assert "not public" in str(Delivery.objects.get().failures) or "public" in str(Delivery.objects.get().failures)
    settings.ARCHIVE_FETCH_PRIVATE = True
    desk.post(reverse("admin:articles_delivery_change", args=[Delivery.objects.get().pk]), {"again": "1"})
    work()
    assert (Delivery.objects.get().created, Delivery.objects.get().failed) == (1, 0)


def test_a_commands_failures_reach_the_desk(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("not json\n")
    with pytest.raises(SystemExit):
        call_command("ingest", str(tmp_path / "bad.jsonl"), verbosity=0)
    assert Delivery.objects.troubled().get().failed == 1


def test_what_a_killed_worker_was_at_is_taken_in_by_the_next(desk: Client) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    from articles.admin.jobs import retry_stalled

    desk.post(reverse("admin:deliver"), {"files": SimpleUploadedFile("خبر.txt", TEXT.encode()), "format": "auto"})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 1")
    Delivery.objects.update(state="running")
    # The worker looks for such jobs at each full minute, which may be this moment; otherwise the test defers the job.
    work()
    assert Delivery.objects.get().state in ("running", "finished")
    with contextlib.suppress(AlreadyEnqueued):
        app.configure_task(retry_stalled.name, queue="deliveries").defer(timestamp=0)
    work()
    assert (Delivery.objects.get().state, Delivery.objects.get().created) == ("finished", 1)


def test_a_file_that_costs_too_much_to_read_is_told_and_the_next_goes_in(desk: Client, settings: Any) -> None:
    settings.ARCHIVE_DOCUMENT_SECONDS = 0.5
    costly = "عنوان خبر طويل من الشمال\n\n" + "12 خبيرا في المدينة و3 في القرية، " * 30_000
    files = [SimpleUploadedFile("طويل.txt", costly.encode()), SimpleUploadedFile("خبر.txt", TEXT.encode())]
    desk.post(reverse("admin:deliver"), {"files": files, "format": "auto"})
    work()
    long, short = Delivery.objects.order_by("id")
    assert (long.state, long.created, long.failed) == ("finished", 0, 1)
    assert "0.5 seconds of processor time (ARCHIVE_DOCUMENT_SECONDS)" in long.failures[0]["reason"]
    assert (short.state, short.created, short.failed) == ("finished", 1, 0)
    page = desk.get(reverse("admin:articles_delivery_change", args=[long.pk])).content.decode()
    assert "أكثر من 0.5 ثانية من وقت المعالج" in page


def kept_at(settings: Any, location: Path) -> None:
    """Stores deliveries in a folder."""
    settings.STORAGES = settings.STORAGES | {
        "deliveries": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": location},
        }
    }


def sent(desk: Client, *files: tuple[str, bytes]) -> str:
    """Posts files and an address, and returns the form's answer."""
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    form = {"files": uploads, "addresses": "https://example.com/news/1", "format": "auto"}
    response = desk.post(reverse("admin:deliver"), form)
    assert response.status_code == 200 and list(response.context["form"].errors) == ["files"]
    page = response.content.decode()
    # The typed values stay in the form, and no message says that anything was delivered.
    assert "https://example.com/news/1" in page and "استُلم:" not in page
    return page


@pytest.mark.parametrize("place", ["a file", "no folder can be made", "a name too long"])
def test_a_disk_that_takes_no_files_is_told_on_the_form(
    desk: Client, settings: Any, tmp_path: Path, place: str
) -> None:
    (tmp_path / "a file").write_bytes(b"")
    places = {
        "a file": tmp_path / "a file",
        "no folder can be made": Path("/proc/self/none"),
        "a name too long": tmp_path / ("x" * 300),
    }
    kept_at(settings, places[place])
    page = sent(desk, ("خبر.txt", TEXT.encode()))
    assert "لم يُستلم شيء" in page and "لا يقبل ملفات" in page
    assert not Delivery.objects.exists()


def test_of_files_that_come_together_none_is_left_where_the_disk_is_full(desk: Client, tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The system refuses to write more bytes than this into a file.
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
    try:
        page = sent(desk, ("صغير.txt", TEXT.encode()), ("كبير.txt", TEXT.encode() * 50))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "لم يُستلم شيء" in page and not Delivery.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        assert cursor.fetchone() == (0,)
    assert [path.name for path in (tmp_path / "kept").rglob("صغير*")] == []
    # The disk has room again.
    form = {"files": SimpleUploadedFile("كبير.txt", TEXT.encode() * 50), "format": "auto"}
    assert desk.post(reverse("admin:deliver"), form).status_code == 302
    assert Delivery.objects.count() == 1
