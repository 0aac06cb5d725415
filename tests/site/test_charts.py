"""The geometry of the charts: what stands where, and what a reader is told beside."""

from datetime import date
from decimal import Decimal

import pytest

from articles.models import Actor, ArchiveDate, Event, Figure, Source
from articles.search.facets import Bar
from articles.site.charts.columns import columns, of_months
from articles.site.charts.network import network
from articles.site.charts.ranges import ranges
from articles.site.charts.shares import shares
from articles.site.charts.timeline import Span, timeline


def month(value: str, count: int) -> Bar:
    year, number = map(int, value.split("-"))
    return Bar(value, date(year, number, 1), count)


def test_columns_grow_with_their_numbers_and_a_small_one_is_seen() -> None:
    chart = columns(
        [month(f"2024-{n:02}", n_of) for n, n_of in ((1, 200), (2, 100), (3, 1), (4, 0))], lambda bar: f"?{bar.value}"
    )
    assert [(column.count, column.top) for column in chart.columns] == [(200, 0.0), (100, 50.0), (1, 98.0), (0, 100.0)]
    assert (chart.columns[0].label, chart.columns[0].address) == ("يناير (كانون الثاني) 2024", "?2024-01")
    assert chart.most == 200


@pytest.mark.parametrize(("bars", "is_shown"), [([], False), (["2024-01"], False), (["2024-01", "2024-02"], True)])
def test_a_chart_of_one_column_is_none(bars: list[str], is_shown: bool) -> None:
    assert bool(columns([month(value, 1) for value in bars], lambda bar: "")) is is_shown
    assert columns([], lambda bar: "").most == 0


def test_columns_of_months_lead_to_their_pages() -> None:
    chart = of_months({(0, 0): 9, (2024, 1): 2, (2024, 3): 4})
    assert [(column.count, column.address) for column in chart.columns] == [
        (2, "/dates/2024/1/"), (0, "/dates/2024/2/"), (4, "/dates/2024/3/"),
    ]  # fmt: skip
    years = of_months({(1990, 0): 3, (1990, 5): 2, (2020, 1): 1})
    assert [(column.count, column.address) for column in years.columns if column.count] == [
        (5, "/dates/1990/"), (1, "/dates/2020/"),
    ]  # fmt: skip
    assert len(years.columns) == 31


def test_shares_show_the_largest_and_sum_up_the_rest() -> None:
    sources = [Source(pk=n, name=f"مصدر {n}") for n in range(13)]
    chart = shares({source: source.pk for source in sources})
    assert [(bar.of.pk, bar.count) for bar in chart.bars] == [(n, n) for n in range(12, 2, -1)]
    assert (chart.bars[0].width, chart.bars[0].rest) == (100.0, 0.0)
    assert (chart.bars[-1].width, chart.bars[-1].rest) == (25.0, 75.0)
    assert (chart.others, chart.together) == (2, 3)
    assert (shares({}).bars, shares({None: 0}).bars, shares({None: 2}).bars[0].of) == ((), (), None)


def number(value: object, qualifier: str = "exact", high: object = None) -> Figure:
    return Figure(
        value=None if value is None else Decimal(str(value)), qualifier=qualifier,
        value_high=None if high is None else Decimal(str(high)),
    )  # fmt: skip


def test_a_scale_runs_from_the_least_to_the_most_with_room_for_arrows() -> None:
    chart = ranges(
        [number(10), number(20, "more_than"), number(30, "at_most"), number(15, "at_least"), number(10, "between", 60)]
    )
    assert [(row.at, row.low, row.high, row.arrow) for row in chart.rows] == [
        (6.0, 6.0, 6.0, ""), (23.6, 23.6, 23.6, "more"), (41.2, 41.2, 41.2, "less"), (14.8, 14.8, 14.8, "more"),
        (6.0, 6.0, 94.0, ""),
    ]  # fmt: skip
    assert (chart.least, chart.most, chart.logarithmic, chart.rows[-1].span) == (10, 60, False, 88.0)


@pytest.mark.parametrize(
    ("values", "is_logarithmic"),
    [((2, 99), False), ((2, 100), True), ((1, 10_000), True), ((0, 1000), False), ((-5, 1000), False)],
)
def test_a_scale_of_very_unlike_numbers_is_logarithmic(values: tuple[int, int], is_logarithmic: bool) -> None:
    chart = ranges([number(value) for value in values])
    assert chart.logarithmic is is_logarithmic
    assert [row.at for row in chart.rows] == [6.0, 94.0]
    if values == (1, 10_000):
        assert ranges([number(1), number(100), number(10_000)]).rows[1].at == 50.0


