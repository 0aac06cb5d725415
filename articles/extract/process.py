"""Writes what the rules suggest for stored articles; what an editor reviewed is never touched.

Called by ingest inside the articles' own transaction, by `manage.py extract`, and by the admin when a text changes.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from articles.arabic.phrases import content_words
from articles.arabic.reading import Reading
from articles.arabic.words import fold_phrase
from articles.extract import events
from articles.extract.analysis import Analysis, MeasuredFigure, NamedActor, analyse
from articles.extract.authority import Authority, places
from articles.extract.figures import Period
from articles.extract.fingerprints import BINS, is_reprint, shingles
from articles.extract.fingerprints import Fingerprint as Print
from articles.models import (
    Actor,
    Alias,
    Article,
    Contradiction,
    Coverage,
    Event,
    EventKind,
    Figure,
    Fingerprint,
    Mention,
    Participation,
    Reprint,
    ReviewState,
)
from articles.models.event import ANY_PERIOD, periods_of
from articles.models.inserting import insert, pipelined, with_keys

# How many known events share enough with an article's to be looked at, and how many of those are weighed in full.
MOST_EVENTS_FETCHED, MOST_EVENTS_COMPARED = 150, 12
# How many texts with a band in common are compared word by word.
MOST_TEXTS_COMPARED = 5
# What an actor in common adds to the share of words by which candidates are ranked.
_FOR_ACTORS = 0.4
_REPRINT_RULE, _SAME_TEXT_RULE = "reprint.shingles", "reprint.same_text"


# All probes of the index in one scan.
_SHARING = "SELECT article_id, bands FROM articles_fingerprint WHERE bands && %s::integer[] LIMIT %s"
_SAME_TEXT = "SELECT article_id, text_hash FROM articles_fingerprint WHERE text_hash = ANY(%s::bigint[])"
# For each article of a batch; what more share is a phrase of the trade.
MOST_SHARING = 200


@dataclass
class Subject:
    """An article to write suggestions for; a new one has nothing stored yet that would have to be looked up."""

    article: Article
    analysis: Analysis
    is_new: bool = False


def suggest(article: Article, authority: Authority) -> None:
    """Brings all suggestions for `article` up to date with its text and the authority."""
    analysis = analyse(article.title, Reading(article.body), article.published, authority)
    suggest_all([Subject(article, analysis)], authority)


def suggest_all(subjects: Sequence[Subject], authority: Authority, store: Callable[[], None] = lambda: None) -> None:
    """The same for several articles, in order, with as few questions to the database as can be.

    `store` is called once all that is known has been asked: it stores new articles, whose keys are given already, while
    the rows that hang on them are made.
    """
    newcomers = _newcomers(subjects)
    catalogue = _Catalogue(subjects, authority)
    reported = [_reported(subject, catalogue) for subject in subjects]
    reprints = _reprints(subjects)
    with_keys(catalogue.new)
    # What is stored already is compared with what the database answers, one by one.
    with pipelined() if all(subject.is_new for subject in subjects) else nullcontext():
        store()
        catalogue.save()
        insert(one.coverage for one in reported if one.coverage)
        _write_mentions(subjects, newcomers)
        touched: set[int] = set()
        new_figures: list[Figure] = []
        for subject, one in zip(subjects, reported, strict=True):
            touched |= _figures(subject, one.event, new_figures)
        insert(new_figures)
        _write_fingerprints(subjects)
        insert(reprints)
    Contradiction.objects.refresh(touched)


# Actors


def _newcomers(subjects: Sequence[Subject]) -> dict[str, int]:
    """Folded name → actor, for every unknown name of the articles: one stored before under that name, or a new suggestion.

    A name that an editor rejected, or that several actors bear, suggests no one.
    """
    named = {
        fold_phrase(one.newcomer.name): one.newcomer
        for subject in subjects for one in reversed(subject.analysis.actors) if one.newcomer
    }  # fmt: skip
    if not named:
        return {}
    bearers: dict[str, set[int]] = defaultdict(set)
    actors = Actor.objects.filter(folded_name__in=named, merged_into=None).values_list("folded_name", "pk")
    aliases = Alias.objects.filter(folded__in=named, actor__merged_into=None).values_list("folded", "actor")
    for folded, actor in (*actors, *aliases):
        bearers[folded].add(actor)
    rejected = set(
        Actor.objects.filter(pk__in={pk for pks in bearers.values() for pk in pks}, state=ReviewState.REJECTED)
        .values_list("pk", flat=True)
    )  # fmt: skip
    new = [
        Actor(
            name=one.name[:200], folded_name=folded[:200], kind=one.kind, country=one.country, description=one.role,
            state=ReviewState.SUGGESTED, rule=one.rule, score=one.score,
        )
        for folded, one in sorted(named.items()) if folded not in bearers
    ]  # fmt: skip
    # Another ingest may suggest the same name at this moment; then theirs stands.
    Actor.objects.bulk_create(new, ignore_conflicts=True)
    fresh = Actor.objects.filter(folded_name__in=[actor.folded_name for actor in new], merged_into=None)
    found = dict(fresh.values_list("folded_name", "pk")) if new else {}
    return found | {folded: next(iter(pks)) for folded, pks in bearers.items() if len(pks) == 1 and not pks & rejected}


def _write_mentions(subjects: Sequence[Subject], newcomers: dict[str, int]) -> None:
    new: list[Mention] = []
    for subject in subjects:
        stored = {} if subject.is_new else {mention.actor_id: mention for mention in subject.article.mentions.all()}
        named: set[int] = set()
        for one in subject.analysis.actors:
            actor = one.actor or newcomers.get(fold_phrase(one.newcomer.name))
            if actor is None or actor in named:
                continue
            named.add(actor)
            if mention := _mention(subject.article, actor, one, stored.get(actor)):
                new.append(mention)
        for actor, mention in stored.items():
            if actor not in named:
                _unnamed(mention, subject.article.body)
    insert(new)


def _mention(article: Article, actor: int, one: NamedActor, stored: Mention | None) -> Mention | None:
    """A new mention to be stored, or None after bringing the stored one up to date."""
    spans = [list(span) for span in one.spans]
    quotes = [article.body[start:end] for start, end in one.spans]
    if stored is None:
        return Mention(
            article=article, actor_id=actor, spans=spans, quotes=quotes, role=one.role[:200],
            state=ReviewState.SUGGESTED, rule=one.rule, score=one.score,
        )  # fmt: skip
    if (stored.spans, stored.quotes, stored.role) != (spans, quotes, stored.role or one.role[:200]):
        stored.spans, stored.quotes, stored.role = spans, quotes, stored.role or one.role[:200]
        stored.save(update_fields=["spans", "quotes", "role"])
    return None


def _unnamed(mention: Mention, body: str) -> None:
    """A mention that the rules no longer find: a suggestion goes, a reviewed one keeps the words that still stand."""
    if mention.state == ReviewState.SUGGESTED:
        mention.delete()
    elif mention.quotes != [body[start:end] for start, end in mention.spans]:
        mention.spans, mention.quotes = _relocate(body, mention.quotes)
        mention.save(update_fields=["spans", "quotes"])


def _relocate(body: str, quotes: list[str]) -> tuple[list[list[int]], list[str]]:
    """Where the quotes of a reviewed mention stand in a changed body; those that are gone are dropped."""
    spans, kept, start = [], [], 0
    for quote in quotes:
        at = body.find(quote, start)
        if at >= 0:
            start = at + len(quote)
            spans.append([at, start])
            kept.append(quote)
    return spans, kept


# Events

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


class _Catalogue:
    """The events that articles of a batch can report, and those that the batch itself suggests, not stored before `save`."""

    def __init__(self, subjects: Sequence[Subject], authority: Authority) -> None:
        self._authority = authority
        self._of: dict[int, list[int]] = {}
        self._known: dict[int, tuple[Event, events.EventDescription]] = {}
        self._new: list[tuple[Event, events.EventDescription]] = []
        asked = [question for subject in subjects if (question := self._question(subject))]
        if not asked:
            return
        with connection.cursor() as cursor:
            cursor.execute(_CANDIDATES, [json.dumps(asked)])
            self._choose({question["n"]: question["all"] for question in asked}, cursor.fetchall())
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
        first, last = (
            None if None in bounds else bound(bounds)
            for bounds, bound in (
                ([one.when.earliest for one in described], min),
                ([one.when.latest for one in described], max),
            )
        )
        first, last = first and first - events.NEIGHBOURING, last and last + events.NEIGHBOURING
        months, years = periods_of(
            first or EARLIEST_DAY, last or subject.article.published.latest or timezone.localdate()
        )
        return {
            "n": subject.article.pk,
            "all": sorted(terms),
            "terms": sorted(terms - events.HEAD_WORDS) or sorted(terms),
            "periods": [ANY_PERIOD, *(years if months is None else months)],
            "first": first and first.isoformat(),
            "last": last and last.isoformat(),
            "actors": sorted(actor for actor in actors if self._authority.kinds.get(actor) in events.TELLING_KINDS),
        }

    def _choose(self, terms: dict[int, list[str]], rows: Iterable[tuple[int, int, list[str], bool]]) -> None:
        """Keeps for every article the events that share most of their words with it, and those of its actors."""
        alike: dict[int, dict[int, float]] = defaultdict(dict)
        for article, pk, known, by_actor in rows:
            share = events.containment(terms[article], known) + (_FOR_ACTORS if by_actor else 0)
            if by_actor or share >= events.LEAST_SHARED_WORDS:
                alike[article][pk] = max(share, alike[article].get(pk, 0))
        for article, shares in alike.items():
            self._of[article] = sorted(shares, key=lambda pk: (-shares[pk], -pk))[:MOST_EVENTS_COMPARED]

    def match(self, subject: Subject, own: Event | None) -> tuple[Event, events.Likeness] | None:
        """The event, other than the article's `own`, that one of the described ones most likely is."""
        described = subject.analysis.events
        if not described:
            return None
        possible = [self._known[pk] for pk in self._of.get(subject.article.pk, ()) if not own or pk != own.pk]
        possible += self._new
        by_key = {known.key: event for event, known in possible}
        best = events.best_match(described, (known for _, known in possible), self._authority)
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
                event=event, actor_id=actor, role="participant", state=ReviewState.SUGGESTED, rule="event.named_in_lead"
            )
            for event, known in self._new
            for actor in sorted(known.actors)
        )


