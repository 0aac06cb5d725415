"""Web addresses: their canonical spelling and their registrable domain. All code that accepts an address uses it.

Parsing follows the WHATWG URL Standard (https://url.spec.whatwg.org/) by the library ada, so that an address is read as
a browser reads it: IDNA hosts, default ports, dot segments, percent-encoding. Domains come from the Public Suffix List
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

# The most characters of an address after percent-encoding. It is the length of the database columns that hold
# addresses.
LONGEST_ADDRESS = 2000
# The most octets of a name and of one of its labels (RFC 1035, section 2.3.4).
_LONGEST_HOST, _LONGEST_LABEL = 253, 63
# The most code points of an address that a message quotes. A judgement: enough to find it, and it fits a line.
_LONGEST_SHOWN = 120
# RFC 3986, section 2.3: characters that mean the same whether they are percent-encoded or not.
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# An escape, or a character that RFC 3986 does not allow in a path or a query as it is.
_TO_ENCODE = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
# Parameters that platforms add to count clicks. They never change what a server answers.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id)", re.IGNORECASE
)
_ESCAPES = re.compile(r"(?:%[89A-F][0-9A-F])+")


class AddressError(MessageError):
    """A text that is no web address. The message is one line that names the text and the reason."""


@dataclass(frozen=True)
class WebAddress:
    """The parts of an address. All are ASCII.

    scheme: "http" or "https".
    host: a name in lower case and IDNA form, an IPv4 address, or an IPv6 address in brackets.
    port: the port; None for the scheme's default.
    path: the path, which begins with a slash.
    query: the query without its question mark; empty where there is none.
    route: a fragment that begins with "!", which selects a page within a page; empty for other fragments.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    route: str = ""

    @property
    def origin(self) -> str:
        """Returns scheme, host and port: «https://example.com»."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Returns host and port, as in a Host header."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def target(self) -> str:
        """Returns path and query, as in a request line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def text(self) -> str:
        """Returns the address as a request needs it, tracking parameters included."""
        return self.origin + self.target + (f"#{self.route}" if self.route else "")

    @property
    def canonical(self) -> str:
        """Returns the canonical spelling, under which the archive stores the page's address."""
        parameters = [part for part in self.query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0])]
        query = "&".join(parameters)
        return f"{self.origin}{self.path}{f'?{query}' if query else ''}{f'#{self.route}' if self.route else ''}"


def read_address(text: str, base: str = "") -> WebAddress:
    """Parses an address as a browser does. A relative address is joined to `base`.

    Credentials («user:password@») and fragments are dropped, because they select no page. Raises AddressError.
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
    """Returns whether a label that claims to be in IDNA form («xn--…») encodes some letters (UTS 46). True for other
    labels.

    The library checks such a label only where another label of the name has letters beyond ASCII.
    """
    if not label.startswith("xn--"):
        return True
    letters = ada_url.idna_to_unicode(label)
    return not letters.isascii() and ada_url.idna_to_ascii(letters) == label.encode()


def canonical_address(text: str, base: str = "") -> str:
    """Returns the canonical spelling of an address, by which articles are looked up. Raises AddressError.

    Addresses that differ only in these points become equal: upper case in scheme and host, names in letters and in IDNA
    form, default ports, dot segments, percent-encoding, credentials, fragments, tracking parameters. These differences
    stay, since they can mean two articles: http and https, «www.», a slash at the end, the order of parameters.
    """
    return read_address(text, base).canonical


def older_spellings(address: str) -> tuple[str, ...]:
    """Returns a canonical address and its most frequent spellings in archives of older versions.

    Older versions stored percent-encoding as pages write it: in lower case, as WordPress does, or as plain letters.
    """
    small = re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), address)
    return tuple(dict.fromkeys((address, small, _ESCAPES.sub(_in_letters, address))))


def canonical_or_empty(text: str, base: str = "") -> str:
    """Returns the canonical spelling of an address that a page states about itself.

    The result is "" for a text that is no web address.
    """
    try:
        return canonical_address(text, base)
    except AddressError:
        return ""


def canonical_domain(text: str) -> str:
    """Returns the domain of a domain or an address as sources store it («mapnews.ma»). Raises AddressError.

    Names in letters are converted to IDNA form, and «www.» is removed.
    """
    typed = text.strip()
    host = read_address(typed if "://" in typed else f"http://{typed}").host
    bare = host.removeprefix("www.")
    return bare if "." in bare else host


def registrable_domain(address: str) -> str:
    """Returns the registrable domain of an address: «example.co.uk», «name.github.io», or an IP address.

    A host without such a domain (a single label, or a public suffix itself) is returned whole. The result is "" for a
    text that is no web address.
    """
    try:
        return _registrable(read_address(address).host)
    except AddressError:
        return ""


def same_domain(address: str, second_address: str) -> bool:
    """Returns whether both addresses have the same registrable domain. False where one of them is no web address."""
    domain = registrable_domain(address)
    return bool(domain) and domain == registrable_domain(second_address)


@lru_cache(maxsize=10_000)
def _registrable(host: str) -> str:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return _suffixes().privatesuffix(host) or host
    return host


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """Returns the Public Suffix List of the library's package, with the suffixes of companies (github.io,
    blogspot.com).
    """
    return PublicSuffixList(accept_unknown=True, only_icann=False)


def readable_address(address: str) -> str:
    """Returns an address for display: percent-encoded letters and an IDNA host appear in their own script.

    Only letters, marks and digits are decoded, so that no address looks like another.
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
    """Decodes a run of escapes, but for characters that are no letters, marks or digits."""
    try:
        text = unquote_to_bytes(match[0]).decode()
    except UnicodeDecodeError:
        return match[0]
    return "".join(char if unicodedata.category(char)[0] in "LMN" else quote(char) for char in text)


def _encoded(text: str) -> str:
    """Normalises the percent-encoding of a path or query.

    Escapes are in capitals, unreserved characters have none, and every character that needs one has one.
    """
    return _TO_ENCODE.sub(_normalised, text)


def _normalised(match: re.Match) -> str:
    char = chr(int(match[1], 16)) if match[1] else match[0]
    return char if char in _UNRESERVED else f"%{ord(char):02X}"


def _shown(text: str) -> str:
    """Returns a text from outside as a message of one line quotes it: shortened, without unprintable characters."""
    short = text[:_LONGEST_SHOWN].encode("utf-8", "backslashreplace").decode()
    return "“" + "".join(char if char.isprintable() else "\ufffd" for char in short) + "”"
