"""The frame of every page, the choice of colours, examples of queries, and small filters of the templates."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import Resolver404, resolve
from django.utils import translation

from articles.models import Actor, ArchiveDate, Event
from articles.search.limit import SearchTooCostlyError
from articles.search.snippets import Piece
from articles.site import appearance, pages, tags
from articles.site.examples import examples
from articles.site.keeping import made_of


def at(address: str, **cookies: str) -> HttpRequest:
    """A request of an address, as the frame meets it after the address was resolved."""
    request = RequestFactory().get(address)
    request.COOKIES.update(cookies)
    try:
        request.resolver_match = resolve(request.path_info)
    except Resolver404:
        request.resolver_match = None
    return request


@pytest.mark.parametrize(
    ("address", "section", "twin"),
    [
        ("/events/", None, "/en/events/"), ("/articles/7/", "articles", "/en/articles/7/"), ("/articles/7/record/", "articles", "/en/articles/7/record/"),
        ("/dates/2024/5/?page=2", "dates", "/en/dates/2024/5/?page=2"), ("/sources/3/", "sources", "/en/sources/3/"),
        ("/api/v1/articles", None, None), ("/no/such/page/", None, None),
    ],
)  # fmt: skip
def test_a_page_knows_its_section_and_its_twin(address: str, section: str | None, twin: str | None) -> None:
    shown = appearance.frame(at(address))
    assert (shown["section"], shown["here"], shown["arabic_block"]) == (section, address, "")
    assert shown["twin"] == (twin and {"code": "en", "name": "English", "address": twin})
    if twin:
        with translation.override("en"):
            english = appearance.frame(at(twin))
        assert english["twin"] == {"code": "ar", "name": "العربية", "address": address}
        assert english["arabic_block"] == ' lang="ar" dir="rtl"'


def test_without_a_language_the_frame_is_the_arabic_one() -> None:
    translation.deactivate_all()
    shown = appearance.frame(at("/events/"))
    translation.activate("ar")
    assert shown["arabic_block"] == ""


@pytest.mark.parametrize(
    ("cookies", "theme", "name"),
    [({}, "system", "كما في الجهاز"), ({"theme": "dark"}, "dark", "داكن"), ({"theme": "light"}, "light", "فاتح"), ({"theme": "red"}, "system", "كما في الجهاز")],
)  # fmt: skip
def test_the_frame_names_the_readers_colours(cookies: dict[str, str], theme: str, name: str) -> None:
    shown = appearance.frame(at("/", **cookies))
    assert (shown["theme"], shown["theme_name"]) == (theme, name)
    assert json.loads(shown["themes"]) == {"system": "كما في الجهاز", "light": "فاتح", "dark": "داكن"}


@pytest.mark.django_db
@pytest.mark.parametrize("is_secure", [False, True])
def test_colours_are_kept_for_a_year(client: Client, is_secure: bool) -> None:
    answer = client.post("/appearance/", {"theme": "dark", "next": "/events/"}, secure=is_secure)
    cookie = answer.cookies["theme"]
    assert (answer.status_code, answer["Location"], cookie.value) == (302, "/events/", "dark")
    assert (cookie["max-age"], cookie["samesite"], bool(cookie["secure"])) == (365 * 24 * 60 * 60, "Lax", is_secure)
    shown = client.get("/appearance/", {"next": "/events/"}, secure=is_secure).context
    assert (shown["chosen"], shown["next"]) == ("dark", "/events/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("posted", "back", "is_secure", "shown"),
    [
        ({"theme": "red", "next": "/events/"}, "", False, "/events/"), ({}, "/actors/", False, "/actors/"), ({}, "", False, "/"),
        ({"next": "//evil.example/"}, "", False, "/"), ({}, "https://evil.example/", False, "/"), ({}, "http://testserver/events/", True, "/"),
        ({}, "http://testserver/events/", False, "http://testserver/events/"), ({}, "https://testserver/events/", True, "https://testserver/events/"),
    ],
)  # fmt: skip
def test_no_colours_are_kept_that_are_none_and_no_other_site_is_led_to(
    client: Client, posted: dict[str, str], back: str, is_secure: bool, shown: str
) -> None:
    address = f"/appearance/?next={back}"
    answer = client.post(address, posted, secure=is_secure) if posted else client.get(address, secure=is_secure)
    assert (answer.status_code, answer.context["next"]) == (200, shown) and "theme" not in answer.cookies
    assert client.delete("/appearance/").status_code == 405


# Examples of queries.


def event(title: str, start: ArchiveDate | None = None) -> Event:
    event = Event(title=title)
    event.start = start or ArchiveDate.unknown()
    return event


def queries(names: str, *events: Event) -> list[str]:
    """The example queries for actors' names, which commas separate, and events."""
    return [example.query for example in examples([Actor(name=name) for name in names.split(",") if name], events)]


