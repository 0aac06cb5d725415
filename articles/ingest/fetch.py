"""Fetches a page as an item: from public addresses only, within limits, and only if robots.txt allows it."""

import http.client
import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import urllib3
from django.conf import settings
from django.utils import timezone

from articles.ingest.content_coding import unpack
from articles.ingest.document import Item, UnreadableError
from articles.ingest.readers.warc import PAGE_TYPES, content_type
from articles.platform.addresses import AddressError, WebAddress, canonical_address, read_address
from articles.platform.messages import Message

_log = logging.getLogger(__name__)

AGENT = "ct-diplomacy-archive"
_USER_AGENT = f"{AGENT}/1.0 (news archive; one page at an editor's request)"
# A judgement: from http to https, to another host and to the page's present address is three. RFC 9309 (2.3.1.2) wants
# at least five to be followed for robots.txt. Each costs a connection of its own.
_MOST_REDIRECTS = 5
# A judgement: a lost packet of the handshake is sent again after 1, 3 and 7 seconds. A host with several addresses must
# leave time for the next one within ARCHIVE_FETCH_SECONDS.
_CONNECT_SECONDS = 10
# In bytes: what is read at once of a body, and the longest line of headers before the answer proper. The latter is the
# limit of http.client. The former is a judgement: the size and the time are checked after each piece.
_BYTES_AT_ONCE = _LONGEST_LINE = 1 << 16
# In bytes. RFC 9309 (2.5) demands a limit of at least 500 kibibytes.
_LARGEST_ROBOTS = 512 * 1024
_INTERNET_6 = ipaddress.ip_network("2000::/3")
# Networks that IANA's special-purpose registries of IPv4 and IPv6 call not globally reachable, or that belong to no
# particular host (anycast relays, documentation, NAT64, segment routing). The standard library knows some of them,
# depending on its version. The last one is the address at which Azure's WireServer answers virtual machines.
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "233.252.0.0/24", "240.0.0.0/4",
        "::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001:2::/48",
        "2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2620:4f:8000::/48",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8",
        "168.63.129.16/32",
    )
)  # fmt: skip
# The statuses with an address to go to (RFC 9110, 15.4): 300 leaves a choice, 304 is no redirect, 305 and 306 are
# obsolete.
_REDIRECTS = {301, 302, 303, 307, 308}


def fetch(address: str) -> Item:
    """Fetches the page at a public web address and follows redirects.

    ARCHIVE_FETCH_SECONDS limits the total time: name lookup, connecting, encryption, robots.txt, redirects, headers and
    body together, however slowly a server sends.

    Raises UnreadableError with the reason: the address is not public, robots.txt forbids it, or the response is no
    page, is too large or takes too long.
    """
    deadline = time.monotonic() + settings.ARCHIVE_FETCH_SECONDS
    answer = _follow_redirects(_web_address(address).text, deadline, settings.ARCHIVE_LARGEST_FILE, _check_robots)
    if answer.redirect:
        raise UnreadableError("{address} redirects more than {most} times", address=address, most=_MOST_REDIRECTS)
    if answer.status != 200:
        raise UnreadableError("{address} answered with status {status}", address=answer.address, status=answer.status)
    media_type, charset = content_type(answer.headers.get("Content-Type", "text/html"))
    if media_type not in PAGE_TYPES:
        raise UnreadableError(
            "{address} is {media_type}, not a page", address=answer.address, media_type=media_type or Message("of no declared type")
        )  # fmt: skip
    try:
        content, notes = unpack(
            answer.content, answer.headers.get("Content-Encoding", ""), settings.ARCHIVE_LARGEST_FILE
        )
    except UnreadableError as error:
        raise UnreadableError("{address}: {reason}", address=answer.address, reason=str(error)) from None
    return Item(
        address,
        content,
        media_type,
        address=canonical_address(answer.address),
        captured_at=timezone.now(),
        encoding=charset,
        notes=notes,
    )


def _web_address(text: str, base: str = "") -> WebAddress:
    """Parses an address as the whole archive does. Raises UnreadableError for a malformed one."""
    try:
        return read_address(text, base)
    except AddressError as error:
        raise UnreadableError(str(error)) from None


@dataclass(frozen=True)
class _ServerResponse:
    """A server's response.

    address: the address of the request.
    status: the status code.
    headers: the response headers.
    content: the body, with its content codings.
    """

    address: str
    status: int
    headers: urllib3.response.HTTPHeaderDict
    content: bytes

    @property
    def redirect(self) -> str:
        """Returns the address that the response redirects to; an empty string if it is no redirect.

        Raises UnreadableError for a Location that is no web address.
        """
        location = self.headers.get("Location") if self.status in _REDIRECTS else None
        if not location:
            return ""
        try:
            return read_address(_header_text(location), self.address).text
        except AddressError as error:
            raise UnreadableError(
                "{address} redirects to what no page is at: {reason}", address=self.address, reason=str(error)
            ) from None


