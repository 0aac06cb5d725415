"""Where the words of a text stand after the text was changed, so that spans move with them; called by articles/models/carrying.py.

The two texts are aligned word by word, as a patience diff does it: words that stand once in both hold the rest in place. Its work is
bounded by the length of the texts; words that it leaves unaligned are looked for by what they are.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from articles.arabic.characters import INVISIBLE, MARKS, TATWEEL
from articles.arabic.text_gate import clean_text

Span = tuple[int, int]

# A word with what an unclean text may hold inside it, or one other character; spaces and line ends part them.
_IN_WORD = rf"\w{MARKS}{TATWEEL}{INVISIBLE}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufff9-\ufffb"
_PIECE = re.compile(rf"[{_IN_WORD}]+|\S")
_WORD_CHARACTER = re.compile(rf"[\w{MARKS}{TATWEEL}]")
# Digits that a mark of thousands or decimals joins.
_GROUPED = re.compile(r"\d[.,٫٬]\d")
# Each piece is looked at so often at most while words that stand once are sought in ever smaller parts.
_MOST_LOOKS = 20
# Between two such words, pairs of pieces compared with each other: in one part, and in all. A million take 0.2 s.
_MOST_PAIRS, _MOST_PAIRS_IN_ALL = 100_000, 1_000_000
# Of a quote that stands in many places so many are looked at on each side, and weighed by so many characters around them.
_MOST_PLACES, _CONTEXT = 40, 40


class TextChange:
    """A text `before` and `after` a change. Offsets are code points; the text after is clean (text_gate)."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        self._old, self._new = _pieces(before), _pieces(after)
        keys = [clean_text(before[start:end]) for start, end in self._old], [after[s:e] for s, e in self._new]
        self._aligned = _aligned(*keys)
        self._anchors = sorted(self._aligned)
        self._starts = [start for start, _ in self._old]

    def moved(self, spans: Sequence[tuple[Span | None, str]]) -> list[Span | None]:
        """For each (span in the text before, its quote) where the quote stands now; None where it stands nowhere any more.

        No two get one place. A span of None, or one that does not hold its quote, is looked for by the quote alone, and then
        found only where the quote stands once.
        """
        places: list[Span | None] = []
        for span, quote in spans:
            holds = span is not None and self.before[span[0] : span[1]] == quote
            places.append(self._image(span, clean_text(quote)) if holds else None)
        taken: set[Span] = set()
        for at, place in enumerate(places):
            if place in taken:
                places[at] = None
            elif place is not None:
                taken.add(place)
        for at, (span, quote) in enumerate(spans):
            if places[at] is not None:
                continue
            holds = span is not None and self.before[span[0] : span[1]] == quote
            if place := self._searched(span if holds else None, clean_text(quote), taken):
                places[at] = place
                taken.add(place)
        return places

    def _image(self, span: Span, wanted: str) -> Span | None:
        """Where the pieces of a span stand now, if they still make up the words that are wanted."""
        if self.before == self.after:
            return span
        first, last = bisect_right(self._starts, span[0]) - 1, bisect_left(self._starts, span[1]) - 1
        if first not in self._aligned or last not in self._aligned or not wanted:
            return None
        begin, end = self._new[self._aligned[first]][0], self._new[self._aligned[last]][1]
        at = begin + span[0] - self._old[first][0]
        if self.after[at : at + len(wanted)] != wanted:
            at = self.after.find(wanted, begin, end)
        if at < 0:
            return None
        place = at, at + len(wanted)
        return None if _is_cut_anew(_cuts(self.before, *span), _cuts(self.after, *place)) else place

    def _searched(self, span: Span | None, wanted: str, taken: set[Span]) -> Span | None:
        """The place of words that were not aligned: between their neighbours, else where most of what stood around them stands."""
        if not wanted:
            return None
        if span is None:
            places = self._places(wanted, (0, len(self.after)), (False, False), taken)
            return places[0] if len(places) == 1 else None
        cut = _cuts(self.before, *span)
        low, high = self.gap(span)
        places = self._places(wanted, (low, high), cut, taken)
        places = places or self._places(wanted, (low, len(self.after)), cut, taken)
        places += [] if places and low <= places[0][0] < high else self._places(wanted, (low, 0), cut, taken)
        return max(places, key=lambda place: (self._likeness(span, place), -abs(place[0] - low)), default=None)

    def _places(self, wanted: str, way: Span, cut: tuple[bool, bool], taken: set[Span]) -> list[Span]:
        """The first _MOST_PLACES that words stand in on the way from one offset to another, forwards or back, and that are free.

        `cut` tells at which ends they may begin and end inside a word.
        """
        begin, end = way
        found: list[Span] = []
        for _ in range(_MOST_PLACES):
            forwards = begin <= end
            at = self.after.find(wanted, begin, end) if forwards else self.after.rfind(wanted, end, begin)
            if at < 0:
                break
            place = at, at + len(wanted)
            begin = place[1] if forwards else place[0]
            inside = _cuts(self.after, *place)
            if place not in taken and not _is_cut_anew(cut, inside):
                found.append(place)
        return found

    def gap(self, span: Span) -> Span:
        """What stands now between the nearest words before and after a span that are still there."""
        first, last = bisect_left(self._starts, span[0]), bisect_left(self._starts, span[1])
        left, right = bisect_left(self._anchors, first), bisect_left(self._anchors, last)
        low = self._new[self._aligned[self._anchors[left - 1]]][1] if left else 0
        high = self._new[self._aligned[self._anchors[right]]][0] if right < len(self._anchors) else len(self.after)
        return low, high

    def _likeness(self, span: Span, place: Span) -> int:
        """How many characters on both sides are as they were, the nearest first."""
        before = self.before[max(0, span[0] - _CONTEXT) : span[0]], self.after[max(0, place[0] - _CONTEXT) : place[0]]
        behind = self.before[span[1] : span[1] + _CONTEXT], self.after[place[1] : place[1] + _CONTEXT]
        return _common(before[0][::-1], before[1][::-1]) + _common(*behind)


