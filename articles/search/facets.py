"""Counts of a result by actor, event, kind of event, source and year; used beside results and as filters."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from articles.models import Coverage, EventKind, Mention
from articles.search.candidates import MOST_RANKED

MOST_VALUES = 8


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet, the text readers see, and how many articles of the result have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    values: tuple[FacetValue, ...]


def facets(articles: QuerySet, ids: list[int] | None = None) -> list[Facet]:
    """The facets of a result: of its ranked `ids` where it was ranked, else of the newest MOST_RANKED articles of it.

    A constant number of queries, one per facet.
    """
    counted = ids if ids is not None else list(articles.newest().values_list("pk", flat=True)[:MOST_RANKED])
    mentions = (
        Mention.objects.standing()
        .filter(article__in=counted, actor__merged_into__isnull=True)
        .exclude(actor__state="rejected")
    )
    coverages = (
        Coverage.objects.standing()
        .filter(article__in=counted, event__merged_into__isnull=True)
        .exclude(event__state="rejected")
    )
    within = articles.model.objects.filter(pk__in=counted)
    found = [
        Facet("event", "الفعالية", _top(coverages, "event", "event__title")),
        Facet("actor", "الفاعل", _top(mentions, "actor", "actor__name")),
        Facet("kind", "نوع الفعالية", _kinds(coverages)),
        Facet("source", "المصدر", _top(within.filter(source__isnull=False), "source", "source__name")),
        Facet("year", "السنة", _years(within)),
    ]
    return [facet for facet in found if facet.values]


def _top(rows: QuerySet, value: str, label: str) -> tuple[FacetValue, ...]:
    counts = rows.order_by().values_list(value, label).annotate(n=Count("pk")).order_by("-n", value)[:MOST_VALUES]
    return tuple(FacetValue(str(key), name, count) for key, name, count in counts)


def _kinds(coverages: QuerySet) -> tuple[FacetValue, ...]:
    counts = coverages.order_by().values_list("event__kind").annotate(n=Count("article", distinct=True)).order_by("-n")
    return tuple(FacetValue(kind, EventKind(kind).label, count) for kind, count in counts[:MOST_VALUES])


def _years(articles: QuerySet) -> tuple[FacetValue, ...]:
    """Years of publication where the year is known; articles of unknown date are in no year."""
    known = articles.filter(published_date__isnull=False)
    counts = (
        known.order_by().values_list("published_date__year").annotate(n=Count("pk")).order_by("-published_date__year")
    )
    return tuple(FacetValue(str(year), str(year), count) for year, count in counts[:MOST_VALUES])