def test_about_shows_what_agrees_with_it() -> None:
    stated = number(100, "about")
    # The database derives both.
    stated.low, stated.high = Decimal(90), Decimal(110)
    exact, about, _ = ranges([number(50), stated, number(150)]).rows
    assert (exact.low, exact.at, exact.high) == (6.0, 6.0, 6.0)
    assert (about.low, about.at, about.high, about.span, about.arrow) == (41.2, 50.0, 58.8, 17.6, "")
    # The bar ends where the scale does.
    assert [(row.low, row.high) for row in ranges([stated, number(100)]).rows[:1]] == [(50.0, 50.0)]
    assert ranges([stated, number(105)]).rows[0].low == 6.0 and ranges([number(50), stated]).rows[1].high == 100.0


def test_figures_without_numbers_have_no_row() -> None:
    assert ranges([]) is ranges([number(5)]) is ranges([number(5), number(None)]) is None
    assert ranges([number(5), number(4, "between")]) is None
    equal = ranges([number(5), number(5), number(None)])
    assert [row.at for row in equal.rows] == [50.0, 50.0] and equal


def companions(*counts: int) -> list[tuple[Actor, int]]:
    return [(Actor(pk=n, name=f"فاعل {n}"), count) for n, count in enumerate(counts, 1)]


def test_a_network_has_a_line_for_each_pair_that_articles_name() -> None:
    assert network(Actor(pk=9, name="الوسط"), companions(4), {}) is None
    picture = network(Actor(pk=9, name="الوسط"), companions(8, 4, 1, 1), {(1, 3): 2, (2, 3): 0, (2, 4): 8})
    assert [(tie.start.actor.pk, tie.end.actor.pk, tie.width, tie.of_centre) for tie in picture.ties] == [
        (1, 3, 1.0, False), (2, 4, 3.0, False), (9, 1, 9.0, True), (9, 2, 4.5, True), (9, 3, 1.1, True), (9, 4, 1.1, True),
    ]  # fmt: skip
    places = [(node.x, node.y, node.side, node.radius) for node in picture.nodes]
    assert places == [
        (450.0, 75.0, "above", 18.0), (685.0, 280.0, "right", 15.1), (450.0, 485.0, "below", 11.5), (215.0, 280.0, "left", 11.5),
    ]  # fmt: skip
    above, right, below, left = picture.nodes
    assert (picture.centre.x, picture.centre.y, picture.centre.together) == (450.0, 280.0, 8)
    assert [(node.label_x, node.label_y) for node in (above, right, below, left)] == [
        (450.0, 47.0), (708.1, 286.0), (450.0, 518.5), (195.5, 286.0),
    ]  # fmt: skip


def test_ties_among_companions_come_in_either_order_of_their_keys() -> None:
    two = [(Actor(pk=7, name="أ"), 2), (Actor(pk=3, name="ب"), 1)]
    assert not all(tie.of_centre for tie in network(Actor(pk=9), two, {(3, 7): 1}).ties)


def test_a_long_name_is_cut_at_a_word() -> None:
    name = "المكتب المركزي للأبحاث القضائية التابع للمديرية العامة"
    node = network(Actor(pk=9, name=name), companions(2, 1), {}).centre
    assert node.label == "المكتب المركزي للأبحاث …"
    assert network(Actor(pk=9, name="أ" * 30), companions(2, 1), {}).centre.label == "أ" * 30


def held(pk: int, start: ArchiveDate) -> Event:
    event = Event(pk=pk, title=f"لقاء {pk}")
    event.start = start
    event.start_order = start.date or start.earliest
    return event


