"""Apart: an editor's decision that two rows with similar names are different."""

from django.conf import settings
from django.db import models

from articles.models.limits import moments_within
from articles.models.text_fields import LineField


class Apart(models.Model):
    """Two different rows with similar names. `noun` is the name of their model."""

    noun = LineField(max_length=20)
    # The columns keep their first names, so that archives need no migration.
    lower_key = models.BigIntegerField(db_column="one")
    higher_key = models.BigIntegerField(db_column="other")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["noun", "lower_key", "higher_key"], name="apart_once"),
            models.CheckConstraint(condition=models.Q(lower_key__lt=models.F("higher_key")), name="apart_in_order"),
            *moments_within("apart", "said_at"),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.lower_key} ≠ {self.higher_key}"
