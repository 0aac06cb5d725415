"""Web addresses: one spelling for each, and the domain that answers for it. Every door that takes an address asks here.

Parsing follows the WHATWG URL Standard (https://url.spec.whatwg.org/) by the library ada, so that an address is read as a
browser reads it: IDNA hosts, default ports, dot segments, percent-encoding. Domains come from the Public Suffix List
(https://publicsuffix.org/) that is packed inside the library publicsuffixlist. Nothing is fetched.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

import ada_url
from publicsuffixlist import PublicSuffixList

from articles.platform.messages import MessageError

# In characters, after percent-encoding. It is the length of the database columns that hold addresses.
LONGEST_ADDRESS = 2000
# RFC 1035, section 2.3.4: octets of a name and of one of its labels.
_LONGEST_HOST, _LONGEST_LABEL = 253, 63
_LONGEST_SHOWN = 120
# RFC 3986, section 2.3: characters that mean the same whether they are percent-encoded or not.
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# An escape, or a character that RFC 3986 does not allow in a path or a query as it is.
_TO_ENCODE = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
# Parameters that platforms add to count clicks: they never choose what a server answers.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id)", re.IGNORECASE
)
_ESCAPES = re.compile(r"(?:%[89A-F][0-9A-F])+")


class AddressError(MessageError):
    """A text that is no web address. The message is one line that names the text and the reason."""


@dataclass(frozen=True)
class WebAddress:
    """An address taken apart. All parts are ASCII.

    `scheme` is "http" or "https".
    `host` is a name in lower case and IDNA form, an IPv4 address, or an IPv6 address in brackets.
    `port` is None where it is the scheme's own.
    `path` begins with a slash.
    `query` is without its question mark; empty where there is none.
    `route` is a fragment that begins with "!", which chooses a page inside a page; empty for other fragments.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    route: str = ""

    @property
    def origin(self) -> str:
        """Scheme, host and port: «https://example.com»."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Host and port, as a Host header has them."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def target(self) -> str:
        """What a request line asks for: path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def text(self) -> str:
        """The address as a request needs it, tracking parameters included."""
        return self.origin + self.target + (f"#{self.route}" if self.route else "")

    @property
    def canonical(self) -> str:
        """The one spelling under which the archive knows the page."""
        kept = [part for part in self.query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0])]
        query = "&".join(kept)
        return f"{self.origin}{self.path}{f'?{query}' if query else ''}{f'#{self.route}' if self.route else ''}"


def read_address(text: str, base: str = "") -> WebAddress:
    """Reads an address as a browser does; a relative one is joined to `base`.

    Credentials («user:password@») and fragments are dropped: they choose no page. Raises AddressError.
    """
    try:
        url = ada_url.URL(text, base) if base else ada_url.URL(text)
    except ValueError:
        raise AddressError(
            "{address} is not a web address: no address on the internet is written so", address=_shown(text)
        ) from None
    if url.protocol not in {"http:", "https:"}:
        raise AddressError(
            "{address} is not a web address: it must begin with http:// or https://", address=_shown(text)
        )
    host = url.hostname.rstrip(".")
    if not all(_is_label(label) for label in host.split(".")):
        raise AddressError(
            "{address} is not a web address: no address on the internet is written so", address=_shown(text)
        )
    if len(host) > _LONGEST_HOST or not all(0 < len(label) <= _LONGEST_LABEL for label in host.split(".")):
        raise AddressError(
            "{address} is not a web address: a part of its host's name is missing or too long", address=_shown(text)
        )
    path, query = _encoded(url.pathname or "/"), _encoded(url.search.removeprefix("?"))
    route = _encoded(url.hash[1:]) if url.hash.startswith("#!") else ""
    address = WebAddress(url.protocol[:-1], host, int(url.port) if url.port else None, path, query, route)
    if len(address.text) > LONGEST_ADDRESS:
        raise AddressError(
            "{address} has {length:,} characters when encoded; an address may have {most:,}",
            address=_shown(text),
            length=len(address.text),
            most=LONGEST_ADDRESS,
        )
    return address


