"""Suggests which event an article reports: a stored event, looked up by words, days and actors, or a new event.

Called by articles/extract/process.py for the articles of a batch.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from articles.arabic.phrases import content_words
from articles.arabic.words import fold_phrase
from articles.extract import events
from articles.extract.authority import Authority, places
from articles.extract.subject import Subject
from articles.models import (
    Article,
    Coverage,
    Event,
    EventKind,
    Participation,
    ReviewState,
)
from articles.models.event import ANY_PERIOD, periods_of
from articles.models.inserting import insert

# The most stored events that are fetched for an article. A judgement: the labelled articles have far fewer possible
# events. In a large archive a smaller number can miss the right event behind others with the same words, and a larger
# one takes more time for every article.
MOST_EVENTS_FETCHED = 150
# The constants below were measured on 2026-11-27 by manage.py evaluate_extraction on tests/extract/labelled and
# tests/extract/unseen, where an article has few possible events; the next two also on 104 labelled articles.
#
# The most fetched events that are compared in full. 3 and 30 make no difference.
MOST_EVENTS_COMPARED = 12
# The most words of an article that look up events. With 2 or 4 words three pairs of one event are missed; 16 make no
# difference.
MOST_LOOKUP_TERMS = 8
# Possible events are ranked by the share of common words. A common actor adds this much to the share. With 0, 0.2 and
# 0.8 no pair of one event changes.
_FOR_ACTORS = 0.4
# The scores of suggestions that no comparison made, from 0 to 1. They only order what waits at the desk; nothing is
# measured of them. An event that the title names is likelier to be what the article reports.
_NAMED_IN_TITLE, _NAMED_IN_LEAD = 0.6, 0.4
_TAKES_PART = 0.5
# No event of the archive began before this day.
EARLIEST_DAY = date(1945, 1, 1)
_MAY_BE_REPORTED = """
    event.merged_into_id IS NULL
    AND (question.first IS NULL OR event.start_latest >= question.first OR event.start_latest IS NULL)
    AND (question.last IS NULL OR event.start_earliest <= question.last OR event.start_earliest IS NULL)
"""
# Selects the events that each article of a batch can report: by words of the title, then by participants.
_POSSIBLE_EVENTS = f"""
    SELECT question.n, possible.id, possible.terms, possible.by_actor
    FROM jsonb_to_recordset(%s) AS question (
        n integer, terms varchar(100)[], periods integer[], first date, last date, actors bigint[]
    )
    CROSS JOIN LATERAL (
        (SELECT id, terms, false AS by_actor FROM articles_event AS event
         WHERE event.terms && question.terms AND event.periods && question.periods AND {_MAY_BE_REPORTED}
         ORDER BY event.start_order DESC, event.id DESC LIMIT {MOST_EVENTS_FETCHED})
        UNION ALL
        (SELECT event.id, event.terms, true FROM unnest(question.actors) AS actor
         CROSS JOIN LATERAL (
            SELECT event_id FROM articles_participation
            WHERE actor_id = actor AND state <> 'rejected' ORDER BY event_id DESC LIMIT {MOST_EVENTS_FETCHED}
         ) AS part
         JOIN articles_event AS event ON event.id = part.event_id
         WHERE {_MAY_BE_REPORTED}
         ORDER BY event.start_order DESC, event.id DESC LIMIT {MOST_EVENTS_COMPARED})
    ) AS possible
