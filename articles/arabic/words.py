"""Cuts text into words with code-point offsets; used by matching, extraction, and to lay search positions on a text."""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import NamedTuple

from articles.arabic.characters import DIGITS, INVISIBLE, LETTERS, MARKS, TATWEEL
from articles.arabic.folding import fold_name

_JOINED = f"{MARKS}{TATWEEL}{INVISIBLE}"
# A run of letters (marks inside it are dropped later), or a number with its thousands marks; «لـ30» is two words.
# Marks before the first letter belong to the word. Only the first of a run of marks can begin a word, for if the run ends
# without a letter it does so from wherever it is read: trying each of its marks would take the square of its length.
WORD = re.compile(
    rf"[{LETTERS}][{LETTERS}{_JOINED}]*+"
    rf"|[{DIGITS}](?:[{DIGITS}{_JOINED}]|[,٬](?=[{DIGITS}]{{3}}(?![{DIGITS}])))*"
    rf"|(?<![{_JOINED}])[{_JOINED}]++[{LETTERS}][{LETTERS}{_JOINED}]*+"
)
# What ends a sentence: a stop, question or exclamation mark that closes a word, or a line's end. A run of them is read once.
_SENTENCE_END = re.compile(r"(?<![.؟?!…])[.؟?!…]++(?=[\s»”\"')\]]|$)|\n+")


class Word(NamedTuple):
    """A word of a text: `text[start:end]` in code points, and its folded form for comparing."""

    start: int
    end: int
    folded: str

    @property
    def is_number(self) -> bool:
        # Folded digits are ASCII, and no folded letter comes before them.
        return self.folded[0] <= "9"


# What Word(…) does, without a call of Python's for each of hundreds of words.
_word = partial(tuple.__new__, Word)
_fold = lru_cache(maxsize=300_000)(fold_name)


def words(text: str) -> list[Word]:
    """All words of `text` in order; numbers are words of their own."""
    return [_word((*match.span(), _fold(match[0]))) for match in WORD.finditer(text)]


def fold_phrase(text: str) -> str:
    """`text` as folded words with one space between: what two writings of one name have in common."""
    return " ".join(word.folded for word in words(text))


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Only the spans of `words(text)`: the n-th span is the n-th position of the stored search vector."""
    return map(re.Match.span, WORD.finditer(text))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Spans of sentences; together they cover every word of `text`."""
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if text[start : match.end()].strip():
            yield start, match.end()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)
