"""Who asks, and how often one who asks may: called by the doors for machines, the search page and the sign-in.

Counted in the cache (ARCHIVE_CACHE): in each process alone where that is its own memory, together where it is shared.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import AnonRateThrottle


def address(request: HttpRequest) -> str:
    """The address that a request comes from, never what the asker says of itself.

    Behind a proxy (ARCHIVE_BEHIND_PROXY) that is the last address of X-Forwarded-For, the one that our proxy put there;
    what stands before it was sent by the asker.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.ARCHIVE_BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def network(request: HttpRequest) -> str:
    """What one asker has for sure: the address, and of IPv6 the first half of it, since every line gets all of the second half."""
    asker = address(request)
    try:
        ip = ipaddress.ip_address(asker)
    except ValueError:
        return asker
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or f"{int(ip) >> 64:x}::/64")


class Rate(AnonRateThrottle):
    """So many requests of one address, as the setting named says («120/m»), counted apart for each setting."""

    def __init__(self, setting: str) -> None:
        self.scope = setting
        super().__init__(getattr(settings, setting))

    def allow_request(self, request: HttpRequest) -> bool:
        key = self.get_cache_key(request)
        if (asked := self.cache.get(key)) and asked[0] > self.timer():
            self.cache.delete(key)  # The clock has been put back: what lies ahead of it would never grow old.
        return super().allow_request(request)

    def get_ident(self, request: HttpRequest) -> str:
        return address(request)


def seconds_to_wait(request: HttpRequest, setting: str) -> int | None:
    """Counts the request; None where it may go on, else after how many seconds to ask again, at least 1."""
    rate = Rate(setting)
    return None if rate.allow_request(request) else max(1, round(rate.wait() or 1))
