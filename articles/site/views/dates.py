"""Articles and events by when they were: years and months, a month's days, the timeline."""

import calendar
from collections.abc import Callable, Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS

from articles.models import Article, Event, Precision, TallyKind, tally
from articles.search.facets import Bar
from articles.search.listing import PAGE_SIZE, capped_count
from articles.site.charts.columns import Columns, columns, of_months, page_of
from articles.site.charts.timeline import Span, timeline
from articles.site.pages import PublicChoice, by_date, reader_page

# Events that the page of a year or month, and the timeline, list.
MOST_EVENTS = 30
MOST_ON_TIMELINE = 120
MOST_UNDATED = 30
# Years that the timeline shows unasked, the latest.
YEARS_SHOWN = 12
# Weeks begin on Monday, as in the Maghreb and by ISO 8601.
WEEK = calendar.Calendar(firstweekday=0)


@reader_page
def dates(request: HttpRequest) -> HttpResponse:
    """Years by months with how many articles are surely of each, and how many are of no one year."""
    months = tally.counts_by_month()
    vague = months.pop((0, 0), 0)
    choice, events = PublicChoice(request), Event.objects.dated()
    by_year = choice.of(events).values("start_date__year").annotate(n=Count("pk"))
    counted = dict(by_year.values_list("start_date__year", "n"))
    years = sorted({year for year, _ in months} | set(counted), reverse=True)
    context = {
        "chart": of_months(months),
        "years": [
            (
                year,
                [(number, months.get((year, number), 0)) for number in range(1, 13)],
                months.get((year, 0), 0),
                sum(months.get((year, number), 0) for number in range(13)),
                counted.get(year, 0),
            )
            for year in years
        ],
        "vague": vague,
        "unreviewed": choice.switch(events),
    }
    return render(request, "site/dates.html", context)


@reader_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    counts = tally.counts_by_month()
    known = sum(articles for (of_year, _month), articles in counts.items() if of_year == year)
    return _period(request, date(year, 1, 1), date(year, 12, 31), kept=lambda: known, chart=_months_of(year, counts))


def _months_of(year: int, counts: dict[tuple[int, int], int]) -> Columns:
    bars = [Bar(f"{year:04}-{n:02}", date(year, n, 1), counts.get((year, n), 0)) for n in range(1, 13)]
    return columns(bars, page_of)


@reader_page
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    if not 1 <= month <= 12:
        raise Http404
    last = date(year, month, calendar.monthrange(year, month)[1])
    return _period(request, date(year, month, 1), last, kept=lambda: tally.kept(TallyKind.MONTH, year * 100 + month))


@reader_page
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    try:
        wanted = date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    return _period(request, wanted, wanted)


def _period(
    request: HttpRequest, first: date, last: date, *, kept: Callable[[], int | None] | None = None,
    chart: Columns | None = None,
) -> HttpResponse:  # fmt: skip
    """Articles surely of a year, month or day, and apart from them those that may be; events that began in it."""
    articles = Article.objects.public()
    perhaps = articles.perhaps_between(first, last)
    perhaps_count, perhaps_capped = capped_count(perhaps)
    surely = articles.surely_between(first, last)
    before, after = (
        articles.dated().filter(condition) for condition in (Q(published_order__lt=first), Q(published_order__gt=last))
    )
    begun = Event.objects.filter(start_earliest__gte=first, start_latest__lte=last)
    choice = PublicChoice(request)
    events = list(choice.of(begun).newest()[: MOST_EVENTS + 1])
    context = {
        "year": first.year,
        "month": None if chart else first.month,
        "day": first.day if first == last else None,
        "chart": chart,
        "weeks": [] if chart or first == last else _weeks(first, surely),
        "weekdays": WEEKDAYS.values(),
        "perhaps": perhaps.newest().for_listing()[:PAGE_SIZE],
        "perhaps_count": perhaps_count,
        "perhaps_capped": perhaps_capped,
        "events": events[:MOST_EVENTS],
        "unreviewed": choice.switch(begun),
        "more_events": len(events) > MOST_EVENTS,
        "previous": before.newest().values_list("published_order", flat=True).first(),
        "next": after.order_by("published_order", "id").values_list("published_order", flat=True).first(),
    }
    return render(request, "site/period.html", context | by_date(request, surely, kept=kept))


def _weeks(first: date, surely: QuerySet) -> list[list[tuple[int, int]]]:
    """The month's weeks as (day, articles of that day), day 0 beyond its ends."""
    days = surely.filter(published_precision=Precision.DAY).order_by().values("published_date")
    counts = {one.day: n for one, n in days.annotate(n=Count("pk")).values_list("published_date", "n")}
    return [[(day, counts.get(day, 0)) for day in week] for week in WEEK.monthdayscalendar(first.year, first.month)]


@reader_page
def timeline_page(request: HttpRequest) -> HttpResponse:
    """Events and coverage over the years that the address asks for, `from` and `to`; the latest ones where it does not."""
    choice = PublicChoice(request)
    counts = tally.counts_by_month()
    known = sorted({year for year, _ in counts if year} | set(_years_of_events(choice)))
    span = _span(request, known)
    if span is None:
        waiting = Event.objects.dated()
        return render(request, "site/timeline.html", {"span": None, "unreviewed": choice.switch(waiting)})
    within = Event.objects.begun_in(span.begins, span.ends)
    begun = choice.of(within)
    events = list(begun.newest()[: MOST_ON_TIMELINE + 1])
    more = len(events) > MOST_ON_TIMELINE
    drawn = begun.counts_by_month() if more else events
    undated = Event.objects.unbounded()
    context = {
        "span": span,
        "timeline": timeline(span, drawn, counts),
        "events": events[:MOST_ON_TIMELINE],
        "more": more,
        "undated": choice.of(undated).newest()[:MOST_UNDATED],
        "unreviewed": choice.switch(within | undated),
        "known": Span(known[0], known[-1]),
        "wider": Span(max(known[0], span.first - span.years), min(known[-1], span.last + span.years)),
        "halves": _halves(span),
    }
    return render(request, "site/timeline.html", context)


def _years_of_events(choice: PublicChoice) -> QuerySet:
    held = choice.of(Event.objects.dated())
    return held.order_by("start_date__year").values_list("start_date__year", flat=True).distinct()


def _span(request: HttpRequest, known: Sequence[int]) -> Span | None:
    """The years asked for, as far as the archive has any; the latest YEARS_SHOWN for an address that asks for nonsense."""
    if not known:
        return None
    try:
        first, last = int(request.GET["from"]), int(request.GET["to"])
    except (KeyError, ValueError):
        return Span(max(known[0], known[-1] - YEARS_SHOWN + 1), known[-1])
    first, last = max(min(first, last), known[0]), min(max(first, last), known[-1])
    return Span(first, last) if first <= last else Span(known[0], known[-1])


def _halves(span: Span) -> list[Span]:
    if span.years < 2:
        return []
    middle = span.first + (span.years - 1) // 2
    return [Span(span.first, middle), Span(middle + 1, span.last)]
