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


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("", []),
        ("المغرب", ["المغرب"]),
        ("المغرب والمغرب، فالمغرب", ["المغرب", "المغرب", "المغرب"]),
        ("للمغرب", ["للمغرب"]),
        ("وللمغرب", ["وللمغرب"]),
        ("التحالف الدولي ضد داعش وداعش", ["التحالف الدولي ضد داعش", "داعش"]),
        ("التحالف الدولي ضد", []),
        ("التحالف الدولي ضد المغرب", ["المغرب"]),
        ("التحالف الدولي\nضد داعش", ["التحالف الدولي\nضد داعش"]),
        ("التحالف الدولي\n\nضد داعش", ["داعش"]),
        ("التحالف (الدولي) ضد [داعش]", ["التحالف (الدولي) ضد [داعش]"]),
        ("التحالف، الدولي ضد داعش", ["داعش"]),
        ("التحالف الدولي ضد [داعش]", ["التحالف الدولي ضد [داعش]"]),
        ("«التحالف الدولي ضد داعش»", ["التحالف الدولي ضد داعش"]),
        ("التحالف الدولي ضد داعش»", ["التحالف الدولي ضد داعش"]),
        ("التحالف الدولي ضد ”داعش“", ["التحالف الدولي ضد ”داعش“"]),
        ('(التحالف الدولي ضد "داعش")', ['التحالف الدولي ضد "داعش"']),
        ("التحالف الدولي ضد (داعش", ["التحالف الدولي ضد (داعش"]),
        ("التَّحالف الدُّولي ضدَّ داعش", ["التَّحالف الدُّولي ضدَّ داعش"]),
        ("سالم الأول المغرب", ["سالم الأول", "المغرب"]),
        ("سالم سالم الأول", ["سالم", "سالم الأول"]),
        ("بـسـالم", ["سـالم"]),
        ("وَسالم", ["سالم"]),
    ],
)  # fmt: skip
def test_which_words_are_a_name(text: str, quotes: list[str]) -> None:
    assert [quote for quote, _ in names_in(text)] == quotes


def test_a_word_of_two_letters_has_no_proclitics() -> None:
    index = NameIndex([("د", "letter"), ("رد", "answer"), ("", "nothing")])
    assert [match.keys for match in index.find("ود")] == []
    assert [match.keys for match in index.find("ورد د")] == [("answer",), ("letter",)]


def test_a_name_registered_twice_has_each_key_once() -> None:
    index = NameIndex([("النور", "party"), ("النور", "party"), ("النُّور", "paper")])
    assert [match.keys for match in index.find("النور")] == [("party", "paper")]


@pytest.mark.parametrize("count", [1, 20, 21, 200])
def test_an_index_of_any_size_finds_the_same(count: int) -> None:
    """An index with few openings rules words out by their endings first."""
    index = NameIndex([("المغرب", "morocco"), *((f"اسم{'ا' * number}", number) for number in range(1, count))])
    text = "قال للمغرب والمغرب والمغربي والاسم"
    assert [(text[m.start : m.end], m.keys) for m in index.find(text)] == [
        ("للمغرب", ("morocco",)),
        ("المغرب", ("morocco",)),
    ]


@pytest.mark.parametrize(
    ("text", "is_country"),
    [
        ("مالي", True), ("في مالي", True), ("دعم مالي", False), ("ودعم مالي", False), ("دعما ماليا", False), ("دعما مالي", False),
        ("ودعما مالي", False), ("جيش مالي", True), ("بعجز مالي", False), ("مركز باماكو مالي", True),
    ],
)  # fmt: skip
def test_mali_or_financial(text: str, is_country: bool) -> None:
    assert bool(NameIndex([("مالي", 1)]).find(text)) is is_country
