"""What other programs are given of one row: every value, for readers and for the desk."""

import csv
import io
import json
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from articles.exchange import api, rows
from articles.exchange.authority import authority_file
from articles.exchange.chosen import EXPORTED_NOUNS
from articles.exchange.citations import bibtex, citation, csl_json, plain, ris
from articles.exchange.export import EXPORTS
from articles.exchange.lines import csv_lines, json_lines
from articles.exchange.linked_data import linked_actor, linked_article, linked_event
from articles.ingest.authority import apply_authority
from articles.models import (
    Actor,
    Alias,
    ArchiveDate,
    Article,
    Capture,
    Coverage,
    Event,
    EventSeries,
    Figure,
    Measure,
    Mention,
    Participation,
    Source,
    SynonymSet,
)

BODY = "قال المجلس إن 25 خبيرا حضروا، ثم غادر بين 20 و30 منهم."


@pytest.fixture(autouse=True)
def unlimited(settings: object) -> None:
    settings.ARCHIVE_API_RATE = "100000/m"


class World:
    """One article with all facts, and beside each of them one that readers must not meet."""

    def __init__(self, make_article: Callable[..., Article]) -> None:
        self.source = Source.objects.create(
            name="وكالة الساحل", kind="agency", country="المغرب", domains=["sahel.example"], marks=["ساحل"]
        )
        self.article = make_article(
            "مؤتمر نواكشوط", BODY, date(2024, 2, 3), source=self.source, author="محرر", section="سياسة",
            url="https://sahel.example/1", date_statements=[{"quote": "x", "where": "heading", **ArchiveDate.on(date(2024, 2, 3)).as_dict()}],
        )  # fmt: skip
        self.draft = make_article("مسودة", "نص المسودة 25 خبيرا.", status="draft")
        for n, (state, moment) in enumerate((("accepted", 5), ("accepted", 6), ("refused", 7), ("waiting", 8))):
            Capture.objects.create(
                article=self.article, sha256=f"{n}" * 64, size=1, media_type="text/plain", filename=f"{n}.txt", state=state,
                captured_at=datetime(2024, 2, moment, tzinfo=UTC), fetched_address="https://sahel.example/1" if n == 1 else "",
                claimed_address="https://claimed.example/" if n == 1 else "",
            )  # fmt: skip
        self.event = Event.objects.create(
            title="مؤتمر نواكشوط الثاني", kind="conference", place="نواكشوط", country="موريتانيا", description="وصف",
            series=EventSeries.objects.create(name="مؤتمرات نواكشوط", description="سلسلة"), session=2,
        )  # fmt: skip
        self.event.start, self.event.end = ArchiveDate.on(date(2024, 2, 1)), ArchiveDate.on(date(2024, 2, 2))
        self.event.save()
        self.actor = Actor.objects.create(
            name="مجلس نواكشوط", distinction="المجلس", kind="government", country="موريتانيا", description="هيئة"
        )
        Alias.objects.create(actor=self.actor, name="المجلس", kind="short", found_in_text=False)
        self.suggested = Actor.objects.create(name="هيئة مقترحة", kind="civil", state="suggested")
        self.rejected = Actor.objects.create(name="هيئة مرفوضة", kind="civil", state="rejected")
        self.withheld = Event.objects.create(title="لقاء محجوب", kind="meeting", withheld=True)
        measure = Measure.objects.create(label="خبراء", units=["خبير"], cues=["حضر"])
        self.mention = Mention.objects.create(
            article=self.article, actor=self.actor, spans=[[4, 10]], quotes=["المجلس"], state="suggested"
        )
        Mention.objects.create(article=self.article, actor=self.suggested, state="rejected")
        Mention.objects.create(article=self.article, actor=self.rejected)
        Coverage.objects.create(article=self.article, event=self.event)
        Coverage.objects.create(article=self.draft, event=self.event)
        Coverage.objects.create(article=self.article, event=self.withheld)
        self.between = Figure.objects.create(
            article=self.article, value=20, value_high=Decimal("30.5"), qualifier="between", quote="بين 20 و30", start=38, end=48,
            event=self.withheld, actor=self.rejected,
        )  # fmt: skip
        self.figure = Figure.objects.create(
            article=self.article, value=25, qualifier="exactly", unit="خبيرا", measure=measure, about="حضروا", scope="متوقع",
            quote="25 خبيرا", start=14, end=22, event=self.event, actor=self.actor, period_start=date(2023, 1, 1),
            period_end=date(2023, 12, 31), state="suggested",
        )  # fmt: skip
        self.lost = Figure.objects.create(article=self.article, value=7, quote="ضاع")
        self.denied = Figure.objects.create(
            article=self.article, value=8, quote="إن", start=11, end=13, state="rejected"
        )
        self.of_draft = Figure.objects.create(article=self.draft, value=25, quote="25 خبيرا", start=11, end=19)
        Participation.objects.create(event=self.event, actor=self.actor, role="host")
        Participation.objects.create(event=self.event, actor=self.rejected, role="speaker")
        Participation.objects.create(event=self.event, actor=self.suggested, role="speaker", state="rejected")


