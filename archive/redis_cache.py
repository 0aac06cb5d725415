"""A cache in Redis that nobody waits for: the backend of ARCHIVE_CACHE=redis://…, imported only where that is set."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

LOGGER = logging.getLogger(__name__)


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
