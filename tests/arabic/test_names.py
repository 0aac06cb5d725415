import pytest

from articles.arabic.names import NameIndex

NAMES = NameIndex(
    [
        ("التحالف الدولي ضد داعش", "coalition"),
        ("داعش", "daesh"),
        ("المغرب", "morocco"),
        ("سالم", "person"),
        ("سالم الأول", "king"),
        ("النور", "party"),
        ("النور", "paper"),
    ]
)


def names_in(text: str) -> list[tuple[str, tuple]]:
    """Returns the names in a text, with the keys of their owners."""
    return [(text[m.start : m.end], m.keys) for m in NAMES.find(text)]


@pytest.mark.parametrize(("opening", "closing"), ["“”", "«»", '""', "()"])
def test_marks_inside_a_name_belong_to_it(opening: str, closing: str) -> None:
    text = f"اجتماع التحالف الدولي ضد {opening}داعش{closing} بمراكش"
    assert names_in(text) == [(f"التحالف الدولي ضد {opening}داعش{closing}", ("coalition",))]


def test_the_longest_name_wins() -> None:
    assert names_in("زار سالم الأول") == [("سالم الأول", ("king",))]


def test_proclitics_are_allowed_and_left_outside() -> None:
    assert names_in("وبالمغرب") == [("المغرب", ("morocco",))]
    assert names_in("وداعش") == [("داعش", ("daesh",))]


def test_no_name_is_found_inside_another_word_or_across_a_stop() -> None:
    assert names_in("السالمون") == []
    assert names_in("التحالف الدولي. ضد داعش") == [("داعش", ("daesh",))]


def test_an_ambiguous_name_tells_all_its_owners() -> None:
    assert names_in("حزب النور") == [("النور", ("party", "paper"))]


def test_mali_is_no_country_where_a_noun_takes_it_as_an_adjective() -> None:
    index = NameIndex([("مالي", 1)])
    assert index.find("موّله الاتحاد بغلاف مالي كبير، وقدم دعما ماليا وفسادا مالي الطابع") == []
    assert [match.keys for match in index.find("قالت سلطات مالي إن الهجوم وقع في مالي")] == [(1,), (1,)]