"""


class Catalogue:
    """The events that the articles of a batch can report: stored ones, and new ones that the batch suggests.

    `save` stores the new events.
    """

    def __init__(self, subjects: Sequence[Subject], authority: Authority) -> None:
        self._authority = authority
        self._of: dict[int, dict[int, float]] = {}
        self._stored: dict[int, tuple[Event, events.EventDescription]] = {}
        self._new: list[tuple[Event, events.EventDescription]] = []
        self._questions = {
            subject.article.pk: question for subject in subjects if (question := self._question(subject))
        }
        if not self._questions:
            return
        with connection.cursor() as cursor:
            cursor.execute(_POSSIBLE_EVENTS, [json.dumps(list(self._questions.values()))])
            self._choose(cursor.fetchall())
        stored_events = Event.objects.defer("description").in_bulk(
            {pk for shares in self._of.values() for pk in shares}
        )
        actors_of = _actors_of(stored_events)
        self._stored = {
            pk: (event, describe_stored(event, actors_of.get(pk, frozenset()))) for pk, event in stored_events.items()
        }

    def _question(self, subject: Subject) -> dict[str, Any] | None:
        """Returns the parameters of _POSSIBLE_EVENTS for one article; None if it describes no event.

        "all" holds every word of the descriptions and serves `_share` alone.
        """
        descriptions = subject.analysis.events
        if not descriptions:
            return None
        terms = {word for description in descriptions for word in description.words}
        actors = {actor for description in descriptions for actor in description.actors}
        earliest = [day for description in descriptions if (day := description.when.earliest)]
        latest = [day for description in descriptions if (day := description.when.latest)]
        first = min(earliest) - events.NEIGHBOURING if len(earliest) == len(descriptions) else None
        last = max(latest) + events.NEIGHBOURING if len(latest) == len(descriptions) else None
        months, years = periods_of(
            first or EARLIEST_DAY, last or subject.article.published.latest or timezone.localdate()
        )
        return {
            "n": subject.article.pk,
            "all": sorted(terms),
            # The longest words are the rarest. The others would add work and few events.
            "terms": sorted(terms - events.HEAD_WORDS or terms, key=lambda word: (-len(word), word))[
                :MOST_LOOKUP_TERMS
            ],
            "periods": [ANY_PERIOD, *(years if months is None else months)],
            "first": first.isoformat() if first else None,
            "last": last.isoformat() if last else None,
            "actors": sorted(actor for actor in actors if self._authority.kinds.get(actor) in events.TELLING_KINDS),
        }

    def _choose(self, rows: Iterable[tuple[int, int, list[str], bool]]) -> None:
        """Keeps for every article the MOST_EVENTS_COMPARED events that share most with it.

        `rows` are (article, event, the event's terms, whether it was fetched by an actor).
        """
        alike: dict[int, dict[int, float]] = defaultdict(dict)
        terms_of = Event._meta.get_field("terms").items_of
        for article_pk, event_pk, terms, by_actor in rows:
            if share := _share(self._questions[article_pk], terms_of(terms), by_actor):
                alike[article_pk][event_pk] = max(share, alike[article_pk].get(event_pk, 0))
        for article_pk, shares in alike.items():
            best = sorted(shares, key=lambda event_pk: (-shares[event_pk], -event_pk))[:MOST_EVENTS_COMPARED]
            self._of[article_pk] = {event_pk: shares[event_pk] for event_pk in best}

    def match(self, subject: Subject, own_event: Event | None) -> tuple[Event, events.Likeness] | None:
        """Returns the event that the article most likely reports and its likeness, or None.

        `own_event` is an event that only this article reports, or None. It is never returned.
        """
        descriptions = subject.analysis.events
        if not descriptions:
            return None
        # New events of the batch are ranked as if they were stored, so that results do not depend on batch limits.
        question = self._questions[subject.article.pk]
        stored_shares = self._of.get(subject.article.pk, {}).items()
        ranked = [(share, pk, *self._stored[pk]) for pk, share in stored_shares if not own_event or pk != own_event.pk]
        after_all_stored = 1 << 62
        for position, (event, description) in enumerate(self._new):
            if share := _share_of_new(question, event, description):
                ranked.append((share, after_all_stored + position, event, description))
        ranked = sorted(ranked, key=lambda ranked_event: (-ranked_event[0], -ranked_event[1]))[:MOST_EVENTS_COMPARED]
        by_key = {description.key: event for _, _, event, description in ranked}
        best = events.best_match(descriptions, (description for _, _, _, description in ranked), self._authority)
        return (by_key[best[0].key], best[1]) if best else None

    def add(
        self, article: Article, descriptions: Sequence[events.EventDescription]
    ) -> tuple[Event, str, float | None] | None:
        """Adds a new event for the first description that names an event in full; other events come before a launch.

        Returns (event, rule, score), or None without such a description. The actors of the article's lead become
        participants when `save` stores the event.
        """
        named_in_full = [
            description
            for description in (_named_in_full(description) for description in descriptions)
            if len(content_words(description.title)) >= 2
        ]
        if not named_in_full:
            return None
        best = next(
            (description for description in named_in_full if description.kind != EventKind.LAUNCH), named_in_full[0]
        )
        in_title = fold_phrase(best.title) in fold_phrase(article.title)
        city = next(iter(best.cities)) if len(best.cities) == 1 else ""
        country = next(iter(best.countries)) if len(best.countries) == 1 else ""
        event = Event(title=best.title[:300], kind=best.kind, place=city, country=country,
                      state=ReviewState.SUGGESTED, rule="event.head_phrase", score=_NAMED_IN_TITLE if in_title else _NAMED_IN_LEAD)  # fmt: skip
        event.start, event.end = best.when, best.end
        event.fold()
        stored_form = replace(describe_stored(event, best.actors), key=-1 - len(self._new))
        self._new.append((event, stored_form))
        return event, event.rule, event.score

    @property
    def new(self) -> list[Event]:
        """Returns the events that the batch suggests. They need keys before any row that refers to them is made."""
        return [event for event, _ in self._new]

    def save(self) -> None:
        """Inserts the new events and their participants."""
        insert(self.new)
        insert(
            Participation(
                event=event, actor_id=actor, role="participant", state=ReviewState.SUGGESTED,
                rule="event.named_in_lead", score=_TAKES_PART,
            )
            for event, description in self._new
            for actor in sorted(description.actors)
        )  # fmt: skip


def _share(question: dict[str, Any], terms: Iterable[str], by_actor: bool) -> float:
    """Returns the share of common words of an article and an event, from 0 to 1, plus _FOR_ACTORS for a common actor.

    0 if they share too little.
    """
    share = events.containment(question["all"], terms)
    if not by_actor and share < events.LEAST_SHARED_WORDS:
        return 0.0
    return share + (_FOR_ACTORS if by_actor else 0)


def _share_of_new(question: dict[str, Any], event: Event, description: events.EventDescription) -> float:
    """Returns the share for an event that is not stored yet, under the conditions of the query _POSSIBLE_EVENTS."""
    first, last = question["first"], question["last"]
    if first and event.start.latest and event.start.latest.isoformat() < first:
        return 0.0
    if last and event.start.earliest and event.start.earliest.isoformat() > last:
        return 0.0
    by_actor = not description.actors.isdisjoint(question["actors"])
    is_fetched = not set(event.terms).isdisjoint(question["terms"]) and not set(event.periods).isdisjoint(
        question["periods"]
    )
    return _share(question, event.terms, by_actor) if is_fetched or by_actor else 0.0


def _named_in_full(described: events.EventDescription) -> events.EventDescription:
    """Puts the title into the nominative, and completes the title of a strike with its city.

    «مؤتمرا دوليا» becomes «مؤتمر دولي». «هجوم» alone names no event; «هجوم في باماكو» does.
    """
    described = replace(described, title=events.nominative(described.title))
    if described.kind in events.STRIKES and len(described.cities) == 1 and len(content_words(described.title)) < 2:
        return replace(described, title=f"{described.title} في {next(iter(described.cities))}")
    return described


@dataclass
class Reported:
    """The event of an article, and the coverage to store for it.

    event: the event that the article reports; None if it reports none.
    coverage: a new suggestion to be inserted; None if there is nothing to insert.
    """

    event: Event | None
    coverage: Coverage | None = None


def reported_by(subject: Subject, catalogue: Catalogue) -> Reported:
    """Suggests the event that an article reports, and deletes its earlier suggestions of other events.

    A confirmed coverage decides which event is returned.
    """
    article = subject.article
    stored = [] if subject.is_new else list(article.coverages.select_related("event"))
    reviewed = [coverage for coverage in stored if coverage.state != ReviewState.SUGGESTED]
    own_event = None if subject.is_new else _own_event(article)
    match = catalogue.match(subject, own_event)
    suggestion: tuple[Event, str, float | None] | None = None
    if match:
        event, event_likeness = match
        if event.state != ReviewState.REJECTED:
            suggestion = event, event_likeness.rule, event_likeness.score
    elif not reviewed:
        suggestion = (
            (own_event, own_event.rule, own_event.score)
            if own_event
            else catalogue.add(article, subject.analysis.events)
        )
    for coverage in stored:
        if coverage.state == ReviewState.SUGGESTED and (suggestion is None or coverage.event != suggestion[0]):
            coverage.delete()
            _drop_if_bare(coverage.event)
    confirmed = [coverage for coverage in reviewed if coverage.state == ReviewState.CONFIRMED]
    reported = Reported(confirmed[0].event if confirmed else suggestion[0] if suggestion else None)
    if suggestion and not any(coverage.event == suggestion[0] for coverage in stored):
        event, rule, score = suggestion
        reported.coverage = Coverage(article=article, event=event, state=ReviewState.SUGGESTED, rule=rule, score=score)
    return reported


def _own_event(article: Article) -> Event | None:
    """Returns the event that an earlier run suggested from this article and that no other article reports."""
    shared = Coverage.objects.exclude(article=article).values("event")
    return Event.objects.suggested().filter(coverages__article=article).exclude(pk__in=shared).first()


def _actors_of(stored_events: dict[int, Event]) -> dict[int, frozenset[int]]:
    """Maps each event that has participants to their keys; suggested participants count."""
    actors: dict[int, set[int]] = {}
    if stored_events:
        for event, actor in (
            Participation.objects.standing().filter(event__in=stored_events).values_list("event", "actor")
        ):
            actors.setdefault(event, set()).add(actor)
    return {event: frozenset(actor_keys) for event, actor_keys in actors.items()}


def describe_stored(event: Event, actors: frozenset[int]) -> events.EventDescription:
    """Describes a stored event for the rules that compare events.

    Other spellings of its place count as the place, and the country of the place counts too. `actors` are its
    participants.
    """
    place_names = places_of(event)
    return events.EventDescription(
        event.title,
        event.kind,
        event.start,
        frozenset(city for city, _ in place_names if city),
        frozenset(country for _, country in place_names),
        actors,
        event.pk,
        events.years_in(event.title),
        frozenset(event.terms),
    )


def places_of(event: Event) -> frozenset[tuple[str, str]]:
    """Returns the (city, country) pairs of an event's place and country; the city may be empty."""
    return _named_places(f"{event.place}، {event.country}")


@lru_cache(maxsize=10_000)
def _named_places(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((place.city, place.country) for match in places().find(text) for place in match.keys)


def _drop_if_bare(event: Event) -> None:
    """Deletes a suggested event that no article reports any more."""
    if event.state == ReviewState.SUGGESTED and not event.coverages.exists():
        event.delete()
