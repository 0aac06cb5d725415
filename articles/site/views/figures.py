"""Figures: browsed by measure, event, actor and source, and those of one measure set on one scale."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.models import Figure
from articles.search.filters import FigureFilter
from articles.site.charts.ranges import ranges
from articles.site.pages import chips, numbered, reader_page

# Figures on a page, and on all of them: who wants more than forty pages narrows them, or downloads them all.
PAGE, MOST = 50, 2_000


@reader_page
def figure_list(request: HttpRequest) -> HttpResponse:
    figures = Figure.objects.public().select_related("article__source", "measure").with_nameable()
    chosen = FigureFilter(request.GET, figures.defer("article__body", "article__set_aside"))
    held = {one.name for one in chosen.chosen}
    page = numbered(request, chosen.qs.order_by(*_order(held)), PAGE, MOST)
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
    # With the article, figures by date come as its index has them: very many articles may be of no known day.
    return ("article__published_order", "article_id", "id") if "measure" in held else ("measure_id", "value", "id")
