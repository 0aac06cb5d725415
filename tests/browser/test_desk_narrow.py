"""No page of the desk scrolls sideways on a telephone, and every part of a table can be reached there.

With SHOTS=folder the test leaves a picture of every page there.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from articles.models import Actor, Alias, Article, Delivery, Event
from tests.admin.test_words import pages_of_nouns, pages_of_the_desk, rows  # noqa: F401  Fixtures.
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser
TELEPHONE = {"width": 390, "height": 800}
# Elements beyond the sides of the window that no scrolling shows.
CUT = """() => [...document.querySelectorAll('#result_list tbody td, #result_list tbody th, table.cards td')]
    .filter((cell) => { const box = cell.getBoundingClientRect(); return box.width > 2 && (box.left < -1 || box.right > innerWidth + 1); })
    .map((cell) => cell.className + ' ' + cell.textContent.trim().slice(0, 40))"""


@pytest.fixture
def telephone(browser: Any, live_server: Any, stored: None, roles: None) -> Any:
    """A page of a telephone's size, signed in as a superuser."""
    context = browser.new_context(base_url=live_server.url, locale="ar", viewport=TELEPHONE)
    page = context.new_page()
    sign_in(page, live_server, User.objects.create_superuser("root", password="x"))
    yield page
    context.close()


@pytest.fixture
def seed(stored: None) -> None:
    """Replaces the fixture `seed` on which `rows` depends: `stored` has stored the archive here."""


def test_no_page_scrolls_sideways(telephone: Page, rows: None) -> None:  # noqa: F811  The fixture.
    long = "https://h.example/" + "a" * 200
    failures = [{"path": f"{long}: line 2", "reason": "not JSON: " + "x" * 300}]
    note = {"path": "جدول.csv: line 2", "kind": "partly", "field": "published", "given": "32 مارس 2023 " * 9, "taken": "taken as 2023-03, inferred",
            "times": 3}  # fmt: skip
    Delivery.objects.create(name=long, state="finished", failed=1, failures=failures, noted=3, notes=[note])
    user = User.objects.get(username="root")
    article = Article.objects.order_by("id").first()
    article.title = f"{article.title} وعنوان آخر"
    article.save()
    delivery = Delivery.objects.order_by("-id").first()
    addresses = [*pages_of_nouns(user), *pages_of_the_desk(),
                 reverse("admin:articles_delivery_change", args=[delivery.pk])]  # fmt: skip
    wide, cut = {}, {}
    for number, address in enumerate(addresses):
        telephone.goto(address, wait_until="domcontentloaded")
        across = telephone.evaluate("document.scrollingElement.scrollWidth")
        if across > TELEPHONE["width"]:
            wide[address] = across
        if beyond := telephone.evaluate(CUT):
            cut[address] = beyond[:3]
        if folder := os.environ.get("SHOTS"):
            name = address.split("?")[0].strip("/").replace("/", "_")
            telephone.screenshot(path=Path(folder, f"{number:03}-{name}.png"), full_page=True)
    assert (wide, cut) == ({}, {}), f"{wide}\n{cut}"


def test_a_cell_stands_under_the_name_of_its_column(telephone: Page, rows: None) -> None:  # noqa: F811  The fixture.
    telephone.goto(reverse("admin:articles_article_changelist"))
    cell = telephone.locator("#result_list tbody td.field-status").first
    expect(cell).to_have_attribute("data-label", "الحالة")
    assert cell.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"الحالة: "'


def test_the_offer_of_a_split_looks_like_a_button(telephone: Page) -> None:
    actor, owner = Actor.objects.order_by("id")[:2]
    alias = Alias.objects.create(actor=actor, name=owner.name)
    telephone.goto(reverse("admin:split", args=[actor.pk]))
    telephone.check(f"input[name=moved][value='{alias.pk}']")
    telephone.fill("[name=name]", owner.name)
    if telephone.locator("[name=password]").count():
        telephone.fill("[name=password]", "x")
    telephone.locator(".submit-row input[type=submit]").first.click()
    button = telephone.locator("button[name=give]")
    expect(button).to_be_visible()
    plain, offered = (
        telephone.evaluate("(where) => getComputedStyle(document.querySelector(where)).backgroundColor", where)
        for where in (".submit-row input[type=submit]", "button[name=give]")
    )
    assert offered not in {"rgb(239, 239, 239)", "rgba(0, 0, 0, 0)"} and plain != "rgba(0, 0, 0, 0)"


def test_the_buttons_of_a_long_form_and_the_suggestions_are_at_hand(telephone: Page) -> None:
    article = Article.objects.filter(figures__isnull=False).first()
    window = TELEPHONE["height"]
    event = Event.objects.order_by("id").first()
    for address in (
        reverse("admin:articles_article_change", args=[article.pk]),
        reverse("admin:articles_event_change", args=[event.pk]),
    ):
        telephone.goto(address)
        save = telephone.locator("[name=_save]")
        for part in (0, 0.5, 1):
            telephone.evaluate("(part) => scrollTo(0, part * document.scrollingElement.scrollHeight)", part)
            box = save.bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= window, (address, part, box)
        row = telephone.locator(".submit-row").bounding_box()
        assert row and row["height"] < window / 4
    telephone.goto(reverse("admin:review", args=[article.pk]))
    link = telephone.get_by_role("link", name=re.compile(r"إلى المقترحات \(\d+\)"))
    assert link.bounding_box()["y"] < window
    link.click()
    first = telephone.locator(".item.suggested").first.bounding_box()
    assert first and 0 <= first["y"] < window
    telephone.set_viewport_size({"width": 1300, "height": 900})
    expect(link).to_be_hidden()
