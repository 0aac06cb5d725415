"""In a real Chromium: the desk stores what is typed or asks about it, one press closes nothing unseen, and leaving ends
a claim.
"""

import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import BrowserContext, Page, expect

from articles.models import Actor, Article, Claim, Event, Figure
from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def article(stored: None) -> Article:
    """The seed with the figure 210."""
    return Article.objects.filter(figures__value=210).distinct().get()


def box(desk: Page, figure: Figure, name: str = "value") -> Any:
    """Opens the correction form of a figure, and returns one of its inputs."""
    desk.evaluate(f"document.querySelector('#figure-{figure.pk} details').open = true")
    return desk.locator(f"[name='{name}-figure-{figure.pk}']")


def test_enter_in_a_correction_stores_it(desk: Page, article: Article) -> None:
    figure = article.figures.get(value=210)
    desk.goto(f"/admin/review/{article.pk}/")
    box(desk, figure).fill("213")
    expect(desk.locator(f"#figure-{figure.pk} input[value=confirm]")).to_be_checked()
    expect(desk.locator(f"#figure-{figure.pk}")).to_have_class(re.compile("unsaved"))
    desk.keyboard.press("Enter")
    expect(desk.locator(f"#figure-{figure.pk}")).not_to_have_class(re.compile("unsaved"))
    figure.refresh_from_db()
    assert (figure.value, figure.state) == (213, "confirmed")


def test_the_page_shows_what_is_stored_after_a_correction(desk: Page, article: Article) -> None:
    """Corrects a figure, the actor of a mention, and the day in the head of the page."""
    figure, mention = article.figures.get(value=210), article.mentions.order_by("id").first()
    new_actor = Actor.objects.create(name="مركز الدراسات البعيدة", kind="civil")
    desk.goto(f"/admin/review/{article.pk}/")
    box(desk, figure).fill("٢١٣")
    desk.keyboard.press("Enter")
    expect(desk.locator(f"#figure-{figure.pk} strong")).to_contain_text("213")
    expect(box(desk, figure)).to_have_value("213")
    desk.locator(f"#mention-{mention.pk} summary").click()
    desk.fill(f"[name='actor-mention-{mention.pk}']", new_actor.name)
    desk.keyboard.press("Enter")
    expect(desk.locator(".item.confirmed strong", has_text=new_actor.name)).to_be_visible()
    desk.locator("#date summary").click()
    desk.fill("[name='date-value']", "2024-11-09")
    desk.keyboard.press("Enter")
    expect(desk.locator("#date strong")).to_contain_text("9 ")
    expect(desk.locator(".review-head")).to_contain_text("9 ")


def test_what_is_typed_goes_with_the_article_that_is_done(desk: Page, article: Article) -> None:
    """A correction is typed, left with Escape, and closed with one key; it is stored on the way."""
    figure = article.figures.get(value=210)
    desk.goto(f"/admin/review/{article.pk}/")
    box(desk, figure, "unit").fill("خلية نائمة")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-rest]")).to_be_visible()
    figure.refresh_from_db()
    assert (figure.unit, figure.state) == ("خلية نائمة", "confirmed")


def test_a_correction_that_is_refused_stays_and_is_told(desk: Page, article: Article) -> None:
    figure = article.figures.get(value=210)
    desk.goto(f"/admin/review/{article.pk}/")
    box(desk, figure).fill("كثير")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-message]")).to_contain_text("القيمة")
    expect(box(desk, figure)).to_have_value("كثير")
    expect(desk.locator(f"#figure-{figure.pk}")).to_have_class(re.compile("unsaved"))


def test_leaving_with_something_typed_is_asked_about(desk: Page, article: Article) -> None:
    dialogs: list[str] = []

    def stay(dialog: Any) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    desk.goto(f"/admin/review/{article.pk}/")
    box(desk, article.figures.get(value=210)).fill("213")
    desk.on("dialog", stay)
    desk.locator(".breadcrumbs a").first.click(no_wait_after=True)
    expect(desk.locator("#verdicts")).to_be_visible()
    desk.wait_for_function("document.readyState === 'complete'")
    assert dialogs == ["beforeunload"] and f"/review/{article.pk}/" in desk.url
    desk.remove_listener("dialog", stay)
    # The form of a noun behaves the same.
    desk.goto(f"/admin/articles/actor/{Actor.objects.order_by('id').first().pk}/change/")
    desk.on("dialog", stay)
    desk.locator("#id_description").fill("كلمات لم تُحفظ")
    desk.locator(".breadcrumbs a").first.click(no_wait_after=True)
    expect(desk.locator("#id_description")).to_have_value("كلمات لم تُحفظ")
    assert dialogs == ["beforeunload"] * 2
    desk.remove_listener("dialog", stay)


