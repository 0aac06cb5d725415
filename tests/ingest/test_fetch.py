"""Fetching pages by address from a server on this machine, which only these tests permit."""

import contextlib
import gzip
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import call_command

from articles.ingest import fetch as fetching
from articles.ingest.deliveries import take_in
from articles.ingest.document import UnreadableError
from articles.ingest.fetch import fetch
from articles.models import Article, Delivery

BODY = "<p>وصل 25 خبيرا إلى المدينة للمشاركة في ورشة عمل حول أمن الموانئ.</p><p>وتستمر الورشة ثلاثة أيام.</p>"
PAGE = f"<html><head><title>خبر الورشة وأمن الموانئ في الجنوب</title></head><body><article>{BODY}</article></body></html>".encode()


class Handler(BaseHTTPRequestHandler):
    """A site with pages, redirects and errors."""

    def do_GET(self) -> None:
        answers = {
            "/robots.txt": (200, "text/plain", b"User-agent: *\nDisallow: /private/\n"),
            "/story": (200, "text/html; charset=utf-8", PAGE),
            "/private/story": (200, "text/html", PAGE),
            "/picture": (200, "image/png", b"png"),
            "/large": (200, "text/html", b"x" * 300_000),
        }
        moves = {
            "/moved": "/story",
            "/loop": "/loop",
            "/inside": "http://169.254.169.254/latest/",
            "/file": "file:///etc/passwd",
        }
        if self.path in moves:
            self.send_response(302)
            self.send_header("Location", moves[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path.startswith("/before-"):
            for code in self.path.removeprefix("/before-").split("-"):
                self.wfile.write(f"HTTP/1.1 {code} Early\r\nLink: </style.css>; rel=preload\r\n\r\n".encode())
            self.path = "/story"
        if self.path == "/dripping":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"<p>")
                    time.sleep(0.2)
            return
        packed = {"/packed": gzip.compress(PAGE), "/bomb": gzip.compress(b"\0" * 80_000_000)}
        if self.path in packed:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            with contextlib.suppress(OSError):
                for start in range(0, len(packed[self.path]), 7):
                    self.wfile.write(packed[self.path][start : start + 7])
            return
        status, kind, body = answers.get(self.path, (404, "text/html", b"none"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(settings: object) -> Iterator[str]:
    """The address of the site, which runs in a thread."""
    settings.ARCHIVE_FETCH_PRIVATE = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_is_fetched_as_it_is(site: str) -> None:
    item = fetch(f"{site}/story")
    assert (item.content, item.media_type, item.encoding, item.address) == (PAGE, "text/html", "utf-8", f"{site}/story")


def test_redirects_are_followed_to_the_address_that_answered(site: str) -> None:
    assert fetch(f"{site}/moved").address == f"{site}/story"


@pytest.mark.parametrize("before", ["103", "100", "102", "100-103-103", "102-100"])
def test_answers_before_the_final_one_are_skipped(site: str, before: str) -> None:
    item = fetch(f"{site}/before-{before}")
    assert (item.content, item.media_type, item.encoding) == (PAGE, "text/html", "utf-8")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/private/story", "robots.txt"), ("/picture", "image/png"), ("/missing", "status 404"), ("/loop", "redirects more than"),
        ("/file", "not a web address"),
    ],
)  # fmt: skip
def test_what_is_no_page_for_us_is_refused_with_a_reason(site: str, path: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        fetch(site + path)


def test_a_page_may_not_be_larger_than_allowed(site: str, settings: object) -> None:
    settings.ARCHIVE_LARGEST_FILE = 100_000
    with pytest.raises(UnreadableError, match="larger than 100,000"):
        fetch(f"{site}/large")


def test_a_slow_page_is_given_up(site: str, settings: object) -> None:
    settings.ARCHIVE_FETCH_SECONDS = -1
    with pytest.raises(UnreadableError, match="longer than|too long"):
        fetch(f"{site}/story")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://localhost/", "http://10.1.2.3/", "http://192.168.1.1/", "http://169.254.169.254/latest/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[fd00::1]/", "http://0.0.0.0/", "http://2130706433/",
        "http://100.64.0.1/", "http://224.0.0.1/", "http://[::]/", "http://[::7f00:1]/", "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/", "http://[::ffff:0:7f00:1]/",
        "http://[fe80::1%25lo]/", "http://[fec0::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://127.1/", "http://017700000001/", "http://localhost.localdomain/", "http://ip6-localhost/", "http://127.0.0.1.:80/",
        "http://user:pass@127.0.0.1/", "http://example.org@127.0.0.1/", "http://127.0.0.1#@example.org/", "http://①②⑦.⓪.⓪.①/",
    ],
)  # fmt: skip
def test_no_address_inside_is_ever_asked(address: str) -> None:
    with pytest.raises(UnreadableError, match="not a public address|no address on the internet"):
        fetch(address)


