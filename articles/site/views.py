"""A reader's request → a page. Each view gathers what its template shows, in a number of queries that no data changes."""

import calendar
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import wraps

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from articles.models import (
    Actor,
    ActorKind,
    Article,
    ArticleStatus,
    Capture,
    Event,
    EventKind,
    Figure,
    Mention,
    Reprint,
    Source,
    TallyKind,
    tally,
)
from articles.models.capture import DamagedCaptureError
from articles.models.merged import Mergeable
from articles.search.completion import suggestions
from articles.search.facets import facets
from articles.search.listing import PAGE_SIZE, Direction, capped_count, listing
from articles.search.query import LONGEST_QUERY
from articles.search.related import related
from articles.search.run import Order, SearchTooCostlyError, Wanted, search, spans_in, time_limit
from articles.site.annotation import paragraphs
from articles.site.differences import differences
from articles.site.filters import ArticleFilter, FigureFilter

NEWEST_ON_HOME = 5
MOST_RELATED = 5
MOST_COMPANIONS = 12
MOST_NAMES_SHOWN = 20
# An actor's latest articles, of which companions and spellings are told.
MOST_COMPARED = 1_000
# Articles of an event that are listed and whose figures are compared.
MOST_REPORTS = 40
# Events that the page of a year or month lists.
MOST_EVENTS = 60
MOST_CONTRADICTIONS = 30


def reader_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for GET and HEAD whose statements are stopped, and the reader told so, when they take too long."""

    @require_safe
    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            with time_limit():
                return view(request, *args, **kwargs)
        except SearchTooCostlyError:
            return render(request, "site/busy.html", {"text": request.GET.get("q", "")}, status=503)

    return limited


class CappedPaginator(Paginator):
    """Pages of the first MOST_COUNTED rows; `is_capped` says that there are more."""

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return capped_count(self.object_list)

    @property
    def count(self) -> int:
        return self._counted[0]

    @property
    def is_capped(self) -> bool:
        return self._counted[1]


def _page(request: HttpRequest, rows: QuerySet, size: int = PAGE_SIZE) -> Page:
    """The page of `rows` that the address asks for; the nearest one that exists where it asks for nonsense."""
    return CappedPaginator(rows, size).get_page(request.GET.get("page"))


def _by_date(request: HttpRequest, articles: QuerySet, *, oldest: bool = False) -> dict[str, object]:
    """What a list of articles by date shows: the page that the address asks for, and how many there are."""
    get = request.GET.get
    listed = listing(
        articles.for_listing(), Direction.of(oldest=oldest, after=get("after", ""), before=get("before", ""))
    )
    total, capped = capped_count(articles)
    return {"listed": listed, "places": listed, "total": total, "total_is_capped": capped}


def _merged_away(row: Mergeable) -> HttpResponsePermanentRedirect | None:
    return redirect(row.survivor, permanent=True) if row.merged_into_id else None


@reader_page
def home(request: HttpRequest) -> HttpResponse:
    articles = Article.objects.published()
    return render(
        request,
        "site/home.html",
        {
            "newest": articles.order_by("-id").for_listing()[:NEWEST_ON_HOME],
            "events": Event.objects.standing().with_article_counts().filter(articles__gt=0).newest()[:NEWEST_ON_HOME],
            "actors": Actor.objects.standing().with_article_counts().filter(articles__gt=0).order_by("-articles", "id")[:12],
            "figures": Figure.objects.public().select_related("article__source", "measure").defer("article__body")
                .order_by("-id")[:NEWEST_ON_HOME],
            "count": tally.counts(TallyKind.ARCHIVE)[0],
        },
    )  # fmt: skip


@reader_page
def search_page(request: HttpRequest) -> HttpResponse:
    return _listing(request, "site/search.html")


@reader_page
def article_list(request: HttpRequest) -> HttpResponse:
    return _listing(request, "site/search.html", browsing=True)


def _listing(request: HttpRequest, template: str, *, browsing: bool = False) -> HttpResponse:
    """Articles that meet the address's filters: ranked where it holds a query, by date where not."""
    text = request.GET.get("q", "").strip()
    chosen = ArticleFilter(request.GET, Article.objects.published())
    context = {
        "text": text,
        "browsing": browsing,
        "filters": chosen,
        "orders": _orders(text),
        "order": _order(request, text),
    }
    found = _searched(request, text, chosen) if text else _browsed(request, chosen)
    return render(request, template, context | found)


def _orders(text: str) -> list[tuple[str, str]]:
    """The orders a reader may choose from, the usual one first."""
    by_date = [(Order.NEWEST, "الأحدث أولا"), (Order.OLDEST, "الأقدم أولا")]
    return [(Order.RELEVANCE, "الأقرب إلى كلماتك"), *by_date] if text else by_date


def _order(request: HttpRequest, text: str) -> Order:
    orders = [order for order, _ in _orders(text)]
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
    return _by_date(request, chosen.qs, oldest=oldest) | {"facets": facets(chosen.qs)}


