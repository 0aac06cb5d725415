"""The gate that every text passes before it is stored: which characters a stored text may hold.

Called by the models' fields (articles/models/text_fields.py), so that nothing is stored without it, and by ingest
before it counts offsets. Every function here is idempotent and takes time in proportion to the length of the text.

Presentation forms («ﻻ», «ﷺ») become the letters that they show, so that a word is the same however it was typed. A
file's name keeps its presentation forms. Soft hyphens and zero-width spaces, which only say where a line may break, are
removed. Zero-width joiners and non-joiners, which shape letters, are kept. The marks LRM, RLM and ALM are kept, because
each orders one punctuation mark and ends with it. Embeddings, overrides and isolates are removed: they turn all text
after them, up to the end of the line.
"""

import re
import unicodedata
from functools import cache

# Every way to end a line, as UAX 14 lists them: a pair first, so that it ends one line.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# C0 without the line feed, DEL and C1; bidirectional embeddings, overrides and isolates with the deprecated format
# characters after them; the byte-order mark and its mirror image; interlinear annotation; lone surrogates, which UTF-8
# cannot hold; soft hyphens and zero-width spaces.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_TURNS = "\u202a-\u202e\u2066-\u206f"
_REMOVED = f"{_CONTROLS}{_TURNS}\u00ad\u200b\ufeff\ufffe\uffff\ufff9-\ufffb\ud800-\udfff"
# Isolated, initial, medial and final forms of letters, and ligatures: another writing of the plain letters.
_PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
# A visible character: no space, joiner or mark of direction, and no filler or selector without a shape.
_VISIBLE = re.compile(
    "[^\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff]"
)
# The removed characters that `removals` counts, by kind.
_COUNTED = {
    "controls": re.compile(f"[{_CONTROLS}]"),
    "marks": re.compile(f"[{_TURNS}]"),
}
_UNWANTED = re.compile(f"[{_REMOVED}]+")
# One search shows whether a text holds anything that is removed or replaced.
_SUSPECT = re.compile(f"[\t\r\v\f\x85\u2028\u2029\ufb50-\ufdff\ufe70-\ufefc{_REMOVED}]")
# UAX 15 (Stream-Safe Text Format): no writing system needs more combining marks on one letter.
_MOST_MARKS = 30
# Spaces of any width alone leave a line empty.
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_SEVERAL_LINES = re.compile(r"\n+")


def clean_text(text: str) -> str:
    """Returns `text`, of any number of lines, as it may be stored.

    Lines end in a line feed, and a tab becomes a space. Other control characters and marks that turn the direction of
    the text after them are removed. Presentation forms become plain letters, and letters are composed (NFC).

    Any part of a clean text is clean itself, so a quote from a clean body is stored unchanged.
    """
    if _SUSPECT.search(text):
        text = _PRESENTATION_FORMS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), _without_unwanted(text))
    return compose(text)


def as_given(text: str) -> str:
    """Returns `clean_text` of a text, but with its presentation forms, for texts that are shown and never searched.

    So the person who entered the text recognises it.
    """
    return compose(_without_unwanted(text) if _SUSPECT.search(text) else text)


def file_name_as_given(text: str) -> str:
    """Returns the name of a file as `as_given`, in one line; empty if nothing in it is visible."""
    return _in_one_line(as_given(text))


def _without_unwanted(text: str) -> str:
    """Returns the text with line feeds as line ends, spaces for tabs, and without the removed characters."""
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def clean_line(text: str) -> str:
    """Returns a text of one line (a title, a name) as it may be stored: `clean_text`, with a space for line feeds.

    Empty if nothing in it is visible.
    """
    return _in_one_line(clean_text(text))


def _in_one_line(text: str) -> str:
    """Returns the text with a space for each run of line feeds; empty if nothing in it is visible."""
    if not shows_something(text):
        return ""
    return _SEVERAL_LINES.sub(" ", text) if "\n" in text else text


def clean_body(text: str) -> str:
    """Returns an article's text as it may be stored: `clean_text`, with exactly one blank line between paragraphs.

    There is no blank line at either end. Empty if nothing in it is visible.
    """
    text = clean_text(text)
    return _BLANK_LINES.sub("\n\n", text).strip() if shows_something(text) else ""


def shows_something(text: str) -> bool:
    """Returns whether a text holds a visible character: not only spaces, joiners and marks of direction."""
    return _VISIBLE.search(text) is not None


def removals(text: str) -> list[tuple[str, int]]:
    """Returns (kind, count) of the control characters and marks of direction that `clean_text` removes."""
    if not _SUSPECT.search(text):
        return []
    counts = [(kind, sum(1 for _ in pattern.finditer(text))) for kind, pattern in _COUNTED.items()]
    return [(kind, count) for kind, count in counts if count]


def compose(text: str) -> str:
    """Returns `text` in Unicode's Normalization Form C, in linear time.

    Python sorts a run of combining marks in quadratic time: 48,000 marks took 2.4 s. Long runs are sorted here first.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _long_runs_of_marks().sub(lambda run: _sorted_marks(run[0]), text))


def _sorted_marks(run: str) -> str:
    """Returns combining marks in canonical order; marks of one class keep their order."""
    return "".join(sorted("".join(map(_decompose, run)), key=unicodedata.combining))


@cache
def _decompose(mark: str) -> str:
    return unicodedata.normalize("NFD", mark)


@cache
def _long_runs_of_marks() -> re.Pattern[str]:
    """Returns a pattern of runs of combining marks that no writing needs. It takes 15 ms, so it is compiled on first
    use.
    """
    marks = "".join(mark for mark in map(chr, range(0x300, 0x1E950)) if unicodedata.combining(mark))
    return re.compile(f"[{marks}]{{{_MOST_MARKS + 1},}}")
