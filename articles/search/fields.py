"""What the fields of the query language ask of articles: «المصدر:…» and its kin → conditions on articles."""

from collections.abc import Mapping, Sequence

from django.db.models import Q, QuerySet, Value

from articles.arabic.folding import without_proclitics
from articles.arabic.words import fold_phrase
from articles.models import Actor, Coverage, Event, Mention, Source
from articles.models.article import can_be_published
from articles.search.query import Field, Published

# A name so short that it fits more than these is no name; the first ones count.
MOST_NAMED = 200


def conditions_of(fields: Sequence[Field | Published]) -> Mapping[Field | Published, Q | None]:
    """The condition on articles of each field, None where nothing is named so; all are looked up in one statement."""
    named = _named([field for field in fields if isinstance(field, Field)])
    return {
        field: can_be_published(field.first, field.last)
        if isinstance(field, Published)
        else _MEETING[field.name](named[field])
        if named[field]
        else None
        for field in fields
    }


def _named(fields: Sequence[Field]) -> Mapping[Field, Sequence[int]]:
    """Ids of what each field names: as it is typed, or else without «و», «لل» and the like before the first word."""
    looks = [
        _FINDING[field.name](reading).order_by("pk").values_list(Value(place), Value(order), "pk")[:MOST_NAMED]
        for place, field in enumerate(fields)
        for order, reading in enumerate(without_proclitics(fold_phrase(field.text)))
    ]
    found: dict[Field, dict[int, list[int]]] = {field: {} for field in fields}
    for place, order, pk in looks[0].union(*looks[1:], all=True) if looks else ():
        found[fields[place]].setdefault(order, []).append(pk)
    return {field: readings[min(readings)] if readings else [] for field, readings in found.items()}


def _events_titled(text: str) -> QuerySet:
    return Event.objects.standing().with_title_words(text)


def _sources_called(text: str) -> QuerySet:
    folded = fold_phrase(text)
    return Source.objects.standing().filter(Q(folded_name__contains=folded) | Q(domains__contains=[text.lower()]))


_FINDING = {
    "actor": lambda text: Actor.objects.standing().with_name_part(text), "event": _events_titled, "source": _sources_called,
}  # fmt: skip
_MEETING = {
    "actor": lambda ids: Q(pk__in=Mention.objects.standing().filter(actor__in=ids).values("article")),
    "event": lambda ids: Q(pk__in=Coverage.objects.standing().filter(event__in=ids).values("article")),
    "source": lambda ids: Q(source__in=ids),
}
