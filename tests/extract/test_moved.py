"""What becomes of the words of a reviewed mention or figure, and which period belongs to an event."""

from datetime import date, timedelta

import pytest

from articles.extract.measuring import _lies_elsewhere, _overlap, _spans_longer_than_events
from articles.extract.mentions import _relocate, _with_places_of
from articles.models import ArchiveDate, Event, Mention


@pytest.mark.parametrize(
    ("quotes", "spans", "remaining"),
    [
        (["سين"], [[4, 7]], ["سين"]),
        (["سين", "سين"], [[4, 7], [12, 15]], ["سين", "سين"]),
        (["سين", "سين", "سين"], [[4, 7], [12, 15]], ["سين", "سين"]),
        (["سين", "صاد", "سين"], [[4, 7], [8, 11], [12, 15]], ["سين", "صاد", "سين"]),
        # A quote that is gone is dropped, and the others stay in their order.
        (["غائب", "صاد"], [[8, 11]], ["صاد"]),
        (["صاد", "غائب", "سين"], [[8, 11], [12, 15]], ["صاد", "سين"]),
        (["قال", "سين"], [[0, 3], [4, 7]], ["قال", "سين"]),
        ([], [], []),
    ],
)
def test_quotes_are_found_again_in_order(quotes: list[str], spans: list[list[int]], remaining: list[str]) -> None:
    assert _relocate("قال سين صاد سين", quotes) == (spans, remaining)


@pytest.mark.parametrize(
    ("stored", "quotes", "new", "spans"),
    [
        ([[4, 7]], ["سين"], [[12, 15]], [[4, 7], [12, 15]]),
        ([[12, 15]], ["سين"], [[4, 7]], [[4, 7], [12, 15]]),
        ([[4, 7]], ["سين"], [[4, 7]], [[4, 7]]),
        # A stored span that no longer holds its quote goes, and one that a new span meets stays alone.
        ([[4, 7]], ["عين"], [[12, 15]], [[12, 15]]),
        ([[4, 7]], ["عين"], [[4, 7]], [[4, 7]]),
        ([[4, 11]], ["سين صاد"], [[8, 11]], [[4, 11]]),
        ([[4, 7]], ["سين"], [[6, 9]], [[4, 7]]),
        # Neighbours do not meet.
        ([[4, 7]], ["سين"], [[7, 11], [0, 4]], [[0, 4], [4, 7], [7, 11]]),
    ],
)
def test_the_places_of_a_reviewed_mention_stay_beside_new_ones(
    stored: list[list[int]], quotes: list[str], new: list[list[int]], spans: list[list[int]]
) -> None:
    body = "قال سين صاد سين"
    mention = Mention(spans=stored, quotes=quotes)
    assert _with_places_of(mention, new, body) == (spans, [body[start:end] for start, end in spans])


@pytest.mark.parametrize(
    ("left", "right", "meet"),
    [((0, 4), (4, 8), False), ((0, 5), (4, 8), True), ((4, 8), (0, 4), False), ((2, 3), (0, 8), True)],
)
def test_spans_that_meet(left: tuple[int, int], right: tuple[int, int], meet: bool) -> None:
    assert _overlap(left, right) is meet and _overlap(right, left) is meet


DAY, LAST_DAY = date(2023, 2, 7), date(2023, 2, 9)


def days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.mark.parametrize(
    ("period", "is_long", "lies_elsewhere"),
    [
        (None, False, False),
        ((DAY, DAY), False, False),
        ((DAY, DAY + days(31)), False, False),
        ((DAY, DAY + days(32)), True, False),
        ((DAY, None), True, False),
        ((None, DAY), True, False),
        # More than 31 days before the first possible day of the event, or after the last one.
        ((DAY - days(40), DAY - days(31)), False, False),
        ((DAY - days(40), DAY - days(32)), False, True),
        ((LAST_DAY + days(31), LAST_DAY + days(40)), False, False),
        ((LAST_DAY + days(32), LAST_DAY + days(40)), False, True),
        ((None, DAY - days(32)), True, True),
        ((LAST_DAY + days(32), None), True, True),
    ],
)
def test_which_periods_are_not_those_of_an_event(
    period: tuple[date | None, date | None] | None, is_long: bool, lies_elsewhere: bool
) -> None:
    event = Event(title="مؤتمر", kind="conference")
    event.start = ArchiveDate.between(DAY, LAST_DAY)
    assert _spans_longer_than_events(period) is is_long
    assert _lies_elsewhere(period, event) is lies_elsewhere
    # Of an event of unknown day nothing is elsewhere.
    for bounds in ((None, LAST_DAY), (DAY, None), (None, None)):
        event.start = ArchiveDate.between(*bounds)
        assert not _lies_elsewhere(period, event)
