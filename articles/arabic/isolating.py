"""Isolates left-to-right strings in Arabic lines.

Without isolation, «2024-11-06» after an Arabic letter is shown in reversed order (UAX #9, W2 and W4).
"""

import re

# «2024-11-06» and «2024-11», also with a clock time after them. Dates inside an address or a file name are excluded.
_ISO = re.compile(
    r"(?<![A-Za-z0-9_/.\u2066-])\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?)?(?![A-Za-z0-9_-])", re.ASCII
)
# LRI, FSI and PDI.
_ISOLATE, _FIRST_STRONG, _END = "\u2066", "\u2068", "\u2069"


def from_the_left(text: str) -> str:
    """Returns `text`, such as a web address, in a left-to-right isolate."""
    return f"{_ISOLATE}{text}{_END}"


def isolate(text: str) -> str:
    """Returns `text`, such as a file name, in an isolate whose direction its first strong letter decides.

    The text around it keeps its own direction.
    """
    return f"{_FIRST_STRONG}{text}{_END}"


def isolate_dates(text: str) -> str:
    """Returns `text` with every date of digits in a left-to-right isolate; isolate dates stay as they are."""
    return _ISO.sub(lambda match: f"{_ISOLATE}{match[0]}{_END}", text)
