"""The operators of the query language, tested by the articles that they find."""

from datetime import date

import pytest

from articles.models import Actor, Article, Source, SynonymSet
from articles.search.run import Order, Wanted, search

pytestmark = pytest.mark.django_db


def titles(text: str, **options: object) -> list[str]:
    """Returns the titles that a query finds, sorted."""
    return sorted(hit.article.title for hit in search(text, **options).hits)


def test_near_finds_words_in_either_order_within_a_distance(make_article: object) -> None:
    make_article("قريب", "الزبرجد يباع مع الياقوت هنا")
    make_article("معكوس", "الياقوت خير من الزبرجد")
    make_article("بعيد", "الزبرجد " + "كلام " * 12 + "الياقوت")
    assert titles("زبرجد NEAR/3 ياقوت") == ["قريب", "معكوس"]
    assert titles("زبرجد NEAR/1 ياقوت -كلام") == []
    assert titles("زبرجد NEAR/20 ياقوت") == ["بعيد", "قريب", "معكوس"]
    assert titles("«مع الياقوت» NEAR/2 زبرجد") == ["قريب"]


def test_the_title_field_looks_at_titles_alone(make_article: object) -> None:
    make_article("أسواق الزبرجد", "نص")
    make_article("شيء آخر", "الزبرجد والعقيق")
    assert titles("العنوان:زبرجد") == ["أسواق الزبرجد"]
    assert titles("العنوان:«أسواق الزبرجد»") == ["أسواق الزبرجد"]
    assert titles("زبرجد -العنوان:زبرجد") == ["شيء آخر"]
    assert titles("العنوان:زبر*") == ["أسواق الزبرجد"]


def test_fields_name_actors_events_and_sources(seed: object, make_article: object) -> None:
    naming = {seed(number).pk for number in ("000", "001", "003", "004")}
    assert {hit.article.pk for hit in search("الفاعل:داعش").hits} >= {seed("000").pk}
    assert {hit.article.pk for hit in search("الفاعل:«التحالف العالمي لهزيمة داعش»").hits} == naming
    assert {hit.article.pk for hit in search("مراكش الحدث:«الاجتماع الوزاري»").hits} == {seed("000").pk, seed("001").pk}
    source = Source.objects.create(name="جريدة الزمرد", domains=["zumurrud.example"])
    article = make_article("منها", "نص الخبر", source=source)
    for written in (
        "المصدر:الزمرد",
        "المصدر:«جريدة الزمرد»",
        "source:zumurrud.example OR source:الزمرد",
        "خبر المصدر:للزمرد",
    ):
        assert [hit.article for hit in search(written).hits] == [article], written


def test_a_field_that_names_nothing_becomes_words_with_a_note(make_article: object) -> None:
    make_article("به", "كتبه زعفران")
    page = search("الفاعل:زعفران")
    assert [hit.article.title for hit in page.hits] == ["به"]
    assert page.notes[0].position == 7 and "زعفران" in page.notes[0].message


def test_dates_keep_what_may_lie_in_them(make_article: object) -> None:
    make_article("قديم", "بنفسج", day=date(2019, 5, 1))
    make_article("جديد", "بنفسج", day=date(2024, 5, 1))
    make_article("بلا تاريخ", "بنفسج")
    assert titles("بنفسج من:2020") == ["بلا تاريخ", "جديد"]
    assert titles("بنفسج إلى:مايو 2019") == ["بلا تاريخ", "قديم"]
    assert titles("بنفسج -من:2020") == ["قديم"]
    assert titles("(بنفسج من:2020) أو (بنفسج إلى:2019)") == ["بلا تاريخ", "جديد", "قديم"]
    newest = search("من:2024-05-01 إلى:2024-05-01 -مراكش").hits
    assert newest[0].article.title == "جديد"


def test_fields_alone_list_the_newest(make_article: object) -> None:
    source = Source.objects.create(name="جريدة الزمرد")
    for number in range(3):
        make_article(f"م{number}", "نص", day=date(2024, 1, 1 + number), source=source)
    page = search("المصدر:الزمرد")
    assert [hit.article.title for hit in page.hits] == ["م2", "م1", "م0"] and page.total == 3
    assert page.order == Order.NEWEST
    oldest = search("المصدر:الزمرد", wanted=Wanted(Order.OLDEST, size=2))
    assert [hit.article.title for hit in oldest.hits] == ["م0", "م1"] and oldest.after and not oldest.before


def test_synonyms_widen_a_search_the_moment_they_are_saved(make_article: object) -> None:
    make_article("أ", "وصلت مسيرات درون إلى الحقل")
    make_article("ب", "وصلت طائرة بدون طيار إلى الحقل")
    assert titles("درون") == ["أ"]
    synonyms = SynonymSet.objects.create(words=["درون", "طائرة بدون طيار"])
    page = search("درون")
    assert sorted(hit.article.title for hit in page.hits) == ["أ", "ب"]
    assert [(widening.actor, widening.names) for widening in page.widened] == [(None, ("درون", "طائرة بدون طيار"))]
    assert titles("طائرة بدون طيار") == ["أ", "ب"]
    assert titles("درون", widen=False) == ["أ"]
    synonyms.in_use = False
    synonyms.save()
    assert titles("درون") == ["أ"]


def test_the_months_of_all_countries_meet(make_article: object) -> None:
    made = {make_article(name, f"انعقد في {name} الماضي").pk for name in ("نوفمبر", "تشرين الثاني", "نونبر")}
    for name in ("نوفمبر", "تشرين الثاني", "بنونبر"):
        assert {hit.article.pk for hit in search(name).hits} >= made, name


def test_an_actor_and_a_synonym_of_one_name_both_widen(make_article: object) -> None:
    actor = Actor.objects.create(name="هيئة الياقوت", kind="civil")
    actor.aliases.create(name="الهيئة الياقوتية")
    SynonymSet.objects.create(words=["هيئة الياقوت", "مجلس الزبرجد"])
    article = make_article("م", "اجتمع مجلس الزبرجد أمس")
    page = search("هيئة الياقوت")
    assert [hit.article for hit in page.hits] == [article]
    assert {widening.actor for widening in page.widened} == {actor.pk, None}


def test_results_by_date_go_on_from_where_the_page_ended(make_article: object) -> None:
    made = [make_article(f"ت{number}", "لازورد", day=date(2024, 1, 1 + number // 2)) for number in range(9)]
    made.append(make_article("بلا تاريخ", "لازورد"))
    expected = sorted(made, key=lambda article: (article.published.date or date(1, 1, 1), article.pk), reverse=True)
    for order, wanted in ((Order.NEWEST, expected), (Order.OLDEST, expected[::-1])):
        seen: list[Article] = []
        after = ""
        while True:
            page = search("لازورد", wanted=Wanted(order, after=after, size=4))
            assert page.order == order and page.total == 10
            seen += [hit.article for hit in page.hits]
            if not page.after:
                break
            after = page.after
        assert seen == wanted
        back = search("لازورد", wanted=Wanted(order, before=page.before, size=4))
        assert [hit.article for hit in back.hits] == wanted[4:8]
    assert search("لازورد", wanted=Wanted(Order.NEWEST, after="nonsense")).hits[0].article == expected[0]
