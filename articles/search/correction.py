"""Suggests a correction of a query («هل تقصد …؟»).

It replaces misspelled words, and words typed with the wrong keyboard layout, by words that the archive holds.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from articles.arabic.characters import RASM
from articles.arabic.keyboard import other_layout
from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import WORD, words
from articles.search.lexemes import quote_lexeme
from articles.search.query import ParsedQuery, terms_of
from articles.search.vocabulary import Lexicon

# For each lexeme, pg_trgm returns up to MOST_ALIKE similar ones, of a trigram similarity of ALIKE_BY_TRIGRAMS at least.
# Of these, a correction needs a similarity by letters (_alike) of ALIKE_BY_LETTERS at least. All similarities range
# from 0 to 1.
# Measured on 2026-11-27 on XQuAD's 240 paragraphs: 388 words of three paragraphs or more, each with one mistake of the
# keyboard, and 400 words of one paragraph, which need no correction. With the values below 132 typed words get the
# right word and 46 rare words get a correction.
#
#   MOST_ALIKE          3: 114 right; 6: 124; 24 or 50: no more than with 12
#   ALIKE_BY_TRIGRAMS   0.1 to 0.2: 136 or 137 right, up to 6 more of the rare words; 0.3: 101 right; 0.4: 50
#   ALIKE_BY_LETTERS    0.5 to 0.65: 136 right, half more of the rare words; 0.8: 120 right, a third less of them
#   TIMES_COMMONER      2: 137 right, 188 rare words; 5: 135 right, 102 rare words
#   READ_FOR_SPELLING   1: 132 right; 10: 140 right
#
# TIMES_COMMONER was 5 when the other values were measured.
MOST_ALIKE = 12
ALIKE_BY_TRIGRAMS = 0.25
ALIKE_BY_LETTERS = 0.7
# A word replaces another only if at least this many times as many articles hold it.
TIMES_COMMONER = 10
# The usual spelling of a lexeme is taken from this many articles that hold it.
READ_FOR_SPELLING = 5

# The statement sets the similarity threshold before it looks up lexemes; the operator `%` depends on it.
_ALIKE = """
    WITH threshold AS MATERIALIZED (SELECT set_config('pg_trgm.similarity_threshold', %s, true) AS is_set),
    query_lexeme AS MATERIALIZED (SELECT unnest(%s::text[]) AS lexeme FROM threshold WHERE is_set <> '')
    SELECT query_lexeme.lexeme, alike.lexeme, alike.articles
    FROM query_lexeme, LATERAL (
        SELECT stored_lexeme.lexeme, stored_lexeme.articles FROM articles_lexeme AS stored_lexeme
        WHERE stored_lexeme.lexeme %% query_lexeme.lexeme AND stored_lexeme.lexeme <> query_lexeme.lexeme
            AND stored_lexeme.articles > 0
        ORDER BY similarity(stored_lexeme.lexeme, query_lexeme.lexeme) DESC, stored_lexeme.articles DESC LIMIT %s
    ) AS alike
"""
_SPELLINGS = """
    SELECT wanted_lexeme.lexeme, article.title || ' ' || article.body, held.positions[1]
    FROM unnest(%s::text[], %s::text[]) AS wanted_lexeme (lexeme, query)
    CROSS JOIN LATERAL ({articles} LIMIT %s) AS article (title, body, search_vector)
    CROSS JOIN LATERAL unnest(article.search_vector) AS held
    WHERE held.lexeme = wanted_lexeme.lexeme
"""
_HOLDING = "archive_terms(articles_article.search_vector, articles_article.word_count) @@ wanted_lexeme.query::tsquery"
_PUBLIC_HOLDING = f"""
    SELECT title, body, search_vector FROM (
        SELECT title, body, search_vector, status, merged_into_id FROM articles_article WHERE {_HOLDING} OFFSET 0
    ) AS holding
    WHERE status = 'published' AND merged_into_id IS NULL
