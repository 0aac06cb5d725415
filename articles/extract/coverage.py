"""Decides which event an article reports: one of the many known, looked up by words, days and actors, or a new one."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

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

# How many known events share enough with an article's to be looked at, and how many of those are weighed in full.
MOST_EVENTS_FETCHED, MOST_EVENTS_COMPARED = 150, 12
# By how many of its words an event is looked up.
MOST_TERMS_ASKED = 8
# What an actor in common adds to the share of words by which candidates are ranked.
_FOR_ACTORS = 0.4
# No event of the archive began before.
EARLIEST_DAY = date(1945, 1, 1)
_WITHIN = """
    event.merged_into_id IS NULL
    AND (asked.first IS NULL OR event.start_latest >= asked.first OR event.start_latest IS NULL)
    AND (asked.last IS NULL OR event.start_earliest <= asked.last OR event.start_earliest IS NULL)
"""
# For every article of a batch, the events that can be its own: by words of the title, then by who took part.
_CANDIDATES = f"""
    SELECT asked.n, found.id, found.terms, found.by_actor
    FROM jsonb_to_recordset(%s) AS asked (
        n integer, terms varchar(100)[], periods integer[], first date, last date, actors bigint[]
    )
    CROSS JOIN LATERAL (
        (SELECT id, terms, false AS by_actor FROM articles_event AS event
         WHERE event.terms && asked.terms AND event.periods && asked.periods AND {_WITHIN}
         ORDER BY event.start_order DESC, event.id DESC LIMIT {MOST_EVENTS_FETCHED})
        UNION ALL
        (SELECT event.id, event.terms, true FROM unnest(asked.actors) AS actor
         CROSS JOIN LATERAL (
            SELECT event_id FROM articles_participation
            WHERE actor_id = actor AND state <> 'rejected' ORDER BY event_id DESC LIMIT {MOST_EVENTS_FETCHED}
         ) AS part
         JOIN articles_event AS event ON event.id = part.event_id
         WHERE {_WITHIN}
         ORDER BY event.start_order DESC, event.id DESC LIMIT {MOST_EVENTS_COMPARED})
    ) AS found
