"""Pages of actors: the list, and one actor with its names, roles, events, companions and articles."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.arabic.folding import without_proclitics
from articles.arabic.words import fold_phrase
from articles.exchange.linked_data import linked_actor
from articles.models import Actor, ActorKind, Alias, AliasKind, Article, Mention, ReviewState, TallyKind, tally
from articles.models.mention import MentionQuerySet
from articles.platform.calendar_bounds import FIRST_DAY, LAST_DAY
from articles.search.facets import bars, facets
from articles.search.filters import LATEST_NAMING, ActorFilter
from articles.site.charts.columns import columns, page_of
from articles.site.charts.network import network
from articles.site.pages import PublicChoice, by_date, chips, merged_away, numbered, public_row, reader_page

# The actors that articles name most often beside this one. A judgement: twelve labels fit around the picture
# (network.py).
MOST_COMPANIONS = 12
# How many spellings of an actor's names are counted, and how many are shown. Judgements: the rest are rare, and twenty
# fit the page.
MOST_SPELLINGS_COUNTED, MOST_SPELLINGS_SHOWN = 500, 20
# If an actor's articles lie within this many years, the chart shows months, else years: at most 144 columns. A
# judgement.
CHART_YEARS_BY_MONTH = 12
# The latest roles and the latest events that the page lists. Judgements: they fit one screen each; lists and search
# have all.
MOST_ROLES = 12
MOST_PARTICIPATIONS = 40


@reader_page
def actor_list(request: HttpRequest) -> HttpResponse:
    """Shows the list of actors that meet the address's filters."""
    actors = Actor.objects.with_article_counts().order_by("folded_name", "id")
    filters = ActorFilter(request.GET, actors)
    context = {
        # The switch counts the unreviewed actors that meet the other filters.
        "unreviewed": PublicChoice(request).switch(filters.otherwise_met(Actor.objects.all())),
        "page": numbered(request, filters.qs, 60),
        "filters": filters,
        "chips": chips(filters),
        "kinds": ActorKind.choices,
        "text": request.GET.get("q", "").strip(),
    }
    return render(request, "site/actors.html", context)


@reader_page
def actor(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows one actor. Redirects from a merged actor; raises Http404 for one that is not public."""
    row = public_row(Actor.objects.all(), pk)
    if redirection := merged_away(row):
        return redirection
    articles = Article.objects.public().naming(row)
    latest = list(articles.order_by("-id").values_list("pk", flat=True)[:LATEST_NAMING])
    mentions = Mention.objects.standing().filter(actor=row, article__in=latest)
    companions = _companions(row, latest)
    aliases = list(row.aliases.all())
    spellings = list(mentions.surface_names()[:MOST_SPELLINGS_COUNTED])
    actor_facets = facets(articles, latest)
    by_month = columns(
        bars({month: n for month, n in actor_facets.times.items() if "-" in month}, CHART_YEARS_BY_MONTH), page_of
    )
    context = {
        "actor": row,
        "names": _names(row, aliases, spellings),
        "latin": next((alias.name for alias in aliases if alias.kind == AliasKind.LATIN), ""),
        "written": spellings[:MOST_SPELLINGS_SHOWN],
        "roles": _roles(mentions),
        "compared": len(latest) if len(latest) == LATEST_NAMING else 0,
        "participations": row.participations.public().select_related("event")
            .order_by("-event__start_order", "id")[:MOST_PARTICIPATIONS],
        "companions": companions,
        "network": network(row, companions, _pairs([companion.pk for companion, _n in companions], latest)),
        "chart": by_month or columns(actor_facets.bars, page_of),
        "vague": actor_facets.counted - sum(column.count for column in by_month.columns)
            if by_month else actor_facets.undated,
        "linked": linked_actor(row, aliases, request.build_absolute_uri),
    }  # fmt: skip
    listed = by_date(request, articles, stored_tally=lambda: tally.kept(TallyKind.ACTOR, row.pk))
    return render(request, "site/actor.html", context | listed)


def _names(row: Actor, aliases: Sequence[Alias], spellings: Sequence[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Returns (name, its kind in words, how often articles write it): the canonical name, then aliases by frequency.

    Spellings that fold to the same phrase count as one name, with any proclitic. `spellings` are rows {"name",
    "times"}.
    """
    names = [(row.name, _("الاسم المعتمد")), *((alias.name, alias.get_kind_display()) for alias in aliases)]
    times = dict.fromkeys((fold_phrase(name) for name, _kind in names), 0)
    for form in spellings:
        head, *rest = fold_phrase(form["name"]).split() or [""]
        readings = (" ".join([reading, *rest]) for reading in without_proclitics(head))
        if (reading := next((folded for folded in readings if folded in times), None)) is not None:
            times[reading] += form["times"]
    counted_names = [(name, kind, times[fold_phrase(name)]) for name, kind in names]
    return [counted_names[0], *sorted(counted_names[1:], key=lambda name: -name[2])]


def _companions(row: Actor, latest: Sequence[int]) -> list[tuple[Actor, int]]:
    """Returns the actors named most often in the articles `latest`, with how many of these name them."""
    standing = (ReviewState.SUGGESTED, ReviewState.CONFIRMED)
    actors = Actor.objects.nameable().filter(mentions__article__in=latest, mentions__state__in=standing)
    by_frequency: QuerySet[Any] = (
        actors.exclude(pk=row.pk).annotate(times=Count("mentions")).order_by("-times", "folded_name")
    )
    return [(companion, companion.times) for companion in by_frequency[:MOST_COMPANIONS]]


def _pairs(companions: Sequence[int], latest: Sequence[int]) -> dict[tuple[int, int], int]:
    """Maps pairs of companions' ids, the lower first, to the number of articles in `latest` that name both."""
    if len(companions) < 2:
        return {}
    mentions = Mention.objects.standing().filter(article__in=latest, actor__in=companions)
    by_article: dict[int, list[int]] = {}
    for article, actor in mentions.values_list("article", "actor").order_by("article", "actor"):
        by_article.setdefault(article, []).append(actor)
    counts: dict[tuple[int, int], int] = {}
    for actors in by_article.values():
        for at, lower in enumerate(actors):
            for actor in actors[at + 1 :]:
                counts[lower, actor] = counts.get((lower, actor), 0) + 1
    return counts


def _roles(mentions: MentionQuerySet) -> Iterable[dict[str, Any]]:
    """Returns rows {"role", "n", "first", "last"}: the offices and titles that articles give the actor, latest first.

    `n` counts mentions; `first` and `last` are dates of publication.
    """
    dated_mentions = mentions.exclude(role="").filter(article__published_order__range=(FIRST_DAY, LAST_DAY))
    roles = dated_mentions.values("role").annotate(
        n=Count("pk"), first=Min(F("article__published_order")), last=Max(F("article__published_order"))
    )
    return roles.order_by("-last", "-n", "role")[:MOST_ROLES]
