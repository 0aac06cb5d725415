"""Shortens names of files to what a file system can hold.

Called by code that writes a file under a name from outside.
"""

import hashlib

# Most file systems hold 255 bytes a name (NAME_MAX of Linux). The rest is room for suffixes: the mark of a part, or
# Django's own suffix for a name that exists already.
MOST_BYTES = 200
# In bytes: the endings that a shortened name keeps («.warc.gz»). A judgement: longer ones are no endings.
_LONGEST_ENDING = 24


def short_name(name: str, most: int = MOST_BYTES) -> str:
    """Returns `name` in at most `most` bytes of UTF-8. Its endings («.jsonl.gz») stay, because they name the format.

    A shortened name ends in eight digits of a digest of the whole name, so that two long names stay different.
    """
    if len(name.encode("utf-8", "surrogateescape")) <= most:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    stem, endings = _split(name)
    room = most - len(endings.encode()) - len(digest) - 1
    start = stem.encode("utf-8", "surrogateescape")[:room].decode("utf-8", "ignore")
    return f"{start}-{digest}{endings}"


def _split(name: str) -> tuple[str, str]:
    """Returns (stem, endings): one or two endings of ASCII letters and digits. A part that is too long is no ending."""
    stem, endings = name, ""
    for _ in range(2):
        head, dot, tail = stem.rpartition(".")
        is_ending = (
            bool(head and dot) and tail.isascii() and tail.isalnum() and len(tail) + len(endings) < _LONGEST_ENDING
        )
        if not is_ending:
            break
        stem, endings = head, f".{tail}{endings}"
    return stem, endings
