"""A form field that takes a row by its name, any of its names, or its number: no list of thousands to choose from."""

import re

from django import forms
from django.db.models import Model, QuerySet

from articles.arabic.words import fold_phrase
from articles.curation.alike import NAMES
from articles.models import Actor
from articles.models.keys import read_key

_MOST_OFFERED = 8
# «#12 …» and «12».
_NUMBER = re.compile(r"#(\d+)(?:\s|$)|(\d+)$")
# An actor as it is shown where others bear its name.
_DISTINGUISHED = re.compile(r"(.+) \((.+)\)")


class NamedRow(forms.CharField):
    """Cleans to the row of `model` that goes by what was typed; «123» or «#123» is its number."""

    def __init__(self, model: type[Model], **kwargs: object) -> None:
        self.model = model
        attributes = {"class": "vTextField", "data-names": model._meta.model_name, "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attributes), **kwargs)

    def clean(self, value: object) -> Model | None:
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


def named(model: type[Model], text: str) -> QuerySet:
    """Standing rows that are called so, or have that number."""
    if number := _NUMBER.match(text.strip()):
        return model.objects.filter(pk=read_key(number[1] or number[2]), merged_into=None)
    if model is Actor:
        if told := _DISTINGUISHED.fullmatch(text.strip()):
            apart = Actor.objects.standing().filter(folded_name=fold_phrase(told[1]), distinction=told[2])
            if apart.exists():
                return apart
        return Actor.objects.named(text).order_by("id")
    return model.objects.standing().filter(**{NAMES[model]: fold_phrase(text)}).order_by("id")


def offered(model: type[Model], text: str) -> QuerySet:
    """Rows whose name holds what is being typed, for a list of suggestions."""
    if model is Actor:
        rows = Actor.objects.standing().with_name_part(text)
    else:
        rows = model.objects.standing().filter(**{f"{NAMES[model]}__contains": fold_phrase(text)})
    return rows[:_MOST_OFFERED]


MODELS = {model._meta.model_name: model for model in NAMES}
