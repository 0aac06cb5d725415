"""A form field that takes a row by any of its names or by its number, instead of a list of thousands to choose from."""

import re
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from articles.arabic.words import fold_phrase
from articles.curation.alike import NAMES
from articles.models import Actor
from articles.models.keys import read_key

# The most rows that are suggested, or listed when a name is ambiguous. A judgement: they fit under the field on a
# phone; of more, an editor types another letter.
_MOST_OFFERED = 8
# «#12 …» and «12».
_NUMBER = re.compile(r"#(\d+)(?:\s|$)|(\d+)$")
# An actor with its distinction, as it is shown if other actors have its name: «name (distinction)».
_DISTINGUISHED = re.compile(r"(.+) \((.+)\)")


class NamedRow(forms.CharField):
    """Cleans to the row of `model` with the typed name; «123» and «#123» are a row's number. Empty text gives None.

    Raises ValidationError if no row or several rows have the name.
    """

    def __init__(self, model: type[Any], **kwargs: Any) -> None:
        self.model = model
        attributes = {"class": "vTextField", "data-names": model._meta.model_name, "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: object) -> Model | None:
        """Looks the typed name or number up. If several rows have the name, the error lists them with their numbers."""
        text = super().clean(value)
        if not text:
            return None
        rows = list(named(self.model, text)[: _MOST_OFFERED + 1])
        if not rows:
            raise forms.ValidationError(f"لا {self.model._meta.verbose_name} بهذا الاسم: «{text}».")
        if len(rows) > 1:
            offered = "؛ ".join(f"#{row.pk} {row}" for row in rows[:_MOST_OFFERED])
            raise forms.ValidationError(f"الاسم لأكثر من واحد؛ اكتب الرقم: {offered}")
        return rows[0]


def named(model: type[Any], text: str) -> QuerySet:
    """Returns the standing rows with the name in `text`, aliases of actors included, or the row with the number in it.

    A row is found by its number unless it was merged.
    """
    if number := _NUMBER.match(text.strip()):
        return model.objects.filter(pk=read_key(number[1] or number[2]), merged_into=None)
    if model is Actor:
        if name_and_distinction := _DISTINGUISHED.fullmatch(text.strip()):
            distinguished = Actor.objects.standing().filter(
                folded_name=fold_phrase(name_and_distinction[1]), distinction=name_and_distinction[2]
            )
            if distinguished.exists():
                return distinguished
        return Actor.objects.named(text).order_by("id")
    return model.objects.standing().filter(**{NAMES[model]: fold_phrase(text)}).order_by("id")


def offered(model: type[Any], text: str) -> QuerySet:
    """Returns standing rows whose name contains `text`, at most _MOST_OFFERED, as suggestions for a field."""
    if model is Actor:
        rows = Actor.objects.standing().with_name_part(text)
    else:
        rows = model.objects.standing().filter(**{f"{NAMES[model]}__contains": fold_phrase(text)})
    return rows[:_MOST_OFFERED]


# Noun, the model's name in lower case → the model.
MODELS = {model._meta.model_name: model for model in NAMES}
