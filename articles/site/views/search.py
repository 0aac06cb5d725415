"""Views of the search page, the list of all articles, and suggestions while a reader types."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.models import Article
from articles.search.completion import suggestions
from articles.search.facets import facets
from articles.search.filters import ArticleFilter
from articles.search.query import LONGEST_QUERY
from articles.search.run import Order, Wanted, search
from articles.site.charts.columns import columns
from articles.site.pages import address_with, by_date, chips, reader_page, too_often


@reader_page
def search_page(request: HttpRequest) -> HttpResponse:
    """Shows the search page."""
    return _listing(request)


@reader_page
def article_list(request: HttpRequest) -> HttpResponse:
    """Shows the list of articles."""
    return _listing(request, browsing=True)


def _listing(request: HttpRequest, *, browsing: bool = False) -> HttpResponse:
    """Shows the articles that meet the address's filters: ranked if it has a query `q`, otherwise by date."""
    text = request.GET.get("q", "").strip()
    if text and (refused := too_often(request, "ARCHIVE_SEARCH_RATE")):
        return refused
    filters = ArticleFilter(request.GET, Article.objects.public())
    results = _searched(request, text, filters) if text else _browsed(request, filters)
    context = {
        "text": text,
        "browsing": browsing,
        "filters": filters,
        "chips": chips(filters),
        "orders": _orders(text),
        "order": _order(request, text),
        "chart": columns(results["facets"].bars, lambda bar: address_with(request, "published", bar.value)),
    }
    return render(request, "site/search.html", context | results)


def _orders(text: str) -> list[tuple[Order, str]]:
    """Returns the orders that a reader may choose from, with their labels; the first is the default."""
    by_date = [(Order.NEWEST, _("الأحدث أولا")), (Order.OLDEST, _("الأقدم أولا"))]
    return [(Order.RELEVANCE, _("الأقرب إلى كلماتك")), *by_date] if text else by_date


def _order(request: HttpRequest, text: str) -> Order:
    """Returns the order that the parameter `sort` names, or the default."""
    orders = [order for order, _label in _orders(text)]
    sort = request.GET.get("sort", "")
    return Order(sort) if sort in orders else orders[0]


def _searched(request: HttpRequest, text: str, filters: ArticleFilter) -> dict[str, Any]:
    """Returns the context of a search for `text` among the articles that the filters let in."""
    get = request.GET.get
    wanted = Wanted(_order(request, text), _number(request), get("after", ""), get("before", ""))
    result = search(text, filters.qs if filters.chosen else None, wanted, widen=get("widen") != "0")
    return {
        "result": result,
        # A query of fields alone cannot be ranked: its page is ordered by date.
        "order": result.order,
        "total": result.total,
        "total_is_capped": result.total_is_capped,
        "facets": facets(filters.qs, result.ids),
        "places": result,
    }


def _browsed(request: HttpRequest, filters: ArticleFilter) -> dict[str, Any]:
    """Returns the context of the list by date of the articles that the filters let in."""
    oldest = _order(request, "") == Order.OLDEST
    return by_date(request, filters.qs, oldest=oldest) | {"facets": facets(filters.qs)}


def _number(request: HttpRequest) -> int:
    """Returns the number of the page that the address names; 1 if it is invalid."""
    number = request.GET.get("page", "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1


@reader_page
def suggest(request: HttpRequest) -> HttpResponse:
    """Answers with suggestions for the unfinished query `q`.

    The JSON is {"suggestions": [{"kind", "label", "address", "text"}, …]}.
    """
    if refused := too_often(request, "ARCHIVE_SEARCH_RATE"):
        return refused
    labels = {"actor": _("فاعل"), "event": _("فعالية"), "article": _("مقال")}
    suggested = suggestions(request.GET.get("q", "")[:LONGEST_QUERY])
    return JsonResponse(
        {"suggestions": [asdict(suggestion) | {"label": labels[suggestion.kind]} for suggestion in suggested]}
    )
