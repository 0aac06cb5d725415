"""The gate that every text passes before it is stored: which characters a stored text may hold.

Called by the models' fields (articles/models/text_fields.py), so that no door goes around it, and by ingest before it counts
offsets. Every function here is idempotent and takes time in proportion to the length of the text.

Presentation forms («ﻻ», «ﷺ») become the letters that they show, so that a word is one word however it was typed. Soft hyphens and
zero-width spaces, which only tell where a line may break, are removed; a file's name keeps its presentation forms. Kept are the zero-width joiner and non-joiner, which shape letters, and the marks LRM, RLM and ALM, which order one punctuation
mark and end with it. Embeddings, overrides and isolates are removed: they turn whatever follows them, up to the end of the line.
"""

import re
import unicodedata
from functools import cache

# Every way to end a line, as UAX 14 lists them: a pair first, so that it ends one line.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# C0 without the line feed, DEL and C1; bidirectional embeddings, overrides and isolates with the deprecated format characters
# after them; the byte-order mark and its mirror image; interlinear annotation; lone surrogates, which UTF-8 cannot hold; soft
# hyphens and zero-width spaces.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_TURNS = "\u202a-\u202e\u2066-\u206f"
_REMOVED = f"{_CONTROLS}{_TURNS}\u00ad\u200b\ufeff\ufffe\uffff\ufff9-\ufffb\ud800-\udfff"
# Isolated, initial, medial and final forms of letters, and ligatures: another writing of the plain letters.
_PRESENTATION_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
# What shows something: no space, no joiner or mark of direction, none of the fillers and selectors that have no shape.
_VISIBLE = re.compile(
    "[^\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U000e0000-\U000e0fff]"
)
# Characters that are told of where they are removed, by what they are.
_TOLD = {
    "controls": re.compile(f"[{_CONTROLS}]"),
    "marks": re.compile(f"[{_TURNS}]"),
}
_UNWANTED = re.compile(f"[{_REMOVED}]+")
# One look at a text tells whether it holds anything that is removed or replaced.
_SUSPECT = re.compile(f"[\t\r\v\f\x85\u2028\u2029\ufb50-\ufdff\ufe70-\ufefc{_REMOVED}]")
# UAX 15 (Stream-Safe Text Format): no writing system needs more combining marks on one letter.
_MOST_MARKS = 30
# Spaces of any width alone leave a line empty.
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_SEVERAL_LINES = re.compile(r"\n+")


def clean_text(text: str) -> str:
    """`text` of any number of lines as it may be stored: lines end in a line feed, a tab is a space, no other control character
    and nothing that turns the direction of what follows is left, presentation forms are plain letters, and letters are composed (NFC).

    Any part of a clean text is clean itself, so that a quote taken from a clean body is stored as it is.
    """
    if _SUSPECT.search(text):
        text = _PRESENTATION_FORMS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), _without_unwanted(text))
    return compose(text)


def as_given(text: str) -> str:
    """`text` as whoever gave it will know it again: `clean_text`, where presentation forms stay. For what is shown and never searched."""
    return compose(_without_unwanted(text) if _SUSPECT.search(text) else text)


def file_name_as_given(text: str) -> str:
    """The name of a file as whoever gave it calls it: `as_given` in one line; empty where nothing of it can be seen."""
    return _in_one_line(as_given(text))


def _without_unwanted(text: str) -> str:
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def clean_line(text: str) -> str:
    """`text` of one line (a title, a name) as it may be stored: `clean_text`, where a space stands for line feeds; empty where
    nothing of it can be seen.
    """
    return _in_one_line(clean_text(text))


def _in_one_line(text: str) -> str:
    if not shows_something(text):
        return ""
    return _SEVERAL_LINES.sub(" ", text) if "\n" in text else text


def clean_body(text: str) -> str:
    """An article's text as it may be stored: `clean_text`, paragraphs parted by exactly one blank line, none at either end;
    empty where nothing of it can be seen.
    """
    text = clean_text(text)
    return _BLANK_LINES.sub("\n\n", text).strip() if shows_something(text) else ""


def shows_something(text: str) -> bool:
    """Whether anything of a text can be seen: spaces, joiners and marks of direction alone look like nothing."""
    return _VISIBLE.search(text) is not None


def removals(text: str) -> list[tuple[str, int]]:
    """(what they are, how many) of the control characters and marks of direction that `clean_text` takes out of a text."""
    if not _SUSPECT.search(text):
        return []
    counts = [(kind, sum(1 for _ in pattern.finditer(text))) for kind, pattern in _TOLD.items()]
    return [(kind, count) for kind, count in counts if count]


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
