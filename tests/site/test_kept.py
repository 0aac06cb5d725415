"""What the cache of pages takes, what it gives back, and what browsers may keep. test_keeping.py asks when a page changes."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from articles.models.revision import current
from articles.site import keeping
from articles.site.keeping import ANSWERED, Kept, KeptPages, RevocableAnswers, made_of, mark


@pytest.mark.parametrize(
    ("status", "own", "stored"),
    [
        (301, "", "no-cache"), (308, "", "no-cache"), (404, "", "no-cache"), (410, "", "no-cache"), (200, "", ""), (302, "", ""), (403, "", ""),
        (400, "", ""), (500, "", ""), (404, "private", "private"), (200, "private", "private"),
    ],
)  # fmt: skip
def test_browsers_ask_anew_for_what_an_editor_can_make_untrue(status: int, own: str, stored: str) -> None:
    response = HttpResponse(status=status, headers={"Cache-Control": own} if own else {})
    answer = RevocableAnswers(lambda request: response)(RequestFactory().get("/"))
    assert answer.get("Cache-Control", "") == stored


@pytest.mark.parametrize(
    ("status", "headers", "is_marked"), [(200, {}, True), (404, {}, False), (201, {}, False), (200, {"ETag": '"x"'}, False)]
)  # fmt: skip
def test_whole_pages_without_a_mark_of_their_own_are_kept(status: int, headers: dict, is_marked: bool) -> None:
    response = HttpResponse("صفحة", status=status, headers=headers)
    assert made_of(response) is None
    mark(response, "7-abc")
    assert made_of(response) == ("7-abc" if is_marked else None)


def test_a_kept_page_is_its_headers_and_its_bytes() -> None:
    response = HttpResponse("صفحة", headers={"Content-Length": "8", "X-Frame-Options": "DENY"})
    page = Kept.of(response, 'W/"x"')
    assert page.headers == {"Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY"}
    # The same page always gives the same bytes: they hold no time.
    assert gzip.decompress(page.body).decode() == "صفحة" and page.body[4:8] == bytes(4)
    assert Kept.of_stored(page.stored()) == page
    packed = page.response(RequestFactory().get("/", HTTP_ACCEPT_ENCODING="br, gzip"))
    plain = page.response(RequestFactory().get("/", HTTP_ACCEPT_ENCODING="br"))
    assert (packed.content, packed["Content-Encoding"]) == (page.body, "gzip")
    assert plain.content.decode() == "صفحة" and not plain.has_header("Content-Encoding")
    for answer in (packed, plain):
        assert (answer["ETag"], answer["Vary"], answer["X-Frame-Options"]) == ('W/"x"', "Accept-Encoding", "DENY")


def test_addresses_colours_and_revisions_have_tags_of_their_own() -> None:
    def key(address: str, theme: str = "", host: str = "testserver") -> str:
        request = RequestFactory().get(address, HTTP_HOST=host)
        request.COOKIES["theme"] = theme
        return keeping._key(request)

    requested = [("/",), ("/?q=a",), ("/?q=b",), ("/", "dark"), ("/", "", "other.example")]
    assert len({key(*request) for request in requested}) == 5 and key("/") == key("/", "no colour")
    tag = keeping._tag("page", "7-abc")
    assert len(tag) == 36 and tag.startswith('W/"') and tag == keeping._tag("page", "7-abc")
    assert len({tag, keeping._tag("page", "8-abc"), keeping._tag("other", "7-abc")}) == 3


def test_a_release_is_its_code_and_its_settings(settings: Any, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    release_digest = keeping.release_digest.__wrapped__
    seen = [release_digest()]
    for name in ("archive/a.py", "articles/b/c.py", "templates/d.html", "articles/e.mo", "static/f.css", "static/g.js", "static/h.svg"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1", encoding="utf-8")
        seen.append(release_digest())
        path.write_text("2", encoding="utf-8")
        seen.append(release_digest())
    for setting, value in (("ARCHIVE_DIGITS", "arabic"), ("TIME_ZONE", "Asia/Tokyo")):
        setattr(settings, setting, value)
        seen.append(release_digest())
    assert len(set(seen)) == len(seen) == 17
    for name in ("articles/notes.txt", "static/picture.png", "docs/x.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1", encoding="utf-8")
        assert release_digest() == seen[-1], name


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "statements"),
    [("a" * 40, 1), ("a1" * 10, 1), ("a" * 41, 0), ("a-b", 0), ("جلسة", 0), ("", 0), ("a b", 0)],
)
def test_only_what_can_be_a_session_is_looked_up(key: str, statements: int) -> None:
    with CaptureQueriesContext(connection) as captured:
        has_session, revision = keeping._valid_session(key)
    assert (has_session, len(captured), bool(revision)) == (False, statements, bool(statements))


def count(outcome: str) -> float:
    return ANSWERED.labels(outcome)._value.get()


@pytest.mark.django_db(transaction=True)
def test_what_the_cache_keeps_and_what_it_passes_on() -> None:
    made: list[str] = []

    def answer(body: bytes, *, marked: bool = True, stream: bool = False) -> Callable[[HttpRequest], Any]:
        def get_response(request: HttpRequest) -> Any:
            made.append(request.path)
            response = StreamingHttpResponse([body]) if stream else HttpResponse(body)
            if marked:
                mark(response, current())
            return response

        return get_response

    def ask(path: str, get_response: Callable, method: str = "GET", **headers: str) -> tuple[Any, int]:
        """The answer, and how often the page was made for it."""
        before = len(made)
        response = KeptPages(get_response)(RequestFactory().generic(method, path, **headers))
        return response, len(made) - before

    small, before = answer("صفحة".encode()), [count(name) for name in ("made", "kept", "unchanged")]
    first, again = ask("/a/", small), ask("/a/", small)
    assert (first[1], again[1]) == (1, 0) and first[0].headers == again[0].headers
    assert first[0]["Cache-Control"] == "public, no-cache" and "private" not in first[0]["Cache-Control"]
    assert ask("/a/", small, "HEAD")[1] == 0
    unchanged, times = ask("/a/", small, HTTP_IF_NONE_MATCH=first[0]["ETag"])
    assert (unchanged.status_code, times) == (304, 0)
    assert [count(name) for name in ("made", "kept", "unchanged")] == [before[0] + 1, before[1] + 2, before[2] + 1]
    # What changes something, what the desk shows, and what no view has marked is made each time, and has no mark of ours.
    for path, get_response, method in (
        ("/b/", small, "POST"), ("/admin/b/", small, "GET"), ("/c/", answer(b"x", marked=False), "GET"), ("/d/", answer(b"x", stream=True), "GET"),
    ):  # fmt: skip
        for _ in range(2):
            response, times = ask(path, get_response, method)
            assert times == 1 and not response.has_header("ETag") and not response.has_header("Cache-Control"), path
    # A page of more than half a megabyte after compression is made each time.
    for path, size, times_made in (("/small/", 512 * 1024 - 2_000, 0), ("/large/", 512 * 1024 + 1, 1)):
        page = answer(random.Random(1).randbytes(size))
        ask(path, page)
        assert ask(path, page)[1] == times_made, path
    cache.clear()


@pytest.mark.django_db(transaction=True)
def test_a_page_of_exactly_the_largest_size_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    response = HttpResponse("صفحة")
    mark(response, current())
    for room, is_kept in ((0, True), (-1, False)):
        cache.clear()
        monkeypatch.setattr(keeping, "LARGEST", len(Kept.of(response, "").body) + room)
        request = RequestFactory().get("/a/")
        KeptPages(lambda request: response)(request)
        assert (cache.get(keeping._key(request)) is not None) is is_kept
