"""Completes what a reader is typing: suggests actors, events and articles whose name or title holds the words.

Only actors and events that lists show are suggested. Unreviewed ones are not, because a completion cannot mark them.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from articles.arabic.words import fold_phrase, words
from articles.models import Actor, Article, Event
from articles.models.public import first_listed
from articles.search import matching, vocabulary
from articles.search.matching import Lexeme

# Up to MOST_SUGGESTED suggestions of each kind are made, once the folded text has SHORTEST_TYPED letters. The three
# kinds make at most 15 lines. One letter begins too many names. Both are judgements.
MOST_SUGGESTED = 5
SHORTEST_TYPED = 2
# At most this many actors or events with a fitting name are checked for whether lists show them. A judgement: nearly
# all are shown, so that five are found among far fewer; the number bounds the time of a beginning that hundreds share.
MOST_NAMES_CHECKED = 200
# Where more than MOST_LOOKED_UP articles may have a fitting title, only the LOOKED_AT newest articles are checked. A
# judgement: if one article in a hundred has such a title, five are found among 500. Both numbers bound the time of an
# answer that a reader awaits at each key.
MOST_LOOKED_UP = 10_000
LOOKED_AT = 500


@dataclass(frozen=True)
class Suggestion:
    """A page that the reader may be looking for.

    kind: «actor», «event» or «article».
    address: the page's address.
    text: the name or title that the reader sees.
    """

    kind: str
    address: str
    text: str


def suggestions(typed: str) -> list[Suggestion]:
    """Returns up to MOST_SUGGESTED actors, then events, then articles; the last word may be unfinished."""
    folded = fold_phrase(typed)
    if len(folded) < SHORTEST_TYPED:
        return []
    return [
        Suggestion(kind, row.get_absolute_url(), str(row))
        for kind, rows in (
            ("actor", _actors(typed, folded)),
            ("event", first_listed(Event.objects.with_title_words(typed).newest(), MOST_SUGGESTED, MOST_NAMES_CHECKED)),
            ("article", _articles(typed)),
        )
        for row in rows
    ]


def _actors(typed: str, folded: str) -> list[Actor]:
    """Returns the suggested actors; those whose name begins with the folded text come first."""
    named = Actor.objects.with_name_part(typed).order_by("folded_name", "id")
    listed = first_listed(named, 8 * MOST_SUGGESTED, MOST_NAMES_CHECKED)
    return sorted(listed, key=lambda actor: not actor.folded_name.startswith(folded))[:MOST_SUGGESTED]


def _articles(typed: str) -> list[Article]:
    """Returns the newest articles that have all words in the title."""
    *whole, last = [typed[word.start : word.end] for word in words(typed)] or [""]
    lexicon = vocabulary.lexicon_of(words=[*whole, last], beginnings=[last])
    parts: list[Lexeme] = [Lexeme(lexeme, in_title=True) for word in whole for lexeme in lexicon.lexemes.get(word, ())]
    ending = lexicon.lexemes.get(last, ())
    if ending:
        parts += [Lexeme(ending[-1], prefix=True, in_title=True)]
    match = matching.all_of(*parts)
    if match is None:
        return []
    articles = Article.objects.public().searchable().newest().only("id", "title")
    ids: list[int] | QuerySet[Any, Any]
    if _expected(parts, lexicon) <= MOST_LOOKED_UP:
        holding = Q(search_terms__matches=matching.terms(match))
        ids = list(articles.filter(holding).order_by().values_list("pk", flat=True))
    else:
        newest_ids = list(articles.values_list("pk", flat=True)[:LOOKED_AT])
        ids = Article.objects.filter(pk__in=newest_ids, search_vector__matches=matching.positions(match)).values("pk")
    return list(Article.objects.filter(pk__in=ids).newest().only("id", "title", "status")[:MOST_SUGGESTED])


def _expected(parts: list[Lexeme], lexicon: vocabulary.Lexicon) -> int:
    """Returns an upper bound of the number of articles that hold all `parts`."""
    no_lexemes = vocabulary.Alike((), 0)
    return min(
        lexicon.beginnings.get(part.text, no_lexemes).articles if part.prefix else lexicon.frequencies[part.text]
        for part in parts
    )
