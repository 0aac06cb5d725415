"""Helpers that the readers' pages share: a time limit, numbered lists, lists by date, and chips for filters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import CheckboxInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from articles.models import TAKEN_AWAY, Actor, ActorKind, Article, Event, EventKind, Source
from articles.models.article import ArticleQuerySet
from articles.models.public import Noun, NounQuerySet
from articles.models.tally import are_kept
from articles.platform.visitors import seconds_to_wait
from articles.search.filters import Condition, ForgivingFilterSet
from articles.search.limit import SearchTooCostlyError, time_limit
from articles.search.listing import MOST_COUNTED, PAGE_SIZE, Direction, capped_count, listing
from articles.site.keeping import mark
from articles.site.words_for import arabic, day, year_or_month

# Where a tally exists, at most this many rows of a list are counted; beyond that the tally is shown. A judgement:
# counting them takes little time, and beside a thousand a small error of the tally does not matter.
MOST_COUNTED_WITH_TALLY = 1_000
# Parameters that hold the position in a list. A link that changes a filter drops them, to start at the beginning.
PLACES = ("page", "after", "before")
# The parameter that adds rows which no editor has reviewed yet to lists (articles/search/filters.py has the same).
UNREVIEWED = "unreviewed"


def reader_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorates a view of readers' pages, for GET and HEAD.

    A statement that takes too long is stopped, and the page answers 503. An answer with status 200 may be kept
    (`keeping.py`). The page varies by Cookie, because a cookie holds the theme.
    """

    @require_safe
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answers with the view's response, or with a busy page (503) if a statement takes too long."""
        try:
            with time_limit() as revision:
                response = view(request, *args, **kwargs)
        except SearchTooCostlyError:
            response = render(request, "site/busy.html", {"text": request.GET.get("q", "")}, status=503)
        else:
            mark(response, revision)
        patch_vary_headers(response, ["Cookie"])
        return response

    return limited


