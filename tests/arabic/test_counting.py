"""Counts agree with their nouns, repeated texts have their count, and dates in lines stay readable."""

import pytest

from articles.arabic.counting import agreeing, each_once
from articles.arabic.keyboard import other_layout
from articles.arabic.reading import Reading

ARTICLES = ("مقال", "مقالان", "مقالات", "مقالا")
TIMES = ("مرة", "مرتان", "مرات", "مرة")


@pytest.mark.parametrize(
    ("count", "forms", "phrase"),
    [
        (0, ARTICLES, "لا مقالات"), (0, TIMES, "ولا مرة"), (1, ARTICLES, "مقال واحد"), (1, TIMES, "مرة واحدة"), (2, ARTICLES, "مقالان"),
        (3, ARTICLES, "3 مقالات"), (10, ARTICLES, "10 مقالات"), (11, ARTICLES, "11 مقالا"), (99, ARTICLES, "99 مقالا"),
        (100, ARTICLES, "100 مقال"), (101, ARTICLES, "101 مقال"), (102, ARTICLES, "102 مقال"), (103, ARTICLES, "103 مقالات"),
        (110, ARTICLES, "110 مقالات"), (111, ARTICLES, "111 مقالا"), (1000, ARTICLES, "1,000 مقال"), (1011, ARTICLES, "1,011 مقالا"),
    ],
)  # fmt: skip
def test_a_count_agrees_with_its_noun(count: int, forms: tuple[str, str, str, str], phrase: str) -> None:
    assert agreeing(count, forms) == phrase


def test_a_count_can_be_written_otherwise() -> None:
    assert agreeing(12, ARTICLES, "١٢") == "١٢ مقالا"


def test_each_text_is_named_once_with_its_count() -> None:
    assert list(each_once(["ب", "أ", "ب", "ج", "ج", "ج"])) == ["ب (مرتان)", "أ", "ج (3 مرات)"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("hglyvf", "المغرب"), ("hg1", None), ("المغرب", "hglyvf"), ("لا", "b"), ("b", "لا"), ("bk", "لان"), ("a1", None), ("", None), ("لb", None)],
)  # fmt: skip
def test_words_of_the_other_keyboard(typed: str, meant: str | None) -> None:
    assert other_layout(typed) == meant


def test_a_reading_knows_the_sentence_of_each_offset() -> None:
    text = "قال 5 أمس.  وعاد 7 اليوم الجمعة. ختم"
    reading = Reading(text)
    second, third = text.index("وعاد"), text.index("ختم")
    sentence = reading.sentence_span(second)
    assert text[slice(*sentence)].strip() == "وعاد 7 اليوم الجمعة."
    assert [reading.sentence_number(offset) for offset in (0, second, second + 3, third, len(text))] == [0, 1, 1, 2, 2]
    assert reading.sentence_span(sentence[1] - 1) == sentence != reading.sentence_span(third)
    assert reading.sentence_span(len(text)) == (len(text), len(text))
    assert [text[w.start : w.end] for w in reading.sentence_words(second + 2)] == ["وعاد", "7", "اليوم", "الجمعة"]
    assert [text[d.start : d.end] for d in reading.dates_between(*sentence)] == ["اليوم الجمعة"]
    assert [reading.word_at(offset) for offset in (0, 1, 4, len(text))] == [0, 1, 1, len(reading.words)]
    assert [text[w.start : w.end] for w in reading.words_between(4, text.index("أمس"))] == ["5"]
