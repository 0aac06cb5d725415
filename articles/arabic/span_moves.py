"""Moves spans with their words when a text changes; called by articles/models/carrying.py.

The two texts are aligned word by word, as in a patience diff: words that stand once in both texts are the anchors. The
work is bounded by the length of the texts. Words that stay unaligned are searched by their text.
"""

import itertools
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from articles.arabic.characters import INVISIBLE, MARKS, TATWEEL
from articles.arabic.text_gate import clean_text

Span = tuple[int, int]

# A piece is a word, with the characters that an unclean text may hold inside it, or one other character. Spaces and
# line ends separate pieces.
_IN_WORD = rf"\w{MARKS}{TATWEEL}{INVISIBLE}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufff9-\ufffb"
_PIECE = re.compile(rf"[{_IN_WORD}]+|\S")
_WORD_CHARACTER = re.compile(rf"[\w{MARKS}{TATWEEL}]")
# Digits joined by a mark of thousands or decimals.
_GROUPED = re.compile(r"\d[.,٫٬]\d")
# The search for words that stand once goes on in ever smaller parts. This is the most visits of a piece, on average over
# all pieces. Changed copies of the labelled texts need at most 2.7, even with nine words of ten changed and the halves
# exchanged. A smaller number leaves words of a much changed text unaligned; a larger one only gives hostile texts more
# time.
_MOST_LOOKS = 20
# The most pairs of pieces that are compared between two such words, and in all. 100,000 take 13 ms, a million 0.14 s.
# Parts of the changed copies have at most 13,000 pairs. In larger parts the quotes are searched one by one.
_MOST_PAIRS, _MOST_PAIRS_IN_ALL = 100_000, 1_000_000
# The most places of a quote that are compared in each direction, and the code points around them that are compared on
# each side.
_MOST_PLACES, _CONTEXT = 40, 40


class TextChange:
    """A text `before` and `after` a change. Offsets are in code points. `after` must be clean (text_gate)."""

    def __init__(self, before: str, after: str) -> None:
        self.before, self.after = before, after
        self._old, self._new = _pieces(before), _pieces(after)
        keys = [clean_text(before[start:end]) for start, end in self._old], [after[s:e] for s, e in self._new]
        self._aligned = _align(*keys)
        self._anchors = sorted(self._aligned)
        self._starts = [start for start, _ in self._old]

    def move(self, spans: Sequence[tuple[Span | None, str]]) -> list[Span | None]:
        """Returns the new span of each (span in `before`, its quote); None where the quote no longer stands in `after`.

        First, spans that hold their quote are carried over. Then every other quote is searched in the rest of the text.
        If its span is None or does not hold it, its place is returned only if it stands once.

        No two results are equal, because two figures of an article may not have one span (models/figure.py).
        """
        quotes = [clean_text(quote) for _, quote in spans]
        held_spans = [
            span if span is not None and self.before[span[0] : span[1]] == quote else None for span, quote in spans
        ]
        places: list[Span | None] = [None] * len(spans)
        used_spans: set[Span] = set()
        for index, span in enumerate(held_spans):
            place = self._image(span, quotes[index]) if span is not None else None
            if place is not None and place not in used_spans:
                places[index] = place
                used_spans.add(place)
        for index, span in enumerate(held_spans):
            if places[index] is None and (place := self._search(span, quotes[index], used_spans)):
                places[index] = place
                used_spans.add(place)
        return places

    def _image(self, span: Span, quote: str) -> Span | None:
        """Returns the new span of a span whose first and last piece are aligned.

        None if they are not aligned, or if the new span does not hold the quote.
        """
        if self.before == self.after:
            return span
        first, last = bisect_right(self._starts, span[0]) - 1, bisect_left(self._starts, span[1]) - 1
        if first not in self._aligned or last not in self._aligned or not quote:
            return None
        begin, end = self._new[self._aligned[first]][0], self._new[self._aligned[last]][1]
        position = begin + span[0] - self._old[first][0]
        if self.after[position : position + len(quote)] != quote:
            position = self.after.find(quote, begin, end)
        if position < 0:
            return None
        place = position, position + len(quote)
        return None if _is_cut_anew(_cuts(self.before, *span), _cuts(self.after, *place)) else place

    def _search(self, span: Span | None, quote: str, used_spans: set[Span]) -> Span | None:
        """Returns the new span of a quote that is not aligned, or None.

        Places between the aligned neighbours of `span` come first, then all others. Of several, the place with the most
        equal surroundings wins, then the nearest. Without a span, the quote must stand once.
        """
        if not quote:
            return None
        if span is None:
            places = self._places(quote, (0, len(self.after)), (False, False), used_spans)
            return places[0] if len(places) == 1 else None
        cut = _cuts(self.before, *span)
        low, high = self.gap(span)
        places = self._places(quote, (low, high), cut, used_spans)
        places = places or self._places(quote, (low, len(self.after)), cut, used_spans)
        places += [] if places and low <= places[0][0] < high else self._places(quote, (low, 0), cut, used_spans)
        return max(places, key=lambda place: (self._likeness(span, place), -abs(place[0] - low)), default=None)

    def _places(self, quote: str, path: Span, cut: tuple[bool, bool], used_spans: set[Span]) -> list[Span]:
        """Returns the unused places of a quote on the path from one offset to another, forwards or backwards.

        At most _MOST_PLACES places are tried. `cut` says whether a place may begin, and whether it may end, inside a
        word.
        """
        begin, end = path
        places: list[Span] = []
        for _ in range(_MOST_PLACES):
            forwards = begin <= end
            position = self.after.find(quote, begin, end) if forwards else self.after.rfind(quote, end, begin)
            if position < 0:
                break
            place = position, position + len(quote)
            begin = place[1] if forwards else place[0]
            place_cut = _cuts(self.after, *place)
            if place not in used_spans and not _is_cut_anew(cut, place_cut):
                places.append(place)
        return places

    def gap(self, span: Span) -> Span:
        """Returns the span in `after` between the nearest aligned words before and after a span of `before`."""
        first, last = bisect_left(self._starts, span[0]), bisect_left(self._starts, span[1])
        left, right = bisect_left(self._anchors, first), bisect_left(self._anchors, last)
        low = self._new[self._aligned[self._anchors[left - 1]]][1] if left else 0
        high = self._new[self._aligned[self._anchors[right]]][0] if right < len(self._anchors) else len(self.after)
        return low, high

    def _likeness(self, span: Span, place: Span) -> int:
        """Returns the number of equal code points around a span and its new place, counted outwards on both sides."""
        before = self.before[max(0, span[0] - _CONTEXT) : span[0]], self.after[max(0, place[0] - _CONTEXT) : place[0]]
        behind = self.before[span[1] : span[1] + _CONTEXT], self.after[place[1] : place[1] + _CONTEXT]
        return _common(before[0][::-1], before[1][::-1]) + _common(*behind)


