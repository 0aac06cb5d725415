"""A reader's request → a page. Each view gathers what its template shows, in a number of queries that no data changes."""

import calendar
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from articles.models import Actor, ActorKind, Article, ArticleStatus, Capture, Event, EventKind, Figure, Mention, Source
from articles.models.capture import DamagedCaptureError
from articles.models.merged import Mergeable
from articles.search.facets import facets
from articles.search.listing import PAGE_SIZE
from articles.search.run import SearchPage, SearchTooCostlyError, Wanted, search, spans_in
from articles.site.annotation import paragraphs
from articles.site.filters import ArticleFilter, FigureFilter

NEWEST_ON_HOME = 5
MOST_COMPANIONS = 12
MOST_NAMES_SHOWN = 20


def _page(request: HttpRequest, rows: QuerySet, size: int = PAGE_SIZE) -> Page:
    """The page of `rows` that the address asks for; the nearest one that exists where it asks for nonsense."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def _merged_away(row: Mergeable) -> HttpResponsePermanentRedirect | None:
    return redirect(row.survivor, permanent=True) if row.merged_into_id else None


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    articles = Article.objects.published()
    span = articles.aggregate(
        count=Count("pk"), first=Min("published_earliest"), sources=Count("source", distinct=True)
    )
    return render(
        request,
        "site/home.html",
        {
            "newest": articles.order_by("-created_at", "-id").for_listing()[:NEWEST_ON_HOME],
            "events": Event.objects.standing().with_article_counts().filter(articles__gt=0).newest()[:NEWEST_ON_HOME],
            "actors": Actor.objects.standing().with_article_counts().filter(articles__gt=0).order_by("-articles", "id")[:12],
            "figures": Figure.objects.public().select_related("article__source", "measure").defer("article__body")
                .order_by("-id")[:NEWEST_ON_HOME],
            "counts": span | {"events": Event.objects.standing().count(), "actors": Actor.objects.standing().count()},
        },
    )  # fmt: skip


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    return _listing(request, "site/search.html")


@require_safe
def article_list(request: HttpRequest) -> HttpResponse:
    return _listing(request, "site/search.html", browsing=True)


def _listing(request: HttpRequest, template: str, *, browsing: bool = False) -> HttpResponse:
    """Articles that meet the address's filters: ranked where it holds a query, newest first where not."""
    text = request.GET.get("q", "").strip()
    chosen = ArticleFilter(request.GET, Article.objects.published())
    result: SearchPage | None = None
    failed, status = False, 200
    if text:
        try:
            result = search(
                text,
                chosen.qs if chosen.chosen else None,
                Wanted(number=_number(request)),
                widen=request.GET.get("widen") != "0",
            )
        except SearchTooCostlyError:
            failed, status = True, 503
    listed = _page(request, chosen.qs.newest().for_listing()) if not text else None
    ids = list(result.ids) if result else None
    context = {
        "text": text,
        "browsing": browsing,
        "filters": chosen,
        "result": result,
        "listed": listed,
        "failed": failed,
        "total": result.total if result else listed.paginator.count if listed else 0,
        "facets": [] if failed else facets(chosen.qs, ids),
        "previous_page": result.number - 1 if result else 0,
        "next_page": result.number + 1 if result else 0,
    }
    return render(request, template, context, status=status)


def _number(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1


@require_safe
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
    }
    return render(request, "site/article.html", context)


