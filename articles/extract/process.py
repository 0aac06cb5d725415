"""Writes what the rules suggest for stored articles; what an editor reviewed is never touched.

Called by ingest inside the articles' own transaction, by `manage.py extract`, and by the admin when a text changes.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from articles.arabic.reading import Reading
from articles.arabic.words import fold_phrase
from articles.extract import events
from articles.extract.analysis import Analysis, MeasuredFigure, NamedActor, analyse
from articles.extract.authority import Authority, places
from articles.extract.figures import Period
from articles.extract.fingerprints import is_reprint, shingles
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

# How many known events share enough with an article's to be looked at, and how many of those are weighed in full.
MOST_EVENTS_FETCHED, MOST_EVENTS_COMPARED = 150, 25
# How many texts with a band in common are compared word by word.
MOST_TEXTS_COMPARED = 5
_REPRINT_RULE, _SAME_TEXT_RULE = "reprint.shingles", "reprint.same_text"


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


def suggest_all(subjects: Sequence[Subject], authority: Authority) -> None:
    """The same for several articles, in order, with as few questions to the database as can be."""
    newcomers = _newcomers(subjects)
    _write_mentions(subjects, newcomers)
    touched: set[int] = set()
    new_figures: list[Figure] = []
    coverages: list[Coverage] = []
    for subject in subjects:
        event = _coverage(subject, authority, coverages)
        touched |= _figures(subject, event, new_figures)
    Coverage.objects.bulk_create(coverages)
    Figure.objects.bulk_create(new_figures)
    _write_reprints(subjects)
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
    Mention.objects.bulk_create(new)


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


def _coverage(subject: Subject, authority: Authority, new: list[Coverage]) -> Event | None:
    """Suggests the event the article reports, known or new; returns the event that stands for it."""
    article, described = subject.article, subject.analysis.events
    stored = [] if subject.is_new else list(article.coverages.select_related("event"))
    reviewed = [coverage for coverage in stored if coverage.state != ReviewState.SUGGESTED]
    own = None if subject.is_new else _own_event(article)
    match = _matching_event(described, own, authority)
    wanted: tuple[Event, str, float] | None = None
    if match:
        event, alike = match
        if event.state != ReviewState.REJECTED:
            wanted = event, alike.rule, alike.score
    elif not reviewed:
        wanted = (own, own.rule, own.score) if own else _new_event(article, described)
    for coverage in stored:
        if coverage.state == ReviewState.SUGGESTED and (wanted is None or coverage.event_id != wanted[0].pk):
            coverage.delete()
            _drop_if_bare(coverage.event)
    if wanted and not any(coverage.event_id == wanted[0].pk for coverage in stored):
        event, rule, score = wanted
        new.append(Coverage(article=article, event=event, state=ReviewState.SUGGESTED, rule=rule, score=score))
    standing = [coverage for coverage in reviewed if coverage.state == ReviewState.CONFIRMED]
    return standing[0].event if standing else wanted[0] if wanted else None


def _matching_event(
    described: Sequence[events.EventDescription], own: Event | None, authority: Authority
) -> tuple[Event, events.Likeness] | None:
    """The known event, other than the article's `own`, that one of the described ones most likely is."""
    if not described:
        return None
    known = {event.pk: event for event in _candidates(described, authority) if not own or event.pk != own.pk}
    actors_of = _actors_of(known)
    descriptions = (describe_stored(event, actors_of.get(pk, frozenset())) for pk, event in known.items())
    best = events.best_match(described, descriptions, authority)
    return (known[best[0].key], best[1]) if best else None


def _candidates(described: Sequence[events.EventDescription], authority: Authority) -> list[Event]:
    """The known events that share most with the described ones: words of the title, actors, and days in common."""
    terms = {word for one in described for word in one.words}
    actors = {actor for one in described for actor in one.actors if authority.kinds.get(actor) in events.TELLING_KINDS}
    named = Participation.objects.standing().filter(actor__in=actors).values("event") if actors else None
    shares = Q(terms__overlap=sorted(terms))
    rows = Event.objects.filter(shares | Q(pk__in=named) if named is not None else shares, merged_into=None)
    earliest = [one.when.earliest for one in described]
    latest = [one.when.latest for one in described]
    rows = rows.held_between(
        min(earliest) if all(earliest) else None,
        max(latest) if all(latest) else None,
    )
    fetched = list(rows.newest()[:MOST_EVENTS_FETCHED])
    fetched.sort(key=lambda event: -len(terms.intersection(event.terms)))
    return fetched[:MOST_EVENTS_COMPARED]


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


def _places_of(event: Event) -> set[tuple[str, str]]:
    return {tuple(place) for match in places().find(f"{event.place}، {event.country}") for place in match.keys}