def _named_in_full(described: events.EventDescription) -> events.EventDescription:
    """«هجوم» alone is no name; «هجوم في باماكو» is; «مؤتمرا دوليا» is «مؤتمر دولي»."""
    described = replace(described, title=events.nominative(described.title))
    if described.kind in events.STRIKES and len(described.cities) == 1 and len(content_words(described.title)) < 2:
        return replace(described, title=f"{described.title} في {next(iter(described.cities))}")
    return described


@dataclass
class _Reported:
    """What is decided about an article's event: the one that stands for it, and the coverage to be stored."""

    event: Event | None
    coverage: Coverage | None = None


def _reported(subject: Subject, catalogue: _Catalogue) -> _Reported:
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
    reported = _Reported(confirmed[0].event if confirmed else wanted[0] if wanted else None)
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
    spots = _places_of(event)
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


def _places_of(event: Event) -> frozenset[tuple[str, str]]:
    return _named_places(f"{event.place}، {event.country}")


@lru_cache(maxsize=10_000)
def _named_places(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(tuple(place) for match in places().find(text) for place in match.keys)


def _drop_if_bare(event: Event) -> None:
    """Removes a machine's event that no article reports any more."""
    if event.state == ReviewState.SUGGESTED and not event.coverages.exists():
        event.delete()


# Figures


def _figures(subject: Subject, event: Event | None, new: list[Figure]) -> set[int]:
    """Brings the stored figures up to date and adds those to be stored to `new`; returns the events they are about."""
    article, found = subject.article, subject.analysis.figures
    stored = [] if subject.is_new else list(article.figures.order_by("start", "id"))
    touched = {figure.event_id for figure in stored if figure.event_id}
    pairs, unclaimed = _paired(article, found, stored)
    for figure in unclaimed:
        if figure.state == ReviewState.SUGGESTED:
            figure.delete()
        else:
            _keep_reviewed(figure, article.body)
    reviewed = [figure for figure in unclaimed if figure.state != ReviewState.SUGGESTED]
    taken = [(figure.start, figure.end) for figure in reviewed if figure.start is not None]
    moved = [(one, twin) for one, twin in pairs if twin and (twin.start, twin.end) != (one.found.start, one.found.end)]
    Figure.objects.filter(pk__in=[twin.pk for _, twin in moved]).update(start=None, end=None) if moved else None
    for one, twin in moved:
        Figure.objects.filter(pk=twin.pk).update(start=one.found.start, end=one.found.end)
    for one, twin in pairs:
        values = _values(one, event)
        if twin is None and not any(start < one.found.end and one.found.start < end for start, end in taken):
            quote = article.body[one.found.start : one.found.end]
            new.append(
                Figure(
                    article=article, quote=quote, start=one.found.start, end=one.found.end,
                    state=ReviewState.SUGGESTED, **values,
                )
            )  # fmt: skip
            touched |= {values["event_id"]} - {None}
        elif twin is not None and twin.state == ReviewState.SUGGESTED:
            changed = {name: value for name, value in values.items() if getattr(twin, name) != value}
            if changed:
                Figure.objects.filter(pk=twin.pk).update(**changed)
            touched |= {values["event_id"]} - {None}
    return touched


def _paired(
    article: Article, found: Sequence[MeasuredFigure], stored: list[Figure]
) -> tuple[list[tuple[MeasuredFigure, Figure | None]], list[Figure]]:
    """(each found figure with the stored one it is, or None; the stored ones left over).

    A figure is the same one across captures if its quote is; of equal quotes, the first stays the first.
    """
    unclaimed = list(stored)
    by_quote: dict[str, list[Figure]] = {}
    for figure in stored:
        by_quote.setdefault(figure.quote, []).append(figure)
    pairs = []
    for one in found:
        twins = by_quote.get(article.body[one.found.start : one.found.end], [])
        twin = next((figure for figure in twins if figure.start == one.found.start), twins[0] if twins else None)
        if twin:
            twins.remove(twin)
            unclaimed.remove(twin)
        pairs.append((one, twin))
    return pairs, unclaimed


def _keep_reviewed(figure: Figure, body: str) -> None:
    """A reviewed figure stays; where a changed text no longer holds its words it keeps them without a span."""
    if figure.start is not None and body[figure.start : figure.end] == figure.quote:
        return
    at = body.find(figure.quote) if body.count(figure.quote) == 1 else -1
    figure.start, figure.end = (at, at + len(figure.quote)) if at >= 0 else (None, None)
    figure.save(update_fields=["start", "end"])


def _values(one: MeasuredFigure, event: Event | None) -> dict[str, object]:
    found = one.found
    about = event if event and _is_about(one, event) else None
    period_start, period_end = found.period or (None, None)
    return {
        "value": found.value, "value_high": found.value_high, "qualifier": found.qualifier, "unit": found.unit[:120],
        "measure_id": one.measure, "period_start": period_start, "period_end": period_end, "about": found.about[:200],
        "scope": _scope(one, event), "event_id": about.pk if about else None, "rule": found.rule,
    }  # fmt: skip


_GATHERINGS = {EventKind.MINISTERIAL, EventKind.CONFERENCE, EventKind.DIALOGUE, EventKind.SUMMIT, EventKind.MEETING}


def _is_about(one: MeasuredFigure, event: Event) -> bool:
    """Whether the event that an article reports is what its figure counts, and not some background of it."""
    if event.kind == EventKind.REPORT:
        return one.measure is not None
    if _spans_longer_than_events(one.found.period) or _lies_elsewhere(one.found.period, event):
        return False
    return (event.kind in _GATHERINGS and one.of_attendance) or (event.kind in events.STRIKES and one.of_harm)


def _spans_longer_than_events(period: Period | None) -> bool:
    """Whether a period is longer than any event: «منذ 2002», «خلال عام 2023»."""
    return period is not None and (None in period or (period[1] - period[0]).days > 31)


def _lies_elsewhere(period: Period | None, event: Event) -> bool:
    """Whether a period has no day near the event's: another meeting, an earlier attack."""
    if period is None or event.start_earliest is None or event.start_latest is None:
        return False
    near = timedelta(days=31)
    return period[1] < event.start_earliest - near or period[0] > event.start_latest + near


def _scope(one: MeasuredFigure, event: Event | None) -> str:
    """The places that a figure's clause limits it to, but for the event's own."""
    own = _places_of(event) if event and one.places else frozenset()
    countries = {country for _, country in own}
    limited = [place for place in one.places if place not in own and not (place[1] in countries and not place[0])]
    return "، ".join(sorted(city or country for city, country in limited))[:120]


# Reprints


def _write_fingerprints(subjects: Sequence[Subject]) -> None:
    rows = [
        Fingerprint(article_id=one.article.pk, text_hash=one.analysis.fingerprint.text_hash,
                    bands=list(one.analysis.fingerprint.bands))
        for one in subjects
    ]  # fmt: skip
    if all(one.is_new for one in subjects):
        insert(rows)
        return
    Fingerprint.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["article"], update_fields=["text_hash", "bands"]
    )


