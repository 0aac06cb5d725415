"""Finds what a query names under one of several names, so that it also finds the others."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.arabic.folding import fold_name, without_proclitics
from articles.search.vocabulary import Named

# The longest name, in words, that is looked for in a query.
LONGEST_NAME = 10


@dataclass(frozen=True)
class OtherNames:
    """What words `first` to `last` (exclusive) of a query also go by: an actor's names, or a set of synonyms.

    `actor` is the actor's id, None for synonyms; `names` begins with the canonical name or the set's first word.
    """

    first: int
    last: int
    actor: int | None
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.names[0]


# A folded run of words → where in the query it stands.
Runs = dict[str, list[tuple[int, int]]]


def runs_of(words: Sequence[str]) -> Runs:
    """Every run of consecutive `words` that may be a name, folded."""
    folded = [fold_name(word) for word in words]
    runs: Runs = defaultdict(list)
    for first in range(len(folded)):
        for last in range(first + 1, min(len(folded), first + LONGEST_NAME) + 1):
            for head in without_proclitics(folded[first]):
                runs[" ".join([head, *folded[first + 1 : last]])].append((first, last))
    return runs


def other_names(runs: Runs, named: Iterable[Named]) -> list[OtherNames]:
    """The actors and synonym sets among `named` that some of the `runs` name, longest runs first taken, not overlapping."""
    return _longest(
        OtherNames(first, last, one.actor, one.names)
        for one in named
        for known in dict.fromkeys(one.folded)
        for first, last in runs.get(known, ())
    )


def _longest(found: Iterable[OtherNames]) -> list[OtherNames]:
    taken: list[OtherNames] = []
    for names in sorted(found, key=lambda names: (names.first - names.last, names.first)):
        beside = [other for other in taken if names.first < other.last and other.first < names.last]
        if all((names.first, names.last) == (other.first, other.last) for other in beside) and names not in taken:
            taken.append(names)
    return sorted(taken, key=lambda names: names.first)
