from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search.query import (
    FARTHEST,
    LONGEST_QUERY,
    MOST_WORDS,
    USUAL_DISTANCE,
    And,
    Field,
    Near,
    Not,
    Or,
    Phrase,
    Published,
    Term,
    Title,
    parse,
)

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
        ("مراكش NEAR الكويت", Near(A, B, USUAL_DISTANCE)),
        ("مراكش NEAR/٣ «الكويت داعش»", Near(A, Phrase((B, C)), 3)),
        ("مراكش NEAR/2 الكويت NEAR/4 داعش", And((Near(A, B, 2), Near(B, C, 4)))),
        ("العنوان:مراكش داعش", And((Title(A), C))),
        ("title:(مراكش أو الكويت)", Title(Or((A, B)))),
        ("الفاعل: «مراكش الكويت»", Field("actor", "مراكش الكويت", 8)),
        ("المصدر:داعش -الحدث:مراكش", And((Field("source", "داعش", 7), Not(Field("event", "مراكش", 19))))),
        ("من:2024-11 إلى:٦/١١/٢٠٢٤", And((Published(date(2024, 11, 1), None), Published(None, date(2024, 11, 6))))),
        ("من:نوفمبر 2024 داعش", And((Published(date(2024, 11, 1), None), C))),
        ("إلى:«تشرين الثاني 2024»", Published(None, date(2024, 11, 30))),
        ("منذ:2023", Published(date(2023, 1, 1), None)),
        ("وقال: مراكش", And((Term("وقال"), A))),
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


def test_in_a_pasted_sentence_dashes_and_either_are_text() -> None:
    sentence = "بحث الوزراء تمويل الجماعات أو تسليحها وتبادل المعلومات -الاستخبارية عن الحدود المشتركة"
    query = parse(sentence)
    assert isinstance(query.tree, And) and all(isinstance(part, Term) for part in query.tree.parts)
    assert Term("أو") in query.tree.parts and Term("الاستخبارية") in query.tree.parts
    assert [note.position for note in query.notes] == [sentence.index("أو")]
    signs = parse(sentence.replace("أو", "OR").replace("-", "NOT "))
    assert isinstance(signs.tree, Or) and Not(Term("الاستخبارية")) in signs.tree.parts[1].parts and not signs.notes


def test_function_words_do_not_use_up_the_bound() -> None:
    query = parse("من " * 40 + "مراكش")
    assert A in query.tree.parts and not query.notes


@given(st.text(max_size=200) | st.text(alphabet='()"«»“”-|*!أو ORNT&مراكش', max_size=60))
def test_nothing_typed_raises(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("داعش من:البارحة", 5),
        ("مراكش)", 5),
        ("داعش (مراكش", 5),
        ("مراكش NEAR/99 داعش", 6),
        ("(مراكش داعش) NEAR الكويت", 13),
        ("ﷺ «مراكش", 2),
    ],
)
def test_a_note_points_at_what_it_is_about(text: str, position: int) -> None:
    query = parse(text)
    assert query.tree is not None and [note.position for note in query.notes] == [position]


def test_a_letter_is_no_beginning() -> None:
    query = parse("م* مراكش")
    assert query.tree == And((Term("م"), A)) and [note.position for note in query.notes] == [0]


def test_distances_are_bounded() -> None:
    assert parse("مراكش NEAR/99 الكويت").tree == Near(A, B, FARTHEST)
    assert parse("مراكش NEAR/0 الكويت").tree == Near(A, B, 1)


def test_a_very_long_query_is_cut_and_answered() -> None:
    query = parse("م" * (LONGEST_QUERY * 3))
    assert query.notes[0].position == LONGEST_QUERY and query.tree == Term("م" * LONGEST_QUERY)
