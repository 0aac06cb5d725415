from datetime import date

import pytest

from articles.arabic.dates import find_dates


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("06 نوفمبر 2024", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("٦ نونبر ٢٠٢٤", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("6 تشرين الثاني 2024", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("15 أبريل/نيسان 2023", date(2023, 4, 15), date(2023, 4, 15), "day"),
        ("26-27 شتنبر 2024", date(2024, 9, 26), date(2024, 9, 27), "day"),
        ("في حزيران 2018،", date(2018, 6, 1), date(2018, 6, 30), "month"),
        ("2024/11/06", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("06-11-2024", date(2024, 11, 6), date(2024, 11, 6), "day"),
        ("منذ سنة 2005", date(2005, 1, 1), date(2005, 12, 31), "year"),
        ("بين 2002 و2021،", date(2002, 1, 1), date(2021, 12, 31), "year"),
        ("(2019)", date(2019, 1, 1), date(2019, 12, 31), "year"),
    ],
)
def test_it_reads_a_date_with_its_precision(text: str, first: date, last: date, precision: str) -> None:
    (written_date,) = find_dates(text)
    assert (written_date.interval, written_date.precision) == ((first, last), precision)


def test_a_day_without_a_year_stays_without() -> None:
    (written_date,) = find_dates("يومي 4 و 5 نونبر الجاري")
    assert (written_date.year, written_date.month, written_date.day, written_date.day_end) == (None, 11, 4, 5)


def test_a_hijri_date_is_not_taken_for_a_gregorian_one() -> None:
    (written_date,) = find_dates("5 رمضان 1445")
    assert written_date.hijri and written_date.interval == (date(2024, 3, 15), date(2024, 3, 15))


@pytest.mark.parametrize(
    "text", ["أكثر من 2000 مقاتل", "1500 عنصر ينتمون", "31 شباط", "آب الرجل إلى بيته", "المادة 2018"]
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert [d for d in find_dates(text) if d.precision in {"day", "month"} or d.year in {2000, 1500}] == []
