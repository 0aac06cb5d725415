import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from articles.models import Actor, Article, Event, Figure, Source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("typed", ["والارهاب", "بالإرهاب", "إرهابية"])
def test_a_newcomer_types_a_word_in_three_spellings(page: Page, typed: str) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="ابحث في الأرشيف").fill(typed)
    page.get_by_role("button", name="بحث").click()
    expect(page.get_by_role("status")).to_have_text("5 مقالات")
    assert page.locator("mark").count() >= 5


def test_search_filter_article_actor_event(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="ابحث في الأرشيف").fill("التحالف العالمي لهزيمة داعش")
    page.keyboard.press("Enter")
    expect(page.locator("ol.results > li")).to_have_count(4)
    page.locator(".facet").get_by_role("link", name="الاجتماع الوزاري للتحالف الدولي ضد داعش بمراكش").click()
    expect(page.locator("ol.results > li")).to_have_count(2)
    expect(page.locator(".chip")).to_contain_text("الفعالية")
    page.get_by_role("link", name="انطلاق أشغال الاجتماع الوزاري").click()
    expect(page.locator("article h1")).to_contain_text("انطلاق أشغال")
    expect(page.locator(".body .figure").first).to_have_text("يتجاوز عددها 80 وفدا")
    expect(page.locator(".body mark").first).to_be_visible()
    page.locator(".body a.actor", has_text="ناصر بوريطة").first.click()
    expect(page.locator("h1")).to_contain_text("ناصر بوريطة")
    page.locator("aside").get_by_role("link", name="الاجتماع الوزاري للتحالف الدولي ضد داعش بمراكش").click()
    expect(page.get_by_role("region", name="مقارنة الأرقام")).to_contain_text("84 دولة")


def test_suggestions_are_chosen_by_keyboard(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox", name="ابحث في الأرشيف")
    box.press_sequentially("بوريط")
    option = page.get_by_role("option", name="ناصر بوريطة")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    box.press_sequentially("ة")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("ناصر بوريطة")


def test_what_has_some_of_the_words_stands_apart_and_a_misspelling_is_offered(page: Page) -> None:
    page.goto("/search/?q=مكافحة الارهلب")
    page.locator(".notice a", has_text="الإرهاب").click()
    expect(page.get_by_role("status")).to_contain_text("مقالات")
    page.goto("/search/?q=مراكش الحدود")
    expect(page.get_by_role("heading", name="فيها بعض كلماتك")).to_be_visible()


def test_the_filter_form_works_without_javascript(browser: object, live_server: object, stored: None) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/search/?q=المغرب")
    page.get_by_label("نوع الفعالية").select_option("conference")
    page.get_by_role("button", name="طبّق").click()
    expect(page.locator("ol.results > li")).to_have_count(1)
    page.locator(".chip", has_text="نوع الفعالية").click()
    expect(page.locator("ol.results > li")).to_have_count(5)
    context.close()


def test_an_editor_logs_in_and_confirms_a_figure(page: Page) -> None:
    User.objects.create_superuser("muharrira", password="كلمة-سر-طويلة-1")
    figure = Figure.objects.get(quote="210 خليا")
    page.goto("/admin/")
    page.locator("#id_username").fill("muharrira")
    page.locator("#id_password").fill("كلمة-سر-طويلة-1")
    page.locator("input[type=submit]").click()
    page.goto("/admin/articles/figure/?q=210")
    page.locator("input.action-select").check()
    page.locator("select[name=action]").select_option("confirm")
    page.locator("button[name=index]").click()
    expect(page.locator(".messagelist")).to_contain_text("مؤكد")
    figure.refresh_from_db()
    assert figure.state == "confirmed" and figure.reviewed_by.username == "muharrira"
    page.goto(figure.article.get_absolute_url())
    line = page.locator("aside li", has_text="«210 خليا»")
    expect(line).to_be_visible()
    expect(line.locator(".state")).to_have_count(0)
    expect(page.locator(f"#figure-{figure.pk}")).not_to_have_class("figure suggested")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_its_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    rows = [model.objects.order_by("id").first().get_absolute_url() for model in (Article, Event, Actor, Source)]
    lists = [
        "/",
        "/search/?q=الإرهاب",
        "/articles/",
        "/events/",
        "/actors/",
        "/figures/",
        "/dates/",
        "/dates/2024/11/",
        "/sources/",
    ]
    for address in [*lists, *rows]:
        page.goto(address)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{address} at {width}: {over} px too wide"
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"


def test_the_arabic_face_is_the_archives_own(page: Page) -> None:
    page.goto("/")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('Naskh') && f.status === 'loaded')")
