"""What the readers' pages choose, in which order and how much of it, and where their links lead."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory

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
    tally,
)
from articles.models.history import operation
from articles.search.filters import ActorFilter, ArticleFilter, EventFilter, FigureFilter
from articles.search.run import Order
from articles.site import pages
from articles.site.charts.timeline import Span
from articles.site.views import actor as actor_views
from articles.site.views import dates as date_views
from articles.site.views import event as event_views
from articles.site.views import figures as figure_views
from articles.site.views import search as search_views

Make = Callable[..., Article]


def request_for(address: str = "/", **parameters: object) -> HttpRequest:
    return RequestFactory().get(address, parameters)


def context(client: Client, address: str, **parameters: object) -> Any:
    response = client.get(address, parameters)
    assert response.status_code == 200, address
    return response.context


# Addresses.


@pytest.mark.parametrize(
    ("query", "name", "value", "address"),
    [
        ("", "kind", "attack", "?kind=attack"), ("", "kind", "", "?"), ("kind=attack", "kind", None, "?"), ("kind=attack", "kind", 0, "?kind=0"),
        ("q=a&kind=x", "kind", "y", "?q=a&kind=y"), ("q=a&page=3&after=x&before=y", "kind", "z", "?q=a&kind=z"),
        ("q=a&page=3", "page", 4, "?q=a&page=4"), ("q=%D8%A3+b", "kind", "", "?q=%D8%A3+b"), ("a=1&a=2", "b", 3, "?a=1&a=2&b=3"),
    ],
)  # fmt: skip
def test_a_link_changes_one_parameter_and_leads_to_the_beginning(
    query: str, name: str, value: object, address: str
) -> None:
    request = RequestFactory().get(f"/search/?{query}")
    assert pages.address_with(request, name, value) == address
    # The parameters that are kept for a page's other links are those of the address.
    assert pages.address_with(request, name, value) == address


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("1", 1),
        ("7", 7),
        ("0", 0),
        ("-1", 1),
        ("x", 1),
        ("1.5", 1),
        ("٣", 1),
        ("12345678", 12_345_678),
        ("123456789", 1),
    ],
)
def test_the_number_of_a_page(text: str, number: int) -> None:
    assert search_views._number(request_for(page=text)) == number


def test_the_orders_of_a_list() -> None:
    assert [str(order) for order, _ in search_views._orders("كلمة")] == ["relevance", "newest", "oldest"]
    assert [str(order) for order, _ in search_views._orders("")] == ["newest", "oldest"]
    for text, sort, order in (
        ("", "", "newest"), ("", "oldest", "oldest"), ("", "relevance", "newest"), ("كلمة", "", "relevance"), ("كلمة", "newest", "newest"),
        ("كلمة", "colour", "relevance"),
    ):  # fmt: skip
        assert search_views._order(request_for(sort=sort), text) == order


@pytest.mark.django_db
def test_chips_tell_the_filters_in_words() -> None:
    source = Source.objects.create(name="وكالة الساحل")
    parameters = {"source": str(source.pk), "kind": "conference", "since": "2024-11-06", "published": "2024-11"}
    shown = {
        chip.name: (chip.value, chip.text) for chip in pages.chips(ArticleFilter(parameters, Article.objects.public()))
    }
    assert shown == {
        "source": (str(source.pk), "وكالة الساحل"), "kind": ("conference", "مؤتمر"), "since": ("2024-11-06", "6 نونبر (تشرين الثاني) 2024"),
        "published": ("2024-11", "نونبر (تشرين الثاني) 2024"),
    }  # fmt: skip
    kinds = [chip.text for chip in pages.chips(ActorFilter({"kind": "civil"}, Actor.objects.all()))]
    assert kinds == [Actor(kind="civil").get_kind_display()]
    switches = [
        (chip.name, chip.text) for chip in pages.chips(FigureFilter({"conflicting": "1"}, Figure.objects.all()))
    ]
    assert switches == [("conflicting", "")]
    shown = {
        chip.name: chip.text
        for chip in pages.chips(EventFilter({"year": "2024", "unreviewed": "1"}, Event.objects.all()))
    }
    assert shown["year"] == "2024" and shown.get("unreviewed", "") == ""


# Rows that stand for others.


@pytest.mark.django_db
def test_a_merged_row_leads_on_only_to_what_readers_may_see(make_article: Make) -> None:
    original, merged = make_article("باق"), make_article("مدموج")
    Article.objects.filter(pk=merged.pk).update(merged_into=original)
    merged.refresh_from_db()
    assert pages.merged_away(original) is None
    assert (
        pages.merged_away(merged)["Location"] == original.get_absolute_url()
        and pages.merged_away(merged).status_code == 301
    )
    # Of a withdrawn article that was public once the notice is shown; a draft is unknown.
    for status, is_shown in (("withdrawn", True), ("draft", False), ("deleted", True), ("published", True)):
        Article.objects.filter(pk=original.pk).update(status=status)
        fresh = Article.objects.get(pk=merged.pk)
        if is_shown:
            assert pages.merged_away(fresh)["Location"] == original.get_absolute_url()
        else:
            with pytest.raises(Http404):
                pages.merged_away(fresh)
    actor = Actor.objects.create(name="هيئة باقية", kind="civil", withheld=True)
    other = Actor.objects.create(name="هيئة مدموجة", kind="civil", merged_into=actor)
    with pytest.raises(Http404):
        pages.merged_away(other)
    Actor.objects.filter(pk=actor.pk).update(withheld=False)
    assert pages.merged_away(Actor.objects.get(pk=other.pk))["Location"] == actor.get_absolute_url()


@pytest.mark.django_db
def test_lists_are_numbered(make_article: Make) -> None:
    Source.objects.bulk_create(Source(name=f"مصدر {n:02}", folded_name=f"مصدر {n:02}") for n in range(25))
    rows = Source.objects.filter(name__startswith="مصدر ").order_by("name")
    for page, number in (("1", 1), ("3", 3), ("9", 3), ("x", 1), ("", 1), ("-1", 3)):
        shown = pages.numbered(request_for(page=page), rows, 10)
        assert (shown.number, shown.paginator.num_pages, shown.paginator.count) == (number, 3, 25)
    capped, whole = pages.numbered(request_for(page="2"), rows, 10, 20), pages.numbered(request_for(), rows, 10, 25)
    assert (capped.paginator.num_pages, capped.paginator.count, capped.paginator.is_capped, len(capped)) == (
        2,
        20,
        True,
        10,
    )
    assert (whole.paginator.count, whole.paginator.is_capped) == (25, False)


# Actors.


@pytest.fixture
def council(db: None, make_article: Make) -> Actor:
    """An actor in articles of four years, with companions, roles, names and spellings."""
    actor = Actor.objects.create(name="مجلس الساحل", kind="civil")
    for name, kind in (("هيئة الشاطئ", "spelling"), ("مجلس البحر", "former"), ("Sahel Council", "latin")):
        Alias.objects.create(actor=actor, name=name, kind=kind)
    others = [Actor.objects.create(name=f"رفيق {n}", kind="civil", state=state) for n, state in enumerate(("confirmed", "confirmed", "suggested", "rejected"))]  # fmt: skip
    rows = [
        ("قال مجلس الساحل ومجلس الساحل إن مجلس البحر", date(2023, 1, 5), "رئيس", (0, 1)),
        ("قال مجلس الساحل كذا", date(2023, 3, 5), "عضو", (0, 1, 2)),
        ("قال هيئة الشاطئ كذا", date(2024, 3, 5), "عضو", (0, 3)),
        ("قال هيئة الشاطئ غيره", None, "شاهد", ()),
    ]  # fmt: skip
    for body, day, role, companions in rows:
        article = make_article(body[:20], body, day)
        quotes = [name for name in ("مجلس الساحل", "هيئة الشاطئ", "مجلس البحر") for _ in range(body.count(name))]
        spans, at = [], {}
        for name in quotes:
            start = body.index(name, at.get(name, 0))
            at[name] = start + 1
            spans.append([start, start + len(name)])
        ordered = sorted(zip(spans, quotes, strict=True))
        Mention.objects.create(
            article=article,
            actor=actor,
            role=role,
            spans=[span for span, _ in ordered],
            quotes=[quote for _, quote in ordered],
        )
        for n in companions:
            Mention.objects.create(article=article, actor=others[n])
    Mention.objects.create(article=make_article("مرفوض"), actor=actor, role="مرفوض", state="rejected")
    return actor


def test_the_page_of_an_actor(client: Client, council: Actor) -> None:
    shown = context(client, council.get_absolute_url())
    assert [(name, times) for name, _, times in shown["names"]] == [
        ("مجلس الساحل", 3), ("هيئة الشاطئ", 2), ("مجلس البحر", 1), ("Sahel Council", 0),
    ]  # fmt: skip
    assert shown["names"][0][1] == "الاسم المعتمد" and shown["latin"] == "Sahel Council"
    assert [(companion.name, times) for companion, times in shown["companions"]] == [
        ("رفيق 0", 3),
        ("رفيق 1", 2),
        ("رفيق 2", 1),
    ]
    assert [(role["role"], role["n"], role["first"], role["last"]) for role in shown["roles"]] == [
        ("عضو", 2, date(2023, 3, 5), date(2024, 3, 5)), ("رئيس", 1, date(2023, 1, 5), date(2023, 1, 5)),
    ]  # fmt: skip
    keys = [companion.pk for companion, _ in shown["companions"]]
    among = {(tie.start.actor.pk, tie.end.actor.pk) for tie in shown["network"].ties if not tie.of_centre}
    assert among == {(keys[0], keys[1]), (keys[0], keys[2]), (keys[1], keys[2])}
    # Within twelve years the chart has months.
    assert len(shown["chart"].columns) == 15 and (shown["vague"], shown["total"], shown["compared"]) == (1, 4, 0)
    assert [column.count for column in shown["chart"].columns if column.count] == [1, 1, 1]


def test_the_pairs_of_companions(council: Actor) -> None:
    latest = list(Article.objects.filter(mentions__actor=council).values_list("pk", flat=True))
    first, second, third, rejected = Actor.objects.filter(name__startswith="رفيق").order_by("id")
    pairs = actor_views._pairs([third.pk, first.pk, second.pk], latest)
    assert pairs == {(first.pk, second.pk): 2, (first.pk, third.pk): 1, (second.pk, third.pk): 1}
    assert (
        actor_views._pairs([first.pk], latest) == {}
        and actor_views._pairs([first.pk, second.pk], []) == {}
        and rejected.pk
    )


def test_the_chart_of_an_actor_of_many_years_has_years(client: Client, council: Actor, make_article: Make) -> None:
    Mention.objects.create(article=make_article("قديم", "نص.", date(1995, 5, 5)), actor=council)
    shown = context(client, council.get_absolute_url())
    assert len(shown["chart"].columns) == 30 and shown["vague"] == 1


def test_an_actor_of_very_many_articles_is_compared_by_the_latest(
    client: Client, council: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two articles that came last name one companion that readers may see. They were not published last."""
    monkeypatch.setattr(actor_views, "LATEST_NAMING", 2)
    early = Article.objects.get(title="قال مجلس الساحل كذا")
    early.published = ArchiveDate.on(date(2031, 1, 1))
    early.save()
    shown = context(client, council.get_absolute_url())
    assert (shown["compared"], shown["total"]) == (2, 4)
    assert [(companion.name, times) for companion, times in shown["companions"]] == [("رفيق 0", 1)]
    assert [row["name"] for row in shown["written"]] == ["هيئة الشاطئ"] and shown["network"] is None


