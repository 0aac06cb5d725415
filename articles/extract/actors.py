"""Finds the actors of the authority in a text, under all their names.

A name that several actors share names none of them by itself. It names an actor if the text also names that actor, and
none of the others, by a name that no other actor has. The desk explains this to editors when they give an actor a name
that another one has (articles/admin/authority.py).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from articles.arabic.names import Match, NameIndex
from articles.arabic.reading import Reading


@dataclass(frozen=True)
class FoundActor:
    """An actor that a text names.

    actor: the key of the actor.
    spans: every place of its names, in code points.
    score: from 0 to 1.
    """

    actor: int
    spans: tuple[tuple[int, int], ...]
    score: float


# Every mention has the same score: a name of the authority was found, or it was not.
_SCORE = 1.0


def find_actors(reading: Reading, names: NameIndex[int]) -> list[FoundActor]:
    """Returns the actors that a text names, in order of their first span; `names` holds the names of all actors."""
    return actors_of(names.find(reading.text, reading.words))


def actors_of(matches: Sequence[Match[int]]) -> list[FoundActor]:
    """Returns the actors that the matches name, in order of their first span.

    A match of a shared name counts for the bearer that another match names alone, if there is exactly one. Otherwise it
    counts for none.
    """
    certain = {match.keys[0] for match in matches if len(match.keys) == 1}
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for match in matches:
        bearers = match.keys if len(match.keys) == 1 else [actor for actor in match.keys if actor in certain]
        if len(bearers) == 1:
            spans[bearers[0]].append((match.start, match.end))
    return [FoundActor(actor, tuple(actor_spans), _SCORE) for actor, actor_spans in spans.items()]
