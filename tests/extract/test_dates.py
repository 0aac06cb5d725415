"""Dates resolved from the day of writing, in the wording of Rabat, Beirut, Algiers and Riyadh."""

from datetime import date

import pytest

from articles.arabic.dates import find_dates
from articles.extract.dates import resolve
from articles.models import ArchiveDate

WRITTEN = ArchiveDate.on(date(2024, 11, 6))  # a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last", "basis"),
    [
        ("06 نوفمبر 2024", (2024, 11, 6), (2024, 11, 6), "stated"),
        ("٦ تشرين الثاني ٢٠٢٤", (2024, 11, 6), (2024, 11, 6), "stated"),
        ("4 و 5 نونبر الجاري", (2024, 11, 4), (2024, 11, 4), "inferred"),
        ("الخميس 26 شتنبر", (2024, 9, 26), (2024, 9, 26), "inferred"),
        ("أمس الثلاثاء", (2024, 11, 5), (2024, 11, 5), "inferred"),
        ("أمس الأربعاء", (2024, 11, 6), (2024, 11, 6), "inferred"),
        ("أول أمس", (2024, 11, 4), (2024, 11, 4), "inferred"),
        ("اليوم الأربعاء", (2024, 11, 6), (2024, 11, 6), "inferred"),
        ("الاثنين الماضي", (2024, 11, 4), (2024, 11, 4), "inferred"),
        ("الأربعاء الماضي", (2024, 10, 30), (2024, 10, 30), "inferred"),
        ("السبت المقبل", (2024, 11, 9), (2024, 11, 9), "inferred"),
        ("بعد غد الجمعة", (2024, 11, 8), (2024, 11, 8), "inferred"),
        ("حزيران 2018", (2018, 6, 1), (2018, 6, 30), "stated"),
        ("أبريل الماضي", (2024, 4, 1), (2024, 4, 30), "inferred"),
        ("دجنبر الماضي", (2023, 12, 1), (2023, 12, 31), "inferred"),
        ("جانفي المقبل", (2025, 1, 1), (2025, 1, 31), "inferred"),
        ("20 من الشهر الماضي", (2024, 10, 20), (2024, 10, 20), "inferred"),
        ("العام الماضي", (2023, 1, 1), (2023, 12, 31), "inferred"),
        ("السنة الجارية", (2024, 1, 1), (2024, 12, 31), "inferred"),
        ("5 رمضان 1445", (2024, 3, 15), (2024, 3, 15), "stated"),
        ("3 محرم 1400", (1979, 11, 21), (1979, 11, 23), "stated"),
        ("14/5/1441", (2020, 1, 9), (2020, 1, 9), "stated"),
    ],
)
def test_what_a_date_comes_to(text: str, first: tuple[int, ...], last: tuple[int, ...], basis: str) -> None:
    (written_date,) = find_dates(text)
    when = resolve(written_date, WRITTEN)
    assert (when.earliest, when.latest, when.basis) == (date(*first), date(*last), basis)


def test_a_weekday_tells_the_year_where_only_one_fits() -> None:
    (written_date,) = find_dates("الخميس 26 شتنبر")
    open_years = ArchiveDate.between(date(2021, 1, 1), date(2025, 6, 1))
    assert resolve(written_date, open_years) == ArchiveDate.on(date(2024, 9, 26), "inferred")
    assert resolve(written_date, ArchiveDate.between(date(2010, 1, 1), date(2025, 6, 1))) is None


def test_nothing_is_guessed_without_a_day_to_count_from() -> None:
    for text in ("أمس الأربعاء", "أبريل الماضي", "العام الجاري"):
        assert resolve(find_dates(text)[0], ArchiveDate.between(date(2020, 1, 1), date(2024, 1, 1))) is None
