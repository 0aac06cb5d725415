"""Near-duplicates: which stored text an agency's story reprints, by MinHash over shingles of three words.

One-permutation hashing (Li, Owen, Zhang 2012): every shingle is hashed once and keeps the least hash of its bin. Bands of
bins are stored in an indexed array, so that looking up costs a few index probes however many articles there are.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from articles.arabic.folding import fold_word
from articles.arabic.words import Word, words

BINS, ROWS = 60, 3
# Jaccard similarity of two texts' shingles, or the share of the shorter found in the longer, from which one reprints the other.
REPRINT_LIKENESS, REPRINT_SHARE = 0.5, 0.8
SHORTEST_TEXT = 20
# Code points of a text that are compared word by word; a long article has 20,000.
MOST_COMPARED = 60_000
_MIX, _MASK = 0x9E3779B97F4A7C15, (1 << 56) - 1
# Odd, so that the order of a shingle's words counts.
_FIRST, _SECOND = 0x100000001B3, 0x10001


@dataclass(frozen=True)
class Fingerprint:
    """`text_hash` is equal for equal wordings; two texts share one of `bands` surely if much alike, rarely if not."""

    text_hash: int
    bands: tuple[int, ...]


@lru_cache(maxsize=300_000)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode())


def fingerprint(of_words: Sequence[Word]) -> Fingerprint:
    folded = [word.folded for word in of_words]
    whole = zlib.crc32(" ".join(folded).encode()) << 31 ^ zlib.adler32("\n".join(folded).encode())
    if len(folded) < SHORTEST_TEXT:
        return Fingerprint(whole, ())
    hashes = [_hash(word) for word in folded]
    mixed = [
        (one * _FIRST + two * _SECOND + three) * _MIX & _MASK
        for one, two, three in zip(hashes, hashes[1:], hashes[2:], strict=False)
    ]
    # From the greatest down, so that the least of a bin is what stays.
    held = {(rank >> 8) % BINS: rank for rank in sorted(mixed, reverse=True)}
    least = [held.get(place) for place in range(BINS)]
    full = _filled(least)
    bands = (zlib.crc32(b"%d:%d:%d:%d" % (at, *full[at : at + ROWS])) - (1 << 31) for at in range(0, BINS, ROWS))
    return Fingerprint(whole, tuple(bands))


def _filled(least: list[int | None]) -> list[int]:
    """Empty bins take the next full bin's value, marked by their distance, so that short texts compare alike."""
    filled = list(least)
    carried, distance = next((value for value in least if value is not None), 0), 0
    for place in reversed(range(len(least))):
        if least[place] is None:
            distance += 1
            filled[place] = (carried + distance * 0x61C88647) & 0xFFFFFFFF
        else:
            carried, distance = least[place], 0
    return filled


def shingles(of_words: Sequence[Word], length: int = 3) -> frozenset[tuple[str, ...]]:
    """The text's runs of `length` words, clitics off; of a shorter text its words."""
    folded = [fold_word(word.folded) for word in of_words]
    runs = zip(*(folded[start:] for start in range(length)), strict=False)
    return frozenset(runs) or frozenset((word,) for word in folded)


def shingles_of(text: str) -> frozenset[tuple[str, ...]]:
    """The shingles of a text; of one that is longer than MOST_COMPARED those of its beginning and of its end.

    Texts are compared by the process that stores, which has no budget: what one costs does not grow with it for ever.
    """
    if len(text) <= MOST_COMPARED:
        return shingles(words(text))
    half = MOST_COMPARED // 2
    # No word is cut, and no shingle reaches over what is left out.
    first, last = text[:half].rsplit(None, 1)[0], text[-half:].split(None, 1)[-1]
    return shingles(words(first)) | shingles(words(last))


def likeness(one: frozenset, other: frozenset) -> tuple[float, float]:
    """(Jaccard similarity, share of the smaller set found in the larger), both 0 to 1."""
    if not one or not other:
        return 0.0, 0.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared), shared / min(len(one), len(other))


def is_reprint(one: frozenset, other: frozenset) -> tuple[bool, float]:
    """(whether one of two texts reprints the other, how alike they are)."""
    jaccard, share = likeness(one, other)
    long_enough = min(len(one), len(other)) >= SHORTEST_TEXT
    return jaccard >= REPRINT_LIKENESS or (share >= REPRINT_SHARE and long_enough), max(
        jaccard, share if long_enough else 0
    )