def _is_label(label: str) -> bool:
    """Whether a part of a host's name that says it is in IDNA form («xn--…») is what some letters are written as (UTS 46).

    The library looks into such a part only where another part of the name has letters beyond ASCII.
    """
    if not label.startswith("xn--"):
        return True
    letters = ada_url.idna_to_unicode(label)
    return not letters.isascii() and ada_url.idna_to_ascii(letters) == label.encode()


def canonical_address(text: str, base: str = "") -> str:
    """The one spelling of an address, by which articles are looked up; raises AddressError.

    Made equal: upper case in scheme and host, names in letters and in IDNA form, default ports, dot segments,
    percent-encoding, credentials, fragments, tracking parameters. Kept apart, since they can be two articles: http and https,
    «www.», a slash at the end, the order of parameters.
    """
    return read_address(text, base).canonical


def older_spellings(address: str) -> tuple[str, ...]:
    """A canonical address, and the ways in which versions before this function stored it most often.

    They kept escapes as pages write them: in small letters, as WordPress does, or as the letters themselves.
    """
    small = re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), address)
    return tuple(dict.fromkeys((address, small, _ESCAPES.sub(_in_letters, address))))


def canonical_or_empty(text: str, base: str = "") -> str:
    """The same for what a page says of itself: an empty string for what is no web address."""
    try:
        return canonical_address(text, base)
    except AddressError:
        return ""


def canonical_domain(text: str) -> str:
    """A domain as sources keep it («mapnews.ma»), out of a domain or an address; raises AddressError.

    Names in letters become IDNA; «www.» is taken off.
    """
    typed = text.strip()
    host = read_address(typed if "://" in typed else f"http://{typed}").host
    bare = host.removeprefix("www.")
    return bare if "." in bare else host


def registrable_domain(address: str) -> str:
    """The domain that somebody registered and answers for: «example.co.uk», «name.github.io», or an IP address.

    A host without such a domain (one label, or a public suffix itself) stands for itself. An empty string for what is no web
    address.
    """
    try:
        return _registrable(read_address(address).host)
    except AddressError:
        return ""


def same_domain(one: str, other: str) -> bool:
    """Whether one registrant answers for both addresses; never for what is no web address."""
    domain = registrable_domain(one)
    return bool(domain) and domain == registrable_domain(other)


@lru_cache(maxsize=10_000)
def _registrable(host: str) -> str:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return _suffixes().privatesuffix(host) or host
    return host


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """The list in the library's wheel, with the suffixes that companies registered (github.io, blogspot.com)."""
    return PublicSuffixList(accept_unknown=True, only_icann=False)


def readable_address(address: str) -> str:
    """An address for people to read: escapes that are letters, and an IDNA host, in their own script.

    Only for showing. Escapes of anything but letters, marks and digits stay, so that no address looks like another.
    """
    try:
        parts = read_address(address)
    except AddressError:
        return address
    host = ada_url.idna_to_unicode(parts.host) if "xn--" in parts.host else parts.host
    tail = parts.canonical.removeprefix(parts.origin)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{_ESCAPES.sub(_in_letters, tail)}"


def _in_letters(match: re.Match) -> str:
    try:
        text = unquote_to_bytes(match[0]).decode()
    except UnicodeDecodeError:
        return match[0]
    return "".join(char if unicodedata.category(char)[0] in "LMN" else quote(char) for char in text)


def _encoded(text: str) -> str:
    """A path or query with escapes in capitals, none for unreserved characters, and one for all that needs one."""
    return _TO_ENCODE.sub(_one_spelling, text)


def _one_spelling(match: re.Match) -> str:
    char = chr(int(match[1], 16)) if match[1] else match[0]
    return char if char in _UNRESERVED else f"%{ord(char):02X}"


def _shown(text: str) -> str:
    """A foreign text inside a message of one line."""
    short = text[:_LONGEST_SHOWN].encode("utf-8", "backslashreplace").decode()
    return "“" + "".join(char if char.isprintable() else "\ufffd" for char in short) + "”"