"""


def in_question(query: ParsedQuery) -> list[str]:
    """Returns the words whose lexemes `correction` needs: those typed, and their keys on the other keyboard layout."""
    other_spellings = _on_other_layout(query.text)
    return [*_typed_words(query), *_words_of(other_spellings), *_words_of(other_spellings.values())]


def correction(query: ParsedQuery, vocabulary: Lexicon, among: QuerySet[Any] | None = None) -> str:
    """Returns the likeliest correction of a query; an empty string where none is much likelier than the query itself.

    The vocabulary has to cover the words of `in_question`. With `among`, the articles that a filter lets in, a
    correction has to match some of these. Needs a transaction.
    """
    text = _with_other_layout(query.text, vocabulary, among) or _with_known_words(query, vocabulary, among)
    return text if text and text != query.text else ""


def _on_other_layout(text: str) -> dict[str, str]:
    """Maps words of a text to what the same keys type on the other keyboard layout.

    Words whose keys type no word there are left out: «زيد» is «.d]».
    """
    return {
        word: other_spelling
        for word in text.split()
        if (other_spelling := other_layout(word)) is not None and _words_of([other_spelling]) == [other_spelling]
    }


def _typed_words(query: ParsedQuery) -> list[str]:
    """Returns the words of a query that may be misspelled; prefixes and function words are left out."""
    return [term.text for term in terms_of(query.tree) if not term.prefix and not is_stop_word(term.text)]


def _with_other_layout(text: str, vocabulary: Lexicon, among: QuerySet[Any] | None) -> str | None:
    """Returns the query with words that no article holds typed on the other keyboard layout.

    Only words that articles hold replace others. Returns None where there is no such word.
    """
    other_spellings = _on_other_layout(text)

    def lexemes_of(word: str) -> list[str]:
        """Returns the lexemes of a word; an empty list unless articles hold all of them."""
        word_lexemes = [lexeme for part in _words_of([word]) for lexeme in vocabulary.lexemes.get(part, ())]
        return word_lexemes if all(vocabulary.frequencies[lexeme] for lexeme in word_lexemes) else []

    replaced = {
        word: lexemes
        for word, other_spelling in other_spellings.items()
        if (lexemes := lexemes_of(other_spelling)) and not lexemes_of(word)
    }
    replacing_lexemes = {lexeme for lexemes in replaced.values() for lexeme in lexemes}
    if not replaced or (
        among is not None and not among.filter(search_terms__matches=_any_of(replacing_lexemes)).order_by().exists()
    ):
        return None
    return " ".join(other_spellings[word] if word in replaced else word for word in text.split())


def _with_known_words(query: ParsedQuery, vocabulary: Lexicon, among: QuerySet[Any] | None) -> str | None:
    """Returns the query with words replaced by similar ones that TIMES_COMMONER times as many articles hold.

    Returns None where no word is replaced.
    """
    lexemes_of_words = {word: vocabulary.lexemes.get(word, ()) for word in _typed_words(query)}
    # Of a word with several lexemes, a correction of one would replace only a part.
    lexeme_of_word = {word: of_word[0] for word, of_word in lexemes_of_words.items() if len(of_word) == 1}
    if not lexeme_of_word:
        return None
    likelier = _likelier({lexeme: vocabulary.frequencies[lexeme] for lexeme in lexeme_of_word.values()})
    spellings = _spellings(likelier.values(), among) if likelier else {}
    replacements = {
        word: spellings[likelier_lexeme]
        for word, lexeme in lexeme_of_word.items()
        if (likelier_lexeme := likelier.get(lexeme)) in spellings
    }
    return WORD.sub(lambda match: replacements.get(match[0], match[0]), query.text) if replacements else None


def _likelier(counts: Mapping[str, int]) -> dict[str, str]:
    """Maps lexemes to the most similar lexeme that TIMES_COMMONER times as many articles hold, where there is one.

    `counts` has the number of articles that hold each lexeme.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [str(ALIKE_BY_TRIGRAMS), sorted(counts), MOST_ALIKE])
        rows = cursor.fetchall()
    best: dict[str, tuple[float, int, str]] = {}
    for lexeme, alike_lexeme, articles in rows:
        alike = _alike(lexeme, alike_lexeme)
        if alike >= ALIKE_BY_LETTERS and articles >= TIMES_COMMONER * counts[lexeme] and articles > counts[lexeme]:
            best[lexeme] = max(best.get(lexeme, (0.0, 0, "")), (round(alike, 1), articles, alike_lexeme))
    return {lexeme: alike_lexeme for lexeme, (_, _, alike_lexeme) in best.items()}


def _alike(first: str, second: str) -> float:
    """Returns the similarity of two words, from 0 to 1; letters that differ only in their dots count half."""
    return (_ratio(first, second) + _ratio(first.translate(RASM), second.translate(RASM))) / 2


def _ratio(first: str, second: str) -> float:
    """Returns the similarity of two words by difflib, from 0 to 1."""
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()


def _any_of(lexemes: Iterable[str]) -> str:
    return " | ".join(map(quote_lexeme, sorted(lexemes)))


def _spellings(lexemes: Iterable[str], among: QuerySet[Any] | None) -> dict[str, str]:
    """Maps lexemes to a word as articles write it: the shortest one in a few articles, preferably with «ال».

    The articles are public ones, or those of `among`. A lexeme that none of them holds is left out.
    """
    sorted_lexemes = sorted(set(lexemes))
    articles, params = _PUBLIC_HOLDING, ()
    if among is not None:
        holding = among.order_by().extra(where=[_HOLDING]).values("title", "body", "search_vector")
        try:
            articles, params = holding.query.sql_with_params()
        except EmptyResultSet:
            return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _SPELLINGS.format(articles=articles),
            [sorted_lexemes, [quote_lexeme(lexeme) for lexeme in sorted_lexemes], *params, READ_FOR_SPELLING],
        )
        rows = cursor.fetchall()
    spellings: dict[str, str] = {}
    for lexeme, text, position in rows:
        word = list(words(text))[position - 1]
        written = text[word.start : word.end]
        spellings[lexeme] = min(spellings.get(lexeme, written), written, key=_plainness)
    return spellings


def _plainness(written: str) -> tuple[int, bool, str]:
    """Returns the sort key of spellings: short ones first, then those with «ال»."""
    return len(written), not written.startswith("ال"), written


def _words_of(texts: Iterable[str]) -> list[str]:
    """Returns the words of all texts as they are written."""
    return [text[word.start : word.end] for text in texts for word in words(text)]
