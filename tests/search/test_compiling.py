"""What a query asks of an article: lexemes, names and titles; and what it is ranked and marked by."""

from typing import Any

import pytest

from articles.search import matching
from articles.search.aliases import OtherNames
from articles.search.candidates import Counts
from articles.search.compile import Concept, _Compiler, _excludes, _fields, _named, _phrases, _sequences
from articles.search.matching import All, Close, Lexeme, Run, Without
from articles.search.query import Field, Published, parse
from articles.search.ranking import NEIGHBOUR_WEIGHT, TITLE_WEIGHT, VARIANT_WEIGHT, Signal, _signals
from articles.search.vocabulary import Alike, Named, Totals, inverse_document_frequency

LEXEMES = {
    "زمرد": ("زمرد",), "عقيق": ("عقيق",), "سندس": ("سندس",), "في": ("في",), "من": ("من",),
    "مجلس": ("مجلس",), "الأعلى": ("اعلى",), "المجلس الأسمى": ("مجلس", "اسمى"), "ديوان": ("ديوان",), "زمر": ("زم", "زمر"),
}  # fmt: skip
COUNCIL = Named(7, ("المجلس الأسمى", "ديوان"), ("مجلس الاعلي", "المجلس الاسمي", "ديوان"))
Z, A, S = (Lexeme(text) for text in ("زمرد", "عقيق", "سندس"))
NAMES = (Run((Lexeme("مجلس"), Lexeme("اسمى"))), Lexeme("ديوان"))


def compiler(text: str, conditions: dict[Any, Any] | None = None) -> tuple[Any, Any]:
    tree = parse(text).tree
    return _Compiler(LEXEMES, _named(tree, [COUNCIL]), conditions or {}), tree


def match_of(text: str) -> Any:
    made, tree = compiler(text)
    return made.match(tree)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("زمرد", Z),
        ("زمرد عقيق", All((Z, A))),
        ("زمرد أو عقيق", matching.Any((Z, A))),
        ("زمرد -عقيق", All((Z, Without(A)))),
        ("«زمرد عقيق»", Run((Z, A))),
        ("زمرد NEAR/3 عقيق", Close(Z, A, 3)),
        ("زمرد NEAR/3 مجهول", Z),
        ("مجهول NEAR/3 زمرد", Z),
        ("زمرد NEAR/3 «عقيق سندس»", Close(Z, Run((A, S)), 3)),
        ("العنوان:زمرد", Lexeme("زمرد", in_title=True)),
        ("العنوان:«زمرد عقيق»", Run((Lexeme("زمرد", in_title=True), Lexeme("عقيق", in_title=True)))),
        ("العنوان:(زمرد -عقيق)", All((Lexeme("زمرد", in_title=True), Without(Lexeme("عقيق", in_title=True))))),
        ("العنوان:(زمرد أو عقيق)", matching.Any((Lexeme("زمرد", in_title=True), Lexeme("عقيق", in_title=True)))),
        ("زمر*", Lexeme("زمر", prefix=True)),
        ("زمر", Run((Lexeme("زم"), Lexeme("زمر")))),
        ("مجهول", None),
        ("مجهول زمرد", Z),
        ("زمرد -مجهول", Z),
        # Function words require nothing beside others.
        ("زمرد في", Z),
        ("في زمرد من عقيق", All((Z, A))),
        ("في من", All((Lexeme("في"), Lexeme("من")))),
        ("«زمرد في»", Run((Z, Lexeme("في")))),
        # A name also matches its other names, as phrases.
        ("مجلس الأعلى", matching.Any((All((Lexeme("مجلس"), Lexeme("اعلى"))), *NAMES))),
        ("زمرد مجلس الأعلى عقيق", All((Z, matching.Any((All((Lexeme("مجلس"), Lexeme("اعلى"))), *NAMES)), A))),
        ("«مجلس الأعلى»", matching.Any((Run((Lexeme("مجلس"), Lexeme("اعلى"))), *NAMES))),
        ("ديوان", matching.Any((Lexeme("ديوان"), NAMES[0]))),
        ("ديوان زمرد", All((matching.Any((Lexeme("ديوان"), NAMES[0])), Z))),
        ("العنوان:ديوان", matching.Any((
            Lexeme("ديوان", in_title=True), Run((Lexeme("مجلس", in_title=True), Lexeme("اسمى", in_title=True))),
        ))),
        ("مجلس زمرد الأعلى", All((Lexeme("مجلس"), Z, Lexeme("اعلى")))),
        ("«مجلس الأعلى زمرد»", Run((Lexeme("مجلس"), Lexeme("اعلى"), Z))),
    ],
)  # fmt: skip
def test_the_match_of_a_query(text: str, match: Any) -> None:
    assert match_of(text) == match


