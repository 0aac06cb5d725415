"""The review state that every fact carries: suggested by the machine, confirmed or rejected by an editor."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models.limits import moments_within
from articles.models.text_fields import LineField


class ReviewState(models.TextChoices):
    SUGGESTED = "suggested", _("مقترح آليا")
    CONFIRMED = "confirmed", _("مؤكد")
    REJECTED = "rejected", _("مرفوض")


class ReviewableQuerySet(models.QuerySet):
    def standing(self) -> "ReviewableQuerySet":
        """What readers see: all but the rejected."""
        return self.exclude(state=ReviewState.REJECTED)

    def suggested(self) -> "ReviewableQuerySet":
        return self.filter(state=ReviewState.SUGGESTED)

    def review(self, state: str, editor: object) -> int:
        """Sets the state of every row and who set it; returns how many rows changed."""
        return self.exclude(state=state).update(state=state, reviewed_by=editor, reviewed_at=timezone.now())


class ScoreField(models.FloatField):
    """A number from 0 to 1. What SQL stored beside that is read as None; `manage.py check_archive` names it."""

    @staticmethod
    def is_score(value: float) -> bool:
        return 0 <= value <= 1  # NaN is neither

    def from_db_value(self, value: float | None, expression: object, connection: object) -> float | None:
        return value if value is not None and self.is_score(value) else None

    def deconstruct(self) -> tuple[str, str, list, dict]:
        """As Django's own field: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.FloatField", args, kwargs


class Reviewable(models.Model):
    """Adds a state, the rule that made a suggestion with its score from 0 to 1, and who reviewed it when."""

    state = models.CharField("حالة المراجعة", max_length=9, choices=ReviewState, default=ReviewState.CONFIRMED)
    rule = LineField("القاعدة", max_length=80, blank=True, help_text="القاعدة الآلية التي اقترحت هذه المعلومة.")
    score = ScoreField("الدرجة", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="راجعه",
    )
    reviewed_at = models.DateTimeField("تاريخ المراجعة", null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_suggested(self) -> bool:
        return self.state == ReviewState.SUGGESTED


def review_constraints(model: str) -> list[models.CheckConstraint]:
    """The rules of every reviewable noun, for the Meta of `model`."""
    states = models.CheckConstraint(condition=models.Q(state__in=ReviewState.values), name=f"{model}_state_known")
    return [states, *moments_within(model, "reviewed_at")]


def by_score(model: str) -> models.Index:
    """What waits for review, the surest last."""
    suggested = models.Q(state=ReviewState.SUGGESTED)
    return models.Index(fields=["score", "id"], condition=suggested, name=f"{model}_waiting")
