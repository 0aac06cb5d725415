"""SynonymSet: words and phrases that a search treats as equal. Editors maintain them; a change needs no new index."""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models

from articles.arabic.words import fold_phrase
from articles.models.history import with_history
from articles.models.item_fields import ItemsField
from articles.models.limits import Limited, folded_messages
from articles.models.text_fields import LineField


class SynonymKind(models.TextChoices):
    """The kinds of synonym sets."""

    MONTH = "month", "أسماء شهر"
    SPELLING = "spelling", "رسوم كلمة"
    ACRONYM = "acronym", "مختصر ومعناه"
    MEANING = "meaning", "مترادفات"


@with_history("folded")
class SynonymSet(Limited):
    """Words and phrases that are equal in searches: a query with one of them also finds the others.

    `folded[i]` is the folded form of `words[i]`.
    """

    words = ItemsField(
        LineField(max_length=100), verbose_name="الكلمات", help_text="كلمة أو عبارة في كل سطر، اثنتان على الأقل."
    )
    folded = ItemsField(LineField(max_length=100), editable=False, default=list)
    kind = models.CharField("النوع", max_length=8, choices=SynonymKind, default=SynonymKind.SPELLING)
    in_use = models.BooleanField("مستعمل", default=True)

    class Meta:
        verbose_name = "مجموعة مترادفات"
        verbose_name_plural = "المترادفات"
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(words__len__gte=2), name="synonyms_at_least_two"),
            models.CheckConstraint(condition=models.Q(words__len=models.F("folded__len")), name="synonyms_folded"),
            models.CheckConstraint(condition=models.Q(kind__in=SynonymKind.values), name="synonyms_kind_known"),
        ]
        indexes = [GinIndex(fields=["folded"], name="synonyms_folded_gin")]

    def __str__(self) -> str:
        return " = ".join(self.words)

    def beyond_limits(self) -> Iterator[tuple[str, str]]:
        yield from folded_messages("words", [fold_phrase(word) for word in self.words], 100)

    def clean(self) -> None:
        """Removes repeated words and surplus spaces, and sets `folded`.

        Raises ValidationError if fewer than two different words remain, or if a word has no letters or digits.
        """
        self.words = list(dict.fromkeys(" ".join(word.split()) for word in self.words or [] if word.strip()))
        self.folded = [fold_phrase(word) for word in self.words]
        if not all(self.folded):
            raise ValidationError({"words": f"«{self.words[self.folded.index('')]}» ليس فيه حرف ولا رقم."})
        if len(self.words) < 2:
            raise ValidationError({"words": "اكتب كلمتين مختلفتين على الأقل، كل واحدة في سطر."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = [fold_phrase(word) for word in self.words]
        super().save(*args, **kwargs)
