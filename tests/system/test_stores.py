"""Captures in an S3 store and pages in a shared cache: only settings differ, and the archive stays the same."""

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from django.core.cache.backends.redis import RedisCache
from moto.server import ThreadedMotoServer

from articles.platform.redis_cache import ForgivingRedis
from tests.system.conftest import EDITOR, ROOT, Archives, Served, written
from tests.tools import path_of
from tests.waiting import wait_for


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Settings of an archive whose captures are in a bucket of a server on this machine."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "archive", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    address = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=address).create_bucket(Bucket="captures")
    yield {"ARCHIVE_S3_BUCKET": "captures", "ARCHIVE_S3_ENDPOINT": address, **keys}
    server.stop()


def test_captures_are_kept_in_a_bucket(archives: Archives, bucket: dict[str, str], tmp_path: Path) -> None:
    archive = archives.migrated("bucket")
    archive.environment |= bucket
    archive.run("ingest", str(ROOT / "fixtures" / "seeds"), str(written(tmp_path / "rows.jsonl", 5)))
    client = boto3.client("s3", endpoint_url=bucket["ARCHIVE_S3_ENDPOINT"])
    assert client.list_objects_v2(Bucket="captures")["KeyCount"] == 10
    assert not (archive.data / "captures").exists()
    assert archive.whole()["files"] == 10
    seed = sorted((ROOT / "fixtures" / "seeds").glob("*.txt"))[0]
    with Served(archive) as served:
        captures = "import json; from articles.models import Capture; c = Capture.objects.get(filename='{}'); print(json.dumps([c.article_id, c.sha256]))"
        pk, digest = archive.ask(captures.format(seed.name))
        assert served.get(f"/articles/{pk}/captures/{digest}/").text == seed.read_text(encoding="utf-8")
    # Its backup is like any other, and can be restored to a bucket or a folder.
    archive.run("backup", str(tmp_path / "copy"))
    restored = archives.empty("folder")
    restored.run("restore", str(tmp_path / "copy"))
    assert restored.whole()["captures"] == 10 and (restored.data / "captures").exists()
    # The check finds a capture that is missing or was changed.
    key = f"{digest[:2]}/{digest[2:4]}/{digest}.gz"
    client.put_object(Bucket="captures", Key=key, Body=b"something else")
    assert f"capture {digest}" in archive.run("check_archive", status=1)
    client.delete_object(Bucket="captures", Key=key)
    assert f"capture {digest}" in archive.run("check_archive", "--without-digests", status=1)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis server of the test's own."""
    program = path_of("redis-server", package="redis-server")
    path = tmp_path / "redis"
    command = [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for(path.exists)
    yield f"unix://{path}?db=0"
    server.terminate()
    server.wait()


@pytest.mark.parametrize("place", ["database", "redis"])
def test_a_change_shows_at_once_wherever_pages_are_kept(
    archives: Archives, place: str, request: pytest.FixtureRequest
) -> None:
    archive = archives.filled(f"cache{place}")
    cache_address = request.getfixturevalue("redis_server") if place == "redis" else place
    archive.environment["ARCHIVE_CACHE"] = cache_address
    archive.run("createcachetable")
    editor = {"Cookie": archive.ask(EDITOR)}
    retitle = "from articles.models import Article; Article.objects.filter(pk=1).update(title='عنوان {}')"
    with Served(archive, ARCHIVE_API_RATE="5/m") as served:
        for number in range(3):
            archive.run("shell", "--no-imports", "-c", retitle.format(number))
            assert {f"عنوان {number}" in served.get("/articles/1/").text for _ in range(8)} == {True}
        assert served.get("/admin/", **editor).status == 200
        # Rate limits count the requests of all processes together where they share a cache.
        statuses = [served.get("/feeds/").status for _ in range(12)]
        assert statuses.count(200) == 5
    if place == "database":
        count = "import json; from django.db import connection as c; k = c.cursor(); k.execute('SELECT count(*) FROM archive_cache'); print(json.dumps(k.fetchone()[0]))"
        assert archive.ask(count) >= 2


def test_a_cache_that_is_gone_is_done_without(archives: Archives, tmp_path: Path) -> None:
    archive = archives.filled("nocache")
    with Served(archive, ARCHIVE_CACHE=f"unix://{tmp_path}/nobody?db=0") as served:
        assert [served.get(address).status for address in ("/", "/search/?q=الحدود", "/feeds/", "/readyz")] == [200] * 4
    assert issubclass(ForgivingRedis, RedisCache)


def test_two_requests_at_once_make_one_reader_wait_for_nobody(archives: Archives) -> None:
    """Each reader gets an answer, cached or new, while an ingest changes the archive."""
    archive, statuses = archives.filled("busy"), []
    with Served(archive) as served:
        process = archive.start("ingest", str(written(archive.data / "more.jsonl", 200, "more")), "--json")
        while process.poll() is None:
            readers = [
                threading.Thread(target=lambda: statuses.append(served.get("/articles/").status)) for _ in range(6)
            ]
            [reader.start() for reader in readers]
            [reader.join() for reader in readers]
        assert json.loads(process.communicate()[0].splitlines()[-1])["created"] == 200
        assert set(statuses) == {200}
        assert "more" in served.get("/export/articles.csv").text