def test_a_name_that_points_inside_is_refused_and_the_address_checked_is_the_one_asked(
    site: str, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    port, lookups = int(site.rpartition(":")[2]), []

    def answers(*ips: str) -> None:
        """Sets the addresses that the name resolves to: one for the first look-up and one for all later ones, like a
        name server that changes its mind.
        """
        monkeypatch.setattr(
            fetching.socket,
            "getaddrinfo",
            lambda *_, **__: lookups.append(1) or [(2, 1, 6, "", (ips[min(len(lookups), len(ips)) - 1], port))],
        )

    settings.ARCHIVE_FETCH_PRIVATE = False
    for inside in ("127.0.0.1", "10.0.0.7", "::1", "64:ff9b::7f00:1"):
        answers(inside)
        with pytest.raises(UnreadableError, match="not a public address"):
            fetch(f"http://news.example:{port}/story")
    # The name is public when it is checked and private a moment later. It is refused, because each connection goes to
    # an address that was itself checked.
    lookups.clear()
    answers("93.184.216.34", "127.0.0.1")
    with pytest.raises(UnreadableError, match="not a public address"):
        fetch(f"http://news.example:{port}/story")


@pytest.mark.parametrize(
    "ip",
    [
        "192.0.0.8", "192.0.0.170", "192.88.99.1", "192.0.2.1", "233.252.0.1", "168.63.129.16", "169.254.169.254", "198.18.0.1", "240.0.0.1",
        "100.64.0.1", "192.31.196.1", "3fff::1", "3fff:fff::1", "100:0:0:1::1", "5f00::1", "64:ff9b:1::a00:1", "2001:db8::1", "2001:30::1",
        "fd00:ec2::254", "fe80::1%lo", "::ffff:8.8.8.8",
        # 6to4 and Teredo addresses of 192.0.0.8 and 168.63.129.16.
        "2002:c000:8::1", "2002:a83f:8110::1", "2001:0:4136:e378:8000:63bf:3fff:fff7",
    ],
)  # fmt: skip
def test_a_special_purpose_address_is_not_public(ip: str) -> None:
    """Addresses of IANA's special-purpose registries, whatever the standard library says of them."""
    assert not fetching._is_public(ip)


@pytest.mark.parametrize(
    "ip", ["93.184.216.34", "192.0.1.1", "168.63.129.17", "2606:2800:220:1::1", "2a00:1450::1", "2002:5db8:d822::1"]
)
def test_an_address_of_the_internet_is_public(ip: str) -> None:
    assert fetching._is_public(ip)


def test_a_page_that_drips_is_given_up(site: str, settings: object) -> None:
    settings.ARCHIVE_FETCH_SECONDS = 2
    started = time.monotonic()
    with pytest.raises(UnreadableError, match="longer than|too long"):
        fetch(f"{site}/dripping")
    assert time.monotonic() - started < 8


def test_a_packed_page_comes_whole_and_a_bomb_is_refused(site: str, settings: object) -> None:
    assert fetch(f"{site}/packed").content == PAGE
    settings.ARCHIVE_LARGEST_FILE = 1_000_000
    with pytest.raises(UnreadableError, match="larger than 1,000,000"):
        fetch(f"{site}/bomb")


def test_a_redirect_to_an_address_inside_is_refused(
    site: str, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    public = fetching._is_public
    settings.ARCHIVE_FETCH_PRIVATE = False
    monkeypatch.setattr(fetching, "_is_public", lambda ip: ip == "127.0.0.1" or public(ip))
    with pytest.raises(UnreadableError, match="169.254.169.254 is not a public address"):
        fetch(f"{site}/inside")


@pytest.mark.django_db
def test_ingest_takes_an_address(site: str) -> None:
    out, err = StringIO(), StringIO()
    call_command("ingest", f"{site}/story", stdout=out, stderr=err)
    assert out.getvalue().startswith("1 created")
    article = Article.objects.get(url=f"{site}/story")
    assert article.captures.get().read() == PAGE and article.figures.filter(value=25).exists()
    call_command("ingest", f"{site}/story", stdout=out, stderr=err)
    assert article.captures.count() == 1
    with pytest.raises(SystemExit):
        call_command("ingest", f"{site}/private/story", stdout=out, stderr=err)
    assert "robots.txt" in err.getvalue()


@pytest.mark.django_db
def test_an_editor_adds_a_page_by_its_address(site: str, admin_client: object) -> None:
    admin_client.post("/admin/deliver/", {"addresses": f"{site}/story\n{site}/picture", "format": "auto"})
    for delivery in Delivery.objects.all():
        take_in(delivery.pk)
    article = Article.objects.get(url=f"{site}/story")
    refused = Delivery.objects.get(failed=1)
    assert "image/png" in admin_client.get(f"/admin/articles/delivery/{refused.pk}/change/").content.decode()
    cleaned = admin_client.get(f"/admin/articles/article/{article.pk}/cleaning/").content.decode()
    assert "الورشة" in cleaned and "قبل التنقية" in cleaned
