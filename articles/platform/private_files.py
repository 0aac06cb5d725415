"""Files and folders that only the archive's own account may read: captures, uploads, backups, the key, the data folder.

Called by everything that stores a file. The modes are given explicitly, so that they hold under any umask; a narrower umask
narrows them further. What an earlier version left open is closed by `tighten`.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
# What nobody but the owner is to have; and all of it but walking through a folder without listing it.
OTHERS = 0o077
OTHERS_BUT_WALKING = 0o076


def make_folder(path: Path) -> None:
    """Makes a folder and its missing parents, each for its owner alone; one that is there already stays as it is."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    path.mkdir(mode=FOLDER, exist_ok=True)


def create(path: Path, flags: int = os.O_EXCL) -> int:
    """A descriptor of a file open for writing and readable by its owner alone.

    By default the file must be new: raises FileExistsError. With `os.O_TRUNC` an old one is emptied, with 0 it is kept; its
    mode is then set anew.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, FILE)
    if not flags & os.O_EXCL and stat.S_IMODE(os.fstat(descriptor).st_mode) & OTHERS:
        # Another account's file, or a file system without modes: `open_to_others` still tells of it.
        with suppress(OSError):
            os.fchmod(descriptor, FILE)
    return descriptor


def open_regular(path: str | os.PathLike[str]) -> int:
    """A descriptor of a regular file open for reading; raises OSError for anything else: a folder, a pipe, a device, a socket.

    Without waiting: a pipe that nobody writes into would hold whoever opens it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def open_to_others(path: Path, others: int = OTHERS) -> bool:
    """Whether anyone but the owner may do what the bits of `others` say. A symbolic link has no mode of its own."""
    mode = path.lstat().st_mode
    return not stat.S_ISLNK(mode) and bool(mode & others)


def tighten(path: Path, others: int = OTHERS) -> bool:
    """Takes the bits of `others` from one file or folder; whether they are off.

    False on a file system that keeps no modes, and for a file of another account.
    """
    try:
        if open_to_others(path, others):
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~others)
        return not open_to_others(path, others)
    except OSError:
        return False


def walk(folder: Path) -> Iterator[Path]:
    """A folder and all that is in it, folders before what they hold. Links are neither followed nor named."""
    if not folder.is_dir() or folder.is_symlink():
        return
    yield folder
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from walk(Path(entry.path))
            elif not entry.is_symlink():
                yield Path(entry.path)
