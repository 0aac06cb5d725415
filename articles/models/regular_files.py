"""RegularFiles: a store in a folder that opens regular files only, and that follows no links to folders.

Settings name it for uploads; the store of captures is a subclass. A pipe, a device, a folder or a circle of links may
stand in the place of a file, put there by hand or by a damaged disk. Opening it raises OSError; opening a pipe would
otherwise wait for ever for a writer.
"""

import os
from datetime import UTC, datetime
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from articles.platform.private_files import open_regular


class RegularFiles(FileSystemStorage):
    """A file system store that opens regular files only."""

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """Opens a regular file. Raises OSError for anything else."""
        if mode != "rb":
            file: File[Any] = super()._open(name, mode)  # type: ignore[misc] # Stubs: it is missing.
            return file
        return File(os.fdopen(open_regular(self.path(name)), mode))

    def exists(self, name: str) -> bool:
        """Returns whether a regular file has this name."""
        return os.path.isfile(self.path(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Returns the names of the folders and of all other entries of a folder. Links do not count as folders."""
        folders: list[str] = []
        files: list[str] = []
        with os.scandir(self.path(path)) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
        return folders, files

    def get_modified_time(self, name: str) -> datetime:
        """Returns the time of the last change in UTC; for a link, that of the link itself and not of its target."""
        return datetime.fromtimestamp(os.lstat(self.path(name)).st_mtime, UTC)

    def delete(self, name: str) -> None:
        """Removes a file or a link. The target of a link stays."""
        if os.path.islink(self.path(name)):
            os.unlink(self.path(name))
        else:
            super().delete(name)