def _reprints(subjects: Sequence[Subject]) -> list[Reprint]:
    """For every article, the suggestion that it carries the story of an earlier one; what stood suggested before goes."""
    prints = {subject.article.pk: subject.analysis.fingerprint for subject in subjects}
    reviewed, old = set(), [subject.article.pk for subject in subjects if not subject.is_new]
    if old:
        reviewed = set(
            Reprint.objects.filter(article__in=old)
            .exclude(state=ReviewState.SUGGESTED)
            .values_list("article", flat=True)
        )
        Reprint.objects.suggested().filter(article__in=old).delete()
        # What others are said to reprint is no reprint itself.
        reviewed |= set(Reprint.objects.filter(original__in=old).values_list("original", flat=True))
    alike = _sharing_bands(prints)
    bodies = {subject.article.pk: subject.article.body for subject in subjects}
    texts: dict[int, frozenset] = {}
    originals: dict[int, int] = {}
    new: list[Reprint] = []
    for subject in subjects:
        pk = subject.article.pk
        if pk in reviewed:
            continue
        found = _original(pk, alike.get(pk, []), bodies, texts)
        if found:
            original, score, rule = found
            known = originals.get(original) or (
                Reprint.objects.standing().filter(article=original).values_list("original", flat=True).first()
            )
            originals[pk] = known or original
            new.append(
                Reprint(article_id=pk, original_id=originals[pk], state=ReviewState.SUGGESTED, rule=rule, score=score)
            )
    return new


