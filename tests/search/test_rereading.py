"""The second pass over the best candidates compares words as typed, and their parts, in folded texts."""

import pytest

from articles.search.rereading import REREAD, Saturation, Written, reread

SATURATION = Saturation(k1=1.2, b=0.5, average=10.0)


@pytest.mark.parametrize(
    ("word", "grams"),
    [
        ("تمويلات", ["تموي", "مويل", "ويلا", "يلات"]),
        ("تمويل", ["تموي", "مويل"]),
        ("مالي", ["مالي"]),
        ("مال", ["مال"]),
        ("من", ["من"]),
        # A part that stands twice in a word counts once.
        ("هههههه", ["هههه"]),
    ],
)
def test_a_word_is_looked_for_by_its_parts_of_four_letters(word: str, grams: list[str]) -> None:
    assert Written(word, 1.0).grams == grams


def test_occurrences_saturate_and_long_texts_count_less() -> None:
    assert 0 < SATURATION.of(1, 10) < SATURATION.of(2, 10) < SATURATION.of(50, 10) < 1
    assert SATURATION.of(1, 100) < SATURATION.of(1, 10)


@pytest.mark.parametrize(
    ("times", "words", "share"),
    [(1, 10, 1 / 2.2), (2, 10, 2 / 3.2), (2, 30, 2 / (2 + 1.2 * 2)), (3, 0, 3 / 3.6)],
)
def test_the_saturation_is_that_of_bm25(times: int, words: int, share: float) -> None:
    assert SATURATION.of(times, words) == pytest.approx(share)
    # With b = 0 the length of a text counts nothing, with b = 1 all of it.
    assert Saturation(2.0, 0.0, 10.0).of(times, words) == pytest.approx(times / (times + 2))
    assert Saturation(2.0, 1.0, 10.0).of(times, words) == pytest.approx(times / (times + 2 * words / 10))


def test_scores_only_grow_and_what_is_not_read_keeps_its_place() -> None:
    plain, marked = (1, 2.0, 2, "م شيء آخر"), (2, 1.9, 2, "م وبالتَّمويل، والتمويلات")
    assert reread([plain, marked], [Written("تمويل", 5.0)], SATURATION)[0][0] == 2
    read = [(place, 100.0 - place, place + 2, "م " + "تمويل " * (place + 1)) for place in range(REREAD)]
    ranked = [*read, (REREAD, 100.0 - REREAD, None, None)]
    again = reread(ranked, [Written("تمويل", 1.0)], SATURATION)
    assert again[-1] == ranked[-1][:2] and {pk for pk, _ in again} == set(range(REREAD + 1))
    assert all(dict(again)[pk] >= score for pk, score, *_ in ranked)


@pytest.mark.parametrize(
    ("text", "added"),
    [
        # Whole: 0.3 of the weight, and 0.2 for each of its parts «تموي» and «مويل». Each stands once in ten words.
        ("م تمويل هنا", 0.3 + 0.2 + 0.2),
        # Another form of the word has its parts alone.
        ("م تمويلات هنا", 0.2 + 0.2),
        ("م تموينات هنا", 0.2),
        ("م بالتمويل هنا", 0.3 + 0.2 + 0.2),
        ("م مالي هنا", 0.0),
        ("", 0.0),
        (None, 0.0),
    ],
)
def test_a_whole_word_and_its_parts_add_shares_of_its_weight(text: str | None, added: float) -> None:
    share = SATURATION.of(1, 10)
    again = dict(reread([(1, 2.0, 10, text), (2, 1.0, 10, "م")], [Written("تمويل", 5.0)], SATURATION))
    assert again == {1: pytest.approx(2.0 + 5.0 * added * share), 2: 1.0}


def test_the_fiftieth_article_is_read_and_the_next_is_not() -> None:
    ranked = [(pk, 10.0 - pk / 100, 10, "م تمويل هنا" if pk in {50, 51} else "م") for pk in range(1, 53)]
    again = reread(ranked, [Written("تمويل", 5.0)], SATURATION)
    assert [pk for pk, _ in again] == [50, *range(1, 50), 51, 52]


@pytest.mark.parametrize(
    ("articles", "words", "order"),
    [
        # Of equal scores, the newer article comes first.
        ([(1, 2.0, 10, "م"), (2, 2.0, 10, "م")], ["تمويل"], [2, 1]),
        # Without typed words, or alone, an article is left as it is.
        ([(1, 2.0, 10, "م"), (2, 2.0, 10, "م تمويل ")], [], [1, 2]),
        ([(1, 1.0, 10, "م"), (2, 2.0, 10, "م")], [], [1, 2]),
        ([(1, 2.0, 10, "م تمويل هنا")], ["تمويل"], [1]),
        ([], ["تمويل"], []),
    ],
)
def test_what_changes_the_order(
    articles: list[tuple[int, float, int, str | None]], words: list[str], order: list[int]
) -> None:
    again = reread(articles, [Written(word, 5.0) for word in words], SATURATION)
    assert [pk for pk, _ in again] == order
    if not words or len(articles) < 2:
        assert again == [row[:2] for row in articles]
