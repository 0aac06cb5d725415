"""Compares two printings of a story word by word, for readers and editors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from articles.arabic.folding import fold_name

_PIECE = re.compile(r"\S+|\n\n|\s+")
# Only this many pieces from the beginning of each text are compared: words, and the spaces between them. The comparison
# may take quadratic time. A judgement: 3,000 words are more than most news has.
_MOST_PIECES = 6000


@dataclass(frozen=True)
class DifferenceRun:
    """A run of text.

    kind: "same" if both texts have it, "gone" if only the first has it, "new" if only the second has it.
    text: the text; of the second one if both have it.
    """

    kind: str
    text: str


def differences(first_text: str, second_text: str) -> list[list[DifferenceRun]]:
    """Compares two texts word by word. Returns paragraphs, each a list of runs that both texts or one of them has.

    A paragraph break of either text begins a paragraph. Only the first _MOST_PIECES words and spaces of each text are
    compared and returned. Words that fold to the same name count as equal, so spelling and marks alone make no
    difference.
    """
    paragraphs: list[list[DifferenceRun]] = [[]]
    for change in _changes(first_text, second_text):
        first, *rest = change.text.split("\n\n")
        for part, begins in ((first, False), *((text, True) for text in rest)):
            if begins:
                paragraphs.append([])
            if part:
                paragraphs[-1].append(DifferenceRun(change.kind, part))
    return [paragraph for paragraph in paragraphs if any(change.text.strip() for change in paragraph)]


def _changes(first_text: str, second_text: str) -> Iterator[DifferenceRun]:
    """Yields the runs of the compared texts; a run may reach over several paragraphs, or be empty."""
    first, second = (_PIECE.findall(text)[:_MOST_PIECES] for text in (first_text, second_text))
    keys, second_keys = (
        [fold_name(piece) if piece.strip() else piece for piece in pieces] for pieces in (first, second)
    )
    for tag, a, b, c, d in SequenceMatcher(None, keys, second_keys, autojunk=False).get_opcodes():
        if tag == "equal":
            yield DifferenceRun("same", "".join(second[c:d]))
        else:
            yield DifferenceRun("gone", "".join(first[a:b]))
            yield DifferenceRun("new", "".join(second[c:d]))