def _sharing_bands(prints: dict[int, Print]) -> dict[int, list[int]]:
    """Article → the earlier articles that have its very wording or share a band with it, most shared first."""
    by_band: dict[int, list[int]] = defaultdict(list)
    by_text: dict[int, list[int]] = defaultdict(list)
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    for pk, one in prints.items():
        for held, key, weight in ((by_text, one.text_hash, BINS), *((by_band, band, 1) for band in one.bands)):
            for other in held[key]:
                shared[pk][other] += weight
            held[key].append(pk)
    with connection.cursor() as cursor:
        # The planner, which has no statistics of bands, would read a table that looks small from end to end.
        cursor.execute("SET LOCAL enable_seqscan TO off")
        cursor.execute(_SHARING, [list(by_band), MOST_SHARING * len(prints)])
        for other, bands in cursor.fetchall():
            for pk in (pk for band in bands for pk in by_band.get(band, ()) if other < pk and other not in prints):
                shared[pk][other] += 1
        cursor.execute(_SAME_TEXT, [list(by_text)])
        for other, text_hash in cursor.fetchall():
            for pk in (pk for pk in by_text[text_hash] if other < pk and other not in prints):
                shared[pk][other] += BINS
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
    return {pk: sorted(others, key=lambda other: (-others[other], other)) for pk, others in shared.items()}


def _original(
    article: int, candidates: Sequence[int], bodies: dict[int, str], texts: dict[int, frozenset]
) -> tuple[int, float, str] | None:
    """(earlier article that carries the same story, how alike they are, rule)."""
    chosen = candidates[:MOST_TEXTS_COMPARED]
    if not chosen:
        return None
    missing = [pk for pk in chosen if pk not in bodies]
    if missing:
        bodies.update(Article.objects.filter(pk__in=missing).values_list("pk", "body"))
    for pk in (article, *chosen):
        if pk in bodies and pk not in texts:
            texts[pk] = shingles(Reading(bodies[pk]).words)
    own = texts[article]
    best: tuple[float, int] | None = None
    for pk in chosen:
        same, score = is_reprint(own, texts[pk]) if pk in texts else (False, 0.0)
        if same and (best is None or score > best[0]):
            best = score, pk
    if best is None:
        return None
    return best[1], best[0], _SAME_TEXT_RULE if best[0] == 1.0 and own == texts[best[1]] else _REPRINT_RULE
