"""«هل تقصد …؟»: a misspelled word, or one typed with the wrong keyboard layout, in the spelling that the archive knows."""

import difflib
from collections.abc import Iterable, Mapping

from django.db import connection

from articles.arabic.characters import RASM
from articles.arabic.keyboard import other_layout
from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import WORD, words
from articles.search import statistics
from articles.search.lexemes import lexemes_of, quoted
from articles.search.query import ParsedQuery, terms_of

# Lexemes that pg_trgm finds alike, and how alike they have to be, by trigrams and then letter by letter.
MOST_ALIKE = 12
ALIKE_BY_TRIGRAMS = 0.25
ALIKE_BY_LETTERS = 0.7
# A word is taken for another only where that stands in so many times as many articles.
TIMES_COMMONER = 5
# Articles that are read for the usual way to write a lexeme.
READ_FOR_SPELLING = 5

_ALIKE = """
    SELECT asked.lexeme, alike.lexeme, alike.articles
    FROM unnest(%s::text[]) AS asked (lexeme), LATERAL (
        SELECT known.lexeme, known.articles FROM articles_lexeme AS known
        WHERE known.lexeme %% asked.lexeme AND known.lexeme <> asked.lexeme AND known.articles > 0
        ORDER BY similarity(known.lexeme, asked.lexeme) DESC, known.articles DESC LIMIT %s
    ) AS alike
"""
_WRITTEN = """
    SELECT title || ' ' || body, ts.positions[1] FROM (
        SELECT title, body, search_vector FROM articles_article
        WHERE archive_terms(search_vector, word_count) @@ %s::tsquery AND status = 'published' AND merged_into_id IS NULL
        LIMIT %s
    ) AS article, unnest(search_vector) AS ts WHERE ts.lexeme = %s
"""


def correction(query: ParsedQuery) -> str:
    """What the query was probably meant to be; empty where nothing in the archive is much likelier. In a transaction."""
    text = _with_other_layout(query.text) or _with_known_words(query)
    return text if text and text != query.text else ""


def _with_other_layout(text: str) -> str | None:
    """The query with words that the archive does not know typed on the other layout, if it knows those."""
    typed = text.split()
    meant = {word: other for word in typed if (other := other_layout(word))}
    if not meant:
        return None
    lexemes = lexemes_of([*_words_of(meant), *_words_of(meant.values())])
    counts = statistics.document_frequencies(lexeme for found in lexemes.values() for lexeme in found)

    def known(word: str) -> bool:
        found = [lexeme for part in _words_of([word]) for lexeme in lexemes.get(part, ())]
        return bool(found) and all(counts[lexeme] for lexeme in found)

    if not any(known(other) and not known(word) for word, other in meant.items()):
        return None
    return " ".join(meant[word] if word in meant and known(meant[word]) and not known(word) else word for word in typed)


def _with_known_words(query: ParsedQuery) -> str | None:
    """The query with words that hardly an article holds replaced by ones that look alike and that many do."""
    asked = [term.text for term in terms_of(query.tree) if not term.prefix and not is_stop_word(term.text)]
    lexemes = {word: found[0] for word, found in lexemes_of(asked).items() if len(found) == 1}
    counts = statistics.document_frequencies(lexemes.values())
    better = _likelier({lexeme: counts[lexeme] for lexeme in lexemes.values()})
    spelled = {lexeme: _spelling(other) for lexeme, other in better.items()}
    meant = {word: spelling for word, lexeme in lexemes.items() if (spelling := spelled.get(lexeme))}
    return WORD.sub(lambda match: meant.get(match[0], match[0]), query.text) if meant else None


def _likelier(counts: Mapping[str, int]) -> dict[str, str]:
    """Lexeme → the most alike one that stands in many times as many articles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE_BY_TRIGRAMS)])
        cursor.execute(_ALIKE, [sorted(counts), MOST_ALIKE])
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


def _spelling(lexeme: str) -> str | None:
    """The shortest of some ways in which articles write a lexeme."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [quoted(lexeme), READ_FOR_SPELLING, lexeme])
        rows = cursor.fetchall()
    found = [text[word.start : word.end] for text, position in rows for word in [list(words(text))[position - 1]]]
    return min(found, key=len, default=None)


def _words_of(texts: Iterable[str]) -> list[str]:
    return [text[word.start : word.end] for text in texts for word in words(text)]