IN_2022 = ArchiveDate.on(date(2022, 5, 11))


@pytest.mark.parametrize(
    ("names", "events", "expected"),
    [
        ("", [], []),
        ("المغرب", [], ["الفاعل:المغرب"]),
        ("ناصر بوريطة", [], ["«ناصر بوريطة»", "الفاعل:«ناصر بوريطة»"]),
        ("المغرب,ناصر بوريطة", [], ["«ناصر بوريطة»", "المغرب أو ناصر بوريطة", "المغرب -بوريطة", "الفاعل:المغرب"]),
        ("", [event("الاجتماع الوزاري للتحالف")], ["الاجتماع الوزاري", "الاجتم*", "الاجتماع NEAR/9 الوزاري"]),
        # Words of three letters, numbers and stop words are no example, and a word of four letters keeps three.
        ("", [event("قمة في 20245 لقاء خلال وفود")], ["لقاء وفود", "لقا*", "لقاء NEAR/9 وفود"]),
        ("", [event("قمة الساحل"), event("لقاء وفود")], ["لقاء وفود", "لقا*", "لقاء NEAR/9 وفود"]),
        ("المغرب", [event("قمة", ArchiveDate.unknown()), event("قمة", IN_2022)], ["الفاعل:المغرب", "المغرب من:2022"]),
        ("", [event("قمة", IN_2022)], []),
    ],
)  # fmt: skip
def test_examples_are_made_of_names_and_titles(names: str, events: list[Event], expected: list[str]) -> None:
    assert queries(names, *events) == expected
    assert all(example.finds for example in examples([Actor(name=name) for name in names.split(",") if name], events))


# Filters of the templates.


def test_filters_of_templates() -> None:
    assert tags.from_position("0123456789" * 5, 3) == ("0123456789" * 5)[3:27]
    pieces = [Piece("<أ>", marked=True), Piece(" & ", marked=False)]
    assert tags.marked(pieces) == "<mark>&lt;أ&gt;</mark> &amp; "
    script = tags.linked_data({"name": "</script><!-- & «أ»"})
    assert "</script><" not in script and "«أ»" in script and "<!--" not in script
    text = script.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert json.loads(text) == {"name": "</script><!-- & «أ»"}
    template = engines["django"].from_string("{% address_with 'kind' 'attack' %}")
    assert template.render({}, RequestFactory().get("/", {"q": "a", "page": "3"})) == "?q=a&amp;kind=attack"


# What all readers' pages share.


def answered(view: Callable[[HttpRequest], HttpResponse], method: str = "GET", query: str = "") -> HttpResponse:
    return pages.reader_page(view)(getattr(RequestFactory(), method.lower())(f"/search/?{query}"))


@pytest.mark.django_db
def test_a_page_that_costs_too_much_is_told_and_not_kept() -> None:
    def busy(request: HttpRequest) -> HttpResponse:
        raise SearchTooCostlyError

    def plain(request: HttpRequest) -> HttpResponse:
        return HttpResponse("صفحة")

    told = answered(busy, query="q=كلمة")
    assert (told.status_code, told["Vary"], made_of(told)) == (503, "Cookie", None) and "كلمة" in told.content.decode()
    page = answered(plain)
    assert (page.status_code, page["Vary"]) == (200, "Cookie") and made_of(page)
    assert [answered(plain, method).status_code for method in ("HEAD", "POST", "PUT", "DELETE")] == [200, 405, 405, 405]


def test_who_asks_too_often_is_told_when_to_come_again(settings: object) -> None:
    settings.ARCHIVE_SEARCH_RATE = "2/m"
    request = RequestFactory().get("/search/", REMOTE_ADDR="192.0.2.7")
    assert [pages.too_often(request, "ARCHIVE_SEARCH_RATE") for _ in range(2)] == [None, None]
    refused = pages.too_often(request, "ARCHIVE_SEARCH_RATE")
    assert refused.status_code == 429 and 0 < int(refused["Retry-After"]) <= 60
    assert pages.too_often(RequestFactory().get("/", REMOTE_ADDR="192.0.2.8"), "ARCHIVE_SEARCH_RATE") is None
