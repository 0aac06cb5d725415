"""Configures logging: a line for each request with its id and a line for each slow statement.

Lines are JSON, or text for people.

Readers' queries and addresses are never logged. A request's line has only the path of its address.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django_structlog import signals
from django_structlog.middlewares import RequestMiddleware
from structlog.types import EventDict

from articles.platform import environment

SLOW = logging.getLogger("archive.slow")
# The most characters of a slow statement that are logged. The statements of searches are pages long. A judgement: the
# beginning tells which statement it is.
LONGEST_LOGGED_STATEMENT = 2_000


def without_query(logger: object, method: str, event: EventDict) -> EventDict:
    """Removes the query string from the address in a request's lines. A processor of structlog."""
    if isinstance(event.get("request"), str):
        event["request"] = event["request"].partition("?")[0]
    return event


def without_traceback(record: logging.LogRecord) -> bool:
    """Removes the traceback of a refused request: the client is at fault, not the code. A filter of logging."""
    record.exc_info = None
    return True


SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_query,
]


def level() -> str:
    """Returns ARCHIVE_LOG_LEVEL in capitals."""
    return environment.choice("ARCHIVE_LOG_LEVEL", ("WARNING", "DEBUG", "INFO", "ERROR", "CRITICAL"))


def from_environment() -> dict[str, Any]:
    """Returns the logging configuration of Django and gunicorn, and configures structlog to use the same handlers.

    Both depend on ARCHIVE_LOG_LEVEL and ARCHIVE_LOG_FORMAT (`json` or `text`).
    """
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    rendered = (
        [structlog.processors.ExceptionRenderer(tracebacks), structlog.processors.JSONRenderer(ensure_ascii=False)]
        if environment.choice("ARCHIVE_LOG_FORMAT", ("text", "json")) == "json"
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        # `()` names a factory. The factory returns the filter, which is the function itself.
        "filters": {"without_traceback": {"()": lambda: without_traceback}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            "refused": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_traceback"]},
        },
        "root": {"handlers": ["console"], "level": level()},
        # The request's own line has its status and its error. Django's lines would repeat them.
        "loggers": {
            "django.request": {"level": "CRITICAL"},
            "django.security": {"handlers": ["refused"], "propagate": False},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "gunicorn.error": {"propagate": True},
        },
    }


class RequestLines(RequestMiddleware):
    """Logs a line for each request.

    A 503 is logged as a warning. Where a view chose it, it is no error: the reader should come again later. Where an
    error caused it, that error has its own line with the traceback.
    """

    def _log_level_for_status_code(self, status_code: int) -> int:
        return logging.WARNING if status_code == 503 else super()._log_level_for_status_code(status_code)


@receiver(signals.update_failure_response)
@receiver(signals.bind_extra_request_finished_metadata)
def _tell_request_id(
    sender: object, request: HttpRequest, response: HttpResponseBase, logger: Any, **_: object
) -> None:
    """Sends the request's id to the client. With it, the logs of a request that a reader reports can be found."""
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        response["X-Request-ID"] = request_id


def _timed(execute: Callable, sql: Any, params: object, many: bool, context: dict) -> object:
    """Logs a statement that took at least ARCHIVE_SLOW_STATEMENT milliseconds."""
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        if milliseconds >= settings.ARCHIVE_SLOW_STATEMENT:
            SLOW.warning("%.0f ms: %s", milliseconds, " ".join(str(sql).split())[:LONGEST_LOGGED_STATEMENT])


@receiver(connection_created)
def _time_statements(sender: object, connection: Any, **_: object) -> None:
    if settings.ARCHIVE_SLOW_STATEMENT and _timed not in connection.execute_wrappers:
        # It must come first: code that adds a wrapper for a while removes the last one afterwards.
        connection.execute_wrappers.insert(0, _timed)
