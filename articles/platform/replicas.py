"""Readers' requests are answered by replicas of the database, all others by the primary.

`DATABASE_REPLICA_URLS` names the replicas. A request goes to one server as a whole, ORM, plain SQL and all: for its time the
thread's connection «default» is the replica's. Whoever has a session (an editor) or sends anything but GET and HEAD reads and
writes on the primary, so that what one wrote one reads. A replica that is away, promoted, or further behind than
ARCHIVE_REPLICA_LAG seconds is passed over, and a request that fails on one is answered by the primary instead.

A thread in each process asks every server once a second how far it is; no request waits for that.
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
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Gauge

LOGGER = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 1.0
# Positions of the primary that are remembered: some minutes' worth; one further behind is out of use long since.
_REMEMBERED = 600
_POSITION_OF_PRIMARY = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
_POSITION_OF_REPLICA = """
    SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END
"""

LAG = Gauge(
    "archive_replica_lag_seconds",
    "How long ago the primary was where the replica is",
    ["replica"],
    multiprocess_mode="max",
)
USABLE = Gauge(
    "archive_replica_usable", "1 while readers are sent to the replica", ["replica"], multiprocess_mode="min"
)


@dataclass(frozen=True)
class Standing:
    """How a replica was found: whether readers are sent to it, how many seconds it is behind, why it is passed over."""

    usable: bool
    lag: float = 0.0
    reason: str = ""


class Positions:
    """Where the primary's log was at which time (LSN in bytes, seconds): what tells how far behind a replica is."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)

    def note(self, now: float, position: int) -> None:
        if not self._seen or position > self._seen[-1][1]:
            self._seen.append((now, position))

    def lag(self, now: float, replayed: int) -> float:
        """Seconds since the primary first was found further than `replayed`; 0 where it never was."""
        return next((now - seen for seen, position in self._seen if position > replayed), 0.0)


class Watch:
    """What this process knows of its replicas."""

    def __init__(self, replicas: Iterable[str]) -> None:
        self.standings: Mapping[str, Standing] = {
            alias: Standing(False, reason="not looked at yet") for alias in replicas
        }
        self._positions = Positions()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def chosen(self) -> str | None:
        """The alias of a replica that may be read from now, or None for the primary."""
        self.begin()
        usable = [alias for alias, standing in self.standings.items() if standing.usable]
        return random.choice(usable) if usable else None

    def failed(self, alias: str) -> None:
        """Passes a replica over until it is next found well."""
        self._set(alias, Standing(False, reason="a request failed on it"))

    def look(self) -> None:
        """Asks each server how far it is."""
        now = time.monotonic()
        try:
            (position,) = _answer(DEFAULT_DB_ALIAS, _POSITION_OF_PRIMARY)
            self._positions.note(now, position)
        except Error:
            pass  # With the primary away, replicas are as far as anyone can be.
        for alias in list(self.standings):
            self._set(alias, self._standing(alias, now))

    def _standing(self, alias: str, now: float) -> Standing:
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
        before = self.standings[alias]
        self.standings = {**self.standings, alias: standing}
        LAG.labels(alias).set(standing.lag)
        USABLE.labels(alias).set(standing.usable)
        if before.usable and not standing.usable:
            LOGGER.warning("%s is passed over: %s", alias, standing.reason)
        elif standing.usable and not before.usable:
            LOGGER.info("%s is read from", alias)

    def begin(self) -> None:
        """Goes on looking from now on, in this process: a thread does not come along into one that is forked."""
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
                LOGGER.exception("looking at the replicas failed")
            time.sleep(SECONDS_BETWEEN_LOOKS)


def _answer(alias: str, question: str) -> tuple:
    """One row from one server, by this thread's own connection, which is given up after an error."""
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()
    except Error:
        connection.close()
        raise


def aliases() -> list[str]:
    """Returns Django's names of the replicas' connections."""
    return [alias for alias in settings.DATABASES if alias.startswith("replica-")]


@contextmanager
def reading_from(alias: str) -> Iterator[None]:
    """What this thread asks of «default» in the block is asked of the replica."""
    primary = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[alias]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


class Replicas:
    """Middleware outside of all that asks the database; none at all where no replica is named."""

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
        if response.streaming:
            response.streaming_content = _streamed(alias, iter(response.streaming_content))
        return response


def _only_reads(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path.startswith("/admin/")
    )


def _streamed(alias: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts of a long answer, each made by the replica; between them the thread is its own again."""
    while True:
        with reading_from(alias):
            part = next(parts, None)
        if part is None:
            return
        yield part