@pytest.mark.parametrize(
    ("text", "apart", "concepts"),
    [
        ("زمرد عقيق", False, [(Z, "زمرد"), (A, "عقيق")]),
        ("زمرد زمرد", False, [(Z, "زمرد")]),
        ("زمرد في عقيق", False, [(Z, "زمرد"), (A, "عقيق")]),
        ("في من", False, [(Lexeme("في"), "في"), (Lexeme("من"), "من")]),
        ("زمر*", False, [(Lexeme("زمر", prefix=True), "")]),
        ("زمرد -عقيق", False, [(Z, "زمرد")]),
        ("مجهول زمرد", False, [(Z, "زمرد")]),
        # Phrases count as one, or as their words.
        ("«زمرد عقيق» سندس", False, [(S, "سندس"), (Run((Z, A)), "")]),
        ("«زمرد عقيق» سندس", True, [(Z, "زمرد"), (A, "عقيق"), (S, "سندس"), (Run((Z, A)), "")]),
        ("«زمرد عقيق» زمرد", False, [(Z, "زمرد"), (Run((Z, A)), "")]),
        ("زمرد NEAR «عقيق سندس»", False, [(Z, "زمرد"), (Run((A, S)), "")]),
        ("العنوان:«زمرد عقيق»", False, [(Run((Z, A)), "")]),
        ("«زمرد عقيق» أو -«سندس عقيق» زمرد", False, [(Z, "زمرد"), (Run((Z, A)), "")]),
        ("ديوان زمرد", False, [(Lexeme("ديوان"), "ديوان"), (Z, "زمرد"), (matching.Any(NAMES), "")]),
        ("زمرد -ديوان", False, [(Z, "زمرد")]),
    ],
)
def test_the_concepts_of_a_query(text: str, apart: bool, concepts: list[tuple[Any, str]]) -> None:
    made, tree = compiler(text)
    assert [(concept.match, concept.written) for concept in made.concepts(tree, apart=apart)] == concepts


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("زمرد", [(("زمرد",),)]),
        ("زمر", [(("زم", "زمر"),)]),
        ("زمر*", [(("زمر*",),)]),
        ("«زمرد عقيق»", [(("زمرد", "عقيق"),)]),
        ("ديوان", [(("ديوان",),), (("مجلس", "اسمى"), ("ديوان",))]),
    ],
)
def test_the_runs_of_lexemes_to_mark(text: str, runs: list[Any]) -> None:
    made, tree = compiler(text)
    concepts = made.concepts(tree)
    assert [concept.runs for concept in concepts] == runs
    assert concepts[0].lexeme == (text if text in {"زمرد", "ديوان"} else "")


@pytest.mark.parametrize(
    ("text", "sequences", "phrases", "excludes"),
    [
        ("زمرد عقيق", [["زمرد", "عقيق"]], 0, False),
        ("زمرد زمر* عقيق", [["زمرد"], ["عقيق"]], 0, False),
        ("زمر*", [], 0, False),
        ("زمرد أو عقيق", [["زمرد"], ["عقيق"]], 0, False),
        ("زمرد «عقيق سندس» زمرد", [["زمرد"], ["عقيق", "سندس"], ["زمرد"]], 1, False),
        ("زمرد -عقيق سندس", [["زمرد"], ["سندس"]], 0, True),
        ("العنوان:(زمرد -عقيق)", [["زمرد"]], 0, True),
        ("العنوان:«زمرد عقيق»", [["زمرد", "عقيق"]], 1, False),
        ("زمرد NEAR «عقيق سندس»", [["زمرد"], ["عقيق", "سندس"]], 1, False),
        ("زمرد أو (عقيق -سندس)", [["زمرد"], ["عقيق"]], 0, True),
        ("«زمرد عقيق» أو «عقيق سندس»", [["زمرد", "عقيق"], ["عقيق", "سندس"]], 2, False),
    ],
)
def test_the_words_side_by_side_and_the_signs_of_a_query(
    text: str, sequences: list[list[str]], phrases: int, excludes: bool
) -> None:
    tree = parse(text).tree
    assert tree is not None
    assert [[term.text for term in terms] for terms in _sequences(tree)] == sequences
    assert (len(_phrases(tree)), _excludes(tree)) == (phrases, excludes)


