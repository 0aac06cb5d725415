"""The timeline: events and coverage over the years on one axis. Drawn by templates/charts/timeline.html.

Time runs from left to right, as on the archive's other charts. An event whose day is known is a dot. An event of which
only a month, a year or an interval is known is a bar over that time. Places and sizes are units of the SVG, of which
the picture is WIDTH wide.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from articles.models import Event
from articles.site.charts.columns import LEAST_SEEN
from articles.site.words_for import digits, month_name, short_month

# In units of the SVG, judgements by eye: the picture's width; the heights of the columns of coverage, of a lane of
# events, of the axis between them, and of the columns of events where there are too many for lanes.
WIDTH = 1000
COVERAGE_HEIGHT, LANE, AXIS, HUNG_HEIGHT = 110, 22, 28, 90
# A judgement: eight lanes are about as high as the rest of the picture. The events beyond them are counted.
MOST_LANES = 8
# Events nearer to one another than this go to different lanes, in units of the SVG. A judgement: nearer marks touch.
_APART = 12.0
# A span of at most this many years is shown month by month: at most 36 columns. A judgement.
TIMELINE_YEARS_BY_MONTH = 3


@dataclass(frozen=True)
class Span:
    """The years shown.

    first: the first year.
    last: the last year, inclusive.
    """

    first: int
    last: int

    @property
    def years(self) -> int:
        """Returns the number of years."""
        return self.last - self.first + 1

    @property
    def begins(self) -> date:
        """Returns the first day of the first year."""
        return date(self.first, 1, 1)

    @property
    def ends(self) -> date:
        """Returns the last day of the last year."""
        return date(self.last, 12, 31)

    def place(self, day: date) -> float:
        """Returns the x of a day."""
        days = (self.ends - self.begins).days + 1
        return round(WIDTH * (day - self.begins).days / days, 2)


@dataclass(frozen=True)
class Stretch:
    """A year or month of the axis, with its column of coverage.

    label: the text below the axis; empty if there is no room.
    name: the year or month in words.
    count: how many articles were surely published in it.
    address: the address of its page.
    x: where it begins.
    width: how wide it is.
    top: the y of the column's upper end.
    events: how many events began in it, where events are drawn as columns.
    events_height: the height of that column.
    """

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
        """Returns the height of the column of coverage, in units of the SVG."""
        return round(COVERAGE_HEIGHT - self.top, 1)


@dataclass(frozen=True)
class Mark:
    """An event in its lane.

    event: the event.
    x: where it begins.
    width: how long its bar is; 0 for a known day.
    y: the upper edge of its lane.
    """

    event: Event
    x: float
    width: float
    y: float

    @property
    def middle(self) -> float:
        """Returns the y of the mark's centre, 5 units below the upper edge of its lane."""
        return self.y + 5


@dataclass(frozen=True)
class Timeline:
    """The whole picture.

    stretches: the years or months of the axis.
    marks: the events in lanes; empty where events are drawn as columns.
    height: the picture's height.
    hidden: how many events have no lane; the table below lists all.
    width: the picture's width.
    floor: the y of the coverage columns' lower end.
    """

    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    height: float
    hidden: int
    width: int = WIDTH
    floor: int = COVERAGE_HEIGHT

    @property
    def axis_y(self) -> float:
        """Returns the y of the baseline of the axis's labels, in units of the SVG."""
        return COVERAGE_HEIGHT + 18

    @property
    def hung_y(self) -> float:
        """Returns the y from which columns of events hang."""
        return COVERAGE_HEIGHT + AXIS


def timeline(
    span: Span, events: Sequence[Event] | Mapping[tuple[int, int], int], counts: Mapping[tuple[int, int], int]
) -> Timeline:
    """Makes the picture of a span of years.

    `counts` maps (year, month) to the number of articles; month 0 has those of no known month. `events` are either
    events, each drawn as a mark, or their numbers by (year, month), drawn as columns that hang from the axis.
    """
    by_month = span.years <= TIMELINE_YEARS_BY_MONTH
    periods = [
        (year, month) for year in range(span.first, span.last + 1) for month in (range(1, 13) if by_month else [0])
    ]
    article_counts = _by_period(periods, counts)
    stretches = [_stretch(span, year, month, article_counts, len(periods)) for year, month in periods]
    top = COVERAGE_HEIGHT + AXIS + 12
    if isinstance(events, Mapping):
        event_counts = _by_period(periods, events)
        tallest = max(event_counts.values(), default=0) or 1
        stretches = [
            replace(
                stretch,
                events=event_counts[period],
                events_height=round(HUNG_HEIGHT * event_counts[period] / tallest, 1),
            )
            for period, stretch in zip(periods, stretches, strict=True)
        ]
        return Timeline(tuple(stretches), (), top + HUNG_HEIGHT, 0)
    marks, lanes, hidden = _marks(span, events)
    placed = tuple(Mark(event, x, width, top + lane * LANE) for event, x, width, lane in marks)
    return Timeline(tuple(stretches), placed, top + max(lanes, 1) * LANE, hidden)


def _by_period(periods: Sequence[tuple[int, int]], counts: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """Returns the numbers of `periods`; the period (year, 0) gets the sum of its year."""
    return {
        (year, month): counts.get((year, month), 0) if month else _sum_of_year(year, counts) for year, month in periods
    }


def _sum_of_year(year: int, counts: Mapping[tuple[int, int], int]) -> int:
    return sum(counts.get((year, month), 0) for month in range(13))


def _stretch(span: Span, year: int, month: int, counts: Mapping[tuple[int, int], int], periods: int) -> Stretch:
    """Makes the stretch of a month, or of a year if `month` is 0.

    `number` has the articles of all `periods` periods.
    """
    count, most = counts[year, month], max(counts.values())
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
    """Puts each event, in the order of time, into the first lane that is free at its place.

    Returns (event, x, width, lane) of each, how many lanes are used, and how many events found no free lane.
    """
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
