"""Which day an expression means in a text, and when an article was published at the latest and at the earliest."""

from datetime import date

import pytest

from articles.arabic.dates import find_dates
from articles.arabic.reading import Reading
from articles.extract.dates import (
    StatedDate,
    date_of_line,
    publication_date,
    resolve,
    speaks_of_plans,
    stated_publication,
    was_past,
)
from articles.models import ArchiveDate

WEDNESDAY = date(2024, 11, 6)


def meaning(text: str, written: ArchiveDate, *, ahead: bool = False) -> ArchiveDate | None:
    return resolve(find_dates(text)[0], written, ahead=ahead)


@pytest.mark.parametrize(
    ("text", "ahead", "day"),
    [
        ("الثلاثاء", False, (2024, 11, 5)),
        ("الأربعاء", False, (2024, 11, 6)),
        ("الخميس", False, (2024, 10, 31)),
        ("الثلاثاء", True, (2024, 11, 12)),
        ("الأربعاء", True, (2024, 11, 13)),
        ("الخميس", True, (2024, 11, 7)),
        ("الخميس المقبل", False, (2024, 11, 7)),
        ("الأربعاء المقبل", False, (2024, 11, 13)),
        ("الأربعاء الماضي", False, (2024, 10, 30)),
        ("غدا", False, (2024, 11, 7)),
        ("غدا الخميس", False, (2024, 11, 7)),
        ("غدا الجمعة", False, (2024, 11, 8)),
        ("أمس", False, (2024, 11, 5)),
        ("أمس الاثنين", False, (2024, 11, 4)),
    ],
)
def test_a_weekday_means_the_last_such_day_or_the_next_one(text: str, ahead: bool, day: tuple[int, int, int]) -> None:
    assert meaning(text, ArchiveDate.on(WEDNESDAY), ahead=ahead) == ArchiveDate.on(date(*day), "inferred")


@pytest.mark.parametrize(
    ("text", "written", "expected"),
    [
        # Without a relation: the latest such month that has begun, or the one that comes next.
        ("6 نوفمبر", (2024, 11, 6), (2024, 11, 6)),
        ("6 دجنبر", (2024, 11, 6), (2024, 12, 6)),
        ("6 يناير", (2024, 11, 6), (2024, 1, 6)),
        ("6 يناير", (2024, 1, 1), (2024, 1, 6)),
        ("6 مارس", (2024, 1, 1), (2023, 3, 6)),
        ("6 فبراير", (2024, 1, 1), (2024, 2, 6)),
        ("5 يناير", (2024, 12, 6), (2025, 1, 5)),
        ("6 فبراير", (2024, 12, 6), (2024, 2, 6)),
        ("6 دجنبر", (2024, 1, 6), (2023, 12, 6)),
        # With a relation
        ("10 نوفمبر المقبل", (2024, 11, 6), (2024, 11, 10)),
        ("6 نوفمبر المقبل", (2024, 11, 6), (2025, 11, 6)),
        ("5 نوفمبر المقبل", (2024, 11, 6), (2025, 11, 5)),
        ("5 دجنبر المقبل", (2024, 11, 6), (2024, 12, 5)),
        ("5 أكتوبر الماضي", (2024, 11, 6), (2024, 10, 5)),
        ("5 نوفمبر الماضي", (2024, 11, 6), (2024, 11, 5)),
        ("5 دجنبر الماضي", (2024, 11, 6), (2023, 12, 5)),
        ("25 مارس الماضي", (2024, 3, 10), (2023, 3, 25)),
        ("11 مارس الماضي", (2024, 3, 10), (2023, 3, 11)),
        ("10 مارس الماضي", (2024, 3, 10), (2024, 3, 10)),
        ("5 دجنبر الجاري", (2024, 11, 6), (2024, 12, 5)),
        ("5 دجنبر الجاري", (2024, 9, 6), (2024, 12, 5)),
        ("5 من الشهر الجاري", (2024, 11, 6), (2024, 11, 5)),
        ("5 من الشهر المقبل", (2024, 12, 6), (2025, 1, 5)),
        ("5 من الشهر الماضي", (2024, 1, 6), (2023, 12, 5)),
        ("5 من الشهر الماضي", (2024, 12, 6), (2024, 11, 5)),
        # The weekday chooses the year, if one fits.
        ("الأحد 6 نوفمبر", (2023, 3, 1), (2022, 11, 6)),
        ("الاثنين 6 نوفمبر", (2024, 11, 6), (2023, 11, 6)),
        ("الخميس 6 نوفمبر", (2024, 11, 6), (2025, 11, 6)),
        ("السبت 6 نوفمبر", (2024, 11, 6), (2024, 11, 6)),
        # 29 February is in the only year that has it.
        ("29 فبراير", (2025, 3, 1), (2024, 2, 29)),
        ("29 فبراير", (2023, 3, 1), (2024, 2, 29)),
        ("29 فبراير", (2024, 3, 1), (2024, 2, 29)),
        ("31 نوفمبر", (2024, 11, 6), None),
        ("29 فبراير", (2022, 3, 1), None),
    ],
)
def test_the_year_of_a_day_without_one(
    text: str, written: tuple[int, int, int], expected: tuple[int, int, int] | None
) -> None:
    dates = find_dates(text)
    means = resolve(dates[0], ArchiveDate.on(date(*written))) if dates else None
    if expected is None:
        assert means is None or means.precision != "day"
    else:
        assert means == ArchiveDate.on(date(*expected), "inferred")