@pytest.fixture
def world(db: None, make_article: Callable[..., Article]) -> World:
    assert BODY[14:22] == "25 خبيرا" and BODY[38:48] == "بين 20 و30"
    return World(make_article)


def row_of(world: World, noun: str, row: Any, *, whole: bool = False) -> dict:
    """The row as an export writes it, after a turn through JSON."""
    (written,) = [line for line in EXPORTS[noun].rows(whole=whole) if line["id"] == row.pk]
    return json.loads(json.dumps(written))


def date_of(day: str | None, precision: str = "day", basis: str = "stated") -> dict:
    return {"date": day, "precision": precision, "basis": basis, "earliest": day, "latest": day}


def summary(world: World) -> dict:
    return {
        "id": world.article.pk, "title": "مؤتمر نواكشوط", "source": "وكالة الساحل", "url": "https://sahel.example/1", "language": "ar",
        "word_count": world.article.word_count, "published": date_of("2024-02-03"),
    }  # fmt: skip


def figure_facts(world: World) -> dict[str, dict]:
    return {
        "figure": {
            "id": world.figure.pk, "value": 25, "value_high": None, "qualifier": "exactly", "unit": "خبيرا", "measure": "خبراء",
            "period_start": "2023-01-01", "period_end": "2023-12-31", "quote": "25 خبيرا", "start": 14, "end": 22, "state": "suggested",
        },
        "between": {
            "id": world.between.pk, "value": 20, "value_high": 30.5, "qualifier": "between", "unit": "", "measure": None,
            "period_start": None, "period_end": None, "quote": "بين 20 و30", "start": 38, "end": 48, "state": "confirmed",
        },
    }  # fmt: skip


def test_an_article_for_readers_and_for_the_desk(world: World) -> None:
    actor = {
        "id": world.actor.pk,
        "name": "مجلس نواكشوط",
        "kind": "government",
        "state": "suggested",
        "spans": [[4, 10]],
    }
    event = {"id": world.event.pk, "title": "مؤتمر نواكشوط الثاني", "state": "confirmed"}
    public = row_of(world, "articles", world.article)
    assert public == summary(world) | {
        "title_origin": world.article.title_origin, "body": BODY, "author": "محرر", "section": "سياسة", "status": "published",
        "notice": None, "sha256": "1" * 64, "capture_filename": "1.txt", "captured_at": "2024-02-06T00:00:00+00:00",
        "fetched_address": "https://sahel.example/1", "claimed_address": "https://claimed.example/",
        "date_statements": world.article.date_statements, "events": [event], "actors": [actor],
        "figures": [figure_facts(world)["figure"], figure_facts(world)["between"]],
    }  # fmt: skip
    whole = row_of(world, "articles", world.article, whole=True)
    assert whole["events"] == [event, {"id": world.withheld.pk, "title": "لقاء محجوب", "state": "confirmed"}]
    # A mention is rejected where its actor is.
    assert [(row["name"], row["state"]) for row in whole["actors"]] == [
        ("مجلس نواكشوط", "suggested"), ("هيئة مقترحة", "rejected"), ("هيئة مرفوضة", "rejected"),
    ]  # fmt: skip
    assert [row["id"] for row in whole["figures"]] == [
        world.denied.pk,
        world.figure.pk,
        world.between.pk,
        world.lost.pk,
    ]


