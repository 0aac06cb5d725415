"""The review state of facts: suggested by a rule, or confirmed or rejected by an editor."""

from collections.abc import Sequence
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import field_types
from articles.models.limits import moments_within
from articles.models.text_fields import LineField


class ReviewState(models.TextChoices):
    """The review states: rules suggest, and only editors confirm and reject."""

    SUGGESTED = "suggested", _("مقترح آليا")
    CONFIRMED = "confirmed", _("مؤكد")
    REJECTED = "rejected", _("مرفوض")


Row = TypeVar("Row", bound=models.Model, covariant=True)


class ReviewableQuerySet(models.QuerySet[Row]):
    """Reviewable rows that a query selects."""

    def standing(self) -> Self:
        """Returns rows that no editor rejected."""
        return self.exclude(state=ReviewState.REJECTED)

    def suggested(self) -> Self:
        """Returns rows that wait for an editor's decision."""
        return self.filter(state=ReviewState.SUGGESTED)

    def review(self, state: str, editor: object) -> int:
        """Sets the state of every row, with the reviewer and the time; returns the number of rows that changed.

        Rows that have the state already are left alone.
        """
        return self.exclude(state=state).update(state=state, reviewed_by=editor, reviewed_at=timezone.now())


class ScoreField(field_types.FloatField[float | Combinable | None, float | None]):
    """A number from 0 to 1. What SQL stored beside that is read as None; `manage.py check_archive` names it."""

    @staticmethod
    def is_score(value: float) -> bool:
        """Returns whether a number is a score, from 0 to 1. False for NaN."""
        return 0 <= value <= 1  # NaN is neither

    def from_db_value(self, value: float | None, expression: object, connection: object) -> float | None:
        """Returns the stored score; None for NULL and for any number that is no score."""
        return value if value is not None and self.is_score(value) else None

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describes the field to migrations as Django's own: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.FloatField", args, kwargs


class Reviewable(models.Model):
    """Adds the review state to a noun.

    It also adds the rule that made a suggestion, its score from 0 to 1, and the reviewer and the time of the review.
    """

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
        """Returns whether the row waits for an editor's decision."""
        return self.state == ReviewState.SUGGESTED


def review_constraints(model: str) -> list[models.BaseConstraint]:
    """Returns the constraints of every reviewable noun, for the Meta of the model named `model`."""
    states = models.CheckConstraint(condition=models.Q(state__in=ReviewState.values), name=f"{model}_state_known")
    return [states, *moments_within(model, "reviewed_at")]


def by_score(model: str) -> models.Index:
    """Returns an index of the suggested rows by ascending score, for the Meta of the model named `model`."""
    suggested = models.Q(state=ReviewState.SUGGESTED)
    return models.Index(fields=["score", "id"], condition=suggested, name=f"{model}_waiting")
