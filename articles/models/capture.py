"""Capture: the bytes of an article as they were received, never changed, kept under their digest."""

import gzip
import hashlib
import os
import threading
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import models

from articles.models.article import Article
from articles.platform import private_files

# Level 6 saves two in a hundred more and takes twice as long.
_LEVEL = 3


class DamagedCaptureError(Exception):
    """The stored bytes of a capture no longer have its digest, or are gone."""


def sync_folder(folder: Path) -> None:
    """Puts the names in a folder on the disk: until then a crash may forget a file that was just given its name."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class DigestStorage(FileSystemStorage):
    """A file system store whose files appear whole or not at all and are on disk before `save` returns."""

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        part = target.with_name(f".new-{target.name}-{os.getpid()}-{threading.get_ident()}")
        try:
            with os.fdopen(self._created(part), "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        return name

    @staticmethod
    def _created(part: Path) -> int:
        """A new file open for writing, its folders made where they are missing; nobody else may read either."""
        try:
            return private_files.create(part)
        except FileNotFoundError:
            private_files.make_folder(part.parent)
            return private_files.create(part)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        # A file's name is its content's digest: writing it again writes the same bytes.
        return name


def capture_storage() -> Storage:
    return storages["captures"]


class CaptureManager(models.Manager):
    def keep_bytes(self, sha256: str, packed: bytes) -> None:
        """Stores what `pack` made of the bytes with this digest, if new to the store; on disk when this returns."""
        name = stored_name(sha256)
        storage = capture_storage()
        if not storage.exists(name):
            storage.save(name, ContentFile(packed))


def pack(content: bytes) -> bytes:
    """`content` as the store keeps it: a gzip file, the same for the same bytes."""
    return gzip.compress(content, compresslevel=_LEVEL, mtime=0)


class Capture(models.Model):
    article = models.ForeignKey(Article, models.PROTECT, related_name="captures", verbose_name="المقال")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField("الحجم بالبايت")
    media_type = models.CharField("نوع الملف", max_length=100)
    encoding = models.CharField("الترميز", max_length=40, blank=True)
    filename = models.CharField("اسم الملف", max_length=255, blank=True)
    address = models.CharField(
        "العنوان", max_length=2000, blank=True, help_text="من أين جاء: رابط أو موضع الملف عند الاستيراد."
    )
    captured_at = models.DateTimeField("التُقط في")

    objects = CaptureManager()

    class Meta:
        verbose_name = "نسخة أصلية"
        verbose_name_plural = "النسخ الأصلية"
        ordering = ["-captured_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["article", "sha256"], name="capture_once_per_article"),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="capture_sha256_is_hex"),
        ]
        indexes = [
            models.Index(fields=["filename"], name="capture_filename"),
            models.Index(fields=["address"], name="capture_address"),
            models.Index(fields=["article", "-captured_at"], name="capture_latest"),
        ]

    def __str__(self) -> str:
        return self.filename or self.sha256[:12]

    def read(self) -> bytes:
        """The original bytes; raises DamagedCaptureError if they are gone or do not have the recorded digest."""
        try:
            with capture_storage().open(stored_name(self.sha256)) as file:
                content = gzip.decompress(file.read())
        except (OSError, EOFError) as error:
            raise DamagedCaptureError(f"capture {self.sha256} cannot be read: {error}") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise DamagedCaptureError(f"capture {self.sha256} does not have that digest any more")
        return content


def stored_name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.gz"