def _header_text(value: str) -> str:
    """Returns a header's value decoded as UTF-8.

    Servers write other letters into Location, although RFC 9110 allows only ASCII there. The library decodes every byte
    as ISO 8859-1. Bytes of a value that is no UTF-8 are percent-encoded.
    """
    content = value.encode("latin-1", "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in content)


def _follow_redirects(
    address: str, deadline: float, largest: int, check: Callable[[str, float], None] = lambda address, deadline: None
) -> _ServerResponse:
    """Follows redirects and returns the final response, or the last redirect if there are too many.

    `check` is called with every address before its request.
    """
    for _ in range(_MOST_REDIRECTS + 1):
        check(address, deadline)
        answer = _get(address, deadline, largest)
        if not answer.redirect:
            break
        address = answer.redirect
    return answer


def _get(address: str, deadline: float, largest: int) -> _ServerResponse:
    """Sends one request and returns the response. The connection goes to the same IP address that was checked."""
    web_address, ip = _web_address(address), _public_ip(address, deadline)
    port = web_address.port or (443 if web_address.scheme == "https" else 80)
    pool = _pool(web_address.scheme, web_address.host.strip("[]"), (ip, port), deadline)
    headers = {"Host": web_address.authority, "User-Agent": _USER_AGENT, "Accept": "text/html,*/*;q=0.5",
               "Accept-Encoding": "gzip, deflate"}  # fmt: skip
    try:
        with pool.request(
            "GET", web_address.target, headers=headers, redirect=False, preload_content=False
        ) as response:
            body = _body(response, address, deadline, largest)
            return _ServerResponse(address, response.status, response.headers, body)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        reason = _too_long() if time.monotonic() > deadline else _reason(error)
        raise UnreadableError(_not_fetched(address, reason)) from None
    finally:
        pool.close()


def _pool(scheme: str, host: str, peer: tuple[str, int], deadline: float) -> urllib3.HTTPConnectionPool:
    """Returns a pool of connections to `peer` (IP address, port). Every connection ends by the deadline."""

    def connect(connection: urllib3.connection.HTTPConnection) -> socket.socket:
        """Connects to `peer` and returns the socket; takes the place of the library's `_new_conn`.

        Raises the library's own errors for a connection that is refused or takes too long.
        """
        family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
        plain_socket = _Socket(family, socket.SOCK_STREAM)
        plain_socket.deadline = deadline
        try:
            plain_socket.settimeout(min(_CONNECT_SECONDS, _seconds_left(deadline)))
            plain_socket.connect(peer)
        except TimeoutError as error:
            plain_socket.close()
            raise urllib3.exceptions.ConnectTimeoutError(connection, "it took too long to connect") from error
        except OSError as error:
            plain_socket.close()
            raise urllib3.exceptions.NewConnectionError(connection, error.strerror or str(error)) from error
        # The TLS handshake has this time. Every later call has the time that is left then.
        plain_socket.settimeout(_seconds_left(deadline))
        return plain_socket

    if scheme == "http":
        pool = urllib3.HTTPConnectionPool(*peer, retries=False)
    else:
        context = urllib3.util.ssl_.create_urllib3_context()
        context.load_default_certs()
        context.sslsocket_class = type("_TlsSocket", (_Timed, ssl.SSLSocket), {"deadline": deadline})
        pool = urllib3.HTTPSConnectionPool(
            *peer, server_hostname=host, assert_hostname=host, ssl_context=context, retries=False
        )
    members = {"_new_conn": connect, "response_class": _FinalResponse}
    pool.ConnectionCls = type("_Connection", (pool.ConnectionCls,), members)
    return pool


class _FinalResponse(http.client.HTTPResponse):
    """The final response to a request. Interim responses («103 Early Hints», «100 Continue») are skipped (RFC 9110,
    15.2).

    The library skips only 100. Every line is read by the deadline of the socket.
    """

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc] # Stubs: it is missing.
            if not 100 <= status < 200 or status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                return version, status, reason
            while self.fp.readline(_LONGEST_LINE).strip():
                pass


# What `_Timed` is mixed into, for the type check.
if TYPE_CHECKING:
    _AnySocket = socket.socket
else:
    _AnySocket = object


class _Timed(_AnySocket):
    """A socket whose calls wait no longer than until its deadline, however many calls there are.

    deadline: by time.monotonic(), in seconds.
    """

    deadline: float

    def recv_into(self, *arguments: Any) -> int:
        self.settimeout(_seconds_left(self.deadline))
        return super().recv_into(*arguments)

    def sendall(self, *arguments: Any) -> None:
        self.settimeout(_seconds_left(self.deadline))
        super().sendall(*arguments)


class _Socket(_Timed, socket.socket):
    """A plain TCP socket with a deadline."""


def _seconds_left(deadline: float) -> float:
    """Returns the seconds until the deadline. Raises TimeoutError if it is past."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("it took too long")
    return seconds


def _not_fetched(address: str, reason: Message) -> Message:
    return Message("{address} could not be fetched: {reason}", address=address, reason=reason)


def _too_long() -> Message:
    seconds = settings.ARCHIVE_FETCH_SECONDS
    return Message("it took longer than {seconds:g} seconds (ARCHIVE_FETCH_SECONDS)", seconds=seconds)


def _reason(error: Exception) -> Message:
    """Returns a readable reason why a request failed. The library's own message goes to the log."""
    _log.info("a page could not be fetched", exc_info=error)
    # Some versions of the library make NewConnectionError a TimeoutError.
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return Message("its server takes no connection")
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return Message("it took too long")
    if isinstance(error, urllib3.exceptions.SSLError | ssl.SSLError):
        return Message("its certificate or encryption is not in order")
    return Message("its server broke off, or what it sent is no answer of the web")