@pytest.mark.parametrize(
    ("text", "written", "month"),
    [
        ("نوفمبر الماضي", (2024, 11, 6), (2023, 11)),
        ("أكتوبر الماضي", (2024, 11, 6), (2024, 10)),
        ("نوفمبر المقبل", (2024, 11, 6), (2024, 11)),
        ("نوفمبر المقبل", (2024, 11, 20), (2024, 11)),
        ("أكتوبر المقبل", (2024, 11, 6), (2025, 10)),
        ("نوفمبر الجاري", (2024, 11, 6), (2024, 11)),
        ("الشهر الماضي", (2024, 1, 6), (2023, 12)),
        ("الشهر المقبل", (2024, 12, 6), (2025, 1)),
        ("الشهر الجاري", (2024, 12, 6), (2024, 12)),
    ],
)
def test_a_month_without_a_year(text: str, written: tuple[int, int, int], month: tuple[int, int]) -> None:
    assert meaning(text, ArchiveDate.on(date(*written))) == ArchiveDate.in_month(*month, "inferred")


@pytest.mark.parametrize(
    ("text", "year"), [("العام الماضي", 2023), ("السنة المقبلة", 2025), ("العام الجاري", 2024)]
)  # fmt: skip
def test_a_year_beside_that_of_writing(text: str, year: int) -> None:
    assert meaning(text, ArchiveDate.on(WEDNESDAY)) == ArchiveDate.in_year(year, "inferred")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6 نوفمبر 2024", ArchiveDate.on(WEDNESDAY)),
        ("نوفمبر 2024", ArchiveDate.in_month(2024, 11)),
        ("سنة 2024", ArchiveDate.in_year(2024)),
        ("بين 2002 و2021", ArchiveDate.between(date(2002, 1, 1), date(2021, 12, 31), "stated")),
    ],
)
def test_a_date_with_its_year_means_itself_whenever_it_was_written(text: str, expected: ArchiveDate) -> None:
    for written in (ArchiveDate.on(date(2030, 1, 1)), ArchiveDate.in_year(2019), ArchiveDate.unknown()):
        assert meaning(text, written) == expected


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("الأربعاء 6 نوفمبر", (2022, 1, 1), (2025, 1, 1), WEDNESDAY),
        ("6 نوفمبر", (2024, 10, 1), (2025, 1, 1), WEDNESDAY),
        ("6 نوفمبر", (2023, 10, 1), (2025, 1, 1), None),
        ("6 نوفمبر", (2024, 10, 1), (2024, 11, 6), WEDNESDAY),
        ("6 نوفمبر", (2024, 10, 1), (2024, 11, 5), None),
        # An article can look back a month.
        ("6 نوفمبر", (2024, 12, 7), (2025, 1, 1), WEDNESDAY),
        ("6 نوفمبر", (2024, 12, 8), (2025, 1, 1), None),
        ("31 دجنبر", (2025, 1, 5), (2025, 3, 1), date(2024, 12, 31)),
    ],
)
def test_a_day_without_its_year_in_a_text_of_unknown_day(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int], expected: date | None
) -> None:
    means = meaning(text, ArchiveDate.between(date(*first), date(*last)))
    assert means == (ArchiveDate.on(expected, "inferred") if expected else None)


