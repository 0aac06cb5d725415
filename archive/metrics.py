"""/metrics for Prometheus: asked for with the token of ARCHIVE_METRICS_TOKEN, and no address at all where none is set."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus import exports


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What all processes of this machine's server have counted, in Prometheus's text format."""
    token = settings.ARCHIVE_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Http404
    return exports.ExportToDjangoView(request)