def _pieces(text: str) -> list[Span]:
    return [match.span() for match in _PIECE.finditer(text)]


def _cuts(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether a span begins, and whether it ends, inside a word or a number («1,023»)."""

    def inside(at: int) -> bool:
        # What the gate removes parts no word: «و\u202aالمغرب» is one word with it and without.
        left, right = clean_text(text[max(0, at - _CONTEXT) : at]), clean_text(text[at : at + _CONTEXT])
        if not left or not right:
            return False
        return all(map(_WORD_CHARACTER.match, (left[-1], right[0]))) or bool(
            _GROUPED.fullmatch(left[-2:] + right[:1]) or _GROUPED.fullmatch(left[-1:] + right[:2])
        )

    return inside(start), inside(end)


def _is_cut_anew(before: tuple[bool, bool], after: tuple[bool, bool]) -> bool:
    """Whether a span begins or ends inside a word or number now, where it did not before."""
    return any(now and not was for was, now in zip(before, after, strict=True))


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _aligned(old: list[str], new: list[str]) -> dict[int, int]:
    """Place in `old` → place in `new` of pieces that are the same piece, in one order in both."""
    pairs: dict[int, int] = {}
    looks, compared = _MOST_LOOKS * (len(old) + len(new)), _MOST_PAIRS_IN_ALL
    parts = [(0, len(old), 0, len(new))]
    while parts:
        a, b, c, d = parts.pop()
        while a < b and c < d and old[a] == new[c]:
            pairs[a] = c
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            pairs[b] = d
        looks -= b - a + d - c
        if a == b or c == d or looks < 0:
            continue
        if anchors := _standing_once(old, new, (a, b), (c, d)):
            bounds = [(a - 1, c - 1), *anchors, (b, d)]
            pairs.update(anchors)
            parts += [(i + 1, k, j + 1, m) for (i, j), (k, m) in zip(bounds, bounds[1:], strict=False)]
        elif (count := (b - a) * (d - c)) <= min(_MOST_PAIRS, compared):
            compared -= count
            pairs.update((a + i, c + j) for i, j in _longest_common(old[a:b], new[c:d]))
    return pairs


def _standing_once(old: list[str], new: list[str], one: Span, other: Span) -> list[Span]:
    """Places of pieces that stand once in each of two parts: the longest run of them that is in order in both."""
    counts = Counter(old[slice(*one)]), Counter(new[slice(*other)])
    where = {new[at]: at for at in range(*other)}
    pairs = [(at, where[old[at]]) for at in range(*one) if counts[0][old[at]] == 1 == counts[1][old[at]]]
    # Longest increasing subsequence by patience sorting: the least end of a run of each length, and who comes before whom.
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [place], [at]
    return list(_chain(pairs, before, last[-1]))[::-1] if last else []


def _chain(pairs: list[Span], before: list[int], at: int) -> Iterator[Span]:
    while at >= 0:
        yield pairs[at]
        at = before[at]


def _longest_common(old: list[str], new: list[str]) -> list[Span]:
    """Places of a longest common subsequence, by the textbook table."""
    table = [[0] * (len(new) + 1)]
    for piece in old:
        above, row = table[-1], [0]
        for at, other in enumerate(new):
            row.append(above[at] + 1 if piece == other else max(row[-1], above[at + 1]))
        table.append(row)
    pairs, a, c = [], len(old), len(new)
    while a and c:
        if old[a - 1] == new[c - 1]:
            a, c = a - 1, c - 1
            pairs.append((a, c))
        elif table[a - 1][c] >= table[a][c - 1]:
            a -= 1
        else:
            c -= 1
    return pairs