# Dates.


@pytest.mark.parametrize(
    ("first", "last", "years", "span"),
    [
        (None, None, [], None), ("2020", "2021", [], None), (None, None, [2020, 2024], (2020, 2024)), (None, None, [1990, 2024], (2013, 2024)),
        ("2001", "2003", [1990, 2024], (2001, 2003)), ("2003", "2001", [1990, 2024], (2001, 2003)), ("1800", "1995", [1990, 2024], (1990, 1995)),
        ("2020", "3000", [1990, 2024], (2020, 2024)), ("1800", "1801", [1990, 2024], (1990, 2024)), ("x", "2003", [1990, 2024], (2013, 2024)),
        ("2003", None, [1990, 2024], (2013, 2024)), ("2024", "2024", [1990, 2024], (2024, 2024)),
    ],
)  # fmt: skip
def test_the_years_of_the_timeline(first: str | None, last: str | None, years: list[int], span: tuple | None) -> None:
    parameters = {name: value for name, value in (("from", first), ("to", last)) if value}
    assert date_views._span(request_for(**parameters), years) == (Span(*span) if span else None)


@pytest.mark.parametrize(
    ("span", "halves"),
    [((2020, 2020), []), ((2020, 2021), [(2020, 2020), (2021, 2021)]), ((2020, 2022), [(2020, 2021), (2022, 2022)]), ((2013, 2024), [(2013, 2018), (2019, 2024)])],
)  # fmt: skip
def test_the_halves_of_a_span(span: tuple[int, int], halves: list) -> None:
    assert date_views._halves(Span(*span)) == [Span(*half) for half in halves]


