"""A working day at the desk in a real Chromium: a file arrives and is reviewed, two actors are merged, numbers
disagree, and a mistake is undone.

With GUIDE=1 the test takes the pictures of the editors' guide anew.
"""

import os
import re
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Page, expect

from articles.models import Actor, Alias, Article, Contradiction, Delivery, EventSeries, Figure
from tests.browser.conftest import accessibility_violations, load_axe

pytestmark = pytest.mark.browser

PICTURES = Path(project.BASE_DIR, "static", "guide")
TEXT = """لقاء في المرفأ حول أمن السواحل

مسقط (و ع ن) - 7 شباط 2023

استضافت مسقط اليوم لقاء المرفأ حول أمن السواحل، بمشاركة 45 وفدا من دول المنطقة، وافتتحه وزير الخارجية السيد بوريطة ناصر.

وقال ناصر بوريطة إن المملكة المغربية فككت 12 خلية، وإن الولايات المتحدة الأمريكية وإيطاليا والنيجر شريكة في هذا العمل.

وأضاف أن 320 شخصا أوقفوا في خمس دول، وأن المغرب والكويت وطاجيكستان ستجتمع من جديد.
"""


def work() -> None:
    """Runs a worker in a thread of its own, because Playwright's event loop runs in this one."""

    def run() -> None:
        call_command("procrastinate", "worker", "--one-shot", "--no-listen-notify", verbosity=0)
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_no_page_of_the_desk_has_an_accessibility_violation(
    browser: object, live_server: object, desk: Page, modules: Path
) -> None:
    article, actors = Article.objects.order_by("id").first(), Actor.objects.order_by("id")[:2]
    Alias.objects.create(actor=actors[0], name=actors[1].name)
    series = EventSeries.objects.order_by("id").first()
    signed_in = desk.context.storage_state()
    context = browser.new_context(base_url=live_server.url, storage_state=signed_in, locale="ar", bypass_csp=True)
    load_axe(context, modules)
    opened = context.new_page()
    violations_at = {}
    for address in (
        "", f"review/{article.pk}/", "deliver/", "operations/", "duplicates/", f"actor/{actors[0].pk}/name/", f"split/{actors[0].pk}/",
        f"merge/actor/?rows={actors[0].pk},{actors[1].pk}", f"series/{series.pk}/order/", "authority/", "guide/", "second-factor/",
        f"articles/article/{article.pk}/history/", f"articles/article/{article.pk}/withdraw/", "articles/delivery/",
    ):  # fmt: skip
        opened.goto(f"/admin/{address}")
        violations_at[address] = accessibility_violations(opened)
    context.close()
    assert {address: violations for address, violations in violations_at.items() if violations} == {}


@pytest.fixture
def picture(desk: Page) -> Callable[[str], None]:
    """Returns a function that takes a picture for the guide, if GUIDE is set."""

    def take(name: str) -> None:
        if os.environ.get("GUIDE"):
            PICTURES.mkdir(exist_ok=True)
            desk.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=55)

    return take


