"""Decorators of the views for programs: API, downloads, feeds, harvests and sitemaps.

They limit the time of an answer, and how often a visitor's address may use all of these views together.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.views.decorators.http import require_safe

from articles.exchange.long_answers import PLACE_RETRY_SECONDS, AnswerPlace, Held
from articles.platform.visitors import seconds_to_wait
from articles.search.limit import SearchTooCostlyError, time_limit

# The name of the setting with the rate; requests to all of these views count together.
RATE = "ARCHIVE_API_RATE"


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Returns a 429 with Retry-After if the visitor's address has exceeded RATE, else None."""
    if not (seconds := seconds_to_wait(request, RATE)):
        return None
    response = HttpResponse("Too many requests; see Retry-After.\n", content_type="text/plain", status=429)
    response["Retry-After"] = str(seconds)
    return response


def door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorates a view for GET and HEAD with both limits.

    Too many requests get 429, an answer that takes too long becomes 503.
    """
    return require_safe(with_limits(view))


def with_limits(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorates a view for any method with the limits of `door`."""
    return _with_rate(_with_time_limit(view))


def long_door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorates a view with expensive answers. Adds a limit of simultaneous answers to those of `with_limits`.

    ARCHIVE_EXPORTS_AT_ONCE requests are answered at once by all processes, MOST_HERE of them by one process, and one for
    each client (an IPv4 address, or the /64 of an IPv6 address). Further ones get 503 with Retry-After. A streamed answer (a download) holds its place until it is sent, its reader is gone, or
    ARCHIVE_EXPORT_SECONDS have passed. Any other answer (a harvest) holds its place while it is made. HEAD takes no
    place: the view answers it with `headers_alone`.
    """
    return _with_rate(_with_place(_with_time_limit(view)))


def headers_alone(content_type: str) -> StreamingHttpResponse:
    """Returns the answer to HEAD for an expensive view, made without reading a row.

    It is streamed, so that it states no length: the answer to GET states none either.
    """
    return StreamingHttpResponse((), content_type=content_type)


def _with_rate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return refusal(request) or view(request, *args, **kwargs)

    return limited


def _with_place(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorates a view: each answer needs a place among the long answers, and is refused with 503 without one."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answers with the view while it holds a place; HEAD needs none.

        A streamed answer takes the place with it and gives it back at its end.
        """
        if request.method == "HEAD":
            return view(request, *args, **kwargs)
        place = AnswerPlace.take(request)
        if place is None:
            refused = HttpResponse(
                "Too many downloads at once; see Retry-After.\n", content_type="text/plain", status=503
            )
            refused["Retry-After"] = str(PLACE_RETRY_SECONDS)
            return refused
        try:
            response = view(request, *args, **kwargs)
        except BaseException:
            place.close()
            raise
        if isinstance(response, StreamingHttpResponse):
            # The archive serves over WSGI, so that the content is never asynchronous.
            response.streaming_content = Held(iter(response), place)
        else:
            place.close()
        return response

    return limited


def _with_time_limit(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorates a view, so that a statement of the database that takes too long ends the answer with 503."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answers with the view, its template rendered, or with 503 where a statement took too long."""
        try:
            with time_limit():
                response = view(request, *args, **kwargs)
                # Rendering a template runs queries too, so it happens within the limit.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response
        except SearchTooCostlyError:
            return HttpResponse("This took too long and was stopped.\n", content_type="text/plain", status=503)

    return limited
