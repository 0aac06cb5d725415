"""A cache in Redis whose failure stops no request.

It is the backend of ARCHIVE_CACHE=redis://…, and is imported only where that is set.
"""

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from articles.platform import cached_values

LOGGER = logging.getLogger(__name__)


def _forgiving(method: Callable, otherwise: Any) -> Callable:
    """Wraps a method so that an error of Redis is logged.

    It then returns `otherwise`, or for `get` the caller's default.
    """

    @wraps(method)
    def tried(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except RedisError as error:
            LOGGER.warning("the cache does not answer: %s", error)
            default = kwargs.get("default", args[1] if len(args) > 1 else None)
            return default if method.__name__ == "get" else otherwise

    return tried


class Serializer:
    """Serialises values as signed plain data. Django's own serializer reads pickles, which can run code."""

    def dumps(self, obj: cached_values.Value) -> bytes:
        """Returns the signed bytes of a value. Raises TypeError for one that is no plain data."""
        return cached_values.dump(obj)

    def loads(self, data: Any) -> cached_values.Value:
        """Returns the value of signed bytes. Raises UnreadableValueError for bytes that the archive did not write."""
        return cached_values.load(data)


class SignedClient(RedisCacheClient):
    """A client that removes unreadable values and treats them as absent."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        self._signed = Serializer()
        # Stubs: they want a string or a class. Django takes any object with `dumps` and `loads`.
        super().__init__(servers, serializer=self._signed, **options)  # type: ignore[arg-type]

    def get(self, key: Any, default: Any) -> Any:
        return self.get_many([key]).get(key, default)

    def get_many(self, keys: Iterable[Any]) -> dict[Any, Any]:
        """Reads all values in one command. Deletes values that this archive did not write, and leaves them out."""
        names, values = list(keys), dict[Any, Any]()
        for name, stored in zip(names, self.get_client(None).mget(names), strict=True):
            try:
                if stored is not None:
                    values[name] = self._signed.loads(stored)
            except cached_values.UnreadableValueError as error:
                LOGGER.warning("a cached value is ignored: %s", error)
                self.delete(name)
        return values

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        self.get(key, None)
        return super().add(key, value, timeout)


class ForgivingRedis(RedisCache):
    """Django's Redis cache, which seems empty while Redis does not answer.

    Pages are then made again and not refused.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SignedClient

    # Redis can only add to numbers that it can parse. A signed number must be read, changed and written again.
    incr = BaseCache.incr
    get = _forgiving(RedisCache.get, None)
    get_many = _forgiving(RedisCache.get_many, {})
    set = _forgiving(RedisCache.set, None)
    add = _forgiving(RedisCache.add, True)
    delete = _forgiving(RedisCache.delete, False)
    clear = _forgiving(RedisCache.clear, False)
