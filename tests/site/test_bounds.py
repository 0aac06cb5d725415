"""How much of everything a page shows where there is one row more than it shows, and how it says that there is more."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import (
    Actor,
    Alias,
    ArchiveDate,
    Article,
    Capture,
    Contradiction,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Participation,
    Source,
)
from articles.models.capture import pack
from articles.site.views.article import _decoded

pytestmark = pytest.mark.django_db
Make = Callable[..., Article]


def context(client: Client, address: str, **parameters: object) -> Any:
    response = client.get(address, parameters)
    assert response.status_code == 200, address
    return response.context


def stored_articles(bodies: Sequence[str]) -> list[Article]:
    articles = [Article(title=f"تقرير المرافئ {n:02}", body=body, status="published") for n, body in enumerate(bodies)]
    for n, article in enumerate(articles):
        article.published = ArchiveDate.on(date(2033, 5, 1) + timedelta(days=n))
    return Article.objects.bulk_create(articles)


def stored_events(title: str, days: Sequence[date | None]) -> list[Event]:
    events = [Event(title=f"{title} {n:03}", folded_title=f"{title} {n:03}", kind="meeting") for n in range(len(days))]
    for event, day in zip(events, days, strict=True):
        event.start = ArchiveDate.on(day) if day else ArchiveDate.unknown()
    return Event.objects.bulk_create(events)


def stored_actors(name: str, count: int) -> list[Actor]:
    names = [f"{name} {n:03}" for n in range(count)]
    return Actor.objects.bulk_create(Actor(name=each, folded_name=each, kind="civil") for each in names)


def figures_of(article: Article, measures: Sequence[Measure | None], event: Event | None = None) -> list[Figure]:
    """A figure for each number of the article's body."""
    figures, at = [], 0
    for word, measure in zip(article.body.split(" "), measures, strict=True):
        figures.append(Figure(article=article, value=int(word), quote=word, start=at, end=at + len(word), measure=measure, event=event))  # fmt: skip
        at += len(word) + 1
    return figures


def test_the_page_of_an_event_of_many_reports(client: Client) -> None:
    numbers = [" ".join(str(n) for n in range(first, first + 31)) for first in (100, 500)]
    articles = stored_articles(numbers + [str(n) for n in range(23)])
    (event,) = stored_events("قمة المرافئ", [date(2033, 4, 30)])
    Coverage.objects.bulk_create(Coverage(article=article, event=event) for article in articles)
    measures = [Measure.objects.create(label=f"مقياس {n:02}") for n in range(31)]
    of_two = [figure for article in articles[:2] for figure in figures_of(article, measures, event)]
    Figure.objects.bulk_create(of_two + [figure for article in articles[2:] for figure in figures_of(article, [None])])
    Contradiction.objects.refresh([event.pk])
    participants = stored_actors("هيئة", 201)
    Participation.objects.bulk_create(Participation(event=event, actor=actor, role="speaker") for actor in participants)
    Capture.objects.bulk_create(
        Capture(article=article, sha256=f"{n:064}", size=1, media_type="text/plain", captured_at=timezone.now())
        for n, article in enumerate(articles)
    )
    shown = context(client, event.get_absolute_url())
    assert (len(shown["coverages"]), shown["more"]) == (24, True)
    assert [coverage.article.pk for coverage in shown["coverages"]] == [article.pk for article in articles[:24]]
    assert (len(shown["comparison"].articles), shown["comparison"].is_cut) == (12, True)
    assert [len(rows) for _, rows in shown["roles"]] == [200]
    assert [capture.article_id for capture in shown["documents"]] == [article.pk for article in articles[:12]]
    assert len(shown["contradictions"]) == 30 and shown["contradictions"][0].measure == measures[0]
    # Rows that most reports share come first, and the figures of a cell stand in the order of the text.
    (label, cells), *_ = shown["comparison"].rows
    assert (label, [len(cell) for cell in cells]) == ("", [0, 0] + [1] * 10)
    assert len(context(client, "/")["contradictions"]) == 3
    # One report less than the bound, and nothing is left out.
    Coverage.objects.filter(article=articles[24]).delete()
    Figure.objects.filter(article__in=articles[12:]).delete()
    shown = context(client, event.get_absolute_url())
    assert (len(shown["coverages"]), shown["more"]) == (24, False)
    assert (len(shown["comparison"].articles), shown["comparison"].is_cut) == (12, False)


