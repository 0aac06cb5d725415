"""Each address has one canonical spelling, and a registrable domain."""

import json
import string
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.platform.addresses import (
    AddressError,
    canonical_address,
    canonical_domain,
    read_address,
    readable_address,
    registrable_domain,
    same_domain,
)

NEWS = "http://h.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://h.example/أخبار", "http://h.example/%d8%a3%d8%ae%d8%a8%d8%a7%d8%b1", "HTTP://H.EXAMPLE/أخبار", "http://h.example:80/أخبار",
        "http://h.example./أخبار", "http://h.example/أخبار#top", "http://h.example/a/../أخبار", "http://h.example/./%2e/أخبار",
        "http://h.example/أخبار?utm_source=x&fbclid=1", "http://h.example/أخبار?", "http://user:secret@h.example/أخبار",
        "  http://h.example/أخ\nبار ", "http:\\\\h.example\\أخبار", "http://h.example/أخ%D8%A8ار",
    ],
)  # fmt: skip
def test_spellings_of_one_address_are_one(spelling: str) -> None:
    assert canonical_address(spelling) == NEWS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://موقع.مصر/x", "http://xn--4gbrim.xn--wgbh1c/x"),
        ("https://h.example:443/~a", "https://h.example/%7Ea"),
        ("http://h.example/a b", "http://h.example/a%20b"),
        ("http://h.example/?a[]=1|2", "http://h.example/?a%5b%5d=1%7c2"),
        ("http://h.example/100%", "http://h.example/100%25"),
        ("http://h.example/?id=7&gclid=x", "http://h.example/?id=7"),
        ("http://[2001:DB8:0:0::1]:80/", "http://[2001:db8::1]/"),
        ("http://مثال.example/", "http://XN--mgbh0fb.example/"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("http://💩.example/", "http://xn--ls8h.example/"),
    ],
)
def test_more_spellings_are_one(first: str, second: str) -> None:
    assert canonical_address(first) == canonical_address(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://h.example/a", "https://h.example/a"), ("http://h.example/a", "http://h.example/a/"), ("http://h.example/", "http://www.h.example/"),
        ("http://h.example/?a=1&b=2", "http://h.example/?b=2&a=1"), ("http://h.example/A", "http://h.example/a"), ("http://h.example/a%2Fb", "http://h.example/a/b"),
        # Two words in windows-1256, which are not valid UTF-8.
        ("http://h.example/?q=%C7%E1", "http://h.example/?q=%C7%E2"), ("http://h.example:8080/", "http://h.example/"), ("http://h.example/?123", "http://h.example/?123="),
        ("http://h.example/?q=a+b", "http://h.example/?q=a%2Bb"), ("http://h.example/#!/1", "http://h.example/#!/2"), ("http://h.example/?page=1", "http://h.example/?page=2"),
    ],
)  # fmt: skip
def test_what_can_be_two_articles_stays_two(first: str, second: str) -> None:
    assert canonical_address(first) != canonical_address(second)


