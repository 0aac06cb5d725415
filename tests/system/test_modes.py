"""Stored files are private to the archive's own account, under any umask and whoever made the folders first."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from articles.models.capture import DigestStorage
from articles.platform import private_files
from tests.system.conftest import Archive, Archives, written
from tests.system.test_embedded import TRIGRAMS, finish, run, servers

SAVE_AN_UPLOAD = """
from django.core.files.base import ContentFile
from articles.models.delivery import delivery_storage
delivery_storage().save("2024/upload.txt", ContentFile(b"text"))
"""


@pytest.fixture(autouse=True)
def common_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Sets the usual umask, which lets everybody read, or the one that a test names.

    Commands that the test starts inherit it.
    """
    before = os.umask(getattr(request, "param", 0o022))
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, set[int]]:
    """Returns the modes of all files and of all folders under a folder, including the folder itself."""
    bits: dict[str, set[int]] = {"files": set(), "folders": {stat.S_IMODE(folder.stat().st_mode)}}
    for path in folder.rglob("*"):
        bits["folders" if path.is_dir() else "files"].add(stat.S_IMODE(path.lstat().st_mode))
    return bits


def as_before(folder: Path) -> None:
    """Sets the modes of a folder as a version without this rule left them."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


OWN = {"files": {0o600}, "folders": {0o700}}


@pytest.fixture
def archive(archives: Archives, tmp_path: Path) -> Archive:
    """An archive with articles and an upload."""
    archive = archives.migrated("modes")
    archive.run("ingest", str(written(tmp_path / "rows.jsonl", 3)))
    archive.run("shell", "--no-imports", "-c", SAVE_AN_UPLOAD)
    return archive


@pytest.mark.parametrize("common_umask", [0o022, 0o000], indirect=True)
def test_captures_uploads_backups_and_restored_files_are_the_owners_alone(
    archive: Archive, archives: Archives, tmp_path: Path
) -> None:
    for store in ("captures", "deliveries"):
        assert modes(archive.data / store) == OWN, store
    assert modes(archive.data)["folders"] <= {0o700, 0o701}
    # Everybody may read static files, and only the owner may write them.
    archive.run("collectstatic", "--noinput", "-v0")
    assert modes(archive.data / "static") == {"files": {0o644}, "folders": {0o755}}
    archive.run("backup", str(tmp_path / "new" / "copy"))
    assert modes(tmp_path / "new") == OWN
    restored = archives.empty("modesrestored")
    restored.run("restore", str(tmp_path / "new" / "copy"))
    assert modes(restored.data / "captures") == OWN


def test_what_an_earlier_version_left_open_is_closed(archive: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    archive.run("backup", str(copy))
    as_before(archive.data)
    as_before(copy)
    output = archive.run("check_archive")
    assert "open to other accounts, inside a folder that is closed to them" in output
    for store in ("captures", "deliveries"):
        assert stat.S_IMODE((archive.data / store).stat().st_mode) == 0o700, "each start closes the outer folders"
    assert "(repaired)" in archive.run("check_archive", "--repair")
    assert modes(archive.data / "captures") == modes(archive.data / "deliveries") == OWN
    assert "open to other accounts" not in archive.run("check_archive")
    (dump,) = (copy / "database").iterdir()
    dump.with_name("20200101T000000Z.dump").write_bytes(b"")
    archive.run("backup", str(copy))
    assert modes(copy / "database") == OWN
    assert {stat.S_IMODE(path.lstat().st_mode) for path in copy.iterdir()} == {0o600, 0o700}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700


def test_a_folder_that_serves_other_things_too_keeps_its_mode(archive: Archive, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "of-others.txt").write_text("theirs")
    archive.run("backup", str(shared))
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert stat.S_IMODE((shared / "of-others.txt").stat().st_mode) == 0o644
    for name in ("database", "captures", "deliveries"):
        assert modes(shared / name) == OWN or not list((shared / name).rglob("*"))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in shared.glob("*.jsonl"))


@pytest.mark.parametrize("common_umask", [0o022, 0o000], indirect=True)
def test_the_embedded_server_and_the_key_are_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    finish(run(TRIGRAMS + "; from django.conf import settings; settings.SECRET_KEY", data))
    assert servers(data) == []
    # The server's own account, if it has one, can pass through the outer folder but not list it.
    assert stat.S_IMODE(data.stat().st_mode) == (0o701 if os.geteuid() == 0 else 0o700)
    for path in data.iterdir():
        assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0, path
    # No folder or file of the server is open to others, either, except inside its closed folder.
    assert not any(path.lstat().st_mode & 0o002 for path in data.rglob("*"))


def test_a_capture_is_closed_where_its_folder_was_open(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir(mode=0o755)
    DigestStorage(location=tmp_path).save("ab/cd/digest.gz", ContentFile(b"x"))
    assert stat.S_IMODE((tmp_path / "ab/cd").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "ab/cd/digest.gz").stat().st_mode) == 0o600


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("theirs")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    for path in private_files.walk(inside):
        private_files.tighten(path)
    assert stat.S_IMODE((outside / "file").stat().st_mode) == 0o644
    assert list(private_files.walk(inside)) == [inside]
