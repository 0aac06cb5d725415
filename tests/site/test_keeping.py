"""Pages are cached until data that readers see changes, and no longer."""

import gzip
import re
from datetime import timedelta

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Actor, ActorKind, Article, ArticleStatus
from articles.models.revision import begin_epoch, current, revised_tables

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def article() -> Article:
    """A published article, with an empty cache."""
    cache.clear()
    return Article.objects.create(title="لقاء في الرباط", body="نص أول.", status=ArticleStatus.PUBLISHED)


def statements(client: Client, address: str, **headers: str) -> tuple[object, int]:
    """Requests an address, and returns the answer and the number of statements."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, headers=headers)
    return response, len(captured)


def test_a_kept_page_costs_one_statement_and_a_readers_own_copy_no_page(client: Client, article: Article) -> None:
    first, first_cost = statements(client, article.get_absolute_url())
    again, cached_cost = statements(client, article.get_absolute_url())
    assert first_cost > cached_cost == 1 and again.content == first.content
    del first.headers["X-Request-ID"], again.headers["X-Request-ID"]
    assert again.headers == first.headers
    assert first["Cache-Control"] == "public, no-cache"
    cache.clear()  # as in another process, whose memory holds no copy
    unchanged, unchanged_cost = statements(client, article.get_absolute_url(), if_none_match=first["ETag"])
    assert (unchanged.status_code, unchanged.content, unchanged_cost) == (304, b"", 1)


def test_a_kept_page_is_given_out_compressed_or_not(client: Client, article: Article) -> None:
    plain = client.get(article.get_absolute_url())
    for _ in range(2):
        packed = client.get(article.get_absolute_url(), headers={"accept-encoding": "br, gzip"})
        assert packed["Content-Encoding"] == "gzip" and gzip.decompress(packed.content) == plain.content
        cache.clear()


def test_a_change_shows_at_once(client: Client, article: Article) -> None:
    address = article.get_absolute_url()
    for text in ("نص ثان.", "نص ثالث."):
        before = client.get(address)
        Article.objects.filter(pk=article.pk).update(body=text)
        after = client.get(address, headers={"if-none-match": before["ETag"]})
        assert after.status_code == 200 and text in after.content.decode()
    Article.objects.filter(pk=article.pk).update(status=ArticleStatus.WITHDRAWN)
    assert client.get(address).status_code == 410


def test_a_change_given_up_leaves_the_page(client: Client, article: Article) -> None:
    before = client.get(article.get_absolute_url())
    with transaction.atomic():
        Article.objects.filter(pk=article.pk).update(body="لن يبقى.")
        assert (
            "لن يبقى." in client.get(article.get_absolute_url()).content.decode()
        )  # read inside the change's own transaction
        transaction.set_rollback(True)
    assert statements(client, article.get_absolute_url())[1] == 1
    assert client.get(article.get_absolute_url()).content == before.content


def test_colours_languages_and_hosts_have_pages_of_their_own(client: Client, article: Article) -> None:
    address = article.get_absolute_url()
    plain = client.get(address).content.decode()
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in client.get(address).content.decode() and "data-theme" not in plain.split("<body>")[0]
    assert "other.example" in client.get(address, headers={"host": "other.example"}).content.decode()


@pytest.mark.parametrize("first", ["", "/en"])
def test_a_kept_page_answers_in_its_own_language_alone(client: Client, article: Article, first: str) -> None:
    addresses = (article.get_absolute_url(), "/", "/search/?q=الإرهاب")
    for prefix in (first, "" if first else "/en", first):
        for address in addresses:
            html = client.get(f"{prefix}{address}").content.decode()
            assert re.search(r"<html[^>]* lang=\"?(\w+)", html)[1] == ("en" if prefix else "ar"), prefix + address


def test_an_editors_pages_are_not_kept(client: Client, article: Article) -> None:
    draft = Article.objects.create(title="مسودة", body="لم تنشر.", status=ArticleStatus.DRAFT)
    assert client.get(draft.get_absolute_url()).status_code == 404
    client.force_login(get_user_model().objects.create_superuser("editor"))
    assert client.get(draft.get_absolute_url()).status_code == 200
    assert client.get(article.get_absolute_url())["Cache-Control"] == "private, no-cache"
    assert Client().get(draft.get_absolute_url()).status_code == 404


def test_of_two_changes_under_way_each_is_seen_when_it_is_committed(article: Article) -> None:
    own = connection.settings_dict
    server = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
    before = current()
    change = "UPDATE articles_article SET section = %s WHERE id = %s"
    second_key = Article.objects.create(title="آخر", body="نص.").pk
    seen = [before, current()]
    with (
        psycopg.connect(dbname=own["NAME"], **server) as first,
        psycopg.connect(dbname=own["NAME"], **server) as second,
    ):
        first.execute(change, ["أولى", article.pk])
        second.execute(change, ["ثانية", second_key])  # waits for no other transaction
        for session in (second, first):
            assert current() == seen[-1]
            session.commit()
            seen.append(current())
    assert len(set(seen)) == 4
    begin_epoch()
    assert current() not in seen


def test_every_table_that_readers_see_is_counted() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'revised'")
        counted = {name for (name,) in cursor.fetchall()}
    assert counted == {*revised_tables(), "articles_corpus", "articles_lexeme"}
    revision = current()
    Actor.objects.create(name="منظمة", kind=ActorKind.CIVIL)
    assert current() != revision


@pytest.mark.parametrize("session", ["made-up", "a" * 32, "0" * 40, "x" * 4_000, ""])
def test_a_made_up_session_costs_what_a_readers_page_costs(client: Client, article: Article, session: str) -> None:
    address = article.get_absolute_url()
    first = client.get(address)
    client.cookies["sessionid"] = session
    again, cached_cost = statements(client, address)
    assert cached_cost == 1 and again.content == first.content and again["Cache-Control"] == "public, no-cache"
    unchanged, unchanged_cost = statements(client, address, if_none_match=first["ETag"])
    assert (unchanged.status_code, unchanged_cost) == (304, 1)
    # A page that was made for a client with an invalid session is cached for all.
    record_address = address + "record/"
    made = client.get(record_address)
    assert "sessionid" not in made.cookies
    del client.cookies["sessionid"]
    plain, cached_cost = statements(client, record_address)
    assert cached_cost == 1 and plain.content == made.content


def test_a_session_that_has_ended_is_none_and_one_that_stands_is(client: Client, article: Article) -> None:
    editor = get_user_model().objects.create_superuser("the-editor")
    client.force_login(editor)
    address = article.get_absolute_url()
    assert client.get(address)["Cache-Control"] == "private, no-cache"
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get(address)["Cache-Control"] == "public, no-cache"
    assert statements(client, address)[1] == 1


@pytest.mark.parametrize("header", ["no list of tags {tag}", "{tag}{tag}", "({tag})"])
def test_a_condition_that_is_no_list_of_tags_is_ignored(client: Client, article: Article, header: str) -> None:
    first = client.get(article.get_absolute_url())
    again = client.get(article.get_absolute_url(), headers={"if-none-match": header.format(tag=first["ETag"])})
    assert (again.status_code, again.content) == (200, first.content)
