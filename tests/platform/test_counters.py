"""The counter folder of a killed server is eventually removed, and no start removes a folder that is in use."""

import subprocess
import sys
from pathlib import Path

import psutil
from django.conf import settings

from articles.platform.counters import NAME, new_folder

# Makes a folder, prints its name, and goes on. Its child does the same and prints its number.
SERVER = """
import os, sys, time
from pathlib import Path
from articles.platform.counters import new_folder
folder = new_folder(Path(sys.argv[1]))
child = os.fork()
if child:
    print(folder, child, flush=True)
time.sleep(600)
"""


def started(parent: Path) -> tuple[subprocess.Popen, Path, int]:
    """Starts a server, and returns it with its folder and its child's process number."""
    command = [sys.executable, "-c", SERVER, str(parent)]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    folder, child = server.stdout.readline().split()
    return server, Path(folder), int(child)


def folders(parent: Path) -> set[Path]:
    """Returns the counter folders in a folder."""
    return {path for path in parent.iterdir() if path.name.startswith((NAME, "."))}


def test_what_a_killed_server_left_is_removed_by_the_next(tmp_path: Path) -> None:
    first, left, child = started(tmp_path)
    second, used, second_child = started(tmp_path)
    (left / "counter_1.db").write_bytes(b"x")
    older = tmp_path / f"{NAME}of-an-older-version"
    older.mkdir()
    end(first.pid)
    # A child of the killed process still counts there.
    third = new_folder(tmp_path)
    assert folders(tmp_path) == {left, used, older, third}
    end(child)
    fourth = new_folder(tmp_path)
    assert folders(tmp_path) == {used, older, third, fourth}
    end(second.pid)
    end(second_child)


def end(pid: int) -> None:
    """Kills a process, and returns when it and its locks are gone."""
    process = psutil.Process(pid)
    process.kill()
    psutil.wait_procs([process], timeout=60)