def test_an_article_of_which_little_is_known(world: World) -> None:
    row = row_of(world, "articles", world.draft, whole=True)
    for name in (
        "source",
        "url",
        "notice",
        "sha256",
        "capture_filename",
        "captured_at",
        "fetched_address",
        "claimed_address",
    ):
        assert row[name] is None
    assert row["published"] == date_of(None, "unknown", "inferred") and row["status"] == "draft"
    Article.objects.filter(pk=world.article.pk).update(notice="سبب")
    assert row_of(world, "articles", world.article)["notice"] is None
    Article.objects.filter(pk=world.article.pk).update(status="withdrawn")
    assert row_of(world, "articles", world.article, whole=True)["notice"] == "سبب"
    assert world.article.pk not in [line["id"] for line in EXPORTS["articles"].rows()]


def test_an_event_names_public_articles_and_participants_alone(world: World, client: Client) -> None:
    public = row_of(world, "events", world.event)
    participants = [{"actor": world.actor.pk, "name": "مجلس نواكشوط", "role": "host", "state": "confirmed"}]
    assert public == {
        "id": world.event.pk, "title": "مؤتمر نواكشوط الثاني", "kind": "conference", "start": date_of("2024-02-01"),
        "end": date_of("2024-02-02"), "place": "نواكشوط", "country": "موريتانيا", "series": "مؤتمرات نواكشوط", "description": "وصف",
        "state": "confirmed", "participants": participants, "articles": [{"id": world.article.pk, "state": "confirmed"}],
    }  # fmt: skip
    whole = row_of(world, "events", world.event, whole=True)
    assert [row["id"] for row in whole["articles"]] == [world.article.pk, world.draft.pk]
    assert [row["name"] for row in whole["participants"]] == ["مجلس نواكشوط", "هيئة مرفوضة", "هيئة مقترحة"]
    assert row_of(world, "events", world.withheld, whole=True)["series"] is None
    # The API and downloads give readers the same.
    assert client.get(f"/api/v1/events/{world.event.pk}").json() == public
    listed = {row["id"]: row for row in client.get("/api/v1/events?page_size=200").json()["results"]}
    assert listed[world.event.pk] == public and world.withheld.pk not in listed
    lines = b"".join(client.get("/export/events.jsonl").streaming_content).decode().splitlines()
    assert {json.loads(line)["id"]: json.loads(line) for line in lines}[world.event.pk] == public


def test_an_actor_and_a_source(world: World, client: Client) -> None:
    public = row_of(world, "actors", world.actor)
    assert public == {
        "id": world.actor.pk, "name": "مجلس نواكشوط", "distinction": "المجلس", "kind": "government", "country": "موريتانيا",
        "description": "هيئة", "state": "confirmed", "aliases": [{"name": "المجلس", "kind": "short", "found_in_text": False}],
    }  # fmt: skip
    assert client.get(f"/api/v1/actors/{world.actor.pk}").json() == public
    assert row_of(world, "sources", world.source) == {
        "id": world.source.pk, "name": "وكالة الساحل", "kind": "agency", "country": "المغرب", "domains": ["sahel.example"], "marks": ["ساحل"],
    }  # fmt: skip
    ids = {noun: {line["id"] for line in EXPORTS[noun].rows()} for noun in ("actors", "figures", "sources")}
    whole = {noun: {line["id"] for line in EXPORTS[noun].rows(whole=True)} for noun in ("actors", "figures")}
    assert {world.rejected.pk, world.suggested.pk} & ids["actors"] == set() and world.rejected.pk in whole["actors"]
    hidden = {figure.pk for figure in (world.lost, world.denied, world.of_draft)}
    assert not hidden & ids["figures"] and hidden <= whole["figures"]


def test_a_figure_names_what_readers_may_see(world: World, client: Client) -> None:
    facts, about = figure_facts(world), {"article": world.article.pk, "about": "", "scope": ""}
    public = row_of(world, "figures", world.figure)
    assert public == facts["figure"] | {
        "article": world.article.pk, "event": world.event.pk, "actor": world.actor.pk, "about": "حضروا", "scope": "متوقع",
    }  # fmt: skip
    assert row_of(world, "figures", world.between) == facts["between"] | about | {"event": None, "actor": None}
    owners = {"event": world.withheld.pk, "actor": world.rejected.pk}
    assert row_of(world, "figures", world.between, whole=True) == facts["between"] | about | owners
    listed = {row["id"]: row for row in client.get(f"/api/v1/figures?source={world.source.pk}").json()["results"]}
    assert listed[world.figure.pk] == public and listed[world.between.pk]["event"] is None


