"""A site with slow clients drops them in time and answers everybody else meanwhile.

The tests use the server that `make run` starts.
"""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from articles.platform import reception
from articles.platform.reception import BODY_GRACE, BODY_RATE, HEAD_SECONDS, SEND_BUFFER, PacedSocket
from tests.system.conftest import EDITOR, Archive, Archives, Served
from tests.waiting import wait_for

# More clients than two processes with four threads each can serve.
MANY = 12
# Seconds that a busy machine may add to a deadline. Without a deadline these clients continue for GIVEN_UP seconds.
SLACK, GIVEN_UP = 30, 90
# Seconds that /healthz may take on a busy machine where nothing delays it.
HEALTHY_SECONDS = 4


@pytest.fixture
def archive(archives: Archives) -> Archive:
    """An archive with articles."""
    return archives.filled("reception")


class SlowClient(threading.Thread):
    """Sends `beginning`, then `drip` again and again with pauses, until the server answers or closes.

    `seconds` is how long that took, `answer` what the server sent.
    """

    def __init__(self, port: int, beginning: bytes, drip: bytes = b"", pause: float = 0.5) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.beginning, self.drip, self.pause = beginning, drip, pause
        self.answer, self.seconds = b"", 0.0

    def run(self) -> None:
        begun = time.monotonic()
        self.socket.sendall(self.beginning)
        self.socket.settimeout(self.pause)
        while time.monotonic() < begun + GIVEN_UP:
            try:
                part = self.socket.recv(4096)
                self.answer += part
                if not part:
                    break
            except TimeoutError:
                try:
                    self.socket.sendall(self.drip)
                except OSError:
                    break
            except OSError:
                break
        self.seconds = time.monotonic() - begun
        self.socket.close()


def begin(clients: list[SlowClient]) -> list[SlowClient]:
    """Starts the clients."""
    for client in clients:
        client.start()
    return clients


POST = "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n"


