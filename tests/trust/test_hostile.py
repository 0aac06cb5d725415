"""Hostile text stays text: whatever an article, a name, a file or an address contains, no page runs it and no page
fails.
"""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO, StringIO
from pathlib import Path

import html5lib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from lxml import etree

from articles.ingest.run import Options, ingest
from articles.models import (
    Actor,
    ActorKind,
    Alias,
    Article,
    Capture,
    Coverage,
    Delivery,
    Event,
    EventSeries,
    Figure,
    Measure,
    Mention,
    Source,
)
from articles.models.capture import pack
from tests.admin.conftest import account

pytestmark = pytest.mark.django_db

ATTACKS = [
    "<script>document.body.innerHTML='<pwned>'</script>", "<pwned>", "</title><pwned>", "</script><pwned>", "<!--<pwned>",
    '"><pwned a="', "' onmouseover='pwned", '" onfocus="pwned" autofocus="', "<img src=x onerror=pwned>", "<svg/onload=pwned>",
    "<a href=javascript:pwned>", "javascript:pwned", "{{ pwned }}{% include 'pwned' %}", "]]><pwned/>", "&lt;pwned&gt;", "<pwned\u2028>",
    "\u202e<pwned>\u202c", "<ﬆyle>@import 'x'</style>", "\ue000\ue001<pwned>\ue002", "%3Cpwned%3E", "=HYPERLINK(\"http://x\")", "';DROP TABLE articles_article;--",
    "${7*7}", "../../../../etc/passwd", "\r\nSet-Cookie: pwned=1", "<math><mtext></p><pwned>", "<iframe srcdoc='<pwned>'>", "ا" * 500,
]  # fmt: skip


def assert_harmless(page: bytes) -> None:
    """Asserts that every element and attribute is the archive's own, and that no address runs a script."""
    document = html5lib.parse(page.decode(), namespaceHTMLElements=False)
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in {"pwned", "iframe", "math", "base", "object", "embed"}, element.tag
        for name, value in element.attrib.items():
            assert not str(name).startswith("on") and name not in {"autofocus", "srcdoc", "style"}, (element.tag, name)
            if name in {"href", "src", "action", "formaction"}:
                assert not value.strip().lower().startswith(("javascript:", "data:", "vbscript:")), value
        if element.tag == "script":
            assert element.get("src") or element.get("type") == "application/ld+json", "".join(element.itertext())[:80]
            if not element.get("src"):
                json.loads("".join(element.itertext()))
        assert element.tag != "style"


@pytest.fixture
def attacked(make_article: Callable[..., Article], request: pytest.FixtureRequest) -> Article:
    """An article and its facts, actors and events, with the attack in every text."""
    attack = request.param
    short = attack[:100]
    source = Source.objects.create(name=f"{short} صحيفة", country=attack[:50])
    article = make_article(
        f"خبر {short}", f"قال {attack} إن 12 خبيرا وصلوا.\n\n{attack}", author=short, section=short[:90], source=source,
        url="https://example.org/?" + short,
    )  # fmt: skip
    actor = Actor.objects.create(name=f"هيئة {short}", kind=ActorKind.CIVIL, description=attack, country=short[:50])
    Alias.objects.create(actor=actor, name=f"اسم {short}", kind="spelling")
    series = EventSeries.objects.create(name=f"سلسلة {short}")
    event = Event.objects.create(
        kind="conference", title=f"مؤتمر {short}", place=short, description=attack, series=series
    )
    measure = Measure.objects.create(label=f"مقياس {short}")
    Mention.objects.create(article=article, actor=actor, spans=[[0, 3]], quotes=["قال"], role=short)
    Coverage.objects.create(article=article, event=event)
    start = article.body.index("12")
    Figure.objects.create(
        article=article, value=12, unit=f"خبير {short[:90]}", quote="12", start=start, end=start + 2, measure=measure, event=event,
        about=short[:90],
    )  # fmt: skip
    Capture.objects.keep_bytes(digest := "0" * 64, b"")
    Capture.objects.create(
        article=article, sha256=digest, size=1, media_type="text/html", filename=short, address=attack, captured_at="2024-01-01T00:00Z"
    )  # fmt: skip
    return article


