"""How Arabic counts things: the noun after a number bends with the number. Used by pages, messages and limits."""

from collections import Counter
from collections.abc import Iterable, Iterator

# One of it, two, three to ten, eleven and more.
Forms = tuple[str, str, str, str]
TIMES: Forms = ("مرة", "مرتان", "مرات", "مرة")
BYTES: Forms = ("بايت", "بايتان", "بايتات", "بايتا")


def each_once(texts: Iterable[str]) -> Iterator[str]:
    """Each text once, in the order of their first, with how many times it stands where that is more than one: «الكويت (3 مرات)»."""
    for text, count in Counter(texts).items():
        yield f"{text} ({agreeing(count, TIMES)})" if count > 1 else text


def agreeing(count: int, forms: Forms, written: str = "") -> str:
    """A count with its noun: مقال واحد، مقالان، 3 مقالات، 11 مقالا، 100 مقال. `written` is the number as it is shown."""
    one, two, few, many = forms
    if count == 0:
        return "ولا مرة" if one == "مرة" else f"لا {few}"
    if count == 1:
        return f"{one} {'واحدة' if one.endswith('ة') else 'واحد'}"
    if count == 2:
        return two
    rest = count % 100
    return f"{written or f'{count:,}'} {few if 3 <= rest <= 10 else many if rest >= 11 else one}"
