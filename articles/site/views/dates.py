"""Pages of articles and events by date: all years, one year, month or day, and the timeline."""

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

# How many events are listed: on the page of a year, month or day; on the timeline; there, of those without a date. The
# list of events has all. Judgements: more events make the lists longer than anybody reads on these pages.
MOST_EVENTS = 30
MOST_ON_TIMELINE = 120
MOST_UNDATED = 30
# How many years the timeline shows by default, the latest ones. A judgement: with more years their columns are too
# narrow.
YEARS_SHOWN = 12
# Weeks begin on Monday, as in the Maghreb and by ISO 8601.
WEEK = calendar.Calendar(firstweekday=0)


@reader_page
def dates(request: HttpRequest) -> HttpResponse:
    """Shows years and months with the number of articles surely of each, and of those that belong to no single year."""
    months = tally.counts_by_month()
    vague = months.pop((0, 0), 0)
    choice, events = PublicChoice(request), Event.objects.dated()
    by_year = choice.of(events).values("start_date__year").annotate(n=Count("pk"))
    event_counts = dict(by_year.values_list("start_date__year", "n"))
    years = sorted({year for year, _ in months} | set(event_counts), reverse=True)
    context = {
        "chart": of_months(months),
        "years": [
            (
                year,
                [(number, months.get((year, number), 0)) for number in range(1, 13)],
                months.get((year, 0), 0),
                sum(months.get((year, number), 0) for number in range(13)),
                event_counts.get(year, 0),
            )
            for year in years
        ],
        "vague": vague,
        "unreviewed": choice.switch(events),
    }
    return render(request, "site/dates.html", context)


@reader_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Shows the articles and events of a year."""
    counts = tally.counts_by_month()
    articles_of_year = sum(articles for (of_year, _month), articles in counts.items() if of_year == year)
    return _period(
        request,
        date(year, 1, 1),
        date(year, 12, 31),
        stored_tally=lambda: articles_of_year,
        chart=_months_of(year, counts),
    )


def _months_of(year: int, counts: dict[tuple[int, int], int]) -> Columns:
    """Makes the chart of a year's months; `counts` maps (year, month) to the number of articles."""
    bars = [Bar(f"{year:04}-{n:02}", date(year, n, 1), counts.get((year, n), 0)) for n in range(1, 13)]
    return columns(bars, page_of)


@reader_page
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Shows the articles and events of a month. Raises Http404 for a month that does not exist."""
    if not 1 <= month <= 12:
        raise Http404
    last = date(year, month, calendar.monthrange(year, month)[1])
    return _period(
        request, date(year, month, 1), last, stored_tally=lambda: tally.kept(TallyKind.MONTH, year * 100 + month)
    )


@reader_page
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    """Shows the articles and events of a day. Raises Http404 for a day that does not exist."""
    try:
        requested_day = date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    return _period(request, requested_day, requested_day)


def _period(
    request: HttpRequest, first: date, last: date, *, stored_tally: Callable[[], int | None] | None = None,
    chart: Columns | None = None,
) -> HttpResponse:  # fmt: skip
    """Shows the articles surely of a period, apart from them those that may be of it, and the events that began in it.

    The period is a year, a month or a day; both bounds are inclusive. `stored_tally` returns the tally of the sure
    articles, or None. `chart` shows the months of a year.
    """
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
    return render(request, "site/period.html", context | by_date(request, surely, stored_tally=stored_tally))


def _weeks(first: date, surely: QuerySet) -> list[list[tuple[int, int]]]:
    """Returns the month's weeks as lists of (day, number of articles). Days of the months around it are 0."""
    days = surely.filter(published_precision=Precision.DAY).order_by().values("published_date")
    counts = {
        date_published.day: n for date_published, n in days.annotate(n=Count("pk")).values_list("published_date", "n")
    }
    return [[(day, counts.get(day, 0)) for day in week] for week in WEEK.monthdayscalendar(first.year, first.month)]


@reader_page
def timeline_page(request: HttpRequest) -> HttpResponse:
    """Shows events and coverage over the years of the parameters `from` and `to`, by default the latest years."""
    choice = PublicChoice(request)
    counts = tally.counts_by_month()
    years = sorted({year for year, _ in counts if year} | set(_years_of_events(choice)))
    span = _span(request, years)
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
        "all_years": Span(years[0], years[-1]),
        "wider": Span(max(years[0], span.first - span.years), min(years[-1], span.last + span.years)),
        "halves": _halves(span),
    }
    return render(request, "site/timeline.html", context)


def _years_of_events(choice: PublicChoice) -> QuerySet:
    dated_events = choice.of(Event.objects.dated())
    return dated_events.order_by("start_date__year").values_list("start_date__year", flat=True).distinct()


def _span(request: HttpRequest, years: Sequence[int]) -> Span | None:
    """Returns the requested years, cut to the bounds of `years`, which ascend; None if `years` is empty.

    The default, also for invalid parameters, is the latest YEARS_SHOWN. Where the requested years lie outside, it is
    all years.
    """
    if not years:
        return None
    try:
        first, last = int(request.GET["from"]), int(request.GET["to"])
    except (KeyError, ValueError):
        return Span(max(years[0], years[-1] - YEARS_SHOWN + 1), years[-1])
    first, last = max(min(first, last), years[0]), min(max(first, last), years[-1])
    return Span(first, last) if first <= last else Span(years[0], years[-1])


def _halves(span: Span) -> list[Span]:
    """Returns the two halves of a span, for links that zoom in; none for a single year."""
    if span.years < 2:
        return []
    middle = span.first + (span.years - 1) // 2
    return [Span(span.first, middle), Span(middle + 1, span.last)]
