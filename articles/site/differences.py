"""What one printing of a story has and the other has not, word by word, for readers and editors to see side by side."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from articles.arabic.folding import fold_name

_PIECE = re.compile(r"\S+|\n\n|\s+")
# In words: beyond it only the beginning is compared.
_MOST_WORDS = 6000


@dataclass(frozen=True)
class Change:
    """A run of text: in both ("same"), only in the first ("gone") or only in the second ("new")."""

    kind: str
    text: str


def differences(one: str, other: str) -> list[list[Change]]:
    """The second text's paragraphs with what the first had in their places; spelling and marks alone are no difference."""
    paragraphs: list[list[Change]] = [[]]
    for change in _changes(one, other):
        first, *rest = change.text.split("\n\n")
        for part, begins in ((first, False), *((text, True) for text in rest)):
            if begins:
                paragraphs.append([])
            if part:
                paragraphs[-1].append(Change(change.kind, part))
    return [paragraph for paragraph in paragraphs if any(change.text.strip() for change in paragraph)]


def _changes(one: str, other: str) -> Iterator[Change]:
    first, second = (_PIECE.findall(text)[:_MOST_WORDS] for text in (one, other))
    keys = [[fold_name(piece) if piece.strip() else piece for piece in pieces] for pieces in (first, second)]
    for tag, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Change("same", "".join(second[c:d]))
            continue
        if a < b:
            yield Change("gone", "".join(first[a:b]))
        if c < d:
            yield Change("new", "".join(second[c:d]))
