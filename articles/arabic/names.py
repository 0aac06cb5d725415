"""Finds registered names in a text in one pass, with or without proclitics; used by extraction and search."""

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from articles.arabic.characters import QUOTATION_MARKS
from articles.arabic.folding import fold_name, without_proclitics
from articles.arabic.words import Word, words

# Spaces, quotation marks, brackets, hyphens and a single line break may stand between the words of a name.
_INSIDE_NAME = re.compile(
    rf"[ \t\u00a0]*+[{QUOTATION_MARKS}()\[\]–-]?[ \t\u00a0]*+\n?[ \t\u00a0]*+[{QUOTATION_MARKS}(]?"
)
# The most words whose readings an index caches.
_MOST_CACHED_WORDS = 100_000
# If all names together begin with no more different words than this, most words of a text are ruled out by their
# endings.
_FEW_OPENINGS = 20
_CLOSING = {"“": "”", "«": "»", "(": ")", '"': '"', "‘": "’", "„": "“", "[": "]", "”": "“"}

# «غلاف مالي», «فساد مالي»: the name of the country also means “financial”. It has that meaning after these nouns.
_FINANCIAL = fold_name("مالي")
_TAKE_FINANCIAL = frozenset(
    fold_name(noun)
    for noun in (
        "غلاف دعم مبلغ فساد نظام مركز اعتماد عجز تعويض عائد مقابل استقرار تحويل إجراء التزام مخطط جزاء تقرير خبير محلل مراقب"
        " تدقيق مورد تمويل مصدر شمول إدماج اختلال ضغط حافز سوق قطاع إشراف تحليل تحقيق إسهام انهيار عبء رصيد وسيط عام سنة"
    ).split()
)


Key = TypeVar("Key", bound=Hashable)


class Match(NamedTuple, Generic[Key]):
    """A name in a text.

    start: the offset of the name, in code points.
    end: the offset after it, in code points.
    keys: the keys under which the name is registered; several for an ambiguous name.
    """

    start: int
    end: int
    keys: tuple[Key, ...]


class NameIndex(Generic[Key]):
    """A tree of folded words.

    A lookup costs one dictionary access for each reading of a word, whatever the number of names.
    """

    def __init__(self, names: Iterable[tuple[str, Key]]) -> None:
        self._root: dict[Any, Any] = {}
        # Maps a folded word to those of its readings with which a name begins. Nearly all words have none.
        self._openings: dict[str, tuple[tuple[str, dict[Any, Any]], ...]] = {}
        for name, key in names:
            node = self._root
            for word in words(name):
                node = node.setdefault(word.folded, {})
            if node is not self._root:
                node.setdefault(None, []).append(key)
        # The endings of words with which a name can begin. A leading alef is left out, because it disappears after ل.
        self._endings = (
            tuple(first.removeprefix("ا") for first in self._root) if len(self._root) <= _FEW_OPENINGS else None
        )

    def find(self, text: str, of_words: Sequence[Word] | None = None) -> list[Match[Key]]:
        """Returns every name in `text`, in order and without overlaps; the longest where several begin together.

        `of_words` are the words of the text, if the caller has them. A name matches whole words only. Its first word
        may have proclitics: «وللمغرب» is a match of «المغرب».
        """
        of_words = words(text) if of_words is None else of_words
        matches = []
        after = 0
        openings_by_word, endings = self._openings, self._endings
        for index, word in enumerate(of_words):
            if endings is not None and not word.folded.endswith(endings):
                continue
            openings = openings_by_word.get(word.folded)
            if openings is None:
                openings = self._openings_of(word.folded)
            if not openings or index < after or _is_financial(of_words, index):
                continue
            if match := self._longest_at(text, of_words, index, openings):
                matches.append(match[0])
                after = match[1]
        return matches

    def _openings_of(self, folded: str) -> tuple[tuple[str, dict[Any, Any]], ...]:
        """Returns (reading, node) for each reading of the word with which a name begins; cached."""
        if len(self._openings) > _MOST_CACHED_WORDS:
            self._openings.clear()
        openings = tuple((reading, self._root[reading]) for reading in _readings(folded) if reading in self._root)
        self._openings[folded] = openings
        return openings

    @staticmethod
    def _longest_at(
        text: str, of_words: Sequence[Word], index: int, openings: Sequence[tuple[str, dict[Any, Any]]]
    ) -> tuple[Match[Key], int] | None:
        """Returns the longest name that begins at `index` and the index of the next word; None without one."""
        best: tuple[int, tuple[Key, ...], str] | None = None
        for reading, opening in openings:
            node: dict[Any, Any] | None = opening
            position = index
            while node is not None:
                position += 1
                if None in node and (best is None or position > best[0]):
                    best = position, tuple(dict.fromkeys(node[None])), reading
                if position >= len(of_words) or not _INSIDE_NAME.fullmatch(
                    text, of_words[position - 1].end, of_words[position].start
                ):
                    break
                node = node.get(of_words[position].folded)
        if best is None:
            return None
        next_index, keys, reading = best
        start = _start_of_reading(text, of_words[index], reading)
        return Match(start, with_closing_mark(text, start, of_words[next_index - 1].end), keys), next_index


def _is_financial(of_words: Sequence[Word], index: int) -> bool:
    """Returns whether the word at `index` is «مالي» after a noun that gives it the meaning “financial”."""
    if of_words[index].folded != _FINANCIAL or not index:
        return False
    before = of_words[index - 1].folded
    return not _TAKE_FINANCIAL.isdisjoint({before, before[1:], before.removesuffix("ا"), before[1:].removesuffix("ا")})


def _readings(folded: str) -> list[str]:
    """Returns the readings of a folded word; a word of one or two letters has no proclitics."""
    return without_proclitics(folded) if len(folded) > 2 else [folded]


def _start_of_reading(text: str, word: Word, reading: str) -> int:
    """Returns the offset at which the name begins in the written word: after its proclitics.

    Where an alef disappeared after ل, the reading stands nowhere in the word, and the name begins with the word.
    """
    written = text[word.start : word.end]
    for offset in range(len(written)):
        # Most of a long word can be marks, with which no name begins.
        if fold_name(written[offset]) and fold_name(written[offset:]) == reading:
            return word.start + offset
    return word.start


def with_closing_mark(text: str, start: int, end: int) -> int:
    """Returns `end`, moved past a closing quotation mark or bracket that was opened inside `text[start:end]`."""
    inside = text[start:end]
    for opening, closing in _CLOSING.items():
        if text[end : end + 1] == closing and inside.count(opening) > (
            inside.count(closing) if closing != opening else 0
        ):
            return end + 1
    return end
