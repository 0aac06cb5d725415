"""What captures and their stores do with bytes, and what they refuse."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File

from articles.models import Article, Capture, Delivery
from articles.models.bucket import Bucket
from articles.models.capture import (
    DamagedCaptureError,
    DigestStorage,
    capture_storage,
    pack,
    stored_name,
    sync_folder,
    unpack,
)
from articles.models.keys import read_key
from articles.models.regular_files import RegularFiles

CONTENT = "نص أصلي\r\n".encode()
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("7", 7), ("007", 7), ("9" * 18, int("9" * 18)), ("9" * 19, None), ("0" * 18 + "7", None), ("", None), ("-7", None),
        ("7.0", None), ("seven", None), ("²", None),
    ],
)  # fmt: skip
def test_which_texts_are_keys(text: str, key: int | None) -> None:
    assert read_key(text) == key


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"fetched_address": "https://a.example/1", "address": "https://b.example/2"}, "https://a.example/1"),
        ({"fetched_address": "https://a.example/1", "address": "file.txt"}, "https://a.example/1"),
        ({"address": "https://b.example/2"}, "https://b.example/2"),
        ({"address": "http://b.example/2"}, "http://b.example/2"),
        ({"address": "ftp://b.example/2"}, ""),
        ({"address": "folder/file.txt"}, ""),
        ({}, ""),
    ],
)
def test_the_web_address_of_a_capture(fields: dict[str, str], address: str) -> None:
    assert Capture(**fields).web_address == address


def test_what_a_capture_is_called_and_marked() -> None:
    capture = Capture(filename="خبر.txt", sha256=DIGEST)
    assert str(capture) == "خبر.txt" and str(Capture(sha256="0123456789abcdef" * 4)) == "0123456789ab"
    decided = Capture(state="refused", decided_at=datetime(2024, 5, 10, tzinfo=UTC))
    marks = {capture.decision_mark, decided.decision_mark, Capture(state="waiting").decision_mark}
    assert len(marks) == 3 and "2024-05-10" in decided.decision_mark
    assert stored_name("0123456789abcdef" * 4) == f"01/23/{'0123456789abcdef' * 4}.gz"


def test_equal_bytes_are_packed_equally() -> None:
    # The moment of packing is no part of the file: bytes 4 to 7 of gzip's header (RFC 1952).
    assert pack(CONTENT) == pack(bytes(CONTENT)) and pack(CONTENT)[4:8] == bytes(4)
    assert unpack(pack(CONTENT), DIGEST) == CONTENT


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (pack(CONTENT)[:-4], "cannot be unpacked"),
        (b"", "does not have that digest"),
        (b"no gzip file", "cannot be unpacked"),
        (pack(CONTENT)[:12] + b"\xff\xff" + pack(CONTENT)[14:], "cannot be unpacked"),
        (pack(CONTENT + b"."), "does not have that digest"),
    ],
)
def test_damaged_bytes_are_never_returned(packed: bytes, words: str) -> None:
    with pytest.raises(DamagedCaptureError, match=words) as refusal:
        unpack(packed, DIGEST)
    assert DIGEST in str(refusal.value)


@pytest.fixture
def captures(settings: Any, tmp_path: Path) -> Path:
    """The folder of a store of captures of its own."""
    folder = tmp_path / "captures"
    settings.STORAGES = settings.STORAGES | {
        "captures": {"BACKEND": "articles.models.capture.DigestStorage", "OPTIONS": {"location": folder}}
    }
    return folder


def test_bytes_are_stored_once_and_for_their_owner_alone(captures: Path) -> None:
    Capture.objects.keep_bytes(DIGEST, pack(CONTENT))
    path = captures / stored_name(DIGEST)
    assert Capture(sha256=DIGEST).read() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert {stat.S_IMODE(entry.stat().st_mode) & 0o077 for entry in (path, path.parent, path.parent.parent)} == {0}
    # What is there already is not written again.
    before = path.stat()
    Capture.objects.keep_bytes(DIGEST, b"other bytes")
    assert (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) == (
        before.st_ino, before.st_mtime_ns, pack(CONTENT),
    )  # fmt: skip


def test_bytes_that_are_missing_or_damaged_are_refused_with_the_reason(captures: Path) -> None:
    capture = Capture(sha256=DIGEST)
    with pytest.raises(DamagedCaptureError, match=f"{DIGEST} cannot be read: No such file"):
        capture.read()
    path = captures / stored_name(DIGEST)
    path.mkdir(parents=True)
    with pytest.raises(DamagedCaptureError, match="cannot be read: it is no regular file"):
        capture.read()
    path.rmdir()
    path.write_bytes(pack(b"other"))
    with pytest.raises(DamagedCaptureError, match="does not have that digest"):
        capture.read()


class _Torn(ContentFile):
    """A file whose reading ends with an error."""

    def chunks(self, chunk_size: int | None = None) -> Any:
        yield b"half"
        raise OSError("the disk is gone")


def test_a_file_that_was_written_in_part_leaves_nothing(captures: Path) -> None:
    with pytest.raises(OSError, match="the disk is gone"):
        capture_storage().save("ab/cd/x.gz", _Torn(b"x"))
    assert list((captures / "ab" / "cd").iterdir()) == []
    # A folder has the name of the file.
    (captures / "ab" / "cd" / "y.gz").mkdir()
    with pytest.raises(IsADirectoryError):
        capture_storage().save("ab/cd/y.gz", ContentFile(b"y"))
    assert [entry.name for entry in (captures / "ab" / "cd").iterdir()] == ["y.gz"]


def test_a_full_disk_is_reported_as_such(captures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    (captures / "ab" / "cd").mkdir(parents=True)
    monkeypatch.setattr(os, "open", no_space)
    with pytest.raises(OSError, match="No space left"):
        capture_storage().save("ab/cd/x.gz", ContentFile(b"12345"))


def test_a_file_is_on_the_disk_before_its_name_is(captures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[tuple[str, int]] = []
    fsync, replace = os.fsync, os.replace

    def note_sync(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        steps.append((kind, os.fstat(descriptor).st_size if kind == "file" else 0))
        fsync(descriptor)

    def note_replace(*paths: Any) -> None:
        steps.append(("name", 0))
        replace(*paths)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_replace)
    capture_storage().save("ab/cd/x.gz", ContentFile(b"12345"))
    assert steps == [("file", 5), ("name", 0), ("folder", 0)]


def test_syncing_a_folder_leaves_no_file_open(tmp_path: Path) -> None:
    before = sorted(os.listdir("/proc/self/fd"))
    sync_folder(tmp_path)
    assert sorted(os.listdir("/proc/self/fd")) == before


@pytest.fixture
def store(tmp_path: Path) -> RegularFiles:
    """A store with a file, a folder, a pipe, and links to a file, to a folder and to nothing."""
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inner").write_bytes(b"inner")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder_link").symlink_to(tmp_path / "folder")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    return RegularFiles(location=tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [("file", b"text"), ("link", b"text"), ("folder/inner", b"inner"), ("folder", None), ("pipe", None), ("nowhere", None)],
)  # fmt: skip
def test_a_store_opens_regular_files_alone(store: RegularFiles, name: str, content: bytes | None) -> None:
    assert store.exists(name) is (content is not None)
    if content is None:
        with pytest.raises(OSError, match="it is no regular file|No such file"):
            store.open(name)
        return
    with store.open(name) as file:
        assert file.read() == content
    with store.open(name, "r") as file:
        assert file.read() == content.decode()
    with store.open(name, "ab") as file:
        file.write(b".")
    with store.open(name) as file:
        assert file.read() == content + b"."


def test_a_store_lists_links_as_files_and_removes_them_alone(store: RegularFiles) -> None:
    folders, files = store.listdir("")
    assert (folders, sorted(files)) == (["folder"], ["file", "folder_link", "link", "nowhere", "pipe"])
    for name in ("link", "folder_link", "nowhere"):
        store.delete(name)
    assert store.listdir("")[1:] == (["file", "pipe"],) or sorted(store.listdir("")[1]) == ["file", "pipe"]
    assert store.exists("folder/inner")
    store.delete("file")
    store.delete("pipe")
    assert store.listdir("") == (["folder"], [])


def test_the_age_of_a_link_is_its_own(store: RegularFiles) -> None:
    os.utime(store.path("file"), (0, 86_400))
    assert store.get_modified_time("file") == datetime(1970, 1, 2, tzinfo=UTC)
    assert store.get_modified_time("link").year > 2000


def test_a_bucket_writes_the_bytes_as_they_are_under_the_same_name() -> None:
    bucket = Bucket(bucket_name="archive", access_key="key", secret_key="secret", endpoint_url="http://127.0.0.1:9")
    # Another object of this name is replaced; there is no request for a free name.
    assert bucket.get_available_name("ab/cd/x.gz") == "ab/cd/x.gz"
    # Nobody reads an object without the key.
    assert "Signature=" in bucket.url("ab/cd/x.gz") and bucket.default_acl is None
    # A second compression would change the bytes.
    assert bucket.gzip is False


@pytest.mark.parametrize(
    ("fields", "is_over", "is_troubled"),
    [
        ({"state": "finished"}, True, False),
        ({"state": "finished", "failed": 1}, True, True),
        ({"state": "failed"}, True, True),
        ({"state": "failed", "failed": 2}, True, True),
        ({"state": "failed", "settled_at": datetime(2024, 5, 10, tzinfo=UTC)}, True, False),
        ({"state": "waiting"}, False, False),
        ({"state": "running"}, False, False),
        ({"state": "running", "failed": 1}, False, True),
    ],
)
@pytest.mark.django_db
def test_which_deliveries_need_an_editor(fields: dict[str, Any], is_over: bool, is_troubled: bool) -> None:
    delivery = Delivery.objects.create(name="خبر.txt", **fields)
    assert delivery.is_over is is_over
    assert Delivery.objects.filter(pk=delivery.pk).troubled().exists() is is_troubled


def test_the_notes_of_a_delivery_count_equal_values() -> None:
    assert Delivery(notes=[{"times": 3}, {"times": 1}]).listed_notes == 4 and Delivery().listed_notes == 0


@pytest.mark.django_db
def test_a_digest_storage_keeps_the_name_of_a_stored_file(make_article: Callable[..., Article], tmp_path: Path) -> None:
    store = DigestStorage(location=tmp_path)
    names = [store.save("ab/x.gz", File((tmp_path / name).open("w+b"))) for name in ("first", "second")]
    assert names == ["ab/x.gz", "ab/x.gz"] and store.listdir("ab") == ([], ["x.gz"])
