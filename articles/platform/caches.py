"""Where what is kept for a while is kept: ARCHIVE_CACHE, called by settings."""

import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Pages of some ten kilobytes, compressed, in each process.
MOST_KEPT = 2_000
TABLE = "archive_cache"
# Of the keys in a shared cache. The release before kept pickles under version 1; while both run, neither reads the other's.
_VERSION = 2
# Seconds to wait for a Redis that does not answer; a page is made in less.
_PATIENCE = 0.25


def configuration(where: str) -> dict[str, Any]:
    """Django's CACHES["default"]: each process's memory for an empty setting, `database`, or a `redis://` address.

    Raises ImproperlyConfigured for anything else.
    """
    if not where:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": MOST_KEPT}}
    if where == "database":
        table = {
            "BACKEND": "articles.platform.database_cache.SignedDatabaseCache",
            "LOCATION": TABLE,
            "VERSION": _VERSION,
        }
        return table | {"OPTIONS": {"MAX_ENTRIES": 20 * MOST_KEPT}}
    if where.startswith(("redis://", "rediss://", "unix://")):
        _refuse_what_cannot_be_read(where)
        options = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE}
        place = {"BACKEND": "articles.platform.redis_cache.ForgivingRedis", "LOCATION": where, "VERSION": _VERSION}
        return place | {"OPTIONS": options}
    raise ImproperlyConfigured("ARCHIVE_CACHE must be empty, database, or an address redis://host:port/number")


def _refuse_what_cannot_be_read(where: str) -> None:
    """Raises ImproperlyConfigured for an address that the client could not read either, when somebody first asks for a page."""
    from redis.connection import parse_url

    # Django takes several, the first of which is written to.
    for address in re.split("[;,]", where):
        try:
            parse_url(address)
        except ValueError as error:
            raise ImproperlyConfigured(f"ARCHIVE_CACHE cannot be read: {error}") from error
