"""Makes backups of the archive in a folder, and restores them. Called by `manage.py backup` and `restore`.

    DEST/database/STAMP.dump    the database in pg_dump's custom format, of one moment
    DEST/captures/ab/cd/….gz    every capture that the database names, copied once: later backups add new ones only
    DEST/deliveries/…           uploaded files
    DEST/STAMP.jsonl            the manifest: a line about the backup, then one for each file with its size and SHA-256

The manifest is written last, so a dump without a manifest is an unfinished backup. A file gets its name only when it is
complete and on the disk.
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

# The version of the backup's layout; `restore` refuses any other.
FORMAT = 1
# Bytes that are read at a time while a file is copied. A judgement: a mebibyte takes few system calls and little
# memory.
BYTES_AT_ONCE = 1 << 20
# Tables whose rows belong to a running site, not to the archive: a dump leaves their rows out.
_PASSING = ("django_session", caches.TABLE)
# Opens the transaction of a restore, and removes all tables.
_EMPTIED_DATABASE = "BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;\n"
# LOCK_SECONDS is how long a restore waits for sessions that use a table; new sessions wait behind it meanwhile.
# CLIENT_CHECK_SECONDS is how often the server checks whether the restoring client is still connected. Judgements: most
# requests end within ten seconds, and readers wait no longer than that; locks of a client that was killed are gone
# after two.
LOCK_SECONDS, CLIENT_CHECK_SECONDS = 10, 2
# PostgreSQL's error code lock_not_available.
_LOCK_TIMEOUT = "55P03"
# Other sessions that hold locks on the archive's tables.
_HOLDERS = """
    SELECT DISTINCT activity.pid, activity.application_name, activity.state, date_trunc('second', activity.xact_start)::text
    FROM pg_locks AS locks JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
    WHERE locks.relation IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND locks.granted AND locks.pid <> pg_backend_pid()
    ORDER BY pid
"""
# The folders of copied files, and the store that each one copies. All backups in a folder share the copies.
_STORES: dict[str, Callable[[], Storage]] = {"captures": capture_storage, "deliveries": delivery_storage}


class BackupError(Exception):
    """A backup cannot be made or restored. The message says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """A file of a backup.

    path: its path, relative to the backup's folder.
    size: its length in bytes; -1 if the file cannot be read.
    sha256: its SHA-256 in hexadecimal; empty if the file cannot be read.
    damaged: whether it copies a damaged original of which no earlier backup has a whole copy.
    """

    path: str
    size: int
    sha256: str
    damaged: bool = field(default=False, compare=False)

    def line(self) -> dict[str, object]:
        """Returns the manifest's line about this file; `damaged` stands in it only if true."""
        fields: dict[str, object] = {"path": self.path, "size": self.size, "sha256": self.sha256}
        return fields | {"damaged": True} if self.damaged else fields


@dataclass
class Made:
    """The outcome of a backup.

    stamp: its name: the time of its beginning in UTC, such as 20240131T235959Z.
    files: how many files it holds, the dump included.
    added: how many of these were copied now, the dump included.
    bytes_added: the size of those in bytes.
    missing: a line for each file that the database names but the archive lacks.
    damaged: a line for each file that cannot be read or has changed. Lines of both lists say whether the backup has a
        copy.
    """

    stamp: str
    files: int
    added: int
    bytes_added: int
    missing: list[str]
    damaged: list[str] = field(default_factory=list)


