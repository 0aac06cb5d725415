"""Finds the actors of the authority in a text, under all their names.

A name that several actors bear names none of them by itself. It names one where the text names that one, and none of the others,
by a name that nobody else bears. The desk tells editors so when they share out a name (articles/admin/authority.py).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from articles.arabic.names import Match, NameIndex
from articles.arabic.reading import Reading


@dataclass(frozen=True)
class FoundActor:
    """An actor named in a text: every span in code points, and a score from 0 to 1."""

    actor: int
    spans: tuple[tuple[int, int], ...]
    score: float


def find_actors(reading: Reading, names: NameIndex) -> list[FoundActor]:
    """The actors whose names `names` holds, in order of their first span."""
    return actors_of(names.find(reading.text, reading.words))


def actors_of(matches: Sequence[Match]) -> list[FoundActor]:
    """The actors that matches name, in order of their first span; a match of several actors names one or none."""
    clear = {match.keys[0] for match in matches if len(match.keys) == 1}
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for match in matches:
        bearers = match.keys if len(match.keys) == 1 else [actor for actor in match.keys if actor in clear]
        if len(bearers) == 1:
            spans[bearers[0]].append((match.start, match.end))
    return [FoundActor(actor, tuple(found), 1.0) for actor, found in spans.items()]
