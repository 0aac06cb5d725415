"""Capture: the original bytes of an article as they were received.

They are never changed, and they are stored under their digest.
"""

import gzip
import hashlib
import os
import struct
import threading
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from articles.models import field_types
from articles.models.article import Article
from articles.models.limits import moments_within
from articles.models.public import public_article
from articles.models.regular_files import RegularFiles
from articles.models.text_fields import FileNameField, LineField
from articles.platform import private_files
from articles.platform.calendar_bounds import READABLE_MOMENTS
from articles.platform.messages import MessageError

# The level of gzip compression. Level 6 saves two in a hundred more and takes twice as long.
_LEVEL = 3


# The exceptions from reading a gzip file of which a byte has changed: in its header or length (OSError, EOFError, and
# in newer versions of Python struct.error), in its packed bytes (zlib.error), or in a size that exceeds the memory
# (MemoryError).
_DAMAGE = (OSError, EOFError, zlib.error, struct.error, MemoryError)


class DamagedCaptureError(MessageError):
    """The stored bytes of a capture are missing, or no longer have its digest."""


def sync_folder(folder: Path) -> None:
    """Writes the entries of a folder to the disk. Until then, a file that was just renamed may be lost in a crash."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class DigestStorage(RegularFiles):
    """A file system store whose files appear whole or not at all, and are on the disk before `save` returns."""

    def _save(self, name: str, content: "File[bytes]") -> str:
        """Writes and flushes the content to a temporary file beside the target, and then renames that file."""
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
        """Creates a file and its missing folders, for their owner only, and returns the descriptor for writing."""
        try:
            return private_files.create(part)
        except FileNotFoundError:
            private_files.make_folder(part.parent)
            return private_files.create(part)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        # A file's name is its content's digest: writing it again writes the same bytes.
        return name


def capture_storage() -> Storage:
    """Returns the store of the captures."""
    return storages["captures"]


class CaptureState(models.TextChoices):
    """The states of a capture: accepted, waiting for an editor, or refused by one."""

    ACCEPTED = "accepted", "مقبولة"
    WAITING = "waiting", "تنتظر محررا"
    REFUSED = "refused", "مرفوضة"


class WaitingReason(models.TextChoices):
    """The reasons why a new capture of a stored article waits for an editor instead of updating its body."""

    ELSEWHERE = "elsewhere", "جاءت من موقع غير موقع المقال، أو من ملف بلا عنوان"
    UNLIKE = "unlike", "نصها غير نص المقال: أقل من نصف عباراته مشترك"
    EDITED = "edited", "حرر محرر نص المقال بعد النسخة السابقة"


class CaptureQuerySet(models.QuerySet["Capture"]):
    """Captures that a query selects."""

    def public(self) -> Self:
        """Captures that readers may see: accepted captures of public articles."""
        return self.accepted().filter(public_article("article"))

    def accepted(self) -> Self:
        """Returns accepted captures, which neither wait for an editor nor were refused by one."""
        return self.filter(state=CaptureState.ACCEPTED)

    def waiting(self) -> Self:
        """Captures that wait for an editor's decision."""
        return self.filter(state=CaptureState.WAITING)


# The type check reads the base class of the manager from an assignment of its own.
_CaptureManager = models.Manager.from_queryset(CaptureQuerySet)


class CaptureManager(_CaptureManager["Capture"]):
    """Adds the storing of bytes to the queryset's methods."""

    def keep_bytes(self, sha256: str, packed: bytes) -> None:
        """Stores packed bytes if the store has none with this digest. They are on the disk when this returns.

        `sha256` is the digest of the original bytes in hexadecimal; `packed` is the result of `pack`.
        """
        name = stored_name(sha256)
        storage = capture_storage()
        if not storage.exists(name):
            storage.save(name, ContentFile(packed))


def pack(content: bytes) -> bytes:
    """Compresses bytes to a gzip file for the store. Equal bytes give equal files."""
    return gzip.compress(content, compresslevel=_LEVEL, mtime=0)


class CaptureTimeField(field_types.DateTimeField[datetime | Combinable, datetime | None]):
    """A moment that is read as None if it lies outside of Python's years 1 to 9999.

    PostgreSQL stores such moments: «0001-01-01T00:00+14:00» lies in the year before. Reading one would raise an
    exception in the page, the export or the check that reads it. Ingest refuses them now, but archives may hold some.
    """

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        """Returns the column for a SELECT clause; it is NULL outside of READABLE_MOMENTS."""
        within = " AND ".join(f"'{moment.isoformat()}'" for moment in READABLE_MOMENTS)
        return f"CASE WHEN {sql} BETWEEN {within} THEN {sql} END", [*params, *params]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describes the field to migrations as Django's own DateTimeField, since the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs


