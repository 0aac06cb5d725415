"""A gunicorn worker that receives each request whole before a thread is given to it. archive/gunicorn.py names it.

gunicorn's own threaded worker gives a thread to a connection as soon as it sends something, and the thread waits for
the rest. A dozen clients that send slowly then hold every thread. Here the event loop receives the request: the head
into memory, the body into memory or a temporary file, both under deadlines. Threads only see requests that are
complete. The loop never waits for a client, not even when it closes a connection.

/healthz and the other monitoring addresses have threads of their own, so that their requests do not queue behind
readers.
"""

import errno
import fcntl
import math
import os
import resource
import select
import selectors
import socket
import struct
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.http.body import ChunkedReader
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

# Seconds in which the whole head of a request must arrive. A judgement: browsers send it at once, in one to three
# packets; a lost one is sent again within seconds.
HEAD_SECONDS = 10.0
# The most bytes of a head: the request line and all header fields. gunicorn's own limits for single lines are stricter.
# A judgement: browsers send one or two kilobytes.
LARGEST_HEAD = 64 * 1024
# A body may take BODY_GRACE seconds, and one more second for every BODY_RATE bytes that have arrived. So after the
# grace the average rate must be at least BODY_RATE bytes a second. 500 MB may take four hours. Judgements: that is a
# quarter of a megabit a second, and editors' lines are faster; a client that sends a byte now and then is ended after
# the grace.
BODY_GRACE, BODY_RATE = 20.0, 32 * 1024
# The same for an answer that a client reads slowly. Only the seconds in which a thread waits for the client count. A
# judgement: the rate is that of a bad mobile line; a page of 100 KB may take half a minute.
ANSWER_GRACE, ANSWER_RATE = 20.0, 8 * 1024
# Bytes of an answer that the kernel buffers before the client reads (SO_SNDBUF). The kernel doubles the number. By
# default it would choose megabytes. A judgement: a compressed page fits, so that its thread is free at once; more would
# hide for longer that a client does not read.
SEND_BUFFER = 128 * 1024
# A body of at most this many bytes is kept in memory, a larger one in a temporary file. A judgement: forms fit; a
# process with 950 connections holds at most 240 MiB of them.
IN_MEMORY = 256 * 1024
# TURN: bytes read from one connection before other connections have their turn. PART: bytes of one read while a head is
# awaited. Judgements: a head fits one part; a larger TURN serves one upload faster and lets the others wait longer.
TURN, PART = 256 * 1024, 16 * 1024
# Seconds in which a client may read the last answer before the connection is closed (RFC 9112 section 9.6). A
# judgement: the way there and back takes less.
LINGER_SECONDS = 2.0
# Seconds between two checks of the deadlines, and so their precision. A judgement: a check looks at each connection.
DEADLINE_CHECK_SECONDS = 0.25
# The number of connections that are kept free. When fewer are left, the connection that has waited longest is closed. A
# judgement: a twentieth of the thousand that gunicorn accepts by default (worker_connections).
SPARE_CONNECTIONS = 50
# The limit of open files that a worker sets itself. A connection needs a socket and perhaps a temporary file: 2,000 for
# the thousand connections. The rest is room for the database, logs and modules.
OPEN_FILES = 4096
# Maps an address to the name of the thread that answers it. /healthz depends on nothing; the others may wait for the
# database.
WATCHED = {"/healthz": "health", "/readyz": "watch", "/metrics": "watch"}
_REASONS = {
    408: "Request Timeout", 411: "Length Required", 413: "Content Too Large", 431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}  # fmt: skip
# Errors of a client that is gone. They end a connection and are not logged.
_GONE = {errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN, errno.EBADF, errno.ESHUTDOWN}