def test_the_fields_of_a_query_wherever_they_stand() -> None:
    tree = parse("الفاعل:زمرد -(المصدر:عقيق من:2020) أو سندس").tree
    assert tree is not None
    fields = _fields(tree)
    assert [type(field) for field in fields] == [Field, Field, Published] and not _fields(parse("زمرد").tree)


def test_a_name_knows_its_places() -> None:
    tree = parse("زمرد مجلس الأعلى").tree
    assert tree is not None
    ((place, names),) = _named(tree, [COUNCIL]).items()
    assert place[1:] == (1, 3) and names == [OtherNames(1, 3, 7, COUNCIL.names)]


# How a text is ranked

TOTALS = Totals(1_000, 250.0)
COUNTS = Counts(
    {Z: 10, A: 100, S: 500, Lexeme("زمر", prefix=True): 20}, {},
    {"زمرد": Alike(("زمردي", "زمردات"), 5), "عقيق": Alike(("عقائق",), 400)}, TOTALS,
)  # fmt: skip


def idf(frequency: int) -> float:
    return inverse_document_frequency(1_000, frequency)


def signals_of(*matches: Any) -> list[Signal]:
    return _signals([Concept(match, ()) for match in matches], COUNTS)


def test_the_signals_of_words() -> None:
    assert signals_of(Z, A) == [
        Signal(0, "'زمرد'", idf(10), weaker=False),
        Signal(1, "'عقيق'", idf(100), weaker=False),
        Signal(0, "'زمرد'", TITLE_WEIGHT * idf(10), in_title=True),
        Signal(1, "'عقيق'", TITLE_WEIGHT * idf(100), in_title=True),
        # The other forms of a root count no higher than the word itself, or than they do.
        Signal(0, "'زمردي' | 'زمردات'", VARIANT_WEIGHT * idf(10), scale=2),
        Signal(1, "'عقائق'", VARIANT_WEIGHT * idf(400)),
        Signal(
            0, "'زمرد' | 'عقيق'", NEIGHBOUR_WEIGHT * (idf(10) + idf(100)) / 2, scale=2,
            gate="('زمرد' <-> 'عقيق') | ('عقيق' <-> 'زمرد')",
        ),
    ]  # fmt: skip


def test_the_signals_of_phrases_names_and_beginnings() -> None:
    # A phrase counts as often as its rarest word, where a text holds it. Only lone words have weaker signals.
    assert signals_of(Run((A, Z))) == [Signal(0, "'زمرد'", idf(10), gate="('عقيق') <-> ('زمرد')", weaker=False)]
    assert signals_of(matching.Any((Run((S, A)), Z))) == [
        Signal(0, "'عقيق'", idf(100), gate="('سندس') <-> ('عقيق')", weaker=False),
        Signal(0, "'زمرد'", idf(100), weaker=False),
    ]
    assert [(signal.tsquery, signal.weaker) for signal in signals_of(Lexeme("زمر", prefix=True))] == [
        ("'زمر':*", False)
    ]
    # Neighbours are two different words in a row.
    assert [signal.tsquery for signal in signals_of(S, Z, A) if signal.gate] == ["'سندس' | 'زمرد'", "'زمرد' | 'عقيق'"]
    assert not [signal for signal in signals_of(S, S) if signal.gate]


def test_the_weaker_signals_are_weak() -> None:
    assert (TITLE_WEIGHT, VARIANT_WEIGHT, NEIGHBOUR_WEIGHT) == (0.5, 0.2, 0.1)
