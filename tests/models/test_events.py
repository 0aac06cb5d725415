"""Which events lists, pages and rules see, and in which order."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from articles.models import (
    Actor,
    ArchiveDate,
    Article,
    Contradiction,
    Coverage,
    Event,
    EventSeries,
    Figure,
    Measure,
    Mention,
    Participation,
    Tally,
)  # fmt: skip

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]


def event(title: str, start: ArchiveDate | None = None, **fields: Any) -> Event:
    row = Event(title=title, kind="meeting", **{"state": "confirmed"} | fields)
    row.start = start or ArchiveDate.unknown()
    row.save()
    return row


def on(year: int, month: int = 1, day: int = 1) -> ArchiveDate:
    return ArchiveDate.on(date(year, month, day))


def titles(events: Any) -> list[str]:
    return [row.title for row in events]


def test_events_are_in_order() -> None:
    rows = [
        event("ب", on(2020)), event("أ", on(2021)), event("ج"), event("د", ArchiveDate.between(date(2020, 6, 1))), event("ه", on(2020)),
    ]  # fmt: skip
    events = Event.objects.filter(pk__in=[row.pk for row in rows])
    assert titles(events.newest()) == ["أ", "د", "ه", "ب", "ج"]
    for number, row in zip((2, None, 1, None, 2), rows, strict=True):
        Event.objects.filter(pk=row.pk).update(session=number)
    assert titles(events.in_series()) == ["ج", "ب", "ه", "د", "أ"]


@pytest.mark.parametrize(
    ("numbers", "earlier", "later"),
    [
        # The sessions in the order in which they are stored; «هنا» is the fourth.
        ((1, 2, 3, 4, 5, 6, 7), ["ج", "ب"], ["ه", "و"]),
        ((7, 6, 5, 4, 3, 2, 1), ["ه", "و"], ["ج", "ب"]),
        ((None, 2, 3, 4, None, None, 5), ["ج", "ب"], ["ز"]),
        ((4, 4, 3, 4, 5, 5, 4), ["ج"], ["ه", "و"]),
        # Without a number of its own, the dates decide; of one date, the order of storing.
        ((1, 2, 3, None, 5, 6, 7), ["ج", "ب"], ["ه", "و"]),
    ],
)
def test_the_sessions_beside_an_event(numbers: tuple[int | None, ...], earlier: list[str], later: list[str]) -> None:
    series, other = (EventSeries.objects.create(name=name) for name in ("سلسلة بعيدة", "سلسلة أبعد"))
    years = (2018, 2019, 2020, 2021, 2021, 2022, 2023)
    rows = [
        event(title, on(year), series=series, session=number)
        for title, year, number in zip("أبجدهوز", years, numbers, strict=True)
    ]
    event("سلسلة أخرى", on(2020), series=other, session=3)
    event("مرفوض", on(2020), series=series, session=3, state="rejected")
    event("محجوب", on(2022), series=series, session=5, withheld=True)
    before, after = rows[3].sessions_beside(2)
    assert (titles(before), titles(after)) == (earlier, later)
    before, after = rows[3].sessions_beside()
    assert not {"سلسلة أخرى", "مرفوض", "محجوب", "د"} & {*titles(before), *titles(after)}


def test_events_of_one_day_are_beside_each_other_in_the_order_of_storing() -> None:
    series = EventSeries.objects.create(name="سلسلة بعيدة")
    rows = [event(title, on(2021), series=series) for title in "أبج"]
    before, after = rows[1].sessions_beside()
    assert (titles(before), titles(after)) == (["أ"], ["ج"])


@pytest.mark.parametrize(
    ("start", "held", "begun", "is_bounded"),
    [
        (on(2024, 5, 10), True, True, True),
        (on(2024, 5, 20), True, True, True),
        (on(2024, 5, 9), False, False, True),
        (on(2024, 5, 21), False, False, True),
        (ArchiveDate.in_month(2024, 5), True, True, True),
        (ArchiveDate.unknown(), True, False, False),
        (ArchiveDate.between(date(2024, 5, 20)), True, False, False),
        (ArchiveDate.between(date(2024, 5, 21)), False, False, False),
        (ArchiveDate.between(None, date(2024, 5, 10)), True, False, False),
        (ArchiveDate.between(None, date(2024, 5, 9)), False, False, False),
        (ArchiveDate.between(date(2024, 1, 1), date(2024, 5, 10)), True, True, True),
    ],
)
def test_when_an_event_can_have_begun(start: ArchiveDate, held: bool, begun: bool, is_bounded: bool) -> None:
    events, first, last = Event.objects.filter(pk=event("لقاء بعيد", start).pk), date(2024, 5, 10), date(2024, 5, 20)
    assert events.held_between(first, last).exists() is held
    assert events.begun_in(first, last).exists() is begun
    assert events.unbounded().exists() is not is_bounded
    assert events.held_between(None, None).exists()
    assert events.dated().exists() is (start.date is not None)
    months = {} if start.earliest is None else {(start.earliest.year, start.earliest.month): 1}
    assert events.counts_by_month() == months


def test_how_many_articles_report_an_event(make_article: MakeArticle) -> None:
    rows = [event("لقاء بعيد"), event("لقاء أبعد")]
    articles = [make_article(), make_article(), make_article(status="draft"), make_article()]
    for article, state in zip(articles, ("confirmed", "suggested", "confirmed", "rejected"), strict=True):
        Coverage.objects.create(article=article, event=rows[0], state=state)
        # A fact of another kind does not multiply the number.
        Figure.objects.create(article=article, event=rows[0], value=7, quote="7")
    events = Event.objects.filter(pk__in=[row.pk for row in rows])
    assert {row.title: row.articles for row in events.with_article_counts()} == {"لقاء بعيد": 2, "لقاء أبعد": 0}
    joined = events.filter(figures__value=7).with_article_counts()
    assert {row.articles for row in joined} == {2}
    # A large archive reads the stored numbers.
    Tally.objects.update_or_create(kind="archive", key=0, defaults={"articles": 5_000})
    Tally.objects.create(kind="event", key=rows[1].pk, articles=9)
    assert titles(events.reported()) == ["لقاء أبعد"]
    assert {row.title: row.articles for row in events.with_article_counts()} == {"لقاء بعيد": 0, "لقاء أبعد": 9}


def test_the_events_of_each_month() -> None:
    starts = [
        on(2024, 5, 10),
        on(2024, 5, 11),
        ArchiveDate.in_month(2024, 5),
        ArchiveDate.in_year(2023),
        ArchiveDate.unknown(),
    ]
    keys = [event(f"لقاء {number}", start).pk for number, start in enumerate(starts)]
    events = Event.objects.filter(pk__in=keys)
    # In whatever order the events are.
    assert events.counts_by_month() == events.newest().counts_by_month() == {(2024, 5): 3, (2023, 1): 1}


def test_events_of_unknown_beginning_are_looked_up_in_one_period() -> None:
    """Existing archives hold these numbers."""
    starts = [
        ArchiveDate.unknown(),
        ArchiveDate.between(date(2020, 5, 1)),
        ArchiveDate.in_month(2020, 5),
        ArchiveDate.in_year(2020),
    ]
    assert [event(f"لقاء {n}", start).periods for n, start in enumerate(starts)] == [[0], [0], [24245, 2020], [0]]


def test_events_by_the_words_of_their_titles() -> None:
    row = event("الاجتماع الأميركي البعيد حول أمن السواحل")
    matches = {
        text: Event.objects.filter(pk=row.pk).with_title_words(text).exists()
        for text in ("السواحل", "السواحل الامريكي", "أَمن البعيد", "السواحل الجبال", "", "الجبال")
    }
    assert matches == dict(zip(matches, (True, True, True, False, True, False), strict=True))
    assert row.folded_title and row.terms == sorted(row.terms) and "سواحل" in " ".join(row.terms)


@pytest.mark.parametrize("article_state", ["published", "draft"])
@pytest.mark.parametrize(
    ("fact", "state", "event_state", "withheld", "public", "reported"),
    [
        (None, "", "confirmed", False, True, False),
        (None, "", "suggested", False, False, False),
        ("coverage", "suggested", "suggested", False, True, False),
        ("coverage", "suggested", "confirmed", False, True, True),
        ("coverage", "rejected", "suggested", False, False, False),
        ("coverage", "rejected", "confirmed", False, True, False),
        ("coverage", "confirmed", "rejected", False, False, False),
        ("coverage", "confirmed", "confirmed", True, False, False),
        ("figure", "suggested", "suggested", False, True, False),
        ("figure", "rejected", "suggested", False, False, False),
        ("placeless", "confirmed", "suggested", False, False, False),
    ],
)
def test_which_events_readers_see(
    make_article: MakeArticle,
    article_state: str, fact: str | None, state: str, event_state: str, withheld: bool, public: bool, reported: bool,
) -> None:  # fmt: skip
    """Confirmed ones, and those that a public article states; only articles that cover them count."""
    article, row = (
        make_article(body="7 دول", status=article_state),
        event("لقاء بعيد", state=event_state, withheld=withheld),
    )
    if fact == "coverage":
        Coverage.objects.create(article=article, event=row, state=state)
    elif fact:
        place = {} if fact == "placeless" else {"start": 0, "end": 1}
        Figure.objects.create(article=article, event=row, value=7, quote="7", state=state, **place)
    if article_state == "draft":
        reported, public = False, event_state == "confirmed" and not withheld
    events = Event.objects.filter(pk=row.pk)
    assert events.public().exists() is public
    assert bool(events.with_publicity().get().is_public) is public
    assert [row.articles for row in events.reported()] == ([1] if reported else [])
    assert events.listed(tallies_kept=False).exists() is reported
    assert events.unreviewed(tallies_kept=False).exists() is (
        event_state == "suggested" and fact == "coverage" and state == "suggested" and article_state == "published"
    )
    events.update(series=EventSeries.objects.create(name="سلسلة بعيدة"))
    assert EventSeries.objects.filter(events=row).public().exists() is public


@pytest.mark.parametrize(
    ("participation", "mention", "covered", "public"),
    [
        ("confirmed", None, False, True),
        ("rejected", "confirmed", True, False),
        ("suggested", None, True, False),
        ("suggested", "suggested", True, True),
        ("suggested", "confirmed", True, True),
        ("suggested", "rejected", True, False),
        ("suggested", "confirmed", False, False),
    ],
)
def test_which_participations_readers_see(
    make_article: MakeArticle, participation: str, mention: str | None, covered: bool, public: bool
) -> None:
    article, row = make_article(), event("لقاء بعيد")
    actor = Actor.objects.create(name="زيد بعيد", kind="person", state="confirmed")
    part = Participation.objects.create(event=row, actor=actor, state=participation)
    Coverage.objects.create(article=article, event=row if covered else event("لقاء أبعد"))
    if mention:
        Mention.objects.create(article=article, actor=actor, state=mention)
    parts = Participation.objects.filter(pk=part.pk)
    assert parts.public().exists() is public
    for hidden in (Event.objects.filter(pk=row.pk), Actor.objects.filter(pk=actor.pk)):
        hidden.update(withheld=True)
        assert not parts.public().exists()
        hidden.update(withheld=False)
    Article.objects.filter(pk=article.pk).update(status="withdrawn")
    assert parts.public().exists() is (participation == "confirmed")


@pytest.mark.parametrize(
    ("status", "notice", "refused"),
    [
        ("withdrawn", "", True), ("deleted", "", True), ("withdrawn", "\u200f.", True), ("withdrawn", "طلب الناشر", False),
        ("deleted", "7", False), ("published", "", False), ("draft", "", False),
    ],
)  # fmt: skip
def test_a_reader_of_a_withdrawn_article_learns_the_reason(
    make_article: MakeArticle, status: str, notice: str, refused: bool
) -> None:
    article = make_article(status=status, notice=notice)
    with pytest.raises(ValidationError, match="سبب") if refused else nullcontext():
        article.clean()


def test_which_articles_name_an_actor_or_report_an_event(make_article: MakeArticle) -> None:
    actor, row = Actor.objects.create(name="زيد بعيد", kind="person"), event("لقاء بعيد")
    articles = {}
    for state in ("suggested", "confirmed", "rejected"):
        articles[state] = make_article(state)
        Mention.objects.create(article=articles[state], actor=actor, state=state)
        Coverage.objects.create(article=articles[state], event=row, state=state)
    assert set(Article.objects.naming(actor)) == set(Article.objects.reporting(row)) == {
        articles["suggested"], articles["confirmed"],
    }  # fmt: skip


def test_contradictions_follow_their_figures(make_article: MakeArticle) -> None:
    """They open, close and open again with what the figures say; readers see those with two public values."""
    measure, row = Measure.objects.create(label="دول بعيدة", units=["دولة"]), event("لقاء بعيد")
    figures = []
    for number in (7, 9):
        article = make_article(body=f"{number} دول")
        figures.append(
            Figure.objects.create(
                article=article, event=row, measure=measure, value=number, quote=str(number), start=0, end=1
            )
        )
    rows = Contradiction.objects.filter(event=row)

    def after(state: str) -> list[bool]:
        Figure.objects.filter(pk=figures[1].pk).update(state=state)
        Contradiction.objects.refresh([row.pk, None])
        return [contradiction.is_open for contradiction in rows.all()]

    # A suggestion goes when it no longer holds. What an editor confirmed is closed, and opens again.
    assert [after("suggested"), after("rejected"), after("confirmed")] == [[True], [], [True]]
    assert rows.public().exists()
    rows.update(state="confirmed")
    assert [after("confirmed"), after("rejected"), after("rejected")] == [[True], [False], [False]]
    assert not rows.open().exists()
    assert after("suggested") == [True] and rows.public().exists()
    for hidden in (Article.objects.filter(pk=figures[0].article_id), Article.objects.filter(pk=figures[1].article_id)):
        hidden.update(status="draft")
        assert not rows.public().exists()
        hidden.update(status="published")
    for fields in ({"scope": "الرباط"}, {"event": event("لقاء أبعد")}, {"measure": None}, {"start": None, "end": None}):
        before = Figure.objects.filter(pk=figures[0].pk).values(*fields).get()
        Figure.objects.filter(pk=figures[0].pk).update(**fields)
        assert not rows.public().exists()
        Figure.objects.filter(pk=figures[0].pk).update(**before)
    assert rows.public().exists()
    rows.update(state="rejected")
    assert not rows.public().exists() and after("confirmed") == [True]
    rows.update(state="confirmed")
    Event.objects.filter(pk=row.pk).update(withheld=True)
    assert not rows.public().exists() and rows.open().exists()