@pytest.fixture
def calendar_rows(db: None, make_article: Make) -> dict[str, Any]:
    """Articles and events around the first half of 2031, apart from all others."""
    rows: dict[str, Any] = {
        day: make_article(f"خبر {day}", "نص.", date.fromisoformat(day))
        for day in ("2031-01-31", "2031-02-01", "2031-02-28", "2031-03-01")
    }
    for name, published in (
        ("month", ArchiveDate.in_month(2031, 2)), ("year", ArchiveDate.in_year(2031)),
        ("unknown", ArchiveDate.between(date(2031, 1, 1), date(2031, 2, 10))), ("out", ArchiveDate.between(date(2031, 3, 1), date(2032, 1, 1))),
    ):  # fmt: skip
        rows[name] = make_article(f"خبر {name}", "نص.")
        rows[name].published = published
        rows[name].save()
    public = Article.objects.get(pk=rows["2031-02-01"].pk)
    for title, start, state in (
        ("أول", ArchiveDate.on(date(2031, 2, 1)), "confirmed"), ("شهر", ArchiveDate.in_month(2031, 2), "confirmed"),
        ("سنة", ArchiveDate.in_year(2031), "confirmed"), ("قبله", ArchiveDate.on(date(2031, 1, 31)), "confirmed"),
        ("مقترح", ArchiveDate.on(date(2031, 2, 2)), "suggested"), ("غير مؤرخ", ArchiveDate.unknown(), "confirmed"),
    ):  # fmt: skip
        event = Event(title=f"لقاء {title}", kind="meeting", state=state)
        event.start = start
        event.save()
        Coverage.objects.create(article=public, event=event)
    return rows


