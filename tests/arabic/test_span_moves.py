"""Spans move with their words when a text changes, and no text makes that slow."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.arabic.span_moves import Span, TextChange, _align, _longest_common
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
    assert TextChange(before, after).move(spans) == [
        *(span for span, _ in places(after, "210 خلية")), places(after, "المغرب")[1][0]
    ]  # fmt: skip


def test_of_equal_words_each_keeps_its_own_place_when_one_goes() -> None:
    after = clean_body(TEXT).replace("وقال إن 210 خلية", "وقال إن الخلايا")
    moved = TextChange(TEXT, after).move(places(TEXT, "210 خلية"))
    assert moved[1] is None and [moved[0], moved[2]] == [span for span, _ in places(after, "210 خلية")]


def test_a_moved_paragraph_takes_its_words_along() -> None:
    first, second, third = clean_body(TEXT).split("\n\n")
    after = "\n\n".join([third, first, "فقرة جديدة.", second])
    moved = TextChange(TEXT, after).move(places(TEXT, "210 خلية"))
    starts = [span for span, _ in places(after, "210 خلية")]
    assert moved == [starts[1], starts[2], starts[0]]


def test_a_name_is_not_found_inside_another_word() -> None:
    before, after = "زار المغرب أمس.", "زار المغربي أمس."
    assert TextChange(before, after).move(places(before, "المغرب")) == [None]


def test_a_lost_span_is_found_again_where_its_words_stand_once() -> None:
    change = TextChange("نص", "فكك 9 خلايا ثم 210 خلية و9 أخرى")
    assert quoted(change.after, change.move([(None, "210 خلية"), ((0, 9), "خلايا"), (None, "9")])) == [
        "210 خلية",
        "خلايا",
        "9",
    ]
    assert TextChange("نص", "9 و 9").move([(None, "9")]) == [None]


def test_in_an_unchanged_text_spaces_stay_where_they_are() -> None:
    """No fact consists of spaces, but a span over spaces moves like any other."""
    text = "\n\n \n\n \n\n"
    spans = [(0, 1), (2, 3), (3, 5), (3, 7)]
    assert TextChange(text, text).move([((start, end), text[start:end]) for start, end in spans]) == spans


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
    moved = TextChange(before, after).move(spans)
    assert all(span is None or after[slice(*span)] == quote for span, (_, quote) in zip(moved, spans, strict=True))
    standing = [span for span in moved if span]
    assert len(standing) == len(set(standing))
    assert TextChange(before, before).move(spans) == [span for span, _ in spans]


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
            TextChange(before, after).move(spans)
            best = min(best, time.process_time() - began)
        return best

    assert seconds(200_000) <= 12 * seconds(25_000) + 0.5


def test_a_shuffled_text_of_distinct_words_is_bounded_too() -> None:
    words = [str(number) for number in range(20_000)]
    began = time.process_time()
    TextChange(" ".join(words), " ".join(reversed(words))).move([])
    assert time.process_time() - began < 10


@pytest.mark.parametrize("after", ["ضم 123 دولة.", "ضم 1,23 دولة.", "ضم 1٬23 دولة.", "ضم 23 دولةً أخرى."])
def test_a_number_is_not_found_inside_another_number_or_word(after: str) -> None:
    assert TextChange("ضم 23 دولة.", after).move([((3, 10), "23 دولة"), (None, "23 دولة")]) == [None, None]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The quote is between [ and ], before the change and after it; without them after it, the quote is lost.
        ("قال [زيد] نعم", "قال [زيد] نعم"),
        ("قال [زيد] نعم", "أمس قال [زيد] نعم"),
        ("قال [زيد] نعم", "قال نعم"),
        ("قال [زيد] نعم", "قال زيدان نعم"),
        ("قال [زيد]", "[زيد]"),
        ("[زيد] قال", "قال [زيد]"),
        ("قال و[زيد] نعم", "قال و[زيد] لا"),
        ("قال و[زيد] نعم", "ذكر و[زيد] لا"),
        ("قال [زيد] نعم", "قال وزيد نعم"),
        ("ضم [23] دولة", "ضم 123 دولة"),
        ("ضم [23] دولة", "ضم 23,5 دولة"),
        ("ضم [23] دولة", "ضم [23]، 5 دولة"),
        ("ضم 1,[023] دولة", "كان 1,[023] بلد"),
        # Between its neighbours first, even if the surroundings are more alike elsewhere.
        ("أ [زيد بن عمر] ب", "زيد بن عمر أ ثم [زيد بن عمر] ب"),
        ("أ [س] ب ج س د", "أ [س] ب ج س د"),
        ("أ ب س ج د [س] ه و", "أ ب ج د [س] ه و"),
        # Far away, the most alike surroundings win.
        ("ط [س س] ي ك", "ي ل س س م ن س س، ط [س س] ي"),
        ("واحد [س] اثنان", "اثنان ثلاثة واحد [س] اثنان"),
        ("فقرة [عن زيد].\n\nفقرة عن عمرو.", "فقرة عن عمرو.\n\nفقرة [عن زيد]."),
        # Of places far away, the surroundings before or behind decide, then the distance.
        ("ق ك [س] ي", "ل م. ن ك س د، ق ك [س] ه"),
        ("ق ك [س] ي ر", "ل م. ن ه س ي، د ه [س] ي ر"),
        ("قال [زيد\u202a] نعم", "قال [زيد] نعم"),
        ("قال [«زيد»] نعم", "قال [«زيد»] لا"),
        ("قال «[زيد]» نعم", "قال “[زيد]” نعم"),
        ("قال [زيد نعم] لا", "قال زيد، نعم لا"),
    ],
)
def test_where_a_quote_stands_after_a_change(before: str, after: str) -> None:
    def marked(text: str) -> tuple[str, Span | None]:
        start, end = text.find("["), text.find("]") - 1
        return text.replace("[", "").replace("]", ""), (start, end) if start >= 0 else None

    (old, span), (new, place) = marked(before), marked(after)
    assert span is not None
    assert TextChange(old, new).move([(span, old[slice(*span)])]) == [place]


@pytest.mark.parametrize(
    ("before", "after", "gap"),
    [("أ [س] ب", "أ ص ض ب", "ص ض"), ("[س] ب", "ص ب", "ص"), ("أ [س]", "أ ص", "ص"), ("[س]", "ص", "ص"), ("أ [س ع] ب", "أ ب", "")],
)  # fmt: skip
def test_the_gap_is_what_stands_in_place_of_a_span(before: str, after: str, gap: str) -> None:
    start, end = before.find("["), before.find("]") - 1
    change = TextChange(before.replace("[", "").replace("]", ""), after)
    low, high = change.gap((start, end))
    assert after[low:high].strip() == gap


def test_two_spans_never_come_to_the_same_place() -> None:
    change = TextChange("س ثم س ثم س", "ثم س ثم")
    moved = change.move([((0, 1), "س"), ((5, 6), "س"), ((10, 11), "س")])
    assert sorted(map(str, moved)) == ["(3, 4)", "None", "None"]
    assert TextChange("أ", "أ").move([((0, 1), "أ"), ((0, 1), "أ"), (None, "أ")]) == [(0, 1), None, None]


WORDS = st.lists(st.sampled_from("ابج"), max_size=7)


@given(WORDS, WORDS)
def test_a_longest_common_sequence_is_one(old: list[str], new: list[str]) -> None:
    def length(left: list[str], right: list[str]) -> int:
        if not left or not right:
            return 0
        if left[0] == right[0]:
            return 1 + length(left[1:], right[1:])
        return max(length(left[1:], right), length(left, right[1:]))

    pairs = sorted(_longest_common(old, new))
    assert len(pairs) == length(old, new)
    assert all(old[a] == new[c] for a, c in pairs)
    assert all(a < b and c < d for (a, c), (b, d) in itertools.pairwise(pairs))


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ("", "ا", {}),
        ("ا", "ا", {0: 0}),
        ("ا ب", "ا ج ب", {0: 0, 1: 2}),
        ("ا ب ج", "ا ج", {0: 0, 2: 1}),
        ("ا ب ج", "ب ج ا", {1: 0, 2: 1}),
        ("ج ا ب", "ا ب ج", {1: 0, 2: 1}),
        ("س ا س ب س", "ص س ا ع س ب س ص", {0: 1, 1: 2, 2: 4, 3: 5, 4: 6}),
        ("ا ب ج د ه", "د ب ج ا ه", {1: 1, 2: 2, 4: 4}),
    ],
)
def test_words_are_aligned_in_order(old: str, new: str, pairs: dict[int, int]) -> None:
    aligned = _align(old.split(), new.split())
    assert all(old.split()[a] == new.split()[c] for a, c in aligned.items())
    assert sorted(aligned.values()) == [aligned[key] for key in sorted(aligned)]
    assert aligned == pairs


@given(WORDS, WORDS)
def test_an_alignment_pairs_equal_words_in_order(old: list[str], new: list[str]) -> None:
    aligned = sorted(_align(old, new).items())
    assert all(old[a] == new[c] for a, c in aligned)
    assert all(a < b and c < d for (a, c), (b, d) in itertools.pairwise(aligned))
    assert len(_align(old, old)) == len(old)
