"""Lists show confirmed events and actors; a switch shows the others, with their number."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.models import (
    Actor,
    ArchiveDate,
    Article,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Participation,
    ReviewState,
    tally,
)
from articles.search import statistics

pytestmark = pytest.mark.django_db

DAY = date(2018, 3, 9)
# The bound of docs/site-quality.md.
MOST_STATEMENTS = 12
# The lists, each narrowed so that it contains only this test's rows.
LISTS = ["/events/?kind=attack", "/dates/2018/", "/dates/2018/3/", "/dates/2018/3/9/", "/timeline/?from=2018&to=2018"]


def text_of(response: object) -> str:
    """Returns the text of an answer."""
    return response.content.decode()


@pytest.fixture
def article(make_article: Callable[..., Article]) -> Article:
    """A public article."""
    return make_article("انفجار في سوق", "انفجار في سوق المدينة.", DAY)


def reported(article: Article, title: str, state: str) -> Event:
    """Creates an event in a review state, reported by an article."""
    event = Event(title=title, kind="attack", state=state)
    event.start = ArchiveDate.on(DAY)
    event.save()
    Coverage.objects.create(article=article, event=event, state=state)
    return event


def named(article: Article, name: str, state: str) -> Actor:
    """Creates an actor in a review state, named by an article."""
    actor = Actor.objects.create(name=name, kind="civil", state=state)
    Mention.objects.create(article=article, actor=actor, state=state)
    return actor


@pytest.mark.parametrize("address", LISTS)
def test_events_that_wait_for_review_are_shown_on_demand(client: Client, article: Article, address: str) -> None:
    reported(article, "انفجار مؤكد", "confirmed")
    for number in range(3):
        reported(article, f"انفجار مقترح {number}", "suggested")
    page = text_of(client.get(address))
    assert "انفجار مؤكد" in page and "انفجار مقترح" not in page and "إظهار ما لم يُراجَع</a>" not in page
    assert "إظهار ما لم يُراجَع (3)" in page
    full_address = f"{address}{'&' if '?' in address else '?'}unreviewed=1"
    page = text_of(client.get(full_address))
    assert "انفجار مؤكد" in page and "انفجار مقترح 2" in page and "إخفاء ما لم يُراجَع" in page
    assert "Hide what is not reviewed yet (3)" in text_of(client.get(f"/en{full_address}"))


def test_actors_that_wait_for_review_are_shown_on_demand(client: Client, article: Article) -> None:
    named(article, "رابطة السوق", "confirmed")
    named(article, "نقابة السوق", "suggested")
    Actor.objects.create(name="جمعية بلا مقال", kind="civil", state="confirmed")
    page = text_of(client.get("/actors/?kind=civil"))
    assert "رابطة السوق" in page and "نقابة السوق" not in page and "إظهار ما لم يُراجَع (1)" in page
    assert "جمعية بلا مقال" not in page
    page = text_of(client.get("/actors/?kind=civil&unreviewed=1"))
    assert "نقابة السوق" in page and "جمعية بلا مقال" in page


def test_an_unreviewed_actor_has_a_page_and_stands_on_its_articles_page_and_not_on_the_first(
    client: Client, article: Article
) -> None:
    actor, event = named(article, "نقابة السوق", "suggested"), reported(article, "انفجار مقترح", "suggested")
    for address in (actor.get_absolute_url(), event.get_absolute_url(), article.get_absolute_url()):
        page = text_of(client.get(address))
        assert "مقترح آليا" in page, address
    assert "نقابة السوق" in text_of(client.get(article.get_absolute_url()))
    for address in ("/", "/help/", "/sitemaps/actors.xml", "/sitemaps/events.xml"):
        page = text_of(client.get(address))
        assert "نقابة السوق" not in page and "انفجار مقترح" not in page, address
        assert f"/actors/{actor.pk}/" not in page and f"/events/{event.pk}/" not in page


def test_api_and_downloads_take_the_same_parameter(client: Client, article: Article) -> None:
    actor = named(article, "نقابة السوق", "suggested")
    for query, is_there in (("", False), ("&unreviewed=1", True), ("&unreviewed=false", False)):
        listed = client.get(f"/api/v1/actors?kind=civil{query}").json()["results"]
        assert ("نقابة السوق" in [row["name"] for row in listed]) == is_there
        lines = b"".join(client.get(f"/export/actors.jsonl?kind=civil{query}")).decode()
        assert ("نقابة السوق" in lines) == is_there
    assert client.get(f"/api/v1/actors/{actor.pk}").json()["state"] == "suggested"


def test_a_large_archive_counts_by_the_kept_numbers(
    client: Client, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "KEPT_FROM", 1)
    named(article, "رابطة السوق", "confirmed")
    named(article, "نقابة السوق", "suggested")
    statistics.rebuild()
    page = text_of(client.get("/actors/?kind=civil"))
    assert "رابطة السوق" in page and "نقابة السوق" not in page and "إظهار ما لم يُراجَع (1)" in page
    article.status = "draft"
    article.save()
    assert "نقابة السوق" not in text_of(client.get("/actors/?kind=civil&unreviewed=1")), "shown rows are looked at"


def test_a_suggested_part_needs_a_public_article_that_bears_it_out(
    client: Client, article: Article, make_article: Callable[..., Article]
) -> None:
    """Other articles make both public; only a draft states that this actor took part in this event."""
    event, actor = reported(article, "انفجار مؤكد", "confirmed"), Actor.objects.create(
        name="رابطة السوق", kind="civil", state="confirmed"
    )  # fmt: skip
    draft = make_article("مسودة", "نص.", DAY, status="draft")
    Mention.objects.create(article=draft, actor=actor, state="suggested")
    Coverage.objects.create(article=draft, event=event, state="suggested")
    part = Participation.objects.create(event=event, actor=actor, role="speaker", state="suggested")
    for address in (event.get_absolute_url(), f"/api/v1/events/{event.pk}"):
        assert "رابطة السوق" not in text_of(client.get(address)), address
    assert "انفجار مؤكد" not in text_of(client.get(actor.get_absolute_url()))
    draft.status = "published"
    draft.save()
    assert "رابطة السوق" in text_of(client.get(event.get_absolute_url()))
    draft.status = "draft"
    draft.save()
    part.state = ReviewState.CONFIRMED
    part.save()
    assert "رابطة السوق" in text_of(client.get(event.get_absolute_url()))


def test_a_figure_does_not_name_an_event_that_was_rejected(client: Client, article: Article) -> None:
    event, actor = reported(article, "فعالية مرفوضة", "confirmed"), named(article, "رابطة السوق", "confirmed")
    article.body = "قتل 12 شخصا في السوق."
    article.save()
    measure = Measure.objects.create(label="قتلى السوق")
    Figure.objects.create(
        article=article, value=12, quote="12 شخصا", start=4, end=11, measure=measure, event=event, actor=actor,
        state="confirmed",
    )  # fmt: skip
    figures = f"/api/v1/figures?measure={measure.pk}"
    (row,) = client.get(figures).json()["results"]
    assert (row["event"], row["actor"]) == (event.pk, actor.pk)
    Event.objects.filter(pk=event.pk).update(state="rejected")
    Actor.objects.filter(pk=actor.pk).update(withheld=True)
    (row,) = client.get(figures).json()["results"]
    assert (row["event"], row["actor"]) == (None, None) and row["quote"] == "12 شخصا"
    page = text_of(client.get(f"/figures/?measure={measure.pk}"))
    assert "12 شخصا" in page and "فعالية مرفوضة" not in page


def test_a_merge_leads_nowhere_where_readers_meet_nothing(client: Client, article: Article) -> None:
    survivor, gone = named(article, "رابطة السوق", "confirmed"), named(article, "نقابة السوق", "confirmed")
    gone.merged_into = survivor
    gone.save()
    assert client.get(gone.get_absolute_url())["Location"] == survivor.get_absolute_url()
    survivor.withheld = True
    survivor.save()
    assert client.get(gone.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("kept_from", [1, 5_000])
def test_no_page_takes_more_than_twelve_statements(
    client: Client, every_page: list[str], kept_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch and the stored tallies cost statements, too."""
    monkeypatch.setattr(tally, "KEPT_FROM", kept_from)
    statistics.rebuild()
    many = {}
    for address in [*every_page, "/events/?unreviewed=1", "/actors/?unreviewed=1", "/timeline/?unreviewed=1"]:
        cache.clear()
        with CaptureQueriesContext(connection) as statements:
            client.get(address)
        # Savepoints and settings of the test's own transaction are not the reader's statements.
        prefixes_of_test = ("SAVEPOINT", "RELEASE", "SELECT set_config")
        counted = [statement for statement in statements if not statement["sql"].startswith(prefixes_of_test)]
        if len(counted) > MOST_STATEMENTS:
            many[address] = [statement["sql"][:90] for statement in counted]
    assert not many


