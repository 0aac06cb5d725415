"""Composes letters and their marks (Unicode NFC) in time that grows with the text; called by whatever normalises text.

`unicodedata.normalize` orders a run of marks by insertion, which takes the square of the run's length: a letter under
100,000 marks takes minutes. No writing puts more than a few marks on a letter.
"""

import re
import sys
import unicodedata

# The most marks that stay on one letter: the bound of the Stream-Safe Text Format (Unicode Standard Annex 15, section 13).
MOST_MARKS = 30


def _ranges_of_marks() -> str:
    """The code points with a canonical combining class, as ranges of a character class."""
    ranges: list[list[int]] = []
    for code in range(0x300, sys.maxunicode + 1):
        if unicodedata.combining(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_MARKS = _ranges_of_marks()
_LONG_RUN = re.compile(f"([{_MARKS}]{{{MOST_MARKS}}})[{_MARKS}]++")


def compose(text: str) -> str:
    """`text` in NFC; of a run of more than MOST_MARKS combining marks the rest is dropped."""
    return unicodedata.normalize("NFC", _LONG_RUN.sub(r"\1", text))
