"""Rows that can be merged into another of their kind and keep their address: the page of the one redirects to the other."""

from typing import Self

from django.db import models


class Mergeable(models.Model):
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged", verbose_name="دُمج في"
    )

    class Meta:
        abstract = True

    @property
    def survivor(self) -> Self:
        """The row that stands for this one now: itself, or the last of the rows it was merged into."""
        row = self
        while row.merged_into_id:
            row = row.merged_into
        return row