class PacedSocket(socket.socket):
    """A socket that never blocks. Its `sendall` gives up on a client that reads too slowly.

    waited: seconds that `sendall` has waited for the client during the present answer.
    sent: bytes of the present answer that the kernel has accepted.
    until: the moment at which the answer must be complete, by time.monotonic().
    """

    waited = 0.0
    sent = 0
    until = math.inf

    def begin_answer(self) -> None:
        """Resets the counts for a new answer."""
        self.waited, self.sent, self.until = 0.0, 0, math.inf

    def end_within(self, seconds: float) -> None:
        """Cuts the present answer off after `seconds`, however fast it is read."""
        self.until = time.monotonic() + seconds

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Sends all of `data`.

        Raises TimeoutError for a client slower than ANSWER_RATE after ANSWER_GRACE seconds, and after `until`.
        """
        rest = memoryview(data).cast("B")
        while rest:
            if time.monotonic() > self.until:
                raise TimeoutError("the answer takes too long")
            try:
                count = self.send(rest, flags)
            except BlockingIOError:
                self._wait_until_writable()
                continue
            self.sent += count
            rest = rest[count:]

    def _wait_until_writable(self) -> None:
        """Waits until the client has read enough for more to be sent, or its time is over; counts the wait.

        Raises TimeoutError if the client has used up its time: ANSWER_GRACE seconds, and one more for every ANSWER_RATE
        bytes that have arrived.
        """
        left = ANSWER_GRACE + self._arrived() / ANSWER_RATE - self.waited
        if left <= 0:
            raise TimeoutError("the client reads its answer too slowly")
        poll = select.poll()
        poll.register(self, select.POLLOUT)
        begun = time.monotonic()
        poll.poll(max(0.0, min(left, self.until - begun)) * 1000)
        self.waited += time.monotonic() - begun

    def _arrived(self) -> int:
        """Returns the bytes of the present answer that the client has acknowledged. Bytes in the kernel's buffer do not
        count.

        Linux reports the size of that buffer (SIOCOUTQ in tcp(7), the same number as TIOCOUTQ). On other systems it is
        taken for empty.
        """
        try:
            (buffered,) = struct.unpack("i", fcntl.ioctl(self, termios.TIOCOUTQ, b"\0" * 4))
        except OSError:
            buffered = 0
        return max(0, self.sent - buffered)


class Connection(TConn):
    """A client's connection and the request that is being received on it.

    head: bytes that belong to no body: part of a head, or a request that was sent ahead.
    begun: start of the present wait, in seconds of the monotonic clock: for a head or, once `request` is set, for its
        body.
    request: the request whose head has arrived; None before that.
    body: a file with the part of the body that has arrived; None for a request without a body.
    length: the length of the whole body, in bytes.
    received: the length of the part that has arrived, in bytes.
    """

    def __init__(self, cfg: Any, sock: PacedSocket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.initialized = True
        self.head = bytearray()
        self.begun = time.monotonic()
        self.request: Request | None = None
        self.body: Any = None
        self.length = self.received = 0

    def expect_request(self) -> None:
        """Drops the request that was answered and waits for the next head."""
        self.drop_body()
        self.request, self.length, self.received = None, 0, 0
        self.begun = time.monotonic()

    def drop_body(self) -> None:
        """Closes the file of the body, if there is one."""
        if self.body is not None:
            self.body.close()
            self.body = None

    def is_late(self, now: float) -> bool:
        """Returns whether the deadline of the head or body has passed at `now`, in seconds of the monotonic clock."""
        if self.request is None:
            return now - self.begun > HEAD_SECONDS
        return now - self.begun > BODY_GRACE + self.received / BODY_RATE

    def parse_head(self, end: int) -> Request:
        """Parses the request whose head ends before `end`, an offset in `head`.

        Raises gunicorn's errors for a malformed head.

        The parser reads the head from memory now and the received body later, in a thread.
        """
        head = bytes(self.head[:end])
        del self.head[:end]
        return next(RequestParser(self.cfg, self._parts(head), self.client))

    def _parts(self, head: bytes) -> Iterator[bytes]:
        yield head
        if self.body is None:
            return
        self.body.seek(0)
        while part := self.body.read(IN_MEMORY):
            yield part

    def take(self, data: bytes) -> None:
        """Adds bytes to the body. Bytes beyond its end belong to the next request and go to `head`."""
        part = data[: self.length - self.received]
        self.body.write(part)
        self.received += len(part)
        self.head += data[len(part) :]


def _received(conn: Connection) -> Request:
    """Returns the request whose head has arrived on a connection."""
    if conn.request is None:
        raise RuntimeError("no request has arrived on this connection")
    return conn.request


class ReceptionWorker(ThreadWorker):
    """gunicorn's threaded worker with a reception before its threads.

    It speaks HTTP/1.x without TLS, which a proxy terminates.

    incoming: the connections whose head or body is awaited, by file descriptor, longest wait first.
    lingering: the connections that have got their last answer and may still read it, by file descriptor, each with the
        time of its closing in seconds of the monotonic clock.
    pools: the threads for WATCHED addresses, by name.
    """

    # Whether the worker runs; gunicorn's class sets it.
    alive: bool
    # Returns the most bytes that a request's body may have. It is called for bodies larger than IN_MEMORY.
    # archive/gunicorn.py sets it.
    largest_body: Callable[[Request], int] = staticmethod(lambda request: IN_MEMORY)
    # The most bytes of bodies that this process keeps in temporary files, for all connections together.
    most_kept = 2 * 1024**3

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incoming: dict[int, Connection] = {}
        self.lingering: dict[int, tuple[Connection, float]] = {}
        self.pools: dict[str, ThreadPoolExecutor] = {}
        self._looked = 0.0

    def init_process(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        limit = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < limit:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        self.pools = {name: ThreadPoolExecutor(1, thread_name_prefix=name) for name in set(WATCHED.values())}
        super().init_process()

    def run(self) -> None:
        super().run()
        for pool in self.pools.values():
            pool.shutdown(wait=False)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Closes the port at the end, before the last requests are answered.

        So the next server can open it at once.
        """
        super().set_accept_enabled(enabled)
        if not enabled and (not self.alive or os.getppid() != self.ppid):
            self.alive = False
            for listener in self.sockets:
                listener.close()

    # The methods from here to `murder_pending` run in the event loop.

    def accept(self, listener: socket.socket) -> None:
        """Accepts a connection and begins to receive its request.

        Where open files or connections run short, closes the connection that has waited longest. With too many open
        files the new connection is not accepted yet; the event loop calls this again.
        """
        try:
            accepted, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns > self.worker_connections - SPARE_CONNECTIONS:
            self._make_room()
        sock = PacedSocket(fileno=accepted.detach())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        conn = Connection(self.cfg, sock, client, listener.getsockname())
        self._receive(conn)

    def _make_room(self) -> None:
        """Closes the connection that has waited longest.

        An idle connection that was kept alive comes first, then one whose request is incomplete.
        """
        if self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
        elif self.incoming:
            conn = next(iter(self.incoming.values()))
            del self.incoming[conn.sock.fileno()]
        else:
            return
        self.poller.unregister(conn.sock)
        self._release(conn)

    def _receive(self, conn: Connection) -> None:
        """Reads what has arrived of a request, which mostly is all of it. Waits for the rest where some is missing."""
        if not self._take(conn):
            self.incoming[conn.sock.fileno()] = conn
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_incoming, conn))

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Receives the next request on a connection that was kept alive."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.begun = time.monotonic()
        self._receive(conn)

    def on_incoming(self, conn: Connection, client: socket.socket) -> None:
        """Reads more of a request that is being received."""
        self._take(conn)

    def _take(self, conn: Connection) -> bool:
        """Reads what has arrived of a request, and passes the request on when it is complete.

        Returns whether the connection is finished with waiting: passed on, refused or closed.
        """
        try:
            return self._take_turn(conn)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno == errno.ENOSPC:
                self.log.error("No room for the body of a request: %s", error)
                return self._refuse(conn, 503)
            self._forget(conn)
            self._release(conn)
        except Exception as error:  # A malformed head. A thread answers, since the client may be slow to read.
            self._forget(conn)
            self._submit(conn, partial(self._answer_malformed, conn, error))
        return True

    def _take_turn(self, conn: Connection) -> bool:
        """Reads at most about TURN bytes.

        Returns the same as `_take`; raises BlockingIOError where nothing is left to read.
        """
        count = 0
        while count < TURN:
            if self._advance(conn):
                return True
            data = conn.sock.recv(PART if conn.request is None else TURN)
            if not data:
                self._forget(conn)
                self._release(conn)
                return True
            count += len(data)
            if conn.request is None:
                conn.head += data
            else:
                conn.take(data)
        return self._advance(conn)

    def _advance(self, conn: Connection) -> bool:
        """Parses the head and passes the request on, as soon as each is complete.

        Returns whether the request was passed on or refused. False means that more is awaited.
        """
        if conn.request is None:
            # Each read searches an incomplete head again, at most LARGEST_HEAD bytes. In HEAD_SECONDS there are few
            # reads.
            end = conn.head.find(b"\r\n\r\n") + 4
            if end > LARGEST_HEAD or (end < 4 and len(conn.head) > LARGEST_HEAD):
                return self._refuse(conn, 431)
            if end < 4:
                return False
            conn.request = conn.parse_head(end)
            if status := self._begin_body(conn):
                return self._refuse(conn, status)
        if conn.received < conn.length:
            return False
        self._forget(conn)
        self.enqueue_req(conn)
        return True

    def _begin_body(self, conn: Connection) -> int:
        """Prepares for the body of a request whose head has arrived.

        Returns the HTTP status to refuse it with, or 0.
        """
        request = _received(conn)
        # Django reads only bodies of a stated length (WSGIRequest): any other would arrive empty.
        if isinstance(request.body.reader, ChunkedReader):
            return 411
        conn.length, conn.received, conn.begun = request.body.reader.length, 0, time.monotonic()
        if conn.length > IN_MEMORY:
            if conn.length > self.largest_body(request):
                return 413
            if conn.length + sum(peer.length for peer in self.incoming.values() if peer is not conn) > self.most_kept:
                return 503
        if not conn.length:
            return 0
        conn.body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  It is closed with the connection.
        ahead = bytes(conn.head)
        conn.head.clear()
        conn.take(ahead)
        if request._expected_100_continue:
            request._expected_100_continue = False  # Otherwise gunicorn would send it again.
            if conn.received < conn.length:
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return 0

    def _refuse(self, conn: Connection, status: int) -> bool:
        """Sends a short answer, as far as the kernel's buffer takes it, and closes the connection. Returns True."""
        self._forget(conn)
        words = f"{_REASONS[status]}\n"
        wait = "Retry-After: 30\r\n" if status == 503 else ""
        answer = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n{wait}"
            f"Content-Length: {len(words)}\r\n\r\n{words}"
        )
        with suppress(OSError):
            conn.sock.send(answer.encode())
        self._close_in_time(conn)
        return True

    def _forget(self, conn: Connection) -> None:
        """Takes a connection off the list of those that wait."""
        if self.incoming.pop(conn.sock.fileno(), None) is not None:
            self.poller.unregister(conn.sock)

    def _release(self, conn: Connection) -> None:
        """Closes a connection at once."""
        self.nr_conns -= 1
        conn.drop_body()
        conn.close()

    def _close_in_time(self, conn: Connection) -> None:
        """Closes the connection once the client has closed it, or after LINGER_SECONDS.

        If the client is still sending, closing at once would reset the connection, and the client would lose its
        answer.
        """
        conn.drop_body()
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return self._release(conn)
        self.lingering[conn.sock.fileno()] = (conn, time.monotonic() + LINGER_SECONDS)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_lingering, conn))

    def on_lingering(self, conn: Connection, client: socket.socket) -> None:
        """Discards what a client still sends, and closes the connection once the client has closed it."""
        try:
            if client.recv(TURN):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._stop_lingering(conn)

    def _stop_lingering(self, conn: Connection) -> None:
        del self.lingering[conn.sock.fileno()]
        self.poller.unregister(conn.sock)
        self._release(conn)

    def murder_pending(self) -> None:
        """Closes or refuses the connections that are past their deadline.

        gunicorn's loop calls it at least once a second.
        """
        now = time.monotonic()
        if now - self._looked < DEADLINE_CHECK_SECONDS:
            return
        self._looked = now
        for conn, until in list(self.lingering.values()):
            if now > until:
                self._stop_lingering(conn)
        for conn in list(self.incoming.values()):
            has_sent = conn.request is not None or conn.head
            if not has_sent and (conn.is_late(now) or (not self.alive and now - conn.begun > STOP_KEEPALIVE_LINGER)):
                self._forget(conn)
                self._release(conn)
            elif conn.is_late(now):
                self._refuse(conn, 408)

    # A complete request goes to a thread; its connection comes back after the answer.

    def enqueue_req(self, conn: Connection) -> None:
        self._submit(conn, partial(self.handle, conn), self.pools.get(WATCHED.get(_received(conn).path, "")))

    def _submit(self, conn: Connection, work: Callable[[], bool], pool: ThreadPoolExecutor | None = None) -> None:
        future = (pool or self.tpool).submit(work)
        future.add_done_callback(lambda finished: self.method_queue.defer(self.finish_request, conn, finished))

    def handle(self, conn: Connection) -> bool:
        """Answers a request, in a thread. Returns whether the connection may be kept alive for another request."""
        conn.sock.begin_answer()
        try:
            return bool(self.handle_request(conn.request, conn))
        except TimeoutError as error:
            self.log.info("Closing connection: %s", error)
        except StopIteration:
            pass  # The answer had begun, and gunicorn has logged why it broke off.
        except OSError as error:
            if error.errno not in _GONE:
                self.log.exception("Socket error processing request.")
        except Exception as error:
            self.handle_error(conn.request, conn.sock, conn.client, error)
        return False

    def _answer_malformed(self, conn: Connection, error: Exception) -> bool:
        conn.sock.begin_answer()
        self.handle_error(None, conn.sock, conn.client, error)
        return False

    def finish_request(self, conn: Connection, done: Future) -> None:
        """Runs in the event loop after an answer: waits for the next request, or closes the connection."""
        try:
            keep = not done.cancelled() and done.result()
        except Exception:
            self.log.exception("Error after a request")
            keep = False
        if conn.sock.fileno() < 0:  # The answer broke off, and gunicorn has closed the connection.
            self.nr_conns -= 1
            conn.drop_body()
        elif not keep:
            self._close_in_time(conn)
        elif conn.head:
            conn.expect_request()
            self._receive(conn)
        else:
            conn.expect_request()
            conn.set_timeout()
            if not self.alive:
                conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
            self.keepalived_conns.append(conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))
