"""What the proxy before the archive says of a request, and nobody else's word for it: the outermost middleware.

A client can send any header that a proxy would send. Without ARCHIVE_BEHIND_PROXY every such header is dropped here, before
anything reads it. With it, only the proxy's own word stays: the last value of X-Forwarded-For and of X-Forwarded-Proto, for a
proxy appends to what it was sent. Hosts, ports and prefixes are never taken from such headers. The server in front
(archive/gunicorn.py) believes none of them either.
"""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# Headers that tell where a request came from and how, as WSGI names them. RFC 7239 defines Forwarded, the others are usage.
_TOLD = ("HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_X_SCHEME", "HTTP_FRONT_END_HTTPS")
_TOLD_PREFIX = "HTTP_X_FORWARDED"
CLIENT, SCHEME = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"


class OneProxy:
    """Middleware outside of all that asks a request for its scheme, its host or its sender."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        keep_the_proxys_word(request.META, settings.ARCHIVE_BEHIND_PROXY)
        return self.get_response(request)


def keep_the_proxys_word(environment: dict, behind_proxy: bool) -> None:
    """Takes out of a WSGI environment every forwarding header but the last address and the last scheme, which stay only with
    `behind_proxy`, and only where they are an address and a scheme."""
    client = environment.get(CLIENT, "").rpartition(",")[2].strip()
    scheme = environment.get(SCHEME, "").rpartition(",")[2].strip().lower()
    for name in [name for name in environment if name in _TOLD or name.startswith(_TOLD_PREFIX)]:
        del environment[name]
    if behind_proxy:
        if _is_address(client):
            environment[CLIENT] = client
        if scheme in ("http", "https"):
            environment[SCHEME] = scheme


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
