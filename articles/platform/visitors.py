"""The address of a client, and limits on its requests.

Called by the doors for machines, the search page and the sign-in.

Requests are counted in the cache (ARCHIVE_CACHE): by each process alone where the cache is its own memory, together
where it is shared.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import AnonRateThrottle


def address(request: HttpRequest) -> str:
    """Returns the address that a request comes from. A client cannot forge it.

    Behind a proxy (ARCHIVE_BEHIND_PROXY) it is the last address of X-Forwarded-For, which our proxy appended. The
    client may have sent the addresses before it.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.ARCHIVE_BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def network(request: HttpRequest) -> str:
    """Returns the network by which a client is counted: its IPv4 address, or the first 64 bits of its IPv6 address.

    A subscriber of IPv6 gets all addresses of a /64. An address that cannot be parsed is returned unchanged.
    """
    text = address(request)
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return text
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or f"{int(ip) >> 64:x}::/64")


class Rate(AnonRateThrottle):
    """Limits the requests of one address to the rate in a setting, such as «120/m». Each setting has its own count."""

    def __init__(self, setting: str) -> None:
        self.scope = setting
        super().__init__(getattr(settings, setting))

    def allow_request(self, request: HttpRequest) -> bool:
        """Counts the request. Returns whether it is within the rate."""
        key = self.get_cache_key(request)
        if (moments := self.cache.get(key)) and moments[0] > self.timer():  # type: ignore[misc] # A function of `time`, not a method.
            self.cache.delete(key)  # The clock was set back. Moments in its future would not expire in time.
        return super().allow_request(request)

    def get_ident(self, request: HttpRequest) -> str:
        return address(request)


def seconds_to_wait(request: HttpRequest, setting: str) -> int | None:
    """Counts the request by the rate in `setting`.

    Returns None if it is within the rate, else the seconds after which the client should ask again, at least 1.
    """
    rate = Rate(setting)
    return None if rate.allow_request(request) else max(1, round(rate.wait() or 1))