def test_the_page_of_an_actor_with_much_of_everything(client: Client) -> None:
    words = " ".join(f"كلمة{n:03}" for n in range(501))
    articles = stored_articles([words] + [f"نص {n}" for n in range(12)])
    (actor,) = stored_actors("مجلس المرافئ", 1)
    for name in ("كلمة499", "كلمة500"):
        Alias.objects.create(actor=actor, name=name)
    spans = [[8 * n, 8 * n + 7] for n in range(501)]
    Mention.objects.bulk_create(
        Mention(article=article, actor=actor, role=f"صفة {n:02}", spans=[] if n else spans, quotes=[] if n else words.split())
        for n, article in enumerate(articles)
    )  # fmt: skip
    companions = stored_actors("رفيق", 13)
    Mention.objects.bulk_create(Mention(article=articles[0], actor=companion) for companion in companions)
    events = stored_events("لقاء", [date(2033, 1, 1) + timedelta(days=n) for n in range(41)])
    Participation.objects.bulk_create(Participation(event=event, actor=actor, role="host") for event in events)
    shown = context(client, actor.get_absolute_url())
    assert [row["name"] for row in shown["written"]] == words.split()[:20]
    assert [(name, times) for name, _, times in shown["names"]] == [
        (actor.name, 0),
        ("كلمة499", 1),
        ("كلمة500", 0),
    ]
    assert [role["role"] for role in shown["roles"]] == [f"صفة {n:02}" for n in range(12, 0, -1)]
    assert [companion.pk for companion, _ in shown["companions"]] == [companion.pk for companion in companions[:12]]
    assert [part.event_id for part in shown["participations"]] == [event.pk for event in events[:0:-1]]
    assert len(shown["network"].nodes) == 12
    assert len(context(client, "/")["actors"]) == 14
    assert len(context(client, "/actors/", unreviewed="1")["page"]) <= 60


@pytest.mark.parametrize(("last", "columns"), [(date(2044, 12, 1), 140), (date(2045, 1, 1), 13)])
def test_the_chart_of_an_actor_shows_months_of_twelve_years(client: Client, last: date, columns: int) -> None:
    """From May 2033 on."""
    articles = stored_articles(["نص"] * 2)
    articles[1].published = ArchiveDate.on(last)
    articles[1].save()
    (actor,) = stored_actors("مجلس المرافئ", 1)
    Mention.objects.bulk_create(Mention(article=article, actor=actor) for article in articles)
    shown = context(client, actor.get_absolute_url())
    assert (len(shown["chart"].columns), shown["vague"]) == (columns, 0)


def test_lists_by_date_and_the_timeline(client: Client) -> None:
    (article,) = stored_articles(["نص"])
    days = [date(2033, 5, 1 + n) for n in range(31)] + [date(2033, 7, 1) + timedelta(days=n) for n in range(90)]
    events = stored_events("لقاء", [*days, *[None] * 31])
    Coverage.objects.bulk_create(Coverage(article=article, event=event) for event in events)
    month = context(client, "/dates/2033/5/")
    assert [event.pk for event in month["events"]] == [event.pk for event in events[30:0:-1]] and month["more_events"]
    shown = context(client, "/timeline/", **{"from": "2033", "to": "2033"})
    assert [event.pk for event in shown["events"]] == [event.pk for event in events[120:0:-1]]
    assert (shown["more"], shown["timeline"].marks, len(shown["undated"])) == (True, (), 30)
    assert sum(stretch.events for stretch in shown["timeline"].stretches) == 121
    Event.objects.filter(pk__in=[events[0].pk, events[130].pk]).delete()
    assert context(client, "/dates/2033/5/")["more_events"] is False
    shown = context(client, "/timeline/", **{"from": "2033", "to": "2033"})
    assert (shown["more"], len(shown["events"]), len(shown["undated"])) == (False, 120, 30)
    assert len(context(client, "/events/")["page"]) == 20 and len(context(client, "/")["events"]) == 5


