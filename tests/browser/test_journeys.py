from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from articles.models import Event, Figure

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
    User.objects.create_superuser("muharrira", password="كلمة-مرور-طويلة-1")
    figure = Figure.objects.get(quote="210 خليا")
    page.goto("/admin/")
    page.locator("#id_username").fill("muharrira")
    page.locator("#id_password").fill("كلمة-مرور-طويلة-1")
    page.locator("input[type=submit]").click()
    page.goto("/admin/articles/figure/?q=210")
    page.locator("input.action-select").check()
    page.locator("select[name=action]").select_option("confirm")
    page.locator("button[name=index]").click()
    page.locator("input[name=sure]").click()
    expect(page.locator(".messagelist")).to_contain_text("1 من 1")
    figure.refresh_from_db()
    assert figure.state == "confirmed" and figure.reviewed_by.username == "muharrira"
    page.goto(figure.article.get_absolute_url())
    line = page.locator("aside li", has_text="«210 خليا»")
    expect(line).to_be_visible()
    expect(line.locator(".state")).to_have_count(0)
    expect(page.locator(f"#figure-{figure.pk}")).not_to_have_class("figure suggested")


def test_the_arabic_face_is_the_archives_own(page: Page) -> None:
    page.goto("/")
    # The first view is drawn without a late font; the next view has it.
    page.reload()
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].some(f => f.family.includes('Naskh') && f.status === 'loaded')")


def test_find_all_names_of_one_coalition(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox", name="ابحث في الأرشيف").fill("التحالف ضد داعش")
    page.keyboard.press("Enter")
    page.locator(".notice").get_by_role("link", name="التحالف الدولي ضد داعش").click()
    names = page.locator("#names")
    for name in ("التحالف العالمي لهزيمة داعش", "الاسم المعتمد", "كما كُتب في المقالات"):
        expect(names).to_contain_text(name)
    assert names.locator("tbody tr").count() >= 5


def test_find_who_co_chaired_a_meeting(page: Page) -> None:
    page.goto("/events/")
    page.locator(".kinds").get_by_role("link", name="اجتماع وزاري").click()
    page.get_by_role("link", name="الاجتماع الوزاري للتحالف الدولي ضد داعش بمراكش").click()
    roles = page.locator("#roles")
    expect(roles.get_by_role("heading", name="مضيف")).to_be_visible()
    expect(roles).to_contain_text("المغرب")
    roles.get_by_role("link", name="أنتوني بلينكن").click()
    expect(page.locator("#events")).to_contain_text("الاجتماع الوزاري للتحالف الدولي ضد داعش بمراكش")


def test_compare_the_numbers_that_two_outlets_gave(page: Page, report: object) -> None:
    report("450 مشاركا", date(2023, 2, 8))
    report("نحو 500 مشارك", date(2023, 2, 9))
    report("520 مشاركا", date(2023, 2, 20))
    # The front page shows contradictions of events that an editor confirmed.
    Event.objects.suggested().update(state="confirmed")
    page.goto("/")
    contradiction = page.locator(".contradiction")
    expect(contradiction.locator(".sides li")).to_have_count(3)
    contradiction.get_by_role("link").first.click()
    expect(page.locator("#contradictions")).to_contain_text("الأسبق نشرا")
    expect(page.get_by_role("region", name="مقارنة الأرقام")).to_contain_text("520")
    page.goto("/figures/?conflicting=on")
    page.get_by_role("cell").get_by_role("link", name="المشاركون").first.click()
    scale = page.get_by_role("region", name="القيم على مقياس واحد")
    expect(scale.locator("tbody tr").first).to_be_visible()
    assert scale.locator("svg circle").count() >= 3


def test_read_what_happened_in_a_month(page: Page) -> None:
    page.goto("/dates/")
    page.get_by_role("region", name="السنوات والشهور").get_by_role("row", name="2024").get_by_role("link", name="1", exact=True).click()  # fmt: skip
    expect(page.locator("h1")).to_contain_text("نونبر (تشرين الثاني) 2024")
    expect(page.get_by_role("heading", name="ربما نُشرت فيه")).to_be_visible()
    page.locator("td.full a").click()
    expect(page.locator("ul.results h3").first).to_contain_text("الكويت تحتضن")


def test_export_and_cite(page: Page) -> None:
    page.goto("/search/?q=الكويت")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "الكويت" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.locator("ol.results a").first.click()
    page.get_by_role("link", name="استشهد").click()
    with page.expect_download() as download:
        page.locator("#cite").get_by_role("link", name="BibTeX").click()
    assert download.value.suggested_filename.endswith(".bib")
    page.get_by_role("link", name="اقرأ الأصل كما ورد").click()
    expect(page.locator("ol.original li").first).to_be_visible()
    page.goto("/articles/")
    assert page.locator('link[rel="alternate"][type="application/atom+xml"]').count() == 1


def test_everything_is_there_without_javascript(browser: object, live_server: object, stored: None) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox", name="ابحث في الأرشيف").fill("الكويت")
    page.get_by_role("button", name="بحث").click()
    page.locator("ol.results a").first.click()
    expect(page.locator("article .body .figure").first).to_be_visible()
    page.locator("#figures a").first.click()
    assert page.url.endswith(page.locator(".figure:target").get_attribute("id"))
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Cite this article")).to_be_visible()
    page.get_by_role("link", name="Timeline").click()
    page.get_by_label("From year").fill("2024")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="Timeline 2024")).to_be_visible()
    page.get_by_text("The numbers as a table").click()
    expect(page.get_by_role("cell", name="1", exact=True).first).to_be_visible()
    context.close()


def test_every_example_of_the_help_page_finds_something(page: Page) -> None:
    for language in ("", "/en"):
        page.goto(f"{language}/help/")
        addresses = [link.get_attribute("href") for link in page.locator("dl.examples a").all()]
        assert len(addresses) >= 7
        for address in addresses:
            page.goto(address)
            assert page.locator("ol.results > li, ul.results > li").count() > 0, address
            assert page.locator(".notice").filter(has_text="لم نجد").count() == 0, address
