"""Dates of digits in a line of Arabic: «2024-11-06» behind an Arabic letter would be shown from its end (UAX #9, W2 and W4)."""

import re

# «2024-11-06», «2024-11», also with a clock's time behind it; an address or a name of a file that holds one is left.
_ISO = re.compile(
    r"(?<![A-Za-z0-9_/.\u2066-])\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?)?(?![A-Za-z0-9_-])", re.ASCII
)
# LRI, FSI and PDI.
_ISOLATE, _FIRST_STRONG, _END = "\u2066", "\u2068", "\u2069"


def from_the_left(text: str) -> str:
    """`text`, an address of the web or the like, so that it is read from its left whatever stands around it."""
    return f"{_ISOLATE}{text}{_END}"


def isolated(text: str) -> str:
    """A foreign `text`, such as a file's name, so that its letters decide its own direction and that of nothing around it."""
    return f"{_FIRST_STRONG}{text}{_END}"


def isolated_dates(text: str) -> str:
    """`text` with every date of digits isolated, so that it keeps its order; dates that are isolated already are left."""
    return _ISO.sub(lambda match: f"{_ISOLATE}{match[0]}{_END}", text)
