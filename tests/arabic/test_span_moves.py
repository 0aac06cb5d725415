"""Spans move with their words when a text changes, and no text makes that slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.arabic.span_moves import Span, TextChange
from articles.arabic.text_gate import clean_body

TEXT = "فكك 210 خلية في المغرب.\r\n\r\nوقال إن 210 خلية كانت نائمة، والمغرب يعرفها.\r\n\r\nوختم بالقول: 210 خلية."


def places(text: str, quote: str) -> list[tuple[Span, str]]:
    """Returns every occurrence of a quote in a text, as (span, quote)."""
    spans, at = [], text.find(quote)
    while at >= 0:
        spans.append(((at, at + len(quote)), quote))
        at = text.find(quote, at + 1)
    return spans


def quoted(text: str, moved: list[Span | None]) -> list[str | None]:
    """Returns the words at the moved spans; None for a lost span."""
    return [None if span is None else text[slice(*span)] for span in moved]


def test_line_ends_and_removed_characters_only_shift() -> None:
    before = TEXT.replace("المغرب ", "المغ\x10رب ")
    after = clean_body(before)
    spans = [*places(before, "210 خلية"), *places(before, "المغ\x10رب")]
    assert TextChange(before, after).moved(spans) == [
        *(span for span, _ in places(after, "210 خلية")), places(after, "المغرب")[1][0]
    ]  # fmt: skip


def test_of_equal_words_each_keeps_its_own_place_when_one_goes() -> None:
    after = clean_body(TEXT).replace("وقال إن 210 خلية", "وقال إن الخلايا")
    moved = TextChange(TEXT, after).moved(places(TEXT, "210 خلية"))
    assert moved[1] is None and [moved[0], moved[2]] == [span for span, _ in places(after, "210 خلية")]


def test_a_moved_paragraph_takes_its_words_along() -> None:
    first, second, third = clean_body(TEXT).split("\n\n")
    after = "\n\n".join([third, first, "فقرة جديدة.", second])
    moved = TextChange(TEXT, after).moved(places(TEXT, "210 خلية"))
    starts = [span for span, _ in places(after, "210 خلية")]
    assert moved == [starts[1], starts[2], starts[0]]


def test_a_name_is_not_found_inside_another_word() -> None:
    before, after = "زار المغرب أمس.", "زار المغربي أمس."
    assert TextChange(before, after).moved(places(before, "المغرب")) == [None]


def test_a_lost_span_is_found_again_where_its_words_stand_once() -> None:
    change = TextChange("نص", "فكك 9 خلايا ثم 210 خلية و9 أخرى")
    assert quoted(change.after, change.moved([(None, "210 خلية"), ((0, 9), "خلايا"), (None, "9")])) == [
        "210 خلية",
        "خلايا",
        "9",
    ]
    assert TextChange("نص", "9 و 9").moved([(None, "9")]) == [None]


def test_in_an_unchanged_text_spaces_stay_where_they_are() -> None:
    """No fact consists of spaces, but a span over spaces moves like any other."""
    text = "\n\n \n\n \n\n"
    spans = [(0, 1), (2, 3), (3, 5), (3, 7)]
    assert TextChange(text, text).moved([((start, end), text[start:end]) for start, end in spans]) == spans


@given(st.lists(st.sampled_from(["ا", "ب", "ج", "210", "،", "\n\n"]), max_size=40), st.data())
def test_whatever_moves_holds_its_words(pieces: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(pieces))
    before, after = " ".join(pieces), " ".join(shuffled[: data.draw(st.integers(0, 40))])
    spans = [
        ((start, end), before[start:end])
        for start in range(0, len(before), 3)
        for end in (start + 1, start + 4)
        if end <= len(before)
    ]
    moved = TextChange(before, after).moved(spans)
    assert all(span is None or after[slice(*span)] == quote for span, (_, quote) in zip(moved, spans, strict=True))
    standing = [span for span in moved if span]
    assert len(standing) == len(set(standing))
    assert TextChange(before, before).moved(spans) == [span for span, _ in spans]


@pytest.mark.parametrize(
    ("unit", "second_unit"),
    [("ا ", "ب ا "), ("ا ب ", "ب ا ج "), ("210 خلية ", "خلية 210 "), ("المغرب ", "المغربي "), ("ا" * 9, "ب")],
)
def test_eight_times_the_text_takes_at_most_twelve_times_as_long(unit: str, second_unit: str) -> None:
    def seconds(length: int) -> float:
        before, after = (part * (length // len(part)) for part in (unit, second_unit))
        spans = [
            ((at, at + len(unit.strip())), unit.strip())
            for at in range(0, length // 2, length // 100 // len(unit) * len(unit))
        ]
        best = float("inf")
        for _ in range(5):
            began = time.process_time()
            TextChange(before, after).moved(spans)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(200_000) <= 12 * seconds(25_000) + 0.5


def test_a_shuffled_text_of_distinct_words_is_bounded_too() -> None:
    words = [str(number) for number in range(20_000)]
    began = time.process_time()
    TextChange(" ".join(words), " ".join(reversed(words))).moved([])
    assert time.process_time() - began < 10


@pytest.mark.parametrize("after", ["ضم 123 دولة.", "ضم 1,23 دولة.", "ضم 1٬23 دولة.", "ضم 23 دولةً أخرى."])
def test_a_number_is_not_found_inside_another_number_or_word(after: str) -> None:
    assert TextChange("ضم 23 دولة.", after).moved([((3, 10), "23 دولة"), (None, "23 دولة")]) == [None, None]
