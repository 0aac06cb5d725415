"""What a reader gets when something fails: a page that says so, and that the database is away or took too long where that is why.

Called by Django for every error that no view has answered (`handler400` and `handler500` in urls.py), and by whoever asks whether
an error means that the database server is gone. Templates here know nothing of the request: they must do without a database.
"""

import errno
import sys
from collections.abc import Iterator

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from articles.platform.embedded.server import EmbeddedServerError

# Seconds after which to ask again: a database that restarts is back by then.
ASK_AGAIN = 10
# SQLSTATEs (PostgreSQL's appendix A) of a server that goes, comes, is full or lets in no more: connection exceptions,
# insufficient resources, operator intervention (of which a statement that was stopped is none), and what only a standby says:
# a statement in the way of its recovery, one that would write.
_CLASSES = ("08", "53", "57P")
_OF_STANDBYS = ("40001", "25006")
_DISK_TAKES_NO_MORE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


def is_outage(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, tells that the database server cannot serve now."""
    return any(_tells_outage(one) for one in _chain(error))


def _tells_outage(error: BaseException) -> bool:
    if isinstance(error, EmbeddedServerError):
        return True
    if not isinstance(error, (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)):
        return False
    code = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    return code is None or code.startswith(_CLASSES) or code in _OF_STANDBYS


def lacks_tables(error: BaseException | None) -> bool:
    """Whether an error tells that the database has no tables of the archive yet, or those of another release."""
    return any(
        isinstance(one, (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)) for one in _chain(error)
    )


def disk_takes_no_more(error: BaseException) -> bool:
    """Whether whatever is written next will fail as well: a disk is full, over its quota, read-only or broken."""
    return isinstance(error, OSError) and error.errno in _DISK_TAKES_NO_MORE


def in_a_line(error: BaseException) -> str:
    """What a command says when the database is away, or has no tables, in one line."""
    if lacks_tables(error):
        return "The database lacks tables that the archive needs: run `manage.py migrate` first, then the same command again."
    words = " ".join(str(error).split())
    return f"The database does not answer: {words}. What was reported as stored is stored; run the same command again."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def was_stopped(error: BaseException | None) -> bool:
    """Whether an error comes of a statement that ran longer than statements may (ARCHIVE_STATEMENT_TIMEOUT)."""
    return any(isinstance(one, psycopg.errors.QueryCanceled) for one in _chain(error))


def failed(request: HttpRequest) -> HttpResponse:
    """503 where the database is away, with Retry-After, or took too long, else 500; JSON at the API's addresses."""
    error = sys.exc_info()[1]
    if is_outage(error):
        response = _told(request, "away", 503)
        response["Retry-After"] = str(ASK_AGAIN)
        response.is_outage = True
        return response
    return _told(request, "slow", 503) if was_stopped(error) else _told(request, "error", 500)


def not_accepted(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 for what no page of the archive asks for, as a list of the desk filtered by a column that it does not offer."""
    return _told(request, "refused", 400)


_FOR_PROGRAMS = {
    "away": "The database does not answer; ask again in a while.",
    "slow": "This took too long and was stopped.",
    "error": "An error of the archive; it has been logged.",
    "refused": "The archive does not take this request.",
}


def _told(request: HttpRequest, what: str, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"detail": _FOR_PROGRAMS[what]}, status=status)
    else:
        told = {"what": what, "english": request.path.startswith("/en/")}
        response = HttpResponse(render_to_string("failed.html", told), status=status)
    response["Cache-Control"] = "no-store"
    return response
