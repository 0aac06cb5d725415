"""Error pages, and the tests whether an error means that the database is away, took too long or lacks tables.

Django calls the handlers for every error that no view has handled (`handler400` and `handler500` in urls.py). Many
modules call the tests. The templates here get no request, because they must be rendered without a database.
"""

import errno
import sys
from collections.abc import Iterator

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from articles.platform.embedded.server import EmbeddedServerError

# Seconds after which a client should ask again. A database that restarts is back by then.
OUTAGE_RETRY_SECONDS = 10
# SQLSTATEs (PostgreSQL's appendix A) of a server that stops, starts, is full or accepts no more connections. Classes:
# connection exceptions, insufficient resources, operator intervention (except a cancelled statement, 57014). Codes that
# mean an outage on standbys: a conflict with recovery, and a statement that would write.
_CLASSES = ("08", "53", "57P")
_OF_STANDBYS = ("40001", "25006")
_DISK_TAKES_NO_MORE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def is_outage(error: BaseException | None) -> bool:
    """Returns whether an error, or one of its causes, means that the database server cannot serve now."""
    return any(_means_outage(link) for link in _chain(error))


def _means_outage(error: BaseException) -> bool:
    if isinstance(error, EmbeddedServerError):
        return True
    if not isinstance(error, (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    code = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    return code is None or code.startswith(_CLASSES) or code in _OF_STANDBYS


def lacks_tables(error: BaseException | None) -> bool:
    """Returns whether an error means that the database has no tables of the archive yet, or those of other code."""
    return any(
        isinstance(link, (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)) for link in _chain(error)
    )


def disk_takes_no_more(error: BaseException) -> bool:
    """Returns whether an error means that later writes will fail, too: a disk is full, over its quota, read-only or
    broken.
    """
    return isinstance(error, OSError) and error.errno in _DISK_TAKES_NO_MORE


def in_a_line(error: BaseException) -> str:
    """Returns the line that a command prints when the database is away or lacks tables."""
    if lacks_tables(error):
        return "The database lacks tables that the archive needs: run `manage.py migrate` first, then the same command again."
    words = " ".join(str(error).split())
    return f"The database does not answer: {words}. What was reported as stored is stored; run the same command again."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yields an error, then its causes and contexts."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


def was_stopped(error: BaseException | None) -> bool:
    """Returns whether an error, or one of its causes, is a statement stopped by the time limit
    (ARCHIVE_STATEMENT_TIMEOUT).
    """
    return any(isinstance(link, psycopg.errors.QueryCanceled) for link in _chain(error))


def failed(request: HttpRequest) -> HttpResponse:
    """Answers a request that failed, with JSON at the API's addresses.

    The status is 503 with Retry-After where the database is away, 503 where a statement took too long, else 500.
    """
    error = sys.exc_info()[1]
    if is_outage(error):
        response = _answer(request, "away", 503)
        response["Retry-After"] = str(OUTAGE_RETRY_SECONDS)
        response.is_outage = True  # type: ignore[attr-defined] # articles/platform/replicas.py reads it.
        return response
    return _answer(request, "slow", 503) if was_stopped(error) else _answer(request, "error", 500)


def not_accepted(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answers 400 to a request that no page of the archive makes.

    An example is a list of the desk filtered by a column that it does not offer.
    """
    return _answer(request, "refused", 400)


_FOR_PROGRAMS = {
    "away": "The database does not answer; ask again in a while.",
    "slow": "This took too long and was stopped.",
    "error": "An error of the archive; it has been logged.",
    "refused": "The archive does not take this request.",
}


def _answer(request: HttpRequest, failure: str, status: int) -> HttpResponse:
    """Returns a page or JSON about a failure, one of the keys of _FOR_PROGRAMS."""
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"detail": _FOR_PROGRAMS[failure]}, status=status)
    else:
        context = {"what": failure, "english": request.path.startswith("/en/")}
        response = HttpResponse(render_to_string("failed.html", context), status=status)
    response["Cache-Control"] = "no-store"
    return response
