"""Sessions with signed keys, which are checked without a query to the database.

The setting SESSION_ENGINE names this module.

A key ends with a signature of the rest. The server checks it before it receives a large body (archive/gunicorn.py). The
key of a session that has ended still passes; only the table of sessions says whether a session is valid.
"""

import base64
import hmac
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.http import parse_cookie
from django.utils.crypto import get_random_string, salted_hmac

_SALT = "archive.sessions"
# The column holds 40 characters. 24 random ones out of 36 letters and digits are 124 bits. 16 characters of base32 are
# 80 bits of signature.
_RANDOM, _SIGNATURE = 24, 16
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
# The largest body, in bytes, of a client that is not signed in: forms and the sign-in. Django limits form data without
# files alike.
SMALL_BODY = 3 * 1024**2
# The most bytes that a form adds to the files that are uploaded with it. A judgement: the addresses and the text fields
# of a form have a few megabytes at most, and several files of nearly the largest size come one by one.
_BESIDE_FILES = 100 * 1024**2


class SessionStore(db.SessionStore):
    """Django's sessions in the database, under signed keys."""

    def _get_new_session_key(self) -> str:
        while True:
            start = get_random_string(_RANDOM, _ALPHABET)
            key = start + _signature(start, settings.SECRET_KEY)
            if not self.exists(key):
                return key


def is_ours(key: str | None) -> bool:
    """Returns whether the archive issued this session key, by its signature alone."""
    if not key or len(key) != _RANDOM + _SIGNATURE or not key.isascii():
        return False
    start, signature = key[:_RANDOM], key[_RANDOM:]
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(signature, _signature(start, secret)) for secret in secrets)


def _signature(start: str, secret: str | bytes) -> str:
    digest = salted_hmac(_SALT, start, secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:_SIGNATURE]


def largest_body(request: Any) -> int:
    """Returns the most bytes that the body of a request may have. `request` is gunicorn's, with its head parsed.

    Only the desk accepts files, and only from editors who are signed in. So nobody else can fill the disk with bodies.
    """
    cookies = "; ".join(value for name, value in request.headers if name == "COOKIE")
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    is_upload = request.path.startswith("/admin/") and is_ours(key)
    return settings.ARCHIVE_LARGEST_UPLOAD + _BESIDE_FILES if is_upload else SMALL_BODY
