"""Fingerprints of texts: they are stored, so the same text must have the same fingerprint in every version."""

import pytest

from articles.arabic.words import words
from articles.extract.fingerprints import LONGEST_COMPARED, fingerprint, is_reprint, likeness, shingles, shingles_of

VOCABULARY = [f"{a}{b}{c}" for a in "حدرصطع" for b in "ثخذضظغ" for c in "جحشقطز"]


def text_of(first: int, last: int) -> str:
    return " ".join(VOCABULARY[first:last])


@pytest.mark.parametrize(
    ("text", "text_hash", "bands"),
    [
        ("", 1, ()),
        ("خبر قصير", 8228126217680783982, ()),
        (text_of(0, 19), 7678304228255029031, ()),
        (
            text_of(0, 20),
            3215604953600580553,
            (53055388, -1194149504, -1568132781, 1224308267, 1015395667, -1809061211),
        ),
        (
            text_of(0, 200),
            8733863656190811518,
            (-1209477602, 1698537567, -1235335282, -1412803689, 1025703520, -1583035638),
        ),
    ],
)
def test_a_stored_fingerprint_stays_that_of_its_text(text: str, text_hash: int, bands: tuple[int, ...]) -> None:
    made = fingerprint(words(text))
    assert (made.text_hash, made.bands[:3] + made.bands[-3:]) == (text_hash, bands)
    # A band is stored as an integer of 32 bits, the hash of the text as one of 64.
    assert len(made.bands) in {0, 20} and all(-(2**31) <= band < 2**31 for band in made.bands)
    assert 0 <= made.text_hash < 2**63


def test_alike_texts_share_bands_and_others_do_not() -> None:
    bands = set(fingerprint(words(text_of(0, 100))).bands)
    assert len(bands & set(fingerprint(words(text_of(0, 95))).bands)) > 10
    assert len(bands & set(fingerprint(words(text_of(3, 105))).bands)) > 10
    assert not bands & set(fingerprint(words(text_of(100, 200))).bands)
    # The order of the words counts.
    assert not bands & set(fingerprint(words(" ".join(text_of(0, 100).split()[::-1]))).bands)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("خبر", {("خبر",)}),
        ("خبر قصير", {("خبر",), ("قصير",)}),
        ("خبر قصير جدا", {("خبر", "قصير", "جدا")}),
        ("خبر قصير جدا اليوم", {("خبر", "قصير", "جدا"), ("قصير", "جدا", "يوم")}),
    ],
)
def test_the_shingles_of_a_text(text: str, expected: set[tuple[str, ...]]) -> None:
    assert shingles(words(text)) == shingles_of(text) == expected


def test_of_a_long_text_the_beginning_and_the_end_are_compared() -> None:
    def of_length(length: int) -> str:
        return " ".join(f"{VOCABULARY[number % 200]}{VOCABULARY[number // 200]}" for number in range(length // 7 + 1))[
            :length
        ]

    text = of_length(LONGEST_COMPARED)
    assert shingles_of(text) == shingles(words(text))
    longer = of_length(LONGEST_COMPARED + 700)
    compared = shingles_of(longer)
    written = longer.split()
    # Half of the compared part each; words that are cut are left out, and no shingle spans the gap.
    first, last = longer[:30_000].split()[:-1], longer[-30_000:].split()[1:]
    assert compared == shingles(words(" ".join(first))) | shingles(words(" ".join(last)))
    assert len(compared) == len(first) - 2 + len(last) - 2
    assert tuple(written[:3]) in compared and tuple(written[-3:]) in compared


@pytest.mark.parametrize(
    ("left", "right", "jaccard", "share"),
    [
        ("ابتث", "ابتث", 1, 1),
        ("ابتث", "ابجح", 2 / 6, 0.5),
        ("اب", "ابتث", 0.5, 1),
        ("ابتثج", "ا", 0.2, 1),
        ("اب", "تث", 0, 0),
        ("", "اب", 0, 0),
        ("اب", "", 0, 0),
    ],
)
def test_the_likeness_of_two_sets(left: str, right: str, jaccard: float, share: float) -> None:
    assert likeness(frozenset((s,) for s in left), frozenset((s,) for s in right)) == (jaccard, share)


def numbers(*spans: tuple[int, int]) -> frozenset[tuple[str, ...]]:
    return frozenset((str(number),) for span in spans for number in range(*span))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        # Half of all shingles are common to both, or a little less.
        (numbers((0, 75)), numbers((25, 100)), (True, 50 / 75)),
        (numbers((0, 8)), numbers((0, 4)), (True, 0.5)),
        (numbers((0, 8)), numbers((0, 3)), (False, 3 / 8)),
        # Four fifths of the smaller one stand in the larger one, if it has twenty.
        (numbers((0, 100)), numbers((84, 104)), (True, 0.8)),
        (numbers((0, 100)), numbers((85, 105)), (False, 0.75)),
        (numbers((0, 100)), numbers((0, 19)), (False, 0.19)),
        (numbers((0, 19)), numbers((0, 100)), (False, 0.19)),
        (numbers((0, 100)), numbers((0, 20)), (True, 1.0)),
    ],
)
def test_from_which_likeness_on_a_text_is_a_reprint(
    left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]], expected: tuple[bool, float]
) -> None:
    assert is_reprint(left, right) == expected
