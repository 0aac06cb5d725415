"""Finds the actors of the authority in a text, under all their names."""

from collections import defaultdict
from dataclasses import dataclass

from articles.arabic.names import NameIndex
from articles.arabic.reading import Reading

# A name that several actors bear says less about each.
AMBIGUOUS_SCORE = 0.5


@dataclass(frozen=True)
class FoundActor:
    """An actor named in a text: every span in code points, and a score from 0 to 1."""

    actor: int
    spans: tuple[tuple[int, int], ...]
    score: float


def find_actors(reading: Reading, names: NameIndex) -> list[FoundActor]:
    """The actors whose names `names` holds, in order of their first span."""
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    scores: dict[int, float] = {}
    for match in names.find(reading.text, reading.words):
        for actor in match.keys:
            spans[actor].append((match.start, match.end))
            score = 1.0 if len(match.keys) == 1 else AMBIGUOUS_SCORE
            scores[actor] = max(score, scores.get(actor, 0))
    return [FoundActor(actor, tuple(found), scores[actor]) for actor, found in spans.items()]
