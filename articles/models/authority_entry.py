"""AuthorityEntry: an entry of an authority file that was applied.

An entry that is unchanged since then does not overwrite editors' changes.
"""

from django.db import models

from articles.models.limits import moments_within
from articles.models.text_fields import LineField


class AuthorityEntry(models.Model):
    """An applied entry of an authority file, with the digest of its content."""

    kind = LineField(max_length=20)
    key = LineField(max_length=400)
    digest = LineField(max_length=64)
    applied_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "مدخل في ملف الضبط"
        verbose_name_plural = "مداخل ملف الضبط"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="authority_entry_once"),
            *moments_within("authority_entry", "applied_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}"