def _pieces(text: str) -> list[Span]:
    """Returns the spans of all pieces of a text."""
    return [match.span() for match in _PIECE.finditer(text)]


def _cuts(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Returns whether a span begins, and whether it ends, inside a word or a number («1,023»)."""

    def inside(position: int) -> bool:
        """Returns whether an offset lies inside a word, or beside a mark of thousands or decimals in a number."""
        # Characters that the gate removes do not separate words: «و\u202aالمغرب» is one word with and without it.
        left, right = (
            clean_text(text[max(0, position - _CONTEXT) : position]),
            clean_text(text[position : position + _CONTEXT]),
        )
        if not left or not right:
            return False
        return all(map(_WORD_CHARACTER.match, (left[-1], right[0]))) or bool(
            _GROUPED.fullmatch(left[-2:] + right[:1]) or _GROUPED.fullmatch(left[-1:] + right[:2])
        )

    return inside(start), inside(end)


def _is_cut_anew(before: tuple[bool, bool], after: tuple[bool, bool]) -> bool:
    """Returns whether a span now begins or ends inside a word or number, and did not before."""
    return any(is_cut and not was_cut for was_cut, is_cut in zip(before, after, strict=True))


def _common(left: str, right: str) -> int:
    """Returns the length of the common beginning of two strings."""
    return next(
        (index for index, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )


def _align(old: list[str], new: list[str]) -> dict[int, int]:
    """Maps indexes of pieces in `old` to indexes of the same pieces in `new`; the order is the same in both."""
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
            parts += [(i + 1, k, j + 1, m) for (i, j), (k, m) in itertools.pairwise(bounds)]
        elif (count := (b - a) * (d - c)) <= min(_MOST_PAIRS, compared):
            compared -= count
            pairs.update((a + i, c + j) for i, j in _longest_common(old[a:b], new[c:d]))
    return pairs


def _standing_once(old: list[str], new: list[str], old_part: Span, new_part: Span) -> list[Span]:
    """Returns (old index, new index) of pieces that stand once in each part: the longest sequence in order in both."""
    counts = Counter(old[slice(*old_part)]), Counter(new[slice(*new_part)])
    new_places = {new[index]: index for index in range(*new_part)}
    pairs = [
        (index, new_places[old[index]])
        for index in range(*old_part)
        if counts[0][old[index]] == 1 == counts[1][old[index]]
    ]
    # Longest increasing subsequence by patience sorting. `ends` holds the least end of a sequence of each length,
    # `last` its pair, and `before` the predecessor of each pair.
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, new_place) in enumerate(pairs):
        length = bisect_left(ends, new_place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [new_place], [index]
    return list(_chain(pairs, before, last[-1]))[::-1] if last else []


def _chain(pairs: list[Span], before: list[int], index: int) -> Iterator[Span]:
    """Yields the pair at `index` and its predecessors."""
    while index >= 0:
        yield pairs[index]
        index = before[index]


def _longest_common(old: list[str], new: list[str]) -> list[Span]:
    """Returns (old index, new index) of a longest common subsequence, by the dynamic-programming table."""
    table = [[0] * (len(new) + 1)]
    for piece in old:
        above, row = table[-1], [0]
        for index, new_piece in enumerate(new):
            row.append(above[index] + 1 if piece == new_piece else max(row[-1], above[index + 1]))
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