def test_pages_of_figures_sources_and_actors(client: Client) -> None:
    (article,) = stored_articles([" ".join(map(str, range(2001)))])
    measure = Measure.objects.create(label="مقياس")
    Figure.objects.bulk_create(figures_of(article, [measure] * 2001))
    page = context(client, "/figures/", measure=measure.pk)["page"]
    assert (len(page), page.paginator.count, page.paginator.is_capped, page.paginator.num_pages) == (50, 2000, True, 40)
    Source.objects.bulk_create(Source(name=f"مصدر {n}", folded_name=f"مصدر {n}") for n in range(61))
    actors = stored_actors("هيئة", 61)
    Mention.objects.bulk_create(Mention(article=article, actor=actor) for actor in actors)
    assert len(context(client, "/sources/")["page"]) == len(context(client, "/actors/")["page"]) == 60


def test_articles_like_another(client: Client, make_article: Make) -> None:
    body = "اجتمع خبراء المرافئ البعيدة لبحث أمن السفن والموانئ."
    articles = [make_article(f"خبر المرافئ {n}", f"{body} الخبر {n}.") for n in range(7)]
    assert len(context(client, articles[0].get_absolute_url())["related"]) == 5


def kept(article: Article, content: bytes, **fields: object) -> Capture:
    sha256 = hashlib.sha256(content).hexdigest()
    Capture.objects.keep_bytes(sha256, pack(content))
    fields = {"media_type": "text/plain", "captured_at": timezone.now()} | fields
    return Capture.objects.create(article=article, sha256=sha256, size=len(content), **fields)


@pytest.mark.parametrize(
    ("lines", "longest", "is_cut"), [(2000, 2000, False), (2001, 2000, True), (1, 2001, True), (3, 2001, True)]
)
def test_so_much_of_an_original_is_shown(
    client: Client, make_article: Make, lines: int, longest: int, is_cut: bool
) -> None:
    article = make_article()
    capture = kept(article, "\n".join(["س" * longest, *["سطر"] * (lines - 1)]).encode())
    shown = context(client, f"{article.get_absolute_url()}captures/{capture.sha256}/view/")
    assert (len(shown["lines"]), shown["is_cut"]) == (min(lines, 2000), is_cut)
    assert shown["lines"][0] == (1, "س" * 2000, False)


@pytest.mark.parametrize(("kind", "marked"), [("text/plain", [2]), ("text/html", [])])
def test_lines_that_were_set_aside_are_marked_in_a_text(
    client: Client, make_article: Make, kind: str, marked: list[int]
) -> None:
    article = make_article(set_aside=[{"line": 2, "text": "إعلان", "reason": "advert"}])
    capture = kept(article, "عنوان\r\nإعلان\r\nنص".encode(), media_type=kind)
    shown = context(client, f"{article.get_absolute_url()}captures/{capture.sha256}/view/")
    assert [(number, text) for number, text, _ in shown["lines"]] == [(1, "عنوان"), (2, "إعلان"), (3, "نص")]
    assert [number for number, _, is_aside in shown["lines"] if is_aside] == marked
    download = client.get(f"{article.get_absolute_url()}captures/{capture.sha256}/")
    assert f'filename="{capture.sha256[:16]}.txt"' in download["Content-Disposition"]


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        ("نص".encode(), "", "نص"), ("نص".encode("cp1256"), "cp1256", "نص"), ("\ufeffنص".encode(), "utf-8", "نص"), ("نص".encode(), "no-such", "نص"),
        (b"\xff", "", "\ufffd"), (b"\xff", "no-such", "\ufffd"), (b"\xff", "utf-8", "\ufffd"),
    ],
)  # fmt: skip
def test_an_original_is_decoded_whatever_it_says_of_itself(content: bytes, encoding: str, text: str) -> None:
    assert _decoded(content, encoding) == text
