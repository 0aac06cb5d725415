"""The page of figures, filtered by measure, event, actor and source. Figures of one measure get a chart."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.models import Figure
from articles.search.filters import FigureFilter
from articles.site.charts.ranges import ranges
from articles.site.pages import chips, numbered, reader_page

# How many figures a page has, and all forty pages together. For more, a reader filters or downloads them. A judgement:
# the database reads all rows before a page again, so that later pages take longer and longer.
FIGURES_A_PAGE, MOST_FIGURES = 50, 2_000


@reader_page
def figure_list(request: HttpRequest) -> HttpResponse:
    """Shows the figures that meet the address's filters."""
    figures = Figure.objects.public().select_related("article__source", "measure").with_nameable()
    filters = FigureFilter(request.GET, figures.defer("article__body", "article__set_aside"))
    active = {condition.name for condition in filters.chosen}
    page = numbered(request, filters.qs.order_by(*_order(active)), FIGURES_A_PAGE, MOST_FIGURES)
    context = {
        "filters": filters,
        "chips": chips(filters),
        "page": page,
        "chart": ranges(list(page)) if "measure" in active else None,
    }
    return render(request, "site/figures.html", context)


def _order(active: set[str]) -> tuple[str, ...]:
    """Returns the fields to sort by, given the names of the active filters.

    Contradicting figures stand side by side; figures of one measure are sorted by date, for comparison over the years.
    """
    if "conflicting" in active:
        return ("event_id", "measure_id", "scope", "article__published_order", "id")
    # The article's id makes the order that of the index on articles: very many articles may be of no known day.
    return ("article__published_order", "article_id", "id") if "measure" in active else ("measure_id", "value", "id")
