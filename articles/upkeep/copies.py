"""A backup of the archive in a folder, and an archive made of a backup again. Called by `manage.py backup` and `restore`.

    DEST/database/STAMP.dump    pg_dump's custom format, of one moment
    DEST/captures/ab/cd/….gz    every capture that the database names, copied once: later backups add what is new
    DEST/deliveries/…           uploaded files
    DEST/STAMP.jsonl            the manifest: a line about the backup, then one for each file with its size and SHA-256

A manifest is written last, and a file has its name only when it is whole and on the disk: what has no manifest is no backup.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO

from django.core.files.base import File
from django.core.files.storage import Storage
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from articles.models import Actor, Article, Capture, Delivery, Event
from articles.models.capture import DamagedCaptureError, capture_storage, stored_name, sync_folder, unpack
from articles.models.delivery import delivery_storage
from articles.models.revision import begin_epoch
from articles.platform import caches, private_files, programs

FORMAT = 1
CHUNK = 1 << 20
# Rows that belong to a running site, not to the archive.
_PASSING = ("django_session", caches.TABLE)
_EMPTY = "BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;\n"
# A restore waits so many seconds for who uses a table, and whoever comes meanwhile waits behind it. The server looks so often
# whether the one who restores is still there.
LOCK_SECONDS, LOOK_SECONDS = 10, 2
_LOCK_TIMEOUT = "55P03"
_HOLDERS = """
    SELECT DISTINCT activity.pid, activity.application_name, activity.state, date_trunc('second', activity.xact_start)::text
    FROM pg_locks AS locks JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
    WHERE locks.relation IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND locks.granted AND locks.pid <> pg_backend_pid()
    ORDER BY pid
"""
# One backup's file is part of the next one's; these are its folders and the stores they are copies of.
_STORES: dict[str, Callable[[], Storage]] = {"captures": capture_storage, "deliveries": delivery_storage}


class BackupError(Exception):
    """A backup that cannot be made or restored as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """A file of a backup: its path in it, its size in bytes, its SHA-256. `damaged` marks the copy of an original that was damaged
    already, where no backup before had a whole copy."""

    path: str
    size: int
    sha256: str
    damaged: bool = field(default=False, compare=False)

    def line(self) -> dict[str, object]:
        """What the manifest says of it."""
        told: dict[str, object] = {"path": self.path, "size": self.size, "sha256": self.sha256}
        return told | {"damaged": True} if self.damaged else told


@dataclass
class Made:
    """What a backup holds and what of it is new.

    `missing` are lines about files that the archive itself lacks, `damaged` lines about those that cannot be read or are not what
    they were. Each line says whether the backup has a whole copy.
    """

    stamp: str
    files: int
    added: int
    bytes_added: int
    missing: list[str]
    damaged: list[str] = field(default_factory=list)


def backup(folder: Path, *, keep: int = 0) -> Made:
    """Adds a backup to `folder`, and removes the databases of all but the newest `keep` (0: none is removed).

    The database is dumped first: every capture that the dump names was in its store before. Raises BackupError.
    """
    for part in ("database", *_STORES):
        private_files.make_folder(folder / part)
    _close(folder)
    with _alone(folder):
        stamp = f"{timezone.now():%Y%m%dT%H%M%SZ}"
        if (folder / f"{stamp}.jsonl").exists():
            raise BackupError(f"{folder} has a backup of this very second: ask again")
        dump = _dumped(folder, stamp)
        known = _Known(_newest_entries(folder))
        made = Made(stamp, 1, 1, dump.size, [])
        about = {"format": FORMAT, "made_at": timezone.now().isoformat(), "server": connection.pg_version,
                 "migrations": _applied(), "dump": dump.path}  # fmt: skip
        with _whole(folder / f"{stamp}.jsonl") as manifest:
            for line in chain((about, dump.line()), (entry.line() for entry in _copied(folder, known, made))):
                manifest.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
        _forget(folder, keep)
    return made


def _dumped(folder: Path, stamp: str) -> Entry:
    path = folder / "database" / f"{stamp}.dump"
    without = [f"--exclude-table-data=*.{table}" for table in _PASSING]
    try:
        with _whole(path) as file:
            programs.run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *without, stdout=file)
    except programs.ProgramError as error:
        raise BackupError(str(error)) from error
    return _entry(folder, path)


