"""Events: the list, and one event with every report of it side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.exchange.linked_data import linked_event
from articles.models import Article, Capture, Coverage, Event, EventKind, Figure, Participation
from articles.models.article import LEAD_LENGTH
from articles.search.filters import EventFilter
from articles.site.charts.shares import shares
from articles.site.pages import PublicChoice, chips, merged_away, numbered, public_row, reader_page
from articles.site.words_for import arabic

# Articles of an event that are listed and whose figures are compared.
MOST_REPORTS, MOST_COMPARED = 24, 12
MOST_DOCUMENTS = 12
MOST_CONTRADICTIONS = 30
MOST_PARTICIPANTS = 200


@reader_page
def event_list(request: HttpRequest) -> HttpResponse:
    events = Event.objects.with_article_counts().select_related("series").newest()
    chosen = EventFilter(request.GET, events)
    context = {
        "unreviewed": PublicChoice(request).switch(chosen.otherwise_met(Event.objects.all())),
        "page": numbered(request, chosen.qs),
        "filters": chosen,
        "chips": chips(chosen),
        "kinds": EventKind.choices,
    }
    return render(request, "site/events.html", context)


@reader_page
def event(request: HttpRequest, pk: int) -> HttpResponse:
    row = public_row(Event.objects.select_related("series"), pk)
    if moved := merged_away(row):
        return moved
    coverages = list(
        row.coverages.public()
        .select_related("article__source")
        .defer("article__search_vector", "article__set_aside", "article__body", "article__date_statements")
        .annotate(lead=Left("article__body", LEAD_LENGTH))
        .order_by("article__published_order", "article_id")[: MOST_REPORTS + 1]
    )
    more = len(coverages) > MOST_REPORTS
    coverages = coverages[:MOST_REPORTS]
    articles = [coverage.article for coverage in coverages]
    figures = Figure.objects.public().filter(article__in=articles).select_related("measure").order_by("start")
    participations = list(row.participations.public().select_related("actor")[:MOST_PARTICIPANTS])
    earlier, later = row.sessions_beside() if row.series_id else ([], [])
    context = {
        "event": row,
        "coverages": coverages,
        "more": more,
        "outlets": shares(_outlets(coverages)),
        "roles": _by_role(participations),
        "comparison": _comparison(articles, figures),
        "contradictions": row.contradictions.public().order_by("id")[:MOST_CONTRADICTIONS].with_sides(),
        "earlier": earlier,
        "later": later,
        "documents": Capture.objects.public()
        .filter(article__in=articles)
        .select_related("article")
        .order_by("article", "-id")[:MOST_DOCUMENTS],
        "linked": linked_event(row, participations, request.build_absolute_uri),
    }
    return render(request, "site/event.html", context)


def _outlets(coverages: Sequence[Coverage]) -> dict[object, int]:
    """How many of the reports each source published; None for those of no known source."""
    counts: dict[object, int] = {}
    for coverage in coverages:
        counts[coverage.article.source] = counts.get(coverage.article.source, 0) + 1
    return counts


def _by_role(participations: Sequence[Participation]) -> list[tuple[str, list[Participation]]]:
    """(role in words, those who had it), roles in the order in which they are first met."""
    roles: dict[str, list[Participation]] = {}
    for one in participations:
        roles.setdefault(one.get_role_display(), []).append(one)
    return list(roles.items())


@dataclass(frozen=True)
class Comparison:
    """The first reports that give figures, and for each measure or unit their figures of it, in the reports' order."""

    articles: Sequence[Article]
    rows: Sequence[tuple[object, list[list[Figure]]]]
    is_cut: bool


def _comparison(articles: Sequence[Article], figures: Iterable[Figure]) -> Comparison:
    """Up to MOST_COMPARED reports side by side; rows that several of them share come first."""
    by_article: dict[int, list[Figure]] = {}
    for figure in figures:
        by_article.setdefault(figure.article_id, []).append(figure)
    told = [article for article in articles if article.pk in by_article]
    shown = told[:MOST_COMPARED]
    rows: dict[str, dict[int, list[Figure]]] = {}
    for article in shown:
        for figure in by_article[article.pk]:
            label = figure.measure.label if figure.measure else figure.unit
            rows.setdefault(label, {}).setdefault(article.pk, []).append(figure)
    ordered = sorted(rows.items(), key=lambda row: -len(row[1]))
    cells = [(arabic(label), [of.get(article.pk, []) for article in shown]) for label, of in ordered]
    return Comparison(shown, cells, len(told) > len(shown))
