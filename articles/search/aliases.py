"""Finds the actors and synonyms that a query names, so that the search covers their other names too."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.arabic.folding import fold_name, without_proclitics
from articles.search.vocabulary import Named

# The longest name, in words, that is looked for in a query. Every run of up to this many words is looked up. A
# judgement: official names of organisations have up to eight or nine words.
LONGEST_NAME = 10


@dataclass(frozen=True)
class OtherNames:
    """A run of words of a query that names an actor or stands in a set of synonyms, with all the names.

    first: the position of the run's first word in the query, from 0.
    last: the position after its last word.
    actor: the actor's id; None for synonyms.
    names: the names; the canonical name or the set's first word comes first.
    """

    first: int
    last: int
    actor: int | None
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """Returns the canonical name, or the first word of the set of synonyms."""
        return self.names[0]


# Maps a folded run of words to its places in the query, each (first, last) with `last` exclusive.
Runs = dict[str, list[tuple[int, int]]]


def runs_of(words: Sequence[str]) -> Runs:
    """Returns every run of `words` that may be a name, folded; the first word also without its proclitics."""
    folded = [fold_name(word) for word in words]
    runs: Runs = defaultdict(list)
    for first in range(len(folded)):
        for last in range(first + 1, min(len(folded), first + LONGEST_NAME) + 1):
            for head in without_proclitics(folded[first]):
                runs[" ".join([head, *folded[first + 1 : last]])].append((first, last))
    return runs


def other_names(runs: Runs, named: Iterable[Named]) -> list[OtherNames]:
    """Returns the actors and synonym sets among `named` that a run names, in order of the query.

    Where runs overlap, the longest one counts.
    """
    return _longest(
        OtherNames(first, last, entity.actor, entity.names)
        for entity in named
        for folded_name in dict.fromkeys(entity.folded)
        for first, last in runs.get(folded_name, ())
    )


def _longest(candidates: Iterable[OtherNames]) -> list[OtherNames]:
    """Returns the candidates to keep, in order of the query: of overlapping runs the longest, then the first.

    Several names of the same run are all kept, each once.
    """
    chosen: list[OtherNames] = []
    for names in sorted(candidates, key=lambda names: (names.first - names.last, names.first)):
        overlapping = [
            names_chosen
            for names_chosen in chosen
            if names.first < names_chosen.last and names_chosen.first < names.last
        ]
        if (
            all((names.first, names.last) == (names_chosen.first, names_chosen.last) for names_chosen in overlapping)
            and names not in chosen
        ):
            chosen.append(names)
    return sorted(chosen, key=lambda names: names.first)
