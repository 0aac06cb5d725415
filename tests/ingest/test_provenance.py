"""Provenance: no document takes over another's address or text, whatever it claims and however it is delivered."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.ingest import fetch as fetching
from articles.ingest import run as running
from articles.ingest.deliveries import take_in
from articles.ingest.run import Options, Report, ingest
from articles.models import Article, Capture, Delivery, Source
from articles.models.capture import pack
from articles.models.history import operation

pytestmark = pytest.mark.django_db

REAL = "https://www.mapnews.ma/ar/news/1"
TITLE = "الرباط تحتضن ملتقى حول أمن الموانئ"
BODY = (
    "وصل 25 خبيرا إلى الرباط صباح اليوم للمشاركة في ملتقى حول أمن الموانئ والمطارات. وتستمر أشغال الملتقى ثلاثة أيام بمشاركة "
    "وفود من دول المنطقة كلها. وقال رئيس الملتقى إن التعاون بين الأجهزة الأمنية يبقى شرطا لحماية الملاحة البحرية في المضيق."
)
FORGED = (
    "أعلن متحدث مجهول اليوم إلغاء جميع الاتفاقات الموقعة بين الأطراف في السنة الماضية دون سابق إنذار. ولم تصدر عن الجهات الرسمية "
    "حتى الآن أي توضيحات بشأن الأسباب التي دفعت إلى هذا القرار المفاجئ الذي أثار موجة واسعة من التساؤلات في المنطقة."
)
OTHER_STORY = (
    "افتتح خمسة وزراء أمس في العاصمة معرضا عن صناعة السفن شاركت فيه شركات من القارة كلها. وعرضت فيه نماذج لقوارب الصيد الصغيرة. "
    "ويستمر المعرض أسبوعا كاملا، ويتوقع المنظمون أن يزوره عدد كبير من الطلاب والمهندسين والصيادين."
)


def page(body: str = BODY, title: str = TITLE, head: str = "") -> bytes:
    """Returns an HTML page of an article; `head` holds its claims."""
    paragraphs = "".join(f"<p>{sentence.strip()}.</p>" for sentence in body.split(".") if sentence.strip())
    return (
        f'<html lang="ar"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


CLAIMED_ADDRESSES = {
    "canonical": f'<link rel="canonical" href="{REAL}">',
    "canonical beside another rel": f'<link rel="nofollow Canonical" href="{REAL}">',
    "og:url": f'<meta property="og:url" content="{REAL}">',
    "JSON-LD": '<script type="application/ld+json">' + json.dumps({"@type": "NewsArticle", "headline": TITLE, "url": REAL}) + "</script>",
}  # fmt: skip


def warc(path: Path, *records: tuple[str, bytes, str]) -> Path:
    """Writes a web archive of pages, each given as (target address, page, WARC-Date)."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for address, content, when in records:
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    address,
                    "response",
                    payload=BytesIO(content),
                    http_headers=http,
                    warc_headers_dict={"WARC-Date": when},
                )
            )
    return path


def run(*paths: Path, workers: int = 1) -> object:
    """Ingests files or folders."""
    return ingest(paths, Options(largest=1_000_000, workers=workers))


def bring(tmp_path: Path, address: str, content: bytes, when: str = "2024-03-01T00:00:00Z") -> object:
    """Ingests a web archive of one page from an address."""
    return run(warc(tmp_path / f"{len(list(tmp_path.iterdir()))}.warc.gz", (address, content, when)))


@pytest.fixture
def real(tmp_path: Path) -> Article:
    """The outlet's own page, fetched from its own address."""
    assert bring(tmp_path, REAL, page()).created == 1
    return Article.objects.get(url=REAL)


def state(article: Article) -> tuple:
    """Returns the stored values of an article that no other document may change."""
    stored = Article.objects.get(pk=article.pk)
    return stored.title, stored.body, stored.url, stored.published, stored.source_id, stored.figures.count()


