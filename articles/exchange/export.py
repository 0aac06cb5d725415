"""Streams every row of a noun, the desk's states included: what `manage.py export` writes."""

from collections.abc import Callable, Iterator
from itertools import islice

from django.db.models import QuerySet

from articles.exchange import rows
from articles.exchange.rows import Row, Warn, logged, made
from articles.models import Actor, Article, Event, Figure, Source

CHUNK = 500


def articles(warn: Warn = logged) -> Iterator[Row]:
    """Every article, drafts and withdrawn ones included (`status`), with the facts no editor rejected and those one did."""
    return _rows(rows.with_facts(Article.objects.filter(merged_into__isnull=True)), rows.article_row, warn)


def events(warn: Warn = logged) -> Iterator[Row]:
    return _rows(rows.with_participants(Event.objects.filter(merged_into__isnull=True)), rows.event_row, warn)


def actors(warn: Warn = logged) -> Iterator[Row]:
    return _rows(rows.with_aliases(Actor.objects.filter(merged_into__isnull=True)), rows.actor_row, warn)


def figures(warn: Warn = logged) -> Iterator[Row]:
    return _rows(rows.with_measures(Figure.objects.all()), rows.figure_row, warn)


def sources(warn: Warn = logged) -> Iterator[Row]:
    return _rows(Source.objects.standing(), rows.source_row, warn)


def _rows(chosen: QuerySet, make: Callable[[object], Row], warn: Warn) -> Iterator[Row]:
    """The rows in the order of their ids; `warn` hears of one that cannot be read or written, which is stepped over."""
    for ids in _chunks(chosen.order_by("id").values_list("pk", flat=True).iterator(chunk_size=CHUNK)):
        yield from made(chosen, ids, make, warn)


def _chunks(ids: Iterator[int]) -> Iterator[list[int]]:
    while chunk := list(islice(ids, CHUNK)):
        yield chunk


# By the noun's name; each hears of rows that are stepped over.
EXPORTS: dict[str, Callable[[Warn], Iterator[Row]]] = {
    "articles": articles,
    "events": events,
    "actors": actors,
    "figures": figures,
    "sources": sources,
}