"""


class Catalogue:
    """The events that articles of a batch can report, and those that the batch itself suggests, not stored before `save`."""

    def __init__(self, subjects: Sequence[Subject], authority: Authority) -> None:
        self._authority = authority
        self._of: dict[int, dict[int, float]] = {}
        self._known: dict[int, tuple[Event, events.EventDescription]] = {}
        self._new: list[tuple[Event, events.EventDescription]] = []
        self._questions = {
            subject.article.pk: question for subject in subjects if (question := self._question(subject))
        }
        if not self._questions:
            return
        with connection.cursor() as cursor:
            cursor.execute(_CANDIDATES, [json.dumps(list(self._questions.values()))])
            self._choose(cursor.fetchall())
        known = Event.objects.defer("description").in_bulk({pk for chosen in self._of.values() for pk in chosen})
        actors_of = _actors_of(known)
        self._known = {
            pk: (event, describe_stored(event, actors_of.get(pk, frozenset()))) for pk, event in known.items()
        }

    def _question(self, subject: Subject) -> dict[str, object] | None:
        described = subject.analysis.events
        if not described:
            return None
        terms = {word for one in described for word in one.words}
        actors = {actor for one in described for actor in one.actors}
        earliest = [one.when.earliest for one in described]
        latest = [one.when.latest for one in described]
        first = None if None in earliest else min(earliest) - events.NEIGHBOURING
        last = None if None in latest else max(latest) + events.NEIGHBOURING
        months, years = periods_of(
            first or EARLIEST_DAY, last or subject.article.published.latest or timezone.localdate()
        )
        return {
            "n": subject.article.pk,
            "all": sorted(terms),
            # The longest are the rarest: the rest would add little but work.
            "terms": sorted(terms - events.HEAD_WORDS or terms, key=lambda word: (-len(word), word))[:MOST_TERMS_ASKED],
            "periods": [ANY_PERIOD, *(years if months is None else months)],
            "first": first and first.isoformat(),
            "last": last and last.isoformat(),
            "actors": sorted(actor for actor in actors if self._authority.kinds.get(actor) in events.TELLING_KINDS),
        }

    def _choose(self, rows: Iterable[tuple[int, int, list[str], bool]]) -> None:
        """Keeps for every article the events that share most of their words with it, and those of its actors."""
        alike: dict[int, dict[int, float]] = defaultdict(dict)
        terms_of = Event._meta.get_field("terms").items_of
        for article, pk, terms, by_actor in rows:
            if share := _share(self._questions[article], terms_of(terms), by_actor):
                alike[article][pk] = max(share, alike[article].get(pk, 0))
        for article, shares in alike.items():
            best = sorted(shares, key=lambda pk: (-shares[pk], -pk))[:MOST_EVENTS_COMPARED]
            self._of[article] = {pk: shares[pk] for pk in best}

    def match(self, subject: Subject, own: Event | None) -> tuple[Event, events.Likeness] | None:
        """The event, other than the article's `own`, that one of the described ones most likely is."""
        described = subject.analysis.events
        if not described:
            return None
        # Those of the batch count as they will once they are stored, so that it does not matter where a batch begins.
        question = self._questions[subject.article.pk]
        stored = self._of.get(subject.article.pk, {}).items()
        ranked = [(share, pk, *self._known[pk]) for pk, share in stored if not own or pk != own.pk]
        after_all_stored = 1 << 62
        for at, (event, known) in enumerate(self._new):
            if share := _share_of_new(question, event, known):
                ranked.append((share, after_all_stored + at, event, known))
        ranked = sorted(ranked, key=lambda one: (-one[0], -one[1]))[:MOST_EVENTS_COMPARED]
        by_key = {known.key: event for _, _, event, known in ranked}
        best = events.best_match(described, (known for _, _, _, known in ranked), self._authority)
        return (by_key[best[0].key], best[1]) if best else None

    def add(self, article: Article, described: Sequence[events.EventDescription]) -> tuple[Event, str, float] | None:
        """A suggested event for the first full description in the article; its lead's actors will take part in it."""
        full = [one for one in (_named_in_full(one) for one in described) if len(content_words(one.title)) >= 2]
        if not full:
            return None
        best = next((one for one in full if one.kind != EventKind.LAUNCH), full[0])
        in_title = fold_phrase(best.title) in fold_phrase(article.title)
        city = next(iter(best.cities)) if len(best.cities) == 1 else ""
        country = next(iter(best.countries)) if len(best.countries) == 1 else ""
        event = Event(title=best.title[:300], kind=best.kind, place=city, country=country,
                      state=ReviewState.SUGGESTED, rule="event.head_phrase", score=0.6 if in_title else 0.4)  # fmt: skip
        event.start, event.end = best.when, best.end
        event.fold()
        known = replace(describe_stored(event, best.actors), key=-1 - len(self._new))
        self._new.append((event, known))
        return event, event.rule, event.score

    @property
    def new(self) -> list[Event]:
        """The events that the batch suggests, to be given keys before anything that hangs on them is made."""
        return [event for event, _ in self._new]

    def save(self) -> None:
        insert(self.new)
        insert(
            Participation(
                event=event, actor_id=actor, role="participant", state=ReviewState.SUGGESTED,
                rule="event.named_in_lead", score=0.5,
            )
            for event, known in self._new
            for actor in sorted(known.actors)
        )  # fmt: skip


def _share(question: dict[str, object], terms: Iterable[str], by_actor: bool) -> float:
    """How much of its words an event shares with an article, more for an actor in common; 0 for too little."""
    share = events.containment(question["all"], terms)
    if not by_actor and share < events.LEAST_SHARED_WORDS:
        return 0.0
    return share + (_FOR_ACTORS if by_actor else 0)