@pytest.mark.parametrize("claim", CLAIMED_ADDRESSES.values(), ids=CLAIMED_ADDRESSES)
@pytest.mark.parametrize("workers", [0, 2])
def test_a_page_elsewhere_that_claims_an_address_takes_nothing(
    tmp_path: Path, real: Article, claim: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_FEWEST_FOR_WORKERS", 1)
    before = state(real)
    evil = "https://evil.example/copy"
    run(
        warc(tmp_path / "evil.warc.gz", (evil, page(FORGED, "عنوان مزور تماما", claim), "2024-05-01T00:00:00Z")),
        workers=workers,
    )
    assert state(real) == before and real.captures.count() == 1
    forged = Article.objects.get(url=evil)
    capture = forged.captures.get()
    assert (capture.fetched_address, capture.claimed_address, capture.state) == (evil, REAL, "accepted")
    # Its record shows readers both addresses. The record of the article at the claimed address does not mention it.
    record = Client().get(f"{forged.get_absolute_url()}record/").content.decode()
    assert f'جُلب من <bdi dir="ltr">{evil}</bdi>' in record and f'يذكر أن عنوانه <bdi dir="ltr">{REAL}</bdi>' in record
    assert evil not in Client().get(f"{real.get_absolute_url()}record/").content.decode()


def test_a_page_that_claims_an_address_first_does_not_keep_it_from_its_owner(tmp_path: Path) -> None:
    """This holds even for identical bytes."""
    copied = page(head=CLAIMED_ADDRESSES["canonical"])
    assert bring(tmp_path, "https://evil.example/copy", copied).created == 1
    assert bring(tmp_path, REAL, copied).created == 1
    assert Article.objects.get(url=REAL).captures.get().fetched_address == REAL
    assert Article.objects.get(url="https://evil.example/copy").captures.get().claimed_address == REAL


@pytest.mark.parametrize(
    ("base", "claimed"),
    [
        ("https://victim.example/", "https://victim.example/news/1"), ("//victim.example/a/b", "https://victim.example/news/1"),
        ("/section/", "https://x.example/news/1"),
        ("javascript:alert(1)", "https://x.example/news/1"),
    ],
)  # fmt: skip
def test_a_claim_is_read_from_the_base_of_its_page(tmp_path: Path, base: str, claimed: str) -> None:
    """Claims are resolved as browsers do: a relative link on a page with the base of another host is a claim on that
    host.
    """
    fetched = "https://x.example/copy"
    bring(tmp_path, fetched, page(head=f'<base href="{base}"><link rel="canonical" href="/news/1">'))
    article = Article.objects.get(captures__fetched_address=fetched)
    assert article.captures.get().claimed_address == claimed
    assert article.url == (claimed if claimed.startswith("https://x.example/") else fetched)


@pytest.mark.parametrize(
    ("fetched", "claimed", "url"),
    [
        ("https://m.mapnews.ma/1", REAL, REAL), ("http://www.mapnews.ma/ar/news/1?utm_source=x", "/ar/news/1", "http://www.mapnews.ma/ar/news/1"),
        ("https://two.github.io/1", "https://one.github.io/1", "https://two.github.io/1"), ("https://b.co.uk/1", "https://a.co.uk/1", "https://b.co.uk/1"),
        ("https://x.example/1", "http://[::1", "https://x.example/1"), ("https://x.example/1", "javascript:alert(1)", "https://x.example/1"),
        ("https://x.example/1", "//x.example:443/2", "https://x.example/2"),
    ],
)  # fmt: skip
def test_a_claim_counts_only_within_its_domain(tmp_path: Path, fetched: str, claimed: str, url: str) -> None:
    report = bring(tmp_path, fetched, page(head=f'<link rel="canonical" href="{claimed}">'))
    assert (report.created, report.failures) == (1, [])
    assert Article.objects.filter(url=url).exists()


def test_a_sound_claim_stands_where_another_is_malformed(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="http://[::1"><meta property="og:url" content="https://x.example/story">'
    assert bring(tmp_path, "https://x.example/?p=1", page(head=head)).created == 1
    assert (
        Article.objects.get(url="https://x.example/story").captures.get().claimed_address == "https://x.example/story"
    )


def test_a_file_keeps_its_claim_as_a_claim(tmp_path: Path, real: Article) -> None:
    before = state(real)
    (tmp_path / "upload").mkdir()
    (tmp_path / "upload" / "saved.html").write_bytes(page(FORGED, "عنوان مزور تماما", CLAIMED_ADDRESSES["canonical"]))
    assert run(tmp_path / "upload").created == 1
    assert state(real) == before
    capture = Capture.objects.get(filename="saved.html")
    assert (capture.article.url, capture.fetched_address, capture.claimed_address) == ("", "", REAL)
    record = Client().get(f"/articles/{capture.article_id}/record/").content.decode()
    assert "يذكر أن عنوانه" in record and REAL in record and "جُلب من" not in record


@pytest.mark.parametrize("is_same_file", [True, False])
def test_the_page_itself_takes_its_address_after_an_upload_claimed_it(tmp_path: Path, is_same_file: bool) -> None:
    saved = page(BODY if is_same_file else FORGED, TITLE, CLAIMED_ADDRESSES["canonical"])
    (tmp_path / "upload").mkdir()
    (tmp_path / "upload" / "saved.html").write_bytes(saved)
    run(tmp_path / "upload")
    fetched = bring(tmp_path, REAL, page(head=CLAIMED_ADDRESSES["canonical"]))
    article = Article.objects.get(url=REAL)
    assert (
        article.body.startswith("وصل 25 خبيرا")
        and article.captures.filter(fetched_address=REAL, state="accepted").exists()
    )
    assert fetched.failures == [] and Article.objects.exclude(pk=article.pk).filter(url=REAL).count() == 0
    record = Client().get(f"/articles/{article.pk}/record/").content.decode()
    assert "جُلب من" in record and REAL in record
    # Running everything again changes nothing.
    again = run(tmp_path / "upload")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)


def test_an_upload_of_the_same_words_waits_beside_a_fetched_article(tmp_path: Path, real: Article) -> None:
    before = state(real)
    (tmp_path / "upload").mkdir()
    (tmp_path / "upload" / "saved.html").write_bytes(page(head="<!-- saved -->"))
    assert run(tmp_path / "upload").updated == 1
    assert state(real) == before
    assert real.captures.get(filename="saved.html").waiting_reason == "elsewhere"


@pytest.mark.parametrize("decision", ["refused", "waiting"])
def test_a_capture_that_was_not_accepted_leads_no_later_page_to_the_article(
    tmp_path: Path, real: Article, decision: str
) -> None:
    """The address and the file name of such a capture are not the article's."""
    before, copy = state(real), f"{REAL}/print"
    bring(tmp_path, copy, page(FORGED, "عنوان آخر تماما", CLAIMED_ADDRESSES["canonical"]), "2024-05-01T00:00:00Z")
    real.captures.waiting().update(state=decision)
    assert real.captures.filter(state=decision).count() == 1
    own = page(OTHER_STORY, "قصة أخرى لا صلة لها بالملتقى")
    assert bring(tmp_path, copy, own, "2024-06-01T00:00:00Z").created == 1
    assert state(real) == before and real.captures.count() == 2
    (tmp_path / "upload").mkdir()
    for text, created in ((page(head="<!-- saved -->"), 0), (page(OTHER_STORY.replace("خمسة", "ستة"), "قصة ثالثة"), 1)):
        (tmp_path / "upload" / "saved.html").write_bytes(text)
        assert run(tmp_path / "upload").created == created
        real.captures.waiting().update(state=decision)
    assert state(real) == before and real.captures.count() == 3


def test_a_reprint_by_another_outlet_is_its_own_article(tmp_path: Path) -> None:
    """Both pages have the same words, title and file name, but each claims an outlet of its own."""
    for outlet in ("mapnews.ma", "evil.example"):
        folder = tmp_path / outlet
        folder.mkdir()
        (folder / "index.html").write_bytes(page(head=f'<link rel="canonical" href="https://{outlet}/1">'))
    assert run(tmp_path).created == 2


def test_words_of_an_upload_are_not_given_another_outlets_address(tmp_path: Path) -> None:
    (tmp_path / "saved.html").write_bytes(page(head=CLAIMED_ADDRESSES["canonical"]))
    run(tmp_path / "saved.html")
    bring(tmp_path, "https://evil.example/copy", page())
    assert Capture.objects.get(filename="saved.html").article.url == ""
    assert Article.objects.filter(url="https://evil.example/copy").exists()


@pytest.mark.parametrize("claim", ["", CLAIMED_ADDRESSES["canonical"]], ids=["claims nothing", "claims its outlet"])
@pytest.mark.parametrize("same", [True, False], ids=["the same bytes", "the same words"])
def test_a_copy_elsewhere_neither_takes_over_a_file_nor_changes_it_later(
    tmp_path: Path, claim: str, same: bool
) -> None:
    (tmp_path / "brought.html").write_bytes(page(head=claim))
    run(tmp_path / "brought.html")
    article = Article.objects.get(title=TITLE)
    before = state(article)
    copycat = "https://copycat.example/stolen"
    assert bring(tmp_path, copycat, page(head=claim if same else "<!-- copied -->")).created == 1
    bring(tmp_path, copycat, page(BODY + " وأضاف أن 999998 مهاجرا فروا من المخيم."), "2026-03-01T00:00:00Z")
    assert state(article) == before and article.url == ""
    assert article.captures.count() == 1
    assert "999998" in Article.objects.get(url=copycat).body


def test_the_scheme_of_a_record_may_be_written_in_capital_letters(tmp_path: Path) -> None:
    assert bring(tmp_path, "HTTPS://WWW.MAPNEWS.MA/ar/news/1", page()).created == 1
    assert bring(tmp_path, "Http://mixed.example/2", page(FORGED, "عنوان آخر تماما")).created == 1
    assert set(Article.objects.filter(url__in=[REAL, "http://mixed.example/2"]).values_list("title", flat=True)) == {
        TITLE, "عنوان آخر تماما",
    }  # fmt: skip


def test_a_text_under_an_outlets_name_is_not_given_another_outlets_address(tmp_path: Path) -> None:
    source = Source.objects.create(name="وكالة الزمرد", domains=["zumurrud.example"])
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"title": TITLE, "body": BODY, "source": source.name}), encoding="utf-8")
    run(rows)
    bring(tmp_path, "https://evil.example/copy", page())
    assert Article.objects.get(source=source).url == ""


