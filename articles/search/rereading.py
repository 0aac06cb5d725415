"""Reads the best candidates again in their own letters, which the index has cut to stems, and ranks them by that too.

A stem forgets what was asked for: «الإرهاب» and «المرهب» may share one, «تمويل» and «تمويلات» may not. So the texts of the
few best are looked through for the words as they were typed, and for parts of them, whose number gives the credit that forms
of a root, misspellings and transcribed names deserve. This costs no index, and nothing that grows with the archive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.arabic.folding import fold_text

# So many of the best are read again, each as far as so many code points.
REREAD = 50
LONGEST_READ = 8_000
# What a typed word is worth where it stands whole, and each of its parts of GRAM letters, in weights of its lexeme. Chosen
# together on several kinds of queries (docs/search.md); neighbouring values lose little.
WHOLE_WEIGHT, GRAM_WEIGHT = 0.3, 0.2
GRAM = 4


@dataclass(frozen=True)
class Written:
    """A word as the reader typed it, folded and without its clitics, and the weight of its lexeme (idf)."""

    word: str
    weight: float

    @property
    def grams(self) -> list[str]:
        """The parts of the word that are looked for, each once; the word itself where it is short."""
        length = max(1, len(self.word) - GRAM + 1)
        return list(dict.fromkeys(self.word[first : first + GRAM] for first in range(length)))


@dataclass(frozen=True)
class Saturation:
    """BM25's: what `times` occurrences in a text of so many words count, from 0 to 1; `average` is the mean length."""

    k1: float
    b: float
    average: float

    def of(self, times: int, words: int) -> float:
        return times / (times + self.k1 * (1 - self.b + self.b * words / self.average))


# An article found: its id, its score, how many words it has and, of the first REREAD, how its text begins.
Found = tuple[int, float, int, str | None]


def reread(found: Sequence[Found], asked: Sequence[Written], saturation: Saturation) -> list[tuple[int, float]]:
    """(id, score) of `found` (best first) with the first REREAD of them ordered by their texts too; scores only grow."""
    scored = [(pk, score) for pk, score, _, _ in found]
    if not asked or len(found) < 2:
        return scored
    looked_for = [(f"{one.word} ", WHOLE_WEIGHT * one.weight) for one in asked]
    looked_for += [(gram, GRAM_WEIGHT * one.weight) for one in asked for gram in one.grams]
    again = [
        (pk, score + _score(fold_text(text), words, looked_for, saturation))
        for pk, score, words, text in found[:REREAD]
    ]
    return [*sorted(again, key=lambda row: (-row[1], -row[0])), *scored[REREAD:]]


def _score(text: str, words: int, looked_for: Sequence[tuple[str, float]], saturation: Saturation) -> float:
    counted = ((text.count(part), weight) for part, weight in looked_for)
    return sum(weight * saturation.of(times, words) for times, weight in counted if times)
