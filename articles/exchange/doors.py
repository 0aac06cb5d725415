"""The doors for machines as views share them: read only, bounded in time, and in number by the address that asks."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.views.decorators.http import require_safe

from articles.exchange.long_answers import ASK_AGAIN, Held, Place
from articles.platform.visitors import seconds_to_wait
from articles.search.limit import SearchTooCostlyError, time_limit

# The setting of how often; counted together for all doors.
RATE = "ARCHIVE_API_RATE"


def refusal(request: HttpRequest) -> HttpResponse | None:
    """A 429 with Retry-After for an address that asks too often, else None."""
    if not (seconds := seconds_to_wait(request, RATE)):
        return None
    response = HttpResponse("Too many requests; see Retry-After.\n", content_type="text/plain", status=429)
    response["Retry-After"] = str(seconds)
    return response


def door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for GET and HEAD that is refused to who asks too often and stopped when it takes too long."""
    return require_safe(guarded(view))


def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The same for any method."""
    return _rated(_timed(view))


def long_door(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A guarded view whose answers cost much: ARCHIVE_EXPORTS_AT_ONCE are answered at once, and of these one to an asker.

    HEAD takes no place: the view answers it with `headers_alone`. One beyond that gets 503 with Retry-After. A streamed answer (a download) holds its place until it has been sent, its reader is
    gone, or ARCHIVE_EXPORT_SECONDS are over; an answer of one page (a harvest) while it is made.
    """
    return _rated(_placed(_timed(view)))


def headers_alone(content_type: str) -> StreamingHttpResponse:
    """The answer to HEAD at a long door, made without a row: streamed, so that no length is told that GET has not."""
    return StreamingHttpResponse((), content_type=content_type)


def _rated(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return refusal(request) or view(request, *args, **kwargs)

    return limited


def _placed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method == "HEAD":
            return view(request, *args, **kwargs)
        place = Place.take(request)
        if place is None:
            response = HttpResponse(
                "Too many downloads at once; see Retry-After.\n", content_type="text/plain", status=503
            )
            response["Retry-After"] = str(ASK_AGAIN)
            return response
        try:
            response = view(request, *args, **kwargs)
        except BaseException:
            place.close()
            raise
        if response.streaming:
            response.streaming_content = Held(response.streaming_content, place)
        else:
            place.close()
        return response

    return limited


def _timed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            with time_limit():
                response = view(request, *args, **kwargs)
                # A template reads the rows that it shows: within the limit as well.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response
        except SearchTooCostlyError:
            return HttpResponse("This took too long and was stopped.\n", content_type="text/plain", status=503)

    return limited
