"""What the reading room's pages share: the bound on their statements, their numbered and dated lists, their chips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import CheckboxInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from articles.models import TAKEN_AWAY, ActorKind, Article, EventKind
from articles.models.merged import Mergeable
from articles.models.public import NounQuerySet
from articles.models.tally import are_kept
from articles.platform.visitors import seconds_to_wait
from articles.search.filters import Condition, ForgivingFilterSet
from articles.search.limit import SearchTooCostlyError, time_limit
from articles.search.listing import MOST_COUNTED, PAGE_SIZE, Direction, capped_count, listing
from articles.site.keeping import mark
from articles.site.words_for import arabic, day, year_or_month

# Where a kept number is known, no more of a list than this are counted for a page.
COUNTED_LIVE = 1_000
# Parameters that say where in a list a page lies; another condition starts at its beginning.
PLACES = ("page", "after", "before")
# The parameter that asks lists for what no editor has reviewed yet (articles/search/filters.py has the same).
UNREVIEWED = "unreviewed"


def reader_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for GET and HEAD whose statements are stopped, and the reader told so, when they take too long.

    Its colours hang on a cookie, which caches are told.
    """

    @require_safe
    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
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
    """None where the address that asks may, else the page that says when it may again."""
    if not (seconds := seconds_to_wait(request, setting)):
        return None
    response = render(request, "site/too_often.html", {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response


class CappedPaginator(Paginator):
    """Pages of the first `most` rows; `is_capped` says that there are more."""

    def __init__(self, rows: QuerySet, size: int, most: int) -> None:
        super().__init__(rows, size)
        self.most = most

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return capped_count(self.object_list, self.most)

    @property
    def count(self) -> int:
        return self._counted[0]

    @property
    def is_capped(self) -> bool:
        return self._counted[1]


def numbered(request: HttpRequest, rows: QuerySet, size: int = PAGE_SIZE, most: int = MOST_COUNTED) -> Page:
    """The page of the first `most` rows that the address asks for; the nearest one that exists where it asks for nonsense."""
    return CappedPaginator(rows, size, most).get_page(request.GET.get("page"))


def by_date(
    request: HttpRequest, articles: QuerySet, *, oldest: bool = False, kept: Callable[[], int | None] | None = None
) -> dict[str, object]:
    """What a list of articles by date shows: the page that the address asks for, and how many there are.

    Where these are very many, the number that `kept` knows is told, if there is one.
    """
    get = request.GET.get
    listed = listing(
        articles.for_listing(), Direction.of(oldest=oldest, after=get("after", ""), before=get("before", ""))
    )
    total, capped = capped_count(articles, COUNTED_LIVE if kept else MOST_COUNTED)
    if kept and capped:
        known = kept() or 0
        total, capped = (known, False) if known > total else capped_count(articles)
    return {"listed": listed, "places": listed, "total": total, "total_is_capped": capped}


def merged_away(row: Mergeable) -> HttpResponsePermanentRedirect | None:
    """Leads from a row that was merged away to the one that stands for it; None for one that was not.

    Raises Http404 where readers do not meet that one either: the redirect would tell that it is there.
    """
    if not row.merged_into_id:
        return None
    survivor = row.survivor
    if survivor is None:
        raise Http404
    if isinstance(survivor, Article) and survivor.status in TAKEN_AWAY:
        shown = Article.objects.once_public()
    else:
        shown = type(row).objects.public()
    if not shown.filter(pk=survivor.pk).exists():
        raise Http404
    return redirect(survivor, permanent=True)


def public_row(rows: QuerySet, pk: int) -> Mergeable:
    """The actor or event of that key, if it is public or was merged into another; raises Http404 for every other one."""
    row = get_object_or_404(rows.with_publicity().select_related("merged_into"), pk=pk)
    if not row.is_public and not row.merged_into_id:
        raise Http404
    return row


@dataclass(frozen=True)
class Unreviewed:
    """The switch of a list between what editors confirmed and all that is public: the address of the other state, whether the
    list `shows` what is unreviewed now, and how many these are, `count` or more (`is_capped`)."""

    address: str
    shows: bool
    count: int
    is_capped: bool


class PublicChoice:
    """Which actors or events the lists of one page show: those that public lists show unasked, or, where its address asks for what
    is unreviewed, all that are public."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.shows_unreviewed = bool(CheckboxInput().value_from_datadict(request.GET, {}, UNREVIEWED))

    @cached_property
    def kept(self) -> bool:
        return are_kept()

    def of(self, rows: NounQuerySet) -> NounQuerySet:
        """Those of `rows` that the page shows."""
        return rows.public() if self.shows_unreviewed else rows.listed(kept=self.kept)

    def switch(self, rows: NounQuerySet) -> Unreviewed | None:
        """What leads to the other choice among `rows`; None where nothing is unreviewed and nothing of it is asked for."""
        count, is_capped = capped_count(rows.unreviewed(kept=self.kept))
        if not count and not self.shows_unreviewed:
            return None
        address = address_with(self.request, UNREVIEWED, "" if self.shows_unreviewed else "1")
        return Unreviewed(address, self.shows_unreviewed, count, is_capped)


def address_with(request: HttpRequest, name: str, value: object = None) -> str:
    """The page's address with one parameter set, or taken out where `value` is empty, at the beginning of its list."""
    if not hasattr(request, "parameters"):
        # Encoded once: a page has dozens of such addresses.
        request.parameters = {
            key: urlencode({key: values}, doseq=True) for key, values in request.GET.lists() if key not in PLACES
        }
    parameters = {**request.parameters, name: "" if value in (None, "") else urlencode({name: value})}
    return f"?{'&'.join(filter(None, parameters.values()))}"


@dataclass(frozen=True)
class Chip:
    """A condition that holds: its parameter and value in the address, and how it is told."""

    name: str
    value: str
    label: str
    text: object


def chips(filters: ForgivingFilterSet) -> Sequence[Chip]:
    return [Chip(one.name, one.value, one.label, _told(one)) for one in filters.chosen]


def _told(condition: Condition) -> object:
    if isinstance(condition.meaning, date):
        return day(condition.meaning)
    if condition.name in ("published", "year"):
        return year_or_month(condition.meaning)
    if condition.name == "kind":
        return dict(EventKind.choices).get(condition.meaning) or dict(ActorKind.choices)[condition.meaning]
    return "" if condition.meaning is True else arabic(str(condition.meaning))
