"""Finds the stored articles that would name an actor by a new name, and brings their suggestions up to date.

The desk calls it when an editor gives an actor a name.
"""

from dataclasses import dataclass

from articles.arabic.names import NameIndex
from articles.arabic.reading import Reading
from articles.extract.actors import find_actors
from articles.extract.authority import Authority
from articles.extract.process import suggest_within_budget
from articles.models import Actor, Article, Mention
from articles.models.article import ArticleQuerySet

# The most articles that are updated in a request, and the most that are read to find them.
MOST_LINKED = 200
_MOST_READ = 2_000


@dataclass(frozen=True)
class ArticlesOfName:
    """Articles that hold a name of an actor and have no mention of the actor yet.

    articles: (article, the words around the name) of each.
    has_more: whether there may be more such articles than were read.
    """

    articles: list[tuple[Article, str]]
    has_more: bool


def would_name(actor: Actor, name: str, articles: ArticleQuerySet) -> ArticlesOfName:
    """Returns those of `articles` that hold the name and have no mention of the actor, newest first.

    `articles` hold the words of the name, in any order or form.
    """
    index = NameIndex([(name, actor.pk)])
    fresh = articles.exclude(pk__in=Mention.objects.filter(actor=actor).values("article"))
    holding: list[tuple[Article, str]] = []
    for place, article in enumerate(fresh.newest()[: _MOST_READ + 1]):
        if place == _MOST_READ or len(holding) == MOST_LINKED:
            return ArticlesOfName(holding, True)
        reading = Reading(article.body)
        if matches := index.find(reading.text, reading.words):
            first = matches[0]
            holding.append((article, article.body[max(0, first.start - 60) : first.end + 60]))
    return ArticlesOfName(holding, False)


def choose_bearers(
    holders: ArticlesOfName, actor: Actor, name: str, authority: Authority
) -> tuple[ArticlesOfName, int]:
    """Sorts articles that hold a name which other actors bear as well.

    Returns the articles in which the name means `actor`, and the number of articles in which it means no bearer, or
    several.
    """
    bearers = set(Actor.objects.named(name).values_list("pk", flat=True)) | {actor.pk}
    names = authority.actors
    naming, undecided = [], 0
    for article, around in holders.articles:
        reading = Reading(article.body)
        named_bearers = {named_actor.actor for named_actor in find_actors(reading, names)} & bearers
        if named_bearers == {actor.pk}:
            naming.append((article, around))
        elif len(named_bearers) != 1:
            undecided += 1
    return ArticlesOfName(naming, holders.has_more), undecided


def link(holders: ArticlesOfName, authority: Authority) -> int:
    """Brings the suggestions of the articles up to date; returns the number of articles for which that succeeded.

    `authority` must already hold the new name.
    """
    outcomes = suggest_within_budget((article for article, _ in holders.articles), authority)
    return sum(1 for _, reason in outcomes if not reason)