@pytest.mark.parametrize(
    ("value", "plain_value"),
    [
        (None, "None"),
        ("25.0000", "25"),
        ("25.5000", "25.5"),
        ("-3", "-3"),
        ("0", "0"),
        ("1E+3", "1000"),
        ("0.25", "0.25"),
    ],
)
def test_numbers_are_whole_where_they_can_be(value: str | None, plain_value: str) -> None:
    assert str(rows._plain(None if value is None else Decimal(value))) == plain_value


def test_lines_of_both_forms() -> None:
    some = [
        {"id": 1, "text": "=1+1", "list": ["أ"], "none": None, "n": -5},
        {"id": 2, "text": "أ\nب", "list": [], "none": None, "n": 1.5},
    ]
    assert [json.loads(line) for line in json_lines(some)] == some
    written = "".join(csv_lines(some))
    assert written.startswith("id,text,list,none,n\n") and "\r" not in written
    first, second = csv.DictReader(io.StringIO(written))
    assert first == {"id": "1", "text": "'=1+1", "list": '["أ"]', "none": "", "n": "-5"}
    assert second == {"id": "2", "text": "أ\nب", "list": "[]", "none": "", "n": "1.5"}
    assert list(csv_lines([])) == list(json_lines([])) == []


def ids(noun: str, address: str) -> list[int]:
    return list(EXPORTED_NOUNS[noun].chosen(QueryDict(address)).values_list("pk", flat=True))


def test_downloads_hold_what_a_page_shows_in_its_order(world: World, make_article: Callable[..., Article]) -> None:
    older, newer = (
        make_article("قديم ياقوت", "ياقوت", date(2020, 1, 1)),
        make_article("جديد", "كلام عن ياقوت", date(2026, 1, 1)),
    )
    chosen = ids("articles", "")
    assert (
        chosen.index(newer.pk) < chosen.index(world.article.pk) < chosen.index(older.pk)
        and world.draft.pk not in chosen
    )
    assert ids("articles", "q=ياقوت") == [older.pk, newer.pk]
    assert (
        ids("articles", f"q=ياقوت&source={world.source.pk}")
        == ids("articles", "q=%D9%84%D8%A7%D8%B4%D9%8A%D8%A1%D9%87%D9%86%D8%A7")
        == []
    )
    assert (
        ids("articles", f"source={world.source.pk}")
        == ids("articles", f"source={world.source.pk}&q=%20")
        == [world.article.pk]
    )
    assert ids("figures", f"source={world.source.pk}") == [world.figure.pk, world.between.pk]
    names = [Source.objects.get(pk=pk).folded_name for pk in ids("sources", "")]
    assert names == sorted(names) and len(names) > 2
    events = [Event.objects.get(pk=pk).start_order for pk in ids("events", "")]
    assert events == sorted(events, reverse=True)
    actors = ids("actors", "")
    assert world.suggested.pk not in actors and world.rejected.pk not in actors


@pytest.mark.django_db
def test_a_widened_search_can_be_turned_off() -> None:
    text = "q=التحالف العالمي لهزيمة داعش"
    assert ids("articles", text) == ids("articles", f"{text}&widen=1") != ids("articles", f"{text}&widen=0")
    assert len(ids("articles", text)) == 4


# The API's own rules.


@pytest.mark.django_db
def test_pages_of_lists(client: Client) -> None:
    Article.objects.bulk_create(Article(title=f"خبر {number}", body="نص.") for number in range(60))
    total = Article.objects.public().count()
    sizes = {
        size: len(client.get(f"/api/v1/articles{size}").json()["results"])
        for size in ("", "?page_size=7", "?page_size=200")
    }
    assert sizes == {"": 50, "?page_size=7": 7, "?page_size=200": total}
    assert client.get("/api/v1/articles?page_size=201").status_code == 422 or len(client.get("/api/v1/articles?page_size=201").json()["results"]) <= 200  # fmt: skip
    assert set(client.get("/api/v1/articles?page_size=1").json()["results"][0]) == {
        "id", "title", "source", "url", "language", "word_count", "published",
    }  # fmt: skip


