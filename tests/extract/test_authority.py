"""Which actors names mean, which measure a unit means, and what the words of a sentence say of its figures."""

from decimal import Decimal

import pytest

from articles.arabic.names import Match, NameIndex
from articles.arabic.reading import Reading
from articles.extract.actors import FoundActor, actors_of, find_actors
from articles.extract.analysis import MOST_FACTS, analyse
from articles.extract.authority import Authority, places
from articles.models import ArchiveDate

COUNTRIES, PEOPLE, DOLLARS, KILLED, PRISONERS = 1, 2, 3, 4, 5
AUTHORITY = Authority(
    NameIndex([("سالم الغافري", 1)]),
    {1: "person"},
    {},
    {"دوله": COUNTRIES, "وفد": COUNTRIES, "دولار": DOLLARS, "شخص": PEOPLE},
    {"شخص": [(("قتل", "مقتل"), KILLED), (("سجن",), PRISONERS)], "عنصر": [(("سجن",), PRISONERS)]},
)


@pytest.mark.parametrize(
    ("unit", "sentence", "measure"),
    [
        ("دولة", "", COUNTRIES),
        ("دولتان", "", None),
        # The endings of counted nouns are ignored.
        ("وفدا", "", COUNTRIES),
        ("وفدان", "", COUNTRIES),
        ("وفدين", "", COUNTRIES),
        ("شخصين", "", PEOPLE),
        ("وفدك", "", None),
        # The first word of a unit is enough.
        ("دولار أمريكي", "", DOLLARS),
        ("دولارا أمريكيا", "", DOLLARS),
        ("أمريكي دولار", "", None),
        # A broad unit needs a word of its measure in the sentence, which may have «و» and «ال»; the first measure counts.
        ("شخص", "قتل في الهجوم", KILLED),
        ("شخصا", "والمقتل في الهجوم", KILLED),
        ("شخص", "في السجن", PRISONERS),
        ("شخص", "سجنوا وقتلوا", KILLED),
        ("شخص", "لم يقتل", PEOPLE),
        ("عنصر", "في السجن", PRISONERS),
        ("عنصرا", "والسجناء", PRISONERS),
        ("عنصر", "في البيت", None),
        ("", "قتل", None),
        ("مجهول", "قتل", None),
    ],
)
def test_the_measure_of_a_unit(unit: str, sentence: str, measure: int | None) -> None:
    assert AUTHORITY.measure_of(unit, Reading(sentence).words) == measure


@pytest.mark.parametrize(
    ("matches", "actors"),
    [
        ([(0, 4, (1,)), (9, 12, (1,))], {1: [(0, 4), (9, 12)]}),
        ([(0, 4, (2,)), (9, 12, (1,))], {2: [(0, 4)], 1: [(9, 12)]}),
        # A shared name alone names nobody; beside a name of one bearer it names that one, beside both nobody.
        ([(0, 4, (1, 2))], {}),
        ([(0, 4, (1, 2)), (9, 12, (2,))], {2: [(0, 4), (9, 12)]}),
        ([(0, 4, (1, 2)), (5, 7, (1,)), (9, 12, (2,))], {1: [(5, 7)], 2: [(9, 12)]}),
        ([(0, 4, (1, 2)), (9, 12, (3,))], {3: [(9, 12)]}),
        ([], {}),
    ],
)
def test_whom_a_shared_name_means(
    matches: list[tuple[int, int, tuple[int, ...]]], actors: dict[int, list[tuple[int, int]]]
) -> None:
    named = actors_of([Match(start, end, keys) for start, end, keys in matches])
    assert named == [FoundActor(actor, tuple(spans), 1.0) for actor, spans in actors.items()]


def figures_of(body: str) -> dict[int, tuple[bool, bool, bool]]:
    analysis = analyse("", Reading(body), ArchiveDate.unknown(), AUTHORITY)
    return {
        int(measured.figure.value): (measured.of_attendance, measured.of_harm, measured.expected)
        for measured in analysis.figures
    }


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("شارك 40 وزيرا", (True, False, False)),
        ("والمشاركون 40 وزيرا", (True, False, False)),
        ("بمشاركة 40 وزيرا", (True, False, False)),
        ("وبمشاركة 40 وزيرا", (True, False, False)),
        ("قتل 40 وزيرا", (False, True, False)),
        ("والقتلى 40 وزيرا", (False, True, False)),
        ("بمقتل 40 وزيرا", (False, True, False)),
        ("ينتظر قدوم 40 وزيرا", (False, False, True)),
        ("المتوقع أن يشارك 40 وزيرا بعد مقتل غيرهم", (True, True, True)),
        ("غادر 40 وزيرا", (False, False, False)),
        ("غادر 40 وزيرا. وشارك غيرهم وقتلوا", (False, False, False)),
        ("لم يقتل 40 وزيرا", (False, False, False)),
    ],
)
def test_what_a_sentence_says_of_its_figures(sentence: str, says: tuple[bool, bool, bool]) -> None:
    assert figures_of(sentence) == {40: says}