def test_a_page_is_not_believed_about_the_outlets_name(tmp_path: Path) -> None:
    source = Source.objects.create(name="وكالة الزمرد", domains=["zumurrud.example"])
    head = f'<meta property="og:site_name" content="{source.name}">'
    bring(tmp_path, "https://evil.example/copy", page(FORGED, head=head))
    bring(tmp_path, "https://www.zumurrud.example/1", page(head=head))
    assert Article.objects.get(url="https://evil.example/copy").source is None
    assert Article.objects.get(url="https://www.zumurrud.example/1").source == source


def test_another_text_at_the_same_address_waits_for_an_editor(tmp_path: Path, real: Article) -> None:
    before = state(real)
    assert bring(tmp_path, REAL, page(FORGED, "عنوان آخر"), "2024-05-01T00:00:00Z").updated == 1
    assert state(real) == before
    capture = real.captures.get(state="waiting")
    assert capture.waiting_reason == "unlike"
    # Readers see neither the capture nor its digest.
    client = Client()
    for address in (f"/articles/{real.pk}/", f"/articles/{real.pk}/record/", f"/api/v1/articles/{real.pk}"):
        assert capture.sha256 not in client.get(address).content.decode()
    for address in (
        f"/articles/{real.pk}/captures/{capture.sha256}/",
        f"/articles/{real.pk}/captures/{capture.sha256}/view/",
    ):
        assert client.get(address).status_code == 404
    out = StringIO()
    call_command("export", "articles", "--format", "jsonl", stdout=out)
    assert capture.sha256 not in out.getvalue()
    # The same bytes are recognised, and the page as it was before is an ordinary capture.
    assert bring(tmp_path, REAL, page(FORGED, "عنوان آخر"), "2024-06-01T00:00:00Z").unchanged == 1
    bring(tmp_path, REAL, page(BODY.replace("25", "27")), "2024-07-01T00:00:00Z")
    assert "27 خبيرا" in Article.objects.get(pk=real.pk).body


