"""Days and moments that PostgreSQL holds and Python does not, in every column of a date: no interface fails because of
them.

The check reports each with its table, row and column, and new ones are refused.
"""

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import feedparser
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from lxml import etree

from articles.exchange.web_archive import write_wacz, write_warc
from articles.models import (
    Actor,
    ArchiveDate,
    Article,
    Capture,
    Claim,
    Coverage,
    Delivery,
    Event,
    Figure,
    Heartbeat,
    Mention,
    NightlyRun,
    Participation,
    Source,
)
from articles.models.history import event_models
from articles.platform.calendar_bounds import held
from articles.upkeep.check import check
from tests.admin.conftest import signed_in  # noqa: F401  A fixture.
from tests.old_archive import before_the_rules, columns_of_dates, spoil

pytestmark = pytest.mark.django_db
VALUES = ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01"]


@pytest.fixture
def rows(make_article: Callable[..., Article]) -> list[Article]:
    """Public articles of one source; two of them report an event of their own, with an actor and a figure."""
    source = Source.objects.create(name="وكالة الوادي", kind="agency", domains=["wadi.example"])
    actor = Actor.objects.create(name="هيئة الوادي", kind="civil", state="confirmed")
    made = []
    for number in range(3):
        article = make_article(
            f"واديات {number}", f"حضر {number + 10} خبيرا ملتقى الوادي.", date(2021, 4, 5), source=source
        )
        event = Event(title=f"ملتقى الوادي {number}", kind="conference", state="confirmed")
        event.start = event.end = ArchiveDate.on(date(2021, 4, 5))
        event.save()
        Participation.objects.create(event=event, actor=actor, state="confirmed")
        Mention.objects.create(article=article, actor=actor, role="رئيس", state="confirmed")
        Coverage.objects.create(article=article, event=event, state="confirmed")
        Figure.objects.create(
            article=article, value=number + 10, unit="خبيرا", quote=f"{number + 10} خبيرا", start=4, end=12,
            period_start=date(2021, 4, 1), period_end=date(2021, 4, 5), event=event, state="confirmed",
        )  # fmt: skip
        made.append(article)
    return made


def spoil_around(article: Article, value: str) -> None:
    """Spoils every date of an article's facts, event and actors, but not the article's own dates."""
    of_article = [row for noun in (Mention, Coverage, Figure) for row in noun.objects.filter(article=article)]
    event = article.coverages.get().event
    for row in (*of_article, event, *event.participations.all(), *Actor.objects.filter(mentions__article=article)):
        spoil(type(row), row.pk, value)