@pytest.mark.parametrize(
    "text",
    [
        "http://[::1", "http://", "http:///", "", "أخبار", "//h/a", "ftp://h/", "file:///etc/passwd", "javascript:alert(1)", "http://a b/", "http://h:99999/",
        "http://h:port/", "http://[fe80::1%25lo]/", "http://\ud800/", "http://a..b/", "http://" + "a" * 64 + ".example/", "http://h/?" + "x" * 2000,
        "http://h/" + "خ" * 400, "http://%00/", "http://h^/", "http://a\u200db.example/", "data:text/html,x",
        # Punycode of nothing, of characters that need none, and of a letter in decomposed form.
        "https://xn--/", "https://XN--/", "https://a.xn--/", "https://xn--.example/", "https://xn--a/", "https://xn--99999999.example/", "https://xn--abc-/",
        "https://xn--u-ccb.example/", "https://www.xn--a-ecp.example/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        canonical_address(text)
    message = str(refused.value)
    assert "\n" not in message and len(message) < 300 and message.isprintable()


@settings(deadline=None, max_examples=500)
@given(
    st.one_of(
        st.text(), st.text().map("http://h/".__add__), st.text(max_size=40).map(lambda host: f"https://{host}/a?b")
    )
)
def test_any_text_gives_an_address_or_its_own_error(text: str) -> None:
    try:
        canonical = canonical_address(text)
    except AddressError:
        return
    assert canonical_address(canonical) == canonical
    assert canonical.isascii() and canonical.startswith(("http://", "https://"))
    assert canonical_address(readable_address(canonical)) == canonical
    assert registrable_domain(canonical)


_PATHS = st.text(st.sampled_from("أبتثخ" + string.ascii_letters + "-._~/é"), max_size=20)


@settings(deadline=None)
@given(_PATHS, st.sampled_from(["", "?q=1", "?س=ص"]), st.booleans())
def test_letters_and_their_escapes_are_one(path: str, query: str, in_capitals: bool) -> None:
    """Every character but the slashes is escaped, in capitals or in small letters."""
    escaped = "".join(c if c == "/" else "".join(f"%{byte:02x}" for byte in c.encode()) for c in path)
    escaped = escaped.upper() if in_capitals else escaped
    assert canonical_address(f"http://h.example/x/{path}{query}") == canonical_address(
        f"http://H.example:80/x/{escaped}{query}#f"
    )


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.mapnews.ma/ar/x", "mapnews.ma"), ("http://a.b.gov.ma/", "b.gov.ma"), ("http://x.co.uk/", "x.co.uk"), ("http://one.github.io/", "one.github.io"),
        ("http://www.one.blogspot.com/", "one.blogspot.com"), ("http://github.io/", "github.io"), ("http://www.مثال.السعودية/", "xn--mgbh0fb.xn--mgberp4a5d4ar"),
        ("http://127.0.0.1:8000/", "127.0.0.1"), ("http://[::1]/", "[::1]"), ("http://localhost/", "localhost"), ("http://[::1", ""), ("file:///a", ""),
    ],
)  # fmt: skip
def test_the_domain_is_the_one_that_somebody_registered(address: str, domain: str) -> None:
    assert registrable_domain(address) == domain


# None of the functions that reach another machine works.
OFFLINE = """
import json, socket, sys

def refuse(*arguments, **named):
    raise AssertionError(f"the network was asked: {arguments}")

socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = socket.socket.__init__ = refuse
from articles.platform.addresses import registrable_domain

print(json.dumps([registrable_domain(address) for address in sys.argv[1:]]))
"""


def test_a_domain_is_answered_without_the_network(tmp_path: Path) -> None:
    """Runs a new process with a home of its own, where no earlier run has cached a list of suffixes."""
    domain_by_address = {
        "https://www.mapnews.ma/x": "mapnews.ma", "http://a.b.co.uk/": "b.co.uk", "http://two.one.github.io/": "one.github.io",
        "http://www.مثال.السعودية/": "xn--mgbh0fb.xn--mgberp4a5d4ar",
    }  # fmt: skip
    environment = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-c", OFFLINE, *domain_by_address], cwd=project.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == list(domain_by_address.values())
    assert list(tmp_path.iterdir()) == []


def test_neighbours_under_a_shared_suffix_are_strangers() -> None:
    assert same_domain("https://www.mapnews.ma/1", "http://m.mapnews.ma/2")
    assert not same_domain("http://one.github.io/", "http://two.github.io/")
    assert not same_domain("http://one.blogspot.com/", "http://two.blogspot.com/")
    assert not same_domain("http://one.co.uk/", "http://two.co.uk/")
    assert not same_domain("http://10.0.0.1/", "http://11.0.0.1/")
    assert not same_domain("", "") and not same_domain("http://[::1", "http://[::1")


def test_a_domain_is_read_out_of_what_an_editor_types() -> None:
    for typed in ("mapnews.ma", "WWW.MapNews.ma", " https://www.mapnews.ma/ar/ ", "mapnews.ma."):
        assert canonical_domain(typed) == "mapnews.ma"
    assert canonical_domain("موقع.مصر") == "xn--4gbrim.xn--wgbh1c"
    with pytest.raises(AddressError):
        canonical_domain("ليس نطاقا")


def test_an_address_is_shown_in_its_letters_and_nothing_else_is_unescaped() -> None:
    assert readable_address(NEWS) == "http://h.example/أخبار"
    assert readable_address("http://xn--4gbrim.xn--wgbh1c/%D8%A3?q=%D8%A8") == "http://موقع.مصر/أ?q=ب"
    # A right-to-left override, a slash and a byte of windows-1256 stay escaped.
    assert readable_address("http://h/%E2%80%AEa%2Fb%C7") == "http://h/%E2%80%AEa%2Fb%C7"


def test_a_request_asks_for_what_was_typed_tracking_included() -> None:
    address = read_address("http://موقع.مصر:8080/خ?utm_source=a&b=1#f")
    assert (address.authority, address.target) == ("xn--4gbrim.xn--wgbh1c:8080", "/%D8%AE?utm_source=a&b=1")
