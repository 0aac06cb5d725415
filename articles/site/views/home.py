"""The first page: search, coverage over time, the newest articles, events, the actors named most, contradictions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.models import Actor, Article, Contradiction, Event, tally
from articles.site.charts.columns import of_months
from articles.site.examples import examples
from articles.site.pages import reader_page

# The newest articles and events, the actors named most, and the contradictions on the first page. Judgements: a
# glance at what the archive holds; its lists have all.
NEWEST = 5
MOST_ACTORS = 14
NEWEST_CONTRADICTIONS = 3


@reader_page
def home(request: HttpRequest) -> HttpResponse:
    """Shows the first page."""
    months = tally.counts_by_month()
    actors = list(Actor.objects.most_named()[:MOST_ACTORS])
    events = list(Event.objects.reported()[:NEWEST])
    context = {
        "count": sum(months.values()),
        "chart": of_months(months),
        "undated": months.get((0, 0), 0),
        "newest": Article.objects.public().order_by("-id").for_listing()[:NEWEST],
        "events": events,
        "actors": actors,
        "contradictions": Contradiction.objects.public()
        .of_confirmed_events()
        .newest()[:NEWEST_CONTRADICTIONS]
        .with_sides(),
        "examples": examples(actors, events),
    }
    return render(request, "site/home.html", context)
