"""Articles, events, actors, figures and sources as plain dictionaries, for exports, downloads and the API.

Each noun has a function that gives a queryset what its rows need, and one that makes a row. Which rows there are is for the door to
say, by the noun's own `public()`; `public` says that what hangs on them is chosen so, too. The desk's exports hold drafts and what
an editor rejected or withheld, with their states.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from articles.models import (
    TAKEN_AWAY,
    Actor,
    Article,
    Capture,
    Coverage,
    Event,
    Figure,
    Mention,
    Participation,
    ReviewState,
    Source,
)
from articles.models.readable import Warn, logged, place_of, readable
from articles.platform.calendar_bounds import held

Row = dict[str, object]


def made(rows: QuerySet, ids: Sequence[int], make: Callable[[object], Row], warn: Warn = logged) -> Iterator[Row]:
    """A row for each of `ids` that `rows` holds, in their order; one that cannot be read or made is reported to `warn` and stepped over."""
    for stored in readable(rows, ids, warn):
        try:
            row = make(stored)
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
            warn(place_of(rows, stored.pk), f"{type(error).__name__}: {error}")
            continue
        yield row


def with_facts(articles: QuerySet, *, public: bool = False) -> QuerySet:
    """Articles with all that `article_row` shows."""
    coverages = Coverage.objects.select_related("event").order_by("id")
    mentions = Mention.objects.select_related("actor").order_by("id")
    figures = Figure.objects.select_related("measure").order_by("start", "id")
    if public:
        coverages = coverages.shown()
        mentions = mentions.shown()
        figures = figures.shown()
    return articles.select_related("source").prefetch_related(
        Prefetch("captures", Capture.objects.accepted().order_by("-captured_at", "-id")),
        Prefetch("coverages", coverages),
        Prefetch("mentions", mentions),
        Prefetch("figures", figures),
    )


def article_summary(article: Article) -> Row:
    """What a list tells of an article, without its text."""
    return {
        "id": article.pk,
        "title": article.title,
        "source": article.source.name if article.source else None,
        "url": article.url or None,
        "language": article.language,
        "word_count": article.word_count,
        "published": article.published.as_dict(),
    }


def article_row(article: Article) -> Row:
    """Returns an article with its text, its latest capture and its facts. Needs `with_facts`."""
    capture = next(iter(article.captures.all()), None)
    return article_summary(article) | {
        "title_origin": article.title_origin,
        "body": article.body,
        "author": article.author,
        "section": article.section,
        "status": article.status,
        "notice": (article.notice or None) if article.status in TAKEN_AWAY else None,
        "sha256": capture.sha256 if capture else None,
        "capture_filename": capture.filename if capture else None,
        "captured_at": capture.captured_at.isoformat() if capture and capture.captured_at else None,
        "fetched_address": (capture.fetched_address if capture else "") or None,
        "claimed_address": (capture.claimed_address if capture else "") or None,
        "date_statements": article.date_statements,
        "events": [
            {"id": c.event_id, "title": c.event.title, "state": _state(c, c.event)} for c in article.coverages.all()
        ],
        "actors": [
            {
                "id": m.actor_id,
                "name": m.actor.name,
                "kind": m.actor.kind,
                "state": _state(m, m.actor),
                "spans": m.spans,
            }
            for m in article.mentions.all()
        ],
        "figures": [_figure(figure) for figure in article.figures.all() if figure.value is not None],
    }


def _state(link: Mention | Coverage, noun: Actor | Event) -> str:
    """A link to a rejected actor or event is rejected with it."""
    return ReviewState.REJECTED.value if noun.state == ReviewState.REJECTED else link.state


def _figure(figure: Figure) -> Row:
    return {
        "id": figure.pk,
        "value": _plain(figure.value),
        "value_high": _plain(figure.value_high),
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "measure": figure.measure.label if figure.measure else None,
        "period_start": _day(figure.period_start),
        "period_end": _day(figure.period_end),
        "quote": figure.quote,
        "start": figure.start,
        "end": figure.end,
        "state": figure.state,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if (day := held(day)) else None


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def with_participants(events: QuerySet, *, public: bool = False) -> QuerySet:
    """Events with all that `event_row` shows."""
    parts = Participation.objects.select_related("actor").order_by("id")
    coverages = Coverage.objects.order_by("id")
    if public:
        parts = parts.public()
        coverages = coverages.public()
    return events.select_related("series").prefetch_related(
        Prefetch("participations", parts), Prefetch("coverages", coverages)
    )


def event_row(event: Event) -> Row:
    """Returns an event with its participants and the articles that report it."""
    return {
        "id": event.pk,
        "title": event.title,
        "kind": event.kind,
        "start": event.start.as_dict(),
        "end": event.end.as_dict(),
        "place": event.place,
        "country": event.country,
        "series": event.series.name if event.series else None,
        "description": event.description,
        "state": event.state,
        "participants": [
            {"actor": p.actor_id, "name": p.actor.name, "role": p.role, "state": p.state}
            for p in event.participations.all()
        ],
        "articles": [{"id": c.article_id, "state": c.state} for c in event.coverages.all()],
    }


def with_aliases(actors: QuerySet) -> QuerySet:
    """Actors with all that `actor_row` shows."""
    return actors.prefetch_related("aliases")


def actor_row(actor: Actor) -> Row:
    """Returns an actor with its aliases. Needs `with_aliases`."""
    return {
        "id": actor.pk,
        "name": actor.name,
        "distinction": actor.distinction,
        "kind": actor.kind,
        "country": actor.country,
        "description": actor.description,
        "state": actor.state,
        "aliases": [{"name": a.name, "kind": a.kind, "found_in_text": a.found_in_text} for a in actor.aliases.all()],
    }


def with_measures(figures: QuerySet, *, public: bool = False) -> QuerySet:
    """Figures with all that `figure_row` shows."""
    figures = figures.select_related("measure")
    return figures.with_nameable() if public else figures.select_related("event", "actor")


def figure_row(figure: Figure) -> Row:
    """Returns a figure with the keys of its article, event and actor. Needs `with_measures`."""
    event, actor = figure.event, figure.actor
    of = {"article": figure.article_id, "event": event.pk if event else None, "actor": actor.pk if actor else None}
    return _figure(figure) | of | {"about": figure.about, "scope": figure.scope}


def source_row(source: Source) -> Row:
    """Returns a source as lists and exports show it."""
    return {
        "id": source.pk,
        "name": source.name,
        "kind": source.kind,
        "country": source.country,
        "domains": source.domains,
        "marks": source.marks,
    }
