"""A typed date is one day, with the day before the month. Text that is no single day is not read."""

from datetime import date

import pytest

from articles.arabic.dates import typed_day
from articles.arabic.months import GREGORIAN

THE_DAY = date(2024, 11, 8)


@pytest.mark.parametrize(
    "typed",
    [
        "8/11/2024", "٨/١١/٢٠٢٤", "08/11/2024", "8-11-2024", "8.11.2024", "8 / 11 / 2024", "۸/۱۱/۲۰۲۴", "2024-11-08", "2024/11/08",
        "\u200f٨/١١/٢٠٢٤\u200e", "8\u200f/11\u061c/2024", "٨ نونبر ٢٠٢٤", "8 نوفمبر 2024", "8 نوفمبر (تشرين الثاني) 2024",
        "8 نونبر (تشرين الثاني) 2024", "الجمعة 8 نونبر 2024", "يوم 8 نونبر 2024م",
    ],
)  # fmt: skip
def test_a_day_is_read_with_its_day_first(typed: str) -> None:
    assert typed_day(typed) == THE_DAY


def test_a_day_is_read_with_every_name_of_its_month() -> None:
    for month, names in GREGORIAN.items():
        assert {typed_day(f"5 {name} 2021") for name in names} == {date(2021, month, 5)}


@pytest.mark.parametrize(
    "typed",
    [
        "8/13/2024", "8/13/2024 م", "31/2/2024", "8/11/24", "نونبر 2024", "2024", "2024-11", "11/2024", "8 نونبر", "4 و5 نونبر 2024",
        "32 مارس 2023", "الخميس 8 نونبر 2024", "8/5/1446", "5 رمضان 1445", "أمس", "نشر في 8 نونبر 2024", "8/11-2024", "", "تاريخ",
    ],
)  # fmt: skip
def test_what_is_no_single_day_is_not_read(typed: str) -> None:
    assert typed_day(typed) is None
