"""A shared cache holds plain data that this archive signed. Any other content counts as absent and is never run."""

import base64
import pickle
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from articles.platform import caches
from articles.platform.cached_values import UnreadableValueError, dump, load
from tests.tools import path_of
from tests.waiting import wait_for

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


class Bomb:
    """An object that writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple:
        return Path.write_text, (self.mark, "run")


@given(PLAIN)
def test_plain_data_comes_back_as_it_was(value: Any) -> None:
    assert load(dump(value)) == value


@given(PLAIN, st.data())
def test_a_value_with_one_changed_byte_is_not_believed(value: Any, data: st.DataObject) -> None:
    stored = bytearray(dump(value))
    place = data.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableValueError):
        load(bytes(stored))


@given(st.binary())
def test_foreign_bytes_are_no_value(stored: bytes) -> None:
    with pytest.raises(UnreadableValueError):
        load(stored)


def test_a_value_of_another_key_is_not_believed(settings: Any) -> None:
    stored = dump("page")
    settings.SECRET_KEY = "another"
    with pytest.raises(UnreadableValueError):
        load(stored)


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": {3}}, [Path("/")]])
def test_what_is_no_plain_data_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        dump(value)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[BaseCache]:
    """A cache on a Redis server of the test's own."""
    program = path_of("redis-server", package="redis-server")
    path = tmp_path / "redis"
    command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path),
               "--requirepass", "secret"]  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for(path.exists)
    yield made(f"unix://:secret@{path}?db=0")
    server.terminate()
    server.wait()


def made(where: str) -> BaseCache:
    """Returns the cache that ARCHIVE_CACHE would configure by this value."""
    from django.utils.module_loading import import_string

    configuration = caches.configuration(where)
    backend = import_string(configuration.pop("BACKEND"))
    return backend(configuration.pop("LOCATION"), configuration)


@pytest.fixture(params=["redis", "database"])
def shared(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> BaseCache:
    """A cache that processes share."""
    if request.param == "redis":
        return request.getfixturevalue("redis")
    call_command("createcachetable", caches.TABLE, verbosity=0)
    monkeypatch.setattr("articles.platform.database.CACHE", "default")
    return made("database")


def poison(cache: BaseCache, key: str, stored: bytes) -> None:
    """Writes bytes into the cache, as an attacker with write access could."""
    name = cache.make_key(key)
    if hasattr(cache, "_cache"):
        cache._cache.get_client().set(name, stored)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {caches.TABLE} VALUES (%s, %s, now() + interval '1 day') "
            "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value",
            [name, base64.b64encode(stored).decode()],
        )


def test_a_pickle_in_a_shared_cache_is_absent_and_never_run(shared: BaseCache, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for stored in (pickle.dumps(Bomb(mark)), b"7", b"", b"ARCHIVE1", dump("page")[:-1] + b"x"):
        poison(shared, "page", stored)
        assert shared.get("page", "absent") == "absent"
        poison(shared, "page", stored)
        assert shared.get_many(["page"]) == {}
        poison(shared, "page", stored)
        assert shared.add("page", [1]) is True and shared.get("page") == [1]
    assert not mark.exists()


def test_a_shared_cache_keeps_what_it_is_given(shared: BaseCache) -> None:
    shared.set("page", ["tag", {"Content-Type": "text/html"}, b"\x1f\x8b"], None)
    assert shared.get("page") == ["tag", {"Content-Type": "text/html"}, b"\x1f\x8b"]
    assert shared.add("page", 1) is False and shared.add("count", 1) is True
    assert shared.incr("count") == 2 and shared.get("count") == 2
    assert shared.touch("page", 100) is True and shared.touch("nothing") is False
    shared.set("gone", 1, 0)
    shared.set("past", 1, -5)
    assert shared.get("gone") is None and shared.get("past") is None and shared.add("past", 2) is True
    assert shared.has_key("page") and shared.delete("page") is True and shared.delete("page") is False
    shared.set_many({"a": 1, "b": [2]})
    assert shared.get_many(["a", "b", "c"]) == {"a": 1, "b": [2]}
    shared.clear()
    assert shared.get("count") is None


def test_a_full_table_loses_what_expires_first(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("createcachetable", caches.TABLE, verbosity=0)
    monkeypatch.setattr("articles.platform.database.CACHE", "default")
    monkeypatch.setattr("articles.platform.database_cache._WRITES_A_COUNT", 1)
    cache = made("database")
    cache._max_entries = 6
    for number in range(8):
        cache.set(f"k{number}", number, 100 + number)
    remaining = set(cache.get_many([f"k{number}" for number in range(8)]))
    assert "k7" in remaining and "k0" not in remaining and len(remaining) <= 7


def test_a_kept_page_that_is_no_page_is_made_anew(client: Client, db: None) -> None:
    from django.core.cache import cache

    from articles.site import keeping

    assert client.get("/about/").status_code == 200
    for value in (7, "x", ["tag"], ["tag", {}, "text"], {"tag": 1}):
        keys = [key.removeprefix(":1:") for key in cache._cache]
        for key in keys:
            cache.set(key, value)
        assert client.get("/about/").status_code == 200
        assert keeping.Kept.of_stored(value) is None
