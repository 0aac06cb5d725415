"""What the bounds of the query language cut, and what is read as words."""

from datetime import date

import pytest

from articles.search.query import (
    DEEPEST_NESTING,
    LONGEST_QUERY,
    MOST_WORDS,
    SENTENCE,
    And,
    Field,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Published,
    Term,
    Title,
    is_plain,
    parse,
    terms_of,
)

A, B, C = Term("مراكش"), Term("الكويت"), Term("داعش")
WORDS = [f"كلم{letter}" for letter in "بتثجحخدذرزسشصضطظعغفقكلمنهوي"]


@pytest.mark.parametrize(("depth", "is_cut"), [(DEEPEST_NESTING, False), (DEEPEST_NESTING + 1, True)])
def test_brackets_are_read_to_a_depth(depth: int, is_cut: bool) -> None:
    query = parse("داعش " + "(" * depth + "مراكش" + ")" * depth)
    assert bool(query.notes) == is_cut
    assert set(terms_of(query.tree)) >= {C}
    if not is_cut:
        assert query.tree == And((C, A))


def test_brackets_side_by_side_are_not_nested() -> None:
    query = parse("(مراكش OR الكويت) " * (DEEPEST_NESTING + 3))
    assert not query.notes
    # Nor do they allow for deeper ones after them.
    too_deep = "(" * (DEEPEST_NESTING + 1) + "مراكش" + ")" * (DEEPEST_NESTING + 1)
    for before in ("", "(داعش) " * 5):
        notes = parse(before + too_deep).notes
        assert notes[0].position == len(before) + DEEPEST_NESTING and "متداخلة" in notes[0].message


@pytest.mark.parametrize(("length", "is_cut"), [(LONGEST_QUERY, False), (LONGEST_QUERY + 1, True)])
def test_a_query_is_cut_after_so_many_letters(length: int, is_cut: bool) -> None:
    query = parse("م" * length)
    assert bool(query.notes) == is_cut and query.text == "م" * LONGEST_QUERY


@pytest.mark.parametrize(("words", "is_cut"), [(MOST_WORDS, False), (MOST_WORDS + 1, True)])
def test_a_query_is_cut_after_so_many_words(words: int, is_cut: bool) -> None:
    typed = " ".join([*WORDS, "مراك*", "سعفص", "أبجد", "هوز", "حطي", "كلمن"][:words])
    assert bool(parse(typed).notes) == is_cut
    assert len(terms_of(parse(typed).tree)) == MOST_WORDS


