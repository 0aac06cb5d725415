"""A client's own claims about its scheme, host or address have no effect on the running server."""

import re
import socket
import urllib.parse

import pytest

from articles.platform.proxy import keep_the_proxys_word
from tests.system.conftest import Archives, Served

FORGED = {
    "X_Forwarded_Proto": "https", "X_Forwarded_Protocol": "ssl", "X_Forwarded_Ssl": "on", "X_Forwarded_Scheme": "https",
    "X_Scheme": "https", "Front_End_Https": "on", "X_Forwarded_Host": "evil.example", "X_Forwarded_Port": "444",
    "X_Forwarded_Prefix": "/evil", "X_Forwarded_For": "203.0.113.7", "X_Real_Ip": "203.0.113.7",
    "Forwarded": "for=203.0.113.7;proto=https;host=evil.example",
}  # fmt: skip
# Answers with absolute addresses: sitemap, robots, feed, OAI.
ABSOLUTE = (
    "/sitemap.xml",
    "/robots.txt",
    "/feeds/",
    "/oai/?verb=Identify",
    "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
)


def addresses(text: str) -> set[str]:
    """Returns the scheme and host of each address in an answer that is on this server or claims to be the archive."""
    return set(re.findall(r"https?://(?:127\.0\.0\.1:\d+|evil\.example)[^/\"'<\s]*/(?:evil)?", text))


def exchange(served: Served, path: str, lines: list[str], form: dict[str, str] | None = None) -> str:
    """Returns the whole answer, head and body, to a request with exactly these header lines.

    It is a POST where a form is given.
    """
    body = urllib.parse.urlencode(form or {})
    head = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", f"Host: 127.0.0.1:{served.port}", *lines]
    if form is not None:
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall("\r\n".join([*head, "Connection: close", "", body]).encode())
        return b"".join(iter(lambda: connection.recv(1 << 16), b"")).decode("utf-8", "replace")


def submit(served: Served, path: str, form: dict[str, str], *lines: str) -> str:
    """Submits a form of a page with the page's own CSRF token, and returns the answer."""
    page = exchange(served, path, list(lines))
    cookie = re.search(r"(?i)set-cookie: (csrftoken=\w+)", page)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert cookie and token, page[:500]
    return exchange(served, path, [*lines, f"Cookie: {cookie[1]}"], form | {"csrfmiddlewaretoken": token[1]})


def status(answer: str) -> int:
    """Returns the status of an answer."""
    return int(answer.split(" ", 2)[1])


def test_a_forged_header_changes_nothing_on_the_server(archives: Archives) -> None:
    archive = archives.filled("forged")
    with Served(archive, ARCHIVE_API_RATE="100000/m") as served:
        own = f"http://127.0.0.1:{served.port}/"
        for path in ABSOLUTE:
            honest, forged = served.get(path), served.get(path, **FORGED)
            assert (honest.status, forged.status) == (200, 200), path
            assert addresses(forged.text) == addresses(honest.text) == {own}, path
            assert forged.headers.get("Location") is None
        # Headers with an underscore, which a server may mistake for its own variables.
        underscored = exchange(
            served, "/sitemap.xml", ["SCRIPT_NAME: /evil", "X_FORWARDED_PROTO: https", "PATH_INFO: /x"]
        )
        assert status(underscored) == 200 and addresses(underscored) == {own}
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in FORGED.items()]
        chosen = submit(served, "/appearance/", {"theme": "dark"}, *lines)
        assert status(chosen) == 302 and not re.search(r"(?i)set-cookie:[^\r]*; secure", chosen)


def test_behind_https_a_forged_scheme_is_still_sent_to_tls(archives: Archives) -> None:
    archive = archives.migrated("forgedtls")
    with Served(archive, ARCHIVE_HTTPS="1") as served:
        for headers in ("X-Forwarded-Proto: https", "X-Forwarded-Ssl: on", "Forwarded: proto=https", "X-Nothing: 1"):
            answer = exchange(served, "/about/", [headers])
            assert answer.startswith("HTTP/1.1 301") and "location: https://127.0.0.1" in answer.lower(), headers
            assert "strict-transport-security" not in answer.lower(), headers


