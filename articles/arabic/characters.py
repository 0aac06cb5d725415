"""Which code points are letters, marks, digits or noise in Arabic news text; every other file of this room builds on it.

The classes are written as code-point ranges, not `\\w`, because PostgreSQL's idea of a letter depends on the server's
locale: the SQL function archive_fold uses these same ranges, so both sides cut a text into the same words.
"""

import re

# Harakat, Quranic annotation signs, superscript alef; and tatweel, which only stretches a word.
MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
TATWEEL = "\u0640"
# Joiners, bidirectional controls, byte-order mark, soft hyphen: never seen, never part of a word.
INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
ARABIC_LETTERS = "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u0750-\u077f"
OTHER_LETTERS = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u05d0-\u05ea"
LETTERS = ARABIC_LETTERS + OTHER_LETTERS
DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9"

ASCII_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
ARABIC_INDIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

# Letters without their dots: those that only dots tell apart are the ones most often mistyped and misread.
RASM = str.maketrans("تثنيپئىخجچذزژشضظغقڤگةؤأإآ", "بببببببحححدررسصطعففكهوااا")

QUOTATION_MARKS = "\"'«»“”„‟‘’‚‹›`´"

_IGNORED = re.compile(f"[{MARKS}{TATWEEL}{INVISIBLE}]+")


def strip_ignored(text: str) -> str:
    """`text` without harakat, tatweel and invisible controls; offsets are not kept."""
    return _IGNORED.sub("", text)


def with_ascii_digits(text: str) -> str:
    """`text` with Arabic-Indic and Persian digits as 0–9; offsets are kept."""
    return text.translate(ASCII_DIGITS)


# What no XML document can hold, not even escaped (XML 1.0, production 2).
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def without_control_characters(text: str) -> str:
    """`text` as XML can hold it; offsets are not kept."""
    return _NOT_XML.sub("", text)
