"""Streams every row of a noun, the desk's states included: what `manage.py export` writes."""

from collections.abc import Callable, Iterator

from articles.exchange import rows
from articles.exchange.rows import Row
from articles.models import Actor, Article, Event, Figure, Source

CHUNK = 500


def articles() -> Iterator[Row]:
    """Every article, drafts and withdrawn ones included (`status`), with the facts no editor rejected and those one did."""
    found = rows.with_facts(Article.objects.filter(merged_into__isnull=True)).order_by("id")
    return map(rows.article_row, found.iterator(chunk_size=CHUNK))


def events() -> Iterator[Row]:
    found = rows.with_participants(Event.objects.filter(merged_into__isnull=True)).order_by("id")
    return map(rows.event_row, found.iterator(chunk_size=CHUNK))


def actors() -> Iterator[Row]:
    found = rows.with_aliases(Actor.objects.filter(merged_into__isnull=True)).order_by("id")
    return map(rows.actor_row, found.iterator(chunk_size=CHUNK))


def figures() -> Iterator[Row]:
    return map(rows.figure_row, rows.with_measures(Figure.objects.order_by("id")).iterator(chunk_size=CHUNK))


def sources() -> Iterator[Row]:
    return map(rows.source_row, Source.objects.standing().order_by("id").iterator(chunk_size=CHUNK))


EXPORTS: dict[str, Callable[[], Iterator[Row]]] = {
    "articles": articles,
    "events": events,
    "actors": actors,
    "figures": figures,
    "sources": sources,
}
