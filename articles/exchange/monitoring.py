"""For those who watch over the processes: /healthz, /readyz, /metrics. Answered before anything else is asked of a request: under
whatever host name, without TLS, and for /healthz without a database.
"""

import hmac
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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

# How long the database may take, so that whoever watches has an answer before it gives up: 3 seconds are usual.
SECONDS = 2
_TIMEOUT = "statement_timeout"
# Of all processes that were asked for /metrics the last one's answer counts.
_LAST = {"multiprocess_mode": "mostrecent"}
WORKERS = Gauge("archive_workers", "Workers for deliveries that beat", **_LAST)
STALLED = Gauge("archive_deliveries_stalled", "1 while no worker takes deliveries in though one should", **_LAST)
SILENT = Gauge("archive_worker_beat_age_seconds", "Seconds since any worker for deliveries beat", **_LAST)
NIGHTLY = Gauge("archive_nightly_success_age_seconds", "Seconds since a nightly run succeeded", **_LAST)
NIGHTLY_FAILED = Gauge("archive_nightly_failed_parts", "Parts that failed in the last nightly run", **_LAST)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return _text("ok\n")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and every migration is applied, else 503 with the reason.

    Lines after the first tell of the workers and of the nightly run, which readers can do without.
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
    """Who asks is answered in time: the database is asked in the block only where it takes a new connection within SECONDS, and no
    statement there takes longer.

    The connection at hand does not tell: it may be waiting for a server that is gone, and one of the embedded server would first
    start that, for as long as its recovery takes. Raises psycopg.Error.
    """
    psycopg.connect(**connection.get_connection_params() | {"connect_timeout": SECONDS}).close()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT current_setting('{_TIMEOUT}'), set_config('{_TIMEOUT}', '{SECONDS}s', false)")
        (before, _now) = cursor.fetchone()
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config(%s, %s, false)", [_TIMEOUT, before])


def _details() -> list[str]:
    found, nightly = heartbeat.processing(), heartbeat.nightly_state()
    lines = [
        f"worker {worker.name}: {'STALLED, ' if worker.stalled else ''}last beat {worker.silent_seconds:.0f} s ago"
        for worker in found.workers
    ]
    if found.silent_seconds is None:
        lines.append("worker: none was ever seen" + (", deliveries WAIT" if found.stalled else ""))
    elif found.stalled:
        lines.append(f"deliveries: STALLED for {found.silent_seconds:.0f} s")
    if nightly.failed:
        lines.append(f"nightly: FAILED {', '.join(nightly.failed)}")
    if nightly.overdue:
        lines.append("nightly: OVERDUE, no run has succeeded for more than a day")
    return lines


def _measure() -> None:
    """Sets what is in the database and no process counts; nothing while the database is away."""
    try:
        with _bounded():
            found, nightly = heartbeat.processing(), heartbeat.nightly_state()
    except (Error, psycopg.Error, EmbeddedServerError):
        return
    WORKERS.set(sum(not worker.stalled for worker in found.workers))
    STALLED.set(found.stalled)
    SILENT.set(math.nan if found.silent_seconds is None else found.silent_seconds)
    NIGHTLY.set(math.nan if nightly.success_seconds is None else nightly.success_seconds)
    NIGHTLY_FAILED.set(len(nightly.failed))


def metrics(request: HttpRequest) -> HttpResponse:
    """What all processes of this machine's server have counted, in Prometheus's text format; for who shows the token of
    ARCHIVE_METRICS_TOKEN, and for nobody where none is set."""
    token = settings.ARCHIVE_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return _text("not found\n", 404)
    _measure()
    return exports.ExportToDjangoView(request)


def _text(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(words, content_type="text/plain", status=status)


VIEWS = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


class Watched:
    """The outermost middleware."""

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