def test_slow_clients_are_given_up_in_time_and_hold_up_nobody(archive: Archive) -> None:
    with Served(archive) as served:
        heads = [
            *(SlowClient(served.port, b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-A: b\r\n") for _ in range(MANY)),
            *(SlowClient(served.port, b"G", b"", 0.5) for _ in range(MANY)),
            *(SlowClient(served.port, b"", b"", 0.5) for _ in range(MANY)),
        ]
        bodies = [
            *(SlowClient(served.port, POST.format("/search/", 5_000).encode() + b"q=") for _ in range(MANY)),
            *(SlowClient(served.port, POST.format("/oai/", 90_000).encode(), b"v", 0.2) for _ in range(MANY)),
            *(SlowClient(served.port, POST.format("/healthz", 9_000).encode(), b"v") for _ in range(MANY)),
        ]
        begin([*heads, *bodies])
        # Every request is answered while the server still waits for each slow body.
        for path in ("/healthz", "/articles/", "/healthz", "/readyz", "/about/"):
            assert served.get(path).status == 200
        assert all(client.is_alive() for client in bodies)
        for client in [*heads, *bodies]:
            client.join()
        assert all(HEAD_SECONDS - 1 < client.seconds < HEAD_SECONDS + SLACK for client in heads)
        assert all(b" 408 " in client.answer for client in heads[: 2 * MANY])
        assert all(BODY_GRACE - 1 < client.seconds < BODY_GRACE + SLACK for client in bodies)
        assert all(client.answer.startswith(b"HTTP/1.1 408 ") for client in bodies)
        assert served.get("/").status == 200


def test_a_client_that_never_closes_does_not_stop_the_loop(archive: Archive) -> None:
    """gunicorn waits two seconds for each such client, in the loop that serves all clients."""
    with Served(archive) as served:
        last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        clients = []
        for _ in range(3 * MANY):
            client = socket.create_connection(("127.0.0.1", served.port))
            client.sendall(last)
            clients.append(client)
        begun = time.monotonic()
        for _ in range(5):
            assert served.get("/healthz").status == 200
        # Two seconds for each client of one process would take three times as long.
        assert time.monotonic() - begun < len(clients) / 3
        for client in clients:
            client.close()


def editor_of(archive: Archive) -> str:
    """Returns the cookie of an editor whose session began on a server with the key of `Served`."""
    return Archive(archive.data, archive.environment | {"ARCHIVE_SECRET_KEY": "x" * 50}).ask(EDITOR)


def upload(served: Served, cookie: str, parts: Iterator[bytes], size: int) -> bytes:
    """Uploads a file of `size` bytes in parts, and returns the server's answer."""
    token = "t" * 32
    with socket.create_connection(("127.0.0.1", served.port), timeout=120) as client:
        edge = "edge"
        field = f"--{edge}\r\nContent-Disposition: form-data; name="
        opening = (
            f'{field}"csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
            f'{field}"format"\r\n\r\nauto\r\n'
            f'{field}"files"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
        )
        ending = f"\r\n--{edge}--\r\n"
        head = (
            f"POST /admin/deliver/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n"
            f"Content-Type: multipart/form-data; boundary={edge}\r\nContent-Length: {len(opening) + size + len(ending)}\r\n\r\n"
        )
        client.sendall((head + opening).encode())
        for part in parts:
            client.sendall(part)
        client.sendall(ending.encode())
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer


# This cookie makes the form's token above valid.
TOKEN = "; csrftoken=" + "t" * 32


def test_a_large_upload_over_a_slow_line_arrives(archive: Archive) -> None:
    """The upload is twice as fast as required, and takes longer than the grace period."""
    size = int(BODY_RATE * 2 * (BODY_GRACE + 4))

    def slowly() -> Iterator[bytes]:
        for start in range(0, size, BODY_RATE):
            yield b"x" * min(BODY_RATE, size - start)
            time.sleep(0.5)

    with Served(archive) as served:
        cookie = editor_of(archive)
        answer = upload(served, cookie, slowly(), size)
        # The upload has arrived; Django refuses it because the form has no token.
        assert answer.startswith(b"HTTP/1.1 403 ") and "هذا غير مسموح لك".encode() in answer


DELIVERED = """
import json
from articles.models import Delivery
from articles.models.delivery import delivery_storage
print(json.dumps([[row.name, row.size, delivery_storage().size(row.stored_as)] for row in Delivery.objects.all()]))
"""


def test_only_an_editor_may_send_hundreds_of_megabytes(archive: Archive) -> None:
    with Served(archive) as served:
        huge = 500 * 1024**2
        cookie = editor_of(archive)
        held = psutil.Process(served.process.pid).children()
        for token, status in (("", b"403"), (TOKEN, b"302")):
            parts = (b"x" * 1024**2 for _ in range(huge // 1024**2))
            assert upload(served, cookie + token, parts, huge).startswith(b"HTTP/1.1 %s " % status)
            # The upload is not held in memory.
            assert all(process.memory_info().rss < 250 * 1024**2 for process in held)
        assert archive.ask(DELIVERED) == [["a.txt", huge, huge]]
        for cookie in ("", "sessionid=made-up", "sessionid=" + "a" * 40):
            head = POST.format("/admin/deliver/", huge).replace("\r\n\r\n", f"\r\nCookie: {cookie}\r\n\r\n")
            with socket.create_connection(("127.0.0.1", served.port), timeout=10) as client:
                client.sendall(head.encode())
                assert client.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST /oai/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 70_000, 431),
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400),
    ],
)
def test_a_request_that_is_none_is_refused(server_of_all: Served, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", server_of_all.port), timeout=10) as client:
        client.sendall(sent)
        assert client.recv(100).startswith(f"HTTP/1.1 {status} ".encode())
    assert server_of_all.get("/healthz").status == 200


@pytest.fixture(scope="module")
def server_of_all(_archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the tests of a module share."""
    archive = _archives.filled("reception-of-all")
    with Served(archive) as served:
        yield served
    _archives.drop("reception-of-all")


def received(client: socket.socket, wanted: int, mark: bytes = b"HTTP/1.1 ") -> bytes:
    """Receives until `mark` has occurred `wanted` times and the body of /healthz has followed."""
    client.settimeout(20)
    answer = b""
    while answer.count(mark) < wanted or b"ok\n" not in answer[answer.rindex(mark) :]:
        part = client.recv(65536)
        if not part:
            break
        answer += part
    return answer


def test_requests_sent_ahead_are_answered_in_order(server_of_all: Served) -> None:
    """Bytes behind a body, and a body in two parts, are attributed to the right request."""
    post = POST.format("/oai/", 13).encode()
    with socket.create_connection(("127.0.0.1", server_of_all.port)) as client:
        client.sendall(post + b"verb=Ide")
        time.sleep(0.3)
        client.sendall(b"ntify" + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
        answer = received(client, 3)
    assert answer.count(b"HTTP/1.1 200 OK") == 3 and answer.index(b"<Identify>") < answer.rindex(b"HTTP/1.1 200")


def test_who_asks_whether_to_go_on_is_told_so_once(server_of_all: Served) -> None:
    head = POST.format("/oai/", 13).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", server_of_all.port), timeout=10) as client:
        client.sendall(head)
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"verb=Identify" + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = received(client, 2)
    assert b" 100 " not in answer and b"<Identify>" in answer


def test_more_connections_than_a_server_holds_make_room_for_new_ones(archive: Archive) -> None:
    """Thousands of clients send nothing: the server closes those that have waited longest."""
    with Served(archive, ARCHIVE_WORKERS="1") as served:
        idle = []
        for _ in range(1_200):
            try:
                idle.append(socket.create_connection(("127.0.0.1", served.port), timeout=5))
            except OSError:
                break
        assert len(idle) == 1_200
        assert served.get("/healthz").status == served.get("/about/").status == 200
        for client in idle:
            client.close()


def test_a_stopping_server_closes_what_waits_and_leaves_no_file(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "bodies"
    folder.mkdir()
    with Served(archive, TMPDIR=str(folder)) as served:
        idle = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(5)]
        begun = time.monotonic()
        served.process.terminate()
        # The server ends long before the thirty seconds that it would give to requests in progress.
        assert served.process.wait(60) == 0 and time.monotonic() - begun < 25
        for client in idle:
            client.close()
    assert not [path for path in folder.rglob("*") if path.is_file()]


LONG = """
import json
from articles.models import Article
for number in range(8):
    Article.objects.create(title=f"تقرير طويل {number}", body="كلمة " * 200_000, status="published")
print(json.dumps("written"))
"""


def slow_reader(served: Served, address: str) -> socket.socket:
    """Connects a client at an address of this machine that begins a download and reads only the first bytes."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(30)
    client.bind((address, 0))
    client.connect(("127.0.0.1", served.port))
    client.sendall(b"GET /export/articles.jsonl HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert client.recv(15) == b"HTTP/1.1 200 OK"
    return client


def test_downloads_are_few_at_once_and_a_killed_process_holds_no_place(archive: Archive) -> None:
    archive.ask(LONG)
    with Served(archive, ARCHIVE_EXPORTS_AT_ONCE="2") as served:

        def is_free() -> bool:
            return served.get("/export/sources.csv").status == 200

        two = ["127.0.0.2", "127.0.0.3"]
        readers = [slow_reader(served, address) for address in two]
        for door in ("/export/sources.csv", "/export/articles.csv", "/oai/?verb=Identify"):
            refused = served.get(door)
            assert refused.status == 503 and int(refused.headers["Retry-After"]) > 0
        # The log shows refusals, and no errors.
        log = served.log.read_text()
        assert log.count("code=503") == 3 and "[error" not in log and "Traceback" not in log
        for path in ("/healthz", "/articles/", "/feeds/", "/sitemaps/articles.xml"):
            assert served.get(path).status == 200
        for process in psutil.Process(served.process.pid).children():
            process.kill()
        wait_for(is_free, 60)
        readers += [slow_reader(served, address) for address in two]
        assert not is_free()
        for client in readers:
            client.close()
        wait_for(is_free, 60)
        # A client that reads nothing is dropped as well.
        idle = [slow_reader(served, address) for address in two]
        assert not is_free()
        wait_for(is_free, 120)
        for client in idle:
            client.close()


def test_one_address_leaves_places_to_others(archive: Archive) -> None:
    archive.ask(LONG)
    with Served(archive) as served:
        reader = slow_reader(served, "127.0.0.1")
        # The refusal does not depend on the process that answers.
        assert {served.get("/export/sources.csv").status for _ in range(12)} == {503}
        slow_reader(served, "127.0.0.2").close()
        reader.close()
        wait_for(lambda: served.get("/export/sources.csv").status == 200, 60)


def test_a_download_that_goes_on_too_long_is_cut_off(archive: Archive) -> None:
    """The client reads eight times as fast as the slowest client that is served."""
    archive.ask(LONG)
    with Served(archive, ARCHIVE_EXPORT_SECONDS="3") as served:
        reader = slow_reader(served, "127.0.0.2")
        last, begun = b"", time.monotonic()
        try:
            while (part := reader.recv(4096)) and time.monotonic() < begun + GIVEN_UP:
                last = part
                time.sleep(4096 / (8 * reception.ANSWER_RATE))
        except ConnectionResetError:
            part = b""
        assert not part and not last.endswith(b"0\r\n\r\n")
        log = served.log.read_text()
        assert "Traceback" not in log and "[error" not in log
        # A short download is complete.
        assert served.get("/export/sources.csv").status == 200


@contextmanager
def connected_sockets(client_buffer: int) -> Iterator[tuple[PacedSocket, socket.socket]]:
    """Yields the server's and the client's socket of one connection.

    The client's kernel keeps about `client_buffer` bytes that the client has not read.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, client_buffer)
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with PacedSocket(fileno=accepted.detach()) as server:
            server.setblocking(False)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            server.begin_answer()
            yield server, client


def test_bytes_that_wait_in_the_kernel_do_not_count_as_read(monkeypatch: pytest.MonkeyPatch) -> None:
    # At 1,024 bytes a second, the server's full buffer would give the client four minutes. The few thousand bytes that
    # the client's kernel accepts give it some seconds, and it reads none of them.
    monkeypatch.setattr(reception, "ANSWER_GRACE", 0.1)
    monkeypatch.setattr(reception, "ANSWER_RATE", 1024)
    answer = b"x" * 4 * SEND_BUFFER
    with connected_sockets(2048) as (server, _client), ThreadPoolExecutor(1) as thread:
        sending = thread.submit(server.sendall, answer)
        try:
            with pytest.raises(TimeoutError, match="too slowly"):
                sending.result(60)
            assert server.sent > SEND_BUFFER
        finally:
            # Ends the thread if the server still sends.
            server.shutdown(socket.SHUT_RDWR)


def test_a_reader_who_is_slow_but_fast_enough_receives_the_whole_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "ANSWER_GRACE", 1.0)
    monkeypatch.setattr(reception, "ANSWER_RATE", 64)
    answer = b"x" * 5 * SEND_BUFFER
    with connected_sockets(2048) as (server, client), ThreadPoolExecutor(1) as thread:
        sending = thread.submit(server.sendall, answer)
        received = 0
        while received < len(answer):
            received += len(client.recv(8192))
            time.sleep(0.02)
        assert sending.result(60) is None
        # The server waited longer than the grace, so that the rate decided.
        assert server.waited > reception.ANSWER_GRACE


@contextmanager
def at_once(served: Served, path: str, clients: int) -> Iterator[list[int]]:
    """Runs clients that request a path again and again, and yields the statuses of their answers."""
    statuses: list[int] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            statuses.append(served.get(path).status)

    askers = [threading.Thread(target=ask) for _ in range(clients)]
    for asker in askers:
        asker.start()
    try:
        yield statuses
    finally:
        ended.set()
        for asker in askers:
            asker.join()


def slowest(served: Served, path: str, seconds: float) -> float:
    """Requests `path` repeatedly and returns the longest time in seconds until an answer."""
    longest, begun = 0.0, time.monotonic()
    while (sent_at := time.monotonic()) < begun + seconds:
        assert served.get(path).status == 200
        longest = max(longest, time.monotonic() - sent_at)
    return longest


def test_health_is_told_while_all_export(archive: Archive) -> None:
    archive.ask(LONG)
    with Served(archive) as served:
        with at_once(served, "/export/articles.jsonl", 8) as statuses:
            wait_for(lambda: 503 in statuses and 200 in statuses)
            assert slowest(served, "/healthz", 6) < HEALTHY_SECONDS
        assert set(statuses) == {200, 503}


def test_health_is_told_while_the_database_keeps_all_pages_waiting(archive: Archive) -> None:
    # Two processes have four threads each: these are twice as many requests as they can hold.
    pages = [f"/search/?q=لقاء&page={number}" for number in range(1, 17)]
    with (
        Served(archive) as served,
        psycopg.connect(archive.environment["DATABASE_URL"]) as session,
        ThreadPoolExecutor(len(pages)) as readers,
    ):
        session.execute("LOCK TABLE articles_article IN ACCESS EXCLUSIVE MODE")
        answers = [readers.submit(served.get, page) for page in pages]
        assert slowest(served, "/healthz", 3) < HEALTHY_SECONDS
        assert not any(answer.done() for answer in answers)
        session.rollback()
        # A page beyond the last one does not exist; no request is lost.
        assert {answer.result().status for answer in answers} <= {200, 404}


MANY_ROWS = """
import json
from django.db import connection
from articles.models import Article
one = Article.objects.create(title="لقاء", body="انعقد لقاء في الرباط.", status="published")
names = ", ".join(
    connection.ops.quote_name(field.column) for field in Article._meta.concrete_fields if not field.primary_key
    and not field.generated
)
with connection.cursor() as cursor:
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(f"INSERT INTO articles_article ({{names}}) SELECT {{names}} FROM articles_article, generate_series(1, {count}) WHERE id = %s", [one.pk])
print(json.dumps(Article.objects.count()))
"""


def test_an_export_of_many_articles_takes_the_memory_of_few(archive: Archive) -> None:
    with Served(archive, ARCHIVE_WORKERS="1", ARCHIVE_MOST_EXPORTED="1000000") as served:
        (process,) = psutil.Process(served.process.pid).children()

        def grown(rows: int) -> int:
            """Returns by how many bytes the process grew while it sent more than `rows` rows."""
            before = process.memory_info().rss
            assert served.get("/export/articles.jsonl").text.count("\n") > rows
            return process.memory_info().rss - before

        archive.ask(MANY_ROWS.format(count=1_000))
        grown(1_000)
        archive.ask(MANY_ROWS.format(count=30_000))
        # A list of all rows would take more than a hundred megabytes.
        assert grown(30_000) < 30 * 1024**2
