"""What a server may answer to a fetch: redirects, states, types, sizes, and what its robots.txt says. No database."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.robotparser import RobotFileParser

import pytest
import time_machine
import urllib3

from articles.ingest import fetch as fetching
from articles.ingest.document import UnreadableError
from articles.ingest.fetch import fetch

PAGE = "<p>نص المقال</p>".encode()
Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A site on this machine.

    answers: the answer to each path; any other path is answered with 404.
    asked: the paths and the headers of the requests.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, dict(self.headers)))
                status, headers, body = site.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, path: str, body: bytes = PAGE, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = status, {"Content-Type": "text/html", **named}, body

    def moved(self, path: str, to: str, status: int = 302) -> None:
        self.answers[path] = status, {"Location": to} if to else {}, b""

    def outcome(self, path: str) -> str:
        """Fetches a path. Returns «page», or the reason of the refusal with «SITE» for the address."""
        try:
            fetch(self.address + path)
        except UnreadableError as error:
            return str(error).replace(self.address, "SITE")
        return "page"


@pytest.fixture
def site(settings: object) -> Iterator[Site]:
    settings.ARCHIVE_FETCH_PRIVATE = True
    made = Site()
    threading.Thread(target=made.server.serve_forever, args=[0.01], daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_an_item_holds_what_the_server_said(site: Site) -> None:
    site.page("/a", gzip.compress(PAGE), Content_Type="Text/HTML; charset=Windows-1256", Content_Encoding="gzip")
    item = fetch(f"{site.address}/a#part")
    assert (item.content, item.media_type, item.encoding, item.address) == (
        PAGE,
        "text/html",
        "windows-1256",
        f"{site.address}/a",
    )
    assert item.path == f"{site.address}/a#part" and item.captured_at is not None and item.notes == ()
    (robots, _), (path, headers) = site.asked
    assert (robots, path) == ("/robots.txt", "/a") and headers["Host"] == site.address.removeprefix("http://")
    assert headers["User-Agent"].startswith("ct-diplomacy-archive/") and headers["Accept-Encoding"] == "gzip, deflate"
    site.page("/b", Content_Encoding="gzip")
    assert [str(note.taken) for note in fetch(f"{site.address}/b").notes] == [
        "the content is not packed; it was taken as it is"
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_a_few_times(site: Site, status: int) -> None:
    site.page("/0")
    for number in range(1, 8):
        site.moved(f"/{number}", f"/{number - 1}", status)
    assert fetch(f"{site.address}/5").address == f"{site.address}/0"
    assert site.outcome("/6") == "SITE/6 redirects more than 5 times"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, {"Content-Type": "text/html"}, PAGE), "page"), ((200, {}, PAGE), "page"), ((200, {"Content-Type": "application/xhtml+xml"}, PAGE), "page"),
        ((200, {"Content-Type": "text/plain"}, PAGE), "page"), ((200, {"Content-Type": "application/json"}, PAGE), "SITE/a is application/json, not a page"),
        ((200, {"Content-Type": ""}, PAGE), "SITE/a is of no declared type, not a page"), ((201, {}, PAGE), "SITE/a answered with status 201"), ((404, {}, PAGE), "SITE/a answered with status 404"),
        ((300, {"Location": "/b"}, b""), "SITE/a answered with status 300"), ((302, {}, b""), "SITE/a answered with status 302"), ((200, {"Location": "/b"}, PAGE), "page"),
        ((302, {"Location": "ftp://x/"}, b""), "SITE/a redirects to what no page is at: *"), ((302, {"Location": "/b"}, b""), "SITE/b answered with status 404"),
        ((200, {"Content-Encoding": "moon"}, b"\xff"), "SITE/a: Content-Encoding is “moon”; known are gzip, x-gzip, deflate, br, zstd"),
        ((200, {}, b"x" * 1000), "page"), ((200, {}, b"x" * 1001), "SITE/a is larger than 1,000 bytes (ARCHIVE_LARGEST_FILE)"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 1001)), "SITE/a: larger than 1,000 bytes when unpacked (ARCHIVE_LARGEST_FILE)"),
        ((200, {"Content-Length": "50"}, PAGE), "SITE/a could not be fetched: its server broke off, or what it sent is no answer of the web"),
    ],
)  # fmt: skip
def test_which_answers_are_pages(site: Site, settings: object, answer: Answer, outcome: str) -> None:
    settings.ARCHIVE_LARGEST_FILE = 1000
    site.answers["/a"] = answer
    told = site.outcome("/a")
    assert told == outcome or (outcome.endswith("*") and told.startswith(outcome[:-1])), told


def test_a_machine_that_takes_no_connection_or_is_private(site: Site, settings: object) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(
        UnreadableError,
        match=f"^http://127.0.0.1:{port}/robots.txt could not be fetched: its server takes no connection$",
    ):
        fetch(f"http://127.0.0.1:{port}/a")
    with pytest.raises(UnreadableError, match="^no-such-name.invalid has no address on the internet$"):
        fetch("http://no-such-name.invalid/a")
    settings.ARCHIVE_FETCH_PRIVATE = False
    assert site.outcome("/a") == "127.0.0.1 is not a public address" and site.asked == []


FORBIDDEN = "the robots.txt of 127.0.0.1 does not allow /a to be fetched"


def test_robots_txt_is_asked_at_each_redirect(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirect leads to no page that robots.txt forbids, be it on the same host or on another."""
    site.page("/robots.txt", b"User-agent: *\nDisallow: /secret", Content_Type="text/plain")
    site.page("/secret")
    site.moved("/way", "/secret")
    assert site.outcome("/way") == "the robots.txt of 127.0.0.1 does not allow /secret to be fetched"
    elsewhere = site.address.replace("127.0.0.1", "127.0.0.2")
    site.moved("/far", f"{elsewhere}/secret")
    monkeypatch.setattr(fetching, "_robots", lambda host, deadline: robots(host, "127.0.0.2" in host))
    assert site.outcome("/far") == "the robots.txt of 127.0.0.2 does not allow /secret to be fetched"
    assert "/secret" not in [path for path, _ in site.asked]


