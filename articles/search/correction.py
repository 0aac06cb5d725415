"""«هل تقصد …؟»: a misspelled word, or one typed with the wrong keyboard layout, in the spelling that the archive knows."""

import difflib
from collections.abc import Iterable, Mapping

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

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
    CROSS JOIN LATERAL ({articles} LIMIT %s) AS article (title, body, search_vector)
    CROSS JOIN LATERAL unnest(article.search_vector) AS held
    WHERE held.lexeme = asked.lexeme
"""
_HOLDING = "archive_terms(articles_article.search_vector, articles_article.word_count) @@ asked.query::tsquery"
_PUBLIC_HOLDING = f"""
    SELECT title, body, search_vector FROM (
        SELECT title, body, search_vector, status, merged_into_id FROM articles_article WHERE {_HOLDING} OFFSET 0
    ) AS holding
    WHERE status = 'published' AND merged_into_id IS NULL
"""


def in_question(query: ParsedQuery) -> list[str]:
    """The words that `correction` needs to know of: those typed, and what they are on the other layout."""
    meant = _on_other_layout(query.text)
    return [*_asked(query), *_words_of(meant), *_words_of(meant.values())]


def correction(query: ParsedQuery, known: Known, among: QuerySet | None = None) -> str:
    """What the query was probably meant to be, by what is `known` of the words in question; empty where nothing in the archive
    is much likelier, or where a filter lets none of that in: `among` are the articles that it lets in. In a transaction."""
    text = _with_other_layout(query.text, known, among) or _with_known_words(query, known, among)
    return text if text and text != query.text else ""


def _on_other_layout(text: str) -> dict[str, str]:
    """Words of a text, and what their keys give on the other layout where that is a word: «زيد» is «.d]» there, which is none."""
    return {
        word: other
        for word in text.split()
        if (other := other_layout(word)) is not None and _words_of([other]) == [other]
    }


def _asked(query: ParsedQuery) -> list[str]:
    return [term.text for term in terms_of(query.tree) if not term.prefix and not is_stop_word(term.text)]


def _with_other_layout(text: str, known: Known, among: QuerySet | None) -> str | None:
    """The query with words that the archive does not know typed on the other layout, if it knows those."""
    meant = _on_other_layout(text)

    def lexemes_of(word: str) -> list[str]:
        """Those of a word that the archive knows; none for another."""
        found = [lexeme for part in _words_of([word]) for lexeme in known.lexemes.get(part, ())]
        return found if all(known.frequencies[lexeme] for lexeme in found) else []

    better = {word: lexemes for word, other in meant.items() if (lexemes := lexemes_of(other)) and not lexemes_of(word)}
    held = {lexeme for lexemes in better.values() for lexeme in lexemes}
    if not better or among is not None and not among.filter(search_terms__matches=_any_of(held)).order_by().exists():
        return None
    return " ".join(meant[word] if word in better else word for word in text.split())


def _with_known_words(query: ParsedQuery, known: Known, among: QuerySet | None) -> str | None:
    """The query with words that hardly an article holds replaced by ones that look alike and that many do."""
    found = {word: known.lexemes.get(word, ()) for word in _asked(query)}
    lexemes = {word: of_word[0] for word, of_word in found.items() if len(of_word) == 1}
    if not lexemes:
        return None
    better = _likelier({lexeme: known.frequencies[lexeme] for lexeme in lexemes.values()})
    spelled = _spellings(better.values(), among) if better else {}
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


def _any_of(lexemes: Iterable[str]) -> str:
    return " | ".join(map(quoted, sorted(lexemes)))


def _spellings(lexemes: Iterable[str], among: QuerySet | None) -> dict[str, str]:
    """Each lexeme in the shortest of some ways in which articles write it, those of `among` if given; of those as short, the one
    that begins with «ال» first. A lexeme that none of them holds is left out."""
    wanted = sorted(set(lexemes))
    articles, params = _PUBLIC_HOLDING, ()
    if among is not None:
        holding = among.order_by().extra(where=[_HOLDING]).values("title", "body", "search_vector")
        try:
            articles, params = holding.query.sql_with_params()
        except EmptyResultSet:
            return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITTEN.format(articles=articles),
            [wanted, [quoted(lexeme) for lexeme in wanted], *params, READ_FOR_SPELLING],
        )
        rows = cursor.fetchall()
    found: dict[str, str] = {}
    for lexeme, text, position in rows:
        word = list(words(text))[position - 1]
        written = text[word.start : word.end]
        found[lexeme] = min(found.get(lexeme, written), written, key=_plainness)
    return found


def _plainness(written: str) -> tuple[int, bool, str]:
    return len(written), not written.startswith("ال"), written


def _words_of(texts: Iterable[str]) -> list[str]:
    return [text[word.start : word.end] for text in texts for word in words(text)]
