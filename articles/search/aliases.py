"""Finds actors that a query names, so that it also finds their other names; read from the aliases at every search."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from articles.arabic.folding import fold_name, without_proclitics
from articles.models import Actor, Alias

# The longest name, in words, that is looked for in a query, and how many names one actor may add to it.
LONGEST_NAME = 10
MOST_NAMES = 24


@dataclass(frozen=True)
class NamedActor:
    """An actor that words `first` to `last` (exclusive) of a query name, with all names it goes by."""

    first: int
    last: int
    actor: int
    name: str
    names: tuple[str, ...]


def named_actors(words: Sequence[str]) -> list[NamedActor]:
    """The actors named by runs of consecutive `words`, longest runs first taken, not overlapping."""
    folded = [fold_name(word) for word in words]
    runs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for first in range(len(folded)):
        for last in range(first + 1, min(len(folded), first + LONGEST_NAME) + 1):
            for head in without_proclitics(folded[first]):
                runs[" ".join([head, *folded[first + 1 : last]])].append((first, last))
    owners = _owners(runs)
    taken: list[tuple[int, int, int]] = []
    for run, first, last in sorted(
        ((run, first, last) for run, spans in runs.items() if run in owners for first, last in spans),
        key=lambda found: (found[1] - found[2], found[1]),
    ):
        overlaps = any(first < t_last and t_first < last for t_first, t_last, _ in taken)
        same_run = any((first, last) == (t_first, t_last) for t_first, t_last, _ in taken)
        if not overlaps or same_run:
            taken += [(first, last, actor) for actor in owners[run] if (first, last, actor) not in taken]
    names = _names({actor for _, _, actor in taken})
    return [
        NamedActor(first, last, actor, names[actor][0], tuple(names[actor][:MOST_NAMES]))
        for first, last, actor in sorted(taken)
        if actor in names
    ]


def _owners(runs: dict[str, list[tuple[int, int]]]) -> dict[str, set[int]]:
    owners: dict[str, set[int]] = defaultdict(set)
    standing = Actor.objects.standing()
    for folded, actor in standing.filter(folded_name__in=runs).values_list("folded_name", "pk"):
        owners[folded].add(actor)
    for folded, actor in Alias.objects.filter(folded__in=runs, actor__in=standing).values_list("folded", "actor"):
        owners[folded].add(actor)
    return owners


def _names(actors: set[int]) -> dict[int, list[str]]:
    names = {actor.pk: [actor.name] for actor in Actor.objects.filter(pk__in=actors).only("pk", "name")}
    for actor, name in Alias.objects.filter(actor__in=actors).order_by("id").values_list("actor", "name"):
        names[actor].append(name)
    return names
