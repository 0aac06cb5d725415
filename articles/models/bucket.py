"""Captures in a bucket of a store with S3's interface: what settings name where ARCHIVE_S3_BUCKET is set."""

from django.core.files.base import File
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):
    """Objects are written once, whole, and are there when `save` returns; who asks for one that is not there gets OSError."""

    def __init__(self, **options: object) -> None:
        # A file's name is its content's digest: writing it again writes the same bytes. Nobody but the archive reads them.
        super().__init__(file_overwrite=True, default_acl=None, querystring_auth=True, gzip=False, **options)

    def _open(self, name: str, mode: str = "rb") -> File:
        file = super()._open(name, mode)
        assert file.file is not None  # fetched here and now, so that one that is gone is missed here
        return file