def test_a_month_or_weekday_alone_means_nothing_in_a_text_of_unknown_day() -> None:
    written = ArchiveDate.between(date(2024, 10, 1), date(2024, 12, 1))
    assert [meaning(text, written) for text in ("نوفمبر الماضي", "الأربعاء", "أمس")] == [None] * 3
    # Nor does a day in a text of which no first or last day is known, nor a day of the Hijri calendar without its year.
    for bounds in ((None, date(2024, 12, 1)), (date(2024, 10, 1), None), (None, None)):
        assert meaning("6 نوفمبر", ArchiveDate.between(*bounds)) is None
    assert meaning("5 رمضان", ArchiveDate.on(WEDNESDAY)) is None


CAPTURED = date(2024, 11, 6)


def stated(*dates: ArchiveDate) -> list[StatedDate]:
    return [StatedDate("page", "", day) for day in dates]


@pytest.mark.parametrize(
    ("earliest", "is_past"), [((2024, 11, 6), True), ((2024, 11, 7), True), ((2024, 11, 8), False)]
)  # fmt: skip
def test_a_stated_date_may_be_a_day_ahead_of_the_capture(earliest: tuple[int, int, int], is_past: bool) -> None:
    day = ArchiveDate.on(date(*earliest))
    assert was_past(day, CAPTURED) == is_past
    assert stated_publication(stated(day), CAPTURED) == (day if is_past else None)


def test_a_date_without_a_first_day_was_not_past() -> None:
    assert not was_past(ArchiveDate.between(None, date(2020, 1, 1)), CAPTURED)


def test_the_most_precise_date_wins_then_the_weightiest() -> None:
    year, month = ArchiveDate.in_year(2024), ArchiveDate.in_month(2024, 5)
    first, second, ahead = (ArchiveDate.on(date(2024, *day)) for day in ((5, 2), (5, 1), (12, 1)))
    assert stated_publication(stated(year, month, first, second), CAPTURED) == first
    assert stated_publication(stated(second, first), CAPTURED) == second
    assert stated_publication(stated(ahead, month, year), CAPTURED) == month
    assert stated_publication([], CAPTURED) is None
    assert publication_date(stated(month), Reading("في 5 يونيو 2024."), CAPTURED) == month


@pytest.mark.parametrize(
    ("body", "earliest"),
    [
        ("قال في 5 يونيو 2024 كذا. وزار في 3 مارس 2024 كذا.", (2024, 6, 5)),
        ("قال في 6 نوفمبر 2024 كذا.", (2024, 11, 6)),
        ("قال في 7 نوفمبر 2024 كذا.", None),
        ("قال في يونيو 2024 كذا.", (2024, 6, 1)),
        ("استقبل 300 سجين بين 2002 و2021.", (2021, 1, 1)),
        ("من المقرر عقده في 5 يونيو 2024. وبدأ في 3 مارس 2024.", (2024, 3, 3)),
        ("يرتقب أن يبدأ في 5 يونيو 2024 وينتهي في 7 يونيو 2024.", None),
        ("الأربعاء الماضي.", None),
        ("كلام بلا تاريخ.", None),
    ],
)
def test_an_article_is_no_older_than_the_last_past_day_it_speaks_of(
    body: str, earliest: tuple[int, int, int] | None
) -> None:
    expected = ArchiveDate.between(date(*earliest) if earliest else None, CAPTURED)
    assert publication_date([], Reading(body), CAPTURED) == expected


def test_sentences_of_plans() -> None:
    assert [speaks_of_plans(Reading(text).words) for text in ("من المقرر عقده", "ستحتضن المدينة", "عقد أمس", "")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("الأربعاء 6 نوفمبر 2024", WEDNESDAY),
        ("نشر في: 6 نوفمبر 2024 - 10:30", WEDNESDAY),
        ("نشر في 6 نوفمبر 2024 | آخر تحديث 7 نوفمبر 2024", WEDNESDAY),
        ("6 نوفمبر 2024 على الساعة 10 صباحا بتوقيت غرينتش", WEDNESDAY),
        ("2024-11-06 10:30:15", WEDNESDAY),
        ("قال الوزير في 6 نوفمبر 2024", None),
        ("الأربعاء", None),
        ("", None),
        ("6 نوفمبر 2024" + " " * 107, WEDNESDAY),
        ("6 نوفمبر 2024" + " " * 108, None),
    ],
)
def test_a_line_that_holds_nothing_but_a_date(line: str, day: date | None) -> None:
    expression = date_of_line(line)
    assert (expression and expression.interval and expression.interval[0]) == day
