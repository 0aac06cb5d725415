"""The doors for machines as views share them: read only, bounded in time, and in number by the address that asks."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from archive.visitors import seconds_to_wait
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

    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if refused := refusal(request):
            return refused
        try:
            with time_limit():
                return view(request, *args, **kwargs)
        except SearchTooCostlyError:
            return HttpResponse("This took too long and was stopped.\n", content_type="text/plain", status=503)

    return limited
