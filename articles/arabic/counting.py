"""Counts with Arabic nouns, whose form depends on the number. Used by pages, messages and limits."""

from collections import Counter
from collections.abc import Iterable, Iterator

# The forms of a noun for one, two, three to ten, and eleven and more.
Forms = tuple[str, str, str, str]
TIMES: Forms = ("مرة", "مرتان", "مرات", "مرة")
BYTES: Forms = ("بايت", "بايتان", "بايتات", "بايتا")


def each_once(texts: Iterable[str]) -> Iterator[str]:
    """Yields each text once, in the order of first occurrence; a repeated text with its count: «الكويت (3 مرات)»."""
    for text, count in Counter(texts).items():
        yield f"{text} ({agreeing(count, TIMES)})" if count > 1 else text


def agreeing(count: int, forms: Forms, written: str = "") -> str:
    """Returns a count with its noun: مقال واحد، مقالان، 3 مقالات، 11 مقالا، 100 مقال.

    `written` is the number as it is shown; by default, its digits with thousands marks.
    """
    singular, dual, plural, accusative = forms
    if count == 0:
        return "ولا مرة" if singular == "مرة" else f"لا {plural}"
    if count == 1:
        return f"{singular} {'واحدة' if singular.endswith('ة') else 'واحد'}"
    if count == 2:
        return dual
    rest = count % 100
    return f"{written or f'{count:,}'} {plural if 3 <= rest <= 10 else accusative if rest >= 11 else singular}"