@pytest.mark.parametrize(
    "text", [BODY.split(".")[0] + ".", BODY + " " + FORGED + " " + FORGED.replace("اليوم", "أمس")], ids=["cut to a sentence", "grown by foreign text"]
)  # fmt: skip
def test_a_text_that_was_cut_or_flooded_waits(tmp_path: Path, real: Article, text: str) -> None:
    before = state(real)
    bring(tmp_path, REAL, page(text), "2024-05-01T00:00:00Z")
    assert state(real) == before and real.captures.filter(state="waiting").count() == 1


def test_a_row_that_names_an_articles_address_cannot_exchange_its_text(tmp_path: Path, real: Article) -> None:
    before = state(real)
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        json.dumps({"title": "عنوان مزور", "body": FORGED, "url": REAL.replace("https://www", "HTTPS://WWW")}),
        encoding="utf-8",
    )
    run(rows)
    assert state(real) == before and real.captures.get(state="waiting").waiting_reason == "unlike"


def test_one_canonical_link_on_all_pages_of_a_site_does_not_make_them_one_text(tmp_path: Path) -> None:
    home = '<link rel="canonical" href="https://x.example/">'
    bring(tmp_path, "https://x.example/1", page(head=home))
    bring(tmp_path, "https://x.example/2", page(FORGED, "عنوان آخر", home), "2024-05-01T00:00:00Z")
    article = Article.objects.get(url="https://x.example/")
    assert article.body.startswith("وصل 25 خبيرا") and article.captures.filter(state="waiting").count() == 1


