"""Term statistics: in how many articles a lexeme stands, how long articles are, which lexemes share a root or a beginning.

Rare lexemes are counted when asked for, which is cheap and always right; for the others, which no day's articles change
much, the counts kept in articles_lexeme serve. Commands bring those up to date after an ingest.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from articles.models import tally
from articles.models.storing import nobody_stores
from articles.search.lexemes import Lexemes

# A lexeme that the last count found in fewer articles is counted at the search.
COUNTED_LIVE = 300
# Forms of one root: the commonest few lexemes with a lexeme's skeleton. Eight instead of four changed nothing measurable.
MOST_VARIANTS = 4
# The commonest lexemes that begin as a prefix does; what a search with prefix* goes by where it finds very many.
MOST_BEGINNINGS = 8

# Rows of three kinds, told by the first column: the totals; each lexeme asked for or held by a word asked for, with the number of
# articles that it stands in and the other forms of its root; each word with its lexemes in order (a word such as «2018م» has two).
_KNOWN = r"""
    WITH word AS MATERIALIZED (
        SELECT word, array_agg(lexeme ORDER BY positions[1]) AS lexemes
        FROM unnest(%(words)s::text[]) AS word, unnest(to_tsvector('archive_arabic', archive_fold(word)))
        GROUP BY word
    ),
    asked AS MATERIALIZED (
        SELECT lexeme, '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''' AS query
        FROM (SELECT unnest(%(lexemes)s::text[]) UNION SELECT unnest(lexemes) FROM word) AS either (lexeme)
    )
    SELECT 'total' AS kind, NULL AS text, total.articles, NULL::text[] AS lexemes, total.words AS others
    FROM articles_corpus AS corpus
    CROSS JOIN LATERAL (
        SELECT corpus.articles, corpus.words WHERE corpus.articles >= %(few)s
        UNION ALL
        SELECT count(*), coalesce(sum(word_count), 0) FROM (
            SELECT word_count FROM articles_article WHERE status = 'published' AND merged_into_id IS NULL LIMIT %(few)s
        ) AS first
        HAVING corpus.articles < %(few)s
    ) AS total
    UNION ALL
    SELECT 'lexeme', asked.lexeme,
        CASE WHEN coalesce(known.articles, 0) >= %(few)s THEN known.articles ELSE (
            SELECT count(*) FROM (
                SELECT FROM articles_article
                WHERE archive_terms(search_vector, word_count) @@ asked.query::tsquery
                    AND status = 'published' AND merged_into_id IS NULL
                LIMIT %(few)s
            ) AS found
        ) END,
        variant.lexemes, variant.articles
    FROM asked
    LEFT JOIN articles_lexeme AS known ON known.lexeme = asked.lexeme
    LEFT JOIN LATERAL (
        SELECT array_agg(form.lexeme) AS lexemes, sum(form.articles)::bigint AS articles FROM (
            SELECT lexeme, articles FROM articles_lexeme
            WHERE skeleton = archive_skeleton(asked.lexeme) AND lexeme <> asked.lexeme
            ORDER BY articles DESC, lexeme LIMIT %(variants)s
        ) AS form
    ) AS variant ON true
    UNION ALL
    SELECT 'word', word, NULL, lexemes, NULL FROM word
"""
_BEGINNINGS = """
    SELECT asked.prefix, array_agg(known.lexeme), max(known.together)::bigint
    FROM unnest(%s::text[]) AS asked (prefix), LATERAL (
        SELECT lexeme, sum(articles) OVER () AS together FROM articles_lexeme
        WHERE lexeme >= asked.prefix AND lexeme < asked.prefix || chr(1114111)
        ORDER BY articles DESC, lexeme LIMIT %s
    ) AS known
    GROUP BY asked.prefix
"""
# A table of its own lets PostgreSQL count in parallel, which it does not for an INSERT.
_COUNT_NEW = """
    CREATE TEMPORARY TABLE articles_counted ON COMMIT DROP AS
    SELECT found.lexeme, count(*) AS articles
    FROM articles_article AS article, unnest(tsvector_to_array(article.search_vector)) AS found (lexeme)
    WHERE article.id > {last} AND article.id <= {newest} AND article.status = 'published' AND article.merged_into_id IS NULL
    GROUP BY found.lexeme
"""
_STORE = """
    INSERT INTO articles_lexeme (lexeme, articles) SELECT lexeme, articles FROM articles_counted
    ON CONFLICT (lexeme) DO UPDATE SET articles = {kept} + excluded.articles
    WHERE articles_lexeme.articles <> {kept} + excluded.articles
"""
_FORGET = """
    DELETE FROM articles_lexeme AS known
    WHERE NOT EXISTS (SELECT FROM articles_counted AS counted WHERE counted.lexeme = known.lexeme)
"""
_DIFFERING = """
    SELECT count(*) FROM articles_lexeme AS known FULL JOIN articles_counted AS counted USING (lexeme)
    WHERE known.articles IS DISTINCT FROM counted.articles
