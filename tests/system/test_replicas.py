"""Readers read from replicas that follow by real streaming replication, and the primary serves what a replica does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.platform.replicas import Positions
from tests.system.cluster import Cluster
from tests.system.conftest import EDITOR, ROOT, Archive, Served, written
from tests.waiting import wait_for

_RETITLE = "UPDATE articles_article SET title = '{}' WHERE id = (SELECT min(id) FROM articles_article)"


def test_a_lag_is_the_time_since_the_primary_went_past() -> None:
    positions = Positions()
    for now, position in ((0.0, 100), (1.0, 100), (2.0, 250), (3.0, 400)):
        positions.note(now, position)
    assert positions.lag(5.0, 400) == positions.lag(5.0, 500) == 0
    assert (positions.lag(5.0, 250), positions.lag(5.0, 249), positions.lag(5.0, 50)) == (2.0, 3.0, 5.0)


@pytest.fixture
def primary(server: Cluster) -> Cluster:
    """The primary server."""
    return server


@pytest.fixture
def replica(primary: Cluster, tmp_path: Path) -> Iterator[Cluster]:
    """A streaming replica of the primary."""
    with primary.follower(tmp_path / "replica", shared_buffers="32MB", hot_standby="on") as server:
        yield server


@pytest.fixture
def archive(primary: Cluster, replica: Cluster, tmp_path: Path) -> Archive:
    """An archive whose primary is whichever of the two servers accepts writes."""
    either = f"postgresql://postgres@/archive?host={primary.socket},{replica.socket}&target_session_attrs=read-write"
    primary_archive = Archive(tmp_path / "archive", {"DATABASE_URL": either})
    primary_archive.run("migrate", "-v0")
    primary_archive.run("ingest", str(ROOT / "fixtures" / "seeds"))
    return primary_archive


def caught_up(primary: Cluster, replica: Cluster) -> bool:
    """Returns whether the replica has replayed everything that the primary has written."""
    ((position,),) = primary.execute("SELECT pg_current_wal_lsn()::text")
    ((reached,),) = replica.execute(f"SELECT pg_last_wal_replay_lsn() >= '{position}'")
    return reached


def test_readers_read_from_replicas_and_nobody_notices_their_troubles(
    archive: Archive, primary: Cluster, replica: Cluster, tmp_path: Path
) -> None:
    ((pk,),) = primary.execute("SELECT min(id) FROM articles_article", "archive")
    page, editor = f"/articles/{pk}/", {"Cookie": archive.ask(EDITOR)}
    environment = {"DATABASE_REPLICA_URLS": replica.url(), "ARCHIVE_REPLICA_LAG": "15", "ARCHIVE_METRICS_TOKEN": "t"}
    with Served(archive, **environment) as served:
        wait_for(lambda: usable(served) == "1.0")
        [served.get(page) for _ in range(20)]  # until both processes have checked the replica
        replica.execute("SELECT pg_wal_replay_pause()")
        primary.execute(_RETITLE.format("عنوان جديد"), "archive")
        assert "عنوان جديد" not in served.get(page).text, "read from the replica, which stands still"
        assert "عنوان جديد" in served.get(page, **editor).text, "an editor reads what was written"
        wait_for(lambda: usable(served) == "0.0", 60)  # the replica is now too far behind
        wait_for(lambda: all("عنوان جديد" in served.get(page).text for _ in range(10)))
        replica.execute("SELECT pg_wal_replay_resume()")
        wait_for(lambda: usable(served) == "1.0")
        # New articles appear on the replica, and a download that it streams is complete.
        archive.run("ingest", str(written(tmp_path / "many.jsonl", 300)))
        wait_for(lambda: caught_up(primary, replica))
        assert served.get("/export/articles.jsonl").text.count("\n") == 305
        # A killed replica is skipped, and no reader notices.
        replica.kill()
        assert {served.get(address).status for address in (page, "/", "/search/?q=تونس", "/api/v1/articles") * 5} == {
            200
        }
        replica.start()
        wait_for(lambda: usable(served) == "1.0")
        # Without the primary readers can read, and requests that write get an error.
        primary.kill()
        assert [served.get(address).status for address in (page, "/", "/search/?q=تونس")] == [200, 200, 200]
        assert served.get("/admin/login/", b"username=a&password=b").status in (403, 503)
        assert served.get("/admin/", **editor).status == 503 and served.get("/readyz").status == 503
        # The standby takes over, and the archive uses it without any setting.
        replica.promote()
        wait_for(lambda: served.get("/readyz").status == 200)
        assert served.get("/admin/", **editor).status == 200
        assert served.get(page).status == 200
    archive.run("ingest", str(written(tmp_path / "after.jsonl", 3, "after")))
    assert archive.whole()["captures"] == 308


def usable(served: Served) -> str:
    """Returns the metric of whether the replica is usable, «1.0» or «0.0»."""
    lines = served.get("/metrics", Authorization="Bearer t").text.splitlines()
    return next((line.split()[-1] for line in lines if line.startswith("archive_replica_usable{")), "")
