"""Apart: an editor's decision that two rows with similar names are different."""

from django.conf import settings
from django.db import models

from articles.models.limits import moments_within
from articles.models.text_fields import LineField


class Apart(models.Model):
    """Two different rows with similar names. `noun` is the model's name, `one` the lower key and `other` the higher."""

    noun = LineField(max_length=20)
    one = models.BigIntegerField()
    other = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["noun", "one", "other"], name="apart_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="apart_in_order"),
            *moments_within("apart", "said_at"),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.one} ≠ {self.other}"
