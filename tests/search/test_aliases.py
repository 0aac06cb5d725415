"""Which words of a query name an actor or a synonym, however they are typed."""

import pytest

from articles.search.aliases import other_names, runs_of
from articles.search.vocabulary import Named


def named(key: int | None, *names: str) -> Named:
    return Named(key, names, names)


COUNCIL = named(1, "مجلس", "ديوان")
SENATE = named(2, "مجلس الاعيان", "ديوان الاعيان")
NOBLES = named(3, "الاعيان")
ALL = [COUNCIL, SENATE, NOBLES]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["مجلس"], [(0, 1, 1)]),
        (["مجلس", "الأعيان"], [(0, 2, 2)]),
        (["مجلس", "أمن", "الأعيان"], [(0, 1, 1), (2, 3, 3)]),
        (["الأعيان", "مجلس"], [(0, 1, 3), (1, 2, 1)]),
        (["مجلس", "مجلس", "الأعيان"], [(0, 1, 1), (1, 3, 2)]),
        (["مجلس", "الأعيان", "الأعيان"], [(0, 2, 2), (2, 3, 3)]),
        (["مجلس", "مجلس"], [(0, 1, 1), (1, 2, 1)]),
        # The first word of a name may have a proclitic, another may not.
        (["ومجلس", "الأعيان"], [(0, 2, 2)]),
        (["بمجلس"], [(0, 1, 1)]),
        (["مجلس", "والأعيان"], [(0, 1, 1), (1, 2, 3)]),
        (["ديوان", "الأعيان"], [(0, 2, 2)]),
        (["أعيان"], []),
        ([], []),
    ],
)
def test_the_longest_names_count_in_order(words: list[str], expected: list[tuple[int, int, int]]) -> None:
    chosen = other_names(runs_of(words), ALL)
    assert [(names.first, names.last, names.actor) for names in chosen] == expected
    assert [(names.first, names.last, names.actor) for names in other_names(runs_of(words), ALL[::-1])] == expected


def test_of_two_overlapping_names_of_one_length_the_first_counts() -> None:
    words = ["بيت", "الحكمة", "العليا"]
    house, wisdom = named(1, "بيت الحكمه"), named(2, "الحكمه العليا")
    for entities in ([house, wisdom], [wisdom, house]):
        assert [names.actor for names in other_names(runs_of(words), entities)] == [1]


def test_all_that_have_one_name_count_and_each_once() -> None:
    twin = Named(None, ("مجلس", "شورى"), ("مجلس", "مجلس", "شورى"))
    chosen = other_names(runs_of(["مجلس"]), [COUNCIL, twin])
    assert [(names.actor, names.name, names.names) for names in chosen] == [
        (1, "مجلس", ("مجلس", "ديوان")),
        (None, "مجلس", ("مجلس", "شورى")),
    ]


@pytest.mark.parametrize(("length", "is_sought"), [(10, True), (11, False)])
def test_a_name_of_ten_words_is_sought(length: int, is_sought: bool) -> None:
    words = [f"كلم{letter}" for letter in "بتثجحخدذرزس"][:length]
    assert (" ".join(words) in runs_of(words)) == is_sought
    # The run ends with the words, and each run knows its places.
    assert runs_of(["درب", "درت"]) == {"درب": [(0, 1)], "درب درت": [(0, 2)], "درت": [(1, 2)]}
