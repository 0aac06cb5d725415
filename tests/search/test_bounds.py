"""Searches that very many articles match. The bounds are lowered, so that a few articles exceed them."""

from datetime import date
from itertools import product

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import Actor, ActorKind, Article, Coverage, Event, EventKind, Mention, ReviewState, Source
from articles.search import candidates, index, run, statistics, vocabulary
from articles.search.run import Order, Wanted, search

pytestmark = pytest.mark.django_db
NUMBER = 60


@pytest.fixture
def many(make_article: object, monkeypatch: pytest.MonkeyPatch) -> list[Article]:
    """Articles that all contain «فيروز» and «كهرمان»; the higher the number, the more often «فيروز»."""
    for name, value in {
        "MOST_RANKED": 12, "MOST_FOUND": 15, "CHECKED_FOR_PHRASE": (12, 30, 90), "ENOUGH_MATCHES": 5,
        "MOST_TESTED_AGAINST_FILTER": 40, "MOST_ENTRIES": 30,
    }.items():  # fmt: skip
        monkeypatch.setattr(candidates, name, value)
    for name, value in {
        "ENOUGH_MATCHES": 5,
        "MOST_RANKED": 12,
        "LOOKED_AT_BY_DATE": 10,
        "MOST_SORTED_BY_DATE": 40,
    }.items():
        monkeypatch.setattr(run, name, value)
    for name, value in {"MOST_FILTERED": 16, "NEWEST_OF_FILTER": 6}.items():
        monkeypatch.setattr(index, name, value)
    monkeypatch.setattr(vocabulary, "RECOUNTED_BELOW", 10)
    source = Source.objects.create(name="صحيفة الحدود")
    made = [
        make_article(
            f"مقال {number}", "فيروز " * (1 + number) + "كهرمان " + "حشو " * (80 - number), day=date(2020, 1, 1 + number % 28),
            source=source if number % 3 == 0 else None,
        )
        for number in range(NUMBER)
    ]  # fmt: skip
    statistics.rebuild()
    return made


def test_the_densest_are_ranked_as_all_would_be(many: list[Article]) -> None:
    page = search("فيروز", wanted=Wanted(size=5))
    assert [hit.article for hit in page.hits] == many[:-6:-1]
    assert page.total_is_capped and page.total >= 50 and page.ranked <= 3 * 12
    assert search("فيروز كهرمان", wanted=Wanted(size=3)).hits[0].article == many[-1]


def test_a_small_result_is_whole_and_exact(many: list[Article], make_article: object) -> None:
    rare = make_article("نادر", "زمردة وفيروز")
    page = search("فيروز زمردة")
    assert [hit.article for hit in page.hits] == [rare] and page.total == 1 and not page.total_is_capped


def test_a_phrase_of_common_words_is_looked_for_step_by_step(many: list[Article], make_article: object) -> None:
    article = make_article("عبارة", "كهرمان فيروز بلا حشو كثير هنا " + "كلام " * 200)
    assert search("«فيروز كهرمان»").hits[0].article in many
    assert article.pk in search("«كهرمان فيروز»").ids


def test_many_common_words_and_an_exclusion_are_looked_up_together(many: list[Article], make_article: object) -> None:
    words = "ياقوت زبرجد عقيق مرجان فيروز كهرمان"
    made = [make_article(f"خاتم {number}", words + " سبج" * (number % 2)) for number in range(40)]
    statistics.rebuild()
    page = search(f"{words} -سبج", wanted=Wanted(size=40))
    assert len(page.hits) > 5 and {hit.article for hit in page.hits} <= set(made[::2])


@pytest.mark.parametrize("expected_wide", [0, 10_000])
def test_a_filter_is_held_against_the_densest_and_others(
    many: list[Article], monkeypatch: pytest.MonkeyPatch, expected_wide: int
) -> None:
    monkeypatch.setattr(index, "EXPECTED_WIDE", expected_wide)
    source = Source.objects.get(name="صحيفة الحدود")
    page = search("فيروز", Article.objects.public().filter(source=source))
    assert page.hits and all(hit.article.source == source for hit in page.hits)
    assert page.hits[0].article == max((a for a in many if a.source_id), key=lambda a: a.pk)
    # Articles that are hardly among the densest are still found and counted.
    few = search("فيروز", Article.objects.public().filter(pk__in=[many[2].pk, many[7].pk]))
    assert [hit.article for hit in few.hits] == [many[7], many[2]]
    assert few.total == 2 and not few.total_is_capped


