"""What the editors know, read once for a run: actors under all their names, measures by unit, places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from articles.arabic.folding import fold_name
from articles.arabic.names import NameIndex
from articles.arabic.places import known_places
from articles.arabic.words import Word
from articles.models import Actor, Alias, Measure, ReviewState

# Endings that a counted noun takes («وفدا», «شخصين») and that a measure's unit need not list.
_UNIT_ENDINGS = ("ا", "ين", "ان", "ات", "ون")


@dataclass(frozen=True)
class Authority:
    actors: NameIndex
    kinds: dict[int, str]
    countries: dict[int, str]
    measures: dict[str, int]
    broad_measures: dict[str, list[tuple[tuple[str, ...], int]]]

    @classmethod
    def load(cls) -> "Authority":
        """Reads all actors that an editor confirmed, their aliases that may be looked for in texts, and the measures.

        An actor that is only suggested is looked for by its title of office alone, so that what one article suggests does
        not depend on which articles came before it.
        """
        confirmed = Actor.objects.standing().filter(state=ReviewState.CONFIRMED)
        actors = {actor.pk: actor for actor in confirmed.only("pk", "name", "kind", "country")}
        names = [(actor.name, actor.pk) for actor in actors.values()]
        aliases = Alias.objects.filter(actor__in=confirmed, found_in_text=True)
        names += aliases.values_list("name", "actor_id")
        measures, broad = _units()
        return cls(
            NameIndex(names),
            {pk: actor.kind for pk, actor in actors.items()},
            {pk: actor.country for pk, actor in actors.items()},
            measures,
            broad,
        )

    @classmethod
    def of_measures(cls) -> "Authority":
        """The measures alone, where no name is looked for."""
        return cls(NameIndex(()), {}, {}, *_units())

    def measure_of(self, unit: str, sentence: Sequence[Word]) -> int | None:
        """The measure that `unit` suggests, an ending more or less («وفدا» is «وفد»); None if none does.

        A broad unit needs a cue among the words of its sentence.
        """
        # «دولار أمريكي» is measured as «دولار» is.
        folded = [fold_name(unit), fold_name(unit.split()[0])] if unit else []
        readings = [*folded, *(one[: -len(end)] for one in folded for end in _UNIT_ENDINGS if one.endswith(end))]
        bare: list[str] | None = None
        for reading in readings:
            for cues, measure in self.broad_measures.get(reading, ()):
                if bare is None:
                    bare = [word.folded.removeprefix("و").removeprefix("ال") for word in sentence]
                if any(word.startswith(cues) for word in bare):
                    return measure
            if reading in self.measures:
                return self.measures[reading]
        return None


def _units() -> tuple[dict[str, int], dict[str, list[tuple[tuple[str, ...], int]]]]:
    """(folded unit → measure, folded broad unit → [(folded cues, measure)])."""
    plain: dict[str, int] = {}
    broad: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for measure in Measure.objects.order_by("id"):
        plain |= {fold_name(unit): measure.pk for unit in measure.units}
        cues = tuple(fold_name(cue).removeprefix("ال") for cue in measure.cues)
        for unit in measure.broad_units:
            broad.setdefault(fold_name(unit), []).append((cues, measure.pk))
    return plain, broad


@lru_cache(maxsize=1)
def places() -> NameIndex:
    return NameIndex(known_places())