def test_an_older_capture_changes_neither_text_nor_stated_date(tmp_path: Path) -> None:
    dated = '<meta property="article:published_time" content="2024-02-28T10:00:00Z">'
    bring(tmp_path, REAL, page(head=dated), "2024-03-01T00:00:00Z")
    article = Article.objects.get(url=REAL)
    before = state(article)
    bring(tmp_path, REAL, page(BODY.replace("25", "24")), "2024-02-29T00:00:00Z")
    assert state(article) == before and article.captures.count() == 2


def test_what_an_editor_wrote_outlives_new_captures(
    tmp_path: Path, real: Article, django_user_model: type[User]
) -> None:
    editor = django_user_model.objects.create_user("muharrir")
    with operation(user=editor.pk, what="تعديل"):
        article = Article.objects.get(pk=real.pk)
        article.figures.all().delete()
        article.mentions.all().delete()
        article.body = article.body.replace("25 خبيرا", "خمسة وعشرون خبيرا")
        article.save()
    before = state(real)
    bring(tmp_path, REAL, page(BODY.replace("25", "27")), "2024-05-01T00:00:00Z")
    assert state(real) == before and real.captures.get(state="waiting").waiting_reason == "edited"


# Spellings of addresses, for every way of input.


def test_spellings_of_an_address_are_one_article(tmp_path: Path) -> None:
    for number, address in enumerate(
        (
            "http://h.example/أخبار",
            "http://h.example/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1",
            "http://H.example:80/أخبار?utm_source=a",
        )
    ):
        bring(tmp_path, address, page(BODY.replace("25", str(25 + number))), f"2024-03-0{number + 1}T00:00:00Z")
    row = {"title": TITLE, "body": BODY.replace("25", "30"), "url": "http://h.example/أخبار#top"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    run(tmp_path / "rows.jsonl")
    article = Article.objects.get(url="http://h.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1")
    assert article.captures.count() == 4 and "30 خبيرا" in article.body


def test_a_malformed_address_is_told_in_one_line_and_stops_nothing(tmp_path: Path) -> None:
    warc(
        tmp_path / "a.warc.gz",
        ("http://[::1", page(FORGED), "2024-03-01T00:00:00Z"),
        (REAL, page(), "2024-03-01T00:00:00Z"),
    )
    rows = [
        {"title": TITLE, "body": FORGED, "url": url}
        for url in ("http://[::1", "ftp://a.example/", "http://a..example/")
    ]
    rows.append({"title": "عنوان الأخير", "body": FORGED, "url": "http://b.example/1"})
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "ingest",
            str(tmp_path),
            "http://[::1",
            "https://a b/",
            "http://h:99999/",
            "--workers",
            "2",
            stdout=out,
            stderr=err,
        )
    assert out.getvalue().startswith("2 created, 0 updated, 0 unchanged, 7 failed")
    lines = [line for line in err.getvalue().splitlines() if "is not a web address" in line]
    assert len(lines) == 7
    assert any("a.warc.gz: record at offset 0" in line for line in lines)
    assert [f"rows.jsonl: line {number}" in err.getvalue() for number in (1, 2, 3, 4)] == [True, True, True, False]


