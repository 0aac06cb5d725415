"""The doors for machines as views share them: read only, bounded in time, and in number by the address that asks."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe
from ninja.throttling import AnonRateThrottle

from articles.search.limit import SearchTooCostlyError, time_limit


class Rate(AnonRateThrottle):
    """ARCHIVE_API_RATE for each address, counted together for all doors in this process."""

    scope = "machines"

    def __init__(self) -> None:
        super().__init__(settings.ARCHIVE_API_RATE)


def refusal(request: HttpRequest) -> HttpResponse | None:
    """A 429 with Retry-After for an address that asks too often, else None."""
    rate = Rate()
    if rate.allow_request(request):
        return None
    response = HttpResponse("Too many requests; see Retry-After.\n", content_type="text/plain", status=429)
    response["Retry-After"] = str(max(1, round(rate.wait() or 1)))
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
