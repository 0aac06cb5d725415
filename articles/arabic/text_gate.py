"""The gate that every text passes before it is stored: which characters a stored text may hold.

Called by the models' fields (articles/models/text_fields.py), so that no door goes around it, and by ingest before it counts
offsets. Every function here is idempotent and takes time in proportion to the length of the text.

Kept are the zero-width joiner and non-joiner, which shape letters, and the marks LRM, RLM and ALM, which order one punctuation
mark and end with it. Embeddings, overrides and isolates are removed: they turn whatever follows them, up to the end of the line.
"""

import re
import unicodedata
from functools import cache

# Every way to end a line, as UAX 14 lists them: a pair first, so that it ends one line.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# C0 without the line feed, DEL and C1; bidirectional embeddings, overrides and isolates with the deprecated format characters
# after them; the byte-order mark and its mirror image; interlinear annotation; lone surrogates, which UTF-8 cannot hold.
_REMOVED = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u206f\ufeff\ufffe\uffff\ufff9-\ufffb\ud800-\udfff"
_UNWANTED = re.compile(f"[{_REMOVED}]+")
# One look at a text tells whether it holds anything that is removed or replaced.
_SUSPECT = re.compile(f"[\t\r\v\f\x85\u2028\u2029{_REMOVED}]")
# UAX 15 (Stream-Safe Text Format): no writing system needs more combining marks on one letter.
_MOST_MARKS = 30
# Spaces of any width alone leave a line empty.
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_SEVERAL_LINES = re.compile(r"\n+")


def clean_text(text: str) -> str:
    """`text` of any number of lines as it may be stored: lines end in a line feed, a tab is a space, no other control character
    and nothing that turns the direction of what follows is left, and letters are composed (NFC).

    Any part of a clean text is clean itself, so that a quote taken from a clean body is stored as it is.
    """
    if _SUSPECT.search(text):
        text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))
    return compose(text)


def clean_line(text: str) -> str:
    """`text` of one line (a title, a name) as it may be stored: `clean_text`, where a space stands for line feeds."""
    text = clean_text(text)
    return _SEVERAL_LINES.sub(" ", text) if "\n" in text else text


def clean_body(text: str) -> str:
    """An article's text as it may be stored: `clean_text`, paragraphs parted by exactly one blank line, none at either end."""
    return _BLANK_LINES.sub("\n\n", clean_text(text)).strip()


def compose(text: str) -> str:
    """`text` in Unicode's Normalization Form C, in linear time.

    Python sorts a run of combining marks in quadratic time, so long runs are sorted before: 48,000 marks took 2.4 s.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _long_runs_of_marks().sub(lambda run: _sorted_marks(run[0]), text))


def _sorted_marks(run: str) -> str:
    """Combining marks in canonical order, which leaves those of one class in the order in which they were written."""
    return "".join(sorted("".join(map(_decomposed, run)), key=unicodedata.combining))


@cache
def _decomposed(mark: str) -> str:
    return unicodedata.normalize("NFD", mark)


@cache
def _long_runs_of_marks() -> re.Pattern[str]:
    """More combining marks after one another than any writing needs; made when first wanted, since it takes 15 ms."""
    marks = "".join(mark for mark in map(chr, range(0x300, 0x1E950)) if unicodedata.combining(mark))
    return re.compile(f"[{marks}]{{{_MOST_MARKS + 1},}}")