def _new_event(article: Article, described: Sequence[events.EventDescription]) -> tuple[Event, str, float] | None:
    """A suggested event for the first full description in the article; its lead's actors become suggested participants."""
    full = [one for one in described if len(events.content_words(one.title)) >= 2]
    if not full:
        return None
    best = next((one for one in full if one.kind != EventKind.LAUNCH), full[0])
    in_title = fold_phrase(best.title) in fold_phrase(article.title)
    city = next(iter(best.cities)) if len(best.cities) == 1 else ""
    country = next(iter(best.countries)) if len(best.countries) == 1 else ""
    event = Event(title=best.title[:300], kind=best.kind, place=city, country=country,
                  state=ReviewState.SUGGESTED, rule="event.head_phrase", score=0.6 if in_title else 0.4)  # fmt: skip
    event.start, event.end = best.when, best.end
    event.save()
    Participation.objects.bulk_create(
        Participation(
            event=event, actor_id=actor, role="participant", state=ReviewState.SUGGESTED, rule="event.named_in_lead"
        )
        for actor in sorted(best.actors)
    )
    return event, "event.head_phrase", event.score


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
_STRIKES = {EventKind.ATTACK, EventKind.OPERATION}


def _is_about(one: MeasuredFigure, event: Event) -> bool:
    """Whether the event that an article reports is what its figure counts, and not some background of it."""
    if event.kind == EventKind.REPORT:
        return one.measure is not None
    if _spans_longer_than_events(one.found.period) or _lies_elsewhere(one.found.period, event):
        return False
    return (event.kind in _GATHERINGS and one.of_attendance) or (event.kind in _STRIKES and one.of_harm)


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
    own = _places_of(event) if event and one.places else set()
    countries = {country for _, country in own}
    limited = [place for place in one.places if place not in own and not (place[1] in countries and not place[0])]
    return "، ".join(sorted(city or country for city, country in limited))[:120]


# Reprints


def _write_reprints(subjects: Sequence[Subject]) -> None:
    """Stores the fingerprints and suggests, for every article, the earlier one whose story it carries."""
    prints = {subject.article.pk: subject.analysis.fingerprint for subject in subjects}
    rows = [Fingerprint(article_id=pk, text_hash=one.text_hash, bands=list(one.bands)) for pk, one in prints.items()]
    Fingerprint.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["article"], update_fields=["text_hash", "bands"]
    )
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
    texts: dict[int, frozenset] = {}
    originals: dict[int, int] = {}
    new: list[Reprint] = []
    for subject in subjects:
        pk = subject.article.pk
        if pk in reviewed:
            continue
        found = _original(subject, alike.get(pk, []), texts)
        if found:
            original, score, rule = found
            known = originals.get(original) or (
                Reprint.objects.standing().filter(article=original).values_list("original", flat=True).first()
            )
            originals[pk] = known or original
            new.append(
                Reprint(article_id=pk, original_id=originals[pk], state=ReviewState.SUGGESTED, rule=rule, score=score)
            )
    Reprint.objects.bulk_create(new)


def _sharing_bands(prints: dict[int, object]) -> dict[int, list[int]]:
    """Article → the earlier articles that share a band with it, most shared first."""
    by_band: dict[int, list[int]] = defaultdict(list)
    for pk, one in prints.items():
        for band in one.bands:
            by_band[band].append(pk)
    if not by_band:
        return {}
    shared: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = Fingerprint.objects.filter(bands__overlap=list(by_band)).order_by("article")
    for other, bands in rows.values_list("article", "bands")[: 200 * len(prints)]:
        for band in bands:
            for pk in by_band.get(band, ()):
                if other < pk:
                    shared[pk][other] += 1
    return {pk: sorted(others, key=lambda other: (-others[other], other)) for pk, others in shared.items()}


def _original(
    subject: Subject, candidates: Sequence[int], texts: dict[int, frozenset]
) -> tuple[int, float, str] | None:
    """(earlier article that carries the same story, how alike they are, rule)."""
    chosen = [pk for pk in candidates[:MOST_TEXTS_COMPARED]]
    missing = [pk for pk in chosen if pk not in texts]
    if missing:
        for pk, body in Article.objects.filter(pk__in=missing).values_list("pk", "body"):
            texts[pk] = shingles(Reading(body).words)
    if not chosen:
        return None
    own = texts.setdefault(subject.article.pk, shingles(Reading(subject.article.body).words))
    best: tuple[float, int] | None = None
    for pk in chosen:
        same, score = is_reprint(own, texts[pk]) if pk in texts else (False, 0.0)
        if same and (best is None or score > best[0]):
            best = score, pk
    if best is None:
        return None
    return best[1], best[0], _SAME_TEXT_RULE if best[0] == 1.0 and own == texts[best[1]] else _REPRINT_RULE
