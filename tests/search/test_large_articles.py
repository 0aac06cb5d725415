"""Pages and searches use the index even where the planner has no statistics, as right after articles are stored or
published.

Computing the terms of an article of 400,000 letters takes tens of milliseconds, and a page asks for dozens of words.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from psycopg.errors import Diagnostic

from articles.models import Article
from articles.search import related as related_module
from articles.search.related import related, with_frequent_lexemes

pytestmark = pytest.mark.django_db

WORDS = [f"كلمة{letter}{last_letter}ان" for letter in "بتثجحخدذرزس" for last_letter in "شصضطظعغفقك"]


@pytest.fixture
def unanalysed(make_article: Callable[..., Article]) -> list[Article]:
    """Dozens of articles of which the planner has no statistics."""
    made = [make_article(f"تقرير رقم {n}", " ".join(WORDS[n : n + 60]) + " أمن الحدود في المغرب") for n in range(50)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'articles_article'::regclass")
        cursor.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname ~ '^articles?_'")
    return made


@pytest.fixture
def plans(unanalysed: list[Article]) -> Iterator[list[str]]:
    """Collects the plan of every statement, including those inside database functions."""
    notices: list[str] = []

    def handler(notice: Diagnostic) -> None:
        notices.append(notice.message_primary or "")

    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'")
        cursor.execute("SET LOCAL auto_explain.log_min_duration = 0")
        cursor.execute("SET LOCAL auto_explain.log_nested_statements = on")
        cursor.execute("SET LOCAL auto_explain.log_level = 'notice'")
        cursor.execute("SET LOCAL client_min_messages = 'notice'")
    connection.connection.add_notice_handler(handler)
    yield notices
    connection.connection.remove_notice_handler(handler)


@pytest.mark.parametrize(
    "address",
    [
        "{article}",
        "/search/?q=كلمةبشان كلمةتصان",
        "/search/?q=كلمةبشان OR كلمةتصان",
        "/search/?q=كلمةبشان&sort=oldest",
        "/search/?q=كلمةبشانن",
    ],
)
def test_no_page_works_out_the_terms_of_an_article_for_a_word(
    client: Client, unanalysed: list[Article], plans: list[str], address: str
) -> None:
    address = address.format(article=unanalysed[20].get_absolute_url())
    assert client.get(address).status_code == 200
    looked = [plan for plan in plans if "archive_terms(" in plan]
    assert looked
    for plan in looked:
        lines = [line for line in plan.splitlines() if "Filter:" in line and "archive_terms(" in line]
        assert not lines, plan


def test_a_page_goes_without_related_articles_where_looking_for_them_takes_too_long(
    client: Client, unanalysed: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    article = unanalysed[20]
    address = article.get_absolute_url()
    assert client.get(address).context["related"]
    with connection.cursor() as cursor:
        # Every query for the frequency of a word waits.
        cursor.execute("ALTER TABLE articles_corpus RENAME TO corpus_itself")
        cursor.execute(
            "CREATE VIEW articles_corpus AS SELECT corpus_itself.* FROM corpus_itself, LATERAL (SELECT pg_sleep(600) OFFSET 0) AS slept"
        )
    monkeypatch.setattr(related_module, "MOST_MILLISECONDS", 50)
    page = client.get(address)
    assert page.status_code == 200 and page.context["related"] == [] and article.title in page.content.decode()


def test_what_was_set_before_holds_again_after_related_articles_were_looked_for(unanalysed: list[Article]) -> None:
    article = with_frequent_lexemes(Article.objects).get(pk=unanalysed[20].pk)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 123456")
        assert related(article, 3)
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() == ("123456ms",)
