"""What monitors are told of the database, the workers and the nights, and what search engines and feed readers are given."""

import math
import re
from collections.abc import Callable
from datetime import timedelta

import feedparser
import psycopg
import pytest
from django.core.paginator import EmptyPage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from lxml import etree

from articles.exchange import monitoring, sitemaps
from articles.exchange.feeds import ENTRIES
from articles.models import Actor, Article, Capture, Coverage, Delivery, Event, Heartbeat, Mention, NightlyRun, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _settings(settings: object) -> None:
    settings.ARCHIVE_METRICS_TOKEN = "secret"
    settings.ARCHIVE_API_RATE = "100000/m"


def beaten(name: str, seconds: float, delivery: int | None = None) -> None:
    then = timezone.now() - timedelta(seconds=seconds)
    Heartbeat.objects.create(name=name, host="h", pid=1, delivery=delivery, started_at=then, beat_at=then)


def ended(hours: float, *failed: str) -> None:
    """Stores a nightly run that ended `hours` hours ago."""
    then = timezone.now() - timedelta(hours=hours)
    parts = [{"name": name, "status": int(name in failed)} for name in ("check_archive", "clearsessions", "backup")]
    NightlyRun.objects.create(started_at=then, finished_at=then, succeeded=not failed, parts=parts)


GAUGES = {
    "workers": monitoring.WORKERS, "stalled": monitoring.STALLED, "silent": monitoring.SILENT, "nightly": monitoring.NIGHTLY,
    "failed": monitoring.NIGHTLY_FAILED,
}  # fmt: skip


def gauges() -> dict[str, float]:
    """Returns what the metrics say of workers and nights, in whole seconds."""
    return {
        name: math.floor(value) if (value := gauge._value.get()) == value else None for name, gauge in GAUGES.items()
    }


def is_near(value: float | None, expected: float | None) -> bool:
    return value == expected or (None not in (value, expected) and expected > 1 and 0 <= value - expected <= 30)


@pytest.mark.parametrize(
    ("made", "lines", "measured"),
    [
        ([], ["worker: none was ever seen"], {"workers": 0, "stalled": 0, "silent": None, "nightly": None, "failed": 0}),
        ([lambda: Delivery.objects.create(name="a.txt"), lambda: Delivery.objects.update(brought_at=timezone.now() - timedelta(hours=1))],
         ["worker: none was ever seen, deliveries WAIT"], {"workers": 0, "stalled": 1, "silent": None, "nightly": None, "failed": 0}),
        ([lambda: beaten("h:1", 20), lambda: beaten("h:2", 100), lambda: beaten("h:3", 90, 5)],
         ["worker h:1: last beat 2", "worker h:3: last beat 9", "worker h:2: STALLED, last beat 10"], {"workers": 2, "stalled": 0, "silent": 20, "nightly": None, "failed": 0}),
        ([lambda: beaten("h:1", 400, 5)], ["worker h:1: STALLED, last beat 40", "deliveries: STALLED for 40"], {"workers": 0, "stalled": 1, "silent": 400, "nightly": None, "failed": 0}),
        ([lambda: beaten("h:1", 5), lambda: ended(2)], ["worker h:1: last beat "], {"workers": 1, "stalled": 0, "silent": 5, "nightly": 7200, "failed": 0}),
        ([lambda: beaten("h:1", 5), lambda: ended(20), lambda: ended(1, "backup", "check_archive")],
         ["worker h:1: last beat ", "nightly: FAILED check_archive, backup"], {"workers": 1, "stalled": 0, "silent": 5, "nightly": 72_000, "failed": 2}),
        ([lambda: beaten("h:1", 5), lambda: ended(40)], ["worker h:1: last beat ", "nightly: OVERDUE, no run has succeeded for more than a day"],
         {"workers": 1, "stalled": 0, "silent": 5, "nightly": 144_000, "failed": 0}),
    ],
)  # fmt: skip
def test_workers_and_nights(client: Client, made: list[Callable], lines: list[str], measured: dict) -> None:
    for make in made:
        make()
    answer = client.get("/readyz")
    first, *others = answer.content.decode().splitlines()
    assert (answer.status_code, first) == (200, "ok")
    assert len(others) == len(lines) and all(any(line.startswith(start) for line in others) for start in lines), others
    assert client.get("/metrics", headers={"authorization": "Bearer secret"}).status_code == 200
    read = gauges()
    assert all(is_near(read[name], value) for name, value in measured.items()), read


