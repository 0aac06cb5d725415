"""How a body is cut into pieces for its page, and how two printings are set against each other."""

import pytest

from articles.models import Actor, Article, Figure, Mention
from articles.site.annotation import paragraphs
from articles.site.differences import differences

BODY = "قال الوزير إن 25 خبيرا حضروا.\n\nثم غادر الوزير المدينة."
MINISTER, FIGURE, SECOND = (4, 10), (14, 22), (39, 45)


def mention(*spans: tuple[int, int], state: str = "confirmed", actor: int = 1) -> Mention:
    return Mention(actor=Actor(pk=actor, name=f"فاعل {actor}"), spans=[list(span) for span in spans], state=state)


def stated(span: tuple[int | None, int | None], state: str = "suggested") -> Figure:
    return Figure(pk=5, start=span[0], end=span[1], state=state)


def cut(mentions: list, figures: list, matches: tuple = ()) -> list[list[tuple]]:
    """Of each piece its text with matches in brackets, its actor's key, whether it is a figure, and whether it is suggested."""
    return [
        [
            (
                "".join(f"[{part.text}]" if part.matched else part.text for part in piece.parts),
                piece.actor.pk if piece.actor else None, piece.figure is not None, piece.suggested,
            )
            for piece in pieces
        ]
        for pieces in paragraphs(Article(body=BODY), mentions, figures, matches)
    ]  # fmt: skip


def text(words: str) -> tuple:
    return (words, None, False, False)


def test_every_fact_is_a_piece_with_the_words_of_its_span() -> None:
    assert BODY[slice(*MINISTER)] == BODY[slice(*SECOND)] == "الوزير" and BODY[slice(*FIGURE)] == "25 خبيرا"
    assert cut([mention(MINISTER, SECOND)], [stated(FIGURE)]) == [
        [text("قال "), ("الوزير", 1, False, False), text(" إن "), ("25 خبيرا", None, True, True), text(" حضروا.")],
        [text("ثم غادر "), ("الوزير", 1, False, False), text(" المدينة.")],
    ]
    assert cut([], []) == [[text(part)] for part in BODY.split("\n\n")]
    assert cut([], [stated((None, None))]) == cut([], [])


def test_a_fact_at_the_edges_of_a_paragraph() -> None:
    end = BODY.index("\n\n")
    assert cut([mention((0, 3), (end - 6, end))], [])[0] == [
        ("قال", 1, False, False), text(" الوزير إن 25 خبيرا "), ("حضروا.", 1, False, False),
    ]  # fmt: skip
    # A span that reaches into the next paragraph is in none.
    assert cut([mention((end - 6, end + 4))], []) == cut([], [])
    assert cut([mention((end + 2, end + 4))], [])[1][0] == ("ثم", 1, False, False)


@pytest.mark.parametrize(
    ("mentions", "figures", "kept"),
    [
        # A figure is preferred to an actor.
        ([(14, 22)], [(14, 16)], [("25", None)]),
        ([(12, 15)], [(14, 22)], [("25 خبيرا", None)]),
        # The earlier is preferred, and of two that begin together the longer one.
        ([(4, 16), (14, 22)], [], [("الوزير إن 25", 1)]),
        ([(14, 16), (14, 22)], [], [("25 خبيرا", 1)]),
        # Neighbours do not overlap.
        ([(14, 16), (16, 22)], [], [("25", 1), (" خبيرا", 1)]),
    ],
)
def test_of_spans_that_overlap_one_is_shown(mentions: list, figures: list, kept: list) -> None:
    pieces = cut([mention(span) for span in mentions], [stated(span) for span in figures])[0]
    assert [(words, actor) for words, actor, is_figure, _ in pieces if actor or is_figure] == kept


def test_matches_are_marked_inside_pieces_and_across_them() -> None:
    assert cut([mention(MINISTER)], [], (MINISTER,))[0][1] == ("[الوزير]", 1, False, False)
    assert cut([mention(MINISTER)], [], ((0, 7),))[0][:2] == [text("[قال ]"), ("[الو]زير", 1, False, False)]
    assert cut([], [], ((4, 10), (10, 13)))[0] == [text("قال [الوزير][ إن] 25 خبيرا حضروا.")]
    assert cut([], [], (SECOND,)) == [[text(BODY.split("\n\n")[0])], [text("ثم غادر [الوزير] المدينة.")]]
    assert cut([mention(SECOND, state="suggested")], [])[1][1] == ("الوزير", 1, False, True)


@pytest.mark.parametrize(
    ("first", "second", "changes"),
    [
        ("وصل الوفد", "وصل الوفد", [[("same", "وصل الوفد")]]),
        ("وصل الوفد", "وصل الرئيس", [[("same", "وصل "), ("gone", "الوفد"), ("new", "الرئيس")]]),
        ("وصل", "وصل الوفد", [[("same", "وصل"), ("new", " الوفد")]]),
        ("وصل الوفد", "وصل", [[("same", "وصل"), ("gone", " الوفد")]]),
        # Spelling and marks alone are no change, and the second spelling is shown.
        ("زار إسبانيا", "زار اسبانيا", [[("same", "زار اسبانيا")]]),
        ("وصل\n\nغادر", "وصل\n\nعاد", [[("same", "وصل")], [("gone", "غادر"), ("new", "عاد")]]),
        ("وصل", "وصل\n\nعاد", [[("same", "وصل")], [("new", "عاد")]]),
        ("", "وصل", [[("new", "وصل")]]),
        # A new paragraph is a change, though its words are the same, and an empty one is none.
        ("وصل عاد", "وصل\n\nعاد", [[("same", "وصل"), ("gone", " ")], [("same", "عاد")]]),
        ("وصل", "وصل\n\n \n\nعاد", [[("same", "وصل")], [("new", "عاد")]]),
        # A word that stands very often is compared, too.
        ("نعم " * 150, "نعم " * 150 + "لا", [[("same", "نعم " * 150), ("new", "لا")]]),
        ("", "", []),
    ],
)
def test_differences_of_two_printings(first: str, second: str, changes: list) -> None:
    assert [[(run.kind, run.text) for run in paragraph] for paragraph in differences(first, second)] == changes


def test_only_the_beginning_of_a_long_text_is_compared() -> None:
    words = " ".join(f"كلمة{n}" for n in range(4_000))
    ((run,),) = differences(words, words)
    assert run.kind == "same" and len(run.text.split()) == 3_000
