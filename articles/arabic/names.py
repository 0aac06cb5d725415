"""Finds known names in a text in one pass, whatever is written onto their first word; used by extraction and search."""

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from articles.arabic.characters import QUOTATION_MARKS
from articles.arabic.folding import fold_name, without_proclitics
from articles.arabic.words import Word, words

# Between the words of one name may stand spaces, quotation marks, brackets and hyphens, and a single line break.
_INSIDE_NAME = re.compile(
    rf"[ \t\u00a0]*+[{QUOTATION_MARKS}()\[\]–-]?[ \t\u00a0]*+\n?[ \t\u00a0]*+[{QUOTATION_MARKS}(]?"
)
# How many words an index remembers the readings of.
_MOST_REMEMBERED = 100_000
# So few names are told apart from most words by their ends.
_FEW = 20
_CLOSING = {"“": "”", "«": "»", "(": ")", '"': '"', "‘": "’", "„": "“", "[": "]", "”": "“"}

# «غلاف مالي», «فساد مالي»: the country's name is also the word for what has to do with money; these nouns take it so.
_FINANCIAL = fold_name("مالي")
_TAKE_FINANCIAL = frozenset(
    fold_name(noun)
    for noun in (
        "غلاف دعم مبلغ فساد نظام مركز اعتماد عجز تعويض عائد مقابل استقرار تحويل إجراء التزام مخطط جزاء تقرير خبير محلل مراقب"
        " تدقيق مورد تمويل مصدر شمول إدماج اختلال ضغط حافز سوق قطاع إشراف تحليل تحقيق إسهام انهيار عبء رصيد وسيط عام سنة"
    ).split()
)


class Match(NamedTuple):
    """A name found: `text[start:end]` in code points, and the keys it was registered under (more than one: ambiguous)."""

    start: int
    end: int
    keys: tuple[Hashable, ...]


class NameIndex:
    """A tree of folded words. Looking up costs one dictionary access a word and reading, however many names it holds."""

    def __init__(self, names: Iterable[tuple[str, Hashable]]) -> None:
        self._root: dict = {}
        # Folded word → its readings that some name begins with; nearly all words have none.
        self._openings: dict[str, tuple[tuple[str, dict], ...]] = {}
        for name, key in names:
            node = self._root
            for word in words(name):
                node = node.setdefault(word.folded, {})
            if node is not self._root:
                node.setdefault(None, []).append(key)
        # How a word ends that some of a few names begins with; an alef that ل may have swallowed left out.
        self._endings = tuple(first.removeprefix("ا") for first in self._root) if len(self._root) <= _FEW else None

    def find(self, text: str, of_words: Sequence[Word] | None = None) -> list[Match]:
        """Every name in `text`, left to right, the longest where several begin together, none overlapping.

        A name matches whole words only; its first word may carry proclitics («وللمغرب» is a match of «المغرب»).
        """
        of_words = words(text) if of_words is None else of_words
        found = []
        after = 0
        remembered, endings = self._openings, self._endings
        for index, word in enumerate(of_words):
            if endings is not None and not word.folded.endswith(endings):
                continue
            openings = remembered.get(word.folded)
            if openings is None:
                openings = self._openings_of(word.folded)
            if not openings or index < after or _is_financial(of_words, index):
                continue
            if match := self._longest_at(text, of_words, index, openings):
                found.append(match[0])
                after = match[1]
        return found

    def _openings_of(self, folded: str) -> tuple[tuple[str, dict], ...]:
        if len(self._openings) > _MOST_REMEMBERED:
            self._openings.clear()
        known = tuple((one, self._root[one]) for one in _readings(folded) if one in self._root)
        self._openings[folded] = known
        return known

    @staticmethod
    def _longest_at(
        text: str, of_words: Sequence[Word], index: int, openings: Sequence[tuple[str, dict]]
    ) -> tuple[Match, int] | None:
        best: tuple[int, tuple, str] | None = None
        for reading, opening in openings:
            node = opening
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
    """Whether the word at `index` is «مالي» as the word before takes it, and names no country."""
    if of_words[index].folded != _FINANCIAL or not index:
        return False
    before = of_words[index - 1].folded
    return not _TAKE_FINANCIAL.isdisjoint({before, before[1:], before.removesuffix("ا"), before[1:].removesuffix("ا")})


def _readings(folded: str) -> list[str]:
    return without_proclitics(folded) if len(folded) > 2 else [folded]


def _start_of_reading(text: str, word: Word, reading: str) -> int:
    """Where the name begins inside the written word: after its proclitics, but with ل where it swallowed the alef."""
    written = text[word.start : word.end]
    for offset in range(len(written)):
        # Most of a long word can be marks, which begin no name.
        if fold_name(written[offset]) and fold_name(written[offset:]) == reading:
            return word.start + offset
    return word.start


def with_closing_mark(text: str, start: int, end: int) -> int:
    """`end`, moved past a closing quotation mark or bracket whose opening one lies inside the name."""
    inside = text[start:end]
    for opening, closing in _CLOSING.items():
        if text[end : end + 1] == closing and inside.count(opening) > (
            inside.count(closing) if closing != opening else 0
        ):
            return end + 1
    return end
