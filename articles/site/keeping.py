"""A cache of whole pages for readers, valid until something that readers see has changed.

Each page is stored with the archive's revision (articles/models/revision.py) that it was rendered from. It is served
only while that revision is current, so an editor's change shows at the next request. The ETag derives from the revision
too: a conditional GET costs one query, whether or not this process's cache holds the page.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.cache import cache as store
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from prometheus_client import Counter

from articles.models import revision
from articles.site.appearance import theme_of

# Pages larger than this are not kept: bytes after compression. A judgement: pages have some ten kilobytes; a few very
# large ones would push out hundreds of others.
LARGEST = 512 * 1024
# Not zlib's highest level: the last levels take twice the time to save 1 % of the bytes.
_LEVEL = 6
ANSWERED = Counter(
    "archive_kept_pages", "Number of pages sent to readers: unchanged (304), kept (from the cache) or made", ["outcome"]
)
# The length of session_key in Django's table of sessions.
_LONGEST_SESSION_KEY = 40
_SESSION_AND_REVISION = (
    "SELECT EXISTS (SELECT FROM django_session WHERE session_key = %s AND expire_date > now()), " + revision.CURRENT
)
# Suffixes of the files that pages are rendered from; `release_digest` reads them.
_CODE = {".py", ".html", ".mo", ".css", ".js", ".svg"}


@dataclass(frozen=True)
class Kept:
    """A page in the cache.

    tag: its ETag.
    headers: its headers, without Content-Length.
    body: its body, compressed with gzip.
    """

    tag: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, response: HttpResponse, tag: str) -> "Kept":
        """Makes the cached form of a response."""
        headers = {name: value for name, value in response.items() if name != "Content-Length"}
        return cls(tag, headers, gzip.compress(response.content, _LEVEL, mtime=0))

    @classmethod
    def of_stored(cls, value: object) -> "Kept | None":
        """Reads a value that `stored` made; returns None for any other value."""
        match value:
            case [str(tag), dict(headers), bytes(body)]:
                return cls(tag, headers, body)
        return None

    def stored(self) -> list:
        """Returns the page as plain data, because a cache that processes share stores nothing else."""
        return [self.tag, self.headers, self.body]

    def response(self, request: HttpRequest) -> HttpResponse:
        """Makes the response, compressed if the request accepts gzip."""
        accepts_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self.body if accepts_gzip else gzip.decompress(self.body), headers=self.headers)
        if accepts_gzip:
            response["Content-Encoding"] = "gzip"
        response["ETag"] = self.tag
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


class KeptPages:
    """Middleware that serves kept pages.

    It stands inside GZip's and outside the sessions', so a kept page costs neither.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_cacheable_read = request.method in ("GET", "HEAD") and not request.path.startswith("/admin/")
        # The revision does not yet count the changes of an uncommitted transaction.
        is_cacheable_read = is_cacheable_read and not connection.in_atomic_block
        session, current = request.COOKIES.get(settings.SESSION_COOKIE_NAME), ""
        if session is not None:
            has_session, current = _valid_session(session) if is_cacheable_read else (True, "")
            if has_session:  # an editor, who may see more
                response = self.get_response(request)
                if made_of(response):
                    patch_cache_control(response, private=True, no_cache=True)
                return response
            # An invalid session key counts as no session: the request is answered like any reader's.
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        if not is_cacheable_read:
            return self.get_response(request)
        key = _key(request)
        known_tags = request.headers.get("If-None-Match", "")
        # A conditional GET is answered before the cache is read.
        tag = _tag(key, current or revision.current()) if known_tags else ""
        # Nobody can guess the tag of a page that they have not received. A header that holds the tag, but not in a list
        # of tags, is no condition.
        if known_tags and tag in known_tags and (unchanged := get_conditional_response(request, etag=tag)):
            ANSWERED.labels("unchanged").inc()
            return unchanged
        page = Kept.of_stored(store.get(key))
        if page and page.tag == (tag or _tag(key, current or revision.current())):
            ANSWERED.labels("kept").inc()
            return page.response(request)
        response = self.get_response(request)
        if not (made_of_revision := made_of(response)) or not isinstance(response, HttpResponse):
            return response
        patch_cache_control(response, public=True, no_cache=True)
        ANSWERED.labels("made").inc()
        page = Kept.of(response, _tag(key, made_of_revision))
        if len(page.body) <= LARGEST:
            store.set(key, page.stored(), timeout=None)
        return page.response(request)


def _valid_session(key: str) -> tuple[bool, str]:
    """Returns whether a session with this key is valid, and the archive's revision; both come from one statement.

    For text that cannot be a session key the database is not asked, and the revision is empty.
    """
    if not (key.isascii() and key.isalnum() and len(key) <= _LONGEST_SESSION_KEY):
        return False, ""
    with connection.cursor() as cursor:
        cursor.execute(_SESSION_AND_REVISION, [key])
        return cursor.fetchone()


# 301, 308, 404 and 410: without Cache-Control, browsers may keep these for ever (RFC 9110, 15.1). But an editor can
# bring an article back, undo a merge or publish a draft at any time.
_REVOCABLE = (301, 308, 404, 410)


class RevocableAnswers:
    """Middleware outside KeptPages: browsers must revalidate answers that an editor's change can make untrue."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code in _REVOCABLE and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_cache=True)
        return response


def mark(response: HttpResponse, made: str) -> None:
    """Marks a response as a page that may be kept, rendered from the revision `made`.

    Responses with a status other than 200 or with an ETag of their own are left unmarked.
    """
    if response.status_code == 200 and not response.has_header("ETag"):
        response.made_of = made  # type: ignore[attr-defined] # `made_of` reads it.


def made_of(response: HttpResponseBase) -> str | None:
    """Returns the revision that `mark` put on a response; None if it is not to be kept."""
    return getattr(response, "made_of", None)


def _key(request: HttpRequest) -> str:
    """Returns the page's key in the cache: a digest of release, full address and theme."""
    parts = (release_digest(), request.build_absolute_uri(), theme_of(request))
    return "page:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _tag(key: str, current_revision: str) -> str:
    """Returns the ETag of the page with this key, rendered from this revision."""
    return f'W/"{hashlib.sha256(f"{key} {current_revision}".encode()).hexdigest()[:32]}"'


@cache
def release_digest() -> str:
    """Returns a digest of the code and settings that render pages, so that each release has cached pages of its own."""
    digest = hashlib.sha256(f"{settings.ARCHIVE_DIGITS} {settings.TIME_ZONE}".encode())
    for folder in ("archive", "articles", "templates", "static"):
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in _CODE:
                digest.update(path.read_bytes())
    return digest.hexdigest()