def test_every_metric_of_the_archive_states_its_unit(client: Client) -> None:
    answer = client.get("/metrics", headers={"authorization": "Bearer secret"}).content.decode()
    helps = dict(re.findall(r"(?m)^# HELP (archive_\S+) (.*)$", answer))
    assert {"archive_workers", "archive_kept_pages_total", "archive_replica_lag_seconds"} <= set(helps)
    units = {name: "Seconds" if name.endswith("_seconds") else ("Number of", "1 while") for name in helps}
    assert {name: text for name, text in helps.items() if not text.startswith(units[name])} == {}


def test_a_database_that_lacks_a_migration_is_not_ready(client: Client) -> None:
    (leaf,) = MigrationLoader(connection).graph.leaf_nodes("articles")
    MigrationRecorder.Migration.objects.filter(app=leaf[0], name=leaf[1]).delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"1 migrations to apply\n")
    assert client.get("/healthz").status_code == 200


def test_a_database_that_takes_no_connection_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    beaten("h:1", 5)
    client.get("/metrics", headers={"authorization": "Bearer secret"})
    before = gauges()
    Heartbeat.objects.all().delete()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"database does not answer\n")
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/metrics", headers={"authorization": "Bearer secret"}).status_code == 200 and gauges() == before


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_waits_is_given_up_and_the_session_keeps_its_time(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout TO '7s'")
    assert client.get("/readyz").status_code == 200
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        other.execute("LOCK TABLE articles_heartbeat IN ACCESS EXCLUSIVE MODE")
        answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"database does not answer\n")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("7s",)
        cursor.execute("SET statement_timeout TO DEFAULT")


@pytest.mark.parametrize(
    ("token", "shown", "status"),
    [
        ("", {}, 404), ("", {"authorization": "Bearer "}, 404), ("", {"authorization": "Bearer secret"}, 404), ("secret", {}, 404),
        ("secret", {"authorization": "Bearer other"}, 404), ("secret", {"authorization": "Bearer سر"}, 404), ("secret", {"authorization": "Bearer secret"}, 200),
    ],
)  # fmt: skip
def test_metrics_need_their_token(client: Client, settings: object, token: str, shown: dict, status: int) -> None:
    settings.ARCHIVE_METRICS_TOKEN = token
    assert client.get("/metrics", headers=shown).status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_monitors_read_only_and_never_from_a_cache(client: Client, path: str) -> None:
    shown = {"authorization": "Bearer secret"}
    for method in (client.get, client.head):
        answer = method(path, headers=shown)
        assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
        assert answer["X-Content-Type-Options"] == "nosniff"
    for method in (client.post, client.put, client.delete, client.options):
        answer = method(path, headers=shown)
        assert (answer.status_code, answer.content) == (405, b"only to be read\n")


# Sitemaps.


