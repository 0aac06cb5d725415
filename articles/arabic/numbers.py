"""Finds numbers in Arabic text, in digits of both kinds or in words, with value and span; used for figures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from articles.arabic.characters import DIGITS
from articles.arabic.folding import fold_name, without_proclitics
from articles.arabic.words import Word


@dataclass(frozen=True)
class Number:
    """A number in a text.

    value: the number.
    start: its offset, in code points.
    end: the offset after it, in code points.
    first_word: the index of its first word.
    next_word: the index of the word after its last.
    in_words: whether it begins in words rather than digits.
    """

    value: Decimal
    start: int
    end: int
    first_word: int
    next_word: int
    in_words: bool


def _fold_keys(table: dict[str, int]) -> dict[str, int]:
    return {fold_name(word): value for word, value in table.items()}


_UNITS = _fold_keys({
    "ثلاث": 3, "ثلاثة": 3, "أربع": 4, "أربعة": 4, "خمس": 5, "خمسة": 5, "ست": 6, "ستة": 6, "سبع": 7, "سبعة": 7,
    "ثمان": 8, "ثماني": 8, "ثمانية": 8, "ثمانيا": 8, "تسع": 9, "تسعة": 9, "عشر": 10, "عشرة": 10,
})  # fmt: skip
# One and two are read as numbers only inside a larger number («واحد وعشرون», «اثنا عشر»).
_ONES = _fold_keys({
    "واحد": 1, "واحدا": 1, "واحدة": 1, "أحد": 1, "إحدى": 1,
    "اثنان": 2, "اثنين": 2, "اثنتان": 2, "اثنتين": 2, "اثنا": 2, "اثني": 2, "اثنتا": 2, "اثنتي": 2,
})  # fmt: skip
_TENS = _fold_keys({
    "عشرون": 20, "عشرين": 20, "ثلاثون": 30, "ثلاثين": 30, "أربعون": 40, "أربعين": 40, "خمسون": 50, "خمسين": 50,
    "ستون": 60, "ستين": 60, "سبعون": 70, "سبعين": 70, "ثمانون": 80, "ثمانين": 80, "تسعون": 90, "تسعين": 90,
})  # fmt: skip
_HUNDREDS = _fold_keys({"مئة": 100, "مائة": 100, "مئتان": 200, "مئتين": 200, "مائتان": 200, "مائتين": 200, "مئتا": 200,
                     "مئتي": 200, "مائتا": 200, "مائتي": 200})  # fmt: skip
_HUNDREDS |= {
    fold_name(stem + hundred): value * 100
    for stem, value in {"ثلاث": 3, "أربع": 4, "خمس": 5, "ست": 6, "سبع": 7, "ثمان": 8, "ثماني": 8, "تسع": 9}.items()
    for hundred in ("مئة", "مائة")
}
_SCALES = _fold_keys({
    "ألف": 10**3, "ألفا": 10**3, "آلاف": 10**3, "مليون": 10**6, "مليونا": 10**6, "ملايين": 10**6,
    "مليار": 10**9, "مليارا": 10**9, "مليارات": 10**9, "بليون": 10**9, "تريليون": 10**12, "تريليونا": 10**12,
})  # fmt: skip
# A dual is a complete number: «ألفين» is 2,000. «ألفا» can mean one thousand or two; here it is a scale after digits.
_DUAL_SCALES = _fold_keys({
    "ألفان": 2 * 10**3, "ألفين": 2 * 10**3, "ألفي": 2 * 10**3, "مليونان": 2 * 10**6, "مليونين": 2 * 10**6,
    "مليوني": 2 * 10**6, "ملياران": 2 * 10**9, "مليارين": 2 * 10**9, "ملياري": 2 * 10**9,
})  # fmt: skip
_LEAST_WORDS = {**_UNITS, **_TENS, **_HUNDREDS, **_DUAL_SCALES}
_ALL_WORDS = {**_LEAST_WORDS, **_ONES, **_SCALES}
# Prepositions and conjunctions that are written onto a number: «لثلاث ولايات», «بخمسة ملايين».
_PREFIXES = ("و", "ل", "ب", "ف", "ول", "وب")
# Maps a folded word to (its prefix, the number word without it).
_NUMBER_WORDS = {prefix + word: (prefix, word) for word in _ALL_WORDS for prefix in reversed(_PREFIXES)}
# Maps a part of the scale after it to its divisor: «نصف مليون شخص».
_PARTS = _fold_keys({"نصف": 2, "ربع": 4, "ثلث": 3})
_NUMBER_WORDS |= {prefix + word: (prefix, word) for word in _PARTS for prefix in ("", *_PREFIXES)}
_NUMBER_WORDS |= {word: ("", word) for word in _ALL_WORDS}
# After one of these words, a bare «ألف» or «مليون» is a number: «نحو ألف مقاتل», «أكثر من مليون دولار».
_BEFORE_BARE_SCALES = {
    fold_name(word)
    for word in (
        "نحو", "حوالي", "حوالى", "قرابة", "زهاء", "يناهز", "تناهز", "ناهز", "يقارب", "تقارب", "تجاوز", "يتجاوز",
        "تتجاوز", "تجاوزت", "يفوق", "تفوق",
    )
}  # fmt: skip
_MORE_OR_LESS = {fold_name(word) for word in ("أكثر", "أزيد", "أقل", "بأكثر", "بأزيد", "لأكثر", "لأزيد", "وأكثر")}
_ORDINALS = {
    fold_name(stem + ending)
    for stem in ("حادي", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع")
    for ending in ("", "ة")
}
_BETWEEN = fold_name("بين")
_TEENS = {fold_name("عشر"), fold_name("عشرة")}

# The most parts of a number after its first. Trillions, billions, millions, thousands and ones are five; the rest is
# spare.
_MOST_PARTS = 8
_GOES_ON = re.compile(rf"[./][{DIGITS}]")
_FRACTION = re.compile(rf"[.٫,](?=[{DIGITS}])")


def find_numbers(text: str, words: Sequence[Word]) -> list[Number]:
    """Returns every number of `text`, in order and without overlaps; `words` are `words(text)`.

    «50 ألف» is one number, 50,000; «1.5 مليون» is 1,500,000; «خمسة وثلاثين» is 35. «12.500» and «1 500» have thousands
    marks, and «2.5» is a fraction. Bare «ألف», «مئة» and «واحد» are not numbers, because they are as often plain words.
    """
    numbers: list[Number] = []
    after = 0
    openers = [index for index, word in enumerate(words) if word.folded in _NUMBER_WORDS or word.folded[0] <= "9"]
    for index in openers:
        if index < after:
            continue
        number = (
            _number_in_digits(text, words, index) if words[index].is_number else _number_in_words(text, words, index)
        )
        if number:
            numbers.append(number)
            after = number.next_word
    return numbers


def _gap(text: str, left: Word, right: Word) -> str:
    """Returns the text between two words."""
    return text[left.end : right.start]


def _number_in_digits(text: str, words: Sequence[Word], index: int) -> Number:
    """Returns the number whose digits begin at `index`, with the scales and parts after them."""
    value, next_word = _numeral(text, words, index)
    value, next_word = _apply_scale_words(text, words, value, next_word)
    return Number(value, words[index].start, words[next_word - 1].end, index, next_word, in_words=False)


def _numeral(text: str, words: Sequence[Word], index: int) -> tuple[Decimal, int]:
    """Returns (value, next index) of the digits at `index`, with thousands groups or a fraction."""
    digits = words[index].folded
    next_word = index + 1
    # «12.500» and «1 500 000»: groups of exactly three digits after a group of one to three digits.
    while (
        next_word < len(words)
        and words[next_word].is_number
        and _gap(text, words[next_word - 1], words[next_word]) in {".", " ", "\u00a0", "\u202f", "\u2009", "'"}
        and len(words[next_word].folded) == 3
        and len(words[index].folded) <= 3
        and words[index].folded != "0"
        and "," not in text[words[next_word].start : words[next_word].end]
    ):
        digits += words[next_word].folded
        next_word += 1
    if next_word == index + 1 and next_word < len(words) and words[next_word].is_number:
        if _FRACTION.fullmatch(_gap(text, words[index], words[next_word])) is None and _gap(
            text, words[index], words[next_word]
        ) not in {".", "٫", ","}:
            return Decimal(digits), next_word
        goes_on = _GOES_ON.match(text, words[next_word].end)
        # 1.2.3 is a version or a section and 06.11.2024 a date, so neither holds a fraction. «2.5.» ends a sentence.
        if not goes_on and text[max(0, words[index].start - 1) : words[index].start] not in {".", "/"}:
            return Decimal(f"{digits}.{words[next_word].folded}"), next_word + 1
    return Decimal(digits), next_word


def _apply_scale_words(
    text: str, words: Sequence[Word], value: Decimal, next_word: int, parts: int = _MOST_PARTS
) -> tuple[Decimal, int]:
    """Returns (value, next index) after multiplying by scale words and adding up to `parts` smaller parts.

    `next_word` is the index of the word after `value`. A part counts only if it is smaller than what stands before it:
    «3 آلاف و500» is one number, «3 آلاف و5 ملايين» are two.
    """
    scaled = False
    while next_word < len(words) and words[next_word].folded in _SCALES:
        if _gap(text, words[next_word - 1], words[next_word]).strip():
            break
        value *= _SCALES[words[next_word].folded]
        next_word += 1
        scaled = True
    if (
        scaled
        and parts
        and next_word + 1 < len(words)
        and words[next_word].folded == "و"
        and words[next_word + 1].is_number
    ):
        rest, after = _numeral(text, words, next_word + 1)
        rest, after = _apply_scale_words(text, words, rest, after, parts - 1)
        if rest < value and not _gap(text, words[next_word - 1], words[next_word]).strip():
            return value + rest, after
    return value, next_word


def _number_in_words(text: str, words: Sequence[Word], index: int) -> Number | None:
    """Returns the number in words that begins at `index`; None without one."""
    first = _NUMBER_WORDS.get(words[index].folded)
    if first is None:
        return None
    prefix, name = first
    if not _can_begin(text, words, index, prefix, name):
        return None
    if name in _PARTS:
        return _part_of_scale(text, words, index, prefix, name)
    value, next_word = _sum_of_words(text, words, index, name)
    if next_word == index:
        return None
    start = words[index].start + _prefix_length(text, words[index], prefix)
    value, next_word = _with_digits(text, words, value, next_word)
    return Number(value, start, words[next_word - 1].end, index, next_word, in_words=True)


def _can_begin(text: str, words: Sequence[Word], index: int, prefix: str, name: str) -> bool:
    """Returns whether the number word `name` at `index`, after its prefix, can begin a number."""
    # «الثامن عشر» and «وللثامنة عشرة» are ordinals.
    before = without_proclitics(words[index - 1].folded) if index else []
    if name in _TEENS and any(reading.removeprefix("ال") in _ORDINALS for reading in before):
        return False
    if name in _ONES and not _continues(text, words, index):
        return False
    return name not in _SCALES or _is_measured(words, index, prefix)


def _sum_of_words(text: str, words: Sequence[Word], index: int, name: str) -> tuple[Decimal, int]:
    """Returns (value, next index) of the number words from `index` on.

    `name` is the first of them without its prefix.
    """
    number = _NumberInWords()
    next_word = index
    while next_word < len(words):
        is_first = next_word == index
        if not is_first and _gap(text, words[next_word - 1], words[next_word]).strip():
            break
        word, joined = (name, False) if is_first else _without_conjunction(words[next_word].folded)
        value = _ALL_WORDS.get(word)
        if value is None or not number.goes_on_with(word, value, joined):
            break
        number.add(word, value, joined)
        next_word += 1
    return number.value, next_word


def _without_conjunction(folded: str) -> tuple[str, bool]:
    """Returns (a word without the «و» before it, whether it begins with «و»). The «و» of «واحد» is part of the word."""
    joined = folded.startswith("و")
    return (folded[1:] if joined and folded not in _ALL_WORDS else folded), joined


class _NumberInWords:
    """A number whose words are read one after another: «ثلاثة ملايين ومئة وعشرون ألفا وخمسة».

    The group is the number below the next scale. A scale word («ملايين») multiplies it and begins a new group.
    """

    def __init__(self) -> None:
        self._scaled = self._group = Decimal(0)
        self._last_value: int | None = None
        self._last_word = ""

    @property
    def value(self) -> Decimal:
        """Returns the number that the words so far make."""
        return self._scaled + self._group

    def goes_on_with(self, word: str, value: int, joined: bool) -> bool:
        """Returns whether a word belongs to the same number; `joined` means that «و» stands before it."""
        last = self._last_value
        if last is None:
            return True
        if not joined:
            # «خمسة عشر», «خمسة آلاف», «خمس مئة»
            return word in _SCALES or word in _TEENS or value == 100
        # «مئة وعشرة» is 110. «خمسة وعشرة», «خمسة عشر وستة» and «خمسمئة وألف» are two numbers each.
        if (last < 100 and word in _TEENS) or self._last_word in _TEENS or (self._group and word in _SCALES):
            return False
        if word in _SCALES or word in _DUAL_SCALES or self._scaled:
            return True
        # The words of a group become smaller, but ones stand before tens: «مئة وخمسة وعشرون».
        return value < last or last < 10 <= value < 100

    def add(self, word: str, value: int, joined: bool) -> None:
        """Adds a word that belongs to the number; `joined` means that «و» stands before it."""
        last = self._last_value
        if word in _TEENS and last is not None and last < 10:
            self._group += 10
        elif word in _SCALES:
            self._scaled += (self._group or 1) * value
            self._group = Decimal(0)
        elif word in _DUAL_SCALES:
            self._scaled += value
        elif value == 100 and last is not None and last < 10 and not joined:
            # «خمس مئة»: the ones before it are its factor.
            self._group += last * 100 - last
        else:
            self._group += value
        self._last_value, self._last_word = value, word


def _with_digits(text: str, words: Sequence[Word], value: Decimal, next_word: int) -> tuple[Decimal, int]:
    """Returns (value, next index) after adding a part in digits to thousands in words: «مليونين و454 ألف»."""
    if (
        value < 1000
        or next_word + 1 >= len(words)
        or words[next_word].folded != "و"
        or not words[next_word + 1].is_number
    ):
        return value, next_word
    rest, after = _numeral(text, words, next_word + 1)
    rest, after = _apply_scale_words(text, words, rest, after)
    if rest < value and value % 1000 == 0 and not _gap(text, words[next_word - 1], words[next_word]).strip():
        return value + rest, after
    return value, next_word


def _is_measured(words: Sequence[Word], index: int, prefix: str) -> bool:
    """Returns whether a bare «ألف» or «مليون» at `index` is a number: it follows a qualifier or ends a range."""
    before = words[index - 1].folded if index else ""
    more = before == fold_name("من") and index > 1 and words[index - 2].folded in _MORE_OR_LESS
    # «بين 800 وألف»
    closes = prefix == "و" and index > 1 and words[index - 1].is_number and words[index - 2].folded.endswith(_BETWEEN)
    return closes or (not prefix and (before in _BEFORE_BARE_SCALES or more))


def _part_of_scale(text: str, words: Sequence[Word], index: int, prefix: str, name: str) -> Number | None:
    """Returns the number of a part with its scale: «نصف مليون» is 500,000. None for a part without a scale after it."""
    if index + 1 >= len(words) or _gap(text, words[index], words[index + 1]).strip():
        return None
    scale = _SCALES.get(words[index + 1].folded)
    if scale is None:
        return None
    start = words[index].start + _prefix_length(text, words[index], prefix)
    value = (Decimal(scale) / _PARTS[name]).quantize(Decimal("0.0001"))
    return Number(value, start, words[index + 1].end, index, index + 2, in_words=True)


def _continues(text: str, words: Sequence[Word], index: int) -> bool:
    """Returns whether «واحد» or «اثنا» at `index` begins a larger number: «اثنا عشر», «واحد وعشرون»."""
    if index + 1 >= len(words) or _gap(text, words[index], words[index + 1]).strip():
        return False
    following = words[index + 1].folded
    return following in _TEENS or (following.startswith("و") and following[1:] in _TENS)


def _prefix_length(text: str, word: Word, prefix: str) -> int:
    """Returns the length of `prefix` in the written word, in code points, with its marks and tatweel."""
    written = text[word.start : word.end]
    length = letters = 0
    while length < len(written) and letters < len(prefix):
        letters += len(fold_name(written[length]))
        length += 1
    while length < len(written) and not fold_name(written[length]):
        length += 1
    return length
