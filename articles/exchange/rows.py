"""Articles, events, actors, figures and sources as plain dictionaries, for exports, downloads and the API.

Each noun has two functions: one prefetches on a queryset what its rows need, the other makes a row of an object. The
caller chooses the objects, by the noun's own `public()`. With `public`, related objects are limited to public ones,
too. The desk's exports hold drafts and what an editor rejected or withheld, with their states.
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
from articles.models.figure import FigureQuerySet
from articles.models.readable import Warn, logged, place_of, readable
from articles.platform.calendar_bounds import held

Row = dict[str, object]


def make_rows(rows: QuerySet, ids: Sequence[int], make: Callable[[object], Row], warn: Warn = logged) -> Iterator[Row]:
    """Yields a row for each of `ids` that `rows` holds, in the order of `ids`.

    An object that cannot be read, or of which no row can be made, is reported to `warn` and left out.
    """
    for stored in readable(rows, ids, warn):
        try:
            row = make(stored)
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
            warn(place_of(rows, stored.pk), f"{type(error).__name__}: {error}")
            continue
        yield row


def with_facts(articles: QuerySet, *, public: bool = False) -> QuerySet:
    """Returns articles with everything that `article_row` needs."""
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
    """Returns an article as lists show it, without its text."""
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
            {"id": coverage.event_id, "title": coverage.event.title, "state": _state(coverage, coverage.event)}
            for coverage in article.coverages.all()
        ],
        "actors": [
            {
                "id": mention.actor_id,
                "name": mention.actor.name,
                "kind": mention.actor.kind,
                "state": _state(mention, mention.actor),
                "spans": mention.spans,
            }
            for mention in article.mentions.all()
        ],
        "figures": [_figure(figure) for figure in article.figures.all() if figure.value is not None],
    }


def _state(link: Mention | Coverage, noun: Actor | Event) -> str:
    """Returns the state of a mention or coverage. It is rejected where its actor or event is."""
    return ReviewState.REJECTED.value if noun.state == ReviewState.REJECTED else link.state


def _figure(figure: Figure) -> Row:
    """Returns a figure without its article, event and actor. `start` and `end` are code points of the body."""
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
    """Returns a day as ISO 8601; None where there is none, or where the stored day is beyond what the archive holds."""
    return day.isoformat() if (day := held(day)) else None


def _plain(value: Decimal | None) -> int | float | None:
    """Returns a number of a figure as JSON writes it: whole numbers without a fraction."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def with_participants(events: QuerySet, *, public: bool = False) -> QuerySet:
    """Returns events with everything that `event_row` needs."""
    participations = Participation.objects.select_related("actor").order_by("id")
    coverages = Coverage.objects.order_by("id")
    if public:
        participations = participations.public()
        coverages = coverages.public()
    return events.select_related("series").prefetch_related(
        Prefetch("participations", participations), Prefetch("coverages", coverages)
    )


def event_row(event: Event) -> Row:
    """Returns an event with its participants and the articles that report it. Needs `with_participants`."""
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
            {"actor": part.actor_id, "name": part.actor.name, "role": part.role, "state": part.state}
            for part in event.participations.all()
        ],
        "articles": [{"id": coverage.article_id, "state": coverage.state} for coverage in event.coverages.all()],
    }


def with_aliases(actors: QuerySet) -> QuerySet:
    """Returns actors with everything that `actor_row` needs."""
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
        "aliases": [
            {"name": alias.name, "kind": alias.kind, "found_in_text": alias.found_in_text}
            for alias in actor.aliases.all()
        ],
    }


def with_measures(figures: FigureQuerySet, *, public: bool = False) -> FigureQuerySet:
    """Returns figures with everything that `figure_row` needs."""
    figures = figures.select_related("measure")
    return figures.with_nameable() if public else figures.select_related("event", "actor")


def figure_row(figure: Figure) -> Row:
    """Returns a figure with the keys of its article, event and actor. Needs `with_measures`."""
    event, actor = figure.event, figure.actor
    owners = {"article": figure.article_id, "event": event.pk if event else None, "actor": actor.pk if actor else None}
    return _figure(figure) | owners | {"about": figure.about, "scope": figure.scope}


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
