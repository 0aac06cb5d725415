"""Downloads and harvests are limited in number, one per client, and their memory does not grow with their size."""

import json
import re
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from articles.exchange.long_answers import ASKERS, LOCKS, MOST_HERE, AnswerPlace, Keys, _held
from articles.models import Article, ArticleStatus, Source
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
DOORS = [
    "/export/articles.jsonl",
    "/export/sources.csv",
    "/oai/?verb=Identify",
    "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
]
# Answers of one page, which are cheap.
SHORT = ["/sitemaps/articles.xml", "/sitemap.xml", "/feeds/"]


@pytest.fixture
def article() -> Article:
    """A published article."""
    return Article.objects.create(title="لقاء في الرباط", body="نص أول.", status=ArticleStatus.PUBLISHED)


def locks_held() -> int:
    """Returns the number of advisory locks; each running download holds two, one for its place and one for its client."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
            "WHERE locktype = 'advisory' AND classid = ANY(%s) AND datname = current_database()",
            [[LOCKS, ASKERS]],
        )
        return cursor.fetchone()[0]


def cursors() -> list[tuple[str, bool]]:
    """Returns (name, whether it is holdable) for each open cursor of the session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, is_holdable FROM pg_cursors")
        return cursor.fetchall()


@pytest.mark.parametrize("door", DOORS)
def test_who_comes_when_all_places_are_taken_is_asked_to_come_again(
    client: Client, article: Article, settings: object, door: str
) -> None:
    lock_holder = psycopg.connect(
        **{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}, autocommit=True
    )
    for place in range(1, settings.ARCHIVE_EXPORTS_AT_ONCE + 1):
        lock_holder.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, place])
    refused = client.get(door)
    assert refused.status_code == 503 and int(refused["Retry-After"]) > 0
    for path in ("/articles/", "/feeds/", *SHORT):
        assert client.get(path).status_code == 200
    # The refused client holds no lock.
    assert locks_held() == settings.ARCHIVE_EXPORTS_AT_ONCE
    # The locks end as if the process that held them were killed.
    lock_holder.close()
    wait_for(lambda: locks_held() == 0)
    assert client.get(door).status_code == 200


@pytest.fixture
def elsewhere() -> Callable[[str, str], int]:
    """Returns a function for the status of an answer to an address, given through another database session."""
    with ThreadPoolExecutor(1) as thread:

        def status(path: str, address: str) -> int:
            response = Client(REMOTE_ADDR=address).get(path)
            response.close()
            return response.status_code

        yield lambda path, address: thread.submit(status, path, address).result()
        thread.submit(lambda: connection.close()).result()


@pytest.mark.parametrize(
    ("asker", "same", "unlike"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
        # The client chooses the second half of an IPv6 address.
        ("2001:db8:1:2::7", "2001:db8:1:2:aaaa:bbbb:cccc:8", "2001:db8:1:3::7"),
        ("::ffff:192.0.2.7", "192.0.2.7", "::ffff:192.0.2.8"),
    ],
)
def test_an_asker_has_one_place(
    article: Article, elsewhere: Callable[[str, str], int], asker: str, same: str, unlike: str
) -> None:
    held = Client(REMOTE_ADDR=asker).get("/export/articles.jsonl")
    for door in DOORS:
        assert elsewhere(door, same) == 503
        assert elsewhere(door, unlike) == 200
    assert locks_held() == 2
    held.close()
    assert elsewhere(DOORS[0], same) == 200
    assert locks_held() == 0


@pytest.mark.parametrize(
    "door", [*DOORS, *SHORT, "/export/articles.csv?q=لقاء", "/export/nothing.csv", "/export/articles.xml"]
)
def test_a_place_is_given_back_however_an_answer_ends(client: Client, article: Article, door: str) -> None:
    for _ in range(6):
        response = client.get(door)
        response.content if not response.streaming else b"".join(response.streaming_content)
        response.close()
        assert locks_held() == 0
    # The answers are closed before any byte is read.
    for _ in range(6):
        client.get(door).close()
        assert locks_held() == 0
    client.head(door).close()
    assert locks_held() == 0
    assert cursors() == []


def test_the_place_is_held_while_the_answer_is_sent(client: Client, article: Article) -> None:
    response = client.get("/export/articles.jsonl")
    parts = iter(response.streaming_content)
    assert locks_held() == 2
    # A holdable cursor of the server holds the keys of the remaining rows, and no transaction stays open.
    ((name, is_holdable),) = cursors()
    assert name.startswith("export_") and is_holdable
    assert article.pk in [json.loads(line)["id"] for line in b"".join(parts).splitlines()]
    response.close()
    assert locks_held() == 0 and cursors() == []


def test_a_download_that_a_rollback_has_ended_ends_no_session(client: Client, article: Article) -> None:
    """The cursor ends with its transaction, so closing the answer later finds no cursor."""
    with transaction.atomic():
        response = client.get("/export/articles.jsonl")
        assert cursors()
        transaction.set_rollback(True)
    assert cursors() == []
    response.close()
    assert Article.objects.filter(pk=article.pk).exists() and locks_held() == 0