def test_conditions_of_the_api(world: World, client: Client) -> None:
    def ids_of(address: str) -> list[int]:
        return [row["id"] for row in client.get(f"/api/v1/{address}").json()["results"]]

    assert (
        ids_of(f"articles?event={world.event.pk}") == ids_of(f"articles?actor={world.actor.pk}") == [world.article.pk]
    )
    assert ids_of("articles?since=2024-02-03&until=2024-02-03&source=" + str(world.source.pk)) == [world.article.pk]
    assert ids_of(f"articles?published=2024-02&source={world.source.pk}") == [world.article.pk]
    assert ids_of(f"articles?since=2024-02-04&source={world.source.pk}") == []
    assert ids_of(f"figures?actor={world.actor.pk}") == [world.figure.pk]
    shown = Actor.objects.create(name="هيئة قيد المراجعة", kind="civil", state="suggested")
    Mention.objects.create(article=world.article, actor=shown, state="suggested")
    assert shown.pk not in ids_of("actors?page_size=200") and shown.pk in ids_of("actors?unreviewed=true&page_size=200")
    assert shown.pk not in ids_of("actors?unreviewed=false&page_size=200")
    assert ids_of("actors?q=قيد المراجعة&unreviewed=true") == [shown.pk] and ids_of("events?year=2024&kind=conference")[
        -1:
    ] == [world.event.pk]
    refusal = client.get("/api/v1/articles?since=moon&kind=party")
    assert (
        refusal.status_code == 422
        and all(f"{name}: " in refusal.json()["detail"] for name in ("since", "kind"))
        and "; " in refusal.json()["detail"]
    )
    # The request is refused as a whole: no condition is left out of it.
    assert "left out" not in refusal.json()["detail"]
    assert not any("\u0621" <= sign <= "\u064a" for sign in refusal.json()["detail"])


def test_the_search_of_the_api_page_by_page(client: Client, make_article: Callable[..., Article]) -> None:
    for number in range(21):
        make_article(f"خبر {number}", f"عن ياقوتة {number} في المدينة.", date(2024, 1, 5 + number))
    first, second = (client.get("/api/v1/search", {"q": "ياقوتة", "page": page}).json() for page in (1, 2))
    assert (first["total"], first["total_is_capped"], first["page"], second["page"]) == (21, False, 1, 2)
    assert first["pages"] == second["pages"] == 2 and len(first["results"]) + len(second["results"]) == 21
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}
    for page in (0, -1):
        assert client.get("/api/v1/search", {"q": "ياقوتة", "page": page}).json()["page"] == 1
    assert client.get("/api/v1/search", {"q": "ياقوتة", "page": api.LAST_PAGE * 100}).status_code == 200
    scores = [row["score"] for row in first["results"]]
    assert scores == sorted(scores, reverse=True) and all("ياقوتة" in row["snippet"] for row in first["results"])
    assert client.get("/api/v1/search", {"q": "ياقوتة", "since": "2024-01-20"}).json()["total"] == 6


# References and linked data.


def absolute(path: str) -> str:
    return f"https://archive.example{path}"


