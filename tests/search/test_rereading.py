"""The second pass over the best candidates compares words as typed, and their parts, in folded texts."""

from articles.search.rereading import REREAD, Saturation, Written, reread

SATURATION = Saturation(k1=1.2, b=0.5, average=10.0)


def test_a_word_is_looked_for_whole_and_by_its_parts() -> None:
    assert Written("تمويل", 1.0).grams == ["تموي", "مويل"]
    assert Written("من", 1.0).grams == ["من"]


def test_occurrences_saturate_and_long_texts_count_less() -> None:
    assert 0 < SATURATION.of(1, 10) < SATURATION.of(2, 10) < SATURATION.of(50, 10) < 1
    assert SATURATION.of(1, 100) < SATURATION.of(1, 10)


def test_scores_only_grow_and_what_is_not_read_keeps_its_place() -> None:
    plain, marked = (1, 2.0, 2, "م شيء آخر"), (2, 1.9, 2, "م وبالتَّمويل، والتمويلات")
    assert reread([plain, marked], [Written("تمويل", 5.0)], SATURATION)[0][0] == 2
    read = [(place, 100.0 - place, place + 2, "م " + "تمويل " * (place + 1)) for place in range(REREAD)]
    ranked = [*read, (REREAD, 100.0 - REREAD, None, None)]
    again = reread(ranked, [Written("تمويل", 1.0)], SATURATION)
    assert again[-1] == ranked[-1][:2] and {pk for pk, _ in again} == set(range(REREAD + 1))
    assert all(dict(again)[pk] >= score for pk, score, *_ in ranked)
