"""Actors: the list, and one actor with its names, roles, events, companions and articles."""

from collections.abc import Sequence

from django.db.models import Count, F, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.arabic.folding import without_proclitics
from articles.arabic.words import fold_phrase
from articles.exchange.linked_data import linked_actor
from articles.models import Actor, ActorKind, Alias, AliasKind, Article, Mention, ReviewState, TallyKind, tally
from articles.platform.calendar_bounds import FIRST_DAY, LAST_DAY
from articles.search.facets import bars, facets
from articles.search.filters import LATEST_NAMING, ActorFilter
from articles.site.charts.columns import columns, page_of
from articles.site.charts.network import network
from articles.site.pages import PublicChoice, by_date, chips, merged_away, numbered, public_row, reader_page

MOST_COMPANIONS = 12
# Ways to write its names that are counted, and that are shown.
MOST_WRITTEN, MOST_NAMES = 500, 20
# An actor's articles within so many years are shown month by month.
YEARS_BY_MONTH = 12
MOST_ROLES = 12
MOST_EVENTS = 40


@reader_page
def actor_list(request: HttpRequest) -> HttpResponse:
    actors = Actor.objects.with_article_counts().order_by("folded_name", "id")
    chosen = ActorFilter(request.GET, actors)
    context = {
        "unreviewed": PublicChoice(request).switch(chosen.otherwise_met(Actor.objects.all())),
        "page": numbered(request, chosen.qs, 60),
        "filters": chosen,
        "chips": chips(chosen),
        "kinds": ActorKind.choices,
        "text": request.GET.get("q", "").strip(),
    }
    return render(request, "site/actors.html", context)


@reader_page
def actor(request: HttpRequest, pk: int) -> HttpResponse:
    row = public_row(Actor.objects.all(), pk)
    if moved := merged_away(row):
        return moved
    articles = Article.objects.public().naming(row)
    latest = list(articles.order_by("-id").values_list("pk", flat=True)[:LATEST_NAMING])
    own = Mention.objects.standing().filter(actor=row, article__in=latest)
    companions = _companions(row, latest)
    aliases = list(row.aliases.all())
    written = list(own.surface_names()[:MOST_WRITTEN])
    found = facets(articles, latest)
    by_month = columns(bars({month: n for month, n in found.times.items() if "-" in month}, YEARS_BY_MONTH), page_of)
    context = {
        "actor": row,
        "names": _names(row, aliases, written),
        "latin": next((alias.name for alias in aliases if alias.kind == AliasKind.LATIN), ""),
        "written": written[:MOST_NAMES],
        "told_roles": _roles(own),
        "compared": len(latest) if len(latest) == LATEST_NAMING else 0,
        "participations": row.participations.public().select_related("event")
            .order_by("-event__start_order", "id")[:MOST_EVENTS],
        "companions": companions,
        "network": network(row, companions, _pairs([other.pk for other, _n in companions], latest)),
        "chart": by_month or columns(found.bars, page_of),
        "vague": found.counted - sum(column.count for column in by_month.columns) if by_month else found.undated,
        "linked": linked_actor(row, aliases, request.build_absolute_uri),
    }  # fmt: skip
    listed = by_date(request, articles, kept=lambda: tally.kept(TallyKind.ACTOR, row.pk))
    return render(request, "site/actor.html", context | listed)


def _names(row: Actor, aliases: Sequence[Alias], written: Sequence[dict[str, object]]) -> list[tuple[str, str, int]]:
    """(name, its kind in words, how often articles write it so), in any spelling and with any proclitic: the canonical
    first, then the most frequent."""
    named = [(row.name, _("الاسم المعتمد")), *((alias.name, alias.get_kind_display()) for alias in aliases)]
    times = dict.fromkeys((fold_phrase(name) for name, _kind in named), 0)
    for form in written:
        head, *rest = fold_phrase(form["name"]).split() or [""]
        readings = (" ".join([reading, *rest]) for reading in without_proclitics(head))
        if (reading := next((one for one in readings if one in times), None)) is not None:
            times[reading] += form["times"]
    told = [(name, kind, times[fold_phrase(name)]) for name, kind in named]
    return [told[0], *sorted(told[1:], key=lambda name: -name[2])]


def _companions(row: Actor, latest: Sequence[int]) -> list[tuple[Actor, int]]:
    """Those named most often in the same articles, with how many of these."""
    standing = (ReviewState.SUGGESTED, ReviewState.CONFIRMED)
    named = Actor.objects.nameable().filter(mentions__article__in=latest, mentions__state__in=standing)
    counted = named.exclude(pk=row.pk).annotate(times=Count("mentions")).order_by("-times", "folded_name")
    return [(other, other.times) for other in counted[:MOST_COMPANIONS]]


def _pairs(companions: Sequence[int], latest: Sequence[int]) -> dict[tuple[int, int], int]:
    """In how many of the articles two companions are named together, by their ids, the lower first."""
    if len(companions) < 2:
        return {}
    named = Mention.objects.standing().filter(article__in=latest, actor__in=companions)
    by_article: dict[int, list[int]] = {}
    for article, other in named.values_list("article", "actor").order_by("article", "actor"):
        by_article.setdefault(article, []).append(other)
    counts: dict[tuple[int, int], int] = {}
    for others in by_article.values():
        for at, one in enumerate(others):
            for other in others[at + 1 :]:
                counts[one, other] = counts.get((one, other), 0) + 1
    return counts


def _roles(mentions: object) -> Sequence[dict[str, object]]:
    """Rows {"role", "n", "first", "last"}: the offices and titles that articles give it, latest first."""
    dated = mentions.exclude(role="").filter(article__published_order__range=(FIRST_DAY, LAST_DAY))
    counted = dated.values("role").annotate(
        n=Count("pk"), first=Min(F("article__published_order")), last=Max(F("article__published_order"))
    )
    return counted.order_by("-last", "-n", "role")[:MOST_ROLES]
