"""A cache in a table of PostgreSQL that holds plain, signed data: the backend of ARCHIVE_CACHE=database.

Its table is the one that Django's `createcachetable` makes. Django's own backend reads pickles, so that somebody who
can write to the table can run code in the archive's processes. This one reads the format of
articles/platform/cached_values.py.
"""

import base64
import binascii
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import BaseDatabaseCache
from django.db import DatabaseError, connections, router, transaction

from articles.platform import cached_values

# One write in this many removes old rows, on average. It is rare because counting rows reads the whole table. A
# judgement: with a larger number the table grows further beyond its bound in the meantime.
_WRITES_A_COUNT = 100


class SignedDatabaseCache(BaseDatabaseCache):
    """A cache whose rows hold a key, a value in base64, and the moment at which the value expires."""

    # The name of the table. Django's base class sets it.
    _table: str

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Reads all values in one statement. Deletes values that this archive did not write and leaves them out."""
        names = {self.make_and_validate_key(key, version=version): key for key in keys}
        rows = self._execute(
            f'SELECT cache_key, value FROM "{self._table}" WHERE cache_key = ANY(%s) AND expires > now()', [list(names)]
        )
        values = {}
        for name, stored in rows:
            try:
                values[names[name]] = cached_values.load(base64.b64decode(stored, validate=True))
            except (cached_values.UnreadableValueError, binascii.Error):
                self._execute(f'DELETE FROM "{self._table}" WHERE cache_key = %s AND value = %s', [name, stored])
        return values

    def set(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._store(key, value, timeout, version, "")

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Stores the value unless the key has one. Returns whether it was stored."""
        self.get(key, version=version)  # This removes an unreadable value.
        return bool(self._store(key, value, timeout, version, "WHERE kept.expires <= now()"))

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(self._execute(
            f'UPDATE "{self._table}" SET expires = %s WHERE cache_key = %s AND expires > now() RETURNING cache_key',
            [self._expiry(timeout), name],
        ))  # fmt: skip

    def delete(self, key: str, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(self._execute(f'DELETE FROM "{self._table}" WHERE cache_key = %s RETURNING cache_key', [name]))

    def clear(self) -> None:
        self._execute(f'DELETE FROM "{self._table}"')

    def _store(self, key: str, value: Any, timeout: float | None, version: int | None, condition: str) -> list[tuple]:
        """Stores a row where `condition` allows it.

        Returns its key, or no row if nothing was written, as on a standby.
        """
        name = self.make_and_validate_key(key, version=version)
        stored = base64.b64encode(cached_values.dump(value)).decode()
        if random.randrange(_WRITES_A_COUNT) == 0:
            self._cull()
        statement = (
            f'INSERT INTO "{self._table}" AS kept (cache_key, value, expires) VALUES (%s, %s, %s) ON CONFLICT (cache_key) '
            f"DO UPDATE SET value = excluded.value, expires = excluded.expires {condition} RETURNING cache_key"
        )
        try:
            with transaction.atomic(using=self._alias()):
                return self._execute(statement, [name, stored, self._expiry(timeout)])
        except DatabaseError:
            return []

    def _expiry(self, timeout: float | None) -> datetime:
        moment = self.get_backend_timeout(timeout)
        return datetime.max.replace(tzinfo=UTC) if moment is None else datetime.fromtimestamp(moment, UTC)

    def _cull(self) -> None:
        """Removes expired rows. If more than MAX_ENTRIES rows are left, removes those that expire first."""
        self._execute(f'DELETE FROM "{self._table}" WHERE expires <= now()')
        ((count,),) = self._execute(f'SELECT count(*) FROM "{self._table}"')
        if count > self._max_entries:
            self._execute(
                f'DELETE FROM "{self._table}" WHERE cache_key IN '
                f'(SELECT cache_key FROM "{self._table}" ORDER BY expires, cache_key LIMIT %s)',
                [count // self._cull_frequency if self._cull_frequency else count],
            )

    def _alias(self) -> str:
        return router.db_for_write(self.cache_model_class)

    def _execute(self, statement: str, values: list | None = None) -> list[tuple]:
        with connections[self._alias()].cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