def test_each_file_of_a_sitemap_holds_a_range_of_ids(
    make_article: Callable[..., Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sitemaps.RANGE == 5_000
    hidden = make_article("مسودة", status="draft")
    rows = [make_article(f"خبر {number}") for number in range(3)]
    public = Article.objects.public().order_by("id")
    for size in (1, 2, 3, rows[-1].pk - 1, rows[-1].pk, rows[-1].pk + 1):
        monkeypatch.setattr(sitemaps, "RANGE", size)
        ranges = sitemaps.IdRanges(public)
        assert ranges.num_pages == math.ceil(rows[-1].pk / size)
        pages = {number: [row.pk for row in ranges.page(number).object_list] for number in (1, ranges.num_pages)}
        for number, pks in pages.items():
            assert pks == [row.pk for row in public if (number - 1) * size < row.pk <= number * size]
        assert rows[-1].pk in pages[ranges.num_pages] and hidden.pk not in pages[ranges.num_pages]
        for number in (0, ranges.num_pages + 1, "x", "-1", "1.5"):
            with pytest.raises(EmptyPage):
                ranges.page(number)
        assert ranges.page("1").object_list == ranges.page(1).object_list
    Capture.objects.all().delete()
    Article.objects.all().delete()
    assert sitemaps.IdRanges(public).num_pages == 1 and sitemaps.IdRanges(public).page(1).object_list == []


def test_a_sitemap_dates_articles_by_their_last_change(client: Client, make_article: Callable[..., Article]) -> None:
    article = make_article("خبر")
    tree = etree.fromstring(client.get("/sitemaps/articles.xml").content)
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    (day,) = tree.xpath(f"//s:url[s:loc='http://testserver/articles/{article.pk}/']/s:lastmod/text()", namespaces=names)
    assert day == timezone.localdate(article.updated_at).isoformat()
    index = client.get("/sitemap.xml").content.decode()
    assert "lastmod" not in index
    assert "lastmod" not in client.get("/sitemaps/events.xml").content.decode()
    assert "http://testserver/about/" in client.get("/sitemaps/pages.xml").content.decode()


# Feeds.


def test_a_feed_holds_the_newest_articles_of_its_row(client: Client, make_article: Callable[..., Article]) -> None:
    source = Source.objects.create(name="وكالة الساحل")
    rows = [make_article(f"خبر {number} عن ياقوت", source=source) for number in range(ENTRIES + 2)]
    hidden = make_article("مسودة", source=source, status="draft")
    event, actor = Event.objects.create(title="لقاء", kind="meeting"), Actor.objects.create(name="هيئة", kind="civil")
    for row in (rows[0], rows[5], hidden):
        Coverage.objects.create(article=row, event=event)
        Mention.objects.create(article=row, actor=actor, state="confirmed")
    Article.objects.filter(pk=rows[5].pk).update(author="محرر")
    archive = "أرشيف دبلوماسية مكافحة الإرهاب"

    def read(address: str) -> feedparser.FeedParserDict:
        return feedparser.parse(client.get(address).content)

    newest = [row.title for row in reversed(rows)][:ENTRIES]
    for address, title, link in (
        ("/feeds/", archive, "/"),
        (f"/feeds/sources/{source.pk}/", f"{archive}: وكالة الساحل", source.get_absolute_url()),
    ):
        feed = read(address)
        assert [entry.title for entry in feed.entries] == newest
        assert (feed.feed.title, feed.feed.link) == (title, f"http://testserver{link}")
        assert {entry.author for entry in feed.entries} == {"محرر", "وكالة الساحل"}
    for row, noun in ((event, "events"), (actor, "actors")):
        feed = read(f"/feeds/{noun}/{row.pk}/")
        assert [entry.title for entry in feed.entries] == [rows[5].title, rows[0].title]
        assert [entry.author for entry in feed.entries] == [
            "محرر",
            "وكالة الساحل",
        ] and feed.feed.title == f"{archive}: {row}"
        assert feed.entries[1].summary == rows[0].body
        type(row).objects.filter(pk=row.pk).update(withheld=True)
        assert client.get(f"/feeds/{noun}/{row.pk}/").status_code == 404
    Article.objects.filter(pk=rows[0].pk).update(source=None, title="خبر من غير مصدر عن زمردة")
    found = read("/feeds/search/?q=زمردة")
    assert [entry.author for entry in found.entries] == [archive] and found.feed.title == f"{archive}: زمردة"
    assert found.feed.link == "http://testserver/search/?q=%D8%B2%D9%85%D8%B1%D8%AF%D8%A9"


def test_an_answer_that_takes_too_long_is_stopped(client: Client, settings: object) -> None:
    settings.ARCHIVE_SEARCH_TIMEOUT = 50
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}) as other:
        other.execute("LOCK TABLE articles_article IN ACCESS EXCLUSIVE MODE")
        for path in (
            "/feeds/",
            "/sitemaps/articles.xml",
            "/export/articles.csv",
            "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
        ):
            answer = client.get(path)
            assert (answer.status_code, answer.content) == (503, b"This took too long and was stopped.\n"), path
        for path in ("/api/v1/articles", "/api/v1/articles/1", "/api/v1/search?q=ياقوت"):
            answer = client.get(path)
            assert answer.status_code == 503 and "took too long" in answer.json()["detail"], path
        assert client.get("/sitemaps/sources.xml").status_code == 200
