"""Which words of a title tell its event from others."""

import pytest

from articles.arabic.phrases import content_words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("", set()),
        ("في على من", set()),
        ("المؤتمر حول الإرهاب في المغرب", {"مؤتمر", "مغرب"}),
        ("المسؤولين", {"مسؤول"}),
        # An ending goes only if three letters remain.
        ("دين", {"دين"}),
        ("ثمين", {"ثمين"}),
        ("لاعبين", {"لاعب"}),
        ("لاعبون", {"لاعب"}),
        ("لاعبات", {"لاعب"}),
        ("مغربية", {"مغرب"}),
        ("مغربي", {"مغرب"}),
        ("كتابها", {"كتاب"}),
        ("كتابهم", {"كتاب"}),
        ("كتبها", {"كتب"}),
        ("كتب", {"كتب"}),
        ("نبي", {"نبي"}),
        ("منتدى منتدى المنتدى", {"منتد"}),
        ("اجتماع 2024", {"اجتماع", "2024"}),
    ],
)
def test_the_content_words_of_a_title(title: str, words: set[str]) -> None:
    assert content_words(title) == words
