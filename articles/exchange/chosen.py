"""The rows that a download or a feed holds. Addresses select them with the same parameters as the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from articles.exchange import rows
from articles.exchange.rows import Row
from articles.models import Actor, Article, Event, Figure, Source
from articles.models.article import ArticleQuerySet
from articles.search.filters import ActorFilter, ArticleFilter, EventFilter, FigureFilter
from articles.search.run import Order, Wanted, search


@dataclass(frozen=True)
class Noun:
    """How the public rows of one noun are selected and written.

    chosen: returns the rows that the parameters of an address select.
    completed: adds what `row` reads to a queryset of such rows.
    row: makes the dictionary that is written for one row.
    """

    chosen: Callable[[QueryDict], QuerySet]
    completed: Callable[[Any], QuerySet]
    row: Callable[[Any], Row]


def articles(address: QueryDict) -> ArticleQuerySet:
    """Returns the public articles that meet the filters, newest first; with a query `q` its results, nearest first.

    A search returns at most as many as it ranks (articles/search/candidates.py).
    """
    filters = ArticleFilter(address, Article.objects.public())
    text = address.get("q", "").strip()
    if not text:
        return filters.qs.newest()
    wanted = Wanted(Order.RELEVANCE, ids_alone=True)
    result = search(text, filters.qs if filters.chosen else None, wanted, widen=address.get("widen") != "0")
    return Article.objects.public().in_order_of(result.ids)


EXPORTED_NOUNS = {
    "articles": Noun(articles, lambda queryset: rows.with_facts(queryset, public=True), rows.article_row),
    "events": Noun(
        lambda address: EventFilter(address, Event.objects.all()).qs.newest(),
        lambda queryset: rows.with_participants(queryset, public=True),
        rows.event_row,
    ),
    "actors": Noun(
        lambda address: ActorFilter(address, Actor.objects.all()).qs.order_by("folded_name", "id"),
        rows.with_aliases,
        rows.actor_row,
    ),
    "figures": Noun(
        lambda address: FigureFilter(address, Figure.objects.public()).qs.order_by("measure_id", "value", "id"),
        lambda queryset: rows.with_measures(queryset, public=True),
        rows.figure_row,
    ),
    "sources": Noun(
        lambda address: Source.objects.public().order_by("folded_name", "id"),
        lambda queryset: queryset,
        rows.source_row,
    ),
}