@pytest.mark.parametrize(("words", "is_sentence"), [(SENTENCE, False), (SENTENCE + 1, True)])
def test_so_many_words_are_a_sentence(words: int, is_sentence: bool) -> None:
    *before, last = WORDS[:words]
    either, without = parse(f"{' '.join(before)} أو {last}"), parse(f"{' '.join(before)} -{last}")
    assert isinstance(either.tree, And if is_sentence else Or) and bool(either.notes) == is_sentence
    assert isinstance(without.tree, And)
    assert (without.tree.parts[-1] == Term(last)) == is_sentence
    # Signs that nobody writes in a sentence remain signs, and a sentence without any is not remarked on.
    assert isinstance(parse(f"{' '.join(before)} OR {last}").tree, Or)
    assert not parse(" ".join([*before, last])).notes


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        ("()", None),
        ("«»", None),
        ("أو", None),
        ("مراكش أو", A),
        ("أو مراكش", A),
        ("مراكش & الكويت", And((A, B))),
        ("مراكش AND الكويت", And((A, B))),
        ("مراكش || الكويت", Or((A, B))),
        ("مراكش او الكويت", Or((A, B))),
        ("!مراكش داعش", And((Not(A), C))),
        ("داعش – مراكش", And((C, A))),
        ("داعش –مراكش", And((C, Not(A)))),
        ("-(مراكش الكويت) داعش", And((Not(And((A, B))), C))),
        ("-العنوان:مراكش داعش", And((Not(Title(A)), C))),
        ("مراكش أو -الكويت", None),
        ("«مراكش»", A),
        ("«مراكش أو الكويت»", Phrase((A, Term("أو"), B))),
        ("«العنوان: مراكش»", Phrase((Term("العنوان"), A))),
        ("مراكش NEAR", A),
        ("NEAR مراكش", A),
        ("مراكش NEAR NEAR الكويت", And((A, B))),
        ("مراكش NEAR/1 الكويت", Near(A, B, 1)),
        ("مراكش NEAR/20 الكويت", Near(A, B, 20)),
        ("(مراكش أو داعش) NEAR الكويت", And((Or((A, C)), B))),
        ("مر*", Term("مر", prefix=True)),
        ("م*", Term("م")),
        ("العنوان:", Term("العنوان")),
        ("العنوان:(من:2024)", Published(date(2024, 1, 1), None)),
        ("العنوان:(مراكش NEAR الكويت)", Near(A, B, 5)),
        ("العنوان:(-مراكش)", None),
        ("داعش (-مراكش الكويت)", And((C, Not(A), B))),
        ("داعش (–مراكش)", And((C, Not(A)))),
        ("الفاعل:(مراكش الكويت) داعش", And((Field("actor", "مراكش الكويت", 7), C))),
        ("actor:مراكش", Field("actor", "مراكش", 6)),
        ("الفعالية:مراكش", Field("event", "مراكش", 9)),
        ("المصدر:مراكش", Field("source", "مراكش", 7)),
        ("غيره:مراكش", And((Term("غيره"), A))),
        ("حتى:2024", Published(None, date(2024, 12, 31))),
        ("until:2024-02", Published(None, date(2024, 2, 29))),
        ("since:2023-02", Published(date(2023, 2, 1), None)),
        ("من:06/11/2024", Published(date(2024, 11, 6), None)),
        ("من:6 نوفمبر 2024 داعش", And((Published(date(2024, 11, 6), None), C))),
        ("من:6 نوفمبر", And((Term("من"), Term("6"), Term("نوفمبر")))),
        ("من:«6 نوفمبر 2024»", Published(date(2024, 11, 6), None)),
        ("من:2024-13", And((Term("من"), Term("2024"), Term("13")))),
        ("من:0999", And((Term("من"), Term("0999")))),
        ("من:", Term("من")),
        ("من:2024-01", Published(date(2024, 1, 1), None)),
        ("إلى:2024-12", Published(None, date(2024, 12, 31))),
        ("من:نوفمبر* 2024", And((Term("من"), Term("نوفمبر", prefix=True), Term("2024")))),
        ("من:نوفمبر 2024* داعش", And((Term("من"), Term("نوفمبر"), Term("2024", prefix=True), C))),
        # Where no date follows, the name of the field is a word, and a sign after it stays a sign.
        ("مراكش من: أو داعش", Or((And((A, Term("من"))), C))),
        ("(من:) داعش", And((Term("من"), C))),
        ("من: NEAR مراكش", Near(Term("من"), A, 5)),
        ("مراكش من:-", And((A, Term("من")))),
        ("العنوان:(مراكش الفاعل:داعش)", And((A, Field("actor", "داعش", 22)))),
        ("مراكش) الكويت", And((A, B))),
        # In a phrase, operators are words, and signs are nothing.
        ("«مراك* الكويت»", Phrase((Term("مراك", prefix=True), B))),
        ("«مراكش NOT الكويت»", Phrase((A, Term("NOT"), B))),
        ("«مراكش AND الكويت»", Phrase((A, Term("AND"), B))),
        ("«مراكش | (الكويت) -داعش»", Phrase((A, B, C))),
    ],
)  # fmt: skip
def test_what_signs_mean_and_where_they_mean_nothing(text: str, tree: Node | None) -> None:
    assert parse(text).tree == tree


@pytest.mark.parametrize(
    ("text", "is_remarked"),
    [
        ("مراكش الكويت", False),
        ("«مراكش الكويت»", False),
        ("مراكش NEAR/20 الكويت", False),
        ("مراكش NEAR/1 الكويت", False),
        ("مراكش NEAR/21 الكويت", True),
        ("مراكش NEAR/0 الكويت", True),
        ("مراكش NEAR (الكويت داعش)", True),
        ("(مراكش)", False),
        ("(مراكش", True),
        ("مراكش)", True),
        ("-مراكش", True),
        ("مر*", False),
        ("م*", True),
        ("من:2024", False),
        ("من:البارحة", True),
        ("العنوان: أو مراكش", True),
        ("العنوان:مراكش", False),
    ],
)
def test_what_is_remarked_on(text: str, is_remarked: bool) -> None:
    assert bool(parse(text).notes) == is_remarked


def test_a_remark_is_made_once() -> None:
    assert [note.position for note in parse("مراكش) الكويت) داعش)").notes] == [5]
    assert [note.position for note in parse("-مراكش -داعش").notes] == [0]


@pytest.mark.parametrize(
    ("text", "terms", "negated_too"),
    [
        ("مراكش -الكويت", [A], [A, B]),
        ("«مراكش الكويت» أو داعش", [A, B, C], [A, B, C]),
        ("العنوان:(مراكش -الكويت)", [A], [A, B]),
        ("مراكش NEAR الكويت", [A, B], [A, B]),
        ("-(الكويت -مراكش) داعش", [C], [B, A, C]),
        ("الفاعل:مراكش داعش", [C], [C]),
    ],
)
def test_the_words_that_a_result_should_hold(text: str, terms: list[Term], negated_too: list[Term]) -> None:
    tree = parse(text).tree
    assert terms_of(tree) == terms and terms_of(tree, negated=True) == negated_too


@pytest.mark.parametrize(
    ("text", "plain"),
    [("مراكش", True), ("مراكش الكويت", True), ("مراكش -الكويت", False), ("«مراكش الكويت»", False), ("مراكش أو داعش", False), ("", False)],
)  # fmt: skip
def test_a_plain_query_has_words_alone(text: str, plain: bool) -> None:
    assert is_plain(parse(text).tree) == plain
