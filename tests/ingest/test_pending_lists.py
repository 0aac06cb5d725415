"""A long ingest switches the search index to fast updates, and no search waits for that."""

from contextlib import suppress

import psycopg
import pytest
from django.db import connection

from articles.models import Article
from articles.platform.pending_lists import LONG, SHORT, long_pending_lists

LIMIT = "SELECT current_setting('gin_pending_list_limit')"
# The number of pages in the pending list; PostgreSQL reports it when it cleans the list.
WAITING = "SELECT gin_clean_pending_list('article_terms'::regclass)"


def value(statement: str) -> object:
    """Runs a statement and returns its only value."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def store(count: int, prefix: str) -> None:
    """Stores articles of many new words."""
    for number in range(count):
        words = " ".join(f"{prefix}{number}كلمة{place}" for place in range(200))
        Article(title=f"مقال {prefix} {number}", body=f"{words}.").save()


@pytest.mark.django_db(transaction=True)
def test_no_search_that_runs_holds_up_an_ingest_and_no_ingest_a_search() -> None:
    own = connection.settings_dict
    with psycopg.connect(
        host=own["HOST"], port=own["PORT"] or None, user=own["USER"], password=own["PASSWORD"], dbname=own["NAME"]
    ) as reader:
        # A search in progress holds a reader's lock on the table and its indexes.
        reader.execute(
            "SELECT count(*) FROM articles_article WHERE archive_terms(search_vector, word_count) @@ 'x'::tsquery"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        try:
            with long_pending_lists():
                exclusive = "SELECT count(*) FROM pg_locks WHERE relation = 'article_terms'::regclass AND mode = 'AccessExclusiveLock'"
                assert value(exclusive) == 0
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


@pytest.mark.django_db
def test_a_session_lets_few_entries_wait_and_a_long_ingest_many() -> None:
    assert value(LIMIT) == f"{SHORT}kB"
    value(WAITING)
    store(30, "قليل")
    assert 0 < value(WAITING) <= SHORT / 8 + 1
    with long_pending_lists():
        assert value(LIMIT) == f"{LONG // 1024}MB"
        store(30, "كثير")
        assert Article.objects.filter(search_vector__isnull=False, title__startswith="مقال كثير").count() == 30
        assert value(WAITING) > SHORT / 8 + 1
        store(1, "أخير")
    assert (value(LIMIT), value(WAITING)) == (f"{SHORT}kB", 0)


@pytest.mark.django_db(transaction=True)
def test_a_failed_ingest_leaves_the_session_as_it_was() -> None:
    with suppress(ZeroDivisionError), long_pending_lists():
        store(1, "فاشل")
        raise ZeroDivisionError
    assert (value(LIMIT), value(WAITING)) == (f"{SHORT}kB", 0)
