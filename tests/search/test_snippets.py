"""Which words of a title and a body are marked, and which passage of the body is shown."""

import pytest

from articles.models import Article
from articles.search.compile import Concept
from articles.search.matching import Lexeme
from articles.search.snippets import Highlighted, Piece, highlight, pieces


def concept(*runs: str) -> Concept:
    """A concept whose runs are given as texts of lexemes."""
    return Concept(Lexeme(runs[0]), tuple(tuple(run.split()) for run in runs))


def marked(title: str, body: str, positions: dict[str, list[int]], *concepts: Concept) -> Highlighted:
    article = Article(pk=7, title=title, body=body)
    article.positions = positions
    return highlight([article], concepts)[7]


def shown(highlighted: Highlighted) -> str:
    return "".join(piece.text for piece in highlighted.snippet)


@pytest.mark.parametrize(
    ("runs", "in_title", "in_body"),
    [
        (["س"], ["سين"], ["سينات"]),
        (["ع"], [], ["عين", "عيون"]),
        # A run is marked where all of it stands in order, and nowhere else.
        (["س ع"], ["سين"], ["عين"]),
        (["ع س"], [], ["عيون", "سينات"]),
        (["ف ع"], [], []),
        (["س غائب"], [], []),
        (["غائب"], [], []),
        # Each of several runs is marked, and a star ends a prefix.
        (["ع س", "س"], ["سين"], ["عيون", "سينات"]),
        (["سي*"], [], ["سيف"]),
        (["س*"], ["سين"], ["سينات", "سيف"]),
        (["ع س*"], [], ["عيون", "سينات"]),
    ],
)
def test_whole_runs_are_marked_in_title_and_body(runs: list[str], in_title: list[str], in_body: list[str]) -> None:
    positions = {"س": [2, 5], "ع": [3, 4], "سيف": [6], "ف": [1]}
    highlighted = marked("فاء سين", "عين عيون سينات سيف", positions, concept(*runs))
    body = "عين عيون سينات سيف"
    assert [word for piece in highlighted.title if piece.marked for word in piece.text.split()] == in_title
    assert [body[start:end] for start, end in highlighted.body_spans] == in_body
    assert [word for piece in highlighted.snippet if piece.marked for word in piece.text.split()] == in_body


def test_matches_of_several_concepts_are_marked_in_the_order_of_the_text() -> None:
    highlighted = marked("عين سين", "عيون سينات", {"س": [2, 4], "ع": [1, 3]}, concept("س"), concept("ع"))
    assert highlighted.title == (Piece("عين سين", marked=True),)
    assert highlighted.snippet == (Piece("عيون سينات", marked=True),) and highlighted.body_spans == ((0, 4), (5, 10))


def test_positions_beyond_the_text_mark_nothing() -> None:
    """The vector holds no position above 16,383, and an article may have been changed since."""
    highlighted = marked("سين", "عين", {"س": [1, 2, 3]}, concept("س"))
    assert highlighted == Highlighted((Piece("سين", marked=True),), (Piece("عين", marked=True),), ((0, 3),))
    assert marked("سين", "", {}, concept("س")) == Highlighted((Piece("سين"),), (), ())
    assert marked("سين", "", {"س": [1]}, concept("س")).title == (Piece("سين", marked=True),)


WORDS = [f"مم{tens}{ones}" for tens in "بتثجحخدذرز" for ones in "بتثجحخدذرز"]


def window(length: int, *hits: tuple[str, list[int]]) -> tuple[int, int, bool, bool]:
    """(first, last, whether text is left out before, whether it is after) of the words shown of a body of `length`.

    `hits` are (lexeme, places from 0) of one concept each.
    """
    positions = {lexeme: [place + 1 for place in places] for lexeme, places in hits}
    text = shown(marked("", " ".join(WORDS[:length]), positions, *(concept(lexeme) for lexeme, _ in hits)))
    shown_words = text.removeprefix("… ").removesuffix(" …").split()
    return WORDS.index(shown_words[0]), WORDS.index(shown_words[-1]), text.startswith("… "), text.endswith(" …")