def robots(host: str, forbids: bool) -> RobotFileParser:
    """Returns the rules of a host that forbids every page, or none."""
    rules = RobotFileParser(f"{host}/robots.txt")
    rules.parse(["User-agent: *", "Disallow: /" if forbids else "Disallow:"])
    return rules


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((404, {}, b""), "page"), ((403, {}, b"User-agent: *\nDisallow: /"), "page"), ((499, {}, b""), "page"), ((500, {}, b""), FORBIDDEN), ((503, {}, b""), FORBIDDEN),
        ((200, {}, b"User-agent: *\nDisallow: /a"), FORBIDDEN), ((200, {}, b"User-agent: *\nDisallow: /b"), "page"), ((200, {}, b"User-agent: other\nDisallow: /"), "page"),
        ((200, {}, b"User-agent: ct-diplomacy-archive\nDisallow: /"), FORBIDDEN), ((200, {}, b"User-agent: *\nDisallow: //[\nDisallow: /a"), FORBIDDEN),
        ((200, {}, b"\xff\xfe"), "page"), ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"User-agent: *\nDisallow: /a")), FORBIDDEN),
        ((302, {"Location": "/rules"}, b""), FORBIDDEN), ((200, {}, b"#" * 524_288), "page"), ((200, {}, b"#" * 524_289), "SITE/robots.txt is larger than 524,288 bytes (ARCHIVE_LARGEST_FILE)"),
    ],
)  # fmt: skip
def test_what_robots_txt_allows(site: Site, answer: Answer, outcome: str) -> None:
    site.page("/a")
    site.page("/rules", b"User-agent: *\nDisallow: /a")
    site.answers["/robots.txt"] = answer
    assert site.outcome("/a") == outcome


def test_the_rules_of_a_site_are_asked_for_once_an_hour(site: Site) -> None:
    site.page("/a")
    with time_machine.travel(3600 * 500_000 + 10, tick=False) as clock:
        for seconds, times in ((0, 1), (3580, 1), (20, 2), (3000, 2)):
            clock.shift(seconds)
            assert site.outcome("/a") == "page"
            assert [path for path, _ in site.asked].count("/robots.txt") == times


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (urllib3.exceptions.NewConnectionError(None, "x"), "its server takes no connection"), (urllib3.exceptions.ConnectTimeoutError(None, "x"), "it took too long"),
        (TimeoutError(), "it took too long"), (urllib3.exceptions.SSLError("x"), "its certificate or encryption is not in order"), (ssl.SSLError("x"), "its certificate or encryption is not in order"),
        (urllib3.exceptions.ProtocolError("x"), "its server broke off, or what it sent is no answer of the web"), (OSError("x"), "its server broke off, or what it sent is no answer of the web"),
    ],
)  # fmt: skip
def test_why_a_page_was_not_fetched(error: Exception, reason: str) -> None:
    assert fetching._reason(error) == reason


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("/a", "/a"),
        ("/نص".encode().decode("latin-1"), "/نص"),
        ("/caf\xe9\x80", "/caf%E9%80"),
        ("/\x7f\xff", "/\x7f%FF"),
    ],
)
def test_a_redirect_may_have_letters(header: str, text: str) -> None:
    assert fetching._header_text(header) == text


def test_no_time_is_left_at_the_deadline() -> None:
    now = time.monotonic()
    assert 50 < fetching._seconds_left(now + 60) <= 60
    with pytest.raises(TimeoutError):
        fetching._seconds_left(now)
    with pytest.raises(TimeoutError):
        fetching._looked_up("localhost", 80, now - 1)
