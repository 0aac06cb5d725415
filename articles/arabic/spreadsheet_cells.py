"""Guards cells that a spreadsheet would run as a formula.

Exports put an apostrophe before them, imports take it off.
"""

import unicodedata

_SIGNS = frozenset("=+-@")
# Unicode categories of invisible characters, which a program may skip before it looks for a sign: format and control
# characters, spaces, separators.
_UNSEEN = frozenset(("Cf", "Cc", "Zs", "Zl", "Zp"))
# Ranges of invisible characters of other categories (Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties),
# both ends included.
_IGNORABLE = (
    (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF),
)  # fmt: skip
_APOSTROPHE = "'"


def escape_formula(cell: str) -> str:
    """Returns the cell as a CSV file may hold it, with an apostrophe before a formula.

    `unescape_formula` turns it back into exactly `cell`.
    """
    return _APOSTROPHE + cell if _begins_like_formula(cell) else cell


def unescape_formula(cell: str) -> str:
    """Returns the cell from which `guarded` made this one. Any other cell is returned unchanged."""
    return cell[1:] if cell[:1] == _APOSTROPHE and _begins_like_formula(cell[1:]) else cell


def _begins_like_formula(cell: str) -> bool:
    # A formula that already stands behind apostrophes gets one more, so that `unescape_formula` restores each cell.
    return _is_formula(cell.lstrip(_APOSTROPHE))


def _is_formula(cell: str) -> bool:
    """Returns whether a spreadsheet may run the cell as a formula.

    That is so where the first visible character is a sign, or a full-width, small or raised form of one, or where the
    cell begins with a tab or CR.
    """
    if cell.startswith(("\t", "\r")):
        return True
    first_visible = next((letter for letter in cell if not _is_unseen(letter)), "")
    return unicodedata.normalize("NFKC", first_visible) in _SIGNS


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN or any(first <= ord(letter) <= last for first, last in _IGNORABLE)
