"""Cells that a spreadsheet would run as a formula: exported behind an apostrophe, and read back without it."""

import unicodedata

_SIGNS = frozenset("=+-@")
# Categories of characters that nobody sees, and that a program may pass over before it looks for a sign: format and control
# characters, spaces, separators.
_UNSEEN = frozenset(("Cf", "Cc", "Zs", "Zl", "Zp"))
# Unseen as well, of other categories (Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties): ranges, the last included.
_IGNORABLE = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF),
)  # fmt: skip
_APOSTROPHE = "'"


def guarded(cell: str) -> str:
    """The cell as it may stand in a CSV file; `unguarded` gives back exactly `cell`."""
    return _APOSTROPHE + cell if _is_guarded_kind(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` made this of; another cell is as it was."""
    return cell[1:] if cell[:1] == _APOSTROPHE and _is_guarded_kind(cell[1:]) else cell


def _is_guarded_kind(cell: str) -> bool:
    # What had an apostrophe of its own before a formula gets another, so that each is read back as it was.
    return _is_formula(cell.lstrip(_APOSTROPHE))


def _is_formula(cell: str) -> bool:
    """Whether the first character that is seen is a sign, or stands for one (full-width, small, raised), or the first is a tab or CR."""
    if cell.startswith(("\t", "\r")):
        return True
    first = next((letter for letter in cell if not _is_unseen(letter)), "")
    return unicodedata.normalize("NFKC", first) in _SIGNS


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN or any(first <= ord(letter) <= last for first, last in _IGNORABLE)
