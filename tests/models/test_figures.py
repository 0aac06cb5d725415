"""Where a figure stands, which values it allows, and which figures contradict each other."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from articles.models import Article, Contradiction, Event, Figure, Measure
from articles.models.contradiction import MOST_COMPARED_PAIRWISE, Bounds, any_contradict

MakeArticle = Callable[..., Article]
in_database = pytest.mark.django_db

MAY, JUNE = (date(2024, 5, 1), date(2024, 5, 31)), (date(2024, 6, 1), date(2024, 6, 30))


def bounds(
    article: int, low: int | None, high: int | None, first: date | None = None, last: date | None = None
) -> Bounds:
    return Bounds(article, None if low is None else Decimal(low), None if high is None else Decimal(high), first, last)


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        (bounds(1, 7, 7), bounds(2, 9, 9), True),
        (bounds(1, 7, 7), bounds(2, 7, 7), False),
        (bounds(1, 7, 8), bounds(2, 8, 9), False),
        (bounds(1, 7, 7), bounds(1, 9, 9), False),
        (bounds(1, 8, None), bounds(2, 7, 7), True),
        (bounds(1, 7, None), bounds(2, 7, 7), False),
        (bounds(1, None, 7), bounds(2, 8, None), True),
        (bounds(1, None, 7), bounds(2, 7, None), False),
        (bounds(1, None, 7), bounds(2, None, 9), False),
        (bounds(1, 7, None), bounds(2, 9, None), False),
        (bounds(1, None, None), bounds(2, 9, 9), False),
        (bounds(1, 7, 7, *MAY), bounds(2, 9, 9, *MAY), True),
        (bounds(1, 7, 7, *MAY), bounds(2, 9, 9, *JUNE), False),
        (bounds(1, 7, 7, *MAY), bounds(2, 9, 9), True),
        (bounds(1, 7, 7, MAY[0], None), bounds(2, 9, 9, *JUNE), True),
        (bounds(1, 7, 7, None, MAY[1]), bounds(2, 9, 9, *JUNE), False),
        (bounds(1, 7, 7, None, JUNE[0]), bounds(2, 9, 9, *JUNE), True),
    ],
)
def test_which_values_cannot_all_be_true(one: Bounds, other: Bounds, contradict: bool) -> None:
    assert one.contradicts(other) is other.contradicts(one) is contradict
    # Other figures change nothing.
    same = bounds(3, 8, 8) if contradict else bounds(3, None, None)
    assert any_contradict([same, one, other]) is any_contradict([other, same, one]) is contradict
    assert not any_contradict([one]) and not any_contradict([])


@pytest.mark.parametrize(
    ("figures", "contradict"),
    [
        ([], False),
        # A pair in the middle, which the extremes hide: their periods have no day in common with any other.
        ([bounds(1, 5, 5, *MAY), bounds(2, 9, 9, *JUNE), bounds(3, 6, 6), bounds(4, 7, 7, MAY[0])], True),
        # The highest and the lowest are of one article, but not both of the next ones.
        ([bounds(1, 9, 9), bounds(1, 6, 6), bounds(2, 7, 7)], True),
        ([bounds(1, 9, 9), bounds(1, 5, 5)], False),
        ([bounds(1, 9, 9), bounds(1, 5, 5), bounds(2, None, None)], False),
        ([bounds(2, None, 7), bounds(3, 8, None)], True),
        # The extremes may come last.
        ([bounds(1, 5, 5), bounds(2, 5, 5), bounds(3, 9, 9)], True),
        ([bounds(1, 9, 9), bounds(2, 9, 9), bounds(3, 5, 5)], True),
    ],
)
@pytest.mark.parametrize("count", [3 * MOST_COMPARED_PAIRWISE // 4, MOST_COMPARED_PAIRWISE, MOST_COMPARED_PAIRWISE + 1])
def test_many_figures_are_compared_by_their_extremes(figures: list[Bounds], contradict: bool, count: int) -> None:
    # The others allow all values.
    others = [bounds(100 + number, None, None) for number in range(count - len(figures))]
    assert any_contradict([*others, *figures]) is any_contradict([*figures, *others]) is contradict


def test_only_the_extremes_of_very_many_figures_are_compared() -> None:
    """Two figures of June at each end hide the two of May."""
    hidden = [bounds(1, 5, 5, *MAY), bounds(2, 6, 6, *MAY)]
    extremes = [bounds(3, 9, 9, *JUNE), bounds(3, 8, 8, *JUNE), bounds(3, 1, 1, *JUNE), bounds(3, 2, 2, *JUNE)]
    others = [bounds(100 + number, None, None) for number in range(MOST_COMPARED_PAIRWISE - 6)]
    assert any_contradict([*others, *hidden, *extremes])
    assert not any_contradict([*others, bounds(4, None, None), *hidden, *extremes])
    # The third highest and the third lowest are not compared, even with the extremes of the other side.
    for third in (bounds(1, 7, None), bounds(1, None, 3)):
        assert not any_contradict([*others, bounds(4, None, None), third, bounds(5, None, None), *extremes])
    # One of them at an end is enough.
    assert any_contradict([*others, bounds(4, None, None), *hidden, *extremes[:1], *extremes[2:3]])


@in_database
@pytest.mark.parametrize(
    ("qualifier", "values", "low", "high"),
    [
        ("exactly", (80, None), "80", "80"),
        ("more_than", (80, None), "80.0001", None),
        ("at_least", (80, None), "80", None),
        ("at_most", (80, None), None, "80"),
        ("about", (80, None), "72", "88"),
        ("between", (80, 90), "80", "90"),
    ],
)
def test_the_values_that_a_figure_allows(
    make_article: MakeArticle, qualifier: str, values: tuple[int, int | None], low: str | None, high: str | None
) -> None:
    figure = Figure.objects.create(
        article=make_article(body="80"), qualifier=qualifier, value=values[0], value_high=values[1], quote="80"
    )
    figure.refresh_from_db()
    assert (figure.low, figure.high) == tuple(text and Decimal(text) for text in (low, high))


# Offsets: the figures «7» stand at 0, 8 and 16.
BODY = "7 دول ثم7 مدن ثم7 قرى"


@in_database
@pytest.mark.parametrize(
    ("quote", "start", "place"),
    [
        ("7", None, 0),
        ("7", 0, 0),
        ("7", 3, 0),
        ("7", 4, 0),
        ("7", 5, 8),
        ("7", 8, 8),
        ("7", 11, 8),
        ("7", 13, 16),
        ("7", 900, 16),
        ("7 قرى", 0, 16),
        ("7 دول", 20, 0),
        ("9", 0, None),
        ("", 3, 3),
    ],
)
def test_a_figure_stands_at_the_nearest_place_of_its_words(
    make_article: MakeArticle, quote: str, start: int | None, place: int | None
) -> None:
    figure = Figure(
        article=make_article(body=BODY), value=7, quote=quote, start=start, end=None if start is None else start + 1
    )
    if place is None:
        with pytest.raises(ValidationError, match="غير موجود"):
            figure.clean()
        return
    figure.clean()
    assert (figure.start, figure.end) == (place, place + max(len(quote), 1))


@in_database
def test_a_figure_may_be_the_whole_text(make_article: MakeArticle) -> None:
    figure = Figure(article=make_article(body="7 دول"), value=7, quote="7 دول")
    figure.clean()
    assert (figure.start, figure.end) == (0, 5)


@in_database
def test_two_figures_of_an_article_have_two_places(make_article: MakeArticle) -> None:
    article, other = make_article(body=BODY), make_article(body=BODY)
    stored = Figure.objects.create(article=article, value=7, quote="7", start=0, end=1)
    Figure.objects.create(article=other, value=7, quote="7", start=8, end=9)
    with pytest.raises(ValidationError, match="رقم آخر"):
        Figure(article=article, value=7, quote="7").clean()
    Figure(article=article, value=7, quote="7", start=8).clean()
    Figure(article=article, value=7, quote="7 دول").clean()
    Figure(article=None, value=7, quote="9").clean()
    # The place of a stored quote stays, even where the words are gone; a changed quote is looked up.
    Figure.objects.filter(pk=stored.pk).update(start=None, end=None)
    stored.refresh_from_db()
    stored.clean()
    assert stored.start is None
    stored.quote = "7 مدن"
    stored.clean()
    assert (stored.start, stored.end) == (8, 13)
    # So is the quote of a figure that comes to another article.
    moved = Figure.objects.get(pk=stored.pk)
    moved.article = make_article(body="ثم 7")
    moved.clean()
    assert (moved.start, moved.end) == (3, 4)


@pytest.fixture
def world(make_article: MakeArticle) -> dict[str, Any]:
    """Seven figures of one measure, event and scope, by the day of publication; and two of other groups."""
    event = Event.objects.create(title="لقاء بعيد", kind="meeting", state="confirmed")
    measure = Measure.objects.create(label="دول بعيدة")
    #          title: (day, value, scope, has a measure)
    rows = {
        "أ": (3, 50, "", True), "ب": (1, 40, "", True), "ج": (2, 45, "", True), "د": (5, 60, "", True), "ه": (4, 55, "", True),
        "و": (7, 99, "", True), "ز": (6, 58, "", True), "ح": (1, 500, "الرباط", True), "ط": (2, 600, "الرباط", True),
        "ي": (1, 1, "", False),
    }  # fmt: skip
    figures = {}
    for title, (day, value, scope, has_measure) in rows.items():
        article = make_article(title, body=str(value), day=date(2024, 5, day))
        figures[title] = Figure.objects.create(
            article=article, event=event, measure=measure if has_measure else None, value=value, scope=scope,
            quote=str(value), start=0, end=len(str(value)),
        )  # fmt: skip
    Contradiction.objects.refresh([event.pk])
    return {"event": event, "measure": measure, "figures": figures}


def by_scope(event: Event) -> dict[str, Contradiction]:
    return {row.scope: row for row in Contradiction.objects.filter(event=event)}


@in_database
def test_a_page_shows_the_earliest_and_the_extreme_figures(world: dict[str, Any]) -> None:
    rows = {row.scope: row for row in Contradiction.objects.filter(event=world["event"]).with_sides()}
    assert {scope: [figure.article.title for figure in row.sides] for scope, row in rows.items()} == {
        "": ["ب", "ج", "أ", "ه", "و"], "الرباط": ["ح", "ط"],
    }  # fmt: skip
    assert {scope: row.others for scope, row in rows.items()} == {"": 2, "الرباط": 0}
    assert [figure.article.title for figure in rows[""].figures()] == ["ب", "ج", "أ", "ه", "د", "ز", "و"]
    # The lowest figure is shown wherever it stands; of equal ones, the one that was stored first.
    Figure.objects.filter(pk=world["figures"]["ز"].pk).update(value=2)
    Figure.objects.filter(pk=world["figures"]["د"].pk).update(value=99)
    (row,) = Contradiction.objects.filter(event=world["event"], scope="").with_sides()
    assert [figure.article.title for figure in row.sides] == ["ب", "ج", "أ", "ه", "د", "ز"] and row.others == 1
    # Figures of drafts are not shown.
    Article.objects.filter(pk=world["figures"]["و"].article_id).update(status="draft")
    assert [figure.article.title for figure in rows[""].figures()] == ["ب", "ج", "أ", "ه", "د", "ز"]
    # Without public figures there is nothing to show.
    Article.objects.filter(figures__event=world["event"]).update(status="draft")
    (row,) = Contradiction.objects.filter(event=world["event"], scope="").with_sides()
    assert (row.sides, row.others) == ([], 0)
    assert Contradiction.objects.none().with_sides() == []


@in_database
def test_contradictions_of_the_named_events_alone_are_refreshed(world: dict[str, Any]) -> None:
    event, figures = world["event"], world["figures"]
    assert {scope: (row.state, row.is_open, row.rule) for scope, row in by_scope(event).items()} == {
        "": ("suggested", True, "contradiction.values_apart"), "الرباط": ("suggested", True, "contradiction.values_apart"),
    }  # fmt: skip
    other = Event.objects.create(title="لقاء أبعد", kind="meeting")
    Figure.objects.filter(pk__in=[figures["ح"].pk, figures["ط"].pk]).update(event=other)
    Contradiction.objects.refresh([None, 0])
    Contradiction.objects.refresh([])
    assert set(by_scope(event)) == {"", "الرباط"} and not by_scope(other)
    Contradiction.objects.filter(event=event, scope="").update(state="confirmed")
    Contradiction.objects.refresh([event.pk, None])
    assert set(by_scope(event)) == {""} and by_scope(event)[""].state == "confirmed" and not by_scope(other)
    Contradiction.objects.refresh([other.pk])
    assert set(by_scope(other)) == {"الرباط"}
    # A measure that is gone proves nothing; what an editor confirmed is closed.
    Figure.objects.filter(event=event).update(measure=None)
    Contradiction.objects.refresh([event.pk])
    assert not by_scope(event)[""].is_open and by_scope(other)["الرباط"].is_open
    # Figures of two periods contradict nothing.
    for title, period in (("ح", MAY), ("ط", JUNE)):
        Figure.objects.filter(pk=figures[title].pk).update(period_start=period[0], period_end=period[1])
    Contradiction.objects.refresh([other.pk])
    assert not by_scope(other)


@in_database
@pytest.mark.parametrize(
    ("event", "row", "nameable", "confirmed", "public"),
    [
        ({}, {}, True, True, True),
        ({"state": "suggested"}, {}, True, False, True),
        ({"state": "rejected"}, {}, False, False, False),
        ({"withheld": True}, {}, False, True, False),
        ({}, {"is_open": False}, False, True, False),
        ({}, {"state": "rejected"}, False, True, False),
        ({}, {"state": "confirmed"}, True, True, True),
    ],
)
def test_which_contradictions_are_shown(
    world: dict[str, Any], event: dict[str, Any], row: dict[str, Any], nameable: bool, confirmed: bool, public: bool
) -> None:
    Event.objects.filter(pk=world["event"].pk).update(**event)
    rows = Contradiction.objects.filter(event=world["event"], scope="الرباط")
    rows.update(**row)
    assert (
        rows.of_nameable_events().exists(), rows.of_confirmed_events().exists(), rows.public().exists()
    ) == (nameable, confirmed, public)  # fmt: skip
    contradicted = Figure.objects.filter(event=world["event"]).contradicted()
    assert set(contradicted.filter(scope="الرباط").values_list("article__title", flat=True)) == (
        {"ح", "ط"} if nameable else set()
    )
    # Figures of one value, or of one article, prove nothing to readers.
    figures = world["figures"]
    Figure.objects.filter(pk=figures["ط"].pk).update(value=500)
    assert not rows.public().exists()
    Figure.objects.filter(pk=figures["ط"].pk).update(value=501)
    assert rows.public().exists() is public
    Article.objects.filter(pk=figures["ح"].article_id).update(body="500 و600")
    Figure.objects.filter(pk=figures["ط"].pk).update(article=figures["ح"].article_id, start=5, end=8)
    assert not rows.public().exists()


@in_database
def test_the_contradictions_found_last_come_first(world: dict[str, Any]) -> None:
    rows = Contradiction.objects.filter(event=world["event"])
    first, second = sorted(rows, key=lambda row: row.pk)
    rows.update(found_at=first.found_at)
    assert list(rows.newest()) == [second, first]
    rows.filter(pk=first.pk).update(found_at=second.found_at.replace(year=second.found_at.year + 1))
    assert list(rows.newest()) == [first, second]