def test_the_axis_of_few_years_has_months_and_of_more_years() -> None:
    months = timeline(Span(2022, 2024), [], {(2023, 5): 10, (2024, 1): 5, (2024, 0): 7})
    assert len(months.stretches) == 36
    may = months.stretches[16]
    assert (may.name, may.count, may.address, may.top, may.fills) == (
        "ماي (أيار) 2023",
        10,
        "/dates/2023/5/",
        0.0,
        110.0,
    )
    assert (months.stretches[24].top, months.stretches[0].top) == (55.0, 110)
    assert [stretch.label for stretch in months.stretches if stretch.label] == ["2022", "2023", "2024"]
    one_year = timeline(Span(2024, 2024), [], {(2024, 1): 1})
    assert [stretch.label for stretch in one_year.stretches][:3] == ["يناير", "فبراير", "مارس"]
    years = timeline(Span(2021, 2024), [], {(2023, 5): 1, (2023, 0): 2, (2024, 12): 300})
    assert [(stretch.label, stretch.count, stretch.address) for stretch in years.stretches] == [
        ("2021", 0, "/timeline/?from=2021&to=2021"), ("2022", 0, "/timeline/?from=2022&to=2022"),
        ("2023", 3, "/timeline/?from=2023&to=2023"), ("2024", 300, "/timeline/?from=2024&to=2024"),
    ]  # fmt: skip
    assert years.stretches[2].fills == 2.0  # the least that is seen


@pytest.mark.parametrize(("years", "labels"), [(14, 14), (15, 8), (28, 14), (29, 10)])
def test_a_long_axis_leaves_labels_out(years: int, labels: int) -> None:
    stretches = timeline(Span(1990, 1990 + years - 1), [], {}).stretches
    assert sum(bool(stretch.label) for stretch in stretches) == labels and stretches[0].label == "1990"


def test_an_event_is_a_dot_or_a_bar_over_what_is_known() -> None:
    span = Span(2021, 2024)
    events = [
        held(1, ArchiveDate.on(date(2021, 1, 1))),
        held(2, ArchiveDate.in_year(2023)),
        held(3, ArchiveDate.between(date(2019, 5, 1), date(2022, 1, 1))),
        held(4, ArchiveDate.between(date(2024, 12, 1), date(2026, 1, 1))),
    ]
    marks = {mark.event.pk: mark for mark in timeline(span, events, {}).marks}
    assert (marks[1].x, marks[1].width) == (0.0, 0.0)
    assert (marks[2].x, round(marks[2].width)) == (span.place(date(2023, 1, 1)), 249)
    assert (marks[3].x, marks[3].width) == (0.0, span.place(date(2022, 1, 1)))
    assert marks[4].x + marks[4].width == pytest.approx(span.place(date(2024, 12, 31)), abs=0.5)
    assert span.place(date(2021, 1, 1)) == 0 and 999 < span.place(date(2024, 12, 31)) < 1000


def test_events_that_are_near_stand_in_lanes_and_the_rest_is_counted() -> None:
    near = [held(n, ArchiveDate.on(date(2024, 3, 1))) for n in range(1, 11)]
    picture = timeline(Span(2024, 2024), near, {})
    assert [mark.event.pk for mark in picture.marks] == list(range(1, 9)) and picture.hidden == 2
    assert sorted({mark.y for mark in picture.marks}) == [150 + 22 * lane for lane in range(8)]
    assert picture.height == 150 + 22 * 8 and picture.marks[0].middle == 155
    # A day is 2.7 wide, and twelve keep two events apart.
    first, near_it, free = (held(n, ArchiveDate.on(date(2024, 3, day))) for n, day in ((1, 1), (2, 5), (3, 6)))
    assert [mark.y for mark in timeline(Span(2024, 2024), [near_it, first], {}).marks] == [150, 172]
    assert [mark.y for mark in timeline(Span(2024, 2024), [free, first], {}).marks] == [150, 150]
    assert timeline(Span(2024, 2024), [], {}).height == 172


def test_numbers_of_events_hang_from_the_axis() -> None:
    picture = timeline(Span(2021, 2024), {(2022, 3): 2, (2022, 7): 2, (2024, 1): 1}, {})
    assert [(stretch.events, stretch.events_height) for stretch in picture.stretches] == [
        (0, 0.0),
        (4, 90.0),
        (0, 0.0),
        (1, 22.5),
    ]
    assert (picture.marks, picture.hidden, picture.height, picture.hung_y, picture.axis_y) == ((), 0, 240, 138, 128)
    assert {stretch.events_height for stretch in timeline(Span(2024, 2024), {}, {}).stretches} == {0.0}


