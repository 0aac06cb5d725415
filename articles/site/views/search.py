"""Articles by what they say: the search page, the list of all articles, suggestions while a reader types."""

from dataclasses import asdict

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
    return _listing(request)


@reader_page
def article_list(request: HttpRequest) -> HttpResponse:
    return _listing(request, browsing=True)


def _listing(request: HttpRequest, *, browsing: bool = False) -> HttpResponse:
    """Articles that meet the address's filters: ranked where it holds a query, by date where not."""
    text = request.GET.get("q", "").strip()
    if text and (refused := too_often(request, "ARCHIVE_SEARCH_RATE")):
        return refused
    chosen = ArticleFilter(request.GET, Article.objects.public())
    found = _searched(request, text, chosen) if text else _browsed(request, chosen)
    context = {
        "text": text,
        "browsing": browsing,
        "filters": chosen,
        "chips": chips(chosen),
        "orders": _orders(text),
        "order": _order(request, text),
        "chart": columns(found["facets"].bars, lambda bar: address_with(request, "published", bar.value)),
    }
    return render(request, "site/search.html", context | found)


def _orders(text: str) -> list[tuple[str, str]]:
    """The orders a reader may choose from, the usual one first."""
    by_date = [(Order.NEWEST, _("الأحدث أولا")), (Order.OLDEST, _("الأقدم أولا"))]
    return [(Order.RELEVANCE, _("الأقرب إلى كلماتك")), *by_date] if text else by_date


def _order(request: HttpRequest, text: str) -> Order:
    orders = [order for order, _label in _orders(text)]
    asked = request.GET.get("sort", "")
    return Order(asked) if asked in orders else orders[0]


def _searched(request: HttpRequest, text: str, chosen: ArticleFilter) -> dict[str, object]:
    get = request.GET.get
    wanted = Wanted(_order(request, text), _number(request), get("after", ""), get("before", ""))
    result = search(text, chosen.qs if chosen.chosen else None, wanted, widen=get("widen") != "0")
    return {
        "result": result,
        "total": result.total,
        "total_is_capped": result.total_is_capped,
        "facets": facets(chosen.qs, result.ids),
        "places": result,
    }


def _browsed(request: HttpRequest, chosen: ArticleFilter) -> dict[str, object]:
    oldest = _order(request, "") == Order.OLDEST
    return by_date(request, chosen.qs, oldest=oldest) | {"facets": facets(chosen.qs)}


def _number(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1


@reader_page
def suggest(request: HttpRequest) -> HttpResponse:
    """What a reader who is typing `q` may be looking for: {"suggestions": [{"kind", "label", "address", "text"}, …]}."""
    if refused := too_often(request, "ARCHIVE_SEARCH_RATE"):
        return refused
    labels = {"actor": _("فاعل"), "event": _("فعالية"), "article": _("مقال")}
    found = suggestions(request.GET.get("q", "")[:LONGEST_QUERY])
    return JsonResponse({"suggestions": [asdict(one) | {"label": labels[one.kind]} for one in found]})
