"""The folder in which the processes of one server count for /metrics together. archive/gunicorn.py asks for it.

A server removes its folder when it ends. What a killed one left is removed by the next start: a folder belongs to who holds the
lock in it, and the kernel takes the lock from the dead.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

NAME = "archive-metrics-"
_LOCK = "in-use"


def new_folder(parent: Path | None = None) -> Path:
    """A folder that is this process's and its children's; folders of which no process is left are removed.

    `parent` is where it is made: by default in memory, where that is possible.
    """
    parent = parent or _memory()
    for folder in parent.glob(f"{NAME}*"):
        _remove_if_left(folder)
    # It has its name only once it is locked: else another start might take it for one that was left.
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=parent))
    _locked(making, os.O_CREAT)
    return making.rename(parent / making.name.replace(".making-", NAME, 1))


def _memory() -> Path:
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())


def _remove_if_left(folder: Path) -> None:
    try:
        lock = _locked(folder)
    except OSError:  # in use, another account's, or of a version that had no lock
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _locked(folder: Path, flags: int = 0) -> int:
    """The lock of a folder, taken: it is held for as long as this process or a child of it has it open. Raises OSError."""
    lock = os.open(folder / _LOCK, os.O_RDWR | flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
