"""Rereads the texts of the best candidates and reorders them by the words as they were typed.

The index holds stems, which lose the spelling: «الإرهاب» and «المرهب» may share a stem, «تمويل» and «تمويلات» may not.
So the texts of the few best candidates are searched for the typed words and for parts of these. The parts give credit
to forms of a root, misspellings and transcribed names. Rereading needs no index, and its cost does not grow with the
archive.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.arabic.folding import fold_text

# REREAD of the best candidates are read again, each up to LONGEST_READ code points. Measured: with 20 or 100 texts
# nDCG@10 changes by at most 0.001 (docs/decisions/0003). The length is a judgement: some 1,300 words, more than most
# news has; it bounds the time of long texts.
REREAD = 50
LONGEST_READ = 8_000
# The weights of a typed word that stands whole in the text, and of each of its parts of GRAM letters, as multiples of
# the idf of its lexeme. The values were chosen together on six kinds of queries (docs/search-quality.md): 0 to 0.5 for
# words and 0.1 to 0.2 for parts stay within 0.003 nDCG@10 on XQuAD. Parts of three or five letters:
# docs/decisions/0003.
WHOLE_WEIGHT, GRAM_WEIGHT = 0.3, 0.2
GRAM = 4


@dataclass(frozen=True)
class Written:
    """A word that the reader typed.

    word: the word, folded and without its clitics.
    weight: the idf of its lexeme.
    """

    word: str
    weight: float

    @property
    def grams(self) -> list[str]:
        """Returns the parts of GRAM letters of the word, each once; the word itself where it is shorter."""
        length = max(1, len(self.word) - GRAM + 1)
        return list(dict.fromkeys(self.word[first : first + GRAM] for first in range(length)))


@dataclass(frozen=True)
class Saturation:
    """BM25's saturation of term frequencies.

    k1: how slowly repetitions saturate.
    b: how much of the difference in length counts, from 0 to 1.
    average: the mean length of articles, in words.
    """

    k1: float
    b: float
    average: float

    def of(self, times: int, words: int) -> float:
        """Returns what `times` occurrences in a text of `words` words count, from 0 to 1."""
        return times / (times + self.k1 * (1 - self.b + self.b * words / self.average))


# A ranked article: its id, its score, its length in words and, for the first REREAD, the beginning of its text.
ScoredArticle = tuple[int, float, int, str | None]


def reread(
    articles: Sequence[ScoredArticle], written_words: Sequence[Written], saturation: Saturation
) -> list[tuple[int, float]]:
    """Returns (id, score) of ranked articles, best first, with the first REREAD of them reordered by their texts.

    Rereading only adds to a score.
    """
    scored = [(pk, score) for pk, score, _, _ in articles]
    if not written_words or len(articles) < 2:
        return scored
    weighted_parts = [(f"{written.word} ", WHOLE_WEIGHT * written.weight) for written in written_words]
    weighted_parts += [(gram, GRAM_WEIGHT * written.weight) for written in written_words for gram in written.grams]
    reordered = [
        (pk, score + _score(fold_text(text or ""), words, weighted_parts, saturation))
        for pk, score, words, text in articles[:REREAD]
    ]
    return [*sorted(reordered, key=lambda row: (-row[1], -row[0])), *scored[REREAD:]]


def _score(text: str, words: int, weighted_parts: Sequence[tuple[str, float]], saturation: Saturation) -> float:
    """Returns the score that the occurrences of parts in a folded text of `words` words add."""
    counts = ((text.count(part), weight) for part, weight in weighted_parts)
    return sum(weight * saturation.of(times, words) for times, weight in counts if times)