def test_a_revisit_is_known_under_any_spelling(tmp_path: Path) -> None:
    bring(tmp_path, "http://h.example/أخبار", page())
    path = tmp_path / "revisit.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for address in ("http://H.example:80/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1", "http://[::1"):
            http = StatusAndHeaders("304 Not Modified", [], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_revisit_record(address, "sha1:A", address, "2024-03-01T00:00:00Z", http_headers=http)
            )
    report = run(path)
    assert report.unchanged == 1 and len(report.failures) == 1 and "not a web address" in report.failures[0].reason


class Handler(BaseHTTPRequestHandler):
    """A site that serves its pages by their encoded paths, and records every request with its Host."""

    requests: list[tuple[str, str]] = []
    moves: dict[str, bytes] = {}
    head = ""
    robots = b"User-agent: *\nDisallow: //[::1\nDisallow: http://[/\nDisallow: /private\n"

    def do_GET(self) -> None:
        self.requests.append((self.headers["Host"], self.path))
        if self.path == "/robots.txt":
            return self.answer(200, self.robots)
        if self.path in self.moves:
            self.wfile.write(
                b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + self.moves[self.path] + b"\r\n\r\n"
            )
            return None
        return self.answer(200, page(head=self.head))

    def answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(settings: object) -> Iterator[type[Handler]]:
    """The running site, with its port and its recorded requests."""
    settings.ARCHIVE_FETCH_PRIVATE = True
    handler = type("Site", (Handler,), {"requests": [], "moves": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    handler.port = server.server_port
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, site: type[Handler]) -> Callable[..., list[str]]:
    """Resolves host names to an address each, as a name server would; returns the names that were looked up."""
    looked_up: list[str] = []
    ask = fetching.socket.getaddrinfo

    def give(ip: str = "127.0.0.1") -> list[str]:
        def answer(host: str, port: int, *args: object, **options: object) -> list:
            if host[:1].isdigit():
                return ask(host, port, *args, **options)
            looked_up.append(host)
            return [(2, 1, 6, "", (ip, port))]

        monkeypatch.setattr(fetching.socket, "getaddrinfo", answer)
        return looked_up

    return give


def ingest_address(address: str) -> tuple[str, str]:
    """Runs the ingest command on an address, and returns its output and its errors."""
    out, err = StringIO(), StringIO()
    with contextlib.suppress(SystemExit):
        call_command("ingest", address, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_host_in_arabic_letters_is_fetched(site: type[Handler], named: Callable[..., list[str]]) -> None:
    looked_up = named()
    out, err = ingest_address(f"http://موقع.مصر:{site.port}/أخبار/خبر جديد")
    assert out.startswith("1 created"), err
    ascii_host = f"xn--4gbrim.xn--wgbh1c:{site.port}"
    path = "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/%D8%AE%D8%A8%D8%B1%20%D8%AC%D8%AF%D9%8A%D8%AF"
    assert site.requests[-1] == (ascii_host, path) and set(looked_up) == {"xn--4gbrim.xn--wgbh1c"}
    article = Article.objects.get(url=f"http://{ascii_host}{path}")
    assert "موقع.مصر" in Client().get(f"/articles/{article.pk}/record/").content.decode()


def test_a_host_in_arabic_letters_that_points_inside_is_refused(
    site: type[Handler], named: Callable[..., list[str]], settings: object
) -> None:
    settings.ARCHIVE_FETCH_PRIVATE = False
    named("127.0.0.1")
    for host in ("موقع.مصر", "xn--4gbrim.xn--wgbh1c"):
        _, err = ingest_address(f"http://{host}:{site.port}/")
        assert "is not a public address" in err and site.requests == []


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/أخبار".encode(), "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"), (b"/a b?c=\xd8\xa3", "/a%20b?c=%D8%A3"), (b"/\xc7\xe1", "/%C7%E1"),
        (b"story/../x", "/x"), ("//موقع.مصر:PORT/x".encode(), "/x"),
    ],
)  # fmt: skip
def test_redirects_to_letters_and_spaces_are_followed(
    site: type[Handler], named: Callable[..., list[str]], location: bytes, target: str
) -> None:
    named()
    site.moves["/moved"] = location.replace(b"PORT", str(site.port).encode())
    out, err = ingest_address(f"http://news.example:{site.port}/moved")
    assert out.startswith("1 created"), err
    assert site.requests[-1][1] == target