def test_two_presses_of_enter_close_nothing_over_what_waits(desk: Page, article: Article) -> None:
    desk.goto(f"/admin/review/{article.pk}/?order=old")
    waiting = int(desk.locator("[role=status] [data-open]").inner_text())
    assert waiting > 3
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-rest-count]")).to_have_text(str(waiting))
    expect(desk.locator("[data-rest] [value=leave]")).to_be_focused()
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(rf"/admin/review/(?!{article.pk}/)"))
    article.refresh_from_db()
    assert article.checked_at is None and article.figures.suggested().exists()
    desk.goto(f"/admin/review/{article.pk}/?order=old")
    desk.keyboard.press("Enter")
    desk.click("[data-rest] [value=confirm]")
    desk.wait_for_url(re.compile(rf"/admin/review/(?!{article.pk}/)"))
    article.refresh_from_db()
    assert article.checked_by.username == "salma" and not article.figures.suggested().exists()


def test_an_addition_that_was_not_sent_holds_the_article(desk: Page, article: Article) -> None:
    desk.goto(f"/admin/review/{article.pk}/")
    desk.locator("#adding summary").click()
    desk.fill("#id_quote", "كلمات لم تُضف")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-message]")).to_contain_text("كتبت إضافة لم تُحفظ")
    expect(desk.locator("#id_quote")).to_have_value("كلمات لم تُضف")


def test_a_claim_ends_when_the_page_is_left(desk: Page, article: Article) -> None:
    desk.goto(f"/admin/review/{article.pk}/")
    assert Claim.objects.filter(article=article).exists()
    desk.reload()
    desk.keyboard.press("j")
    assert Claim.objects.filter(article=article).exists()
    desk.goto("/admin/guide/")
    deadline = time.monotonic() + 20
    while Claim.objects.filter(article=article).exists() and time.monotonic() < deadline:
        desk.wait_for_timeout(100)
    assert not Claim.objects.filter(article=article).exists()


def test_a_session_that_ended_costs_nothing_that_was_typed(
    browser: Any,
    live_server: Any,
    desk: Page,
    article: Article,
) -> None:
    # It has a window of its own: the browser reports the refused request (401) as an error of the page.
    context = browser.new_context(
        base_url=live_server.url,
        locale="ar",
        storage_state=desk.context.storage_state(),
        viewport={"width": 1280, "height": 900},
    )
    opened = context.new_page()
    figure = article.figures.get(value=210)
    opened.goto(f"/admin/review/{article.pk}/")
    sign_out_elsewhere(context)
    box(opened, figure).fill("213")
    opened.keyboard.press("Enter")
    expect(opened.locator(".verdict")).to_contain_text("انتهت جلستك")
    opened.fill("#id_username", "salma")
    opened.fill("#id_password", PASSWORD)
    opened.click("#login-form input[type=submit]")
    expect(opened.locator(".verdict")).to_contain_text("دخلت")
    opened.click("text=أرسل ما كتبته")
    expect(opened.locator("#verdicts")).to_be_visible()
    figure.refresh_from_db()
    assert (figure.value, figure.state) == (213, "confirmed")
    context.close()


def sign_out_elsewhere(context: BrowserContext) -> None:
    """Removes the session cookie, as if the editor had signed out in another window."""
    cookies = [cookie for cookie in context.cookies() if cookie["name"] != "sessionid"]
    context.clear_cookies()
    context.add_cookies(cookies)


def test_the_same_without_scripts(browser: Any, live_server: Any, desk: Page, article: Article) -> None:
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="ar", storage_state=desk.context.storage_state()
    )
    plain = context.new_page()
    figure = article.figures.get(value=210)
    plain.goto(f"/admin/review/{article.pk}/?order=old")
    plain.locator(f"#figure-{figure.pk} summary").click()
    plain.fill(f"[name='value-figure-{figure.pk}']", "213")
    plain.keyboard.press("Enter")
    expect(plain.locator(f"#figure-{figure.pk} .reason")).to_contain_text("كتبت تصحيحا ولم تختر")
    expect(plain.locator(f"[name='value-figure-{figure.pk}']")).to_have_value("213")
    # The same button confirms nothing, because the editor has just learned that nothing was confirmed.
    plain.click("button[name=done]")
    expect(plain.locator(f"#figure-{figure.pk} .reason")).to_contain_text("كتبت تصحيحا ولم تختر")
    assert Figure.objects.get(pk=figure.pk).value == 210
    plain.check(f"[name='verdict-figure-{figure.pk}'][value=confirm]")
    plain.click("button[name=done]")
    expect(plain.locator("[data-rest]")).to_be_visible()
    assert Figure.objects.get(pk=figure.pk).value == 213
    plain.click("[data-rest] [value=reject]")
    assert f"/review/{article.pk}/" not in plain.url
    article.refresh_from_db()
    assert article.checked_by.username == "salma" and Figure.objects.get(pk=figure.pk).state == "confirmed"
    context.close()


