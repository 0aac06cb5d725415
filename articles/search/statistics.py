"""Keeps term statistics: the number of articles that hold each lexeme, and the number and length of all articles.

A search counts rare lexemes anew (articles.search.vocabulary), which is cheap and always right. For the others it uses
the kept counts, which one day's articles hardly change. Commands bring the counts up to date after an ingest.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from articles.models import tally
from articles.platform.storing import nobody_stores

# The counts go to a temporary table first: PostgreSQL counts in parallel for CREATE TABLE AS, but not for INSERT.
_COUNT_NEW = """
    CREATE TEMPORARY TABLE articles_counted ON COMMIT DROP AS
    SELECT article_lexeme.lexeme, count(*) AS articles
    FROM articles_article AS article, unnest(tsvector_to_array(article.search_vector)) AS article_lexeme (lexeme)
    WHERE article.id > {last} AND article.id <= {newest} AND article.status = 'published' AND article.merged_into_id IS NULL
    GROUP BY article_lexeme.lexeme
"""
_STORE = """
    INSERT INTO articles_lexeme (lexeme, articles) SELECT lexeme, articles FROM articles_counted
    ON CONFLICT (lexeme) DO UPDATE SET articles = {kept} + excluded.articles
    WHERE articles_lexeme.articles <> {kept} + excluded.articles
"""
_FORGET = """
    DELETE FROM articles_lexeme AS stored_lexeme
    WHERE NOT EXISTS (
        SELECT FROM articles_counted AS counted_lexeme WHERE counted_lexeme.lexeme = stored_lexeme.lexeme
    )
"""
_DIFFERING = """
    SELECT count(*) FROM articles_lexeme AS stored_lexeme FULL JOIN articles_counted AS counted_lexeme USING (lexeme)
    WHERE stored_lexeme.articles IS DISTINCT FROM counted_lexeme.articles
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
    """Counts the articles stored since the last call and returns the number of lexemes whose count changed.

    It is cheap when there are none. While other processes store articles it counts nothing; the last of them does.
    """
    if not nobody_stores():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_article FROM articles_corpus FOR UPDATE")
        (last,) = cursor.fetchone()
        return _count(last, anew=False)


@transaction.atomic
def rebuild() -> int:
    """Counts everything anew and returns the number of lexemes whose count changed.

    This takes changed and withdrawn articles into account. Searches use the old counts meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM articles_corpus FOR UPDATE")
        cursor.execute("UPDATE articles_corpus SET last_article = 0, articles = 0, words = 0, counted_anew_at = now()")
        return _count(0, anew=True)


def _count(last: int, *, anew: bool) -> int:
    """Counts the articles after the id `last`; the counts add to the kept ones, or with `anew` replace them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM articles_article")
        (newest,) = cursor.fetchone()
        if newest <= last and not anew:
            return 0
        cursor.execute(_COUNT_NEW.format(last=int(last), newest=int(newest)))
        cursor.execute("ANALYZE articles_counted")
        cursor.execute(_STORE.format(kept="0" if anew else "articles_lexeme.articles"))
        touched: int = cursor.rowcount
        if anew:
            cursor.execute(_FORGET)
        cursor.execute("DROP TABLE articles_counted")
        cursor.execute(_ADD_TOTALS, [newest, last, newest])
    tally.keep(after=last, up_to=newest)
    return touched


@dataclass(frozen=True)
class Drift:
    """The differences between the kept counts and a new count.

    differences: each difference, as a sentence.
    is_usual: whether articles were edited since everything was last counted anew, which makes some drift usual.
    """

    differences: tuple[str, ...]
    is_usual: bool


def drift() -> Drift:
    """Compares the kept counts with a new count of the same articles. Articles stored since the last count are no drift.

    Call it in a transaction: the new count goes to a temporary table that is dropped at commit, so that outside of a
    transaction the table would be gone before it is read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_article, articles FROM articles_corpus")
        last, kept_count = cursor.fetchone()
        cursor.execute(_COUNT_NEW.format(last=0, newest=int(last)))
        cursor.execute(_DIFFERING)
        (lexemes,) = cursor.fetchone()
        cursor.execute("DROP TABLE articles_counted")
        cursor.execute(_COUNT_PUBLISHED, [last])
        (counted,) = cursor.fetchone()
        cursor.execute(_EDITED_SINCE)
        (edited,) = cursor.fetchone()
    differences = [f"{lexemes} lexemes are counted wrong"] if lexemes else []
    differences += [f"{kept_count} articles are counted where {counted} are published"] if kept_count != counted else []
    return Drift((*differences, *tally.drift(int(last))), edited)
