"""Configures the cache by ARCHIVE_CACHE. Called by settings."""

import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# The most entries in each process's memory. An entry is a compressed page of some ten kilobytes, so that all are some
# 20 MB a process. A judgement: a larger number keeps more pages, and takes their memory in each process.
MOST_KEPT = 2_000
TABLE = "archive_cache"
# The version of keys in a shared cache. Code before signed entries stored pickles under version 1. While both run during
# an upgrade, neither reads the other's entries.
_VERSION = 2
# Seconds to wait for a Redis that does not answer. Making a page takes less, so that waiting longer gains nothing.
_REDIS_SECONDS = 0.25


def configuration(where: str) -> dict[str, Any]:
    """Returns Django's CACHES["default"] for a value of ARCHIVE_CACHE.

    An empty value means each process's own memory, `database` a table, and a `redis://` address a Redis server. Raises
    ImproperlyConfigured for any other value.
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
        _check_addresses(where)
        options = {"socket_connect_timeout": _REDIS_SECONDS, "socket_timeout": _REDIS_SECONDS}
        place = {"BACKEND": "articles.platform.redis_cache.ForgivingRedis", "LOCATION": where, "VERSION": _VERSION}
        return place | {"OPTIONS": options}
    raise ImproperlyConfigured("ARCHIVE_CACHE must be empty, database, or an address redis://host:port/number")


def _check_addresses(where: str) -> None:
    """Raises ImproperlyConfigured for an address that the Redis client cannot parse.

    Without this check the error would appear only with the first request for a page.
    """
    from redis.connection import parse_url

    # Django accepts several addresses and writes to the first.
    for address in re.split("[;,]", where):
        try:
            parse_url(address)
        except ValueError as error:
            raise ImproperlyConfigured(f"ARCHIVE_CACHE cannot be read: {error}") from error