def backup(folder: Path, *, keep: int = 0) -> Made:
    """Adds a backup to `folder`, then removes the dumps and manifests of all but the newest `keep` backups (0: none).

    The database is dumped before files are copied, so the store already holds every capture that the dump names.
    Raises BackupError.
    """
    for part in ("database", *_STORES):
        private_files.make_folder(folder / part)
    _make_private(folder)
    with _locked(folder):
        stamp = f"{timezone.now():%Y%m%dT%H%M%SZ}"
        if (folder / f"{stamp}.jsonl").exists():
            raise BackupError(f"{folder} has a backup of this second: run the command again")
        dump = _dump_database(folder, stamp)
        previous = _PreviousEntries(_newest_entries(folder))
        outcome = Made(stamp, 1, 1, dump.size, [])
        about = {"format": FORMAT, "made_at": timezone.now().isoformat(), "server": programs.server_version(),
                 "migrations": _applied(), "dump": dump.path}  # fmt: skip
        with _written_whole(folder / f"{stamp}.jsonl") as manifest:
            for line in chain((about, dump.line()), (entry.line() for entry in _copy_files(folder, previous, outcome))):
                manifest.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
        _remove_old(folder, keep)
    return outcome


def _dump_database(folder: Path, stamp: str) -> Entry:
    """Dumps the database and returns the dump's entry. Raises BackupError."""
    path = folder / "database" / f"{stamp}.dump"
    without = [f"--exclude-table-data=*.{table}" for table in _PASSING]
    try:
        with _written_whole(path) as file:
            programs.run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *without, stdout=file)
    except programs.ProgramError as error:
        raise BackupError(str(error)) from error
    return _entry(folder, path)


class _PreviousEntries:
    """The entries of the previous backup. They are read once, so paths must be looked up in ascending order."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = (entry for entry in entries if entry.path.partition("/")[0] in _STORES)
        self._next = next(self._entries, None)

    def entry(self, path: str) -> Entry | None:
        """Returns the entry of this path; None if the previous backup has none."""
        while self._next and self._next.path < path:
            self._next = next(self._entries, None)
        return self._next if self._next and self._next.path == path else None


def _copy_files(folder: Path, previous: _PreviousEntries, outcome: Made) -> Iterator[Entry]:
    """Yields the entry of every file that the database names.

    Copies those of which the backup has no whole copy yet.
    """
    for store, name in _named_files():
        size = _stored_size(store, name)
        entry = _whole_copy(folder, store, name, previous, size)
        if entry is None:
            entry = _copy_file(folder, store, name, outcome)
        elif size != entry.size:
            _report_difference(store, name, size, outcome)
        if entry is not None:
            outcome.files += 1
            yield entry


def _stored_size(store: str, name: str) -> int | None:
    """Returns a file's length in the archive's store, in bytes; None if the file is gone, -1 if it cannot be read."""
    try:
        return _STORES[store]().size(name)
    except FileNotFoundError:
        return None
    except OSError:
        return -1


def _whole_copy(folder: Path, store: str, name: str, previous: _PreviousEntries, size: int | None) -> Entry | None:
    """Returns the entry of the folder's whole copy of a file; None if it has none.

    `size` is the original's, in bytes.
    """
    path, entry = folder / store / name, previous.entry(f"{store}/{name}")
    if not path.is_file():
        return None
    is_as_before = entry is not None and not entry.damaged and path.stat().st_size == entry.size
    if entry is not None and is_as_before and (store != "captures" or size == entry.size):
        return entry
    # A capture's name is its digest, so a copy can be verified without a manifest, for example after a killed backup.
    return _entry(folder, path) if store == "captures" and not _damage(path) else None


def _report_difference(store: str, name: str, size: int | None, outcome: Made) -> None:
    """Reports a file of the archive that is gone, or that is damaged and differs in length from its whole copy.

    Changed bytes of the same length are not detected here: `check_archive` reads every file to find them.
    """
    if size is None:
        outcome.missing.append(f"{store}/{name} is gone from the archive's store; the backup keeps its copy")
        return
    try:
        reason = _difference(store, name)
    except FileNotFoundError:
        reason = "it is gone"
    except _SourceError as error:
        reason = str(error)
    if reason:
        outcome.damaged.append(f"{store}/{name}: {reason}; the backup keeps its copy")


def _difference(store: str, name: str) -> str:
    """Says what is wrong with a file whose length differs from its copy's.

    Returns an empty text for a capture that was only compressed anew. Raises FileNotFoundError and _SourceError.
    """
    if store != "captures":
        return "it has another length than when it was copied"
    with _opened(store, name) as source:
        parts = list(iter(partial(_SourceFile(source).read, BYTES_AT_ONCE), b""))
    return _damage_of(b"".join(parts), name)


def _copy_file(folder: Path, store: str, name: str, outcome: Made) -> Entry | None:
    """Copies a file and returns its entry. Reports a file that cannot be copied and returns None."""
    path = folder / store / name
    try:
        with _opened(store, name) as source:
            _write_copy(_SourceFile(source), path)
    except _SourceError as error:
        outcome.damaged.append(f"{store}/{name}: {error}; it is not in this backup")
        return None
    except FileNotFoundError:
        outcome.missing.append(f"{store}/{name} is gone from the archive's store and not in this backup")
        return None
    entry = _entry(folder, path)
    if store == "captures" and (reason := _damage(path)):
        # A damaged copy is kept too: another backup may have a whole one, or somebody may repair this one.
        outcome.damaged.append(f"{store}/{name}: {reason}; it was copied as it is")
        entry = replace(entry, damaged=True)
    outcome.added += 1
    outcome.bytes_added += entry.size
    return entry


class _SourceError(Exception):
    """A file of the archive cannot be opened or read to its end."""


class _SourceFile:
    """A file of the archive while it is copied. Turns read errors into _SourceError, to tell them from write errors."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        """Returns up to `size` bytes. Raises _SourceError if they cannot be read."""
        try:
            return self._file.read(size)
        except OSError as error:
            raise _SourceError(f"it cannot be read: {error.strerror or error}") from error


def _opened(store: str, name: str) -> IO[bytes]:
    """Opens a file of the archive. Raises FileNotFoundError if it is gone, _SourceError if it cannot be opened."""
    try:
        return _STORES[store]().open(name)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _SourceError(f"it cannot be opened: {error.strerror or error}") from error


def _damage(path: Path) -> str:
    """Says what is wrong with the copy of a capture; empty if nothing is."""
    return _damage_of(path.read_bytes(), path.name)


def _damage_of(packed: bytes, name: str) -> str:
    """Says what is wrong with the compressed bytes of a capture; empty if nothing is. `name` is the file's name."""
    try:
        unpack(packed, Path(name).name.removesuffix(".gz"))
    except DamagedCaptureError as error:
        return str(error)
    return ""


