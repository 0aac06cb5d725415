"""The folder in which the processes of one server count for /metrics together. Called by archive/gunicorn.py.

A server removes its folder when it ends. The next start removes the folder of a killed server: a folder belongs to the
processes that hold the lock in it, and the kernel releases the locks of dead processes.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

NAME = "archive-metrics-"
_LOCK = "in-use"


def new_folder(parent: Path | None = None) -> Path:
    """Makes and returns a folder for this process and its children. Removes the folders of servers that are gone.

    `parent` is the folder in which it is made. By default it is in memory, where that is possible.
    """
    parent = parent or _memory()
    for folder in parent.glob(f"{NAME}*"):
        _remove_if_abandoned(folder)
    # The folder gets its final name only after it is locked. Otherwise another start might remove it as abandoned.
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=parent))
    _locked(making, os.O_CREAT)
    return making.rename(parent / making.name.replace(".making-", NAME, 1))


def _memory() -> Path:
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())


def _remove_if_abandoned(folder: Path) -> None:
    try:
        lock = _locked(folder)
    except OSError:  # The folder is in use, belongs to another account, or to a version without locks.
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _locked(folder: Path, flags: int = 0) -> int:
    """Locks a folder and returns the descriptor of the lock. Raises OSError if it cannot be locked.

    The lock is held as long as this process or a child of it has the descriptor open.
    """
    lock = os.open(folder / _LOCK, os.O_RDWR | flags, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock
