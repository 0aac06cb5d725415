"""The quality bars of every kind of page, in both languages and both colour schemes."""

import gzip
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from articles.benchmark.measure import database_time
from articles.models import Article, Event
from tests.browser.conftest import accessibility_violations, load_axe
from tests.tools import path_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGES = ["", "/en"]
SCREEN = {"width": 1280, "height": 900}
HEAVIEST = 60 * 1024
# Two of these statements may set the time limit of the statements after them.
MOST_STATEMENTS = 14
# Shifts are reported after the frame in which they happen, so that the second frame has those of the fonts.
_SHIFT = """
    async () => {
      let sum = 0;
      const add = (entries) => { for (const entry of entries) sum += entry.value; };
      const observer = new PerformanceObserver((list) => add(list.getEntries()));
      observer.observe({ type: "layout-shift", buffered: true });
      await document.fonts.ready;
      for (const _ of "12") await new Promise(requestAnimationFrame);
      await new Promise(setTimeout);
      add(observer.takeRecords());
      return sum;
    }
"""

_WIDEST = """(width) => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  return (box.left < -1 || box.right > width + 1) && !element.closest(".scroll");
}).map((element) => element.outerHTML.slice(0, 120)).slice(0, 5)"""
_UNMARKED = """
    () => {
      const found = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (/[\\u0621-\\u064a]/.test(node.data) && !node.parentElement.closest('[lang="ar"], script, bdi, code'))
          found.push(node.data.trim());
      }
      return found;
    }
"""


def _complains(message: ConsoleMessage) -> bool:
    """Returns whether the page causes the console message.

    On a busy machine a font may arrive too late to be used, which `optional` allows.
    """
    return message.type in ("error", "warning") and "preloaded using link preload but not used" not in message.text


@pytest.fixture
def opened(browser: Browser, live_server: object, modules: Path, stored: None) -> Iterator[Page]:
    """A page that records console messages and requested hosts; the fixture checks both at the end."""
    context = browser.new_context(base_url=live_server.url, viewport=SCREEN, bypass_csp=True)
    load_axe(context, modules)
    page = context.new_page()
    errors: list[str] = []
    strangers: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if _complains(message) else None)
    page.on(
        "request", lambda request: None if request.url.startswith(live_server.url) else strangers.append(request.url)
    )
    yield page
    context.close()
    assert errors == [] and strangers == []


def _moved_by_fonts(page: Page) -> list[str]:
    moved = page.evaluate(_SHIFT)
    return [f"moves by {moved}"] if moved >= 0.01 else []


def _wider_than_its_screen(page: Page) -> list[str]:
    over = []
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        if (by := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) > 0:
            over.append(f"{by} px wider than {width}: {page.evaluate(_WIDEST, width)}")
    page.set_viewport_size(SCREEN)
    return over