@pytest.mark.parametrize(
    "location", [b"http://[::1", b"http://", b"http://a..b/", b"https://h:99999/", b"//[", b"\xff\xfe://x"]
)
def test_a_redirect_to_what_is_no_address_is_refused_in_one_line(
    site: type[Handler], named: Callable[..., list[str]], location: bytes
) -> None:
    named()
    site.moves["/moved"] = location
    out, err = ingest_address(f"http://news.example:{site.port}/moved")
    if location.startswith(b"\xff"):  # it is handled as any other path
        assert out.startswith("1 created"), err
    else:
        assert "0 created" in out and err.count("\n") == 1 and "redirects to" in err


def test_a_redirect_that_only_adds_tracking_is_followed_and_not_recorded(
    site: type[Handler], named: Callable[..., list[str]]
) -> None:
    named()
    site.moves["/moved"] = b"/moved?utm_source=home"
    out, err = ingest_address(f"http://news.example:{site.port}/moved")
    assert out.startswith("1 created"), err
    assert Article.objects.filter(url=f"http://news.example:{site.port}/moved").exists()


def test_a_fetched_page_takes_no_address_of_another_host(
    site: type[Handler], named: Callable[..., list[str]], tmp_path: Path, real: Article
) -> None:
    named()
    before = state(real)
    site.head = CLAIMED_ADDRESSES["canonical"]
    ingest_address(f"http://evil.example:{site.port}/story")
    assert state(real) == before and Article.objects.filter(url=f"http://evil.example:{site.port}/story").exists()


def test_an_editors_upload_takes_no_address(
    admin_client: Client, settings: object, tmp_path: Path, real: Article
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "deliveries": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "kept"},
        }
    }
    before = state(real)
    file = SimpleUploadedFile("saved.html", page(FORGED, "عنوان مزور تماما", CLAIMED_ADDRESSES["og:url"]))
    admin_client.post("/admin/deliver/", {"files": file, "format": "auto", "addresses": ""})
    take_in(Delivery.objects.get().pk)
    assert state(real) == before and Capture.objects.get(filename="saved.html").article.url == ""
    refused = admin_client.post("/admin/deliver/", {"addresses": "http://[::1", "format": "auto"}).content.decode()
    assert "السطر 1 ليس رابط صفحة" in refused and Delivery.objects.count() == 1


# Addresses that are stored already.


def test_check_archive_tells_addresses_that_collide_and_mends_those_that_do_not(
    make_article: Callable[..., Article],
) -> None:
    first = make_article("الأول", url="http://h.example/%D8%A3")
    second = make_article("الثاني", url="http://H.example:80/أ")
    alone = make_article("وحده", url="http://h.example/ب#top")
    broken = make_article("مكسور", url="http://[::1")
    capture = Capture.objects.create(article=alone, sha256="0" * 64, size=1, media_type="text/html", address="http://H.example/ب", captured_at="2024-01-01T00:00:00Z")  # fmt: skip
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_archive", "--without-digests", stdout=StringIO(), stderr=err)
    messages = err.getvalue()
    assert f"articles {first.pk}, {second.pk} have one address in different spellings" in messages
    assert f"article {alone.pk}: http://h.example/ب#top should be spelled http://h.example/%D8%A8" in messages
    assert f"article {broken.pk}: “http://[::1” is not a web address" in messages
    with pytest.raises(SystemExit):
        call_command("check_archive", "--without-digests", "--repair", stdout=StringIO(), stderr=StringIO())
    urls = dict(Article.objects.filter(pk__in=[first.pk, second.pk, alone.pk, broken.pk]).values_list("pk", "url"))
    assert urls == {
        first.pk: first.url,
        second.pk: second.url,
        alone.pk: "http://h.example/%D8%A8",
        broken.pk: broken.url,
    }
    capture.refresh_from_db()
    assert capture.address == "http://h.example/%D8%A8"


