"""A page's address → the page as an item: fetched from public addresses only, within limits, as far as robots.txt allows."""

import ipaddress
import socket
import time
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import urllib3
from django.conf import settings
from django.utils import timezone

from articles.ingest.document import Item, UnreadableError
from articles.ingest.readers.warc import PAGE_TYPES, charset

AGENT = "ct-diplomacy-archive"
_USER_AGENT = f"{AGENT}/1.0 (news archive; one page at an editor's request)"
_MOST_REDIRECTS = 5
_CONNECT_SECONDS, _WHOLE_SECONDS = 10, 45
_CHUNK = 1 << 16
_LARGEST_ROBOTS = 512 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}


def fetch(address: str) -> Item:
    """The page at a public web address, redirects followed.

    Raises UnreadableError saying why not: an address that is not public, a robots.txt that forbids it, an answer that is
    no page, is too large, or takes too long.
    """
    deadline = time.monotonic() + _WHOLE_SECONDS
    current = address
    for _ in range(_MOST_REDIRECTS + 1):
        _check_robots(current, deadline)
        status, headers, content = _get(current, deadline, settings.ARCHIVE_LARGEST_FILE)
        if status in _REDIRECTS and headers.get("Location"):
            current = urljoin(current, headers["Location"])
            continue
        if status != 200:
            raise UnreadableError(f"{current} answered with status {status}")
        declared = headers.get("Content-Type", "text/html")
        media_type, _, parameters = declared.partition(";")
        if media_type.strip().lower() not in PAGE_TYPES:
            raise UnreadableError(f"{current} is {media_type.strip() or 'of no declared type'}, not a page")
        return Item(
            address,
            content,
            media_type.strip().lower(),
            address=current,
            captured_at=timezone.now(),
            encoding=charset(parameters),
        )
    raise UnreadableError(f"{address} redirects more than {_MOST_REDIRECTS} times")


def _get(address: str, deadline: float, largest: int) -> tuple[int, urllib3.response.HTTPHeaderDict, bytes]:
    """(status, headers, body) of one request to a checked address, the very one that was checked."""
    parts = urlsplit(address)
    host, ip = parts.hostname or "", _public_ip(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=max(1.0, deadline - time.monotonic()))
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            ip, port, server_hostname=host, assert_hostname=host, timeout=timeout, retries=False
        )
    else:
        pool = urllib3.HTTPConnectionPool(ip, port, timeout=timeout, retries=False)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": _USER_AGENT, "Accept": "text/html,*/*;q=0.5",
               "Accept-Encoding": "gzip, deflate"}  # fmt: skip
    try:
        with pool.request("GET", path, headers=headers, redirect=False, preload_content=False) as response:
            return response.status, response.headers, _body(response, address, deadline, largest)
    except urllib3.exceptions.HTTPError as error:
        raise UnreadableError(f"{address} could not be fetched: {_reason(error)}") from None
    finally:
        pool.close()


def _reason(error: Exception) -> str:
    return (
        "it took too long"
        if isinstance(error, urllib3.exceptions.TimeoutError)
        else str(error).rsplit(": ", 1)[-1][:200]
    )


def _body(response: urllib3.BaseHTTPResponse, address: str, deadline: float, largest: int) -> bytes:
    parts, size = [], 0
    for part in response.stream(_CHUNK, decode_content=True):
        size += len(part)
        if size > largest:
            raise UnreadableError(f"{address} is larger than {largest:,} bytes (ARCHIVE_LARGEST_FILE)")
        if time.monotonic() > deadline:
            raise UnreadableError(f"{address} could not be fetched: it took longer than {_WHOLE_SECONDS} seconds")
        parts.append(part)
    return b"".join(parts)


def _public_ip(address: str) -> str:
    """The address's IP, if the whole internet can reach it; ARCHIVE_FETCH_PRIVATE lets tests fetch from this machine."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        raise UnreadableError(f"{address} is not a web address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UnreadableError(f"{address} is not a web address")
    try:
        found = socket.getaddrinfo(parts.hostname, port or 80, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnreadableError(f"{parts.hostname} has no address on the internet") from None
    ips = [entry[4][0] for entry in found]
    if not settings.ARCHIVE_FETCH_PRIVATE and not all(_is_public(ip) for ip in ips):
        raise UnreadableError(f"{parts.hostname} is not a public address")
    return ips[0]


def _is_public(ip: str) -> bool:
    parsed = ipaddress.ip_address(ip.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return parsed.is_global and not parsed.is_multicast and (mapped is None or mapped.is_global)


def _check_robots(address: str, deadline: float) -> None:
    parts = urlsplit(address)
    _public_ip(address)
    if not _robots(f"{parts.scheme}://{parts.netloc}", deadline).can_fetch(AGENT, address):
        raise UnreadableError(f"the robots.txt of {parts.hostname} does not allow {parts.path or '/'} to be fetched")


def _robots(site: str, deadline: float) -> RobotFileParser:
    """The site's rules (RFC 9309): none where there is no file, everything forbidden while the site fails."""
    rules = _cached_robots(site, int(time.time() // 3600))
    if rules is None:
        rules = RobotFileParser()
        rules.parse(_robots_text(site, deadline).splitlines())
        _ROBOTS[site] = int(time.time() // 3600), rules
    return rules


_ROBOTS: dict[str, tuple[int, RobotFileParser]] = {}


def _cached_robots(site: str, hour: int) -> RobotFileParser | None:
    kept = _ROBOTS.get(site)
    return kept[1] if kept and kept[0] == hour else None


def _robots_text(site: str, deadline: float) -> str:
    address = f"{site}/robots.txt"
    for _ in range(_MOST_REDIRECTS + 1):
        status, headers, content = _get(address, deadline, _LARGEST_ROBOTS)
        if status in _REDIRECTS and headers.get("Location"):
            address = urljoin(address, headers["Location"])
            continue
        if status >= 500:
            return "User-agent: *\nDisallow: /"
        return content.decode("utf-8", "replace") if status == 200 else ""
    return ""