def test_nobody_asks_more_often_by_another_address(archives: Archives) -> None:
    archive = archives.migrated("forgedfor")
    archive.environment["ARCHIVE_CACHE"] = "database"
    archive.run("createcachetable")
    with Served(archive, ARCHIVE_API_RATE="3/m") as served:
        statuses = [served.get("/feeds/", X_Forwarded_For=f"203.0.113.{n}").status for n in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
    archive.run("shell", "--no-imports", "-c", "from django.core.cache import cache; cache.clear()")
    with Served(archive, ARCHIVE_API_RATE="3/m", ARCHIVE_BEHIND_PROXY="1") as served:
        statuses = [served.get("/feeds/", X_Forwarded_For=f"203.0.113.{n}, 198.51.100.1").status for n in range(5)]
        assert statuses == [200, 200, 200, 429, 429], "what stands before the proxy's word is the client's"
        assert served.get("/feeds/", X_Forwarded_For="203.0.113.1, 198.51.100.2").status == 200


def test_wrong_passwords_close_a_name_whatever_address_is_claimed(archives: Archives) -> None:
    archive = archives.migrated("forgedlogin")
    archive.run("shell", "--no-imports", "-c", (
        "from django.contrib.auth.models import User; "
        "User.objects.create_superuser('sahib', password='a-long-password-1')"
    ))  # fmt: skip
    with Served(archive) as served:

        def sign_in(password: str, claimed: str) -> int:
            form = {"username": "sahib", "password": password}
            return status(submit(served, "/admin/login/", form, f"X-Forwarded-For: {claimed}"))

        statuses = [sign_in("wrong", f"203.0.113.{number}") for number in range(6)]
        assert statuses[:4] == [200] * 4 and statuses[-1] == 429
        assert sign_in("a-long-password-1", "198.51.100.9") == 429


@pytest.mark.parametrize(("sent", "expected"), [
    ("https", "https"), ("http", "http"), ("https, http", "http"), ("http,https", "https"), ("gopher", None), ("", None),
])  # fmt: skip
def test_one_proxys_word_for_the_scheme(sent: str, expected: str | None) -> None:
    environment = {"HTTP_X_FORWARDED_PROTO": sent}
    keep_the_proxys_word(environment, True)
    assert environment.get("HTTP_X_FORWARDED_PROTO") == expected
    keep_the_proxys_word(environment, False)
    assert environment == {}


@pytest.mark.parametrize(("sent", "expected"), [
    ("203.0.113.9", "203.0.113.9"), ("1.1.1.1, 203.0.113.9", "203.0.113.9"), ("1.1.1.1, 2001:db8::1", "2001:db8::1"),
    ("203.0.113.9, unknown", None), ("203.0.113.9,", None), ("' OR 1=1 --", None),
])  # fmt: skip
def test_one_proxys_word_for_the_sender(sent: str, expected: str | None) -> None:
    environment = {"HTTP_X_FORWARDED_FOR": sent, "HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_HOST": "ours.example"}
    keep_the_proxys_word(environment, True)
    assert environment == {"HTTP_HOST": "ours.example"} | ({"HTTP_X_FORWARDED_FOR": expected} if expected else {})


def test_behind_the_proxy_that_ends_tls_its_word_for_the_scheme_decides(archives: Archives) -> None:
    """As in docker-compose.yml, the proxy uses plain HTTP and passes on the scheme of the original request."""
    archive = archives.filled("behindtls")
    with Served(archive, ARCHIVE_HTTPS="1", ARCHIVE_BEHIND_PROXY="1") as served:
        own = f"https://127.0.0.1:{served.port}/"
        for path in ("/about/", *ABSOLUTE):
            answer = exchange(served, path, ["X-Forwarded-Proto: https", "X-Forwarded-For: 203.0.113.7"])
            assert status(answer) == 200, path
            assert re.search(r"(?i)\r\nstrict-transport-security: max-age=\d{7,}\r\n", answer), path
            assert addresses(answer) == {own} or path == "/about/", path
        for lines in ([], ["X-Forwarded-Proto: http"], ["X-Forwarded-Proto: https, http"], ["X-Forwarded-Proto: nonsense"],
                      ["X-Forwarded-Ssl: on"], ["Forwarded: proto=https"]):  # fmt: skip
            answer = exchange(served, "/about/", lines)
            assert status(answer) == 301, lines
            assert f"location: {own}about/" in answer.lower() and "strict-transport-security" not in answer.lower(), (
                lines
            )
        chosen = submit(
            served, "/appearance/", {"theme": "dark"}, "X-Forwarded-Proto: https", f"Referer: {own}appearance/"
        )
        assert status(chosen) == 302 and re.search(r"(?i)set-cookie:[^\r]*; secure", chosen)
        # A container's health check asks the site directly.
        assert served.get("/healthz").status == 200
