"""What a field of the query language asks of articles: «المصدر:…» and its kin → a condition on articles."""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from articles.arabic.folding import without_proclitics
from articles.arabic.words import fold_phrase
from articles.models import Actor, Coverage, Event, Mention, Source
from articles.models.article import can_be_published
from articles.search.query import Field, Published

# A name so short that it fits more than these is no name; the first ones count.
MOST_NAMED = 200


def condition_of(field: Field | Published) -> Q | None:
    """The condition on articles, or None where nothing is named so."""
    if isinstance(field, Published):
        return can_be_published(field.first, field.last)
    return _RULES[field.name](field.text)


def _actor(text: str) -> Q | None:
    named = _first_named(text, lambda part: Actor.objects.standing().with_name_part(part))
    return Q(pk__in=Mention.objects.standing().filter(actor__in=named).values("article")) if named else None


def _event(text: str) -> Q | None:
    def titled(part: str) -> QuerySet:
        events = Event.objects.standing()
        for word in fold_phrase(part).split():
            events = events.filter(folded_title__contains=word)
        return events

    named = _first_named(text, titled)
    return Q(pk__in=Coverage.objects.standing().filter(event__in=named).values("article")) if named else None


def _source(text: str) -> Q | None:
    def called(part: str) -> QuerySet:
        folded = fold_phrase(part)
        return Source.objects.standing().filter(Q(folded_name__contains=folded) | Q(domains__contains=[part.lower()]))

    named = _first_named(text, called)
    return Q(source__in=named) if named else None


def _first_named(text: str, find: Callable[[str], QuerySet]) -> list[int]:
    """Ids of what `find` finds for `text`, or for it without «و», «لل» and the like before the first word."""
    for reading in without_proclitics(fold_phrase(text)):
        if found := list(find(reading).values_list("pk", flat=True)[:MOST_NAMED]):
            return found
    return []


_RULES = {"actor": _actor, "event": _event, "source": _source}
