"""Files and folders that only the archive's own account may read: captures, uploads, backups, the key, the data folder.

Called by everything that stores a file. The modes are given explicitly, so that they hold under any umask; a narrower umask
narrows them further. What an earlier version left open is closed by `tighten`.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
# What nobody but the owner is to have.
_OTHERS = 0o077


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
    if not flags & os.O_EXCL and stat.S_IMODE(os.fstat(descriptor).st_mode) & _OTHERS:
        try:
            os.fchmod(descriptor, FILE)
        except OSError:
            pass  # Another account's file, or a file system without modes: `open_to_others` still tells of it.
    return descriptor


def open_to_others(path: Path) -> bool:
    """Whether anyone but the owner may read, write or enter. A symbolic link has no mode of its own."""
    found = path.lstat()
    return not stat.S_ISLNK(found.st_mode) and bool(found.st_mode & _allowed_to_nobody(found.st_mode))


def tighten(path: Path) -> bool:
    """Takes from others what they may do with one file or folder; whether it is theirs no longer.

    False on a file system that keeps no modes, and for a file of another account.
    """
    try:
        if open_to_others(path):
            mode = path.lstat().st_mode
            path.chmod(stat.S_IMODE(mode) & ~_allowed_to_nobody(mode))
        return not open_to_others(path)
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


def _allowed_to_nobody(mode: int) -> int:
    """The bits that are to be off. Run by root, the embedded PostgreSQL has an account of its own, which must be able to walk
    through the data folder to its files, though not to list it: for a folder of root's the last bit may stay."""
    may_be_walked_through = stat.S_ISDIR(mode) and os.geteuid() == 0
    return _OTHERS & ~0o001 if may_be_walked_through else _OTHERS
