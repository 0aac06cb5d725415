"""For those who watch over the processes: /healthz, /readyz, /metrics. Answered before anything else is asked of a request: under
whatever host name, without TLS, and for /healthz without a database.
"""

import hmac
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django_prometheus import exports

from archive.embedded.server import EmbeddedServerError


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers."""
    return _text("ok\n")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and every migration is applied, else 503 with the reason."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (Error, EmbeddedServerError):
        return _text("database does not answer\n", 503)
    return _text(f"{len(waiting)} migrations to apply\n", 503) if waiting else _text("ok\n")


def metrics(request: HttpRequest) -> HttpResponse:
    """What all processes of this machine's server have counted, in Prometheus's text format; for who shows the token of
    ARCHIVE_METRICS_TOKEN, and for nobody where none is set."""
    token = settings.ARCHIVE_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return _text("not found\n", 404)
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
