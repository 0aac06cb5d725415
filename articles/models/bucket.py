"""Bucket: a store of captures with S3's interface. Settings name it if ARCHIVE_S3_BUCKET is set."""

from typing import Any

from django.core.files.base import File
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """A store whose objects are written once and whole, and exist when `save` returns.

    Opening an object that does not exist raises OSError.
    """

    def __init__(self, **options: Any) -> None:
        # The name of a file is the digest of its content, so writing it again writes the same bytes. Only the archive
        # reads them.
        super().__init__(file_overwrite=True, default_acl=None, querystring_auth=True, gzip=False, **options)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        file: File[bytes] = super()._open(name, mode)
        # Reading `file` fetches the object now, so that a missing object raises here.
        _ = file.file
        return file