def test_a_days_work(desk: Page, picture: Callable[[str], None]) -> None:
    desk.goto("/admin/")
    expect(desk.locator("h1")).to_have_text("ما ينتظر")
    picture("queue")
    # A file arrives; a worker process ingests it while the page of its record polls.
    desk.click("text=أضف مقالات: ملفات أو رابط")
    desk.set_input_files("input[type=file]", {"name": "لقاء.txt", "mimeType": "text/plain", "buffer": TEXT.encode()})
    picture("deliver")
    desk.click("text=أضف >> nth=-1")
    expect(desk.locator(".messagelist")).to_contain_text("استُلم: 1")
    desk.click("#result_list a >> text=لقاء.txt")
    expect(desk.locator(".delivery-state")).to_contain_text("ينتظر")
    work()
    expect(desk.locator(".delivery-state")).to_have_text("انتهى", timeout=10_000)
    picture("delivery")
    assert Delivery.objects.get().created == 1
    article = Article.objects.get(title__contains="المرفأ")

    # Review by keyboard alone: one key decides each suggestion.
    desk.click("text=إلى مراجعة المقالات")
    # Keys are heard once the page's script has run, which the load event waits for.
    desk.wait_for_url(re.compile(rf"/review/{article.pk}/"), wait_until="load")
    picture("review")
    waiting = int(desk.locator("[role=status] [data-open]").inner_text())
    assert waiting >= 6
    started = time.monotonic()
    for _ in range(waiting - 1):
        desk.keyboard.press("y")
    desk.keyboard.press("n")
    expect(desk.locator("[role=status] [data-open]")).to_have_text("0")
    expect(desk.locator("[data-unanswered]")).to_be_hidden(timeout=30_000)
    a_minute = waiting / (time.monotonic() - started) * 60
    print(f"\n{waiting} suggestions, {waiting} keys, {a_minute:.0f} a minute as fast as keys can be pressed")
    states = list(article.mentions.values_list("state", flat=True)) + list(
        article.figures.values_list("state", flat=True)
    )
    assert "suggested" not in states and states.count("rejected") <= 1

    # Selecting words adds a fact that the rules missed.
    desk.evaluate("""() => {
        const walker = document.createTreeWalker(document.querySelector(".review-text"), NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf("دول المنطقة");
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + "دول المنطقة".length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            return;
        }
    }""")
    desk.keyboard.press("a")
    expect(desk.locator("#id_quote")).to_have_value("دول المنطقة")
    desk.select_option("#id_kind", "actor")
    desk.select_option("#id_new_kind", "coalition")
    picture("add")
    desk.click("#adding input[name=add]")
    expect(desk.locator(".messagelist")).to_contain_text("أضيف")
    mention = article.mentions.get(actor__name="دول المنطقة")
    assert mention.quotes == [article.body[start:end] for start, end in mention.spans] == ["دول المنطقة"]
    desk.locator("body").press("Enter")
    desk.wait_for_url(re.compile(rf"/admin/(review/(?!{article.pk}/).*)?$"))
    assert Article.objects.get(pk=article.pk).checked_by.username == "salma"

    # Two names of one minister are merged by mistake, and the merge is undone.
    survivor = Actor.objects.get(name="ناصر بوريطة")
    gone = Actor.objects.create(name="ناصر بوريطه الوزير", kind="person")
    desk.goto("/admin/duplicates/")
    picture("duplicates")
    desk.click(f"tr:has-text('{gone.name}') >> text=ادمج…")
    desk.check(f"#kept-{survivor.pk}")
    picture("merge")
    desk.click("text=ادمج في المحدد")
    expect(desk.locator(".messagelist")).to_contain_text("دُمج")
    assert Actor.objects.get(pk=gone.pk).merged_into == survivor
    picture("operation")
    desk.click("text=تراجع عن العملية كلها")
    expect(desk.locator(".messagelist")).to_contain_text("أُلغيت العملية")
    assert Actor.objects.get(pk=gone.pk).merged_into is None and not survivor.aliases.filter(name=gone.name).exists()
    desk.goto(f"/admin/articles/actor/{gone.pk}/history/")
    expect(desk.locator("ol.changes > li")).to_have_count(2)
    picture("history")


def test_numbers_that_disagree_are_resolved(
    desk: Page, report: Callable[..., Article], picture: Callable[[str], None]
) -> None:
    report("45 وفدا")
    report("70 وفدا", date(2023, 2, 9))
    contradiction = Contradiction.objects.get()
    desk.goto("/admin/")
    desk.click("tr:has-text('أرقام متعارضة') >> text=القائمة")
    expect(desk.locator("#result_list")).to_contain_text("70")
    picture("contradictions")
    desk.check(f"input[name=_selected_action][value='{contradiction.pk}']")
    desk.select_option("select[name=action]", "confirm")
    desk.click("button[name=index]")
    expect(desk.locator(".verdict")).to_contain_text("سيتغير 1 من 1")
    picture("bulk")
    desk.click("input[name=sure]")
    expect(desk.locator(".messagelist")).to_contain_text("1 من 1")
    contradiction.refresh_from_db()
    assert contradiction.state == "confirmed" and contradiction.reviewed_by.username == "salma"


def test_two_editors_save_one_article(desk: Page, picture: Callable[[str], None]) -> None:
    article = Article.objects.order_by("id").first()
    desk.goto(f"/admin/articles/article/{article.pk}/change/")
    Article.objects.filter(pk=article.pk).update(section="ما كتبه غيرها")
    desk.fill("#id_author", "كاتبة")
    desk.click("input[name=_save]")
    expect(desk.locator(".meanwhile")).to_contain_text("ما كتبه غيرها")
    picture("meanwhile")
    assert Article.objects.get(pk=article.pk).author != "كاتبة"
    desk.click("input[name=_save]")
    expect(desk.locator(".messagelist")).to_be_visible()
    article.refresh_from_db()
    assert (article.author, article.section) == ("كاتبة", "ما كتبه غيرها")


def test_review_without_scripts(browser: object, live_server: object, desk: Page) -> None:
    """The plain form does the same: choices are made, and one button stores them all and goes on."""
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="ar", storage_state=desk.context.storage_state()
    )
    plain = context.new_page()
    article = Article.objects.order_by("id").first()
    plain.goto(f"/admin/review/{article.pk}/?order=old")
    figures = list(article.figures.order_by("id"))
    for figure in figures:
        plain.check(f"input[name='verdict-figure-{figure.pk}'][value=confirm]")
    plain.click("button[name=done]")
    plain.click("[data-rest] [value=confirm]")
    assert f"/review/{article.pk}/" not in plain.url
    assert not Figure.objects.filter(article=article).exclude(state="confirmed").exists()
    context.close()