def too_often(request: HttpRequest, setting: str) -> HttpResponse | None:
    """Returns a 429 page if the visitor's address has exceeded the rate of `setting`, else None."""
    if not (seconds := seconds_to_wait(request, setting)):
        return None
    response = render(request, "site/too_often.html", {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response


class CappedPaginator(Paginator):
    """Pages of the first `most` rows; `is_capped` is true if there are more rows."""

    def __init__(self, rows: QuerySet, size: int, most: int) -> None:
        super().__init__(rows, size)
        self.rows, self.most = rows, most

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return capped_count(self.rows, self.most)

    @property
    def count(self) -> int:
        return self._counted[0]

    @property
    def is_capped(self) -> bool:
        """Returns whether there are rows after the first `most`."""
        return self._counted[1]


def numbered(request: HttpRequest, rows: QuerySet, size: int = PAGE_SIZE, most: int = MOST_COUNTED) -> Page:
    """Returns the page that the parameter `page` names, of the first `most` rows.

    Text that is no number leads to the first page, a number out of range to the last.
    """
    return CappedPaginator(rows, size, most).get_page(request.GET.get("page"))


def by_date(
    request: HttpRequest,
    articles: ArticleQuerySet,
    *,
    oldest: bool = False,
    stored_tally: Callable[[], int | None] | None = None,
) -> dict[str, object]:
    """Returns the context of a list of articles by date: the requested page and the number of articles.

    `stored_tally` returns the tally of these articles, or None. It is used where there are more than
    MOST_COUNTED_WITH_TALLY.
    """
    get = request.GET.get
    listed = listing(
        articles.for_listing(), Direction.of(oldest=oldest, after=get("after", ""), before=get("before", ""))
    )
    total, capped = capped_count(articles, MOST_COUNTED_WITH_TALLY if stored_tally else MOST_COUNTED)
    if stored_tally and capped:
        tally = stored_tally() or 0
        total, capped = (tally, False) if tally > total else capped_count(articles)
    return {"listed": listed, "places": listed, "total": total, "total_is_capped": capped}


def merged_away(row: Article | Actor | Event | Source) -> HttpResponsePermanentRedirect | None:
    """Redirects from a merged row to its survivor; returns None for a row that is not merged.

    Raises Http404 if readers may not see the survivor either, because the redirect would reveal that it exists.
    """
    if not row.merged_into_id:
        return None
    survivor = row.survivor
    if survivor is None:
        raise Http404
    visible: QuerySet[Any]
    if isinstance(survivor, Article) and survivor.status in TAKEN_AWAY:
        visible = Article.objects.once_public()
    else:
        visible = type(row).objects.public()
    if not visible.filter(pk=survivor.pk).exists():
        raise Http404
    return redirect(survivor, permanent=True)


def public_row(rows: NounQuerySet[Noun], pk: int) -> Noun:
    """Returns the actor or event with this key if it is public or merged into another row; otherwise raises Http404."""
    row = get_object_or_404(rows.with_publicity().select_related("merged_into"), pk=pk)
    if not row.is_public and not row.merged_into_id:
        raise Http404
    return row


@dataclass(frozen=True)
class Unreviewed:
    """The switch of a list between confirmed rows and all public rows.

    address: the address of the list in the other state.
    shows: whether the list includes unreviewed rows now.
    count: the number of unreviewed rows.
    is_capped: whether there are more than `count`.
    """

    address: str
    shows: bool
    count: int
    is_capped: bool


Nouns = TypeVar("Nouns", bound=NounQuerySet[Any])


class PublicChoice:
    """Decides which actors or events the lists of one page show.

    By default these are the rows of `listed()`. With the parameter UNREVIEWED they are all public rows.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.shows_unreviewed = bool(CheckboxInput().value_from_datadict(request.GET, MultiValueDict(), UNREVIEWED))

    @cached_property
    def tallies_kept(self) -> bool:
        """Returns whether stored numbers of public articles are in use; read once for a page."""
        return are_kept()

    def of(self, rows: Nouns) -> Nouns:
        """Returns those of `rows` that the page shows."""
        return rows.public() if self.shows_unreviewed else rows.listed(tallies_kept=self.tallies_kept)

    def switch(self, rows: NounQuerySet[Any]) -> Unreviewed | None:
        """Returns the switch for `rows`; None if no row is unreviewed and the address does not request such rows."""
        count, is_capped = capped_count(rows.unreviewed(tallies_kept=self.tallies_kept))
        if not count and not self.shows_unreviewed:
            return None
        address = address_with(self.request, UNREVIEWED, "" if self.shows_unreviewed else "1")
        return Unreviewed(address, self.shows_unreviewed, count, is_capped)


def address_with(request: HttpRequest, name: str, value: object = None) -> str:
    """Returns the page's query string with one parameter set, or removed if `value` is empty.

    The position in the list is removed, so the link leads to its beginning.
    """
    encoded: dict[str, str] | None = getattr(request, "parameters", None)
    if encoded is None:
        # The parameters are encoded once a request: a page has dozens of such addresses.
        encoded = {
            key: urlencode({key: values}, doseq=True) for key, values in request.GET.lists() if key not in PLACES
        }
        request.parameters = encoded  # type: ignore[attr-defined] # It is read above.
    parameters = {**encoded, name: "" if value in (None, "") else urlencode({name: str(value)})}
    return f"?{'&'.join(filter(None, parameters.values()))}"


@dataclass(frozen=True)
class Chip:
    """An active filter, as the page shows it.

    name: its parameter in the address.
    value: its value in the address.
    label: the filter's name for readers.
    text: the value for readers.
    """

    name: str
    value: str
    label: str
    text: object


def chips(filters: ForgivingFilterSet) -> Sequence[Chip]:
    """Returns a chip for each active filter."""
    return [
        Chip(condition.name, condition.value, condition.label, _chip_text(condition)) for condition in filters.chosen
    ]


def _chip_text(condition: Condition) -> object:
    """Returns the value of a filter in readers' words; empty for a filter that is only on or off."""
    if isinstance(condition.meaning, date):
        return day(condition.meaning)
    if condition.name in ("published", "year"):
        return year_or_month(str(condition.meaning))
    if condition.name == "kind":
        kind = str(condition.meaning)
        return dict(EventKind.choices).get(kind) or dict(ActorKind.choices)[kind]
    return "" if condition.meaning is True else arabic(str(condition.meaning))