class _Known:
    """The entries of the backup before, of which one is asked for after the other in the order of their paths."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = (entry for entry in entries if entry.path.partition("/")[0] in _STORES)
        self._next = next(self._entries, None)

    def entry(self, path: str) -> Entry | None:
        while self._next and self._next.path < path:
            self._next = next(self._entries, None)
        return self._next if self._next and self._next.path == path else None


def _copied(folder: Path, known: _Known, made: Made) -> Iterator[Entry]:
    """Every file that the database names, copied where the backup has no whole copy yet."""
    for store, name in _named():
        size = _stored_size(store, name)
        entry = _kept(folder, store, name, known, size)
        if entry is None:
            entry = _added(folder, store, name, made)
        elif size != entry.size:
            _tell_difference(store, name, size, made)
        if entry is not None:
            made.files += 1
            yield entry


def _stored_size(store: str, name: str) -> int | None:
    """The length of a file of the archive in bytes; None where it is gone, -1 where that cannot be learned."""
    try:
        return _STORES[store]().size(name)
    except FileNotFoundError:
        return None
    except OSError:
        return -1


def _kept(folder: Path, store: str, name: str, known: _Known, size: int | None) -> Entry | None:
    """The whole copy that the folder has of a file that is `size` bytes long; None where it has none."""
    path, entry = folder / store / name, known.entry(f"{store}/{name}")
    if not path.is_file():
        return None
    is_as_before = entry is not None and not entry.damaged and path.stat().st_size == entry.size
    if is_as_before and (store != "captures" or size == entry.size):
        return entry
    # A capture's name is its digest, so that a copy shows by itself that it is whole: also after a backup that was killed.
    return _entry(folder, path) if store == "captures" and not _damage(path) else None


def _tell_difference(store: str, name: str, size: int | None, made: Made) -> None:
    """Tells of a file of the archive that is gone, or that has another length than its whole copy and is damaged.

    Other bytes of the same length are not looked for: that takes reading every file, which `check_archive` does.
    """
    if size is None:
        made.missing.append(f"{store}/{name} is gone from the archive's store; the backup keeps its copy")
        return
    try:
        reason = _difference(store, name)
    except FileNotFoundError:
        reason = "it is gone"
    except _SourceError as error:
        reason = str(error)
    if reason:
        made.damaged.append(f"{store}/{name}: {reason}; the backup keeps its copy")


def _difference(store: str, name: str) -> str:
    """What is wrong with a file whose length is not its copy's; empty for a capture that was only packed anew."""
    if store != "captures":
        return "it has another length than when it was copied"
    with _opened(store, name) as source:
        parts = list(iter(partial(_Read(source).read, CHUNK), b""))
    return _damage_of(b"".join(parts), name)


def _added(folder: Path, store: str, name: str, made: Made) -> Entry | None:
    """The entry of a file that is copied now; None where it cannot be."""
    path = folder / store / name
    try:
        with _opened(store, name) as source:
            _copy(_Read(source), path)
    except _SourceError as error:
        made.damaged.append(f"{store}/{name}: {error}; it is not in this backup")
        return None
    except FileNotFoundError:
        made.missing.append(f"{store}/{name} is gone from the archive's store and not in this backup")
        return None
    entry = _entry(folder, path)
    if store == "captures" and (reason := _damage(path)):
        # Kept all the same: an older backup elsewhere may have it whole, or somebody may mend it.
        made.damaged.append(f"{store}/{name}: {reason}; it was copied as it is")
        entry = replace(entry, damaged=True)
    made.added += 1
    made.bytes_added += entry.size
    return entry


class _SourceError(Exception):
    """A file of the archive that cannot be read to its end."""


class _Read:
    """A file of the archive while it is copied: that it cannot be read is not an error of the backup's own disk."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            raise _SourceError(f"it cannot be read: {error.strerror or error}") from error


def _opened(store: str, name: str) -> IO[bytes]:
    """Raises FileNotFoundError for a file that is gone, _SourceError for one that cannot be opened."""
    try:
        return _STORES[store]().open(name)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _SourceError(f"it cannot be opened: {error.strerror or error}") from error


def _damage(path: Path) -> str:
    """What is wrong with the copy of a capture; empty where nothing is."""
    return _damage_of(path.read_bytes(), path.name)


def _damage_of(packed: bytes, name: str) -> str:
    """What is wrong with the bytes of a capture's file of this name; empty where nothing is."""
    try:
        unpack(packed, Path(name).name.removesuffix(".gz"))
    except DamagedCaptureError as error:
        return str(error)
    return ""


def _named() -> Iterator[tuple[str, str]]:
    """(store, name) of every file that the database names, in the order of both."""
    for digest in Capture.objects.order_by("sha256").values_list("sha256", flat=True).distinct().iterator():
        yield "captures", stored_name(digest)
    uploads = Delivery.objects.exclude(stored_as="").values_list("stored_as", flat=True)
    yield from (("deliveries", name) for name in sorted(uploads))


def restore(folder: Path, stamp: str = "", *, replace: bool = False) -> str:
    """Makes this archive what it was at the backup `stamp`, the newest by default; returns its stamp.

    Every file is compared with its digest before anything is changed. Captures are put into the store, then the database is
    replaced in one transaction, all of it or nothing. Raises BackupError for an archive that holds something unless `replace`
    is set, for a damaged backup, and for one that a newer archive made.
    """
    stamp = stamp or _newest(folder)
    about, entries = _read(folder, stamp)
    unknown = set(about["migrations"]) - _known_migrations()
    if about["format"] != FORMAT or unknown:
        raise BackupError(
            f"backup {stamp} was made by a newer archive ({', '.join(sorted(unknown)) or 'another format'})"
        )
    if not replace and _holds_something():
        raise BackupError("this archive is not empty; nothing was changed. --replace puts the backup in its place")
    for entry in entries():
        if _entry(folder, folder / entry.path) != entry:
            raise BackupError(f"{entry.path} of backup {stamp} is damaged or gone; nothing was changed")
    for entry in entries():
        store, _, name = entry.path.partition("/")
        if store in _STORES and not _STORES[store]().exists(name):
            with (folder / entry.path).open("rb") as file:
                _STORES[store]().save(name, File(file))
    _replace_database(folder / about["dump"])
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    begin_epoch()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return stamp


