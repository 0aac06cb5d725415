"""Primary keys as addresses and forms have them."""

# Nothing longer is a key: it would not fit the column.
_MOST_DIGITS = 18


def read_key(text: str) -> int | None:
    """The key that `text` is; None where it is none."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None