def titles(rows: Any) -> list[str]:
    return [row.title.split(" ", 1)[1] for row in rows]


def test_a_month_shows_what_is_surely_and_perhaps_of_it(client: Client, calendar_rows: dict) -> None:
    shown = context(client, "/dates/2031/2/")
    assert sorted(titles(shown["listed"].articles)) == ["2031-02-01", "2031-02-28", "month"]
    assert sorted(titles(shown["perhaps"])) == ["unknown", "year"] and (
        shown["perhaps_count"],
        shown["perhaps_capped"],
    ) == (2, False)
    assert (shown["total"], shown["year"], shown["month"], shown["day"], shown["chart"]) == (3, 2031, 2, None, None)
    assert sorted(titles(shown["events"])) == ["أول", "شهر"] and shown["more_events"] is False
    assert (
        shown["unreviewed"].count == 1
        and not shown["unreviewed"].shows
        and shown["unreviewed"].address == "?unreviewed=1"
    )
    assert shown["previous"] == date(2031, 1, 31) and shown["next"] == date(2031, 3, 1)
    # The first of February 2031 is a Saturday, and weeks begin on Monday.
    assert shown["weeks"][0] == [(0, 0)] * 5 + [(1, 1), (2, 0)] and shown["weeks"][-1][:5] == [
        (24, 0),
        (25, 0),
        (26, 0),
        (27, 0),
        (28, 1),
    ]
    more = context(client, "/dates/2031/2/", unreviewed="1")
    assert (
        sorted(titles(more["events"])) == ["أول", "شهر", "مقترح"]
        and more["unreviewed"].address == "?"
        and more["unreviewed"].shows
    )


