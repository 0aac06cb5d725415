import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.models import Actor, Alias, Article
from articles.search.limit import SearchTooCostlyError
from articles.search.run import Order, Wanted, search

pytestmark = pytest.mark.django_db


def titles(text: str, **options: object) -> set[str]:
    """Returns the titles that a query finds."""
    return {hit.article.title for hit in search(text, **options).hits}


@pytest.mark.parametrize("written", ["والإرهاب", "بالإرهاب", "الارهاب", "إرهابية", "الإِرهاب"])
def test_spellings_and_forms_of_one_word_meet(written: str) -> None:
    assert search(written).total == 5


def test_any_name_of_the_coalition_finds_all_articles_that_name_it(seed: object) -> None:
    naming = {seed(number).pk for number in ("000", "001", "003", "004")}
    coalition = Actor.objects.get(name="التحالف الدولي ضد داعش")
    for name in [coalition.name, *coalition.aliases.values_list("name", flat=True)]:
        for text in (name, f"«{name}»"):
            assert naming <= {hit.article.pk for hit in search(text).hits}, text


def test_a_new_alias_widens_at_once_and_can_be_turned_off(seed: object) -> None:
    assert search("الحلف المراكشي").total == 0 or search("الحلف المراكشي").loosened
    actor = Actor.objects.get(name="ناصر بوريطة")
    Alias.objects.create(actor=actor, name="عميد الدبلوماسية المغربية")
    page = search("عميد الدبلوماسية المغربية")
    assert {seed("000").pk, seed("001").pk, seed("002").pk} == {hit.article.pk for hit in page.hits}
    assert [named.actor for named in page.widened] == [actor.pk]
    assert search("عميد الدبلوماسية المغربية", widen=False).loosened


def test_phrases_exclusion_and_either(make_article: object) -> None:
    make_article("أول", "وصل القطار السريع إلى المدينة")
    make_article("ثان", "السريع من القطار وصل")
    assert titles("«القطار السريع»") == {"أول"}
    assert titles("القطار السريع") == {"أول", "ثان"}
    assert titles("القطار -المدينة") == {"ثان"}
    assert titles("المدينة أو القطار") == {"أول", "ثان"}
    assert titles("سري* قطار") == {"أول", "ثان"}


def test_a_question_finds_what_has_most_of_its_words(seed: object) -> None:
    page = search("كم عدد الوفود التي حضرت اجتماع مراكش حسب ما ذكرته الصحف؟")
    assert page.hits[0].article == seed("000") and page.loosened


def test_where_few_have_all_words_those_with_some_follow_apart(make_article: object) -> None:
    both = make_article("كلاهما", "الزبرجد والياقوت " + "حشو " * 60)
    partial_match = make_article("أحدهما", "الزبرجد الزبرجد الزبرجد")
    page = search("زبرجد ياقوت")
    assert [hit.article for hit in page.hits] == [both] and page.total == page.complete == 1 and not page.loosened
    assert [hit.article for hit in page.further_hits] == [partial_match] and page.further == (partial_match.pk,)
    assert page.ids == (both.pk,)
    second = search("زبرجد ياقوت", wanted=Wanted(number=2, size=1))
    assert not second.hits and [hit.article for hit in second.further_hits] == [partial_match]
    assert not search("«الزبرجد والياقوت»").further and not search("زبرجد ياقوت -كهرمان").further


@pytest.mark.parametrize(
    ("typed", "order", "further", "together"),
    [
        ("زبرجد ياقوت", Order.RELEVANCE, True, False),
        ("ياقوت زبرجد", Order.RELEVANCE, True, False),
        ("زبرجد ياقوت", Order.NEWEST, False, False),
        ("«زبرجد وياقوت» نفيس", Order.RELEVANCE, False, False),
        ("زبرجد", Order.RELEVANCE, False, False),
        ("هل زبرجد ياقوت؟", Order.RELEVANCE, False, True),
        ("زبرجد ياقوت في متحف نفيس", Order.RELEVANCE, False, True),
        ("زبرجد ياقوت في متحف نفيس", Order.NEWEST, False, False),
        ("زبرجد كهرمان", Order.RELEVANCE, False, True),
        ("زبرجد كهرمان", Order.OLDEST, False, True),
        ("زبرجد -كهرمان", Order.RELEVANCE, False, False),
    ],
)
def test_a_query_and_its_full_matches_decide_what_joins_them(
    make_article: object, typed: str, order: Order, further: bool, together: bool
) -> None:
    """Articles with some of the words follow separately, are ranked together with the full matches, or are left out."""
    make_article("كل الكلمات", body="زبرجد وياقوت في متحف نفيس")
    some = make_article("بعض الكلمات", body="زبرجد وحده")
    page = search(typed, wanted=Wanted(order=order))
    assert (some.pk in page.further, page.loosened) == (further, together)


