"""Finds near-duplicate texts, such as reprints of an agency's story, by MinHash over shingles of three words.

One-permutation hashing (Li, Owen, Zhang 2012): every shingle is hashed once, and each bin keeps its least hash. Bands
of bins are stored in an indexed array, so a lookup costs a few index probes, whatever the number of articles.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from articles.arabic.folding import fold_word
from articles.arabic.words import Word, words

# With 20 bands of ROWS bins, texts of Jaccard similarity j share a band with a probability of about 1 - (1 - j^3)^20:
# 0.93 at 0.5, 0.42 at 0.3, 0.02 at 0.1. Measured: all of 300 changed texts were found (docs/ingest.md).
BINS, ROWS = 60, 3
# A text reprints another if the Jaccard similarity of their shingles reaches the first value, or if the share of the
# smaller set that the larger set contains reaches the second. Measured on 2026-11-27 on the texts of 104 short articles
# and on changed copies of them. Two different articles reach at most 0.06 and 0.12, also where both report one event.
# Copies that keep only the first third, or that add twice their length, are all recognised; so are copies with one word
# in 20 replaced, 81 % with one word in ten, and 95 % where three sentences in five are missing. With 0.3 and 0.6 these
# are all recognised, too; the higher values leave room for articles that quote one long statement.
REPRINT_LIKENESS, REPRINT_SHARE = 0.5, 0.8
# In words, for a text to get bands; in shingles, for the share to count. The first 5 to 40 words of the 104 articles
# are contained in no other article, so this bound only spares captions and stock phrases.
SHORTEST_TEXT = 20
# The most code points of a text that are compared word by word. A long article has 20,000.
LONGEST_COMPARED = 60_000
# 2^64 divided by the golden ratio, the multiplier of Fibonacci hashing (Knuth, The Art of Computer Programming, 6.4).
_MIX, _MASK = 0x9E3779B97F4A7C15, (1 << 56) - 1
# Two odd numbers that differ, so that the order of a shingle's words counts: the prime of FNV-1 with 64 bits, and
# 2^16 + 1.
_FIRST, _SECOND = 0x100000001B3, 0x10001


@dataclass(frozen=True)
class TextFingerprint:
    """The fingerprint of a text.

    text_hash: a hash of all words; equal for equal wordings.
    bands: a hash of each band of ROWS bins; very similar texts surely share a band, different texts rarely do.
        Empty for texts of fewer than SHORTEST_TEXT words.
    """

    text_hash: int
    bands: tuple[int, ...]


@lru_cache(maxsize=300_000)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode())


def fingerprint(of_words: Sequence[Word]) -> TextFingerprint:
    """Returns the fingerprint of a text's words."""
    folded = [word.folded for word in of_words]
    whole_hash = zlib.crc32(" ".join(folded).encode()) << 31 ^ zlib.adler32("\n".join(folded).encode())
    if len(folded) < SHORTEST_TEXT:
        return TextFingerprint(whole_hash, ())
    hashes = [_hash(word) for word in folded]
    mixed = [
        (first * _FIRST + second * _SECOND + third) * _MIX & _MASK
        for first, second, third in zip(hashes, hashes[1:], hashes[2:], strict=False)
    ]
    # In descending order, so that the least hash of a bin overwrites the others.
    least_by_bin = {(rank >> 8) % BINS: rank for rank in sorted(mixed, reverse=True)}
    least_hashes = [least_by_bin.get(bin_) for bin_ in range(BINS)]
    filled = _fill_bins(least_hashes)
    bands = (zlib.crc32(b"%d:%d:%d:%d" % (row, *filled[row : row + ROWS])) - (1 << 31) for row in range(0, BINS, ROWS))
    return TextFingerprint(whole_hash, tuple(bands))


def _fill_bins(least_hashes: list[int | None]) -> list[int]:
    """Fills empty bins with the next full bin's hash, marked by the distance, so that short texts compare alike."""
    filled = [0] * len(least_hashes)
    carried_hash, distance = next((value for value in least_hashes if value is not None), 0), 0
    for bin_ in reversed(range(len(least_hashes))):
        least_hash = least_hashes[bin_]
        if least_hash is None:
            distance += 1
            filled[bin_] = (carried_hash + distance * 0x61C88647) & 0xFFFFFFFF
        else:
            filled[bin_] = carried_hash = least_hash
            distance = 0
    return filled


def shingles(of_words: Sequence[Word], length: int = 3) -> frozenset[tuple[str, ...]]:
    """Returns all runs of `length` words, without clitics; the single words of a text that is shorter than a run."""
    folded = [fold_word(word.folded) for word in of_words]
    runs = zip(*(folded[start:] for start in range(length)), strict=False)
    return frozenset(runs) or frozenset((word,) for word in folded)


def shingles_of(text: str) -> frozenset[tuple[str, ...]]:
    """Returns the shingles of a text; of a text longer than LONGEST_COMPARED, those of its beginning and its end.

    The process that stores articles compares texts, and has no budget. The limit bounds the cost of a text.
    """
    if len(text) <= LONGEST_COMPARED:
        return shingles(words(text))
    half = LONGEST_COMPARED // 2
    # The halves are cut between words, and no shingle spans the gap between them.
    first, last = text[:half].rsplit(None, 1)[0], text[-half:].split(None, 1)[-1]
    return shingles(words(first)) | shingles(words(last))


def likeness(left: frozenset[tuple[str, ...]], right: frozenset[Any]) -> tuple[float, float]:
    """Returns (Jaccard similarity, share of the smaller set that the larger set contains), both from 0 to 1."""
    if not left or not right:
        return 0.0, 0.0
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared), shared / min(len(left), len(right))


def is_reprint(left: frozenset[tuple[str, ...]], right: frozenset[Any]) -> tuple[bool, float]:
    """Returns (whether one of two texts reprints the other, how alike they are from 0 to 1), by their shingles."""
    jaccard, share = likeness(left, right)
    long_enough = min(len(left), len(right)) >= SHORTEST_TEXT
    return jaccard >= REPRINT_LIKENESS or (share >= REPRINT_SHARE and long_enough), max(
        jaccard, share if long_enough else 0
    )
