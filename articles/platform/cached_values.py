"""Serialises values for a shared cache: plain data, signed with the archive's key. Reading a value never runs code.

Called by the caches of articles/platform/redis_cache.py and articles/platform/database_cache.py.

A stored value is

    ARCHIVE1 | HMAC-SHA256 of the rest, 32 bytes | length of the head, 4 bytes | head | byte strings in sequence

The head is JSON: the value, in which {"bytes": n} stands for the n-th byte string and {"mapping": {…}} for a
dictionary, and the lengths of the byte strings. Somebody who can write to the cache but does not know
ARCHIVE_SECRET_KEY can remove values, but cannot make one that is accepted. Reading a damaged value, or one with another
format or key, raises UnreadableValueError; a cache treats such a value as absent.
"""

import hmac
import json
from typing import Any

from django.utils.crypto import salted_hmac

_FORMAT = b"ARCHIVE1"
_SALT = "articles.platform.cached_values"
# In bytes: an HMAC of SHA-256, and the number that says how long the head is.
_DIGEST_BYTES = 32
_LENGTH_BYTES = 4

Value = None | bool | int | float | str | bytes | list | dict


class UnreadableValueError(ValueError):
    """Stored bytes that this archive did not write, or wrote in another format or with another key."""


def dump(value: Value) -> bytes:
    """Returns the bytes to store. `load` returns a tuple as a list. Raises TypeError for anything but plain data."""
    parts: list[bytes] = []
    head = json.dumps([_packed(value, parts), [len(part) for part in parts]], ensure_ascii=False).encode()
    body = b"".join([len(head).to_bytes(_LENGTH_BYTES, "big"), head, *parts])
    return _FORMAT + _signature(body) + body


def load(stored: bytes) -> Value:
    """Returns the value of stored bytes. Raises UnreadableValueError."""
    start = len(_FORMAT) + _DIGEST_BYTES
    body = stored[start:]
    if not stored.startswith(_FORMAT) or not hmac.compare_digest(stored[len(_FORMAT) : start], _signature(body)):
        raise UnreadableValueError("the value was not written by this archive")
    end = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "big")
    value, lengths = json.loads(body[_LENGTH_BYTES:end])
    parts = []
    for length in lengths:
        parts.append(body[end : end + length])
        end += length
    return _unpacked(value, parts)


def _signature(body: bytes) -> bytes:
    return salted_hmac(_SALT, body, algorithm="sha256").digest()


def _packed(value: Value | tuple, parts: list[bytes]) -> object:
    """Returns a value in the form that the head's JSON has, and appends its byte strings to `parts`.

    Raises TypeError for anything but plain data.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, bytes):
        parts.append(value)
        return {"bytes": len(parts) - 1}
    if isinstance(value, (list, tuple)):
        return [_packed(item, parts) for item in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {"mapping": {name: _packed(item, parts) for name, item in value.items()}}
    raise TypeError(f"a cache keeps plain data, not {type(value).__name__}")


def _unpacked(value: Any, parts: list[bytes]) -> Value:
    """Returns the value that `_packed` put into this form; `parts` are its byte strings."""
    if isinstance(value, list):
        return [_unpacked(item, parts) for item in value]
    if isinstance(value, dict):
        if "bytes" in value:
            return parts[value["bytes"]]
        return {name: _unpacked(item, parts) for name, item in value["mapping"].items()}
    return value
