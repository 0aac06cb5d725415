"""Names of files as a file system can hold them: whoever writes a file under a name from outside asks here."""

import hashlib

# Most file systems hold 255 bytes a name (NAME_MAX of Linux); what is added to a name (a part's mark, Django's own
# suffix for a name that is taken) needs room, too.
MOST_BYTES = 200
_LONGEST_ENDING = 24


def short_name(name: str, most: int = MOST_BYTES) -> str:
    """`name` in at most `most` bytes of UTF-8; its endings («.jsonl.gz») stay, by which formats are known.

    A cut name ends in eight digits of a digest of the whole, so that two long names do not become one.
    """
    if len(name.encode("utf-8", "surrogateescape")) <= most:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    stem, endings = _split(name)
    room = most - len(endings.encode()) - len(digest) - 1
    kept = stem.encode("utf-8", "surrogateescape")[:room].decode("utf-8", "ignore")
    return f"{kept}-{digest}{endings}"


def _split(name: str) -> tuple[str, str]:
    """(stem, one or two endings of ASCII letters and digits); no ending where it is too long for one."""
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
