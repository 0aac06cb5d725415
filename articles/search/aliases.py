"""Finds what a query names under one of several names, so that it also finds the others; read from the tables each time.

Actors' aliases and editors' synonym sets are looked up at every search: what an editor saves widens the next one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Func, OuterRef, TextField, Value
from django.db.models.functions import Cast

from articles.arabic.folding import fold_name, without_proclitics
from articles.models import Actor, Alias, SynonymSet

# The longest name, in words, that is looked for in a query, and how many names one actor or set may add to it.
LONGEST_NAME = 10
MOST_NAMES = 24


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


def other_names(words: Sequence[str]) -> list[OtherNames]:
    """The actors and synonym sets that runs of consecutive `words` name, longest runs first taken, not overlapping."""
    folded = [fold_name(word) for word in words]
    runs: Runs = defaultdict(list)
    for first in range(len(folded)):
        for last in range(first + 1, min(len(folded), first + LONGEST_NAME) + 1):
            for head in without_proclitics(folded[first]):
                runs[" ".join([head, *folded[first + 1 : last]])].append((first, last))
    if not runs:
        return []
    return _longest(_named(runs))


def _longest(found: Iterable[OtherNames]) -> list[OtherNames]:
    taken: list[OtherNames] = []
    for names in sorted(found, key=lambda names: (names.first - names.last, names.first)):
        beside = [other for other in taken if names.first < other.last and other.first < names.last]
        if all((names.first, names.last) == (other.first, other.last) for other in beside) and names not in taken:
            taken.append(names)
    return sorted(taken, key=lambda names: names.first)


def _named(runs: Runs) -> list[OtherNames]:
    """The standing actors with a name among the runs, and the synonym sets in use with a word among them; in one statement."""
    own = Actor.objects.filter(folded_name__in=runs).values("pk")
    by_alias = Alias.objects.filter(folded__in=runs).values("actor")
    aliases = Alias.objects.filter(actor=OuterRef("pk")).order_by("id")
    actors = Actor.objects.standing().filter(pk__in=own.union(by_alias)).values_list(
        "pk", _texts(Func("name", function="ARRAY", template="ARRAY[%(expressions)s]"), ArraySubquery(aliases.values("name"))),
        _texts(Func("folded_name", function="ARRAY", template="ARRAY[%(expressions)s]"), ArraySubquery(aliases.values("folded"))),
    )  # fmt: skip
    sets = SynonymSet.objects.filter(in_use=True, folded__overlap=list(runs)).values_list(
        Value(None, BigIntegerField()), _texts("words"), _texts("folded")
    )
    rows = sorted(actors.union(sets, all=True), key=lambda row: (row[0] is None, row[0], row[1]))
    return [
        OtherNames(first, last, actor, tuple(names[:MOST_NAMES]))
        for actor, names, folded in rows
        for known in dict.fromkeys(folded)
        for first, last in runs.get(known, ())
    ]


def _texts(*arrays: object) -> Cast:
    """The arrays one after the other as one of text."""
    joined = Func(*arrays, function="", arg_joiner=" || ", output_field=ArrayField(TextField()))
    return Cast(joined, ArrayField(TextField()))
