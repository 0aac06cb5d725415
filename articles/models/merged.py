"""Rows that can be merged into another of their kind and keep their address: the page of the one redirects to the other."""

from typing import Self

from django.core.exceptions import ObjectDoesNotExist
from django.db import models


class Mergeable(models.Model):
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged", verbose_name="دُمج في"
    )

    class Meta:
        abstract = True

    @property
    def survivor(self) -> Self | None:
        """The row that stands for this one now: itself, or the last of the rows it was merged into.

        None where no row stands for it, which only a hand at the database's own prompt can do: the rows were merged in a circle, or
        into one that is not there.
        """
        row, passed = self, {self.pk}
        while row.merged_into_id:
            if row.merged_into_id in passed:
                return None
            row = _there(row)
            if row is None:
                return None
            passed.add(row.pk)
        return row


def _there(row: Mergeable) -> Mergeable | None:
    """The row that `row` was merged into, or None where it is gone: a join reads that as None, a look-up raises."""
    try:
        return row.merged_into
    except ObjectDoesNotExist:
        return None


def not_into_itself(model: str) -> models.CheckConstraint:
    """The rule that no row is merged into itself, for the Meta of `model`. Longer circles are for `check_archive` to find."""
    return models.CheckConstraint(
        condition=~models.Q(merged_into=models.F("id")),
        name=f"{model}_not_into_itself",
        violation_error_message="لا يُدمج شيء في نفسه.",
    )