def _share_of_new(question: dict[str, object], event: Event, known: events.EventDescription) -> float:
    """The same for an event that is not stored yet, by the conditions that the database is asked with."""
    first, last = question["first"], question["last"]
    if first and event.start.latest and event.start.latest.isoformat() < first:
        return 0.0
    if last and event.start.earliest and event.start.earliest.isoformat() > last:
        return 0.0
    by_actor = not known.actors.isdisjoint(question["actors"])
    asked = not set(event.terms).isdisjoint(question["terms"]) and not set(event.periods).isdisjoint(
        question["periods"]
    )
    return _share(question, event.terms, by_actor) if asked or by_actor else 0.0


def _named_in_full(described: events.EventDescription) -> events.EventDescription:
    """«هجوم» alone is no name; «هجوم في باماكو» is; «مؤتمرا دوليا» is «مؤتمر دولي»."""
    described = replace(described, title=events.nominative(described.title))
    if described.kind in events.STRIKES and len(described.cities) == 1 and len(content_words(described.title)) < 2:
        return replace(described, title=f"{described.title} في {next(iter(described.cities))}")
    return described


@dataclass
class Reported:
    """What is decided about an article's event: the one that stands for it, and the coverage to be stored."""

    event: Event | None
    coverage: Coverage | None = None


def reported_by(subject: Subject, catalogue: Catalogue) -> Reported:
    """Suggests the event the article reports, known or new."""
    article = subject.article
    stored = [] if subject.is_new else list(article.coverages.select_related("event"))
    reviewed = [coverage for coverage in stored if coverage.state != ReviewState.SUGGESTED]
    own = None if subject.is_new else _own_event(article)
    match = catalogue.match(subject, own)
    wanted: tuple[Event, str, float] | None = None
    if match:
        event, alike = match
        if event.state != ReviewState.REJECTED:
            wanted = event, alike.rule, alike.score
    elif not reviewed:
        wanted = (own, own.rule, own.score) if own else catalogue.add(article, subject.analysis.events)
    for coverage in stored:
        if coverage.state == ReviewState.SUGGESTED and (wanted is None or coverage.event != wanted[0]):
            coverage.delete()
            _drop_if_bare(coverage.event)
    confirmed = [coverage for coverage in reviewed if coverage.state == ReviewState.CONFIRMED]
    reported = Reported(confirmed[0].event if confirmed else wanted[0] if wanted else None)
    if wanted and not any(coverage.event == wanted[0] for coverage in stored):
        event, rule, score = wanted
        reported.coverage = Coverage(article=article, event=event, state=ReviewState.SUGGESTED, rule=rule, score=score)
    return reported


def _own_event(article: Article) -> Event | None:
    """The event that an earlier run suggested from this article and that no other article reports."""
    shared = Coverage.objects.exclude(article=article).values("event")
    return Event.objects.suggested().filter(coverages__article=article).exclude(pk__in=shared).first()


def _actors_of(known: dict[int, Event]) -> dict[int, frozenset[int]]:
    """Event → its participants, suggested ones included."""
    actors: dict[int, set[int]] = {}
    if known:
        for event, actor in Participation.objects.standing().filter(event__in=known).values_list("event", "actor"):
            actors.setdefault(event, set()).add(actor)
    return {event: frozenset(found) for event, found in actors.items()}


def describe_stored(event: Event, actors: frozenset[int]) -> events.EventDescription:
    """A stored event as the rules compare it; its place's other spellings and its country count alike."""
    spots = places_of(event)
    return events.EventDescription(
        event.title,
        event.kind,
        event.start,
        frozenset(city for city, _ in spots if city),
        frozenset(country for _, country in spots),
        actors,
        event.pk,
        events.years_in(event.title),
        frozenset(event.terms),
    )


def places_of(event: Event) -> frozenset[tuple[str, str]]:
    return _named_places(f"{event.place}، {event.country}")


@lru_cache(maxsize=10_000)
def _named_places(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(tuple(place) for match in places().find(text) for place in match.keys)


def _drop_if_bare(event: Event) -> None:
    """Removes a machine's event that no article reports any more."""
    if event.state == ReviewState.SUGGESTED and not event.coverages.exists():
        event.delete()
