r"""The code points that are letters, marks, digits or noise in Arabic news text; all files of this package use them.

The classes are written as code-point ranges, not `\w`, because PostgreSQL's idea of a letter depends on the server's
locale. The SQL function archive_fold uses the same ranges, so both sides cut a text into the same words.
"""

import re

# Harakat, Quranic annotation signs and superscript alef. Tatweel only stretches a word.
MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
TATWEEL = "\u0640"
# Joiners, bidirectional controls, byte-order mark, soft hyphen: they are invisible and never part of a word.
INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
ARABIC_LETTERS = "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u0750-\u077f"
OTHER_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u05d0-\u05ea"
LETTERS = ARABIC_LETTERS + OTHER_LETTERS
DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9"

ASCII_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
ARABIC_INDIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

# Maps letters to their shape without dots. Letters that differ only in dots are most often mistyped and misread.
RASM = str.maketrans("تثنيپئىخجچذزژشضظغقڤگةؤأإآ", "بببببببحححدررسصطعففكهوااا")

QUOTATION_MARKS = "\"'«»“”„‟‘’‚‹›`´"

_IGNORED = re.compile(f"[{MARKS}{TATWEEL}{INVISIBLE}]+")


def strip_ignored(text: str) -> str:
    """Returns `text` without harakat, tatweel and invisible controls; offsets are not kept."""
    return _IGNORED.sub("", text)


def with_ascii_digits(text: str) -> str:
    """Returns `text` with 0–9 for Arabic-Indic and Persian digits; offsets are kept."""
    return text.translate(ASCII_DIGITS)


# Code points that no XML document can hold, not even escaped (XML 1.0, production 2).
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def without_control_characters(text: str) -> str:
    """Returns `text` without the code points that XML cannot hold; offsets are not kept."""
    return _NOT_XML.sub("", text)
