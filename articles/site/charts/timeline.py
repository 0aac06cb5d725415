"""Events and coverage over the years on one axis; templates/charts/timeline.html draws it.

Time runs from the left as on the archive's other charts. An event whose day is known is a dot; one of which only a month, a
year or an interval is known is a bar as long as what is not known.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from articles.models import Event
from articles.site.charts.columns import LEAST_SEEN
from articles.site.words_for import digits, month_name, short_month

WIDTH = 1000
COVERAGE_HEIGHT, LANE, AXIS, HUNG_HEIGHT = 110, 22, 28, 90
MOST_LANES = 8
# Events so near one another go to lanes of their own, in units of the width.
_APART = 12.0
# A span of at most so many years is told month by month.
YEARS_BY_MONTH = 3


@dataclass(frozen=True)
class Span:
    """The years shown, both inclusive."""

    first: int
    last: int

    @property
    def years(self) -> int:
        return self.last - self.first + 1

    @property
    def begins(self) -> date:
        return date(self.first, 1, 1)

    @property
    def ends(self) -> date:
        return date(self.last, 12, 31)

    def place(self, day: date) -> float:
        """Where on the width a day lies."""
        days = (self.ends - self.begins).days + 1
        return round(WIDTH * (day - self.begins).days / days, 2)


@dataclass(frozen=True)
class Stretch:
    """A year or month of the axis: its coverage column, its label (empty where there is no room), its page."""

    label: str
    name: str
    count: int
    address: str
    x: float
    width: float
    top: float
    events: int = 0
    events_height: float = 0.0

    @property
    def fills(self) -> float:
        return round(COVERAGE_HEIGHT - self.top, 1)


@dataclass(frozen=True)
class Mark:
    """An event in its lane, from x to x + width; a width of 0 is a known day."""

    event: Event
    x: float
    width: float
    y: float

    @property
    def middle(self) -> float:
        return self.y + 5


@dataclass(frozen=True)
class Timeline:
    """`hidden` events found no lane; the table has them all."""

    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    height: float
    hidden: int
    width: int = WIDTH
    floor: int = COVERAGE_HEIGHT

    @property
    def axis_y(self) -> float:
        return COVERAGE_HEIGHT + 18

    @property
    def hung_y(self) -> float:
        """Where columns of events hang from."""
        return COVERAGE_HEIGHT + AXIS


def timeline(
    span: Span, events: Sequence[Event] | Mapping[tuple[int, int], int], counts: Mapping[tuple[int, int], int]
) -> Timeline:
    """The picture of a span of years; `counts` maps (year, month) to articles, month 0 for those of no known month.

    `events` are marked one by one, or, where only their numbers by month are given, drawn as columns that hang from the axis.
    """
    by_month = span.years <= YEARS_BY_MONTH
    periods = [
        (year, month) for year in range(span.first, span.last + 1) for month in (range(1, 13) if by_month else [0])
    ]
    number = _by_period(periods, counts)
    stretches = [_stretch(span, year, month, number, len(periods)) for year, month in periods]
    top = COVERAGE_HEIGHT + AXIS + 12
    if isinstance(events, Mapping):
        hung = _by_period(periods, events)
        tallest = max(hung.values(), default=0) or 1
        stretches = [
            replace(stretch, events=hung[period], events_height=round(HUNG_HEIGHT * hung[period] / tallest, 1))
            for period, stretch in zip(periods, stretches, strict=True)
        ]
        return Timeline(tuple(stretches), (), top + HUNG_HEIGHT, 0)
    marks, lanes, hidden = _marks(span, events)
    placed = tuple(Mark(event, x, width, top + lane * LANE) for event, x, width, lane in marks)
    return Timeline(tuple(stretches), placed, top + max(lanes, 1) * LANE, hidden)


def _by_period(periods: Sequence[tuple[int, int]], counts: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """The numbers of months, or of years (month 0) with all that is known of them."""
    return {(year, month): counts.get((year, month), 0) if month else _of_year(year, counts) for year, month in periods}


def _of_year(year: int, counts: Mapping[tuple[int, int], int]) -> int:
    return sum(counts.get((year, month), 0) for month in range(13))


def _stretch(span: Span, year: int, month: int, number: Mapping[tuple[int, int], int], periods: int) -> Stretch:
    count, most = number[year, month], max(number.values())
    first = date(year, month or 1, 1)
    last = date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    x = span.place(first)
    address = reverse("month", args=[year, month]) if month else reverse("timeline") + f"?from={year}&to={year}"
    every = -(-periods // 14)
    roomy = (month == 1 if periods > 14 else True) if month else (year - span.first) % every == 0
    label = digits(year) if not month or periods > 14 else short_month(month)
    height = max(COVERAGE_HEIGHT * count / most, LEAST_SEEN) if count else 0.0
    return Stretch(
        label if roomy else "",
        f"{month_name(month)} {digits(year)}" if month else digits(year),
        count, address, x, round(span.place(last) - x, 2), round(COVERAGE_HEIGHT - height, 1),
    )  # fmt: skip


def _marks(span: Span, events: Sequence[Event]) -> tuple[list[tuple[Event, float, float, int]], int, int]:
    """Each event with its place and lane, the first lane that is free there; how many lanes; how many found none."""
    ends = [-_APART] * MOST_LANES
    placed, hidden = [], 0
    for event in sorted(events, key=lambda event: (event.start_order, event.pk)):
        first = max(event.start.earliest or event.start_order, span.begins)
        last = min(event.start.latest or event.start_order, span.ends)
        x = span.place(first)
        width = 0.0 if first == last else max(round(span.place(last) - x, 2), 1.0)
        lane = next((at for at, end in enumerate(ends) if end + _APART <= x), None)
        if lane is None:
            hidden += 1
            continue
        ends[lane] = x + width
        placed.append((event, x, width, lane))
    return placed, 1 + max((lane for *_, lane in placed), default=0), hidden