def in_letters(response: object) -> str:
    """Returns an answer with the letters that JSON escapes as numbers."""
    text = b"".join(response).decode()
    return (
        json.dumps(json.loads(text), ensure_ascii=False)
        if response["Content-Type"].startswith("application/json")
        else text
    )


@pytest.mark.parametrize("kept_from", [1, 5_000])
def test_what_is_confirmed_without_a_public_article_stands_in_no_list(
    client: Client,
    article: Article,
    make_article: Callable[..., Article],
    kept_from: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lists show a confirmed event or actor only once a public article reports it; its own page exists before that."""
    monkeypatch.setattr(tally, "KEPT_FROM", kept_from)
    draft = make_article("مسودة", "نص.", DAY, status="draft")
    shown = [reported(article, "انفجار منشور", "confirmed"), named(article, "رابطة منشورة", "confirmed")]
    hidden = [reported(draft, "انفجار المسودة", "confirmed"), named(draft, "رابطة المسودة", "confirmed")]
    alone = Event(title="انفجار بلا مقال", kind="attack", state="confirmed", place="ميدان بلا مقال")
    alone.start = ArchiveDate.on(DAY)
    alone.save()
    hidden += [alone, Actor.objects.create(name="رابطة بلا مقال", kind="civil", state="confirmed")]
    statistics.rebuild()
    lists = [
        *LISTS, "/", "/dates/", "/actors/?kind=civil", "/search/", "/help/", "/sitemaps/events.xml", "/sitemaps/actors.xml",
        "/api/v1/events?kind=attack", "/api/v1/actors?kind=civil", *(f"/export/{noun}.{form}" for noun in ("events", "actors") for form in ("jsonl", "csv")),
    ]  # fmt: skip
    for address in lists:
        page = in_letters(client.get(address))
        for row in hidden:
            assert str(row) not in page and row.get_absolute_url() not in page, (address, row)
    for address in (
        "/events/?kind=attack",
        "/timeline/?from=2018&to=2018",
        "/api/v1/events?kind=attack",
        "/export/events.csv",
    ):
        assert str(shown[0]) in in_letters(client.get(address)), address
    for row in hidden:
        page = client.get(row.get_absolute_url())
        assert (
            page.status_code == 200 and str(row) in text_of(page) and "مسودة" not in text_of(page).replace(str(row), "")
        )
        row.withheld = True
        row.save()
        assert client.get(row.get_absolute_url()).status_code == 404
