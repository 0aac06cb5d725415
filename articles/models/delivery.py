"""Delivery: one thing that was brought to the archive, and its result.

It is an uploaded file, the address of a page, or a run of a command.
"""

from typing import Self

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models

from articles.models.limits import moments_within
from articles.models.text_fields import AsGivenRowsField, FileNameField, LineField


def delivery_storage() -> Storage:
    """Returns the store of uploaded files."""
    return storages["deliveries"]


class DeliveryState(models.TextChoices):
    """The states of a delivery."""

    WAITING = "waiting", "ينتظر"
    RUNNING = "running", "جار"
    FINISHED = "finished", "انتهى"
    FAILED = "failed", "تعذر"


class NoteKind(models.TextChoices):
    """The reasons why a value of a document was not stored as it was delivered."""

    PARTLY = "partly", "قرئ بعضه"
    INFERRED = "inferred", "استنتج"
    DROPPED = "dropped", "لم يؤخذ"
    UNKNOWN = "unknown", "لا يعرفه الأرشيف"
    CUT = "cut", "قطع لطوله"
    UNREAD = "unread", "حقل لا يقرأ"
    ENCODING = "encoding", "ترميز صحح"
    BROKEN = "broken", "بايتات تالفة"
    MIXED = "mixed", "حروف مشوهة"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries that a query selects."""

    def troubled(self) -> Self:
        """Returns deliveries that failed, in whole or in part, and that no editor has settled."""
        return self.filter(settled_at__isnull=True).filter(
            models.Q(failed__gt=0) | models.Q(state=DeliveryState.FAILED)
        )


class Delivery(models.Model):
    """An uploaded file, the address of a page, or a run of a command, and its result.

    `stored_as` is the file's name in the store. `failures` are the first MOST_FAILURES of `failed` failures: {"path",
    "reason"}.

    `notes` describe the first MOST_NOTES of `noted` values that were not stored as they were delivered: {"path", "kind"
    (a NoteKind), "field", "given", "taken", "times"}. Equal values share one note, with the path of the first. The
    texts are English. "messages" holds those that the desk can show in Arabic (articles/platform/messages.py); older
    rows have none.
    """

    MOST_FAILURES = 500
    MOST_NOTES = 500

    name = FileNameField("الاسم", max_length=2000)
    # The name that the store returned. It must not be cleaned like a text, since another spelling names another file.
    stored_as = models.CharField(max_length=200, blank=True, editable=False)
    size = models.PositiveBigIntegerField("الحجم بالبايت", default=0)
    format = LineField("الصيغة", max_length=10, default="auto")
    encoding = LineField("الترميز", max_length=40, blank=True)
    state = models.CharField("الحالة", max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="أحضره"
    )
    brought_at = models.DateTimeField("أُحضر في", auto_now_add=True)
    started_at = models.DateTimeField("بدأ في", null=True, blank=True)
    finished_at = models.DateTimeField("انتهى في", null=True, blank=True)
    created = models.PositiveIntegerField("مقالات جديدة", default=0)
    updated = models.PositiveIntegerField("نسخ جديدة", default=0)
    # The captures of this delivery that waited for an editor's decision when it came. They are also counted in
    # `updated` or, if they had come before, in `unchanged`.
    waiting = models.PositiveIntegerField("نسخ تنتظر قرار محرر", default=0, db_default=0)
    unchanged = models.PositiveIntegerField("معروف من قبل", default=0)
    failed = models.PositiveIntegerField("تعذر", default=0)
    failures = AsGivenRowsField("ما تعذر", shape={"path": str}, default=list, blank=True)
    noted = models.PositiveIntegerField("قيم لم تؤخذ كما وردت", default=0, db_default=0)
    notes = AsGivenRowsField(
        "ما لم يؤخذ كما ورد", shape={"path": str, "kind": str, "field": str, "given": str, "times": int},
        default=list, db_default=models.Value([], models.JSONField()), blank=True,
    )  # fmt: skip
    settled_at = models.DateTimeField("عولج في", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="عالجه"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "واردة"
        verbose_name_plural = "الواردات"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=DeliveryState.values), name="delivery_state_known"),
            *moments_within("delivery", "brought_at", "started_at", "finished_at", "settled_at"),
        ]
        indexes = [
            models.Index(
                fields=["-id"], condition=models.Q(settled_at__isnull=True) & ~models.Q(failed=0, state="finished"),
                name="delivery_troubled",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def listed_notes(self) -> int:
        """Returns the number of the `noted` values that `notes` describe."""
        return sum(note["times"] for note in self.notes)

    @property
    def is_over(self) -> bool:
        """Returns whether no further step follows: the delivery finished, with or without failures, or failed as a
        whole.
        """
        return self.state in {DeliveryState.FINISHED, DeliveryState.FAILED}