def test_the_word_as_it_was_typed_goes_before_its_other_forms(make_article: object) -> None:
    form = make_article("م", "ورد التمويلية هنا مرة في نص قصير")
    typed = make_article("م", "ورد التمويل هنا مرة في نص قصير")
    assert [hit.article for hit in search("التمويل قصير").hits][:1] == [typed]
    assert form.pk in search("التمويل").ids


def test_rare_words_outrank_common_ones(make_article: object) -> None:
    for number in range(12):
        make_article(f"حشو {number}", "السلام السلام السلام كلام عام طويل يملأ السطور")
    rare = make_article("نادر", "زرافة واحدة والسلام")
    assert search("السلام أو زرافة").hits[0].article == rare


def test_words_with_one_beginning_count_as_often_as_they_stand(make_article: object) -> None:
    often = make_article("مقال", "زمردة " * 6 + "حشو " * 60)
    thrice = make_article("مقال", "زمردات " * 3 + "حشو " * 63)
    two = make_article("مقال", "زمردة وزمرديون " + "حشو " * 64)
    once = make_article("مقال", "زمردي " + "حشو " * 65)
    assert [hit.article for hit in search("زمرد*").hits] == [often, thrice, two, once]


def test_a_title_match_outranks_a_body_match(make_article: object) -> None:
    body = make_article("شيء آخر", "ذكر الزعفران مرة في النص الطويل")
    title = make_article("موسم الزعفران", "نص عن شيء ما في موسم ما هنا")
    assert [hit.article for hit in search("الزعفران").hits] == [title, body]


def test_matches_are_marked_in_the_readers_spelling_wherever_they_stand(make_article: object) -> None:
    make_article("عن والبَيْطَرَة", "تقدم بالبيطرة و لـ30 مربيا، “البيطرة” أيضا")
    (hit,) = search("بيطرة").hits
    assert [p.text for p in hit.highlighted.title if p.marked] == ["والبَيْطَرَة"]
    assert [p.text for p in hit.highlighted.snippet if p.marked] == ["بالبيطرة", "البيطرة"]
    assert "".join(p.text for p in hit.highlighted.snippet) == hit.article.body


def test_a_snippet_shows_the_passage_that_matches(make_article: object) -> None:
    make_article("طويل", " ".join(["كلام"] * 300) + " وهنا ياقوتة نادرة " + " ".join(["كلام"] * 300))
    (hit,) = search("ياقوتة نادرة").hits
    assert "".join(p.text for p in hit.highlighted.snippet if p.marked) == "ياقوتة نادرة"


def test_drafts_and_withdrawn_articles_are_not_found(make_article: object) -> None:
    make_article("مسودة", "كلمة فريدةجدا", status="draft")
    make_article("مسحوب", "كلمة فريدةجدا", status="withdrawn")
    assert search("فريدةجدا").total == 0


def test_pages_divide_the_result(make_article: object) -> None:
    for number in range(7):
        make_article(f"صفحة {number}", "موضوع مشترك بنفسجي")
    pages = [search("بنفسجي", wanted=Wanted(number=n, size=3)) for n in (1, 2, 3)]
    assert [len(page.hits) for page in pages] == [3, 3, 1]
    assert len({hit.article.pk for page in pages for hit in page.hits}) == 7


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="()\"«»'\\:&|!<->*-أو ORمراكش\x00%", max_size=40))
def test_nothing_typed_breaks_the_database(text: str) -> None:
    search(text)


def test_a_query_that_takes_too_long_is_stopped(make_article: object) -> None:
    with override_settings(ARCHIVE_SEARCH_TIMEOUT=1):
        for number in range(300):
            Article(title=f"م{number}", body="كلام " * 4000 + str(number)).save()
        with pytest.raises(SearchTooCostlyError):
            search("كلام OR كلا* OR " + " OR ".join(str(n) for n in range(20)))
