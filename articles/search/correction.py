"""«هل تقصد …؟»: a misspelled word, or one typed with the wrong keyboard layout, in the spelling that the archive knows."""

import difflib
from collections.abc import Iterable, Mapping

from django.db import connection

from articles.arabic.characters import RASM
from articles.arabic.keyboard import other_layout
from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import WORD, words
from articles.search.lexemes import quoted
from articles.search.query import ParsedQuery, terms_of
from articles.search.vocabulary import Known

# Lexemes that pg_trgm finds alike, and how alike they have to be, by trigrams and then letter by letter.
MOST_ALIKE = 12
ALIKE_BY_TRIGRAMS = 0.25
ALIKE_BY_LETTERS = 0.7
# A word is taken for another only where that stands in so many times as many articles.
TIMES_COMMONER = 5
# Articles that are read for the usual way to write a lexeme.
READ_FOR_SPELLING = 5

# The threshold is set before the lexemes, which depend on it, are looked up.
_ALIKE = """
    WITH threshold AS MATERIALIZED (SELECT set_config('pg_trgm.similarity_threshold', %s, true) AS is_set),
    asked AS MATERIALIZED (SELECT unnest(%s::text[]) AS lexeme FROM threshold WHERE is_set <> '')
    SELECT asked.lexeme, alike.lexeme, alike.articles
    FROM asked, LATERAL (
        SELECT known.lexeme, known.articles FROM articles_lexeme AS known
        WHERE known.lexeme %% asked.lexeme AND known.lexeme <> asked.lexeme AND known.articles > 0
        ORDER BY similarity(known.lexeme, asked.lexeme) DESC, known.articles DESC LIMIT %s
    ) AS alike
"""
_WRITTEN = """
    SELECT asked.lexeme, article.title || ' ' || article.body, held.positions[1]
    FROM unnest(%s::text[], %s::text[]) AS asked (lexeme, query)
    CROSS JOIN LATERAL (
        SELECT title, body, search_vector FROM articles_article
        WHERE archive_terms(search_vector, word_count) @@ asked.query::tsquery
            AND status = 'published' AND merged_into_id IS NULL
        LIMIT %s
    ) AS article
    CROSS JOIN LATERAL unnest(article.search_vector) AS held
    WHERE held.lexeme = asked.lexeme
"""


def in_question(query: ParsedQuery) -> list[str]:
    """The words that `correction` needs to know of: those typed, and what they are on the other layout."""
    meant = _on_other_layout(query.text)
    return [*_asked(query), *_words_of(meant), *_words_of(meant.values())]


def correction(query: ParsedQuery, known: Known) -> str:
    """What the query was probably meant to be, by what is `known` of the words in question; empty where nothing in the archive
    is much likelier. In a transaction."""
    text = _with_other_layout(query.text, known) or _with_known_words(query, known)
    return text if text and text != query.text else ""


def _on_other_layout(text: str) -> dict[str, str]:
    return {word: other for word in text.split() if (other := other_layout(word))}


def _asked(query: ParsedQuery) -> list[str]:
    return [term.text for term in terms_of(query.tree) if not term.prefix and not is_stop_word(term.text)]


def _with_other_layout(text: str, known: Known) -> str | None:
    """The query with words that the archive does not know typed on the other layout, if it knows those."""
    meant = _on_other_layout(text)

    def is_known(word: str) -> bool:
        found = [lexeme for part in _words_of([word]) for lexeme in known.lexemes.get(part, ())]
        return bool(found) and all(known.frequencies[lexeme] for lexeme in found)

    if not any(is_known(other) and not is_known(word) for word, other in meant.items()):
        return None
    return " ".join(
        meant[word] if word in meant and is_known(meant[word]) and not is_known(word) else word for word in text.split()
    )


def _with_known_words(query: ParsedQuery, known: Known) -> str | None:
    """The query with words that hardly an article holds replaced by ones that look alike and that many do."""
    found = {word: known.lexemes.get(word, ()) for word in _asked(query)}
    lexemes = {word: of_word[0] for word, of_word in found.items() if len(of_word) == 1}
    if not lexemes:
        return None
    better = _likelier({lexeme: known.frequencies[lexeme] for lexeme in lexemes.values()})
    spelled = _spellings(better.values()) if better else {}
    meant = {word: spelled[other] for word, lexeme in lexemes.items() if (other := better.get(lexeme)) in spelled}
    return WORD.sub(lambda match: meant.get(match[0], match[0]), query.text) if meant else None


def _likelier(counts: Mapping[str, int]) -> dict[str, str]:
    """Lexeme → the most alike one that stands in many times as many articles."""
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [str(ALIKE_BY_TRIGRAMS), sorted(counts), MOST_ALIKE])
        rows = cursor.fetchall()
    best: dict[str, tuple[float, int, str]] = {}
    for lexeme, other, articles in rows:
        alike = _alike(lexeme, other)
        if alike >= ALIKE_BY_LETTERS and articles >= TIMES_COMMONER * counts[lexeme] and articles > counts[lexeme]:
            best[lexeme] = max(best.get(lexeme, (0.0, 0, "")), (round(alike, 1), articles, other))
    return {lexeme: other for lexeme, (_, _, other) in best.items()}


def _alike(one: str, other: str) -> float:
    """How alike two words are, from 0 to 1; letters that only dots tell apart count half."""
    return (_ratio(one, other) + _ratio(one.translate(RASM), other.translate(RASM))) / 2


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _spellings(lexemes: Iterable[str]) -> dict[str, str]:
    """Each lexeme in the shortest of some ways in which articles write it."""
    wanted = sorted(set(lexemes))
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [wanted, [quoted(lexeme) for lexeme in wanted], READ_FOR_SPELLING])
        rows = cursor.fetchall()
    found: dict[str, str] = {}
    for lexeme, text, position in rows:
        word = list(words(text))[position - 1]
        written = text[word.start : word.end]
        found[lexeme] = min(found.get(lexeme, written), written, key=len)
    return found


def _words_of(texts: Iterable[str]) -> list[str]:
    return [text[word.start : word.end] for text in texts for word in words(text)]
