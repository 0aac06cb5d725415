"""The rows that an address chooses, by the same parameters as the pages: for downloads and feeds."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from articles.exchange import rows
from articles.exchange.rows import Row
from articles.models import Actor, Article, Event, Figure, Source
from articles.search.filters import ActorFilter, ArticleFilter, EventFilter, FigureFilter
from articles.search.run import Order, Wanted, search


@dataclass(frozen=True)
class Noun:
    """How the public rows of one noun are chosen by an address, completed and written."""

    chosen: Callable[[QueryDict], QuerySet]
    completed: Callable[[QuerySet], QuerySet]
    row: Callable[[object], Row]


def articles(address: QueryDict) -> QuerySet:
    """Public articles that meet the conditions; those found by `q` where it is given, nearest first, else newest first.

    A search finds up to as many as it ranks (articles/search/candidates.py).
    """
    filters = ArticleFilter(address, Article.objects.public())
    text = address.get("q", "").strip()
    if not text:
        return filters.qs.newest()
    wanted = Wanted(Order.RELEVANCE, ids_alone=True)
    found = search(text, filters.qs if filters.chosen else None, wanted, widen=address.get("widen") != "0")
    return Article.objects.public().in_order_of(found.ids)


NOUNS = {
    "articles": Noun(articles, lambda found: rows.with_facts(found, public=True), rows.article_row),
    "events": Noun(
        lambda address: EventFilter(address, Event.objects.all()).qs.newest(),
        lambda found: rows.with_participants(found, public=True),
        rows.event_row,
    ),
    "actors": Noun(
        lambda address: ActorFilter(address, Actor.objects.all()).qs.order_by("folded_name", "id"),
        rows.with_aliases,
        rows.actor_row,
    ),
    "figures": Noun(
        lambda address: FigureFilter(address, Figure.objects.public()).qs.order_by("measure_id", "value", "id"),
        lambda found: rows.with_measures(found, public=True),
        rows.figure_row,
    ),
    "sources": Noun(
        lambda address: Source.objects.public().order_by("folded_name", "id"), lambda found: found, rows.source_row
    ),
}
