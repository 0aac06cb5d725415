"""Pages kept for the next reader, and for the one who has them already, until something that readers see has changed.

A page is kept with the archive's revision (articles/models/revision.py) that it was made of, and given out only while that is
the revision still: what an editor changes shows at the next request. Its entity tag is made of the same, so that who has the
page is told so by one small question to the database, whether or not this process keeps it.
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

# Pages larger than this many bytes, compressed, are not kept.
LARGEST = 512 * 1024
# Not zlib's best: its last steps take twice the time for one byte in a hundred.
_LEVEL = 6
ANSWERED = Counter("archive_kept_pages", "Readers' pages, by whether they were made anew", ["outcome"])
# Of the column in Django's table of sessions.
_LONGEST_SESSION_KEY = 40
_SESSION_AND_REVISION = (
    "SELECT EXISTS (SELECT FROM django_session WHERE session_key = %s AND expire_date > now()), " + revision.CURRENT
)
_CODE = {".py", ".html", ".mo", ".css", ".js", ".svg"}


@dataclass(frozen=True)
class Kept:
    """A page as it is kept: its entity tag, its headers and its compressed body."""

    tag: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, response: HttpResponse, tag: str) -> "Kept":
        headers = {name: value for name, value in response.items() if name != "Content-Length"}
        return cls(tag, headers, gzip.compress(response.content, _LEVEL, mtime=0))

    @classmethod
    def of_stored(cls, value: object) -> "Kept | None":
        """The page that `stored` made the value of; None for a value that is no page."""
        match value:
            case [str(tag), dict(headers), bytes(body)]:
                return cls(tag, headers, body)
        return None

    def stored(self) -> list:
        """What a cache keeps: plain data, for a cache that processes share keeps nothing else."""
        return [self.tag, self.headers, self.body]

    def response(self, request: HttpRequest) -> HttpResponse:
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self.body if packed else gzip.decompress(self.body), headers=self.headers)
        if packed:
            response["Content-Encoding"] = "gzip"
        response["ETag"] = self.tag
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


class KeptPages:
    """Middleware inside GZip's and outside that of sessions: a page that is kept costs neither."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reads = request.method in ("GET", "HEAD") and not request.path.startswith("/admin/")
        # What a transaction under way has changed no revision tells yet.
        reads = reads and not connection.in_atomic_block
        session, current = request.COOKIES.get(settings.SESSION_COOKIE_NAME), ""
        if session is not None:
            stands, current = _session_stands(session) if reads else (True, "")
            if stands:  # an editor, who may see more
                response = self.get_response(request)
                if made_of(response):
                    patch_cache_control(response, private=True, no_cache=True)
                return response
            # A made-up session is none: the page is made, kept and found as for any reader.
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        if not reads:
            return self.get_response(request)
        key = _key(request)
        known = request.headers.get("If-None-Match", "")
        # Who has the page is told so before it is looked for.
        tag = _tag(key, current or revision.current()) if known else ""
        if known and tag in known:  # a tag is guessed by nobody who was not given the page
            ANSWERED.labels("unchanged").inc()
            return get_conditional_response(request, etag=tag)
        kept = Kept.of_stored(store.get(key))
        if kept and kept.tag == (tag or _tag(key, current or revision.current())):
            ANSWERED.labels("kept").inc()
            return kept.response(request)
        response = self.get_response(request)
        if not (made := made_of(response)):
            return response
        patch_cache_control(response, public=True, no_cache=True)
        ANSWERED.labels("made").inc()
        kept = Kept.of(response, _tag(key, made))
        if len(kept.body) <= LARGEST:
            store.set(key, kept.stored(), timeout=None)
        return kept.response(request)


def _session_stands(key: str) -> tuple[bool, str]:
    """Whether a session of this key was begun here and has not ended, and the archive's revision: one statement tells both.

    Without the revision, an empty text, for what can be no key.
    """
    if not (key.isascii() and key.isalnum() and len(key) <= _LONGEST_SESSION_KEY):
        return False, ""
    with connection.cursor() as cursor:
        cursor.execute(_SESSION_AND_REVISION, [key])
        return cursor.fetchone()


# Moved, moved and kept, not found, gone: browsers may keep these for ever where nothing is said (RFC 9110, 15.1), while an editor
# can bring an article back, take a merge back or publish a draft at any time.
_REVOCABLE = (301, 308, 404, 410)


class RevocableAnswers:
    """Middleware outside KeptPages: an answer that an editor can make untrue is asked for anew each time, at every door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code in _REVOCABLE and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_cache=True)
        return response


def mark(response: HttpResponse, made: str) -> None:
    """Tells that this whole page may be kept, and the revision that it was made of; not one with a tag of its own."""
    if response.status_code == 200 and not response.has_header("ETag"):
        response.made_of = made


def made_of(response: HttpResponseBase) -> str | None:
    return getattr(response, "made_of", None)


def _key(request: HttpRequest) -> str:
    parts = (release(), request.build_absolute_uri(), theme_of(request))
    return "page:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _tag(key: str, made: str) -> str:
    return f'W/"{hashlib.sha256(f"{key} {made}".encode()).hexdigest()[:32]}"'


@cache
def release() -> str:
    """A digest of the code and the settings that pages are made by: another release keeps pages of its own."""
    digest = hashlib.sha256(f"{settings.ARCHIVE_DIGITS} {settings.TIME_ZONE}".encode())
    for folder in ("archive", "articles", "templates", "static"):
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*")):
            if path.suffix in _CODE:
                digest.update(path.read_bytes())
    return digest.hexdigest()