def test_an_export_of_many_rows_takes_the_memory_of_few(client: Client, settings: object) -> None:
    settings.ARCHIVE_MOST_EXPORTED = 100_000

    def make(first: int, last: int) -> None:
        names = [f"مصدر {number:06}" for number in range(first, last)]
        Source.objects.bulk_create([Source(name=name, folded_name=name) for name in names], batch_size=2_000)

    def peak() -> tuple[int, int]:
        """Returns the peak of Python's memory in bytes, and the number of exported rows."""
        tracemalloc.start()
        response = client.get("/export/sources.jsonl")
        rows = sum(part.count(b"\n") for part in response.streaming_content)
        assert int(response["X-Total-Count"]) == rows
        response.close()
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held, rows

    make(0, 1_000)
    peak()
    few, rows = peak()
    make(1_000, 12_000)
    many, more_rows = peak()
    assert more_rows == rows + 11_000 and many < few * 2


def test_rows_come_in_the_order_of_the_page_and_the_bound_holds(client: Client, settings: object) -> None:
    for number in range(7):
        Article.objects.create(title=f"لقاء {number}", body="نص.", status=ArticleStatus.PUBLISHED)
    settings.ARCHIVE_MOST_EXPORTED = 5
    response = client.get("/export/articles.jsonl")
    ids = [json.loads(line)["id"] for line in b"".join(response.streaming_content).splitlines()]
    assert ids == list(Article.objects.public().newest().values_list("pk", flat=True)[:5])
    assert response["X-Total-Count"] == "5"


@pytest.mark.parametrize("door", DOORS[:2])
def test_an_answer_dropped_within_a_statement_of_its_session_stops_nothing(
    client: Client, article: Article, door: str
) -> None:
    """The answer is closed while a statement runs, as garbage collection may do."""
    response = client.get(door)
    with connection.connection.lock:
        response.close()
    assert locks_held() == 2
    assert b"".join(client.get(door).streaming_content)
    client.get(door).close()
    assert locks_held() == 0


@pytest.mark.parametrize("door", [*DOORS, "/export/articles.csv?q=الرباط"])
def test_head_takes_no_place_and_reads_no_row(client: Client, article: Article, settings: object, door: str) -> None:
    lock_holder = psycopg.connect(
        **{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}, autocommit=True
    )
    for place in range(1, settings.ARCHIVE_EXPORTS_AT_ONCE + 1):
        lock_holder.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, place])
    with CaptureQueriesContext(connection) as made:
        answers = [client.head(door) for _ in range(3)]
    # No lock is held before the answers are closed, either.
    assert locks_held() == settings.ARCHIVE_EXPORTS_AT_ONCE and cursors() == []
    lock_holder.close()
    # The server releases the locks of a closed connection a moment later.
    wait_for(lambda: not locks_held())
    assert not [query["sql"] for query in made if re.search(r"articles_(article|source)\b|DECLARE", query["sql"])]
    got = client.get(door)
    for answer in answers:
        assert answer.status_code == 200 and b"".join(answer) == b"" and "Content-Length" not in answer
        for name in ("Content-Type", "Content-Disposition"):
            assert answer.get(name) == got.get(name)
    b"".join(got)
    got.close()


def test_head_of_what_is_not_there_is_404(client: Client) -> None:
    assert client.head("/export/moons.csv").status_code == client.head("/export/articles.xls").status_code == 404


def test_keys_come_in_parts_and_what_is_closed_may_be_closed_again(article: Article, rf: RequestFactory) -> None:
    rows = Article.objects.order_by("-id")
    ids = list(rows.values_list("pk", flat=True))
    keys = Keys(rows)
    assert keys.count == len(ids) and list(keys.parts(2)) == [ids[start : start + 2] for start in range(0, len(ids), 2)]
    none = Keys(Article.objects.none())
    assert (none.count, list(none.parts(2))) == (0, [])
    for closable in (keys, none):
        closable.close()
        closable.close()
        assert list(closable.parts(2)) == [] and cursors() == []
    place = AnswerPlace.take(rf.get("/"))
    # A second answer of the same client, even by the same session, has no place.
    assert place is not None and locks_held() == 2
    place.close()
    place.close()
    assert locks_held() == 0 and not _held


def test_a_process_makes_few_long_answers_at_once(
    article: Article, elsewhere: Callable[[str, str], int], settings: object
) -> None:
    settings.ARCHIVE_EXPORTS_AT_ONCE = 10
    assert MOST_HERE == 2
    held = Client(REMOTE_ADDR="192.0.2.1").get(DOORS[0])
    assert elsewhere(DOORS[0], "192.0.2.2") == 200
    _held[-1] += 1
    assert elsewhere(DOORS[0], "192.0.2.2") == 503
    del _held[-1]
    held.close()
    assert not _held
