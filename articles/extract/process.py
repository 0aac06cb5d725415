"""Runs every rule over one stored article and writes what they suggest; what an editor reviewed is never touched.

Called by ingest inside the article's own transaction, and by the admin when a text changes.
"""

from collections.abc import Iterable, Sequence

from articles.arabic.folding import fold_name
from articles.arabic.words import Word, fold_phrase, sentence_at, words
from articles.extract import events
from articles.extract.actors import FoundActor, find_actors
from articles.extract.authority import Authority, places
from articles.extract.figures import FoundFigure, Period, find_figures
from articles.models import Article, Coverage, Event, Figure, Mention, Participation, ReviewState

# A sentence with a word that begins so speaks of who came: its numbers are about the event itself.
_ATTENDANCE = tuple(
    fold_name(w)
    for w in ("شارك", "مشارك", "يشارك", "تشارك", "حضر", "حضور", "وفد", "وفود", "يحضر", "تحضر", "ممثل", "ضيوف", "مدعو")
)
# How many known events one article is compared with: the newest of those its date allows.
MOST_EVENTS_COMPARED = 400


def suggest(article: Article, authority: Authority) -> None:
    """Brings the suggested mentions, coverage and figures of `article` up to date with its text and the authority."""
    found = find_actors(article.body, authority.actors)
    _write_mentions(article, found)
    event = _write_coverage(article, found, authority)
    _write_figures(article, find_figures(article.body), authority, event)


def _write_mentions(article: Article, found: Iterable[FoundActor]) -> None:
    stored = {mention.actor_id: mention for mention in article.mentions.all()}
    named = set()
    new: list[Mention] = []
    for actor in found:
        named.add(actor.actor)
        spans = [list(span) for span in actor.spans]
        quotes = [article.body[start:end] for start, end in actor.spans]
        mention = stored.get(actor.actor)
        if mention is None:
            new.append(
                Mention(
                    article=article, actor_id=actor.actor, spans=spans, quotes=quotes,
                    state=ReviewState.SUGGESTED, rule="actor.known_name", score=actor.score,
                )
            )  # fmt: skip
        elif (mention.spans, mention.quotes) != (spans, quotes):
            mention.spans, mention.quotes = spans, quotes
            mention.save(update_fields=["spans", "quotes"])
    Mention.objects.bulk_create(new)
    for actor_id, mention in stored.items():
        if actor_id in named:
            continue
        if mention.state == ReviewState.SUGGESTED:
            mention.delete()
        elif mention.quotes != [article.body[start:end] for start, end in mention.spans]:
            mention.spans, mention.quotes = _relocate(article.body, mention.quotes)
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


def _write_coverage(article: Article, found: Iterable[FoundActor], authority: Authority) -> Event | None:
    """Suggests the event the article reports, known or new; returns the event that stands for it."""
    stored = list(article.coverages.select_related("event"))
    reviewed = [coverage for coverage in stored if coverage.state != ReviewState.SUGGESTED]
    described = _described(article, found, authority)
    own = _own_event(article)
    match = _matching_event(article, described, own, authority)
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
        Coverage.objects.create(
            article=article, event=wanted[0], state=ReviewState.SUGGESTED, rule=wanted[1], score=wanted[2]
        )
    standing = article.coverages.exclude(state=ReviewState.REJECTED).order_by("id")
    confirmed = standing.filter(state=ReviewState.CONFIRMED).first() or standing.first()
    return confirmed.event if confirmed else None


def _lead_actors(article: Article, found: Iterable[FoundActor], authority: Authority) -> set[int]:
    lead = len(events.lead_of(article.body))
    in_lead = {actor.actor for actor in found if actor.spans[0][0] < lead}
    return in_lead | {actor.actor for actor in find_actors(article.title, authority.actors)}


def _described(article: Article, found: Iterable[FoundActor], authority: Authority) -> list[events.EventDescription]:
    actors = _lead_actors(article, found, authority)
    return events.describe(article.title, article.body, article.published, actors, authority)


def _matching_event(
    article: Article, described: Sequence[events.EventDescription], own: Event | None, authority: Authority
) -> tuple[Event, events.Likeness] | None:
    """The known event, other than the article's `own`, that one of the described ones most likely is."""
    if not described:
        return None
    candidates = Event.objects.filter(merged_into__isnull=True).exclude(pk=own.pk if own else None)
    if article.published.latest:
        candidates = candidates.held_between(None, article.published.latest)
    known = {event.pk: event for event in candidates.newest()[:MOST_EVENTS_COMPARED]}
    actors_of = _actors_of(known)
    descriptions = (describe_stored(event, actors_of.get(pk, frozenset())) for pk, event in known.items())
    best = events.best_match(described, descriptions, authority)
    return (known[best[0].key], best[1]) if best else None


def _own_event(article: Article) -> Event | None:
    """The event that an earlier run suggested from this article and that no other article reports."""
    shared = Coverage.objects.exclude(article=article).values("event")
    return Event.objects.suggested().filter(coverages__article=article).exclude(pk__in=shared).first()


def _actors_of(known: dict[int, Event]) -> dict[int, frozenset[int]]:
    """Event → its participants, suggested ones included."""
    actors: dict[int, set[int]] = {}
    for event, actor in Participation.objects.standing().filter(event__in=known).values_list("event", "actor"):
        actors.setdefault(event, set()).add(actor)
    return {event: frozenset(found) for event, found in actors.items()}


