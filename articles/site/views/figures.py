"""Figures: browsed by measure, event, actor and source, and those of one measure set on one scale."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.models import Figure
from articles.search.filters import FigureFilter
from articles.site.charts.ranges import ranges
from articles.site.pages import chips, numbered, reader_page

PAGE = 50


@reader_page
def figure_list(request: HttpRequest) -> HttpResponse:
    figures = Figure.objects.public().select_related("article__source", "measure", "event")
    chosen = FigureFilter(request.GET, figures.defer("article__body", "article__set_aside"))
    held = {one.name for one in chosen.chosen}
    page = numbered(request, chosen.qs.order_by(*_order(held)), PAGE)
    context = {
        "filters": chosen,
        "chips": chips(chosen),
        "page": page,
        "chart": ranges(list(page)) if "measure" in held else None,
    }
    return render(request, "site/figures.html", context)


def _order(held: set[str]) -> tuple[str, ...]:
    """Those that contradict each other stand side by side; those of one measure by date, for comparison over the years."""
    if "conflicting" in held:
        return ("event_id", "measure_id", "scope", "article__published_order", "id")
    return ("article__published_order", "id") if "measure" in held else ("measure_id", "value", "id")
