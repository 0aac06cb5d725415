"""The outermost middleware: it drops every forwarding header that the proxy before the archive has not set itself.

A client can send any header that a proxy would send. Without ARCHIVE_BEHIND_PROXY every such header is dropped here,
before anything reads it. With it, only the proxy's own values stay: the last value of X-Forwarded-For and of
X-Forwarded-Proto, because a proxy appends to the header that it receives. Hosts, ports and prefixes are never taken
from such headers. The server in front (archive/gunicorn.py) trusts none of them either.
"""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# WSGI names of the headers that say where a request came from and how. RFC 7239 defines Forwarded; the others are
# custom.
_FORWARDING = ("HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_X_SCHEME", "HTTP_FRONT_END_HTTPS")
_FORWARDING_PREFIX = "HTTP_X_FORWARDED"
CLIENT, SCHEME = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"


class OneProxy:
    """Middleware that comes before everything that reads a request's scheme, host or client address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        keep_the_proxys_word(request.META, settings.ARCHIVE_BEHIND_PROXY)
        return self.get_response(request)


def keep_the_proxys_word(environment: dict, behind_proxy: bool) -> None:
    """Removes every forwarding header from a WSGI environment.

    With `behind_proxy` the last client address and the last scheme stay, if they are a valid IP address and `http` or
    `https`.
    """
    client = environment.get(CLIENT, "").rpartition(",")[2].strip()
    scheme = environment.get(SCHEME, "").rpartition(",")[2].strip().lower()
    for name in [name for name in environment if name in _FORWARDING or name.startswith(_FORWARDING_PREFIX)]:
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