"""
_COUNT_PUBLISHED = (
    "SELECT count(*) FROM articles_article WHERE id <= %s AND status = 'published' AND merged_into_id IS NULL"
)
_EDITED_SINCE = (
    "SELECT "
    + " OR ".join(
        f"EXISTS (SELECT FROM articles_{noun}event WHERE pgh_created_at > coalesce(counted_anew_at, '-infinity'))"
        for noun in ("article", "mention", "coverage")
    )
    + " FROM articles_corpus"
)
_ADD_TOTALS = """
    UPDATE articles_corpus SET
        last_article = %s,
        articles = articles_corpus.articles + added.articles, words = articles_corpus.words + added.words, counted_at = now()
    FROM (
        SELECT count(*) AS articles, coalesce(sum(word_count), 0) AS words FROM articles_article
        WHERE id > %s AND id <= %s AND status = 'published' AND merged_into_id IS NULL
    ) AS added
"""


@transaction.atomic
def update() -> int:
    """Counts the articles stored since the last call; returns how many lexemes were touched. Cheap when there are none.

    While others store articles nothing is counted: the last of them does it.
    """
    if not nobody_stores():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_article FROM articles_corpus FOR UPDATE")
        (last,) = cursor.fetchone()
        return _count(last, anew=False)


@transaction.atomic
def rebuild() -> int:
    """Counts everything anew, changed and withdrawn articles included; searches go on with the old counts meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM articles_corpus FOR UPDATE")
        cursor.execute("UPDATE articles_corpus SET last_article = 0, articles = 0, words = 0, counted_anew_at = now()")
        return _count(0, anew=True)


def _count(last: int, *, anew: bool) -> int:
    """Counts the articles after the id `last`, in place of all that was kept or beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM articles_article")
        (newest,) = cursor.fetchone()
        if newest <= last and not anew:
            return 0
        cursor.execute(_COUNT_NEW.format(last=int(last), newest=int(newest)))
        cursor.execute("ANALYZE articles_counted")
        cursor.execute(_STORE.format(kept="0" if anew else "articles_lexeme.articles"))
        touched = cursor.rowcount
        if anew:
            cursor.execute(_FORGET)
        cursor.execute("DROP TABLE articles_counted")
        cursor.execute(_ADD_TOTALS, [newest, last, newest])
    tally.keep(after=last, up_to=newest)
    return touched


@dataclass(frozen=True)
class Drift:
    """What the kept counts tell otherwise than a new count would, in words, and whether articles were edited since the last
    new count, which makes some drift usual."""

    told: tuple[str, ...]
    is_usual: bool


def drift() -> Drift:
    """Compares with a new count of the same articles; in a transaction. Articles stored since the last count are no drift."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_article, articles FROM articles_corpus")
        last, kept = cursor.fetchone()
        cursor.execute(_COUNT_NEW.format(last=0, newest=int(last)))
        cursor.execute(_DIFFERING)
        (lexemes,) = cursor.fetchone()
        cursor.execute("DROP TABLE articles_counted")
        cursor.execute(_COUNT_PUBLISHED, [last])
        (counted,) = cursor.fetchone()
        cursor.execute(_EDITED_SINCE)
        (edited,) = cursor.fetchone()
    told = [f"{lexemes} lexemes are counted wrong"] if lexemes else []
    told += [f"{kept} articles are counted where {counted} are published"] if kept != counted else []
    return Drift((*told, *tally.drift(int(last))), edited)


@dataclass(frozen=True)
class Totals:
    """How many published articles there are, and their mean length in words; at least 1 and 1.0."""

    articles: int
    length: float


@dataclass(frozen=True)
class Alike:
    """Known lexemes that stand for one asked for, the commonest first, and in how many articles they are, summed."""

    lexemes: tuple[str, ...]
    articles: int


@dataclass(frozen=True)
class Known:
    """What is known of some words and lexemes: each word's lexemes in order (words without any, signs, are left out), in how
    many published articles each lexeme stands, for each that has any the other forms of its root («خلايا» for «خلي»), and
    the totals."""

    lexemes: Mapping[str, Lexemes]
    frequencies: Mapping[str, int]
    variants: Mapping[str, Alike]
    totals: Totals


def known(lexemes: Iterable[str] = (), words: Iterable[str] = ()) -> Known:
    """In one statement, whatever is asked."""
    asked = {
        "lexemes": sorted(set(lexemes)), "words": sorted(set(words)), "few": COUNTED_LIVE, "variants": MOST_VARIANTS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, asked)
        rows = cursor.fetchall()
    ((articles, length),) = [(count, float(others)) for kind, _, count, _, others in rows if kind == "total"]
    of_lexemes = [row[1:] for row in rows if row[0] == "lexeme"]
    return Known(
        {text: tuple(found) for kind, text, _, found, _ in rows if kind == "word"},
        {lexeme: count for lexeme, count, _, _ in of_lexemes},
        {lexeme: Alike(tuple(forms), int(together)) for lexeme, _, forms, together in of_lexemes if forms},
        Totals(max(articles, 1), max(length / max(articles, 1), 1.0)),
    )


def inverse_document_frequency(articles: int, frequency: float) -> float:
    """BM25's idf, ln(1 + (N − n + 0.5)/(n + 0.5)); never negative."""
    return math.log(1 + (max(articles, frequency) - frequency + 0.5) / (frequency + 0.5))


def beginnings(prefixes: Iterable[str]) -> Mapping[str, Alike]:
    """For each prefix that has any, the commonest known lexemes that begin so; `articles` counts all that do."""
    wanted = sorted(set(prefixes))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [wanted, MOST_BEGINNINGS])
        return {key: Alike(tuple(lexemes), articles) for key, lexemes, articles in cursor.fetchall()}
