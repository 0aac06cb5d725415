"""PostgreSQL servers of the tests, which they may kill, stop, fill and replicate."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Self

import psutil
import psycopg

from articles.platform.embedded.server import SUPERUSER, SYSTEM_USER, binaries, socket_directory

SECONDS = 60


class Cluster:
    """A server on a Unix socket under `directory`, run by the programs of a folder.

    It is created when it is first started.
    """

    def __init__(self, directory: Path, programs: Path | None = None, **settings: str) -> None:
        self.directory = directory
        self.programs = programs or binaries()
        self.data = directory / "cluster"
        self.socket = socket_directory(directory)
        self.settings = {"wal_level": "replica", "listen_addresses": "", **settings}

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.socket.mkdir(parents=True, exist_ok=True)
        self._give_to_user()
        if not (self.data / "PG_VERSION").exists():
            self.make()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("immediate")
        if not self.socket.is_relative_to(self.directory):
            shutil.rmtree(self.socket, ignore_errors=True)

    def make(self) -> None:
        self.program(
            "initdb", "-D", str(self.data), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--lc-collate=C",
            "--lc-ctype=C.UTF-8", "--no-instructions",
        )  # fmt: skip

    def start(self) -> None:
        parameters = {"unix_socket_directories": str(self.socket), **self.settings}
        options = " ".join(f"-c {name}='{value}'" for name, value in parameters.items())
        log = str(self.directory / "server.log")
        self.program("pg_ctl", "-D", str(self.data), "-w", "-t", str(SECONDS), "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops the server. «immediate» equals a crash: nothing is written, and the next start recovers."""
        if self.pid():
            self.program("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def promote(self) -> None:
        self.program("pg_ctl", "-D", str(self.data), "-w", "promote")

    def kill(self) -> None:
        """Kills the server, and waits for its other processes to end, since no server can start before."""
        server = psutil.Process(self.pid())
        processes = [server, *server.children(recursive=True)]
        server.kill()
        _, left = psutil.wait_procs(processes, SECONDS)
        assert not left, f"processes {left} outlive their server"
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def freeze(self, *, thaw: bool = False) -> None:
        """Freezes every process of the server, like an unreachable machine: nothing is refused, and nothing answers."""
        children = subprocess.run(["pgrep", "-P", str(self.pid())], capture_output=True, text=True, check=False).stdout
        for pid in (self.pid(), *map(int, children.split())):
            os.kill(pid, signal.SIGCONT if thaw else signal.SIGSTOP)

    def pid(self) -> int:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return 0

    def follower(self, directory: Path, **settings: str) -> "Cluster":
        """Returns a new server that follows this one by streaming replication. It is not started yet."""
        replica = Cluster(directory, self.programs, **settings)
        directory.mkdir(parents=True, exist_ok=True)
        replica.socket.mkdir(parents=True, exist_ok=True)
        replica._give_to_user()
        self.program(
            "pg_basebackup", "-D", str(replica.data), "-h", str(self.socket), "-U", SUPERUSER, "-R", "-X", "stream", "-c", "fast"
        )  # fmt: skip
        return replica

    def url(self, database: str = "archive") -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.socket}"

    def execute(self, statement: str, database: str = SUPERUSER) -> list[tuple]:
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def program(self, name: str, *arguments: str) -> None:
        as_user = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if os.geteuid() == 0 else {}
        with open(self.directory / "output", "wb") as output:
            done = subprocess.run(
                [str(self.programs / name), *arguments], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                cwd="/", env=os.environ | {"LC_ALL": "C"}, check=False, **as_user,
            )  # fmt: skip
        assert done.returncode == 0, (self.directory / "output").read_text(errors="replace")

    def _give_to_user(self) -> None:
        """Gives the folders to PostgreSQL's own user, since PostgreSQL does not run as root."""
        if os.geteuid() != 0:
            return
        for place in (self.directory, self.socket):
            shutil.chown(place, SYSTEM_USER, SYSTEM_USER)
        for place in (self.directory, self.programs):
            for folder in (place, *place.parents):
                if not folder.stat().st_mode & 0o001:
                    folder.chmod(folder.stat().st_mode | 0o001)