def test_two_editors_are_told_of_each_other(browser: Any, live_server: Any, desk: Page, article: Article) -> None:
    colleague = User.objects.create_user("hind", password=PASSWORD, is_staff=True)
    colleague.groups.add(Group.objects.get(name="محررون"))
    desk.goto(f"/admin/review/{article.pk}/")
    context = browser.new_context(base_url=live_server.url, locale="ar", viewport={"width": 390, "height": 800})
    second_page = context.new_page()
    second_page.goto("/admin/login/")
    second_page.fill("#id_username", "hind")
    second_page.fill("#id_password", PASSWORD)
    second_page.click("input[type=submit]")
    expect(second_page.locator("h1")).to_have_text("ما ينتظر")
    second_page.goto(f"/admin/review/{article.pk}/")
    expect(second_page.locator(".verdict")).to_contain_text("يراجعه الآن salma")
    second_page.click("text=افتحه مع ذلك")
    figure = article.figures.get(value=210)
    desk.locator(f"#figure-{figure.pk} input[value=reject]").check()
    expect(desk.locator(f"#figure-{figure.pk}")).to_have_class(re.compile("rejected"))
    expect(desk.locator("[data-unanswered]")).to_be_hidden()
    second_page.locator(f"#figure-{figure.pk} input[value=confirm]").check()
    expect(second_page.locator("[data-message]")).to_contain_text("سبقك salma")
    # The line shows the stored value, and none of its choices is selected.
    expect(second_page.locator(f"#figure-{figure.pk}")).to_have_class(re.compile("rejected"))
    expect(second_page.locator(f"#figure-{figure.pk} input:checked")).to_have_count(0)
    assert Figure.objects.get(pk=figure.pk).state == "rejected" and Event.objects.exists()
    context.close()


def test_verdicts_on_their_way_are_not_lost_when_the_page_is_left(desk: Page, article: Article) -> None:
    desk.goto(f"/admin/review/{article.pk}/")

    def late(route: Any) -> None:
        time.sleep(0.5)
        route.continue_()

    desk.route("**/admin/review/**", lambda route: late(route) if route.request.method == "POST" else route.continue_())
    waiting = int(desk.locator("[role=status] [data-open]").inner_text())
    for _ in range(waiting):
        desk.keyboard.press("y")
    expect(desk.locator("[data-unanswered]")).to_contain_text("يُحفظ")
    # Following a link would lose unsent verdicts, so the browser asks first.
    dialogs = []
    desk.once("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.dismiss()))
    desk.click(".breadcrumbs a")
    assert dialogs == ["beforeunload"] and f"/review/{article.pk}/" in desk.url
    # A button of the page waits until everything is stored.
    desk.click("button[name=skip]")
    desk.wait_for_url(re.compile(rf"/admin/(review/(?!{article.pk}/).*)?$"))
    assert (
        not article.mentions.filter(state="suggested").exists()
        and not article.figures.filter(state="suggested").exists()
    )


def test_verdicts_that_could_not_be_sent_stay_chosen_and_are_sent_again(desk: Page, article: Article) -> None:
    # It has a page of its own, because the browser's console reports the requests that fail here.
    page = desk.context.new_page()
    page.goto(f"/admin/review/{article.pk}/")
    page.route(
        "**/admin/review/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    items = page.locator(".item")
    keys = [items.nth(number).get_attribute("data-key") for number in (1, 2)]
    page.keyboard.press("j")
    page.keyboard.press("y")
    page.keyboard.press("n")
    expect(page.locator("[data-message]")).to_contain_text("لا يجيب الخادم")
    for key, verdict in zip(keys, ("confirm", "reject"), strict=True):
        expect(page.locator(f"#{key}")).to_have_class(re.compile("suggested.*unsaved|unsaved.*suggested"))
        expect(page.locator(f"#{key} input[value={verdict}]")).to_be_checked()
    questions = []
    page.once("dialog", lambda dialog: (questions.append(dialog.type), dialog.dismiss()))
    page.click(".breadcrumbs a")
    assert questions == ["beforeunload"]
    page.unroute("**/admin/review/**")
    # A verdict that is stored meanwhile does not hide that other verdicts wait.
    third = items.nth(3).get_attribute("data-key")
    items.nth(3).focus()
    page.keyboard.press("y")
    expect(page.locator(f"#{third}")).to_have_class(re.compile("confirmed"))
    expect(page.locator("[data-message]")).to_contain_text("قرارات لم تُحفظ: 2.")
    page.click("button[name=save]")
    expect(page.locator(f"#{keys[0]}")).to_have_class(re.compile("confirmed"))
    expect(page.locator(f"#{keys[1]}")).to_have_class(re.compile("rejected"))


def test_a_verdict_after_the_token_was_renewed_is_kept_and_sent_again(desk: Page, article: Article) -> None:
    # It has a page of its own, because the browser's console reports the requests that fail here.
    page = desk.context.new_page()
    page.goto(f"/admin/review/{article.pk}/")
    key = page.locator(".item").nth(1).get_attribute("data-key")
    page.context.clear_cookies(name="csrftoken")
    page.keyboard.press("j")
    page.keyboard.press("y")
    expect(page.locator("h1")).to_have_text("ما كتبته محفوظ")
    page.click("text=أرسل ما كتبته")
    expect(page.locator(f"#{key}")).to_have_class(re.compile("confirmed"))
