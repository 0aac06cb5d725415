"""What a partly known date covers, and how it is written and entered."""

from datetime import date

import pytest

from articles.models import ArchiveDate
from articles.models.event import ANY_PERIOD, periods_of
from articles.models.limits import (
    MOST_INDEXED_BYTES,
    Days,
    as_utc,
    capture_days,
    folded_messages,
    indexed_messages,
    planned_days,
    publication_days,
)
from articles.models.uncertain_date import complete

DAY, OTHER = date(2024, 11, 6), date(2024, 12, 31)


@pytest.mark.parametrize(
    ("value", "precision", "bounds", "result"),
    [
        (DAY, "day", (None, None), ArchiveDate(DAY, "day", "editor", DAY, DAY)),
        (DAY, "day", (OTHER, OTHER), ArchiveDate(DAY, "day", "editor", DAY, DAY)),
        (DAY, "month", (OTHER, None), ArchiveDate(date(2024, 11, 1), "month", "editor", date(2024, 11, 1), date(2024, 11, 30))),
        (DAY, "year", (None, OTHER), ArchiveDate(date(2024, 1, 1), "year", "editor", date(2024, 1, 1), OTHER)),
        (DAY, "unknown", (DAY, OTHER), ArchiveDate(None, "unknown", "editor", DAY, OTHER)),
        (None, "day", (DAY, OTHER), ArchiveDate(None, "unknown", "editor", DAY, OTHER)),
        (None, "unknown", (None, None), ArchiveDate(None, "unknown", "editor", None, None)),
    ],
)  # fmt: skip
def test_what_an_editor_enters_is_completed(
    value: date | None, precision: str, bounds: tuple[date | None, date | None], result: ArchiveDate
) -> None:
    assert complete(value, precision, "editor", *bounds) == result


@pytest.mark.parametrize(
    ("when", "iso", "is_known"),
    [
        (ArchiveDate.on(DAY), "2024-11-06", True), (ArchiveDate.in_month(2024, 11), "2024-11", True),
        (ArchiveDate.in_year(2024), "2024", True), (ArchiveDate.between(DAY, OTHER), "", False), (ArchiveDate(), "", False),
    ],
)  # fmt: skip
def test_a_date_is_written_as_far_as_it_is_known(when: ArchiveDate, iso: str, is_known: bool) -> None:
    assert (when.iso, when.is_known) == (iso, is_known)


def test_an_export_names_each_part() -> None:
    assert ArchiveDate.between(DAY).as_dict() == {
        "date": None, "precision": "unknown", "basis": "inferred", "earliest": "2024-11-06", "latest": None,
    }  # fmt: skip
    assert ArchiveDate.between(latest=DAY).as_dict()["latest"] == "2024-11-06"
    assert [ArchiveDate.on(DAY).basis, ArchiveDate.in_month(2024, 2).basis, ArchiveDate.in_year(2024, "editor").basis] == [
        "stated", "stated", "editor",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ((1, 5), (5, 9), True), ((1, 4), (5, 9), False), ((1, 9), (3, 4), True), ((5, 5), (5, 5), True), ((None, 4), (5, 9), False),
        ((None, 5), (5, 9), True), ((10, None), (5, 9), False), ((9, None), (5, 9), True), ((None, None), (5, 9), True),
        ((1, 5), (None, 4), True), ((1, 5), (None, None), True), ((6, 7), (None, 5), False), ((1, 5), (6, None), False),
        ((None, None), (None, None), True),
    ],
)  # fmt: skip
def test_intervals_overlap_if_they_share_a_day(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None], overlap: bool
) -> None:
    def interval(bounds: tuple[int | None, int | None]) -> ArchiveDate:
        return ArchiveDate.between(*(day and date(2024, 1, day) for day in bounds))

    assert interval(one).may_overlap(interval(other)) is overlap
    assert interval(other).may_overlap(interval(one)) is overlap


@pytest.mark.parametrize(
    ("first", "last", "months", "years"),
    [
        (date(2024, 11, 6), date(2024, 11, 6), [24299], [2024]),
        (date(2024, 11, 6), date(2025, 1, 1), [24299, 24300, 24301], [2024, 2025]),
        (date(2024, 1, 1), date(2024, 6, 30), [24289, 24290, 24291, 24292, 24293, 24294], [2024]),
        (date(2024, 1, 1), date(2024, 7, 1), None, [2024]),
        (date(2022, 5, 1), date(2024, 7, 1), None, [2022, 2023, 2024]),
        (None, date(2024, 7, 1), None, []),
        (date(2024, 7, 1), None, None, []),
    ],
)
def test_the_periods_of_an_event(
    first: date | None, last: date | None, months: list[int] | None, years: list[int]
) -> None:
    assert periods_of(first, last) == (months, years)
    assert ANY_PERIOD not in (months or [])


@pytest.mark.parametrize(
    ("day", "holds"),
    [(date(2023, 12, 31), False), (date(2024, 1, 1), True), (date(2024, 1, 2), True), (date(2024, 1, 3), False), (None, True)],
)  # fmt: skip
def test_a_range_of_days_holds_both_its_ends(day: date | None, holds: bool) -> None:
    assert Days(date(2024, 1, 1), date(2024, 1, 2)).holds(day) is holds


def test_which_days_are_sensible() -> None:
    """Nothing is older than 1800. Articles may be two years ahead, plans a hundred, captures a day."""
    today = date.today()
    ahead = {days: days.last.year - today.year for days in (publication_days(), planned_days())}
    assert {days.first for days in ahead} == {date(1800, 1, 1)} and sorted(ahead.values()) == [2, 100]
    assert all((days.last.month, days.last.day) == (today.month, min(today.day, 28)) for days in ahead)
    assert capture_days().first == date(1990, 1, 1) and 0 <= (capture_days().last - today).days <= 2


@pytest.mark.parametrize(("length", "refused"), [(0, False), (299, False), (300, False), (301, True)])
def test_a_folded_text_fits_its_column(length: int, refused: bool) -> None:
    messages = list(folded_messages("title", ["ا", "ب" * length], 300))
    assert bool(messages) is refused
    assert all(field == "title" and "301" in message and "300" in message for field, message in messages)
    assert list(folded_messages("title", [], 300)) == []


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("a" * MOST_INDEXED_BYTES, False), ("a" * (MOST_INDEXED_BYTES + 1), True), ("ا" * 1_300, False), ("ا" * 1_301, True),
        ("", False),
    ],
)  # fmt: skip
def test_an_indexed_text_fits_its_index_in_bytes(text: str, refused: bool) -> None:
    assert [field for field, _ in indexed_messages("name", text)] == (["name"] if refused else [])


def test_an_index_entry_of_the_most_bytes_is_one_that_postgresql_takes() -> None:
    assert 2_500 <= MOST_INDEXED_BYTES < 2_704


def test_moments_come_to_utc() -> None:
    from datetime import UTC, datetime, timedelta, timezone

    noon = datetime(2024, 11, 6, 12, tzinfo=timezone(timedelta(hours=3)))
    assert as_utc(noon) == datetime(2024, 11, 6, 9, tzinfo=UTC)
    assert as_utc(datetime(2024, 11, 6, 12)) == datetime(2024, 11, 6, 12, tzinfo=UTC)
    assert as_utc(datetime.max.replace(tzinfo=timezone(timedelta(hours=-3)))) is None
