"""The editors' authority, read once for a run: actors by all their names, measures by unit, places."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from articles.arabic.folding import fold_name
from articles.arabic.names import NameIndex
from articles.arabic.places import Place, spellings_of_places
from articles.arabic.words import Word
from articles.models import Actor, Alias, Measure, ReviewState

# Endings of a counted noun («وفدا», «شخصين»). The units of a measure need not list these forms.
_UNIT_ENDINGS = ("ا", "ين", "ان", "ات", "ون")


@dataclass(frozen=True)
class Authority:
    """The rows of the authority that the rules use.

    actors: the names of confirmed actors.
    kinds: the ActorKind of each actor, by key.
    countries: the country of each actor, by key; may be empty.
    measures: the key of the measure of each folded unit.
    broad_measures: (folded cues, key of the measure) of each folded broad unit.
    """

    actors: NameIndex[int]
    kinds: dict[int, str]
    countries: dict[int, str]
    measures: dict[str, int]
    broad_measures: dict[str, list[tuple[tuple[str, ...], int]]]

    @classmethod
    def load(cls) -> "Authority":
        """Reads all confirmed actors, their aliases that may be searched in texts, and the measures.

        Names of suggested actors are left out; the rules find such an actor only by its title of office. So the
        suggestions of an article do not depend on the articles before it.
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
        """Reads only the measures, for callers that search no names."""
        return cls(NameIndex(()), {}, {}, *_units())

    def measure_of(self, unit: str, sentence: Sequence[Word]) -> int | None:
        """Returns the key of the measure that `unit` suggests, or None.

        Endings of the unit are ignored: «وفدا» counts as «وفد». A broad unit suggests a measure only if its sentence
        holds a word that begins with one of the measure's cues.
        """
        # «دولار أمريكي» has the measure of «دولار».
        folded = [fold_name(unit), fold_name(unit.split()[0])] if unit else []
        readings = [
            *folded,
            *(
                unit_form[: -len(ending)]
                for unit_form in folded
                for ending in _UNIT_ENDINGS
                if unit_form.endswith(ending)
            ),
        ]
        bare_words: list[str] | None = None
        for reading in readings:
            for cues, measure in self.broad_measures.get(reading, ()):
                if bare_words is None:
                    bare_words = [word.folded.removeprefix("و").removeprefix("ال") for word in sentence]
                if any(word.startswith(cues) for word in bare_words):
                    return measure
            if reading in self.measures:
                return self.measures[reading]
        return None


def _units() -> tuple[dict[str, int], dict[str, list[tuple[tuple[str, ...], int]]]]:
    """Returns the fields `measures` and `broad_measures` of Authority."""
    plain: dict[str, int] = {}
    broad: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for measure in Measure.objects.order_by("id"):
        plain |= {fold_name(unit): measure.pk for unit in measure.units}
        cues = tuple(fold_name(cue).removeprefix("ال") for cue in measure.cues)
        for unit in measure.broad_units:
            broad.setdefault(fold_name(unit), []).append((cues, measure.pk))
    return plain, broad


@lru_cache(maxsize=1)
def places() -> NameIndex[Place]:
    """Returns the index of all known places, by their names and spellings."""
    return NameIndex(spellings_of_places())