@pytest.mark.parametrize(
    ("length", "hits", "expected"),
    [
        # A body of 36 words is shown whole, a longer one in part.
        (36, [("س", [35])], (0, 35, False, False)),
        (37, [("س", [36])], (1, 36, True, False)),
        (20, [], (0, 19, False, False)),
        (37, [], (0, 35, False, True)),
        # The passage begins six words before its first hit, and never before the body or after its last 36 words.
        (100, [("س", [50])], (44, 79, True, True)),
        (100, [("س", [6])], (0, 35, False, True)),
        (100, [("س", [7])], (1, 36, True, True)),
        (100, [("س", [70])], (64, 99, True, False)),
        (100, [("س", [69])], (63, 98, True, True)),
        (100, [("س", [99])], (64, 99, True, False)),
        # Different concepts outweigh many hits of one; then more hits count; then the earlier place.
        (100, [("س", [0, 1, 2, 3, 50]), ("ع", [51])], (44, 79, True, True)),
        (100, [("س", [0, 50, 51])], (44, 79, True, True)),
        (100, [("س", [10, 70])], (4, 39, True, True)),
        (100, [("س", [70, 10]), ("ع", [71, 11])], (4, 39, True, True)),
        (100, [("س", [70]), ("ع", [10])], (4, 39, True, True)),
        # Hits count for a passage where they stand among the 30 words from its first hit on.
        (100, [("س", [10, 60]), ("ع", [39, 95])], (4, 39, True, True)),
        (100, [("س", [10, 75]), ("ع", [40, 80])], (64, 99, True, False)),
    ],
)
def test_the_passage_shown_is_the_one_with_most_hits(
    length: int, hits: list[tuple[str, list[int]]], expected: tuple[int, int, bool, bool]
) -> None:
    assert window(length, *hits) == expected


def test_signs_around_the_words_of_a_passage_belong_to_the_ends_of_the_body() -> None:
    highlighted = marked("", "«سين» عين.", {}, concept("س"))
    assert shown(highlighted) == "«سين» عين."
    assert shown(marked("", " ".join(WORDS[:40]) + ".", {"س": [39]}, concept("س"))).endswith(f"{WORDS[39]}.")


@pytest.mark.parametrize(
    ("spans", "start", "end", "expected"),
    [
        ([], 0, 11, [("سين عين فاء", False)]),
        ([(0, 3)], 0, 11, [("سين", True), (" عين فاء", False)]),
        ([(4, 7)], 0, 11, [("سين ", False), ("عين", True), (" فاء", False)]),
        ([(8, 11)], 0, 11, [("سين عين ", False), ("فاء", True)]),
        # Neighbours become one piece, others do not.
        ([(0, 3), (4, 7)], 0, 11, [("سين عين", True), (" فاء", False)]),
        ([(0, 3), (4, 7), (8, 11)], 0, 11, [("سين عين فاء", True)]),
        ([(0, 3), (8, 11)], 0, 11, [("سين", True), (" عين ", False), ("فاء", True)]),
        # Spans beyond the part that is cut are left out.
        ([(0, 3), (4, 7)], 4, 11, [("عين", True), (" فاء", False)]),
        ([(0, 3), (4, 7)], 1, 11, [("ين ", False), ("عين", True), (" فاء", False)]),
        ([(4, 7), (8, 11)], 0, 7, [("سين ", False), ("عين", True)]),
        ([(4, 7), (8, 11)], 0, 10, [("سين ", False), ("عين", True), (" فا", False)]),
        ([], 3, 3, []),
    ],
)
def test_a_text_is_cut_into_marked_pieces_and_the_others(
    spans: list[tuple[int, int]], start: int, end: int, expected: list[tuple[str, bool]]
) -> None:
    assert pieces("سين عين فاء", spans, start, end) == [Piece(text, is_marked) for text, is_marked in expected]


def test_a_piece_holds_no_line_feed_and_joins_no_words_across_one() -> None:
    assert pieces("سين\nعين", [(0, 3), (4, 7)], 0, 7) == [
        Piece("سين", marked=True),
        Piece(" "),
        Piece("عين", marked=True),
    ]
    assert pieces("سين  عين", [(0, 3), (5, 8)], 0, 8) == [
        Piece("سين", marked=True),
        Piece("  "),
        Piece("عين", marked=True),
    ]
