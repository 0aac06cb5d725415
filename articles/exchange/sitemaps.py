"""Sitemaps for search engines. Each file holds a range of ids, so the last file costs no more than the first."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index, sitemap
from django.core.paginator import EmptyPage
from django.db.models import Max, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from articles.exchange.addresses import Addressed, permanent
from articles.exchange.doors import door
from articles.models import Actor, Article, Event, Source
from articles.models.readable import readable_rows

# How many ids a file covers. The protocol allows 50,000 addresses; this many are made in a third of a second.
RANGE = 5_000


class _RangeOfRows:
    def __init__(self, rows: list[Model]) -> None:
        self.object_list = rows


class IdRanges:
    """Replaces Django's paginator: page n holds the rows with ids from (n - 1) · RANGE + 1 to n · RANGE."""

    def __init__(self, rows: QuerySet) -> None:
        self.rows = rows

    @cached_property
    def num_pages(self) -> int:
        """Returns the number of pages, some of them perhaps empty: the greatest id of the noun decides. It is at least
        1.
        """
        last = self.rows.model.objects.aggregate(last=Max("pk"))["last"] or 1
        return -(-last // RANGE)

    def page(self, number: int | str) -> _RangeOfRows:
        """Returns a page by its number, counted from 1. Raises EmptyPage for anything that is no such number."""
        if not str(number).isdecimal() or not 1 <= int(number) <= self.num_pages:
            raise EmptyPage
        last = int(number) * RANGE
        return _RangeOfRows(list(readable_rows(self.rows.filter(pk__gt=last - RANGE, pk__lte=last))))


class SitemapRows(Sitemap):
    """The sitemap of one noun's public rows; of actors and events the rows of `listed()`."""

    def __init__(self, rows: Callable[[], QuerySet], changed: Callable[[Any], datetime] | None = None) -> None:
        self.rows = rows
        if changed:
            self.lastmod = changed

    def items(self) -> QuerySet:
        return self.rows()

    def location(self, row: Addressed) -> str:
        return permanent(row)

    @property
    def paginator(self) -> IdRanges:  # type: ignore[override] # It replaces Django's paginator.
        return IdRanges(self.rows())

    def get_latest_lastmod(self) -> None:
        """Leaves the date out of the index, because its computation would read every row."""
        return


class Sections(Sitemap):
    """The sitemap of the pages that belong to no row."""

    def items(self) -> list[str]:
        return ["home", "articles", "events", "actors", "figures", "dates", "timeline", "sources", "about", "help"]

    def location(self, name: str) -> str:
        return reverse(name)


SITEMAPS: dict[str, "type[Sitemap[Any]] | Sitemap[Any]"] = {
    "pages": Sections,
    "articles": SitemapRows(
        lambda: Article.objects.public().order_by("id").only("id", "updated_at"), lambda article: article.updated_at
    ),
    "events": SitemapRows(lambda: Event.objects.listed().order_by("id").only("id")),
    "actors": SitemapRows(lambda: Actor.objects.listed().order_by("id").only("id")),
    "sources": SitemapRows(lambda: Source.objects.public().order_by("id").only("id")),
}


@door
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Answers with the index of all sitemap files."""
    return index(request, SITEMAPS, sitemap_url_name="sitemap")


@door
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    """Answers with one file of a sitemap; the parameter `p` names the page."""
    return sitemap(request, SITEMAPS, section=section)


@door
def robots(request: HttpRequest) -> HttpResponse:
    """Answers with robots.txt.

    Crawlers may fetch pages, but not searches and downloads, whose addresses are endless.
    """
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/admin/", "/search/", "/en/search/", "/export/", "/api/", "/appearance/", "/en/appearance/")),
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap-index'))}",
    ]  # fmt: skip
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
