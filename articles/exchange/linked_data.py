"""Describes rows as JSON-LD in the schema.org vocabulary: NewsArticle, Event, Person, Country, kinds of Organization.

Unknown values are left out. A date is written to its precision (ISO 8601: 2024, 2024-11, 2024-11-06).
"""

from collections.abc import Iterable, Sequence

from articles.exchange.addresses import Absolute, permanent
from articles.models import (
    Actor,
    ActorKind,
    Alias,
    Article,
    Coverage,
    Event,
    Mention,
    Participation,
    Role,
)
from articles.platform.calendar_bounds import held

Linked = dict[str, object]

_CONTEXT = "https://schema.org"
_TYPES: dict[str, str] = {
    ActorKind.PERSON: "Person",
    ActorKind.STATE: "Country",
    ActorKind.GOVERNMENT: "GovernmentOrganization",
    ActorKind.CIVIL: "NGO",
}
_ORGANISERS = {Role.HOST, Role.CO_CHAIR, Role.CONVENER}


def _without_empty(linked: Linked) -> Linked:
    """Leaves out the properties without a value."""
    return {name: value for name, value in linked.items() if value not in (None, "", [])}


def linked_article(
    article: Article, mentions: Iterable[Mention], coverages: Iterable[Coverage], absolute: Absolute
) -> Linked:
    """Describes an article as a NewsArticle. `absolute` turns a path into an address with scheme and host."""
    address = absolute(permanent(article))
    return {"@context": _CONTEXT} | _without_empty(
        {
            "@type": "NewsArticle",
            "@id": address,
            "url": address,
            "headline": article.title,
            "datePublished": article.published.iso,
            "dateModified": changed.isoformat() if (changed := held(article.updated_at)) else None,
            "inLanguage": article.language,
            "wordCount": article.word_count,
            "articleSection": article.section,
            "author": {"@type": "Person", "name": article.author} if article.author else None,
            "publisher": {"@type": "Organization", "name": article.source.name} if article.source else None,
            "sameAs": article.url,
            "about": [_brief_event(coverage.event, absolute) for coverage in coverages],
            "mentions": [_brief_actor(mention.actor, absolute) for mention in mentions],
        }
    )


def linked_event(event: Event, participations: Sequence[Participation], absolute: Absolute) -> Linked:
    """Describes an event as an Event, with its organisers and other participants."""
    place = ", ".join(part for part in (event.place, event.country) if part)
    organisers = [participation for participation in participations if participation.role in _ORGANISERS]
    return {"@context": _CONTEXT} | _without_empty(
        _brief_event(event, absolute)
        | {
            "endDate": event.end.iso,
            "description": event.description,
            "location": {"@type": "Place", "name": place} if place else None,
            "organizer": [_brief_actor(participation.actor, absolute) for participation in organisers],
            "attendee": [
                _brief_actor(participation.actor, absolute)
                for participation in participations
                if participation.role not in _ORGANISERS
            ],
            "superEvent": {"@type": "EventSeries", "name": event.series.name} if event.series else None,
        }
    )


def linked_actor(actor: Actor, aliases: Iterable[Alias], absolute: Absolute) -> Linked:
    """Describes an actor as a Person, a Country or a kind of Organization, with all its names."""
    return {"@context": _CONTEXT} | _without_empty(
        _brief_actor(actor, absolute)
        | {
            "alternateName": [alias.name for alias in aliases],
            "description": actor.description,
            "disambiguatingDescription": actor.distinction,
        }
    )


def _brief_event(event: Event, absolute: Absolute) -> Linked:
    address = absolute(permanent(event))
    return _without_empty(
        {"@type": "Event", "@id": address, "url": address, "name": event.title, "startDate": event.start.iso}
    )


def _brief_actor(actor: Actor, absolute: Absolute) -> Linked:
    address = absolute(permanent(actor))
    return {"@type": _TYPES.get(actor.kind, "Organization"), "@id": address, "url": address, "name": actor.name}
