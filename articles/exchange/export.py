"""Streams every row of a noun as plain dictionaries; `manage.py export` and, later, the API write them out."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from django.db.models import Prefetch

from articles.models import (
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

CHUNK = 500

Row = dict[str, object]


def articles() -> Iterator[Row]:
    """Every article, drafts and withdrawn ones included (`status`), with the facts no editor rejected and those one did."""
    rows = (
        Article.objects.filter(merged_into__isnull=True)
        .select_related("source")
        .prefetch_related(
            Prefetch("captures", Capture.objects.order_by("-captured_at", "-id")),
            Prefetch("coverages", Coverage.objects.select_related("event").order_by("id")),
            Prefetch("mentions", Mention.objects.select_related("actor").order_by("id")),
            Prefetch("figures", Figure.objects.select_related("measure").order_by("start", "id")),
        )
        .order_by("id")
    )
    for article in rows.iterator(chunk_size=CHUNK):
        capture = next(iter(article.captures.all()), None)
        yield {
            "id": article.pk,
            "title": article.title,
            "title_origin": article.title_origin,
            "body": article.body,
            "author": article.author,
            "section": article.section,
            "source": article.source.name if article.source else None,
            "url": article.url or None,
            "language": article.language,
            "status": article.status,
            "word_count": article.word_count,
            "sha256": capture.sha256 if capture else None,
            "capture_filename": capture.filename if capture else None,
            "captured_at": capture.captured_at.isoformat() if capture else None,
            "published": article.published.as_dict(),
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
            "figures": [_figure(figure) for figure in article.figures.all()],
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
        "period_start": figure.period_start and figure.period_start.isoformat(),
        "period_end": figure.period_end and figure.period_end.isoformat(),
        "quote": figure.quote,
        "start": figure.start,
        "end": figure.end,
        "state": figure.state,
    }


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def events() -> Iterator[Row]:
    parts = Prefetch("participations", Participation.objects.select_related("actor").order_by("id"))
    rows = Event.objects.filter(merged_into__isnull=True).select_related("series").prefetch_related(parts, "coverages")
    for event in rows.order_by("id").iterator(chunk_size=CHUNK):
        yield {
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


def actors() -> Iterator[Row]:
    rows = Actor.objects.filter(merged_into__isnull=True).prefetch_related("aliases").order_by("id")
    for actor in rows.iterator(chunk_size=CHUNK):
        yield {
            "id": actor.pk,
            "name": actor.name,
            "distinction": actor.distinction,
            "kind": actor.kind,
            "country": actor.country,
            "description": actor.description,
            "state": actor.state,
            "aliases": [
                {"name": a.name, "kind": a.kind, "found_in_text": a.found_in_text} for a in actor.aliases.all()
            ],
        }


def figures() -> Iterator[Row]:
    for figure in Figure.objects.select_related("measure").order_by("id").iterator(chunk_size=CHUNK):
        of = {"article": figure.article_id, "event": figure.event_id, "actor": figure.actor_id}
        yield _figure(figure) | of | {"about": figure.about, "scope": figure.scope}


def sources() -> Iterator[Row]:
    for source in Source.objects.standing().order_by("id").iterator(chunk_size=CHUNK):
        yield {
            "id": source.pk,
            "name": source.name,
            "kind": source.kind,
            "country": source.country,
            "domains": source.domains,
            "marks": source.marks,
        }


EXPORTS: dict[str, Callable[[], Iterator[Row]]] = {
    "articles": articles,
    "events": events,
    "actors": actors,
    "figures": figures,
    "sources": sources,
}