ARTICLES = [
    "/", "/search/?q=واديات", "/articles/", "/events/", "/actors/", "/figures/", "/dates/", "/dates/2021/", "/dates/2021/4/",
    "/dates/2021/4/5/", "/timeline/", "/timeline/?from=2000&to=2030", "/sources/", "/en/", "/en/events/", "/search/?order=oldest",
    "/api/v1/articles", "/api/v1/events", "/api/v1/actors", "/api/v1/figures", "/api/v1/search?q=واديات", "/feeds/", "/feeds/search/?q=واديات",
    "/oai/?verb=Identify", "/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/oai/?verb=ListIdentifiers&metadataPrefix=oai_dc",
    "/sitemap.xml", "/sitemaps/articles.xml", "/sitemaps/events.xml",
    *(f"/export/{noun}.{form}" for noun in ("articles", "events", "actors", "figures", "sources") for form in ("jsonl", "csv")),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_no_door_ends_because_of_a_date(client: Client, rows: list[Article], every_page: list[str], value: str) -> None:
    bad, about_bad, sound = rows
    with before_the_rules():
        spoil(Article, bad.pk, value)
        spoil_around(bad, value)
        spoil_around(about_bad, value)
    own = [
        f"{row.get_absolute_url()}{rest}" for row in rows
        for rest in ("", "record/", f"compare/{sound.pk}/", *(f"cite.{style}" for style in ("bib", "ris", "json", "txt")))
    ]  # fmt: skip
    for row in rows:
        event = row.coverages.get().event
        own += [
            event.get_absolute_url(),
            f"/api/v1/events/{event.pk}",
            f"/api/v1/articles/{row.pk}",
            f"/feeds/events/{event.pk}/",
        ]
    actor, source = Actor.objects.get(name="هيئة الوادي"), Source.objects.get(name="وكالة الوادي")
    own += [
        actor.get_absolute_url(),
        source.get_absolute_url(),
        f"/feeds/actors/{actor.pk}/",
        f"/feeds/sources/{source.pk}/",
    ]
    for address in [*ARTICLES, *own, *every_page]:
        response = client.get(address)
        b"".join(response)
        assert response.status_code == 200, address
    page = client.get(about_bad.coverages.get().event.get_absolute_url()).content.decode()
    assert "غير معروف" in page and "9999" not in page and "0001" not in page
    for verb in ("ListRecords", "ListIdentifiers"):
        harvest = etree.fromstring(
            client.get(f"/oai/?verb={verb}&metadataPrefix=oai_dc&set=source:{source.pk}").content
        )
        names = {
            identifier.text.rpartition(":")[2]
            for identifier in harvest.iter("{*}header/{*}identifier", "{*}identifier")
            if identifier.text.startswith("oai:")
        }
        assert names == {str(about_bad.pk), str(sound.pk)}
    feed = feedparser.parse(client.get("/feeds/").content)
    assert not feed.bozo and {about_bad.title, sound.title} <= {entry.title for entry in feed.entries}
    assert bad.title not in {entry.title for entry in feed.entries}
    assert f"/articles/{bad.pk}/<" not in client.get("/sitemaps/articles.xml").content.decode()


@pytest.mark.parametrize("value", VALUES)
def test_exports_leave_out_the_bad_row_and_none_that_hangs_on_it(
    client: Client, rows: list[Article], value: str
) -> None:
    bad, about_bad, sound = rows
    with before_the_rules():
        spoil(Article, bad.pk, value)
        spoil_around(about_bad, value)
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit):
        call_command("export", "articles", stdout=out, stderr=err)
    exported = {row["id"]: row for row in map(json.loads, out.getvalue().splitlines())}
    assert {about_bad.pk, sound.pk} <= set(exported) and len(exported) == Article.objects.public().count() - 1
    assert exported[about_bad.pk]["figures"][0]["period_start"] is None
    (line,) = err.getvalue().splitlines()[:1]
    assert line.startswith(f"article {bad.pk}") and "published_date" in line and "updated_at" in line
    response = client.get("/export/articles.jsonl")
    downloaded = {json.loads(row)["id"] for row in b"".join(response).decode().splitlines()}
    assert downloaded == set(exported) and int(response["X-Total-Count"]) == len(downloaded) + 1
    events = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("export", "events", stdout=events, stderr=(errors := io.StringIO()))
    assert errors.getvalue().startswith(f"event {about_bad.coverages.get().event_id} was left out")


def test_a_web_archive_holds_the_captures_of_articles_with_such_dates(
    rows: list[Article], seed: Callable[[str], Article]
) -> None:
    whole = Capture.objects.public().count()
    with before_the_rules():
        spoil(Article, seed("000").pk, "infinity")
        spoil(Capture, seed("001").captures.get().pk, "-infinity", "captured_at")
    for write in (write_warc, write_wacz):
        reasons: list[str] = []
        assert write(io.BytesIO(), lambda place, reason, reasons=reasons: reasons.append(reason)) == whole - 1
        assert len(reasons) == 1 and f"article {seed('001').pk}" in reasons[0]


def nouns() -> list[type[models.Model]]:
    """Returns the archive's models with dates, without those of history."""
    of_history = set(event_models())
    return [
        model
        for model in apps.get_app_config("articles").get_models()
        if model not in of_history and columns_of_dates(model)
    ]


