from decimal import Decimal

import pytest

from articles.arabic.numbers import find_numbers
from articles.arabic.words import words


@pytest.mark.parametrize(
    ("text", "value", "quote"),
    [
        ("حضر 450 شخصا", 450, "450"),
        ("قرابة ١٢٬٥٠٠ لاجئ", 12500, "١٢٬٥٠٠"),
        ("بكلفة 1.5 مليون درهم", 1_500_000, "1.5 مليون"),
        ("دربت 50 ألف إمام", 50_000, "50 ألف"),
        ("بلغ 3 آلاف و500 جندي", 3500, "3 آلاف و500"),
        ("نحو 12.500 شخص", 12500, "12.500"),
        ("نحو 1 500 مقاتل", 1500, "1 500"),
        ("شارك خمسة وثلاثون خبيرا", 35, "خمسة وثلاثون"),
        ("حضره ثلاثمائة وخمسون مدعوا", 350, "ثلاثمائة وخمسون"),
        ("انضم اثنا عشر بلدا", 12, "اثنا عشر"),
        ("أوقف واحد وعشرون متهما", 21, "واحد وعشرون"),
        ("مئة وخمسين ألف لاجئ", 150_000, "مئة وخمسين ألف"),
        ("ثلاثة ملايين وخمسمئة ألف طفل", 3_500_000, "ثلاثة ملايين وخمسمئة ألف"),
        ("لثلاث ولايات", 3, "ثلاث"),
        ("نسبة 2.5 في المئة", Decimal("2.5"), "2.5"),
        ("ألفين وثلاثمئة سجين", 2300, "ألفين وثلاثمئة"),
    ],
)
def test_it_reads_numbers_in_digits_and_words(text: str, value: int, quote: str) -> None:
    (number,) = find_numbers(text, words(text))
    assert (number.value, text[number.start : number.end]) == (value, quote)


@pytest.mark.parametrize(
    "text", ["واحد من أبرز الأجهزة", "آلاف المقاتلين", "مئات الأشخاص", "محمد السادس", "أحد الحاضرين"]
)
def test_words_that_are_no_numbers_stay_words(text: str) -> None:
    assert find_numbers(text, words(text)) == []
