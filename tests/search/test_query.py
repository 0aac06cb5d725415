import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.query import MOST_WORDS, And, Not, Or, Phrase, Term, parse

A, B, C = Term("مراكش"), Term("الكويت"), Term("داعش")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("مراكش", A),
        ("مراكش الكويت", And((A, B))),
        ("مراكش أو الكويت", Or((A, B))),
        ("مراكش OR الكويت", Or((A, B))),
        ("مراكش | الكويت داعش", Or((A, And((B, C))))),
        ("(مراكش أو الكويت) داعش", And((Or((A, B)), C))),
        ("مراكش -الكويت", And((A, Not(B)))),
        ("مراكش NOT الكويت", And((A, Not(B)))),
        ("«مراكش الكويت»", Phrase((A, B))),
        ("“مراكش الكويت” داعش", And((Phrase((A, B)), C))),
        ('"مراكش الكويت"', Phrase((A, B))),
        ("مراكش -«الكويت داعش»", And((A, Not(Phrase((B, C)))))),
        ("مراك*", Term("مراك", prefix=True)),
        ("٢٠٢٤", Term("2024")),
    ],
)
def test_it_reads_the_language(text: str, tree: object) -> None:
    assert parse(text).tree == tree


def test_a_hyphen_inside_a_word_excludes_nothing() -> None:
    assert parse("جنوب-جنوب").tree == And((Term("جنوب"), Term("جنوب")))


def test_unclosed_marks_are_closed_with_a_note_that_says_where() -> None:
    query = parse("داعش «مراكش الكويت")
    assert query.tree == And((C, Phrase((A, B))))
    assert query.notes[0].position == 5


def test_exclusion_alone_asks_for_nothing_and_says_so() -> None:
    query = parse("-الإرهاب")
    assert query.tree is None and query.notes


def test_a_long_query_is_cut_with_a_note() -> None:
    query = parse("كلمة " * 100)
    assert len(query.tree.parts) == MOST_WORDS and query.notes


@given(st.text(max_size=200) | st.text(alphabet='()"«»“”-|*!أو ORNT&مراكش', max_size=60))
def test_nothing_typed_raises(text: str) -> None:
    parse(text)
