"""A text with its words, sentences, numbers and dates; each is computed on first use and then cached."""

from bisect import bisect_left, bisect_right
from functools import cached_property

from articles.arabic.dates import DateExpression, find_dates
from articles.arabic.numbers import Number, find_numbers
from articles.arabic.words import Word, sentences, words


class Reading:
    """A text for several rules. All offsets are code points of `text`."""

    def __init__(self, text: str) -> None:
        self.text = text

    def beginning(self, length: int) -> "Reading":
        """Returns a Reading of the first `length` code points, which must not end inside a word.

        Its words and dates are taken over, so that they are not computed again.
        """
        part = Reading(self.text[:length])
        part.words = self.words[: self.word_at(length)]
        part.dates = self.dates_between(0, length)
        return part

    @cached_property
    def words(self) -> list[Word]:
        """Returns all words in order."""
        return words(self.text)

    @cached_property
    def word_starts(self) -> list[int]:
        """Returns the offset of each word."""
        return [word.start for word in self.words]

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Returns the spans of all sentences in order."""
        return list(sentences(self.text))

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [start for start, _ in self.sentences]

    @cached_property
    def dates(self) -> list[DateExpression]:
        """Returns all date expressions in order."""
        return find_dates(self.text, self.words)

    @cached_property
    def numbers(self) -> list[Number]:
        """Returns all numbers in order."""
        return find_numbers(self.text, self.words)

    def word_at(self, offset: int) -> int:
        """Returns the index of the first word that begins at or after `offset`."""
        return bisect_left(self.word_starts, offset)

    def sentence_number(self, offset: int) -> int:
        """Returns the number of the sentence around `offset`, counted from 0; -1 before the first sentence."""
        return bisect_right(self._sentence_starts, offset) - 1

    def sentence_span(self, offset: int) -> tuple[int, int]:
        """Returns the span of the sentence around `offset`; an empty span between sentences."""
        number = self.sentence_number(offset)
        if number < 0 or offset >= self.sentences[number][1]:
            return offset, offset
        return self.sentences[number]

    def words_between(self, start: int, end: int) -> list[Word]:
        """Returns the words that begin in `text[start:end]`."""
        return self.words[self.word_at(start) : self.word_at(end)]

    def sentence_words(self, offset: int) -> list[Word]:
        """Returns the words of the sentence around `offset`."""
        return self.words_between(*self.sentence_span(offset))

    def dates_between(self, start: int, end: int) -> list[DateExpression]:
        """Returns the dates that begin in `text[start:end]`."""
        return [expression for expression in self.dates if start <= expression.start < end]