@require_safe
def article_by_title(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """An address with words after the number, as people write and old links have: the number alone is the address."""
    return redirect(get_object_or_404(Article, pk=pk), permanent=True)


@require_safe
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


@require_safe
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


@require_safe
def event(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Event.objects.select_related("series", "merged_into").exclude(state="rejected"), pk=pk)
    if moved := _merged_away(row):
        return moved
    coverages = list(
        row.coverages.standing()
        .filter(article__in=Article.objects.published())
        .select_related("article__source")
        .defer("article__search_vector", "article__set_aside")
        .order_by("article__published_order", "article_id")
    )
    articles = [coverage.article for coverage in coverages]
    figures = Figure.objects.public().filter(article__in=articles).select_related("measure").order_by("start")
    siblings = (
        Event.objects.standing().filter(series=row.series_id).exclude(pk=row.pk).newest() if row.series_id else ()
    )
    context = {
        "event": row,
        "coverages": coverages,
        "participations": row.participations.standing()
        .filter(actor__in=Actor.objects.standing())
        .select_related("actor"),
        "comparison": _comparison(articles, figures),
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


@require_safe
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


@require_safe
def actor(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Actor.objects.select_related("merged_into").exclude(state="rejected"), pk=pk)
    if moved := _merged_away(row):
        return moved
    articles = Article.objects.published().naming(row)
    together = Q(mentions__article__in=articles) & ~Q(mentions__state="rejected")
    companions = Actor.objects.standing().exclude(pk=row.pk).annotate(together=Count("mentions", filter=together))
    context = {
        "actor": row,
        "aliases": row.aliases.all(),
        "names": Mention.objects.standing().filter(actor=row).surface_names()[:MOST_NAMES_SHOWN],
        "participations": row.participations.standing()
            .filter(event__in=Event.objects.standing()).select_related("event").order_by("-event__start_order", "id"),
        "page": _page(request, articles.newest().for_listing()),
        "companions": companions.filter(together__gt=0).order_by("-together", "folded_name")[:MOST_COMPANIONS],
    }  # fmt: skip
    return render(request, "site/actor.html", context)


@require_safe
def figure_list(request: HttpRequest) -> HttpResponse:
    figures = Figure.objects.public().select_related("article__source", "measure", "event").defer("article__body")
    chosen = FigureFilter(request.GET, figures)
    context = {"filters": chosen, "page": _page(request, chosen.qs.order_by("measure__label", "value", "id"), 50)}
    return render(request, "site/figures.html", context)


@require_safe
def dates(request: HttpRequest) -> HttpResponse:
    """Years, with how many articles are surely of each, and how many have no known date."""
    articles = Article.objects.published()
    years = articles.filter(published_date__isnull=False).values("published_date__year").annotate(n=Count("pk"))
    context = {
        "years": years.order_by("-published_date__year"),
        "undated": articles.filter(published_date__isnull=True).count(),
        "events": Event.objects.standing().filter(start_date__isnull=False).values("start_date__year")
            .annotate(n=Count("pk")).order_by("-start_date__year"),
    }  # fmt: skip
    return render(request, "site/dates.html", context)


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    return _period(request, date(year, 1, 1), date(year, 12, 31), months=True)


@require_safe
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    if not 1 <= month <= 12:
        raise Http404
    return _period(request, date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _period(request: HttpRequest, first: date, last: date, *, months: bool = False) -> HttpResponse:
    """Articles surely of a period, and apart from them those that may be; events that began in it."""
    articles = Article.objects.published()
    sure = articles.surely_between(first, last)
    perhaps = articles.reported_between(first, last).exclude(pk__in=sure.values("pk"))
    counts = {}
    if months:
        by_month = sure.filter(published_precision__in=("day", "month")).values_list("published_date__month")
        counts = dict(by_month.annotate(n=Count("pk")).order_by("published_date__month"))
    bounds = articles.aggregate(first=Min("published_earliest"), last=Max("published_latest"))
    context = {
        "year": first.year,
        "month": None if months else first.month,
        "months": [(number, counts.get(number, 0)) for number in range(1, 13)] if months else [],
        "sure": _page(request, sure.newest().for_listing()),
        "perhaps": perhaps.newest().for_listing()[:PAGE_SIZE],
        "perhaps_count": perhaps.count(),
        "events": Event.objects.standing().filter(start_earliest__gte=first, start_latest__lte=last).newest(),
        "previous": _neighbour(first, -1, months) if bounds["first"] and bounds["first"] < first else None,
        "next": _neighbour(first, 1, months) if bounds["last"] and bounds["last"] > last else None,
    }
    return render(request, "site/period.html", context)


def _neighbour(first: date, step: int, months: bool) -> dict[str, int] | None:
    if months:
        return {"year": first.year + step} if 1 <= first.year + step <= 9998 else None
    index = first.year * 12 + first.month - 1 + step
    return {"year": index // 12, "month": index % 12 + 1} if index >= 12 else None


@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    counted = Count("articles", filter=Q(articles__status="published", articles__merged_into__isnull=True))
    sources = Source.objects.standing().annotate(published=counted).order_by("-published", "folded_name")
    context = {
        "page": _page(request, sources, 60),
        "without": Article.objects.published().filter(source__isnull=True).count(),
    }
    return render(request, "site/sources.html", context)


@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Source.objects.select_related("merged_into"), pk=pk)
    if moved := _merged_away(row):
        return moved
    articles = Article.objects.published().filter(source=row).newest().for_listing()
    return render(request, "site/source.html", {"source": row, "page": _page(request, articles)})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)
