"""The second look at the best candidates: words as typed and their parts, in folded texts."""

import pytest

from articles.search.rereading import REREAD, Saturation, Written, reread

SATURATION = Saturation(k1=1.2, b=0.5, average=10.0)


def test_a_word_is_looked_for_whole_and_by_its_parts() -> None:
    assert Written("تمويل", 1.0).grams == ["تموي", "مويل"]
    assert Written("من", 1.0).grams == ["من"]


def test_occurrences_saturate_and_long_texts_count_less() -> None:
    assert 0 < SATURATION.of(1, 10) < SATURATION.of(2, 10) < SATURATION.of(50, 10) < 1
    assert SATURATION.of(1, 100) < SATURATION.of(1, 10)


@pytest.mark.django_db
def test_scores_only_grow_and_what_is_not_read_keeps_its_place(make_article: object) -> None:
    plain = make_article("م", "شيء آخر")
    marked = make_article("م", "وبالتَّمويل، والتمويلات")
    assert reread([(plain.pk, 2.0), (marked.pk, 1.9)], [Written("تمويل", 5.0)], SATURATION)[0][0] == marked.pk
    ids = [make_article("م", "تمويل " * (number + 1)).pk for number in range(REREAD + 1)]
    found = [(pk, 100.0 - place) for place, pk in enumerate(ids)]
    again = reread(found, [Written("تمويل", 1.0)], SATURATION)
    assert again[-1] == found[-1] and {pk for pk, _ in again} == set(ids)
    assert all(dict(again)[pk] >= score for pk, score in found)