def _arabic_not_marked(page: Page) -> list[str]:
    """Returns interface words that were left untranslated, and Arabic words of the archive without a language mark."""
    written = page.evaluate("document.documentElement.lang + document.documentElement.dir")
    return ([] if written == "enltr" else [f"written as {written}"]) + page.evaluate(_UNMARKED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_meets_the_bars(opened: Page, every_page: list[str], language: str) -> None:
    """Fonts shift nothing, no page is wider than its screen, English pages mark all Arabic as such, and axe finds no
    violation.

    Each page is loaded once for all checks, since loading takes longest.
    """
    faults = {}
    for address in every_page:
        assert opened.goto(language + address).status == 200, address
        faults[address] = [
            *(_arabic_not_marked(opened) if language else _moved_by_fonts(opened)),
            *_wider_than_its_screen(opened),
            *accessibility_violations(opened),
        ]
    assert {address: wrong for address, wrong in faults.items() if wrong} == {}


def test_a_page_that_moves_is_noticed(opened: Page) -> None:
    opened.goto("/about/")
    assert _moved_by_fonts(opened) == []
    opened.evaluate(
        "document.querySelector('main').before(Object.assign(document.createElement('p'), {style: 'height: 20vh'}))"
    )
    assert len(_moved_by_fonts(opened)) == 1


def test_axe_sees_low_contrast_in_either_scheme(opened: Page) -> None:
    """The accessibility tests can fail: a colour that only one scheme has is found in that scheme alone."""
    opened.goto("/about/")
    for scheme, second_scheme in [("light", "dark"), ("dark", "light")]:
        opened.add_style_tag(
            content=f"@media (prefers-color-scheme: {scheme}) {{ main * {{ color: #777 !important; background: #888 !important; }} }}"
            f"@media (prefers-color-scheme: {second_scheme}) {{ main * {{ color: #000 !important; background: #fff !important; }} }}"
        )
        assert {violation[:2] for violation in accessibility_violations(opened)} == {(scheme, "color-contrast")}


def test_every_page_is_valid_html(client: Client, modules: Path, every_page: list[str], tmp_path: Path) -> None:
    java = path_of("java", package="default-jre-headless")
    for language in LANGUAGES:
        for number, address in enumerate([*every_page, "/لا/شيء/"]):
            content = client.get(language + address).content
            (tmp_path / f"{language.strip('/') or 'ar'}-{number:02}.html").write_bytes(content)
    shutil.copy(settings.BASE_DIR / "static" / "site" / "archive.css", tmp_path)
    checked = subprocess.run(
        [java, "-jar", str(modules / "vnu-jar" / "build" / "dist" / "vnu.jar"), "--format", "json", "--also-check-css", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    messages = json.loads(checked.stderr)["messages"]
    errors = [
        f"{Path(message['url']).name}:{message.get('lastLine')}: {message['message']}"
        for message in messages
        if message["type"] == "error"
    ]
    assert errors == [], "\n".join(errors)


def test_no_page_weighs_more_than_sixty_kilobytes(client: Client, every_page: list[str]) -> None:
    weights = {}
    for address in every_page:
        page = client.get(address).content.decode()
        parts = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg))"', page)
        texts = [page.encode(), *((settings.BASE_DIR / urljoin("/", part).lstrip("/")).read_bytes() for part in parts)]
        weights[address] = sum(len(gzip.compress(text)) for text in texts)
    assert {address: weight for address, weight in weights.items() if weight > HEAVIEST} == {}


def test_a_page_asks_the_database_a_bounded_number_of_times(
    client: Client, every_page: list[str], report: Callable[..., Article]
) -> None:
    """The bound holds for any stored data."""
    for number in range(12):
        report(f"{400 + 10 * number} مشاركا", date(2023, 2, 8 + number))
    full_pages = [
        row.get_absolute_url()
        for row in (Event.objects.order_by("-id").first(), Article.objects.order_by("-id").first())
    ]
    for address in [*every_page, *full_pages]:
        with database_time() as statements:
            client.get(address)
        assert len(statements) <= MOST_STATEMENTS, f"{address}: {len(statements)}"


def test_a_page_that_has_not_changed_is_not_sent_again(client: Client, every_page: list[str]) -> None:
    for address in every_page:
        if address == "/appearance/":  # its form carries a new token each time
            continue
        first = client.get(address)
        assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304, address


def test_the_whole_way_by_keyboard(opened: Page) -> None:
    opened.goto("/")
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("link", name="إلى المحتوى")).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.locator("main")).to_be_focused()
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("combobox", name="ابحث في الأرشيف")).to_be_focused()
    opened.keyboard.type("مراكش")
    expect(opened.get_by_role("option").first).to_be_visible()
    opened.keyboard.press("Escape")
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/search/**")
    result = opened.locator("ol.results a").first
    for _ in range(60):
        opened.keyboard.press("Tab")
        if result.evaluate("(link) => link === document.activeElement"):
            break
    opened.keyboard.press("Enter")
    expect(opened.locator("article h1")).to_be_visible()
    assert opened.evaluate("getComputedStyle(document.querySelector(':focus-visible') ?? document.body).outlineStyle")


def test_colours_are_the_readers_choice_with_and_without_javascript(
    opened: Page, browser: Browser, live_server: object
) -> None:
    opened.goto("/")
    opened.get_by_role("button", name="المظهر").click()
    opened.get_by_role("button", name="المظهر: فاتح").click()
    opened.goto("/events/")
    assert opened.evaluate("document.documentElement.dataset.theme") == "dark"
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    plain = context.new_page()
    plain.goto("/events/")
    plain.get_by_role("link", name="المظهر").click()
    plain.get_by_label("داكن").check()
    plain.get_by_role("button", name="احفظ").click()
    expect(plain.locator('html[data-theme="dark"] h1')).to_have_text("الفعاليات")
    context.close()


def test_a_page_prints_with_its_address_and_reference(opened: Page) -> None:
    opened.goto(Article.objects.order_by("id").first().get_absolute_url())
    opened.emulate_media(media="print")
    for hidden in ("nav.sections", ".seek", "aside section:not(#originals)"):
        expect(opened.locator(hidden).first).to_be_hidden()
    for shown in ("article .body", "#cite", "#originals", ".printed"):
        expect(opened.locator(shown)).to_be_visible()
