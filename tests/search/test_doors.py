"""What the statements of a search ask of the database, and what corrections and filters take from it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from articles.models import Actor, Article, Event, Figure, Mention, Source
from articles.search import statistics
from articles.search.compile import compile_query, holding_phrase
from articles.search.facets import facets
from articles.search.filters import ArticleFilter, EventFilter, FigureFilter
from articles.search.limit import SearchTooCostlyError, give_up_after, time_limit
from articles.search.query import parse
from articles.search.run import Wanted, search, with_matches

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]


def current(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def test_the_settings_of_a_search_end_with_it(settings: Any) -> None:
    settings.ARCHIVE_SEARCH_TIMEOUT = 4_321
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 98765")
    names = ("jit", "max_parallel_workers_per_gather", "enable_hashjoin", "enable_mergejoin", "work_mem")
    before = [current(name) for name in names]
    with time_limit() as revision:
        assert [current(name) for name in names] == ["off", "0", "off", "off", "32MB"]
        assert current("statement_timeout") == "4321ms"
        # A block within changes nothing, and knows the same revision.
        with time_limit() as inner:
            assert inner == revision and current("statement_timeout") == "4321ms"
        assert current("jit") == "off"
        with give_up_after(50):
            assert current("statement_timeout") == "50ms"
        assert current("statement_timeout") == "4321ms"
    assert current("statement_timeout") == "98765ms" and [current(name) for name in names] == before


def wait() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(600)")


def test_a_statement_that_takes_too_long_is_given_up_or_told(settings: Any) -> None:
    settings.ARCHIVE_SEARCH_TIMEOUT = 50
    with pytest.raises(SearchTooCostlyError), transaction.atomic(), time_limit():
        wait()
    settings.ARCHIVE_SEARCH_TIMEOUT = 60_000
    with time_limit():
        with give_up_after(50):
            wait()
        assert current("statement_timeout") == "1min"
    # Another error of the database is not taken for a statement that took too long.
    for block in (time_limit(), give_up_after(60_000)):
        with pytest.raises(OperationalError), transaction.atomic(), block, connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '57P01'; END $$")


@pytest.mark.parametrize(
    ("text", "conditions", "concepts", "loose", "has_match"),
    [
        ("زبرجد سندس", 0, 2, 2, True),
        ("زبرجد", 0, 1, 0, True),
        ("«زبرجد سندس»", 0, 1, 3, True),
        ("زبرجد سندس -عقيق", 0, 2, 0, True),
        ("العنوان:(زبرجد -سندس) عقيق", 0, 2, 0, True),
        ("من:2024", 1, 0, 0, False),
        ("زبرجد سندس من:2024", 1, 2, 2, True),
        ("زبرجد سندس من:2024 إلى:2025", 2, 2, 2, True),
        ("(زبرجد من:2024) أو سندس", 1, 2, 0, False),
        ("من:2024 -زبرجد", 2, 0, 0, False),
        ("المصدر:غائب زبرجد", 0, 2, 2, True),
    ],
)
def test_a_query_as_the_database_needs_it(
    text: str, conditions: int, concepts: int, loose: int, has_match: bool
) -> None:
    compiled = compile_query(parse(text))
    assert compiled is not None
    assert (
        len(compiled.conditions), len(compiled.concepts), len(compiled.loose_concepts), compiled.match is not None,
    ) == (conditions, concepts, loose, has_match)  # fmt: skip


def test_a_query_without_words_asks_for_nothing() -> None:
    assert [compile_query(parse(text)) for text in ("", "؟", "«»", "-زبرجد")] == [None] * 4
    assert search("؟").hits == () and search("؟").total == 0


@pytest.mark.parametrize(
    ("phrase", "titles"),
    [
        ("زبرجد سندس", {"أول", "ثان"}),
        ("الزبرجد والسندس", {"أول", "ثان"}),
        ("سندس زبرجد", {"ثالث"}),
        ('زبرجد" سندس', {"أول", "ثان"}),
        ("زبرجد", {"أول", "ثان", "ثالث"}),
        ("غائب", set()),
        ("؟", set()),
        ("", set()),
    ],
)
def test_the_articles_that_hold_a_phrase(make_article: MakeArticle, phrase: str, titles: set[str]) -> None:
    make_article("أول", "زبرجد سندس")
    make_article("ثان", "هنا زبرجد وسندس")
    make_article("ثالث", "سندس وزبرجد")
    assert {article.title for article in holding_phrase(phrase)} == titles


def test_the_marks_of_a_query_in_a_whole_body(make_article: MakeArticle) -> None:
    article = make_article("م", "زبرجد وسندس")
    for text, marked in (("زبرجد", ["زبرجد"]), ("سندس زبرجد", ["زبرجد", "وسندس"]), ("زبر*", ["زبرجد"]), ("؟", [])):
        rows, spans_in = with_matches(Article.objects.filter(pk=article.pk), text)
        assert [article.body[start:end] for start, end in spans_in(rows.get())] == marked


@pytest.mark.parametrize(
    ("held", "rare", "typed", "expected"),
    [
        # A correction is looked for where fewer than three articles hold all words.
        (30, 2, "الزبرجذ", "الزبرجد"),
        (30, 3, "الزبرجذ", ""),
        (30, 0, "الزبرجذ سندس", "الزبرجد سندس"),
        (30, 0, "الزبرجذ في سندس", "الزبرجد في سندس"),
        # The spelling is the plainest of those that articles use.
        (30, 0, "زبرجذ", "الزبرجد"),
        (30, 0, "زبرقط", ""),
    ],
)
def test_when_a_correction_is_offered(
    make_article: MakeArticle, held: int, rare: int, typed: str, expected: str
) -> None:
    for number in range(held):
        make_article(f"م{number}", "والزبرجد هنا والزبرجد" if number % 2 else "الزبرجد وسندس")
    for number in range(rare):
        make_article(f"ن{number}", "الزبرجذ")
    statistics.rebuild()
    assert search(typed).correction == expected


def test_facets_count_the_first_articles_of_a_result_and_each_kind_once(make_article: MakeArticle) -> None:
    source = Source.objects.create(name="جريدة السندس")
    articles = [make_article(f"م{number}", "نص", date(2023 + number, 5, 1), source=source) for number in range(3)]
    undated = make_article("بلا", "نص")
    for title in ("قمة الزبرجد", "قمة السندس"):
        event = Event.objects.create(title=title, kind="summit", state="confirmed")
        event.coverages.create(article=articles[0], state="confirmed")
    result = facets(Article.objects.public(), [article.pk for article in (*articles, undated)])
    values = {facet.name: [(value.label, value.count) for value in facet.values] for facet in result.facets}
    assert values["kind"] == [("قمة", 1)] and values["source"] == [("جريدة السندس", 3)]
    assert [label for label, _ in values["event"]] == ["قمة الزبرجد", "قمة السندس"]
    # The latest year comes first, and articles without one are counted apart.
    assert values["published"] == [("2025", 1), ("2024", 1), ("2023", 1)]
    assert (result.counted, result.undated) == (4, 1)
    assert facets(Article.objects.filter(pk=undated.pk)).facets == ()
    assert facets(Article.objects.filter(pk=undated.pk)).undated == 1
    newest = facets(Article.objects.filter(pk__in=[article.pk for article in articles]))
    assert newest.counted == 3 and facets(Article.objects.none()).counted == 0


def test_a_filter_reads_the_names_of_its_conditions(make_article: MakeArticle) -> None:
    source = Source.objects.create(name="جريدة السندس")
    actor = Actor.objects.create(name="هيئة السندس", kind="civil", state="confirmed", distinction="الأولى")
    Mention.objects.create(article=make_article("م", "نص", source=source), actor=actor, state="confirmed")
    chosen = {"source": str(source.pk), "actor": f" {actor.pk} ", "since": "", "kind": ""}
    meanings = {condition.name: condition for condition in ArticleFilter(chosen, Article.objects.public()).chosen}
    assert set(meanings) == {"source", "actor"}
    assert (str(meanings["source"].meaning), meanings["source"].label) == ("جريدة السندس", "المصدر")
    assert str(meanings["actor"].meaning) == str(actor)
    # Both conditions hold at once, and one that names nothing says so.
    both = ArticleFilter({**chosen, "event": "99999999"}, Article.objects.public())
    assert [article.title for article in both.qs] == ["م"] and len(both.complaints) == 1
    assert both.complaints[0].startswith("«الفعالية»: ")


def test_events_are_filtered_by_kind_and_year(make_article: MakeArticle) -> None:
    events = []
    for year, kind in ((2023, "summit"), (2024, "summit"), (2024, "conference")):
        event = Event(title=f"لقاء السندس {year} {kind}", kind=kind, state="confirmed")
        event.start = type(event.start).on(date(year, 5, 1))
        event.save()
        event.coverages.create(article=make_article(f"م{year}{kind}", "نص"), state="confirmed")
        events.append(event)
    rows = Event.objects.filter(pk__in=[event.pk for event in events])
    for chosen, expected in (
        ({}, events),
        ({"kind": "summit"}, events[:2]),
        ({"year": "2024"}, events[1:]),
        ({"year": "2024", "kind": "summit"}, [events[1]]),
        ({"year": "2024-05"}, events[1:]),
        ({"year": "2024-06"}, []),
    ):
        assert set(EventFilter(chosen, rows).qs) == set(expected), chosen
    assert set(EventFilter({"kind": "summit"}, rows).otherwise_met(rows)) == set(events[:2])


def test_figures_are_filtered_by_event(make_article: MakeArticle) -> None:
    article = make_article("م", "نص 5 دول و6 وفود")
    event = Event.objects.create(title="قمة السندس", kind="summit", state="confirmed")
    event.coverages.create(article=article, state="confirmed")
    of_event, other = (
        Figure.objects.create(
            article=article,
            value=value,
            unit="دول",
            quote=quote,
            start=3 + place,
            end=8 + place,
            state="confirmed",
            event=row,
        )
        for value, quote, place, row in ((5, "5 دول", 0, event), (6, "6 وفو", 7, None))
    )
    rows = Figure.objects.filter(article=article)
    assert list(FigureFilter({"event": str(event.pk)}, rows).qs) == [of_event]
    assert set(FigureFilter({"conflicting": ""}, rows).qs) == {of_event, other}
    assert not FigureFilter({"conflicting": "on"}, rows).qs


def test_results_are_cut_into_pages_by_their_size(make_article: MakeArticle) -> None:
    for number in range(21):
        make_article(f"م{number}", "زبرجد")
    page = search("زبرجد")
    assert (len(page.hits), page.pages, page.number) == (20, 2, 1)
    assert len(search("زبرجد", wanted=Wanted(number=2)).hits) == 1
    assert (search("زبرجد", wanted=Wanted(size=21)).pages, search("زبرجد", wanted=Wanted(size=20)).pages) == (1, 2)
    scores = [hit.score for hit in page.hits]
    assert scores == sorted(scores, reverse=True) and scores[-1] > 0