def _body(response: urllib3.BaseHTTPResponse, address: str, deadline: float, largest: int) -> bytes:
    """Reads the body of a response, without undoing its content coding.

    Raises UnreadableError for more than `largest` bytes, and if the body is not complete by the deadline.
    """
    chunks, size = [], 0
    # `read1` returns the bytes that have arrived. A read of whole chunks would never end at a server that sends single
    # bytes slowly.
    while chunk := response.read1(_BYTES_AT_ONCE, decode_content=False):
        size += len(chunk)
        if size > largest:
            raise UnreadableError(
                "{address} is larger than {most:,} bytes (ARCHIVE_LARGEST_FILE)", address=address, most=largest
            )
        if time.monotonic() > deadline:
            raise UnreadableError(_not_fetched(address, _too_long()))
        chunks.append(chunk)
    return b"".join(chunks)


def _public_ip(address: str, deadline: float) -> str:
    """Returns the IP address of a web address's host.

    Raises UnreadableError for an unknown host, and if any of the host's IP addresses is not public.

    ARCHIVE_FETCH_PRIVATE lets tests fetch from this machine.
    """
    web_address = _web_address(address)
    host = web_address.host.strip("[]")
    try:
        address_infos = _looked_up(host, web_address.port or 80, deadline)
    except TimeoutError:
        raise UnreadableError(_not_fetched(address, Message("looking up its name took too long"))) from None
    except (OSError, UnicodeError):
        raise UnreadableError("{host} has no address on the internet", host=host) from None
    ips = [address_info[4][0] for address_info in address_infos]
    if not settings.ARCHIVE_FETCH_PRIVATE and not all(_is_public(ip) for ip in ips):
        raise UnreadableError("{host} is not a public address", host=host)
    return str(ips[0])


def _looked_up(host: str, port: int, deadline: float) -> list[tuple[Any, ...]]:
    """Returns the result of getaddrinfo for a host, or raises its error. Raises TimeoutError at the deadline.

    getaddrinfo itself has no time limit, so it runs in a thread.
    """
    outcome: list[list[tuple[Any, ...]] | Exception] = []

    def look_up() -> None:
        try:
            outcome.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_seconds_left(deadline))
    if not outcome:
        raise TimeoutError
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _is_public(ip: str) -> bool:
    """Returns whether an IP address is public.

    A public IPv6 address lies in 2000::/3, the only block that is allocated for global unicast (IANA's registry).
    Outside it lie the forms of an IPv4 address (mapped, compatible, translated, NAT64) and special addresses. In the
    two forms inside it, 6to4 and Teredo, the embedded IPv4 address must be public.
    """
    parsed = ipaddress.ip_address(ip.partition("%")[0])
    if parsed.version == 6:
        embedded = parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if parsed not in _INTERNET_6 or (embedded and not _is_public(str(embedded))):
            return False
    if any(parsed in special for special in _SPECIAL if special.version == parsed.version):
        return False
    return parsed.is_global and not parsed.is_multicast


def _check_robots(address: str, deadline: float) -> None:
    web_address = _web_address(address)
    _public_ip(address, deadline)
    if not _robots(web_address.origin, deadline).can_fetch(AGENT, address):
        raise UnreadableError(
            "the robots.txt of {host} does not allow {path} to be fetched", host=web_address.host, path=web_address.path
        )


_ROBOTS: dict[str, tuple[int, RobotFileParser]] = {}


def _robots(site: str, deadline: float) -> RobotFileParser:
    """Returns a site's robots.txt rules (RFC 9309), cached for the current clock hour."""
    hour = int(time.time() // 3600)
    cached = _ROBOTS.get(site)
    if cached and cached[0] == hour:
        return cached[1]
    rules = RobotFileParser()
    rules.parse([line for line in _robots_text(site, deadline).splitlines() if _is_rule(line)])
    _ROBOTS[site] = hour, rules
    return rules


def _is_rule(line: str) -> bool:
    """Returns whether the standard library can parse a line of robots.txt: it parses paths as URLs, and raises for
    «//[».
    """
    try:
        urlsplit(line.partition(":")[2].strip())
    except ValueError:
        return False
    return True


def _robots_text(site: str, deadline: float) -> str:
    """Returns the text of robots.txt: empty if there is no file, and a rule against everything if the server fails
    (5xx).
    """
    answer = _follow_redirects(f"{site}/robots.txt", deadline, _LARGEST_ROBOTS)
    if answer.status >= 500:
        return "User-agent: *\nDisallow: /"
    if answer.status != 200:
        return ""
    content, _notes = unpack(answer.content, answer.headers.get("Content-Encoding", ""), _LARGEST_ROBOTS)
    return content.decode("utf-8", "replace")