class Capture(models.Model):
    """One original of an article. Its bytes are in the store of captures under their digest."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="captures", verbose_name="المقال")
    sha256 = LineField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField("الحجم بالبايت")
    media_type = LineField("نوع الملف", max_length=100)
    encoding = LineField("الترميز", max_length=40, blank=True)
    filename = FileNameField("اسم الملف", max_length=255, blank=True)
    address = LineField(
        "العنوان", max_length=2000, blank=True, help_text="من أين جاء: رابط أو موضع الملف عند الاستيراد."
    )
    fetched_address = LineField(
        "جُلب من", max_length=2000, blank=True, default="", db_default="",
        help_text="الرابط الذي أجاب بهذه البايتات: عند الجلب، أو كما سجله أرشيف الويب. فارغ لما جاء ملفا.",
    )  # fmt: skip
    claimed_address = LineField(
        "يذكر عنوانا", max_length=2000, blank=True, default="", db_default="",
        help_text="الرابط الذي تذكره الصفحة أو السطر عن نفسه. قول لا يُبنى عليه وحده.",
    )  # fmt: skip
    captured_at = CaptureTimeField("التُقط في")
    state = models.CharField(
        "الحالة",
        max_length=8,
        choices=CaptureState,
        default=CaptureState.ACCEPTED,
        db_default=CaptureState.ACCEPTED.value,
    )
    waiting_reason = models.CharField(
        "لماذا تنتظر", max_length=9, choices=WaitingReason, blank=True, default="", db_default=""
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+", verbose_name="قرر فيها"
    )  # fmt: skip
    decided_at = models.DateTimeField("قُرر فيها في", null=True, blank=True)

    objects = CaptureManager()

    class Meta:
        verbose_name = "نسخة أصلية"
        verbose_name_plural = "النسخ الأصلية"
        ordering = ["-captured_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["article", "sha256"], name="capture_once_per_article"),
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="capture_sha256_is_hex"),
            *moments_within("capture", "captured_at", "decided_at"),
        ]
        indexes = [
            models.Index(fields=["filename"], name="capture_filename"),
            models.Index(fields=["address"], name="capture_address"),
            models.Index(fields=["article", "-captured_at"], name="capture_latest"),
            # Serves the few captures that wait for an editor.
            models.Index(fields=["-id"], condition=models.Q(state="waiting"), name="capture_waiting"),
        ]

    def __str__(self) -> str:
        return self.filename or self.sha256[:12]

    @property
    def web_address(self) -> str:
        """Returns the web address that the bytes came from; empty for a file.

        Captures stored by older versions have it in `address`.
        """
        is_web = self.address.startswith(("http://", "https://"))
        return self.fetched_address or (self.address if is_web else "")

    @property
    def decision_mark(self) -> str:
        """Returns the state and the moment of the decision. A page carries it to detect a later decision of somebody
        else.
        """
        return f"{self.state} {self.decided_at.isoformat() if self.decided_at else ''}"

    def read(self) -> bytes:
        """Returns the original bytes.

        Raises DamagedCaptureError if they are missing or do not have the recorded digest.
        """
        try:
            with capture_storage().open(stored_name(self.sha256)) as file:
                packed = file.read()
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise DamagedCaptureError(
                "capture {digest} cannot be read: {detail}", digest=self.sha256, detail=detail
            ) from error
        return unpack(packed, self.sha256)


def unpack(packed: bytes, sha256: str) -> bytes:
    """Returns the bytes that `pack` compressed.

    Raises DamagedCaptureError if `packed` is no valid gzip file, or if its content does not have the digest `sha256`.
    """
    try:
        content = gzip.decompress(packed)
    except _DAMAGE as error:
        raise DamagedCaptureError(
            "capture {digest} cannot be unpacked: {detail}", digest=sha256, detail=str(error)
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedCaptureError("capture {digest} does not have that digest any more", digest=sha256)
    return content


def stored_name(sha256: str) -> str:
    """Returns the name in the store of the bytes with this digest: the first two pairs of digits are its folders."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}.gz"
