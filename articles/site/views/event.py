"""Pages of events: the list, and one event with the articles that report it side by side."""

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

# How many articles of an event are listed, and of how many of these the figures are compared. A link leads to the
# others. Judgements: each compared article is a column of the table, and a dozen columns can still be read beside one
# another.
MOST_REPORTS, MOST_REPORTS_COMPARED = 24, 12
# Originals, contradictions and participants that are listed. Judgements: the first two fit a screen or two; the largest
# summits name fewer than two hundred participants.
MOST_DOCUMENTS = 12
MOST_CONTRADICTIONS = 30
MOST_PARTICIPANTS_SHOWN = 200


@reader_page
def event_list(request: HttpRequest) -> HttpResponse:
    """Shows the list of events that meet the address's filters."""
    events = Event.objects.with_article_counts().select_related("series").newest()
    filters = EventFilter(request.GET, events)
    context = {
        "unreviewed": PublicChoice(request).switch(filters.otherwise_met(Event.objects.all())),
        "page": numbered(request, filters.qs),
        "filters": filters,
        "chips": chips(filters),
        "kinds": EventKind.choices,
    }
    return render(request, "site/events.html", context)


@reader_page
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows one event. Redirects from a merged event; raises Http404 for one that is not public."""
    row = public_row(Event.objects.select_related("series"), pk)
    if redirection := merged_away(row):
        return redirection
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
    participations = list(row.participations.public().select_related("actor")[:MOST_PARTICIPANTS_SHOWN])
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
    """Maps each source to the number of its reports; None stands for an unknown source."""
    counts: dict[object, int] = {}
    for coverage in coverages:
        counts[coverage.article.source] = counts.get(coverage.article.source, 0) + 1
    return counts


def _by_role(participations: Sequence[Participation]) -> list[tuple[str, list[Participation]]]:
    """Groups participations by role. Returns (role in words, participations), in the order of each role's first one."""
    roles: dict[str, list[Participation]] = {}
    for participation in participations:
        roles.setdefault(participation.get_role_display(), []).append(participation)
    return list(roles.items())


@dataclass(frozen=True)
class Comparison:
    """The figures of several reports side by side.

    articles: the reports, one a column.
    rows: (measure or unit, for each report its figures of it).
    is_cut: whether more reports state figures.
    """

    articles: Sequence[Article]
    rows: Sequence[tuple[object, list[list[Figure]]]]
    is_cut: bool


def _comparison(articles: Sequence[Article], figures: Iterable[Figure]) -> Comparison:
    """Compares the figures of up to MOST_REPORTS_COMPARED reports. Rows that most reports share come first."""
    by_article: dict[int, list[Figure]] = {}
    for figure in figures:
        by_article.setdefault(figure.article_id, []).append(figure)
    with_figures = [article for article in articles if article.pk in by_article]
    compared = with_figures[:MOST_REPORTS_COMPARED]
    rows: dict[str, dict[int, list[Figure]]] = {}
    for article in compared:
        for figure in by_article[article.pk]:
            label = figure.measure.label if figure.measure else figure.unit
            rows.setdefault(label, {}).setdefault(article.pk, []).append(figure)
    ordered = sorted(rows.items(), key=lambda row: -len(row[1]))
    cells = [(arabic(label), [of.get(article.pk, []) for article in compared]) for label, of in ordered]
    return Comparison(compared, cells, len(with_figures) > len(compared))