def test_every_column_of_a_date_has_a_rule() -> None:
    """The names are read from the models, so a new noun is covered, too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
        )
        rules = cursor.fetchall()
    assert len(nouns()) > 12
    for model in nouns():
        for column in columns_of_dates(model):
            own = [
                rule
                for table, rule in rules
                if table == model._meta.db_table and column in rule and "9998-12-31" in rule
            ]
            assert len(own) == 1 and own[0].endswith("NOT VALID"), (model, column)


@pytest.mark.parametrize("value", [*VALUES, "0001-01-01", "9999-12-31"])
def test_none_enters_any_more(rows: list[Article], value: str) -> None:
    row = rows[0]
    for model, pk, columns in (
        (Article, row.pk, ["updated_at"]), (Article, row.pk, ["published_date", "published_earliest", "published_latest"]),
        (Event, row.coverages.get().event_id, ["reviewed_at"]), (Figure, row.figures.get().pk, ["period_start", "period_end"]),
        (Mention, row.mentions.get().pk, ["reviewed_at"]),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="in_calendar"), transaction.atomic():
            spoil(model, pk, value, *columns)


def test_the_check_names_table_row_and_column(rows: list[Article], admin_user: object) -> None:
    now = datetime.now(UTC)
    article = rows[0]
    lone = [
        Delivery.objects.create(), Heartbeat.objects.create(name="w:1", host="w", pid=1, started_at=now, beat_at=now),
        NightlyRun.objects.create(started_at=now), Claim.objects.create(article=article, by=admin_user, since=now, renewed_at=now),
        Capture.objects.first(), article, *(getattr(article, many).get() for many in ("mentions", "coverages", "figures")),
        article.coverages.get().event,
    ]  # fmt: skip
    with before_the_rules():
        for row in lone:
            spoil(type(row), row.pk, "infinity")
    messages = [problem.message for problem in check(settled=10**9).open if problem.kind == "date"]
    for row in lone:
        (line,) = [line for line in messages if line.startswith(f"{row._meta.db_table} {row.pk},")]
        assert all(f"{column} infinity" in line for column in columns_of_dates(type(row))), line
    assert len(messages) == len(lone)


def test_what_the_history_holds_of_it_is_told_and_raises_no_alarm(rows: list[Article]) -> None:
    with before_the_rules():
        spoil(Article, rows[0].pk, "infinity", "created_at")
        spoil(Article, rows[0].pk, "infinity", "published_date", "published_earliest", "published_latest")
    Article.objects.filter(pk=rows[0].pk).update(
        created_at=datetime.now(UTC), published_date=None, published_earliest=None, published_latest=None, published_precision="unknown",
    )  # fmt: skip
    checked = check(settled=10**9)
    assert not [problem for problem in checked.open if problem.kind == "date"]
    assert [problem for problem in checked.problems if problem.is_usual and "articles_articleevent" in problem.message]


def test_the_desk_shows_such_rows(
    rows: list[Article],
    signed_in: Callable[..., Client],  # noqa: F811  The fixture.
) -> None:
    desk = signed_in("awwal", "محررون أول")
    bad = rows[0]
    event = bad.coverages.get().event
    with before_the_rules():
        spoil(Article, bad.pk, "infinity")
        spoil_around(bad, "-infinity")
    for address in (
        "/admin/", "/admin/articles/article/", f"/admin/articles/article/{bad.pk}/change/", f"/admin/articles/article/{bad.pk}/history/",
        "/admin/articles/event/", f"/admin/articles/event/{event.pk}/change/", "/admin/articles/figure/",
        f"/admin/articles/figure/{bad.figures.get().pk}/change/", f"/admin/articles/article/{bad.pk}/review/",
    ):  # fmt: skip
        response = desk.get(address, follow=True)
        assert response.status_code in (200, 404), address


def test_a_date_is_read_as_the_database_has_it_where_python_can_hold_it() -> None:
    with connection.cursor() as cursor:
        for written, read in {
            "0001-01-03": date(1, 1, 3), "9998-12-31": date(9998, 12, 31), "2024-02-29": date(2024, 2, 29), "infinity": None,
            "-infinity": None, "0044-03-15 BC": None, "12000-01-01": None,
        }.items():  # fmt: skip
            cursor.execute("SELECT %s::date, ARRAY[%s::date], %s::timestamp, %s::timestamptz", [written] * 4)
            day, days, naive, moment = cursor.fetchone()
            assert held(day) == read and [held(element) for element in days] == [read], written
            assert (held(naive) and held(naive).date(), held(moment) and held(moment).date()) == (read, read), written
        cursor.execute("SELECT '0001-01-01 00:00+14'::timestamptz, '9999-12-31 23:59-14'::timestamptz, now()")
        first, last, now = cursor.fetchone()
        assert held(first) is None and held(last) is None
        assert abs((held(now) - datetime.now(UTC)).total_seconds()) < 3600
