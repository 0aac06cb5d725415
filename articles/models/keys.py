"""Reads primary keys from the text of addresses and forms."""

# A longer number would not fit the column.
_MOST_DIGITS = 18


def read_key(text: str) -> int | None:
    """Returns the primary key that `text` holds, or None if it holds none."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None
