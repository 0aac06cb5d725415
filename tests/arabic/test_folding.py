import pytest

from articles.arabic.folding import fold_letters, fold_name, fold_text, fold_word, without_proclitics
from articles.arabic.words import WORD


@pytest.mark.parametrize(
    "written",
    ["والإرهاب", "بالإرهاب", "الارهاب", "للإرهاب", "كالإرهاب", "وبالإرهاب", "الإِرْهَاب", "الإرهـــاب", "فالإرهاب"],
)
def test_clitics_marks_and_hamza_fold_to_one_word(written: str) -> None:
    assert fold_word(written) == "ارهاب"


@pytest.mark.parametrize("word", ["ولد", "والد", "الى", "وزير", "كال", "بال"])
def test_too_little_is_never_left(word: str) -> None:
    assert len(fold_word(word)) >= 3


def test_regional_spellings_of_one_name_fold_alike() -> None:
    assert fold_name("الأميركية") == fold_name("الأمريكية")
    assert fold_name("إفريقيا") == fold_name("أفريقيا")
    assert fold_name("مسؤول") == fold_name("مسوول")


def test_ha_with_a_swallowed_alef_is_read_back() -> None:
    assert fold_name("المغرب") in without_proclitics(fold_name("وللمغرب"))


def test_a_whole_text_is_folded_as_its_words_are() -> None:
    text = "وقالَ «الأميركيّ» إنّ ٣٠ مسؤولًا—على الأقل—حضروا.\nCOVID هنا"
    assert fold_text(text).split() == [fold_letters(match[0]) for match in WORD.finditer(text)]
    assert fold_text(text).startswith(" ") and fold_text(text).endswith(" ")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ولد", "ولد"), ("وولد", "وولد"), ("وكتاب", "كتاب"), ("وكتا", "وكتا"), ("الكتا", "كتا"), ("الكت", "الكت"),
        ("والكتب", "كتب"), ("للكتب", "كتب"), ("وللكتب", "كتب"), ("فللكتب", "كتب"), ("بالكتب", "كتب"), ("وبالكتب", "كتب"),
        ("كالكتب", "كتب"), ("وكالكتب", "كتب"), ("فالكتب", "كتب"), ("الألباب", "الباب"), ("مدرسة", "مدرسه"), ("هدى", "هدي"),
        ("٣٠٬٠٠٠", "30000"), ("Covid", "covid"), ("أميركا", "امريكا"), ("آب", "اب"),
    ],
)  # fmt: skip
def test_what_the_index_holds_of_a_word(written: str, folded: str) -> None:
    """Clitics go if three letters remain, and a bare «و» if four remain."""
    assert fold_word(written) == folded


@pytest.mark.parametrize(
    ("word", "readings"),
    [
        ("سالم", ["سالم", "الم"]), ("وسالم", ["وسالم", "سالم"]), ("وبسالم", ["وبسالم", "بسالم", "سالم"]), ("ود", ["ود"]), ("ورد", ["ورد", "رد"]),
        ("للمغرب", ["للمغرب", "لمغرب", "المغرب"]), ("وللمغرب", ["وللمغرب", "للمغرب", "لمغرب", "المغرب"]), ("لمغرب", ["لمغرب", "مغرب"]),
        ("", [""]), ("وبا", ["وبا", "با"]), ("نور", ["نور"]),
    ],
)  # fmt: skip
def test_the_readings_of_a_word(word: str, readings: list[str]) -> None:
    """At least two letters remain after a proclitic."""
    assert without_proclitics(word) == readings