@pytest.mark.parametrize("stored", ["http://h.example/%d8%a3", "http://h.example/أ", "http://h.example/%D8%A3"])
def test_an_article_of_an_older_version_is_known_by_the_spelling_it_had(
    make_article: Callable[..., Article], tmp_path: Path, stored: str
) -> None:
    article = make_article(TITLE, BODY, url=stored)
    assert bring(tmp_path, "http://h.example/أ", page(BODY.replace("25", "27"))).updated == 1
    assert "27 خبيرا" in Article.objects.get(pk=article.pk).body


def test_a_stored_address_that_is_malformed_stops_no_page_and_no_export(
    make_article: Callable[..., Article], tmp_path: Path
) -> None:
    article = make_article("مكسور", url="http://[::1")
    content = page()
    sha256 = hashlib.sha256(content).hexdigest()
    Capture.objects.keep_bytes(sha256, pack(content))
    Capture.objects.create(article=article, sha256=sha256, size=len(content), media_type="text/html", address="http://[::1", fetched_address="http://[::1", claimed_address="http://[", captured_at="2024-01-01T00:00:00Z")  # fmt: skip
    client = Client()
    for address in (
        f"/articles/{article.pk}/",
        f"/articles/{article.pk}/record/",
        f"/api/v1/articles/{article.pk}",
        f"/articles/{article.pk}/cite.bib",
    ):
        assert client.get(address).status_code == 200
    for format_name in ("warc", "wacz"):
        call_command(
            "export", "--format", format_name, "--output", str(tmp_path / f"out.{format_name}"), stderr=StringIO()
        )
    for format_name in ("jsonl", "csv"):
        call_command("export", "articles", "--format", format_name, stdout=StringIO())


def test_a_sources_domain_is_found_by_any_spelling() -> None:
    source = Source.objects.create(name="موقع الضاد", domains=["Https://www.موقع.مصر/"])
    assert source.domains == ["xn--4gbrim.xn--wgbh1c"]
    assert Source.objects.by_domain("أخبار.موقع.مصر") == Source.objects.by_domain("www.xn--4gbrim.xn--wgbh1c") == source
    assert Source.objects.by_domain("[::1") is None


def notes_of(report: Report, field: str) -> list[tuple[str, str]]:
    """Returns (the delivered value, what became of it) for each note on a field."""
    return [(note.given, str(note.taken)) for note in report.noted.places if note.field == field]


@pytest.mark.parametrize("claim", ["canonical", "og:url", "JSON-LD"])
def test_a_claim_that_is_not_taken_as_the_address_is_told(claim: str, tmp_path: Path) -> None:
    """The claim of a file and of a page from another domain is reported; that of a page from its own address is not."""
    head = CLAIMED_ADDRESSES[claim]
    (tmp_path / "page.html").write_bytes(page(head=head))
    ((value, reason),) = notes_of(run(tmp_path / "page.html"), "url")
    assert value == REAL and "nothing shows that its file came from there" in reason
    elsewhere = bring(tmp_path, "https://evil.example/other", page(FORGED, "عنوان آخر تماما", head))
    ((value, reason),) = notes_of(elsewhere, "url")
    assert value == REAL and "was fetched from another domain" in reason
    assert notes_of(bring(tmp_path, REAL, page(BODY, "عنوان ثالث", head)), "url") == []


def test_a_source_kept_under_another_domain_is_told_as_such(tmp_path: Path) -> None:
    Source.objects.create(name="صحيفة الشروق الجديدة", domains=["shorouk.example"])
    head = '<meta property="og:site_name" content="{}">'
    report = bring(tmp_path, "https://evil.example/copy", page(FORGED, head=head.format("صحيفة الشروق الجديدة")))
    ((value, reason),) = notes_of(report, "source")
    assert value == "صحيفة الشروق الجديدة"
    assert reason == "a source of that name is kept under other domains than evil.example; it was not taken"
    unknown = bring(
        tmp_path, "https://evil.example/b", page(FORGED, "عنوان ثان", head=head.format("صحيفة لا يعرفها أحد"))
    )
    assert notes_of(unknown, "source")[0][1] == "no such source is kept; the article has none"
    own = bring(tmp_path, "https://shorouk.example/c", page(head=head.format("صحيفة الشروق الجديدة")))
    assert notes_of(own, "source") == []
