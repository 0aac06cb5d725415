"""What surrounds the results: facets, corrections, suggestions, related articles."""

from datetime import date

import pytest

from articles.arabic.keyboard import other_layout
from articles.models import Actor, Article, Coverage, Event, Mention, Source
from articles.search import statistics
from articles.search.completion import suggestions
from articles.search.facets import facets
from articles.search.filters import ArticleFilter
from articles.search.related import related, with_frequent_lexemes
from articles.search.run import search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["الإرهاب", "المغرب", "التحالف الدولي", ""])
def test_choosing_a_facet_gives_as_many_articles_as_it_says(text: str, make_article: object) -> None:
    make_article("شهر", "الإرهاب في المغرب", day=date(2023, 4, 5), source=Source.objects.first())
    everything = Article.objects.public()
    result = facets(everything, search(text).ids if text else None)
    assert {facet.name for facet in result.facets} == {"event", "actor", "kind", "source", "published"}
    for facet in result.facets:
        for value in facet.values:
            chosen = ArticleFilter({facet.name: value.value}, everything).qs
            total = search(text, chosen).total if text else chosen.count()
            assert total == value.count, (facet.name, value.label)


def test_bars_follow_one_another_and_leave_out_the_undated(make_article: object) -> None:
    for day in (date(2020, 1, 5), date(2023, 3, 1), date(2023, 4, 1), None):
        make_article("م", "لازورد", day=day)
    result = facets(Article.objects.public(), search("لازورد").ids)
    assert [(bar.value, bar.count) for bar in result.bars] == [("2020", 1), ("2021", 0), ("2022", 0), ("2023", 2)]
    assert result.undated == 1 and result.counted == 4
    chosen = ArticleFilter({"published": "2023"}, Article.objects.public()).qs
    months = facets(chosen, search("لازورد", chosen).ids)
    assert [(bar.value, bar.count) for bar in months.bars] == [("2023-03", 1), ("2023-04", 1)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hghvihf", "الارهاب"),
        ("lvh;a", "مراكش"),
        ("]hua", "داعش"),
        ("يشثسا", "daesh"),
        ("Hlvd;h", "أمريكا"),
        ("نص3", None),
    ],
)
def test_the_same_keys_in_the_other_layout(typed: str, meant: str | None) -> None:
    assert other_layout(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("مكافحه الارهلب", "الإرهاب"), ("lvh;a", "مراكش"), ("اجتماع lvh;a", "مراكش"), ("التحالق الدولي", "التحالف"), ("المقاتلون الأجانب في الساخل", "الساحل")],
)  # fmt: skip
def test_what_was_probably_meant_is_offered(typed: str, meant: str) -> None:
    statistics.rebuild()
    page = search(typed)
    assert meant in page.correction
    assert search(page.correction).total > 0


@pytest.mark.parametrize("typed", ["الإرهاب", "مراكش الكويت", "qwxz", "زقزوقاوي"])
def test_nothing_is_offered_for_what_is_known_or_like_nothing(typed: str) -> None:
    statistics.rebuild()
    assert search(typed).correction == ""


def test_suggestions_are_what_lists_show(make_article: object) -> None:
    article = make_article("عنوان", "نص")
    for state in ("confirmed", "suggested"):
        actor = Actor.objects.create(name=f"رابطة الزبرجد {state}", kind="civil", state=state)
        Mention.objects.create(article=article, actor=actor, state=state)
        event = Event.objects.create(title=f"مؤتمر الزبرجد {state}", kind="conference", state=state)
        Coverage.objects.create(article=article, event=event, state=state)
    Actor.objects.create(name="رابطة الزبرجد بلا مقال", kind="civil", state="confirmed")
    assert [(suggestion.kind, suggestion.text) for suggestion in suggestions("الزبرجد")] == [
        ("actor", "رابطة الزبرجد confirmed"), ("event", "مؤتمر الزبرجد confirmed"),
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["زيد بن علي", "زيد", "ذدج", "وهي ]h", "ظيد"])
def test_no_correction_is_made_of_signs(typed: str, make_article: object) -> None:
    """Some keys of Arabic letters hold signs in the other layout: «زيد» is «.d]» there, and the archive contains «d»."""
    make_article("d h g", "الحرف d ثم h ثم g ثم n ثم o في القائمة")
    statistics.rebuild()
    assert all(word.isalpha() for word in search(typed).correction.split())


def test_a_correction_that_finds_nothing_is_not_offered(make_article: object) -> None:
    statistics.rebuild()
    assert search("lvh;a").correction == "مراكش"
    elsewhere = Article.objects.public().filter(pk=make_article("عنوان", "نص آخر").pk)
    for typed in ("lvh;a", "الارهلب", "hghvihf"):
        assert search(typed).correction and search(typed, elsewhere).correction == "", typed


def test_suggestions_come_from_actors_events_and_titles(seed: object) -> None:
    suggested = suggestions("بوريط")
    assert ("actor", Actor.objects.get(name="ناصر بوريطة").get_absolute_url()) in [
        (s.kind, s.address) for s in suggested
    ]
    kinds = {suggestion.kind for suggestion in suggestions("الاجتماع الوزاري")}
    assert kinds == {"event", "article"}
    assert {s.address for s in suggestions("اجتم") if s.kind == "event"} & {
        e.get_absolute_url() for e in Event.objects.all()
    }
    assert suggestions("") == suggestions("ب") == suggestions("()") == []


def test_drafts_and_rejected_actors_are_not_suggested(make_article: object) -> None:
    make_article("سر الفيروز", "نص", status="draft")
    Actor.objects.create(name="فيروز المرفوضة", kind="person", state="rejected")
    assert suggestions("فيروز") == []


def test_related_articles_share_the_telling_words(seed: object, make_article: object) -> None:
    forecast = make_article("نشرة الطقس", "أمطار متفرقة ورياح على السواحل غدا")

    def beside(article: Article) -> list[Article]:
        return related(with_frequent_lexemes(Article.objects).get(pk=article.pk), 5)

    articles = beside(seed("000"))
    assert articles[0] == seed("001") and seed("000") not in articles and forecast not in articles
    make_article("أمطار", "أمطار ورياح متفرقة في السهول")
    assert [article.title for article in beside(forecast)] == ["أمطار"]


def test_rejected_mentions_are_in_no_facet(seed: object) -> None:
    actor = Actor.objects.get(name="النيجر")
    Mention.objects.filter(actor=actor).update(state="rejected")
    result = facets(Article.objects.public())
    assert actor.name not in {value.label for facet in result.facets if facet.name == "actor" for value in facet.values}