def test_places_and_sizes_are_short_numbers() -> None:
    """The pages write them into SVG, so no place has more digits than a pixel needs."""
    bars = [month(f"2024-{n:02}", n) for n in (1, 2, 3)]
    assert [column.top for column in columns(bars, lambda bar: "").columns] == [66.7, 33.3, 0.0]
    chart = shares({Source(pk=n, name=f"مصدر {n}"): n for n in (1, 2, 3)})
    assert [(bar.width, bar.rest) for bar in chart.bars] == [(100.0, 0.0), (66.7, 33.3), (33.3, 66.7)]
    assert [row.at for row in ranges([number(1), number(3), number(7)]).rows] == [6.0, 35.33, 94.0]
    picture = network(Actor(pk=99), companions(7, 5, 3, 2, 2, 1, 1), {(1, 2): 4})
    assert [(node.x, node.y, node.side, node.radius) for node in picture.nodes] == [
        (450.0, 75.0, "above", 18.0), (633.7, 152.2, "right", 16.5), (679.1, 325.6, "right", 14.5), (552.0, 464.7, "right", 13.3),
        (348.0, 464.7, "left", 13.3), (220.9, 325.6, "left", 11.8), (266.3, 152.2, "left", 11.8),
    ]  # fmt: skip
    assert [tie.width for tie in picture.ties] == [1.7, 9.0, 6.4, 3.9, 2.6, 2.6, 1.3, 1.3]
    years = timeline(Span(2021, 2023), {(2021, 1): 3, (2022, 1): 1}, {(2021, 1): 3, (2021, 2): 1})
    january, february = years.stretches[:2]
    assert (january.x, january.width, february.x, february.width) == (0.0, 27.4, 28.31, 24.66)
    assert (february.top, february.fills, years.stretches[12].events_height) == (73.3, 36.7, 30.0)
    assert timeline(Span(2021, 2022), {(2021, 1): 7, (2022, 1): 3}, {}).stretches[12].events_height == 38.6


@pytest.mark.parametrize(
    ("count", "at", "side"),
    [(4, 0, "above"), (4, 1, "right"), (4, 2, "below"), (4, 3, "left"), (20, 1, "above"), (20, 2, "right"), (20, 9, "below"), (20, 11, "below"), (20, 8, "right"), (20, 12, "left"), (20, 19, "above")],
)  # fmt: skip
def test_a_label_stands_where_it_has_room(count: int, at: int, side: str) -> None:
    assert network(Actor(pk=99), companions(*[1] * count), {}).nodes[at].side == side


@pytest.mark.parametrize(
    ("day", "first", "last", "x"),
    [
        (date(2021, 1, 1), 2021, 2021, 0.0), (date(2021, 12, 31), 2021, 2021, 997.26), (date(2020, 12, 31), 2020, 2020, 997.27),
        (date(2022, 1, 1), 2021, 2022, 500.0), (date(2021, 7, 2), 2021, 2021, 498.63),
    ],
)  # fmt: skip
def test_the_place_of_a_day(day: date, first: int, last: int, x: float) -> None:
    assert Span(first, last).place(day) == x


def test_marks_are_cut_to_the_years_shown_and_seen_however_short() -> None:
    span = Span(2021, 2030)
    marks = {
        mark.event.pk: (mark.x, mark.width)
        for mark in timeline(
            span,
            [
                held(1, ArchiveDate.between(date(2021, 3, 1), date(2021, 3, 3))),
                held(2, ArchiveDate.between(date(2021, 3, 1), date(2021, 3, 5))),
                held(3, ArchiveDate.in_month(2030, 12)),
            ],
            {},
        ).marks
    }
    # Two days are half a unit wide, and drawn as a whole one.
    assert marks[1] == (16.16, 1.0) and marks[2] == (16.16, 1.09) and marks[3] == (991.51, 8.22)


def test_a_lane_is_free_again_after_its_bar() -> None:
    """In ten years twelve units are 43.8 days."""
    bar = held(1, ArchiveDate.in_month(2021, 1))
    for day, y in ((date(2021, 3, 15), 172), (date(2021, 3, 16), 150)):
        marks = timeline(Span(2021, 2030), [bar, held(2, ArchiveDate.on(day))], {}).marks
        assert [mark.y for mark in marks] == [150, y]
    assert timeline(Span(2021, 2030), [bar, held(2, ArchiveDate.on(date(2021, 3, 15)))], {}).height == 150 + 2 * 22


def test_a_month_given_by_a_day_is_a_bar_over_the_month() -> None:
    whole_month = date(2021, 11, 1), date(2021, 11, 30)
    event = held(1, ArchiveDate(date(2021, 11, 20), "month", "editor", *whole_month))
    (mark,) = timeline(Span(2021, 2021), [event], {}).marks
    place = Span(2021, 2021).place
    assert (mark.x, mark.x + mark.width) == (place(whole_month[0]), pytest.approx(place(whole_month[1])))