def _number(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1


@reader_page
def suggest(request: HttpRequest) -> JsonResponse:
    """What a reader who is typing `q` may be looking for: {"suggestions": [{"kind", "address", "text"}, …]}."""
    found = suggestions(request.GET.get("q", "")[:LONGEST_QUERY])
    return JsonResponse({"suggestions": [asdict(suggestion) for suggestion in found]})


@reader_page
def article(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Article.objects.select_related("source", "merged_into"), pk=pk)
    if moved := _merged_away(row):
        return moved
    if row.status == ArticleStatus.WITHDRAWN:
        return render(request, "site/withdrawn.html", {"article": row}, status=410)
    if not row.is_public and not request.user.has_perm("articles.view_article"):
        raise Http404
    mentions = list(row.mentions.standing().filter(actor__in=Actor.objects.standing()).select_related("actor"))
    mentions.sort(key=lambda mention: (mention.spans or [[len(row.body)]])[0][0])
    figures = list(row.figures.standing().select_related("measure", "event").order_by("start", "id"))
    text = request.GET.get("q", "").strip()
    context = {
        "article": row,
        "text": text,
        "paragraphs": paragraphs(row, mentions, figures, spans_in(row, text) if text else ()),
        "mentions": mentions,
        "figures": figures,
        "coverages": row.standing_events().filter(event__in=Event.objects.standing()),
        "captures": row.captures.all(),
        "reprints": Reprint.objects.group_of(row),
        "related": related(row, MOST_RELATED),
    }
    return render(request, "site/article.html", context)


@reader_page
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two printings of a story, the earlier first, and what the second has and has not of it."""
    shown = Article.objects.published().select_related("source")
    pair = get_object_or_404(shown, pk=pk), get_object_or_404(shown, pk=other)
    first, second = sorted(pair, key=lambda article: (article.published_order, article.pk))
    context = {"first": first, "second": second, "paragraphs": differences(first.body, second.body)}
    return render(request, "site/compare.html", context)


@reader_page
def article_by_title(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """An address with words after the number, as people write and old links have: the number alone is the address."""
    return redirect(get_object_or_404(Article, pk=pk), permanent=True)


@reader_page
def capture(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """The original bytes as a download, never shown as a page of this site."""
    row = get_object_or_404(
        Capture.objects.select_related("article"), article=pk, sha256=sha256, article__status=ArticleStatus.PUBLISHED
    )
    try:
        content = row.read()
    except DamagedCaptureError:
        return render(request, "site/damaged.html", {"capture": row}, status=500)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{row.sha256[:16]}.txt"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["ETag"] = f'"{row.sha256}"'
    return response


@reader_page
def event_list(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    events = Event.objects.standing().with_article_counts().select_related("series").newest()
    if kind in EventKind.values:
        events = events.filter(kind=kind)
    context = {
        "page": _page(request, events),
        "kinds": EventKind.choices,
        "kind": kind,
        "complaint": bool(kind) and kind not in EventKind.values,
    }
    return render(request, "site/events.html", context)


@reader_page
def event(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Event.objects.select_related("series", "merged_into").exclude(state="rejected"), pk=pk)
    if moved := _merged_away(row):
        return moved
    coverages = list(
        row.coverages.standing()
        .filter(article__in=Article.objects.published())
        .select_related("article__source")
        .defer("article__search_vector", "article__set_aside")
        .order_by("article__published_order", "article_id")[: MOST_REPORTS + 1]
    )
    more = len(coverages) > MOST_REPORTS
    coverages = coverages[:MOST_REPORTS]
    articles = [coverage.article for coverage in coverages]
    figures = Figure.objects.public().filter(article__in=articles).select_related("measure").order_by("start")
    siblings = (
        Event.objects.standing().filter(series=row.series_id).exclude(pk=row.pk).newest() if row.series_id else ()
    )
    context = {
        "event": row,
        "coverages": coverages,
        "more": more,
        "participations": row.participations.standing()
        .filter(actor__in=Actor.objects.standing())
        .select_related("actor"),
        "comparison": _comparison(articles, figures),
        "contradictions": row.contradictions.open().select_related("measure").order_by("id")[:MOST_CONTRADICTIONS],
        "siblings": siblings,
    }
    return render(request, "site/event.html", context)


def _comparison(articles: list[Article], figures: QuerySet) -> list[tuple[str, list[list[Figure]]]]:
    """(measure or unit, figures per article in the order of `articles`): rows that several articles share come first."""
    rows: dict[str, dict[int, list[Figure]]] = {}
    for figure in figures:
        label = figure.measure.label if figure.measure else figure.unit
        rows.setdefault(label, {}).setdefault(figure.article_id, []).append(figure)
    ordered = sorted(rows.items(), key=lambda row: -len(row[1]))
    return [(label, [cells.get(article.pk, []) for article in articles]) for label, cells in ordered]


@reader_page
def actor_list(request: HttpRequest) -> HttpResponse:
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    actors = Actor.objects.standing().with_article_counts().order_by("folded_name", "id")
    if kind in ActorKind.values:
        actors = actors.filter(kind=kind)
    if text:
        actors = actors.with_name_part(text)
    context = {
        "page": _page(request, actors, 60),
        "kinds": ActorKind.choices,
        "kind": kind,
        "text": text,
        "complaint": bool(kind) and kind not in ActorKind.values,
    }
    return render(request, "site/actors.html", context)


@reader_page
def actor(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Actor.objects.select_related("merged_into").exclude(state="rejected"), pk=pk)
    if moved := _merged_away(row):
        return moved
    articles = Article.objects.published().naming(row)
    latest = list(articles.order_by("-id").values_list("pk", flat=True)[:MOST_COMPARED])
    together = Mention.objects.standing().filter(article__in=latest).values("actor").annotate(n=Count("pk"))
    times = dict(
        together.exclude(actor=row.pk).values_list("actor", "n").order_by("-n", "actor")[: 2 * MOST_COMPANIONS]
    )
    companions = sorted(
        Actor.objects.standing().filter(pk__in=times), key=lambda other: (-times[other.pk], other.folded_name)
    )
    context = {
        "actor": row,
        "aliases": row.aliases.all(),
        "names": Mention.objects.standing().filter(actor=row, article__in=latest).surface_names()[:MOST_NAMES_SHOWN],
        "compared": len(latest) if len(latest) == MOST_COMPARED else 0,
        "participations": row.participations.standing()
            .filter(event__in=Event.objects.standing()).select_related("event").order_by("-event__start_order", "id"),
        "companions": [(other, times[other.pk]) for other in companions[:MOST_COMPANIONS]],
    }  # fmt: skip
    return render(request, "site/actor.html", context | _by_date(request, articles))


@reader_page
def figure_list(request: HttpRequest) -> HttpResponse:
    figures = Figure.objects.public().select_related("article__source", "measure", "event").defer("article__body")
    chosen = FigureFilter(request.GET, figures)
    # Those that contradict each other stand side by side.
    apart = ("event_id", "measure_id", "scope", "article__published_order", "id")
    order = apart if chosen.form["conflicting"].value() else ("measure_id", "value", "id")
    context = {"filters": chosen, "page": _page(request, chosen.qs.order_by(*order), 50)}
    return render(request, "site/figures.html", context)


@reader_page
def dates(request: HttpRequest) -> HttpResponse:
    """Years, with how many articles are surely of each, and how many are of no one year."""
    years: dict[int, int] = {}
    for (of_year, _), count in tally.counts_by_month().items():
        years[of_year] = years.get(of_year, 0) + count
    vague = years.pop(0, 0)
    events = Event.objects.standing().filter(start_date__isnull=False).values("start_date__year")
    context = {
        "years": sorted(years.items(), reverse=True),
        "vague": vague,
        "events": events.annotate(n=Count("pk")).order_by("-start_date__year"),
    }
    return render(request, "site/dates.html", context)


@reader_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    return _period(request, date(year, 1, 1), date(year, 12, 31), months=True)


@reader_page
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    if not 1 <= month <= 12:
        raise Http404
    return _period(request, date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _period(request: HttpRequest, first: date, last: date, *, months: bool = False) -> HttpResponse:
    """Articles surely of a period, and apart from them those that may be; events that began in it."""
    articles = Article.objects.published()
    perhaps = articles.perhaps_between(first, last)
    perhaps_count, perhaps_capped = capped_count(perhaps)
    counts = tally.counts_by_month() if months else {}
    before, after = articles.dated().filter(published_order__lt=first), articles.filter(published_order__gt=last)
    context = {
        "year": first.year,
        "month": None if months else first.month,
        "months": [(number, counts.get((first.year, number), 0)) for number in range(1, 13)] if months else [],
        "perhaps": perhaps.newest().for_listing()[:PAGE_SIZE],
        "perhaps_count": perhaps_count,
        "perhaps_capped": perhaps_capped,
        "events": Event.objects.standing()
        .filter(start_earliest__gte=first, start_latest__lte=last)
        .newest()[:MOST_EVENTS],
        "previous": _neighbour(first, -1, months) if before.exists() else None,
        "next": _neighbour(first, 1, months) if after.exists() else None,
    }
    return render(request, "site/period.html", context | _by_date(request, articles.surely_between(first, last)))


def _neighbour(first: date, step: int, months: bool) -> dict[str, int] | None:
    if months:
        return {"year": first.year + step} if 1 <= first.year + step <= 9998 else None
    index = first.year * 12 + first.month - 1 + step
    return {"year": index // 12, "month": index % 12 + 1} if index >= 12 else None


@reader_page
def source_list(request: HttpRequest) -> HttpResponse:
    sources = Source.objects.standing().with_article_counts().order_by("-published", "folded_name")
    context = {"page": _page(request, sources, 60), "without": tally.counts(TallyKind.SOURCE).get(0, 0)}
    return render(request, "site/sources.html", context)


@reader_page
def source(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Source.objects.select_related("merged_into"), pk=pk)
    if moved := _merged_away(row):
        return moved
    articles = Article.objects.published().filter(source=row)
    return render(request, "site/source.html", {"source": row} | _by_date(request, articles))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)