def _named_files() -> Iterator[tuple[str, str]]:
    """Yields (store, name) of every file that the database names, ordered by both."""
    for digest in Capture.objects.order_by("sha256").values_list("sha256", flat=True).distinct().iterator():
        yield "captures", stored_name(digest)
    uploads = Delivery.objects.exclude(stored_as="").values_list("stored_as", flat=True)
    yield from (("deliveries", name) for name in sorted(uploads))


def restore(folder: Path, stamp: str = "", *, replace: bool = False) -> str:
    """Restores the backup `stamp`, by default the newest, and returns its stamp.

    Every file is compared with its digest before anything is changed. Missing files are put into their stores; then the
    database is replaced in one transaction. Raises BackupError if the archive is not empty and `replace` is not set, if
    the backup is damaged, and if a newer version of the archive made it.
    """
    stamp = stamp or _newest(folder)
    about, entries = _read_manifest(folder, stamp)
    unknown = set(about["migrations"]) - _known_migrations()
    if about["format"] != FORMAT or unknown:
        raise BackupError(
            f"backup {stamp} was made by a newer archive ({', '.join(sorted(unknown)) or 'another format'})"
        )
    if not replace and _holds_something():
        raise BackupError("this archive is not empty; nothing was changed. --replace replaces its content")
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
    """Replaces all tables with those of the dump, in one transaction. Raises BackupError."""
    unpack = ("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump))
    execute = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose", "--file=-")
    bounds = (
        f"SET lock_timeout = '{LOCK_SECONDS}s'; SET client_connection_check_interval = '{CLIENT_CHECK_SECONDS}s';\n"
    )
    try:
        programs.pour(unpack, execute, first=(bounds + _EMPTIED_DATABASE).encode(), last=b"COMMIT;\n")
    except programs.ProgramError as error:
        reason = _lock_holders_message() if _LOCK_TIMEOUT in str(error) else str(error)
        raise BackupError(f"{reason}; the archive's database is unchanged") from error


def _lock_holders_message() -> str:
    """Returns a line about the sessions that use tables of the archive now."""
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
    """Returns the names of this code's migrations, and of the migrations that they replace."""
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    replaced = [name for migration in migrations.values() for name in migration.replaces]
    return {f"{app}.{name}" for app, name in [*migrations, *replaced]}


def stamps(folder: Path) -> list[str]:
    """Returns the stamps of the backups in a folder, oldest first."""
    return sorted(path.stem for path in folder.glob("*.jsonl"))


def _newest(folder: Path) -> str:
    known_stamps = stamps(folder)
    if not known_stamps:
        raise BackupError(f"{folder} holds no backup")
    return known_stamps[-1]


def _read_manifest(folder: Path, stamp: str) -> tuple[dict, Callable[[], Iterator[Entry]]]:
    """Reads a manifest. Returns its first line, and a function that yields its entries one by one.

    Raises BackupError for a damaged manifest; the function does so for a damaged line.
    """
    path = folder / f"{stamp}.jsonl"
    try:
        with path.open(encoding="utf-8") as file:
            about = json.loads(next(file, ""))
        if not {"format", "migrations", "dump"} <= set(about):
            raise ValueError("its first line describes no backup")
    except FileNotFoundError:
        raise BackupError(f"{folder} has no backup {stamp}") from None
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise BackupError(f"{path} cannot be read: {error}") from error

    def entries() -> Iterator[Entry]:
        """Yields the entries of the manifest. Raises BackupError, which names the line, for a damaged one."""
        with path.open(encoding="utf-8") as file:
            next(file)
            for number, line in enumerate(file, 2):
                try:
                    yield Entry(**json.loads(line))
                except (ValueError, TypeError) as error:
                    raise BackupError(f"{path}, line {number} is damaged: {error}") from error

    return about, entries


def _newest_entries(folder: Path) -> Iterator[Entry]:
    return _read_manifest(folder, _newest(folder))[1]() if stamps(folder) else iter(())


def _remove_old(folder: Path, keep: int) -> None:
    """Removes the manifests and dumps of all but the newest `keep` backups. Copied files stay."""
    for stamp in stamps(folder)[:-keep] if keep else []:
        (folder / f"{stamp}.jsonl").unlink()
        (folder / "database" / f"{stamp}.dump").unlink(missing_ok=True)


def _entry(folder: Path, path: Path) -> Entry:
    """Measures a file of the backup. A file that cannot be read has the size -1 and no digest."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Entry(path.relative_to(folder).as_posix(), file.tell(), digest)
    except OSError:
        return Entry(path.relative_to(folder).as_posix(), -1, "")


def _write_copy(source: "IO[bytes] | _SourceFile", path: Path) -> None:
    private_files.make_folder(path.parent)
    with _written_whole(path) as target:
        while part := source.read(BYTES_AT_ONCE):
            target.write(part)


@contextmanager
def _written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Opens a file for writing. It gets its name when it is complete and on the disk; a failed one is removed."""
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


def _make_private(folder: Path) -> None:
    """Makes the backups readable by their owner alone, because an earlier version let others read them.

    A folder with nothing but backups is closed too. A folder that also holds other files keeps its mode.
    """
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
def _locked(folder: Path) -> Iterator[None]:
    """Holds the folder's lock. Raises BackupError if another backup holds it."""
    with os.fdopen(private_files.create(folder / "lock", os.O_TRUNC), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup into {folder} is running") from None
        yield