def describe_stored(event: Event, actors: frozenset[int]) -> events.EventDescription:
    """A stored event as the rules compare it; its place's other spellings and its country count alike."""
    spots = [place for match in places().find(f"{event.place}، {event.country}") for place in match.keys]
    return events.EventDescription(
        event.title,
        event.kind,
        event.start,
        frozenset(place.city for place in spots if place.city),
        frozenset(place.country for place in spots),
        actors,
        event.pk,
        events.years_in(event.title),
    )


def _new_event(article: Article, described: Sequence[events.EventDescription]) -> tuple[Event, str, float] | None:
    """A suggested event for the first full description in the article; its lead's actors become suggested participants."""
    full = [one for one in described if len(events.content_words(one.title)) >= 2]
    if not full:
        return None
    best = next((one for one in full if one.kind != "launch"), full[0])
    in_title = fold_phrase(best.title) in fold_phrase(article.title)
    city = next(iter(best.cities)) if len(best.cities) == 1 else ""
    country = next(iter(best.countries)) if len(best.countries) == 1 else ""
    event = Event(title=best.title[:300], kind=best.kind, place=city, country=country,
                  state=ReviewState.SUGGESTED, rule="event.head_phrase", score=0.6 if in_title else 0.4)  # fmt: skip
    event.start = best.when
    event.save()
    for actor in sorted(best.actors):
        Participation.objects.create(
            event=event, actor_id=actor, role="participant", state=ReviewState.SUGGESTED, rule="event.named_in_lead"
        )
    return event, "event.head_phrase", event.score


def _drop_if_bare(event: Event) -> None:
    """Removes a machine's event that no article reports any more."""
    if event.state == ReviewState.SUGGESTED and not event.coverages.exists():
        event.delete()


def _write_figures(article: Article, found: list[FoundFigure], authority: Authority, event: Event | None) -> None:
    stored = list(article.figures.order_by("start", "id"))
    unclaimed = list(stored)
    # A figure is the same one across captures if its quote is; of equal quotes, the first stays the first.
    by_quote = {}
    for figure in stored:
        by_quote.setdefault(figure.quote, []).append(figure)
    pairs = []
    for one in found:
        twins = by_quote.get(article.body[one.start : one.end], [])
        twin = next((figure for figure in twins if figure.start == one.start), twins[0] if twins else None)
        if twin:
            twins.remove(twin)
            unclaimed.remove(twin)
        pairs.append((one, twin))
    for figure in unclaimed:
        if figure.state == ReviewState.SUGGESTED:
            figure.delete()
        else:
            _keep_reviewed(figure, article.body)
    taken = [
        (figure.start, figure.end)
        for figure in unclaimed
        if figure.state != ReviewState.SUGGESTED and figure.start is not None
    ]
    moved = [(one, twin) for one, twin in pairs if twin and (twin.start, twin.end) != (one.start, one.end)]
    Figure.objects.filter(pk__in=[twin.pk for _, twin in moved]).update(start=None, end=None)
    for one, twin in moved:
        Figure.objects.filter(pk=twin.pk).update(start=one.start, end=one.end)
    new: list[Figure] = []
    for one, twin in pairs:
        if twin is None and not any(start < one.end and one.start < end for start, end in taken):
            new.append(_suggested(article, one, authority, event))
        elif twin is not None and twin.state == ReviewState.SUGGESTED:
            _refresh(twin, one, authority, event)
    Figure.objects.bulk_create(new)


def _keep_reviewed(figure: Figure, body: str) -> None:
    """A reviewed figure stays; where a changed text no longer holds its words it keeps them without a span."""
    if figure.start is not None and body[figure.start : figure.end] == figure.quote:
        return
    at = body.find(figure.quote) if body.count(figure.quote) == 1 else -1
    figure.start, figure.end = (at, at + len(figure.quote)) if at >= 0 else (None, None)
    figure.save(update_fields=["start", "end"])


def _speaks_of_attendance(sentence: list[Word]) -> bool:
    bare = (word.folded.removeprefix("و").removeprefix("ال").removeprefix("ب") for word in sentence)
    return any(word.startswith(_ATTENDANCE) for word in bare)


def _spans_a_year(period: Period | None) -> bool:
    """Whether a period is longer than any event: «منذ 2002», «خلال عام 2023»."""
    return period is not None and (None in period or (period[1] - period[0]).days > 31)


def _values(body: str, one: FoundFigure, authority: Authority, event: Event | None) -> dict[str, object]:
    period_start, period_end = one.period or (None, None)
    sentence = words(sentence_at(body, one.start))
    about_event = event and not _spans_a_year(one.period) and _speaks_of_attendance(sentence)
    return {
        "value": one.value, "value_high": one.value_high, "qualifier": one.qualifier, "unit": one.unit[:120],
        "measure_id": authority.measure_of(one.unit, sentence), "period_start": period_start, "period_end": period_end,
        "event_id": event.pk if about_event else None, "rule": one.rule,
    }  # fmt: skip


def _suggested(article: Article, one: FoundFigure, authority: Authority, event: Event | None) -> Figure:
    return Figure(
        article=article, quote=article.body[one.start : one.end], start=one.start, end=one.end,
        state=ReviewState.SUGGESTED, **_values(article.body, one, authority, event),
    )  # fmt: skip


def _refresh(figure: Figure, one: FoundFigure, authority: Authority, event: Event | None) -> None:
    changed = {
        name: value
        for name, value in _values(figure.article.body, one, authority, event).items()
        if getattr(figure, name) != value
    }
    if changed:
        Figure.objects.filter(pk=figure.pk).update(**changed)
