"""Monitoring: /healthz, /readyz and /metrics.

They are answered before nearly all other middleware: under any host name, without TLS, and /healthz without a database.
"""

import hmac
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django_prometheus import exports
from prometheus_client import Gauge

from articles.models import heartbeat
from articles.platform.embedded.server import EmbeddedServerError

# How long the database may take, in seconds. Monitors usually give up after 3, so they get an answer before.
SECONDS = 2
_TIMEOUT = "statement_timeout"
# Each process that serves /metrics sets these gauges; the most recent value counts.
_LAST: Mapping[str, Any] = {"multiprocess_mode": "mostrecent"}
WORKERS = Gauge("archive_workers", "Number of workers for deliveries with a current heartbeat", **_LAST)
STALLED = Gauge(
    "archive_deliveries_stalled",
    "1 while every worker is silent, or a delivery waits and none ever ran; else 0",
    **_LAST,
)
SILENT = Gauge(
    "archive_worker_beat_age_seconds", "Seconds since the last heartbeat of any worker; NaN before the first", **_LAST
)
NIGHTLY = Gauge(
    "archive_nightly_success_age_seconds",
    "Seconds since the last nightly run that succeeded; NaN before the first",
    **_LAST,
)
NIGHTLY_FAILED = Gauge("archive_nightly_failed_parts", "Number of parts that failed in the last nightly run", **_LAST)


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers 200 as long as the process works."""
    return _text("ok\n")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answers 200 if the database answers and every migration is applied, else 503 with the reason.

    Lines after the first describe the workers and the nightly run. They do not change the status, because readers need
    neither.
    """
    try:
        with _bounded():
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if waiting:
                return _text(f"{len(waiting)} migrations to apply\n", 503)
            return _text("\n".join(["ok", *_details()]) + "\n")
    except (Error, psycopg.Error, EmbeddedServerError):
        return _text("database does not answer\n", 503)


@contextmanager
def _bounded() -> Iterator[None]:
    """Bounds the time of the block: the database must accept a new connection, and run each statement, within SECONDS.

    The existing connection is no proof: it may be waiting for a server that is gone. A Django connection to the
    embedded server would start that first, which takes as long as its recovery. Raises psycopg.Error.
    """
    psycopg.connect(**connection.get_connection_params() | {"connect_timeout": SECONDS}).close()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT current_setting('{_TIMEOUT}'), set_config('{_TIMEOUT}', '{SECONDS}s', false)")
        (timeout_before, _now) = cursor.fetchone()
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config(%s, %s, false)", [_TIMEOUT, timeout_before])


def _details() -> list[str]:
    """Returns lines about workers, deliveries and the nightly run."""
    processing, nightly = heartbeat.processing(), heartbeat.nightly_state()
    lines = [
        f"worker {worker.name}: {'STALLED, ' if worker.stalled else ''}last beat {worker.silent_seconds:.0f} s ago"
        for worker in processing.workers
    ]
    if processing.silent_seconds is None:
        lines.append("worker: none was ever seen" + (", deliveries WAIT" if processing.stalled else ""))
    elif processing.stalled:
        lines.append(f"deliveries: STALLED for {processing.silent_seconds:.0f} s")
    if nightly.failed:
        lines.append(f"nightly: FAILED {', '.join(nightly.failed)}")
    if nightly.overdue:
        lines.append("nightly: OVERDUE, no run has succeeded for more than a day")
    return lines


def _measure() -> None:
    """Sets the gauges whose values stand in the database. Does nothing while the database does not answer."""
    try:
        with _bounded():
            processing, nightly = heartbeat.processing(), heartbeat.nightly_state()
    except (Error, psycopg.Error, EmbeddedServerError):
        return
    WORKERS.set(sum(not worker.stalled for worker in processing.workers))
    STALLED.set(processing.stalled)
    SILENT.set(math.nan if processing.silent_seconds is None else processing.silent_seconds)
    NIGHTLY.set(math.nan if nightly.success_seconds is None else nightly.success_seconds)
    NIGHTLY_FAILED.set(len(nightly.failed))


def metrics(request: HttpRequest) -> HttpResponse:
    """Answers with the metrics of all server processes of this machine, in Prometheus's text format.

    The request must carry ARCHIVE_METRICS_TOKEN as a bearer token; without the setting every request gets 404.
    """
    token = settings.ARCHIVE_METRICS_TOKEN
    shown_token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(shown_token.encode(), token.encode()):
        return _text("not found\n", 404)
    _measure()
    return exports.ExportToDjangoView(request)


def _text(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(words, content_type="text/plain", status=status)


VIEWS = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class Watched:
    """Middleware that answers the monitoring addresses. It stands outside nearly all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = VIEWS.get(request.path)
        if view is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return _text("only to be read\n", 405)
        response = view(request)
        add_never_cache_headers(response)
        response["X-Content-Type-Options"] = "nosniff"
        return response
