"""Where what is kept for a while is kept: ARCHIVE_CACHE, called by settings."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured
from redis.exceptions import RedisError

LOGGER = logging.getLogger(__name__)
# Pages of some ten kilobytes, compressed, in each process.
MOST_KEPT = 2_000
TABLE = "archive_cache"
# Seconds to wait for a Redis that does not answer; a page is made in less.
_PATIENCE = 0.25


def configuration(where: str) -> dict[str, Any]:
    """Django's CACHES["default"]: each process's memory for an empty setting, `database`, or a `redis://` address.

    Raises ImproperlyConfigured for anything else.
    """
    if not where:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": MOST_KEPT}}
    if where == "database":
        table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": TABLE}
        return table | {"OPTIONS": {"MAX_ENTRIES": 20 * MOST_KEPT}}
    if where.startswith(("redis://", "rediss://", "unix://")):
        options = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE}
        return {"BACKEND": "archive.caches.ForgivingRedis", "LOCATION": where, "OPTIONS": options}
    raise ImproperlyConfigured("ARCHIVE_CACHE must be empty, database, or an address redis://host:port/number")


def _forgiving(method: Callable, otherwise: Any) -> Callable:
    @wraps(method)
    def tried(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except RedisError as error:
            LOGGER.warning("the cache does not answer: %s", error)
            default = kwargs.get("default", args[1] if len(args) > 1 else None)
            return default if method.__name__ == "get" else otherwise

    return tried


class ForgivingRedis(RedisCache):
    """Django's Redis cache, of which nothing is found while it does not answer: pages are made anew then, not refused."""

    get = _forgiving(RedisCache.get, None)
    get_many = _forgiving(RedisCache.get_many, {})
    set = _forgiving(RedisCache.set, None)
    add = _forgiving(RedisCache.add, True)
    delete = _forgiving(RedisCache.delete, False)
    clear = _forgiving(RedisCache.clear, False)
