"""A name that an actor is to have: which stored articles would name the actor by it, and their suggestions brought up to date."""

from dataclasses import dataclass

from django.db.models import QuerySet

from articles.arabic.names import NameIndex
from articles.arabic.reading import Reading
from articles.extract.actors import find_actors
from articles.extract.authority import Authority
from articles.extract.process import suggest_within_budget
from articles.models import Actor, Article, Mention

# Of how many articles one request takes care, and how many it reads for them.
MOST_LINKED = 200
_MOST_READ = 2_000


@dataclass(frozen=True)
class Found:
    """Articles that hold the name and do not name the actor yet: [(article, the words around)]; `has_more` where there are more."""

    articles: list[tuple[Article, str]]
    has_more: bool


def would_name(actor: Actor, name: str, candidates: QuerySet) -> Found:
    """Of `candidates`, articles that hold the name's words, those that do hold it and have no mention of the actor, newest first."""
    index = NameIndex([(name, actor.pk)])
    fresh = candidates.exclude(pk__in=Mention.objects.filter(actor=actor).values("article"))
    found: list[tuple[Article, str]] = []
    for place, article in enumerate(fresh.newest()[: _MOST_READ + 1]):
        if place == _MOST_READ or len(found) == MOST_LINKED:
            return Found(found, True)
        reading = Reading(article.body)
        if matches := index.find(reading.text, reading.words):
            first = matches[0]
            found.append((article, article.body[max(0, first.start - 60) : first.end + 60]))
    return Found(found, False)


def decided(found: Found, actor: Actor, name: str, authority: Authority) -> tuple[Found, int]:
    """Of what holds a name that other actors bear, too: where it names `actor`, and in how many articles it names no one for sure."""
    bearers = set(Actor.objects.named(name).values_list("pk", flat=True)) | {actor.pk}
    clear = authority.actors
    kept, undecided = [], 0
    for article, around in found.articles:
        reading = Reading(article.body)
        named = {one.actor for one in find_actors(reading, clear)} & bearers
        if named == {actor.pk}:
            kept.append((article, around))
        elif len(named) != 1:
            undecided += 1
    return Found(kept, found.has_more), undecided


def link(found: Found, authority: Authority) -> int:
    """Brings the suggestions of the articles found up to date, the new name known; returns for how many it could."""
    outcomes = suggest_within_budget((article for article, _ in found.articles), authority)
    return sum(1 for _, complaint in outcomes if not complaint)
