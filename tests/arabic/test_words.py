import itertools

from hypothesis import given
from hypothesis import strategies as st

from articles.arabic.words import sentences, words


def test_a_preposition_written_onto_a_number_is_a_word_of_its_own() -> None:
    text = "ينتمون لـ30 دولة، و50,000 شخص"
    assert [text[w.start : w.end] for w in words(text)] == ["ينتمون", "لـ", "30", "دولة", "و", "50,000", "شخص"]
    assert [w.folded for w in words(text)][5] == "50000"


@given(st.text(alphabet="ابتثجوالٱـًٌَ ء٠١2٬,.\n()“”abC\u200f", max_size=80))
def test_words_lie_in_order_inside_the_text(text: str) -> None:
    read_words = words(text)
    assert all(0 <= w.start < w.end <= len(text) and w.folded for w in read_words)
    assert all(a.end <= b.start for a, b in itertools.pairwise(read_words))


def test_sentences_cover_every_word() -> None:
    text = "قال الوزير. وأضاف: «نعم»؟ ثم\n\nانصرف"
    assert [text[s:e].strip() for s, e in sentences(text)] == ["قال الوزير.", "وأضاف: «نعم»؟", "ثم", "انصرف"]