def test_articles_of_a_filter_are_found_by_intersecting_indexes(
    many: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    # PostgreSQL plans other scans for so small a table.
    monkeypatch.setattr(index, "_intersects", lambda plan: True)
    held = sorted((article for article in many if article.source_id), key=lambda article: -article.pk)
    of_source = Article.objects.public().filter(source__name="صحيفة الحدود")
    few = search("فيروز كهرمان", of_source.filter(pk__gt=many[30].pk))
    assert [hit.article for hit in few.hits] == held[:9] and few.total == 9 and not few.total_is_capped
    page = search("فيروز", of_source)
    assert page.hits[0].article == held[0] and page.total_is_capped and index.MOST_FILTERED < page.total <= len(held)


@pytest.mark.parametrize(
    ("filter_scans", "intersects"),
    [([], False), ([("article_source_public", 900)], True), ([("article_source_public", 900), ("article_newest", 99_100)], True), ([("article_source_public", 900), ("article_newest", 99_101)], False)],
)  # fmt: skip
def test_what_postgresql_tells_of_an_intersection_is_understood(
    filter_scans: list[tuple[str, int]], intersects: bool
) -> None:
    scans = [
        {"Node Type": "Bitmap Index Scan", "Index Name": name, "Plan Rows": rows}
        for name, rows in [("article_terms", 5_000), *filter_scans]
    ]
    joined = {"Node Type": "BitmapAnd", "Plan Rows": 9, "Plans": scans} if filter_scans else scans[0]
    plan = {"Node Type": "Limit", "Plans": [{"Node Type": "Bitmap Heap Scan", "Plans": [joined]}]}
    assert index._intersects(plan) is intersects


def test_by_date_every_page_holds_what_matches(many: list[Article]) -> None:
    for text in ("فيروز", "«فيروز كهرمان»", "فيروز -زمردة"):
        seen, after = [], ""
        while True:
            page = search(text, wanted=Wanted(Order.OLDEST, after=after, size=7))
            seen += [hit.article for hit in page.hits]
            after = page.after
            if not after:
                break
        assert seen == sorted(many, key=lambda article: (article.published.date, article.pk)), text


def test_some_of_many_words_rank_the_rarest_first(many: list[Article], make_article: object) -> None:
    rare = make_article("نادر", "زمردة بلا غيرها")
    page = search("ما علاقة زمردة الفيروز والكهرمان والعقيق؟")
    assert page.loosened and rare.pk in page.ids and page.ranked <= 3 * 12


def test_a_days_drift_of_the_statistics_does_not_change_a_first_page(many: list[Article], make_article: object) -> None:
    for number in range(3):
        make_article(f"جديد {number}", "فيروز وكهرمان وشيء " + "آخر " * 90, day=date(2020, 3, 1))
    drifted = [hit.article.pk for hit in search("فيروز كهرمان").hits]
    statistics.rebuild()
    assert drifted == [hit.article.pk for hit in search("فيروز كهرمان").hits]


QUERIES = (
    "فيروز", "فيروز كهرمان", "فيرور", "كهرمانن فيروزر", "«فيروز كهرمان»", "«كهرمان فيروز»", "«حشو فيروز» كهرمان", "فيرو*", "فيرو* كهرم*",
    "ما علاقة زمردة الفيروز والكهرمان والعقيق؟", "متى كهرمنا فيروزز؟", "فيروز -حشو", "فيروز NEAR كهرمان", "العنوان:مقال فيروز",
    "فيروز أو عقيق كهرمان", "«فيروز حشو» أو «حشو كهرمان» أو عقيق", "الحدود الحلف فيروز", "المصدر:الحدود فيروز كهرمان",
    "الفاعل:الحلف فيروز", "المصدر:الحدود الحدث:مجهول الفاعل:الحلف فيروزز كهرمنا", "المصدر:الحدود", "من:2019 إلى:2021 فيرور", "؟", "",
)  # fmt: skip


def test_no_search_takes_more_than_twelve_statements(client: Client, many: list[Article]) -> None:
    source = Source.objects.get(name="صحيفة الحدود")
    actor = Actor.objects.create(name="الحلف", kind=ActorKind.COALITION)
    event = Event.objects.create(title="اجتماع الفيروز", kind=EventKind.CONFERENCE)
    for article in many[::2]:
        Mention.objects.create(article=article, actor=actor, state=ReviewState.CONFIRMED)
        Coverage.objects.create(article=article, event=event, state=ReviewState.CONFIRMED)
    filters = (
        {}, {"source": source.pk}, {"actor": actor.pk, "kind": event.kind}, {"since": "2020-01-05", "until": "2020-02-05"},
        {"actor": actor.pk, "event": event.pk, "source": source.pk, "kind": event.kind, "since": "2020-01-01"},
    )  # fmt: skip
    made = {}
    for query, chosen, sort in product(QUERIES, filters, ("relevance", "newest")):
        with CaptureQueriesContext(connection) as statements:
            assert client.get("/search/", {"q": query, "sort": sort, **chosen}).status_code == 200
        # Savepoints and settings of the test's own transaction are not the reader's statements.
        prefixes_of_test = ("SAVEPOINT", "RELEASE", "SELECT set_config")
        made[query, *chosen.items(), sort] = sum(
            not statement["sql"].startswith(prefixes_of_test) for statement in statements
        )
    assert 9 < max(made.values()) <= 12, [key for key in made if made[key] > 12]