@pytest.mark.parametrize("attacked", ATTACKS, indirect=True)
def test_text_is_shown_as_text(client: Client, attacked: Article) -> None:
    actor, event, figure = Actor.objects.latest("pk"), Event.objects.latest("pk"), Figure.objects.latest("pk")
    own = attacked.get_absolute_url()
    for address in (
        own, f"{own}record/", actor.get_absolute_url(), event.get_absolute_url(), attacked.source.get_absolute_url(), "/", "/articles/",
        "/actors/", "/events/", "/sources/", f"/figures/?measure={figure.measure_id}", f"/en{own}", f"/en{event.get_absolute_url()}",
    ):  # fmt: skip
        response = client.get(address)
        assert response.status_code == 200, address
        assert_harmless(response.content)
    for address in (
        "/feeds/",
        f"/feeds/actors/{actor.pk}/",
        "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
        "/sitemaps/articles.xml",
    ):
        etree.fromstring(client.get(address).content)
    row = client.get(f"/api/v1/articles/{attacked.pk}").json()
    assert row["title"] == attacked.title and row["body"] == attacked.body
    for format_name in ("bib", "ris", "json", "txt"):
        response = client.get(f"{own}cite.{format_name}")
        assert response.status_code in (200, 404) and "Set-Cookie" not in response.headers
    table = b"".join(client.get("/export/articles.csv").streaming_content).decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(table)) for cell in row]
    assert len(cells) > 20 and not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@pytest.mark.parametrize("attacked", ATTACKS[:12], indirect=True)
def test_the_desk_shows_it_as_text(admin_client: Client, attacked: Article) -> None:
    for address in (
        "/admin/articles/article/", f"/admin/articles/article/{attacked.pk}/change/", f"/admin/articles/article/{attacked.pk}/cleaning/",
        "/admin/articles/actor/", f"/admin/articles/actor/{Actor.objects.latest('pk').pk}/change/", "/admin/articles/event/",
        "/admin/articles/figure/", "/admin/",
    ):  # fmt: skip
        page = admin_client.get(address).content.decode()
        assert "<pwned" not in page and "onerror=pwned>" not in page and ' onfocus="pwned' not in page, address


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_typed_is_shown_as_text(client: Client, attack: str) -> None:
    for address, name in (
        ("/search/", "q"),
        ("/actors/", "q"),
        ("/search/", "sort"),
        ("/figures/", "measure"),
        ("/appearance/", "next"),
    ):
        response = client.get(address, {name: attack})
        assert response.status_code == 200
        assert_harmless(response.content)
    page = client.get(f"/{attack.replace('/', '')}")
    assert page.status_code == 404
    assert_harmless(page.content)
    assert client.get("/api/v1/search", {"q": attack}).headers["Content-Type"].startswith("application/json")


PAGE = "<html><head><title>صفحة</title></head><body><p>نص طويل عن أمن الحدود في المدينة وفيه كلمات كثيرة.</p><script>pwned()</script></body></html>"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" onload="pwned()"><script>pwned()</script></svg>'


@pytest.mark.parametrize(
    "content", [PAGE, DRAWING, "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"]
)
def test_an_original_is_a_download_that_runs_nothing(
    client: Client, make_article: Callable[..., Article], content: str
) -> None:
    article = make_article()
    digest = sha256(content.encode()).hexdigest()
    Capture.objects.keep_bytes(digest, pack(content.encode()))
    Capture.objects.create(
        article=article, sha256=digest, size=len(content.encode()), media_type="text/html", filename="x.html\r\nX: y", captured_at="2024-01-01T00:00Z"
    )  # fmt: skip
    address = f"{article.get_absolute_url()}captures/{digest}/"
    response = client.get(address)
    assert response.content.decode() == content
    assert response["Content-Type"] == "application/octet-stream" and response["X-Content-Type-Options"] == "nosniff"
    assert (
        response["Content-Disposition"].startswith("attachment")
        and response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    )
    assert_harmless(client.get(f"{address}view/").content)


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/cron.d/x.txt",
        "..\\..\\x.txt",
        "<pwned>.txt",
        "a\x00b.txt",
        "\u202etxt.exe.txt",
        "ا" * 300 + ".txt",
        "con.txt",
        ".txt",
    ],
)
def test_a_files_name_leads_nowhere(admin_client: Client, name: str, settings: object, tmp_path: Path) -> None:
    settings.STORAGES = settings.STORAGES | {
        "deliveries": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "in"},
        }
    }
    upload = SimpleUploadedFile("x.txt", "خبر من المدينة عن أمن الحدود.".encode())
    upload.name, upload._name = name, name
    page = admin_client.post("/admin/deliver/", {"files": upload, "format": "auto"}, follow=True)
    assert page.status_code == 200 and b"<pwned>" not in page.content
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(tmp_path / "in")]
    assert not outside
    assert all(
        (tmp_path / "in" / delivery.stored_as).resolve().is_relative_to(tmp_path / "in")
        for delivery in Delivery.objects.all()
    )


