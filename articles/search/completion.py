"""What a reader who is still typing may be looking for: actors, events and articles whose name or title holds the words.

Actors and events are those that lists show: none that no editor has reviewed yet, for which a completion has no mark.
"""

from dataclasses import dataclass

from articles.arabic.words import fold_phrase, words
from articles.models import Actor, Article, Event
from articles.models.public import first_listed
from articles.search import matching, vocabulary
from articles.search.matching import Lexeme

# Suggestions of each kind, and how much has to be typed.
MOST_SUGGESTED = 5
SHORTEST = 2
# So many actors or events with such a name are asked whether lists show them.
EXAMINED = 200
# Where more articles than this may have such a title, only the newest are looked at, so many of them.
MOST_LOOKED_UP = 10_000
LOOKED_AT = 500


@dataclass(frozen=True)
class Suggestion:
    """A page to go to: its kind («actor», «event», «article»), address and name."""

    kind: str
    address: str
    text: str


def suggestions(typed: str) -> list[Suggestion]:
    """Up to MOST_SUGGESTED actors, then events, then articles; the last word may be unfinished."""
    folded = fold_phrase(typed)
    if len(folded) < SHORTEST:
        return []
    return [
        Suggestion(kind, row.get_absolute_url(), str(row))
        for kind, rows in (
            ("actor", _actors(typed, folded)),
            ("event", first_listed(Event.objects.with_title_words(typed).newest(), MOST_SUGGESTED, EXAMINED)),
            ("article", _articles(typed)),
        )
        for row in rows
    ]


def _actors(typed: str, folded: str) -> list[Actor]:
    """Those first whose name begins so."""
    named = Actor.objects.with_name_part(typed).order_by("folded_name", "id")
    found = first_listed(named, 8 * MOST_SUGGESTED, EXAMINED)
    return sorted(found, key=lambda actor: not actor.folded_name.startswith(folded))[:MOST_SUGGESTED]


def _articles(typed: str) -> list[Article]:
    """The newest articles with all words in the title."""
    *whole, last = [typed[word.start : word.end] for word in words(typed)] or [""]
    known = vocabulary.known(words=[*whole, last], beginnings=[last])
    parts: list[Lexeme] = [Lexeme(lexeme, in_title=True) for word in whole for lexeme in known.lexemes.get(word, ())]
    ending = known.lexemes.get(last, ())
    if ending:
        parts += [Lexeme(ending[-1], prefix=True, in_title=True)]
    match = matching.all_of(*parts)
    if match is None:
        return []
    articles = Article.objects.public().searchable().newest().only("id", "title")
    if _expected(parts, known) <= MOST_LOOKED_UP:
        ids = list(articles.filter(search_terms__matches=matching.terms(match)).order_by().values_list("pk", flat=True))
    else:
        near = list(articles.values_list("pk", flat=True)[:LOOKED_AT])
        ids = Article.objects.filter(pk__in=near, search_vector__matches=matching.positions(match)).values("pk")
    return list(Article.objects.filter(pk__in=ids).newest().only("id", "title", "status")[:MOST_SUGGESTED])


def _expected(parts: list[Lexeme], known: vocabulary.Known) -> int:
    """How many articles at most hold them."""
    none = vocabulary.Alike((), 0)
    return min(
        known.beginnings.get(part.text, none).articles if part.prefix else known.frequencies[part.text]
        for part in parts
    )