def test_a_reference_in_every_format(world: World) -> None:
    cited, key = citation(world.article, absolute), f"archive{world.article.pk}"
    address = f"https://archive.example/articles/{world.article.pk}/"
    assert (
        plain(cited) == f"محرر، «مؤتمر نواكشوط»، وكالة الساحل، 2024-02-03، أرشيف دبلوماسية مكافحة الإرهاب، {address}\n"
    )
    assert bibtex(cited) == (
        f"@online{{{key},\n  title = {{مؤتمر نواكشوط}},\n  author = {{{{محرر}}}},\n  organization = {{{{وكالة الساحل}}}},\n"
        "  date = {2024-02-03},\n  year = {2024},\n  langid = {arabic},\n  note = {أرشيف دبلوماسية مكافحة الإرهاب},\n"
        f"  url = {{{address}}}\n}}\n"
    )
    assert ris(cited) == (
        f"TY  - NEWS\nID  - {key}\nTI  - مؤتمر نواكشوط\nAU  - محرر\nPB  - وكالة الساحل\nPY  - 2024\nDA  - 2024/02/03/\nLA  - ar\n"
        f"DB  - أرشيف دبلوماسية مكافحة الإرهاب\nUR  - {address}\nL2  - https://sahel.example/1\nER  - \n"
    )
    assert json.loads(csl_json(cited)) == [
        {
            "id": key, "type": "article-newspaper", "title": "مؤتمر نواكشوط", "author": [{"literal": "محرر"}], "container-title": "وكالة الساحل",
            "issued": {"date-parts": [[2024, 2, 3]]}, "archive": "أرشيف دبلوماسية مكافحة الإرهاب", "URL": address, "language": "ar",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("published", "line", "tags", "parts"),
    [
        (ArchiveDate.in_month(2024, 2), "2024-02", "PY  - 2024\nDA  - 2024/02//\n", [[2024, 2]]),
        (ArchiveDate.in_year(2024), "2024", "PY  - 2024\nDA  - 2024///\n", [[2024]]),
        (ArchiveDate.between(date(2024, 1, 1), date(2024, 12, 31)), "د.ت.", "", None),
    ],
)
def test_a_reference_claims_no_more_of_the_date_than_is_known(
    published: ArchiveDate, line: str, tags: str, parts: list | None
) -> None:
    article = Article(pk=7, title="عنوان", language="fr")
    article.published = published
    cited = citation(article, absolute)
    assert plain(cited) == f"«عنوان»، {line}، أرشيف دبلوماسية مكافحة الإرهاب، https://archive.example/articles/7/\n"
    assert ris(cited).partition("TI  - عنوان\n")[2].startswith(f"{tags}LA  - fr\n")
    (item,) = json.loads(csl_json(cited))
    assert item.get("issued", {}).get("date-parts") == parts and "author" not in item
    assert "langid" not in bibtex(cited) and ("year = {2024}" in bibtex(cited)) == bool(parts)


def test_linked_data_of_each_noun(world: World) -> None:
    article, event, actor = (absolute(row.get_absolute_url()) for row in (world.article, world.event, world.actor))
    brief_event = {
        "@type": "Event",
        "@id": event,
        "url": event,
        "name": "مؤتمر نواكشوط الثاني",
        "startDate": "2024-02-01",
    }
    brief_actor = {"@type": "GovernmentOrganization", "@id": actor, "url": actor, "name": "مجلس نواكشوط"}
    context = {"@context": "https://schema.org"}
    stored = Article.objects.get(pk=world.article.pk)
    coverages = stored.coverages.filter(event=world.event)
    assert linked_article(stored, [world.mention], coverages, absolute) == context | {
        "@type": "NewsArticle", "@id": article, "url": article, "headline": "مؤتمر نواكشوط", "datePublished": "2024-02-03",
        "dateModified": stored.updated_at.isoformat(), "inLanguage": "ar", "wordCount": stored.word_count, "articleSection": "سياسة",
        "author": {"@type": "Person", "name": "محرر"}, "publisher": {"@type": "Organization", "name": "وكالة الساحل"},
        "sameAs": "https://sahel.example/1", "about": [brief_event], "mentions": [brief_actor],
    }  # fmt: skip
    parts = list(world.event.participations.select_related("actor").order_by("id"))
    others = {part.actor.name for part in parts[1:]}
    linked = linked_event(world.event, parts, absolute)
    assert {row["name"] for row in linked.pop("attendee")} == others
    assert linked == context | brief_event | {
        "endDate": "2024-02-02", "description": "وصف", "location": {"@type": "Place", "name": "نواكشوط, موريتانيا"},
        "organizer": [brief_actor], "superEvent": {"@type": "EventSeries", "name": "مؤتمرات نواكشوط"},
    }  # fmt: skip
    assert linked_actor(world.actor, world.actor.aliases.all(), absolute) == context | brief_actor | {
        "alternateName": ["المجلس"], "description": "هيئة", "disambiguatingDescription": "المجلس",
    }  # fmt: skip
    bare = linked_event(Event(pk=5, title="لقاء", country="مصر"), [], absolute)
    assert set(bare) == {"@context", "@type", "@id", "url", "name", "location"} and bare["location"]["name"] == "مصر"
    assert "location" not in linked_event(Event(pk=5, title="لقاء"), [], absolute)
    assert not {"author", "publisher", "datePublished", "about", "sameAs"} & set(
        linked_article(Article(pk=5, title="أ"), [], [], absolute)
    )
    kinds = {
        kind: linked_actor(Actor(pk=5, kind=kind, name="أ"), [], absolute)["@type"]
        for kind in ("person", "state", "civil", "bloc")
    }
    assert kinds == {"person": "Person", "state": "Country", "civil": "NGO", "bloc": "Organization"}


# The authority file.


def test_the_authority_file_holds_what_is_confirmed(world: World) -> None:
    SynonymSet.objects.create(words=["مؤتمر", "لقاء"])
    SynonymSet.objects.create(words=["ندوة", "ورشة"], in_use=False)
    Event.objects.filter(pk=world.withheld.pk).update(state="suggested")
    hidden = Actor.objects.create(name="هيئة محجوبة", kind="civil", withheld=True)
    merged = Actor.objects.create(name="هيئة مدموجة", kind="civil", merged_into=world.actor)
    Event.objects.create(title="لقاء مدموج", kind="meeting", state="confirmed", merged_into=world.event)
    vague = Event(title="لقاء غير مؤرخ", kind="meeting")
    vague.start = ArchiveDate.between(earliest=date(2020, 1, 1), basis="editor")
    vague.save()
    Participation.objects.create(event=vague, actor=hidden, role="host", state="suggested")
    text = "".join(authority_file())
    read = tomllib.loads(text)
    of = {kind: {entry.get("name") or entry.get("title") or entry.get("label") or entry.get("word"): entry for entry in read[kind]} for kind in read}  # fmt: skip
    assert of["source"]["وكالة الساحل"] == {
        "name": "وكالة الساحل", "kind": "agency", "country": "المغرب", "domains": ["sahel.example"], "marks": ["ساحل"],
    }  # fmt: skip
    assert of["actor"]["مجلس نواكشوط"] == {
        "name": "مجلس نواكشوط", "distinction": "المجلس", "kind": "government", "country": "موريتانيا", "description": "هيئة",
        "aliases": [{"name": "المجلس", "kind": "short", "found_in_text": False}],
    }  # fmt: skip
    assert of["actor"]["هيئة محجوبة"] == {"name": "هيئة محجوبة", "kind": "civil", "withheld": True} and merged.pk
    assert not {"هيئة مقترحة", "هيئة مرفوضة", "هيئة مدموجة"} & set(of["actor"])
    assert of["measure"]["خبراء"] == {"label": "خبراء", "units": ["خبير"], "cues": ["حضر"]}
    assert of["synonyms"]["مؤتمر"]["others"] == ["لقاء"] and "ندوة" not in of["synonyms"]
    assert of["series"]["مؤتمرات نواكشوط"] == {"name": "مؤتمرات نواكشوط", "description": "سلسلة"}
    assert of["event"]["مؤتمر نواكشوط الثاني"] == {
        "title": "مؤتمر نواكشوط الثاني", "kind": "conference", "place": "نواكشوط", "country": "موريتانيا", "session": 2, "description": "وصف",
        "start": {"date": date(2024, 2, 1), "precision": "day", "basis": "stated"},
        "end": {"date": date(2024, 2, 2), "precision": "day", "basis": "stated"}, "series": "مؤتمرات نواكشوط",
        "participants": [{"actor": "مجلس نواكشوط", "role": "host"}],
    }  # fmt: skip
    assert of["event"]["لقاء غير مؤرخ"] == {
        "title": "لقاء غير مؤرخ", "kind": "meeting", "start": {"earliest": date(2020, 1, 1), "basis": "editor"},
    }  # fmt: skip
    assert not {"لقاء محجوب", "لقاء مدموج"} & set(of["event"])
    assert text.startswith("# ") and '    { name = "المجلس", kind = "short", found_in_text = false },\n' in text
    # Read in again, it changes nothing.
    apply_authority("again.toml", text.encode())
    assert "".join(authority_file()) == text and apply_authority("again.toml", text.encode()).applied == 0