def bombs(folder: Path) -> Iterator[Path]:
    """Small files that become huge when they are opened, or that no program can open."""
    for name, member in (
        ("a.wacz", "archive/data.warc"),
        ("b.wacz", "../../evil.warc"),
        ("c.wacz", "pages/pages.jsonl"),
    ):
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr(member, b"\0" * 60_000_000)
        (folder / name).write_bytes(packed.getvalue())
        yield folder / name
    (folder / "deep.html").write_bytes(b"<div>" * 200_000)
    yield folder / "deep.html"
    (folder / "entities.html").write_text(
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(
            f"<!ENTITY {chr(98 + n)} '&{chr(97 + n)};&{chr(97 + n)};&{chr(97 + n)};&{chr(97 + n)};'>" for n in range(20)
        )
        + "]><p>&u;</p>"
    )
    yield folder / "entities.html"


def test_bombs_are_refused_one_line_each(tmp_path: Path) -> None:
    for path in bombs(tmp_path):
        report = ingest([path], Options(largest=5_000_000, workers=0))
        assert report.created == 0 and len(report.failures) == 1, path
        assert "\n" not in report.failures[0].reason and len(report.failures[0].reason) < 500
    assert not (tmp_path.parent / "evil.warc").exists()


@examples(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(st.characters(codec="utf-8"), max_size=80), body=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300),
    author=st.text(max_size=20), url=st.sampled_from(["", "https://example.org/ا?<b>", "https://[::1]/", "http://x/'\""]),
)  # fmt: skip
def test_any_text_is_stored_and_shown_or_refused(
    client: Client, tmp_path: Path, title: str, body: str, author: str, url: str
) -> None:
    path = tmp_path / "any.jsonl"
    row = {"title": title, "body": body, "author": author, "url": url}
    path.write_text(json.dumps(row), encoding="utf-8")
    report = ingest([path], Options(largest=1_000_000, workers=0))
    assert report.done + len(report.failures) == 1
    if report.last:
        response = client.get(f"/articles/{report.last[0]}/")
        assert response.status_code in (200, 404)
        assert_harmless(response.content)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/v1/articles", "{}"), ("/api/v1/search", "q=x"), ("/export/articles.csv", "x"), ("/oai/", "verb=" + "x" * 5000),
        ("/search/", "q=x"), ("/articles/1/", "x"), ("/admin/articles/article/add/", "title=x"), ("/admin/deliver/", "files=x"),
    ],
)  # fmt: skip
def test_what_is_sent_to_readers_pages_changes_nothing(client: Client, path: str, sent: str) -> None:
    before = Article.objects.count()
    for method in ("post", "put", "patch", "delete"):
        response = getattr(Client(enforce_csrf_checks=True), method)(
            path, sent, content_type="application/x-www-form-urlencoded"
        )
        assert response.status_code in (200, 302, 400, 403, 404, 405), (path, method)
    assert Article.objects.count() == before


def test_an_account_without_rights_gets_nowhere(roles: None) -> None:
    client = Client()
    client.force_login(account("zair"))
    for address in ("/admin/articles/article/", "/admin/deliver/", "/admin/auth/user/", "/admin/articles/actor/merge/"):
        assert client.get(address).status_code in (302, 403, 404), address