def test_a_day_and_a_year(client: Client, calendar_rows: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    day = context(client, "/dates/2031/2/1/")
    assert (day["total"], day["day"], day["weeks"], titles(day["events"])) == (1, 1, [], ["أول"])
    assert {"unknown", "year"} <= set(titles(day["perhaps"])) and "out" not in titles(day["perhaps"])
    assert (day["previous"], day["next"]) == (date(2031, 1, 31), date(2031, 2, 28))
    year = context(client, "/dates/2031/")
    assert (year["total"], year["month"], year["day"], year["weeks"]) == (7, None, None, [])
    assert [column.count for column in year["chart"].columns] == [1, 3, 1] + [0] * 9
    assert sorted(titles(year["perhaps"])) == ["out"] and year["next"] is None
    assert len(year["events"]) == 4
    monkeypatch.setattr(date_views, "MOST_EVENTS", 3)
    year = context(client, "/dates/2031/")
    assert len(year["events"]) == 3 and year["more_events"] is True
    for path in ("/dates/2031/0/", "/dates/2031/13/", "/dates/2031/2/29/"):
        assert client.get(path).status_code == 404
    assert client.get("/dates/2031/12/31/").status_code == client.get("/dates/2031/1/1/").status_code == 200


def test_all_years(client: Client, calendar_rows: dict) -> None:
    shown = context(client, "/dates/")
    of_2031 = next(row for row in shown["years"] if row[0] == 2031)
    assert of_2031[1][:4] == [(1, 1), (2, 3), (3, 1), (4, 0)] and of_2031[2:] == (2, 7, 4)
    before = shown["vague"]
    assert before >= 2
    Article.objects.filter(title="خبر out").update(status="draft")
    assert context(client, "/dates/")["vague"] == before - 1
    assert [row[0] for row in shown["years"]] == sorted((row[0] for row in shown["years"]), reverse=True)
    assert context(client, "/dates/", unreviewed="1")["years"][0][4] == 5
    # What is rejected or withheld is shown on no demand.
    Event.objects.filter(title="لقاء أول").update(state="rejected")
    Event.objects.filter(title="لقاء شهر").update(withheld=True)
    assert context(client, "/dates/", unreviewed="1")["years"][0][4] == 3


def test_the_timeline(client: Client, calendar_rows: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = context(client, "/timeline/", **{"from": "2031", "to": "2031"})
    assert sorted(titles(shown["events"])) == ["أول", "سنة", "شهر", "قبله"] and "غير مؤرخ" in titles(shown["undated"])
    assert shown["more"] is False and len(shown["timeline"].marks) == 4 and shown["halves"] == []
    all_years, wider = shown["all_years"], shown["wider"]
    assert all_years.last == 2031 and (wider.first, wider.last) == (max(2030, all_years.first), 2031)
    assert "مقترح" in titles(
        context(client, "/timeline/", **{"from": "2031", "to": "2031", "unreviewed": "1"})["events"]
    )
    # The switch counts what waits in these years and what has no date.
    assert shown["unreviewed"].count == 1
    undated = Event.objects.create(title="لقاء بلا تاريخ", kind="meeting", state="suggested")
    Coverage.objects.create(article=calendar_rows["2031-02-01"], event=undated)
    assert context(client, "/timeline/", **{"from": "2031", "to": "2031"})["unreviewed"].count == 2
    monkeypatch.setattr(date_views, "MOST_ON_TIMELINE", 3)
    shown = context(client, "/timeline/", **{"from": "2031", "to": "2031"})
    assert shown["more"] is True and len(shown["events"]) == 3 and shown["timeline"].marks == ()
    assert sum(stretch.events for stretch in shown["timeline"].stretches) >= 3


# Events.


@pytest.fixture
def summit(db: None, make_article: Make) -> Event:
    """An event with three reports of two sources and their figures."""
    series = EventSeries.objects.create(name="قمم الساحل")
    events = []
    for session in (1, 2, 3):
        event = Event(title=f"قمة الساحل {session}", kind="conference", series=series, session=session)
        event.start = ArchiveDate.on(date(2020 + session, 5, 1))
        event.save()
        events.append(event)
    delegates, states = (Measure.objects.create(label=label) for label in ("وفود", "دول"))
    source = Source.objects.create(name="وكالة الساحل")
    reports = [
        (date(2022, 5, 3), source, "وصل 30 وفدا"),
        (date(2022, 5, 2), None, "وصل 31 وفدا و12 دولة"),
        (date(2022, 5, 4), source, "بلا رقم"),
    ]
    for day, of, body in reports:
        article = make_article(f"تقرير {day.day}", body, day, source=of)
        Coverage.objects.create(article=article, event=events[1])
        for value, words, measure in ((30, "30 وفدا", delegates), (31, "31 وفدا", delegates), (12, "12 دولة", states)):
            if words in body:
                start = body.index(words)
                Figure.objects.create(
                    article=article,
                    value=value,
                    measure=measure,
                    quote=words,
                    start=start,
                    end=start + len(words),
                    event=events[1],
                )
    for n, role in enumerate(("host", "speaker", "host", "attendee")[:3]):
        actor = Actor.objects.create(name=f"هيئة القمة {n}", kind="civil")
        Participation.objects.create(event=events[1], actor=actor, role=role)
    return events[1]


def test_the_page_of_an_event(client: Client, summit: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = context(client, summit.get_absolute_url())
    assert titles(coverage.article for coverage in shown["coverages"]) == ["2", "3", "4"] and shown["more"] is False
    assert [(bar.of.name if bar.of else None, bar.count) for bar in shown["outlets"].bars] == [
        ("وكالة الساحل", 2),
        (None, 1),
    ]
    assert [len(parts) for _, parts in shown["roles"]] == [2, 1]
    comparison = shown["comparison"]
    assert titles(comparison.articles) == ["2", "3"] and comparison.is_cut is False
    assert [(label, [[int(figure.value) for figure in cell] for cell in cells]) for label, cells in comparison.rows] == [
        ("وفود", [[31], [30]]), ("دول", [[12], []]),
    ]  # fmt: skip
    assert (titles(shown["earlier"]), titles(shown["later"])) == (["الساحل 1"], ["الساحل 3"])
    monkeypatch.setattr(event_views, "MOST_REPORTS", 2)
    monkeypatch.setattr(event_views, "MOST_REPORTS_COMPARED", 1)
    shown = context(client, summit.get_absolute_url())
    assert titles(coverage.article for coverage in shown["coverages"]) == ["2", "3"] and shown["more"] is True
    assert titles(shown["comparison"].articles) == ["2"] and shown["comparison"].is_cut is True


def test_the_page_of_an_event_lists_public_originals(client: Client, summit: Event) -> None:
    articles = Article.objects.filter(coverages__event=summit).order_by("pk")
    for n, (article, state) in enumerate(zip(articles, ("accepted", "waiting", "refused"), strict=True)):
        Capture.objects.create(
            article=article,
            sha256=f"{n}" * 64,
            size=1,
            media_type="text/plain",
            filename=f"{n}.txt",
            state=state,
            captured_at="2024-01-01T00:00Z",
        )
    assert [capture.filename for capture in context(client, summit.get_absolute_url())["documents"]] == ["0.txt"]


# Figures, sources, the first page.


@pytest.mark.parametrize(
    ("active", "first"),
    [(set(), "measure_id"), ({"source"}, "measure_id"), ({"measure"}, "article__published_order"), ({"conflicting"}, "event_id"), ({"conflicting", "measure"}, "event_id")],
)  # fmt: skip
def test_the_order_of_figures(active: set[str], first: str) -> None:
    assert figure_views._order(active)[0] == first


def test_only_figures_of_one_measure_have_a_chart(client: Client, summit: Event) -> None:
    measure = Measure.objects.get(label="وفود")
    shown = context(client, "/figures/", measure=measure.pk)
    assert [int(row.figure.value) for row in shown["chart"].rows] == [31, 30] and context(client, "/figures/")[
        "chart"
    ] is None
    assert [int(figure.value) for figure in shown["page"]] == [31, 30]


def test_sources_by_their_articles(client: Client, summit: Event) -> None:
    shown = context(client, "/sources/")
    counts = [source.published for source in shown["page"]]
    assert (
        counts == sorted(counts, reverse=True)
        and {source.name: source.published for source in shown["page"]}["وكالة الساحل"] == 2
    )
    assert shown["without"] == Article.objects.public().filter(source=None).count() >= 1
    page = context(client, Source.objects.get(name="وكالة الساحل").get_absolute_url())
    assert page["total"] == 2 and sorted(titles(page["listed"].articles)) == ["3", "4"]


def test_the_first_page(client: Client, make_article: Make) -> None:
    for number in range(7):
        make_article(f"خبر {number}", "نص.", date(2024, 1, 1) if number else None)
    make_article("خبر مسودة", "نص.", status="draft")
    shown = context(client, "/")
    assert titles(shown["newest"]) == ["6", "5", "4", "3", "2"] and shown["count"] == Article.objects.public().count()
    undated = Article.objects.public().filter(published_precision="unknown").count()
    assert shown["undated"] <= undated and shown["undated"] == tally.counts_by_month()[0, 0] >= 1


# One article.


def test_an_article_and_its_record(client: Client, make_article: Make) -> None:
    body = "قال الوفد إن 26 وصلوا، وقال المجلس إن 25 غابوا."
    article = make_article("خبر", body, date(2024, 1, 1))
    for name, state in (("ضيف", "confirmed"), ("المجلس", "suggested"), ("الوفد", "confirmed"), ("مرفوض", "rejected")):
        spans = [[body.index(name), body.index(name) + len(name)]] if name in body else []
        actor = Actor.objects.create(name=name, kind="civil")
        Mention.objects.create(article=article, actor=actor, spans=spans, quotes=[name] * len(spans), state=state)
    for value, state in ((25, "confirmed"), (26, "suggested")):
        start = body.index(str(value))
        Figure.objects.create(article=article, value=value, quote=str(value), start=start, end=start + 2, state=state)
    for n, state in enumerate(("accepted", "waiting")):
        Capture.objects.create(article=article, sha256=f"{n}" * 64, size=1, media_type="text/plain", state=state, captured_at="2024-01-01T00:00Z")  # fmt: skip
    # What a command changes is in the history, and not in the record.
    Article.objects.filter(pk=article.pk).update(author="كاتب")
    with operation(user=User.objects.create_user("muharrir").pk, what="تعديل"):
        Article.objects.filter(pk=article.pk).update(section="سياسة")
    shown = context(client, article.get_absolute_url())
    assert [mention.actor.name for mention in shown["mentions"]] == ["الوفد", "المجلس", "ضيف"]
    assert [int(figure.value) for figure in shown["figures"]] == [26, 25] and shown["text"] == ""
    assert shown["captured_at"] == datetime(2024, 1, 1, tzinfo=UTC)
    assert context(client, make_article("بلا أصل").get_absolute_url())["captured_at"] is None
    record = context(client, f"{article.get_absolute_url()}record/")
    facts = {kind: ([str(row) for row in open_rows], len(decided)) for kind, open_rows, decided in record["facts"]}
    assert [(kind, len(open_rows), decided) for kind, (open_rows, decided) in facts.items()] == [("mention", 1, 2), ("event", 0, 0), ("figure", 1, 1)]  # fmt: skip
    assert [capture.sha256[0] for capture in record["captures"]] == ["0"]
    assert [field.label for change in record["changes"] for field in change.fields] == ["القسم"]


def test_two_printings_are_compared_the_earlier_first(client: Client, make_article: Make) -> None:
    late, early, same = (make_article(f"خبر {n}", f"نص {n}", date(2024, 1, day)) for n, day in enumerate((2, 1, 2)))
    for first, second in ((early, late), (early, same), (late, same)):
        for pair in ((first, second), (second, first)):
            shown = context(client, f"/articles/{pair[0].pk}/compare/{pair[1].pk}/")
            assert (shown["first"], shown["second"]) == (first, second)
    Article.objects.filter(pk=early.pk).update(status="draft")
    for address in (f"/articles/{early.pk}/compare/{late.pk}/", f"/articles/{late.pk}/compare/{early.pk}/"):
        assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_searches_are_counted_and_lists_are_not(client: Client, settings: Any) -> None:
    settings.ARCHIVE_SEARCH_RATE = "2/m"
    asked = [
        "/articles/",
        "/search/",
        "/search/?q=+",
        "/search/?q=كلمة",
        "/search/suggest/?q=ناصر",
        "/articles/?q=كلمة",
        "/search/suggest/?q=نا",
        "/articles/",
    ]
    assert [client.get(address).status_code for address in asked] == [200, 200, 200, 200, 200, 429, 429, 200]


@pytest.mark.django_db
def test_suggestions_say_what_they_are(client: Client) -> None:
    rows = client.get("/search/suggest/", {"q": "ناصر بور"}).json()["suggestions"]
    (actor,) = [row for row in rows if row["kind"] == "actor"]
    assert (actor["label"], actor["text"]) == ("فاعل", actor["text"]) and "/actors/" in actor["address"]
    assert {row["label"] for row in rows} <= {"فاعل", "فعالية", "مقال"}


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["من:2024", "من:2023 إلى:2025", "from:2024"])
def test_a_query_of_fields_alone_is_a_list_by_date(client: Client, query: str) -> None:
    """Nothing can rank it, and its page does not say that anything was ranked."""
    page = client.get("/search/", {"q": query})
    assert page.context["result"].total and page.context["order"] == Order.NEWEST
    assert "رُتبت" not in page.content.decode()


@pytest.mark.django_db
def test_extraction_of_rows_that_are_not_there_is_refused() -> None:
    for arguments, reason in (
        (["99999", "88888"], "no article has the id 88888, 99999"), (["--naming", "99999"], "no actor has the id 99999"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=reason):
            call_command("extract", *arguments)
