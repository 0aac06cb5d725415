"""Turns the fields of the query language, such as «المصدر:…», into conditions on articles."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet, Value

from articles.arabic.folding import without_proclitics
from articles.arabic.words import fold_phrase
from articles.models import Actor, Coverage, Event, Mention, Source
from articles.models.article import can_be_published
from articles.platform.addresses import AddressError, canonical_domain
from articles.search.query import Field, Published
from articles.search.vocabulary import NumbersStatement

# A field stands for at most this many actors, events or sources, the first by id. A text that fits more is too short to
# be a name. A judgement: each makes the condition on articles longer.
MOST_ROWS_OF_FIELD = 200


def looks(fields: Sequence[Field | Published]) -> NumbersStatement | None:
    """Returns the statement that finds what the fields name; None where no field can name anything.

    Its rows are (place of the field, number of the reading, id). The first reading of a field is its text as typed. The
    others leave out «و», «لل» and the like before the first word.
    """
    named = [
        _FINDING[field.name](reading).order_by("pk").values_list(Value(place), Value(order), "pk")[:MOST_ROWS_OF_FIELD]
        for place, field in enumerate(fields)
        if isinstance(field, Field)
        for order, reading in enumerate(without_proclitics(fold_phrase(field.text)))
    ]
    return NumbersStatement.of(named[0].union(*named[1:], all=True)) if named else None


def conditions_of(
    fields: Sequence[Field | Published], lookup_rows: Iterable[tuple[int, int, int]]
) -> Mapping[Field | Published, Q | None]:
    """Returns the condition on articles of each field, from the rows of `looks`; None for a field that names nothing.

    Of a field's readings, the first one that names something counts.
    """
    readings: dict[int, dict[int, list[int]]] = defaultdict(dict)
    for place, order, pk in lookup_rows:
        readings[place].setdefault(order, []).append(pk)
    return {
        field: can_be_published(field.first, field.last)
        if isinstance(field, Published)
        else _MEETING[field.name](readings[place][min(readings[place])])
        if place in readings
        else None
        for place, field in enumerate(fields)
    }


def _events_titled(text: str) -> QuerySet[Any]:
    return Event.objects.public().with_title_words(text)


def _sources_called(text: str) -> QuerySet[Any]:
    folded = fold_phrase(text)
    try:
        domain = canonical_domain(text)
    except AddressError:
        domain = text.lower()
    return Source.objects.public().filter(Q(folded_name__contains=folded) | Q(domains__contains=[domain]))


_FINDING = {
    "actor": lambda text: Actor.objects.public().with_name_part(text), "event": _events_titled, "source": _sources_called,
}  # fmt: skip
_MEETING = {
    "actor": lambda ids: Q(pk__in=Mention.objects.standing().filter(actor__in=ids).values("article")),
    "event": lambda ids: Q(pk__in=Coverage.objects.standing().filter(event__in=ids).values("article")),
    "source": lambda ids: Q(source__in=ids),
}
