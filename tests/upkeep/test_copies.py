"""What a backup copies, keeps, prunes and reports, and what a restore refuses."""

import fcntl
import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection

from articles.models import Actor, Article, Capture, Delivery, Event
from articles.models.capture import capture_storage, pack, stored_name
from articles.models.delivery import delivery_storage
from articles.models.revision import current
from articles.upkeep import copies
from articles.upkeep.copies import BackupError, Made, backup, restore, stamps


@pytest.fixture
def stores(tmp_path: Path, settings: object) -> Path:
    """Empty stores, and no row that names a file."""
    settings.STORAGES = settings.STORAGES | {
        store: {"BACKEND": settings.STORAGES[store]["BACKEND"], "OPTIONS": {"location": tmp_path / store}}
        for store in ("captures", "deliveries")
    }
    return tmp_path


class Originals:
    """Captures of one article, by what they hold, and uploads by name."""

    def __init__(self, article: Article) -> None:
        self.article = article

    def capture(self, content: str) -> str:
        """Stores a capture and returns its path in a backup."""
        digest = hashlib.sha256(content.encode()).hexdigest()
        Capture.objects.keep_bytes(digest, pack(content.encode()))
        Capture.objects.create(
            article=self.article, sha256=digest, size=len(content.encode()), media_type="text/plain",
            captured_at=datetime(2024, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        return f"captures/{stored_name(digest)}"

    def upload(self, name: str) -> str:
        delivery_storage().save(name, ContentFile(b"uploaded"))
        Delivery.objects.create(name=name, stored_as=name, state="finished")
        return f"deliveries/{name}"


def path_of(original: str) -> Path:
    store, _, name = original.partition("/")
    return Path((capture_storage() if store == "captures" else delivery_storage()).path(name))


def manifest(folder: Path, stamp: str) -> tuple[dict, dict[str, dict]]:
    about, *entries = map(json.loads, (folder / f"{stamp}.jsonl").read_text("utf-8").splitlines())
    assert [entry["path"] for entry in entries[1:]] == sorted(entry["path"] for entry in entries[1:])
    return about, {entry["path"]: entry for entry in entries}


def made_at(second: int, folder: Path, **options: int) -> Made:
    with time_machine.travel(datetime(2024, 1, 31, 23, 59, second, tzinfo=UTC), tick=False):
        return backup(folder, **options)


@pytest.mark.django_db
def test_what_is_copied_kept_and_told(stores: Path, make_article: Callable[..., Article]) -> None:
    Capture.objects.all().delete()
    originals = Originals(make_article())
    whole, changed, damaged, gone = (originals.capture(word) for word in ("سليم", "متغير", "تالف", "مفقود"))
    upload, lost = originals.upload("ملف.txt"), originals.upload("ضائع.txt")
    Capture.objects.keep_bytes("ab" * 32, pack(b"nobody names it"))
    path_of(damaged).write_bytes(pack(b"something else"))
    for original in (gone, lost):
        path_of(original).unlink()
    folder = stores / "copy"

    first = made_at(1, folder)
    assert (first.stamp, first.files, first.added) == ("20240131T235901Z", 5, 5)
    assert first.missing == [
        f"{original} is gone from the archive's store and not in this backup" for original in (gone, lost)
    ]
    assert (
        len(first.damaged) == 1
        and first.damaged[0].startswith(f"{damaged}: ")
        and first.damaged[0].endswith("; it was copied as it is")
    )
    about, entries = manifest(folder, first.stamp)
    assert (about["format"], about["dump"]) == (1, f"database/{first.stamp}.dump") and about["server"] > 100_000
    assert "articles.0004_rules" in about["migrations"] and about["made_at"].startswith("2024-01-31T23:59:01")
    assert set(entries) == {about["dump"], whole, changed, damaged, upload}
    assert [path for path, entry in entries.items() if entry.get("damaged")] == [damaged]
    assert first.bytes_added == sum(entry["size"] for entry in entries.values())
    for path, entry in entries.items():
        content = (folder / path).read_bytes()
        assert (entry["size"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    copied = {path: (folder / path).read_bytes() for path in entries}
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}
    # Of the same second there is one backup.
    with pytest.raises(BackupError, match="a backup of this second"):
        made_at(1, folder)

    new = originals.capture("جديد")
    repaired = {damaged: pack("تالف".encode()), gone: pack("مفقود".encode())}
    for original, content in repaired.items():
        path_of(original).parent.mkdir(parents=True, exist_ok=True)
        path_of(original).write_bytes(content)
    path_of(lost).write_bytes(b"found again")
    path_of(upload).write_bytes(b"of another length")
    path_of(whole).write_bytes(gzip.compress("سليم".encode(), 1) + gzip.compress(b""))  # the same, compressed anew
    path_of(changed).write_bytes(b"no gzip")
    second = made_at(2, folder)
    assert (second.files, second.added, second.missing) == (8, 5, [])
    told = {line.partition(": ")[0]: line for line in second.damaged}
    assert set(told) == {changed, upload} and all(
        line.endswith("; the backup keeps its copy") for line in told.values()
    )
    assert "it has another length than when it was copied" in told[upload]
    _, entries = manifest(folder, second.stamp)
    assert set(entries) == {f"database/{second.stamp}.dump", whole, changed, damaged, gone, new, upload, lost}
    assert not any(entry.get("damaged") for entry in entries.values())
    assert (folder / damaged).read_bytes() == repaired[damaged] != copied[damaged]
    for path in (whole, changed, upload):
        assert (folder / path).read_bytes() == copied[path]

    path_of(whole).unlink()
    path_of(upload).unlink()
    path_of(new).unlink()
    path_of(new).mkdir()
    (folder / new).unlink()
    (folder / gone).write_bytes(b"cut")
    third = made_at(3, folder, keep=2)
    assert third.missing == [
        f"{path} is gone from the archive's store; the backup keeps its copy" for path in sorted((whole, upload))
    ]
    assert {line.partition(": ")[0] for line in third.damaged} == {changed, new}
    assert any(
        line.startswith(f"{new}: it cannot be opened: ") and line.endswith("; it is not in this backup")
        for line in third.damaged
    )
    assert (third.files, third.added) == (7, 2) and (folder / gone).read_bytes() == repaired[gone]
    # The oldest of three is pruned, and copies stay.
    assert stamps(folder) == [second.stamp, third.stamp]
    assert sorted(path.stem for path in (folder / "database").iterdir()) == [second.stamp, third.stamp]
    assert (folder / upload).exists() and not list(folder.rglob(".new-*"))


@pytest.mark.django_db
def test_two_backups_into_one_folder_do_not_run_at_once(stores: Path) -> None:
    folder = stores / "copy"
    folder.mkdir()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="another backup into"):
            backup(folder)
    assert stamps(folder) == [] and list((folder / "database").iterdir()) == []


@pytest.mark.django_db
def test_a_dump_that_fails_is_no_backup(stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    with pytest.raises(BackupError, match="no_such_database"):
        backup(stores / "copy")
    assert stamps(stores / "copy") == [] and list((stores / "copy/database").iterdir()) == []


@pytest.mark.parametrize(("neighbour", "mode"), [("", 0o700), ("notes.txt", 0o755), ("20230101T000000Z.jsonl", 0o700)])
def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path, neighbour: str, mode: int) -> None:
    for part in ("database", "captures", "deliveries"):
        (tmp_path / part).mkdir(mode=0o755)
    files = [tmp_path / "20240101T000000Z.jsonl", tmp_path / "database/20240101T000000Z.dump", tmp_path / "lock"]
    files += [tmp_path / neighbour] if neighbour else []
    for file in files:
        file.touch()
        file.chmod(0o644)
    tmp_path.chmod(0o755)
    copies._make_private(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == mode
    assert {(tmp_path / part).stat().st_mode & 0o777 for part in ("database", "captures", "deliveries")} == {0o700}
    assert [file.stat().st_mode & 0o777 for file in files] == [
        0o644 if file.suffix == ".txt" else 0o600 for file in files
    ]


@pytest.mark.parametrize(("keep", "kept"), [(0, "abcd"), (1, "d"), (2, "cd"), (4, "abcd"), (9, "abcd")])
def test_so_many_backups_stay(tmp_path: Path, keep: int, kept: str) -> None:
    (tmp_path / "database").mkdir()
    for stamp in "abcd":
        (tmp_path / f"{stamp}.jsonl").touch()
        (tmp_path / "database" / f"{stamp}.dump").touch()
    (tmp_path / "database" / "a.dump").unlink()
    copies._remove_old(tmp_path, keep)
    assert "".join(stamps(tmp_path)) == kept
    assert sorted(path.stem for path in (tmp_path / "database").iterdir()) == [stamp for stamp in kept if stamp != "a"]


STAMP = "20240101T000000Z"
CONTENT = b"an upload"
ENTRY = {"path": "deliveries/x.txt", "size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()}
ABOUT = {"format": 1, "migrations": ["articles.0004_rules"], "dump": "database/none.dump"}


def handmade(folder: Path, about: object = ABOUT, *entries: object) -> None:
    (folder / "deliveries").mkdir(parents=True)
    (folder / "deliveries/x.txt").write_bytes(CONTENT)
    lines = [line if isinstance(line, str) else json.dumps(line) for line in (about, *(entries or [ENTRY]))]
    (folder / f"{STAMP}.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("about", "entries", "options", "message"),
    [
        (ABOUT, [], {}, "this archive is not empty; nothing was changed"),
        (ABOUT | {"format": 2}, [], {"replace": True}, "made by a newer archive (another format)"),
        (ABOUT | {"migrations": ["articles.9999_later", "articles.0004_rules"]}, [], {"replace": True}, "newer archive (articles.9999_later)"),
        ({"format": 1, "migrations": []}, [], {"replace": True}, "its first line describes no backup"),
        ("no JSON", [], {"replace": True}, "cannot be read: "),
        (ABOUT, [ENTRY | {"size": 1}], {"replace": True}, "deliveries/x.txt of backup 20240101T000000Z is damaged or gone"),
        (ABOUT, [ENTRY | {"sha256": "0" * 64}], {"replace": True}, "is damaged or gone; nothing was changed"),
        (ABOUT, [ENTRY | {"path": "deliveries/y.txt"}], {"replace": True}, "deliveries/y.txt of backup"),
        (ABOUT, [ENTRY, "no JSON"], {"replace": True}, "line 3 is damaged: "),
        (ABOUT, [ENTRY | {"colour": "red"}], {"replace": True}, "line 2 is damaged: "),
        (ABOUT, [], {"stamp": "20230101T000000Z", "replace": True}, "has no backup 20230101T000000Z"),
    ],
)  # fmt: skip
def test_a_restore_refuses_and_changes_nothing(
    stores: Path, about: object, entries: list, options: dict, message: str
) -> None:
    folder = stores / "copy"
    handmade(folder, about, *entries)
    before = Article.objects.count()
    with pytest.raises(BackupError) as refused:
        restore(folder, **options)
    assert message in str(refused.value)
    assert Article.objects.count() == before and not delivery_storage().exists("x.txt")


@pytest.mark.django_db
def test_a_folder_without_backups_is_told(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="holds no backup"):
        restore(tmp_path, replace=True)


@pytest.mark.django_db
def test_what_makes_an_archive_not_empty() -> None:
    from django.apps import apps

    assert copies._holds_something()
    with connection.cursor() as cursor:
        tables = ", ".join(model._meta.db_table for model in apps.get_app_config("articles").get_models())
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    assert not copies._holds_something()
    for row in (
        Actor(name="هيئة", kind="civil"),
        Event(title="لقاء", kind="meeting"),
        Article(title="خبر", body="نص."),
    ):
        row.save()
        assert copies._holds_something()
        row.delete()
        assert not copies._holds_something()


@pytest.mark.usefixtures("stored")
def test_an_archive_is_put_back(stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "LOCK_SECONDS", 1)
    Capture.objects.all().delete()
    article = Article.objects.earliest("id")
    originals = Originals(article)
    kept, lost = originals.capture("باق"), originals.capture("ضائع")
    revision, folder = current(), stores / "copy"
    made_at(1, folder)
    Article.objects.filter(pk=article.pk).update(title="عنوان ثان")
    newer = made_at(2, folder)
    Article.objects.filter(pk=article.pk).update(title="عنوان ثالث")
    bytes_kept = path_of(kept).read_bytes()
    path_of(lost).unlink()
    # Who uses the archive meanwhile is named, and nothing is changed.
    with psycopg.connect(
        **{**connection.get_connection_params(), "cursor_factory": psycopg.Cursor, "application_name": "reader"}
    ) as other:
        other.execute("SELECT count(*) FROM articles_article")
        pid = other.execute("SELECT pg_backend_pid()").fetchone()[0]
        with pytest.raises(BackupError) as refused:
            restore(folder, replace=True)
    assert f"in use by sessions {pid} (reader, idle in transaction, since " in str(refused.value)
    assert str(refused.value).endswith("Waited 1 seconds; the archive's database is unchanged")
    assert Article.objects.get(pk=article.pk).title == "عنوان ثالث"
    path_of(lost).unlink()
    assert restore(folder, replace=True) == newer.stamp
    assert Article.objects.get(pk=article.pk).title == "عنوان ثان" and current() != revision
    assert (
        path_of(kept).read_bytes() == bytes_kept
        and Capture.objects.get(sha256=Path(lost).stem).read() == "ضائع".encode()
    )


def test_a_backup_to_what_is_no_folder_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError) as refused:
        call_command("backup", str(tmp_path / "file"))
    assert str(tmp_path / "file") in str(refused.value) and "Errno" not in str(refused.value)
