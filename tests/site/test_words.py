"""Dates, numbers, counts and sizes as readers read them, in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from articles.models import Actor, ArchiveDate, Figure, Source
from articles.site import words_for

DAY, LATER = date(2024, 11, 6), date(2025, 2, 28)
ON, IN_MONTH, IN_YEAR = ArchiveDate.on(DAY), ArchiveDate.in_month(2024, 11), ArchiveDate.in_year(2024)


@contextmanager
def language(code: str) -> Iterator[None]:
    with translation.override(code):
        yield


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"), (7, "7"), (100, "100"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-5_000, "-5,000"),
        (Decimal("7.00"), "7"), (Decimal("7.50"), "7.5"), (Decimal("1200"), "1,200"), (Decimal("100"), "100"),
        (Decimal("0.25"), "0.25"), (Decimal("1E+3"), "1,000"), (Decimal("10.0"), "10"),
    ],
)  # fmt: skip
def test_numbers(value: Decimal | int, words: str) -> None:
    assert words_for.number(value) == words


@pytest.mark.parametrize(
    ("setting", "code", "words"),
    [("arabic", "ar", "١,٢٣٤"), ("arabic", "en", "1,234"), ("latin", "ar", "1,234"), ("latin", "en", "1,234")],
)
def test_digits_are_eastern_only_where_the_setting_and_the_language_are_arabic(
    settings: object, setting: str, code: str, words: str
) -> None:
    settings.ARCHIVE_DIGITS = setting
    with language(code):
        assert words_for.number(1234) == words


@pytest.mark.parametrize(
    ("month", "arabic", "short", "english"),
    [
        (1, "يناير (كانون الثاني)", "يناير", "January"),
        (8, "غشت (آب)", "غشت", "August"),
        (11, "نونبر (تشرين الثاني)", "نونبر", "November"),
        (12, "دجنبر (كانون الأول)", "دجنبر", "December"),
    ],
)
def test_months_have_both_names_in_arabic(month: int, arabic: str, short: str, english: str) -> None:
    assert (words_for.month_name(month), words_for.short_month(month)) == (arabic, short)
    with language("en"):
        assert (words_for.month_name(month), words_for.short_month(month)) == (english, english)


def test_a_month_that_both_call_the_same_has_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_for, "LEVANT", words_for.MAGHREB)
    assert words_for.month_name(3) == "مارس"


DATES = [
    (ON, "6 نونبر (تشرين الثاني) 2024", None, "6 November 2024"),
    (IN_MONTH, "نونبر (تشرين الثاني) 2024", None, "November 2024"),
    (IN_YEAR, "سنة 2024", None, None),
    (ArchiveDate.between(DAY, LATER), "تاريخ غير معروف، بين 6 نونبر 2024 و28 فبراير 2025", "غير مؤرخ، بين 2024 و2025", None),
    (ArchiveDate.between(DAY, date(2024, 12, 1)), "تاريخ غير معروف، بين 6 نونبر 2024 و1 دجنبر 2024", "غير مؤرخ، سنة 2024", None),
    (ArchiveDate.between(earliest=DAY), "تاريخ غير معروف، لا يسبق 6 نونبر 2024", "غير مؤرخ، منذ 2024 أو بعدها", None),
    (ArchiveDate.between(latest=LATER), "تاريخ غير معروف، لا يتأخر عن 28 فبراير 2025", "غير مؤرخ", None),
    (ArchiveDate.unknown(), "تاريخ غير معروف", "غير مؤرخ", None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "words", "brief", "english"), DATES)
def test_a_date_is_written_as_far_as_it_is_known(
    value: ArchiveDate, words: str, brief: str | None, english: str | None
) -> None:
    assert words_for.archive_date(value) == words
    assert words_for.brief_date(value) == (brief or words)
    with language("en"):
        written = words_for.archive_date(value)
        assert written == english if english else "2024" in written or not value.earliest
        assert not any("\u0621" <= sign <= "\u064a" for sign in written + words_for.brief_date(value))


@pytest.mark.parametrize(
    ("value", "words"), [("2024", "2024"), ("2024-11", "نونبر (تشرين الثاني) 2024"), ("2024-02", "فبراير (شباط) 2024")]
)
def test_a_filters_year_or_month(value: str, words: str) -> None:
    assert words_for.year_or_month(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (ArchiveDate.unknown(), "لا يذكر النص تاريخ نشره؛ المدى مستنتج مما يرويه ومن وقت التقاطه."),
        (ArchiveDate.unknown(basis="editor"), "وضعه محرر."),
        (ArchiveDate.on(DAY, "inferred"), "مستنتج من النص."),
        (ArchiveDate.on(DAY, "stated"), "مذكور في الأصل."),
        (ArchiveDate.on(DAY, "editor"), "وضعه محرر."),
    ],
)
def test_why_a_date_is_known(value: ArchiveDate, words: str) -> None:
    assert words_for.basis(value) == words


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("heading", "فوق النص"), ("closing line", "آخر النص"), ("dateline", "مطلع النص"), ("row", "جدول الاستيراد"),
        ("article:published_time", "بيانات الصفحة: article:published_time"),
    ],
)  # fmt: skip
def test_where_a_date_is_stated(where: str, words: str) -> None:
    assert words_for.date_place(where) == words


def figure(value: object = 80, qualifier: str = "exact", **fields: object) -> Figure:
    fields = {name: Decimal(number) if name == "value_high" else number for name, number in fields.items()}
    return Figure(value=None if value is None else Decimal(str(value)), qualifier=qualifier, **fields)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (figure(80), "80"), (figure(80, "more_than"), "أكثر من 80"), (figure(80, "at_least"), "ما لا يقل عن 80"),
        (figure(80, "about"), "نحو 80"), (figure(80, "at_most"), "لا يتجاوز 80"),
        (figure(20, "between", value_high=30), "بين 20 و30"), (figure(20, "between"), "بين 20 و–"),
        (figure(None), "–"), (figure(None, "between", value_high=30), "–"), (figure(1500), "1,500"),
    ],
)  # fmt: skip
def test_a_figures_value(stated: Figure, words: str) -> None:
    assert words_for.figure_value(stated) == words


def test_a_figures_unit() -> None:
    assert words_for.figure_with_unit(figure(80, unit="وفدا")) == "80 وفدا"
    assert words_for.figure_with_unit(figure(80, unit="")) == "80"
    with language("en"):
        assert words_for.figure_with_unit(figure(80, unit="وفدا")) == '80 <bdi lang="ar" dir="rtl">وفدا</bdi>'


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (None, None, ""), (date(2023, 1, 1), date(2023, 12, 31), "2023"), (date(2002, 1, 1), date(2021, 12, 31), "2002–2021"),
        (date(2017, 1, 1), None, "منذ 2017"), (None, date(2020, 12, 31), "حتى 2020"),
    ],
)  # fmt: skip
def test_the_years_of_a_figure(first: date | None, last: date | None, words: str) -> None:
    assert words_for.period(figure(period_start=first, period_end=last)) == words


def test_arabic_words_are_marked_on_english_pages_alone() -> None:
    source = Source(name="وكالة <الساحل>")
    assert words_for.source_name(source) == "وكالة <الساحل>" and words_for.source_name(None) == "مصدر غير معروف"
    with language("en"):
        assert words_for.source_name(source) == '<bdi lang="ar" dir="rtl">وكالة &lt;الساحل&gt;</bdi>'
        assert words_for.source_name(None) == "source unknown"
        assert words_for.arabic("") == ""


def test_only_a_suggestion_is_marked() -> None:
    assert "مقترح آليا" in words_for.state(Actor(state="suggested"))
    assert words_for.state(Actor(state="confirmed")) == words_for.state(Actor(state="rejected")) == ""


@pytest.mark.parametrize(
    ("count", "words", "english"),
    [
        (0, "لا مقالات", "no articles"), (1, "مقال واحد", "1 article"), (2, "مقالان", "2 articles"), (3, "3 مقالات", "3 articles"),
        (10, "10 مقالات", "10 articles"), (11, "11 مقالا", "11 articles"), (99, "99 مقالا", "99 articles"),
        (100, "100 مقال", "100 articles"), (102, "102 مقال", "102 articles"), (103, "103 مقالات", "103 articles"),
        (1111, "1,111 مقالا", "1,111 articles"),
    ],
)  # fmt: skip
def test_counts_agree_with_their_noun(count: int, words: str, english: str) -> None:
    assert words_for.counted(count, "article") == words
    with language("en"):
        assert words_for.counted(count, "article") == english


@pytest.mark.parametrize(
    ("size", "words", "english"),
    [
        (1, "بايت واحد", "1 byte"), (2, "بايتان", "2 bytes"), (1023, "1,023 بايتا", "1,023 bytes"), (1024, "1 كيلوبايت", "1 KB"),
        (1536, "1.5 كيلوبايت", "1.5 KB"), (1024**2 - 1024, "1,023 كيلوبايت", "1,023 KB"), (1024**2, "1 ميغابايت", "1 MB"),
        (5 * 1024**3, "5 غيغابايت", "5 GB"), (2048 * 1024**3, "2,048 غيغابايت", "2,048 GB"),
    ],
)  # fmt: skip
def test_sizes_of_files(size: int, words: str, english: str) -> None:
    assert words_for.file_size(size) == words
    with language("en"):
        assert words_for.file_size(size) == english


HOUR, DAYS = 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "words", "english"),
    [
        (0, "أقل من دقيقة", "less than a minute"), (59, "أقل من دقيقة", "less than a minute"), (60, "دقيقة", "1 minute"),
        (119, "دقيقة", "1 minute"), (120, "دقيقتين", "2 minutes"), (180, "3 دقائق", "3 minutes"),
        (11 * 60, "11 دقيقة", "11 minutes"), (HOUR - 1, "59 دقيقة", "59 minutes"), (HOUR, "ساعة", "1 hour"),
        (2 * HOUR, "ساعتين", "2 hours"), (DAYS - 1, "23 ساعة", "23 hours"), (DAYS, "يوم", "1 day"),
        (2 * DAYS, "يومين", "2 days"), (11 * DAYS, "11 يوما", "11 days"), (30 * DAYS, "30 يوما", "30 days"),
        (31 * DAYS, "شهر", "1 month"), (61 * DAYS, "شهرين", "2 months"), (364 * DAYS, "11 شهرا", "11 months"),
        (366 * DAYS, "سنة", "1 year"), (731 * DAYS, "سنتين", "2 years"), (4 * 366 * DAYS, "4 سنوات", "4 years"),
    ],
)  # fmt: skip
def test_durations(seconds: float, words: str, english: str) -> None:
    assert words_for.ago(seconds) == words
    with language("en"):
        assert words_for.ago(seconds) == english


def test_how_long_ago_a_moment_was() -> None:
    now = timezone.now()
    for value, words in (
        (now, "الآن"),
        (now - timedelta(seconds=30), "الآن"),
        (now - timedelta(minutes=2, seconds=20), "منذ دقيقتين"),
        (now - timedelta(hours=3, minutes=5), "منذ 3 ساعات"),
        (None, "–"),
        ("", "–"),
    ):
        assert words_for.since(value) == words


def test_a_moment_stands_in_the_archives_time() -> None:
    noon = datetime(2024, 11, 6, 23, 30, tzinfo=UTC)
    with timezone.override("Africa/Casablanca"):
        assert words_for.moment(noon) == "7 نونبر 2024، 00:30"
        with language("en"):
            assert words_for.moment(noon) == "7 November 2024، 00:30"
    assert words_for.moment(None) == words_for.moment("") == "–"
