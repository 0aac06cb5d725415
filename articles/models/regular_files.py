"""A folder as a store in which nothing but regular files is opened, and no link of a folder is followed.

Settings name it for uploads; captures have a class of their own upon it. A pipe, a device, a folder or a circle of links that a hand
or a damaged disk put in a file's place is an OSError of that file: opening a pipe would wait for ever for somebody to write into it.
"""

import os
from datetime import UTC, datetime

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from articles.platform.private_files import open_regular


class RegularFiles(FileSystemStorage):
    def _open(self, name: str, mode: str = "rb") -> File:
        """Raises OSError for what is no regular file."""
        if mode != "rb":
            return super()._open(name, mode)
        return File(os.fdopen(open_regular(self.path(name)), mode))

    def exists(self, name: str) -> bool:
        """Whether a regular file has this name."""
        return os.path.isfile(self.path(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and all else in a folder; a link is no folder, wherever it leads."""
        folders, others = [], []
        with os.scandir(self.path(path)) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else others).append(entry.name)
        return folders, others

    def get_modified_time(self, name: str) -> datetime:
        """Of a link itself, not of what it leads to."""
        return datetime.fromtimestamp(os.lstat(self.path(name)).st_mtime, UTC)

    def delete(self, name: str) -> None:
        """Removes a file or a link; what a link leads to stays."""
        if os.path.islink(self.path(name)):
            os.unlink(self.path(name))
        else:
            super().delete(name)
