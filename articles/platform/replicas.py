"""Readers' requests are answered by replicas of the database, all others by the primary.

`DATABASE_REPLICA_URLS` names the replicas. A request uses one server for everything, the ORM and plain SQL: during the
request the thread's connection «default» is the replica's. A request with a session (an editor's) or with a method
other than GET and HEAD uses the primary, so that editors read what they wrote. A replica that is away, promoted, or
further behind than ARCHIVE_REPLICA_LAG seconds is not used, and a request that fails on a replica is answered by the
primary instead.

A thread in each process asks every server for its log position once a second; no request waits for that.
"""

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from prometheus_client import Gauge

LOGGER = logging.getLogger(__name__)
# Seconds between two looks at each replica: the longest for which readers are sent to one that is gone, and the
# precision of its lag. A judgement: a look is one short statement on each server.
SECONDS_BETWEEN_LOOKS = 1.0
# The number of the primary's positions that are remembered, one a look, which covers ten minutes. A replica further
# behind is not used anyway.
_REMEMBERED = 600
_POSITION_OF_PRIMARY = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
_POSITION_OF_REPLICA = """
    SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END
"""

LAG = Gauge(
    "archive_replica_lag_seconds",
    "Seconds by which the replica is behind the primary",
    ["replica"],
    multiprocess_mode="max",
)
USABLE = Gauge(
    "archive_replica_usable",
    "1 while pages for readers are read from the replica, else 0",
    ["replica"],
    multiprocess_mode="min",
)


@dataclass(frozen=True)
class Standing:
    """The state of a replica when it was last checked.

    usable: whether readers are sent to it.
    lag: how far it is behind the primary, in seconds.
    reason: why it is not used; empty for a usable one.
    """

    usable: bool
    lag: float = 0.0
    reason: str = ""


class Positions:
    """The positions of the primary's log over time, from which a replica's lag is computed.

    Positions are LSNs in bytes, times are seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)

    def note(self, now: float, position: int) -> None:
        """Records the primary's position, if it has moved since the last one."""
        if not self._seen or position > self._seen[-1][1]:
            self._seen.append((now, position))

    def lag(self, now: float, replayed: int) -> float:
        """Returns the seconds since the primary was first seen beyond `replayed`; 0 if it never was."""
        return next((now - seen for seen, position in self._seen if position > replayed), 0.0)


class Watch:
    """Watches the replicas for this process, in a thread of its own.

    standings: maps the alias of a replica's connection to its state.
    """

    def __init__(self, replicas: Iterable[str]) -> None:
        self.standings: Mapping[str, Standing] = {
            alias: Standing(False, reason="not looked at yet") for alias in replicas
        }
        self._positions = Positions()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def chosen(self) -> str | None:
        """Returns the alias of a random usable replica, or None for the primary."""
        self.begin()
        usable = [alias for alias, standing in self.standings.items() if standing.usable]
        return random.choice(usable) if usable else None

    def failed(self, alias: str) -> None:
        """Takes a replica out of use until a later check succeeds."""
        self._set(alias, Standing(False, reason="a request failed on it"))

    def look(self) -> None:
        """Asks each server for its log position and updates the states."""
        now = time.monotonic()
        try:
            (position,) = _answer(DEFAULT_DB_ALIAS, _POSITION_OF_PRIMARY)
            self._positions.note(now, position)
        except Error:
            pass  # While the primary is away no position is newer than the replicas' positions.
        for alias in list(self.standings):
            self._set(alias, self._standing(alias, now))

    def _standing(self, alias: str, now: float) -> Standing:
        """Asks a replica for its position; returns whether readers may be sent to it, or why not.

        `now` is in seconds of the monotonic clock.
        """
        try:
            follows, replayed = _answer(alias, _POSITION_OF_REPLICA)
        except Error as error:
            return Standing(False, reason=str(error).strip().splitlines()[0] if str(error).strip() else "no answer")
        if not follows:
            return Standing(False, reason="it follows no primary: promoted, or no standby at all")
        lag = self._positions.lag(now, replayed or 0)
        if lag > settings.ARCHIVE_REPLICA_LAG:
            return Standing(False, lag, f"{lag:.0f} seconds behind")
        return Standing(True, lag)

    def _set(self, alias: str, standing: Standing) -> None:
        """Stores a replica's state and its metrics; logs when it becomes usable or is no longer so."""
        before = self.standings[alias]
        self.standings = {**self.standings, alias: standing}
        LAG.labels(alias).set(standing.lag)
        USABLE.labels(alias).set(standing.usable)
        if before.usable and not standing.usable:
            LOGGER.warning("%s is skipped: %s", alias, standing.reason)
        elif standing.usable and not before.usable:
            LOGGER.info("%s is used again", alias)

    def begin(self) -> None:
        """Starts the thread in this process unless it runs. A forked process has no copy of its parent's thread."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._go_on, name="replicas", daemon=True)
                self._thread.start()

    def _go_on(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                LOGGER.exception("the check of the replicas failed")
            time.sleep(SECONDS_BETWEEN_LOOKS)


def _answer(alias: str, statement: str) -> tuple:
    """Returns the row of a statement on one server, over this thread's own connection.

    An error closes the connection.
    """
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()
    except Error:
        connection.close()
        raise


def aliases() -> list[str]:
    """Returns Django's names of the replicas' connections."""
    return [alias for alias in settings.DATABASES if alias.startswith("replica-")]


@contextmanager
def reading_from(alias: str) -> Iterator[None]:
    """Makes the replica's connection this thread's connection «default» until the block ends."""
    primary = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[alias]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


class Replicas:
    """Middleware that comes before everything that uses the database.

    It does nothing where no replica is configured.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.watch = Watch(aliases())
        if self.watch.standings:
            self.watch.begin()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        alias = self.watch.chosen() if self.watch.standings and _only_reads(request) else None
        if alias is None:
            return self.get_response(request)
        with reading_from(alias):
            response = self.get_response(request)
        if getattr(response, "is_outage", False):
            self.watch.failed(alias)
            return self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            # The archive serves over WSGI, so that the content is never asynchronous.
            response.streaming_content = _streamed(alias, iter(response))
        return response


def _only_reads(request: HttpRequest) -> bool:
    """Returns whether a replica may answer the request."""
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path.startswith("/admin/")
    )


def _streamed(alias: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yields the parts of a streamed answer.

    Each is made on the replica; between them «default» is the primary's again.
    """
    while True:
        with reading_from(alias):
            part = next(parts, None)
        if part is None:
            return
        yield part
