"""Files and folders that only the archive's own account may read: captures, uploads, backups, the key, the data folder.

Called by all code that stores a file. Modes are passed explicitly, so that they hold under any umask; a narrower umask
narrows them further. `tighten` closes files and folders that an earlier version left open.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# Mode bits: their owner reads and writes, nobody else does anything.
FILE, FOLDER = 0o600, 0o700
# Mode bits of accounts other than the owner's: all of them, and all but the one for passing through a folder without
# listing it.
OTHERS = 0o077
OTHERS_BUT_WALKING = 0o076


def make_folder(path: Path) -> None:
    """Makes a folder and its missing parents, each for its owner alone. An existing folder stays as it is."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    path.mkdir(mode=FOLDER, exist_ok=True)


def create(path: Path, flags: int = os.O_EXCL) -> int:
    """Opens a file for writing that only its owner can read. Returns its descriptor.

    By default the file must be new; raises FileExistsError otherwise. With `os.O_TRUNC` an existing file is emptied,
    with 0 its content stays. In both cases its mode is narrowed to its owner's.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, FILE)
    if not flags & os.O_EXCL and stat.S_IMODE(os.fstat(descriptor).st_mode) & OTHERS:
        # It fails for another account's file and on a file system without modes. `open_to_others` still detects both.
        with suppress(OSError):
            os.fchmod(descriptor, FILE)
    return descriptor


def open_regular(path: str | os.PathLike[str]) -> int:
    """Opens a regular file for reading and returns its descriptor.

    Raises OSError for a folder, a pipe, a device or a socket.

    It never waits. Opening a pipe that has no writer would otherwise block.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return descriptor


def open_to_others(path: Path, mode_bits: int = OTHERS) -> bool:
    """Returns whether any of the mode bits in `mode_bits` is set. False for a symbolic link, which has no mode of its
    own.
    """
    mode = path.lstat().st_mode
    return not stat.S_ISLNK(mode) and bool(mode & mode_bits)


def tighten(path: Path, mode_bits: int = OTHERS) -> bool:
    """Removes the mode bits in `mode_bits` from one file or folder. Returns whether they are off.

    False on a file system without modes, and for a file of another account.
    """
    try:
        if open_to_others(path, mode_bits):
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~mode_bits)
        return not open_to_others(path, mode_bits)
    except OSError:
        return False


def walk(folder: Path) -> Iterator[Path]:
    """Yields a folder and everything in it, each folder before its content.

    Symbolic links are neither followed nor yielded.
    """
    if not folder.is_dir() or folder.is_symlink():
        return
    yield folder
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from walk(Path(entry.path))
            elif not entry.is_symlink():
                yield Path(entry.path)
