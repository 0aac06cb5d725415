"""Cuts text into words with code-point offsets; used by matching, by extraction, and to locate search positions."""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from articles.arabic.characters import DIGITS, INVISIBLE, LETTERS, MARKS, TATWEEL
from articles.arabic.folding import fold_name

_JOINED = f"{MARKS}{TATWEEL}{INVISIBLE}"
# A run of letters (marks inside it are dropped later), or a number with its thousands marks; «لـ30» is two words.
# Marks before the first letter belong to the word. Only the first of a run of marks can begin a word: if no letter
# follows the run, none follows any of its marks, and trying each mark would take quadratic time.
WORD = re.compile(
    rf"[{LETTERS}][{LETTERS}{_JOINED}]*+"
    rf"|[{DIGITS}](?:[{DIGITS}{_JOINED}]|[,٬](?=[{DIGITS}]{{3}}(?![{DIGITS}])))*"
    rf"|(?<![{_JOINED}])[{_JOINED}]++[{LETTERS}][{LETTERS}{_JOINED}]*+"
)
# A sentence ends with a stop, question or exclamation mark at the end of a word, or with a line. A run of them is one
# end.
_SENTENCE_END = re.compile(r"(?<![.؟?!…])[.؟?!…]++(?=[\s»”\"')\]]|$)|\n+")


class Word(NamedTuple):
    """A word of a text.

    start: the offset of the word, in code points.
    end: the offset after it, in code points.
    folded: the word as `fold_name` returns it.
    """

    start: int
    end: int
    folded: str

    @property
    def is_number(self) -> bool:
        """Returns whether the word is a number in digits."""
        # Folded digits are ASCII, and no folded letter comes before them.
        return self.folded[0] <= "9"


# The same as Word(…), without a Python call for each of hundreds of words.
_word = partial(tuple.__new__, Word)
_fold = lru_cache(maxsize=300_000)(fold_name)


def words(text: str) -> list[Word]:
    """Returns all words of `text` in order; a number is a separate word."""
    return [_word((*match.span(), _fold(match[0]))) for match in WORD.finditer(text)]


def fold_phrase(text: str) -> str:
    """Returns the folded words of `text` with single spaces; equal for different spellings of a name."""
    return " ".join(word.folded for word in words(text))


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yields only the spans of `words(text)`. The n-th span is the n-th position of the stored search vector."""
    return map(re.Match.span, WORD.finditer(text))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yields the spans of all sentences; together they cover every word of `text`."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if text[start : match.end()].strip():
            yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)