@pytest.mark.parametrize(
    ("body", "places_of_clause"),
    [
        ("شارك 40 وزيرا من مسقط.", {"مسقط"}),
        ("شارك 40 وزيرا.", set()),
        ("في نيروبي 40 وزيرا من مسقط، ثم روما.", {"مسقط"}),
        ("شارك 40 وزيرا مسقط", {"مسقط"}),
    ],
)
def test_the_places_of_a_figures_clause(body: str, places_of_clause: set[str]) -> None:
    (measured,) = analyse("", Reading(body), ArchiveDate.unknown(), AUTHORITY).figures
    assert {city for city, _ in measured.places} == places_of_clause
    assert all(country for _, country in measured.places)


def test_the_largest_figure_has_twenty_digits_and_there_are_five_hundred() -> None:
    largest, too_large = "9" * 20, "1" + "0" * 20
    body = f"بلغ {largest} وزيرا، و{too_large} خبيرا، وبين 5 و{too_large} نائبا."
    values = [
        measured.figure.value for measured in analyse("", Reading(body), ArchiveDate.unknown(), AUTHORITY).figures
    ]
    assert values == [Decimal(largest)]
    many = analyse("", Reading("حضر 40 وزيرا. " * 510), ArchiveDate.unknown(), AUTHORITY).figures
    assert len(many) == MOST_FACTS == 500
    names = analyse("", Reading("قال سالم الغافري. " * 510), ArchiveDate.unknown(), AUTHORITY).actors
    assert [(actor.actor, len(actor.spans)) for actor in names] == [(1, 500)]


def test_the_actors_of_a_text_stand_with_their_offices_and_the_unknown_ones_after_them() -> None:
    body = "قال وزير الدفاع سامي واكوما. وقال وزير العدل سالم الغافري. وسكت سامي واكوما، وسالم الغافري."
    known, unknown = analyse("", Reading(body), ArchiveDate.unknown(), AUTHORITY).actors
    assert (known.actor, known.newcomer, known.role, known.rule, known.score) == (
        1, None, "وزير العدل", "actor.known_name", 1.0,
    )  # fmt: skip
    assert [body[slice(*span)] for span in known.spans] == ["سالم الغافري"] * 2
    assert unknown.newcomer is not None
    assert (unknown.actor, unknown.newcomer.name, unknown.role, unknown.score) == (
        None,
        "سامي واكوما",
        "وزير الدفاع",
        0.7,
    )
    assert [body[slice(*span)] for span in unknown.spans] == ["سامي واكوما"] * 2


def test_an_unknown_name_within_a_known_one_is_not_counted() -> None:
    authority = Authority(NameIndex([("منتدى سامي واكوما", 1)]), {1: "civil"}, {}, {}, {})
    body = "قال وزير الدفاع سامي واكوما إن منتدى سامي واكوما انتهى. وغادر سامي واكوما."
    known, unknown = analyse("", Reading(body), ArchiveDate.unknown(), authority).actors
    assert len(known.spans) == 1 and [body[: span[0]].count("واكوما") for span in unknown.spans] == [0, 2]


def test_the_actors_of_an_event_stand_in_the_title_or_the_lead() -> None:
    authority = Authority(
        NameIndex([("سالم الغافري", 1), ("سامي واكوما", 2), ("هيئة السواحل", 3), ("هيئة المرافئ", 4)]),
        dict.fromkeys(range(1, 5), "civil"), {}, {}, {},
    )  # fmt: skip
    body = "عقد مؤتمر الأمن الدولي وحضره سامي واكوما.\n\nكلام.\n\nوهيئة السواحل.\n\nوهيئة المرافئ، وسامي واكوما."
    (event,) = analyse("سالم الغافري: مؤتمر", Reading(body), ArchiveDate.unknown(), authority).events[-1:]
    assert event.actors == {1, 2, 3}
    assert find_actors(Reading("غيرهم"), authority.actors) == []
    assert places().find("في مسقط")