def _replace_database(dump: Path) -> None:
    """In one transaction: what was there goes, what the dump holds comes."""
    unpack = ("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump))
    execute = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose", "--file=-")
    bounds = f"SET lock_timeout = '{LOCK_SECONDS}s'; SET client_connection_check_interval = '{LOOK_SECONDS}s';\n"
    try:
        programs.pour(unpack, execute, first=(bounds + _EMPTY).encode(), last=b"COMMIT;\n")
    except programs.ProgramError as error:
        reason = _who_holds() if _LOCK_TIMEOUT in str(error) else str(error)
        raise BackupError(f"{reason}; the archive's database is as it was") from error


def _who_holds() -> str:
    """A line about the sessions that use tables of the archive now."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS)
        holders = [
            f"{pid} ({name or 'no name'}, {state}, since {since})" for pid, name, state, since in cursor.fetchall()
        ]
    sessions = (
        f"by sessions {', '.join(holders)}: stop them, or SELECT pg_terminate_backend(…),"
        if holders
        else "by others: stop them"
    )
    return f"the archive is in use {sessions} and restore again. Waited {LOCK_SECONDS} seconds"


def _holds_something() -> bool:
    tables = connection.introspection.table_names()
    return any(
        model._meta.db_table in tables and model._base_manager.exists() for model in (Article, Actor, Event, Capture)
    )


def _applied() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations)


def _known_migrations() -> set[str]:
    """The migrations that this code has, and those that they stand in place of."""
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    replaced = [name for migration in migrations.values() for name in migration.replaces]
    return {f"{app}.{name}" for app, name in [*migrations, *replaced]}


def stamps(folder: Path) -> list[str]:
    """The backups in a folder, oldest first."""
    return sorted(path.stem for path in folder.glob("*.jsonl"))


def _newest(folder: Path) -> str:
    found = stamps(folder)
    if not found:
        raise BackupError(f"{folder} holds no backup")
    return found[-1]


def _read(folder: Path, stamp: str) -> tuple[dict, Callable[[], Iterator[Entry]]]:
    """A manifest's first line, and what gives its entries, a line at a time."""
    path = folder / f"{stamp}.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            about = json.loads(next(file, ""))
        if not {"format", "migrations", "dump"} <= set(about):
            raise ValueError("its first line tells of no backup")
    except (OSError, ValueError) as error:
        raise BackupError(f"{path} cannot be read: {error}") from error

    def entries() -> Iterator[Entry]:
        with path.open(encoding="utf-8") as file:
            next(file)
            for number, line in enumerate(file, 2):
                try:
                    yield Entry(**json.loads(line))
                except (ValueError, TypeError) as error:
                    raise BackupError(f"{path}, line {number} is damaged: {error}") from error

    return about, entries


def _newest_entries(folder: Path) -> Iterator[Entry]:
    return _read(folder, _newest(folder))[1]() if stamps(folder) else iter(())


def _forget(folder: Path, keep: int) -> None:
    for stamp in stamps(folder)[:-keep] if keep else []:
        (folder / f"{stamp}.jsonl").unlink()
        (folder / "database" / f"{stamp}.dump").unlink(missing_ok=True)


def _entry(folder: Path, path: Path) -> Entry:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Entry(path.relative_to(folder).as_posix(), file.tell(), digest)
    except OSError:
        return Entry(path.relative_to(folder).as_posix(), -1, "")


def _copy(source: IO[bytes], path: Path) -> None:
    private_files.make_folder(path.parent)
    with _whole(path) as target:
        while part := source.read(CHUNK):
            target.write(part)


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written that gets its name when it is complete and on the disk; of a failed one nothing stays."""
    part = path.with_name(f".new-{path.name}")
    try:
        with os.fdopen(private_files.create(part, os.O_TRUNC), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def _close(folder: Path) -> None:
    """Takes from others what an earlier version let them read. A folder that holds nothing but backups becomes the owner's
    alone; one that was there for other things too keeps its mode, and what is ours in it is closed."""
    ours = {"database", "lock", *_STORES}
    entries = list(folder.iterdir())
    if all(entry.name in ours or entry.suffix == ".jsonl" for entry in entries):
        entries.append(folder)
    for entry in entries:
        if entry == folder or entry.name in ours or entry.suffix == ".jsonl":
            private_files.tighten(entry)
    for dump in (folder / "database").iterdir():
        private_files.tighten(dump)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with os.fdopen(private_files.create(folder / "lock", os.O_TRUNC), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup into {folder} goes on") from None
        yield
