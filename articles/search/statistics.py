"""Term statistics: in how many articles a lexeme stands, how long articles are, which lexemes share a root.

Rare lexemes are counted when asked for, which is cheap and always right; for the common ones, which no day's articles
change much, the counts kept in articles_lexeme serve. Commands bring those up to date after an ingest.
"""

import math
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from articles.search.compile import Concept

# Counting stops here and the kept counts take over.
COUNTED_LIVE = 1_000
# Forms of one root: the commonest few lexemes with a lexeme's skeleton. Eight instead of four changed nothing measurable.
MOST_VARIANTS = 4

_COUNT = """
    SELECT (
        SELECT count(*) FROM (
            SELECT FROM articles_article
            WHERE search_vector @@ query::tsquery AND status = 'published' AND merged_into_id IS NULL LIMIT %s
        ) AS found
    )
    FROM unnest(%s::text[]) WITH ORDINALITY AS asked (query, place) ORDER BY place
"""
# The mean length comes from the kept sums, or, before anything was counted, from some articles.
_TOTALS = """
    SELECT greatest(corpus.articles, live.articles),
           CASE WHEN corpus.articles > 0 THEN corpus.words::float8 / corpus.articles ELSE live.length END
    FROM articles_corpus AS corpus, (
        SELECT count(*) AS articles, avg(word_count) AS length FROM (
            SELECT word_count FROM articles_article
            WHERE status = 'published' AND merged_into_id IS NULL LIMIT %s
        ) AS sample
    ) AS live
"""
_VARIANTS = """
    SELECT asked.lexeme, array_agg(variant.lexeme)
    FROM unnest(%s::text[]) AS asked (lexeme), LATERAL (
        SELECT known.lexeme FROM articles_lexeme AS known
        WHERE known.skeleton = archive_skeleton(asked.lexeme) AND known.lexeme <> asked.lexeme
        ORDER BY known.articles DESC, known.lexeme LIMIT %s
    ) AS variant
    GROUP BY asked.lexeme
"""
_ADD = """
    INSERT INTO articles_lexeme (lexeme, articles)
    SELECT found.lexeme, count(*) FROM articles_article AS article, unnest(article.search_vector) AS found
    WHERE article.id > %s AND article.id <= %s AND article.status = 'published'
    GROUP BY found.lexeme
    ON CONFLICT (lexeme) DO UPDATE SET articles = articles_lexeme.articles + excluded.articles
"""
_ADD_TOTALS = """
    UPDATE articles_corpus SET
        last_article = %s,
        articles = articles_corpus.articles + added.articles, words = articles_corpus.words + added.words, counted_at = now()
    FROM (
        SELECT count(*) AS articles, coalesce(sum(word_count), 0) AS words FROM articles_article
        WHERE id > %s AND id <= %s AND status = 'published'
    ) AS added
"""


@transaction.atomic
def update() -> int:
    """Counts the articles stored since the last call; returns how many lexemes were touched. Cheap when there are none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_article FROM articles_corpus FOR UPDATE")
        (last,) = cursor.fetchone()
        cursor.execute("SELECT coalesce(max(id), 0) FROM articles_article")
        (newest,) = cursor.fetchone()
        if newest <= last:
            return 0
        cursor.execute(_ADD, [last, newest])
        touched = cursor.rowcount
        cursor.execute(_ADD_TOTALS, [newest, last, newest])
        return touched


@transaction.atomic
def rebuild() -> int:
    """Counts everything anew, changed and withdrawn articles included; searches go on with the old counts meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_article FROM articles_corpus FOR UPDATE")
        cursor.execute("DELETE FROM articles_lexeme")
        cursor.execute("UPDATE articles_corpus SET last_article = 0, articles = 0, words = 0")
    return update()


def frequencies(concepts: Sequence[Concept]) -> list[int]:
    """In how many published articles each concept stands."""
    if not concepts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [COUNTED_LIVE, [concept.tsquery for concept in concepts]])
        counts = [count for (count,) in cursor.fetchall()]
    common = [concept for concept, count in zip(concepts, counts, strict=True) if count >= COUNTED_LIVE]
    kept = _kept({lexeme for concept in common for run in concept.runs for lexeme in run})
    return [
        count if count < COUNTED_LIVE else max(count, _estimate(concept, kept))
        for concept, count in zip(concepts, counts, strict=True)
    ]


def _estimate(concept: Concept, kept: dict[str, int]) -> int:
    """A run of lexemes stands in no more articles than its rarest; a concept in no more than its runs together."""
    return sum(min((kept.get(lexeme, 0) for lexeme in run), default=0) for run in concept.runs)


def _kept(lexemes: Iterable[str]) -> dict[str, int]:
    wanted = list(lexemes)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT lexeme, articles FROM articles_lexeme WHERE lexeme = ANY(%s)", [wanted])
        return dict(cursor.fetchall())


def totals() -> tuple[int, float]:
    """(how many published articles, their mean length in words); at least (1, 1.0)."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, [COUNTED_LIVE])
        articles, length = cursor.fetchone()
    return max(articles, 1), float(max(length or 1.0, 1.0))


def inverse_document_frequency(articles: int, frequency: int) -> float:
    """BM25's idf, ln(1 + (N − n + 0.5)/(n + 0.5)); never negative."""
    return math.log(1 + (max(articles, frequency) - frequency + 0.5) / (frequency + 0.5))


def variants(lexemes: Iterable[str]) -> dict[str, list[str]]:
    """For each lexeme that has any, the other known forms of its root: «خلايا» for «خلي»."""
    with connection.cursor() as cursor:
        cursor.execute(_VARIANTS, [sorted(set(lexemes)), MOST_VARIANTS])
        return dict(cursor.fetchall())
