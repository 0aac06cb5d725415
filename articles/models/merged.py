"""Mergeable: a noun whose rows can be merged into another row of their model.

The merged row keeps its address, which redirects to the page of the other row.
"""

from typing import Self

from django.core.exceptions import ObjectDoesNotExist
from django.db import models


class Mergeable(models.Model):
    """A noun whose rows can be merged into another row of their model."""

    # The column of `merged_into`.
    merged_into_id: int | None

    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged", verbose_name="دُمج في"
    )

    class Meta:
        abstract = True

    @property
    def survivor(self) -> Self | None:
        """Returns the row that stands for this one now: itself, or the last row in the chain of merges.

        It is None if no row stands for it, which is possible only by hand at the database's own prompt: the rows were
        merged in a circle, or into a row that is gone.
        """
        row, passed = self, {self.pk}
        while row.merged_into_id:
            if row.merged_into_id in passed:
                return None
            next_row = row._next()
            if next_row is None:
                return None
            row = next_row
            passed.add(row.pk)
        return row

    def _next(self) -> Self | None:
        """Returns the row that this one was merged into, or None where it is gone: a join reads that as None, a look-up
        raises.
        """
        try:
            return self.merged_into  # type: ignore[return-value] # «self» in a base class is the subclass.
        except ObjectDoesNotExist:
            return None


def not_into_itself(model: str) -> models.CheckConstraint:
    """Returns the constraint that no row is merged into itself, for the Meta of the model named `model`.

    `check_archive` finds longer circles.
    """
    return models.CheckConstraint(
        condition=~models.Q(merged_into=models.F("id")),
        name=f"{model}_not_into_itself",
        violation_error_message="لا يُدمج شيء في نفسه.",
    )
