"""Adds a fact that the rules missed, from the words of an article that state it.

articles/admin/submission.py calls `add`. Nothing here knows of requests.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from articles.admin import digits
from articles.admin.choosing import NamedRow, named
from articles.arabic.text_gate import clean_text
from articles.curation.confirming import confirm_subjects
from articles.extract.authority import Authority
from articles.extract.figures import find_figures
from articles.models import (
    Actor,
    ActorKind,
    Article,
    Contradiction,
    Coverage,
    Event,
    EventKind,
    Figure,
    Mention,
    ReviewState,
)


class AddForm(forms.Form):
    """The form for a fact that the rules missed, with the words that state it.

    `start` and `end` are the selected span, in code points. Without one, the first occurrence of the words counts.
    """

    kind = forms.ChoiceField(label="أضف", choices=[("actor", "فاعلا"), ("figure", "رقما"), ("event", "فعالية")])
    quote = forms.CharField(
        label="الكلمات كما في النص",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )
    name = forms.CharField(
        label="الاسم أو العنوان", max_length=300, required=False,
        widget=forms.TextInput(attrs={"class": "vLargeTextField", "data-names": "actor", "autocomplete": "off"}),
        help_text="الاسم المعتمد للفاعل أو عنوان الفعالية. إن تُرك فهو الكلمات نفسها.",
    )  # fmt: skip
    new_kind = forms.ChoiceField(
        label="إن لم يكن معروفا", required=False,
        choices=[("", "لا تضفه"), ("الفاعلون", ActorKind.choices), ("الفعاليات", EventKind.choices)],
    )  # fmt: skip
    start = digits.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    end = digits.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    @staticmethod
    def is_filled(posted: Mapping[str, str]) -> bool:
        """Returns whether the form holds a quote or a name."""
        return any(posted.get(name, "").strip() for name in ("quote", "name"))

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.article = article

    def clean_quote(self) -> str:
        """Cleans the quote as bodies are cleaned. A browser sends CRLF where a selection crosses the end of a line."""
        return clean_text(self.cleaned_data["quote"]).strip()

    def clean(self) -> dict:
        """Adds the span of the quote to the values, and the quote as the name where none is typed.

        A selected span whose words are not the quote is replaced by the first place of the quote in the body. Words
        that the body does not have are an error. Only an event may come without a quote.
        """
        cleaned: dict = super().clean() or {}
        quote, body = cleaned.get("quote", ""), self.article.body
        start, end = cleaned.get("start"), cleaned.get("end")
        if cleaned.get("kind") == "event" and not quote:
            pass  # An article can report an event without naming it.
        elif not quote.strip():
            self.add_error("quote", "حدد الكلمات في النص، أو اكتبها كما هي فيه.")
        elif start is None or end is None or body[start:end] != quote:
            start = body.find(quote)
            end = start + len(quote)
            if start < 0:
                self.add_error("quote", "هذه الكلمات ليست في النص حرفيا.")
        return {**cleaned, "start": start, "end": end, "name": cleaned.get("name", "").strip() or quote.strip()}


def add(article: Article, form: AddForm, editor: User) -> models.Model | None:
    """Stores the fact of a valid form as confirmed by `editor`, and returns its row.

    If the fact is not valid, adds an error to the form and returns None. The caller must be in a transaction.
    """
    cleaned = form.cleaned_data
    decision = {
        "state": ReviewState.CONFIRMED,
        "reviewed_by": editor,
        "reviewed_at": timezone.now(),
        "rule": "",
    }
    add_fact = {"actor": _add_mention, "figure": _add_figure, "event": _add_coverage}[cleaned["kind"]]
    try:
        row = add_fact(article, cleaned, decision)
        confirm_subjects([row], editor)
        return row
    except ValidationError as error:
        field_name = "quote" if cleaned["kind"] == "figure" else "name"
        form.add_error(field_name, error.messages)
        return None


def _named_or_new(model: type[models.Model], cleaned: dict, decision: dict) -> Any:
    """Returns the actor or event with the name of the form. Creates it if there is none and the form gives its kind.

    Raises ValidationError if the name is unknown or ambiguous, or if the editor may not add a row.
    """
    kinds = ActorKind if model is Actor else EventKind
    try:
        return NamedRow(model).clean(cleaned["name"])
    except ValidationError:
        is_new = cleaned["new_kind"] in kinds.values and not named(model, cleaned["name"]).exists()
        if not is_new:
            raise
    if not decision["reviewed_by"].has_perm(f"articles.add_{model._meta.model_name}"):
        raise ValidationError("لا تتيح لك صلاحياتك هذا.")
    row = model(
        kind=cleaned["new_kind"],
        **({"name": cleaned["name"]} if model is Actor else {"title": cleaned["name"]}),
        **decision,
    )
    row.full_clean(exclude=["reviewed_by"])
    row.save()
    return row


def _add_mention(article: Article, cleaned: dict, decision: dict) -> Mention:
    """Adds the span to the actor's mention in the article, which is created if there is none."""
    actor = _named_or_new(Actor, cleaned, decision)
    mention = Mention.objects.filter(article=article, actor=actor).first() or Mention(article=article, actor=actor)
    mention.add_places([(cleaned["start"], cleaned["end"])], [cleaned["quote"]])
    for name, value in decision.items():
        setattr(mention, name, value)
    mention.save()
    return mention


def _add_figure(article: Article, cleaned: dict, decision: dict) -> Figure:
    """Stores the first number of the quote, with value, qualifier, unit and measure as the rules read them.

    Raises ValidationError if the quote holds no number.
    """
    readings = find_figures(cleaned["quote"])
    if not readings:
        raise ValidationError("لا رقم مقروءا في هذه الكلمات.")
    reading = readings[0]
    measure = Authority.of_measures().measure_of(reading.unit, [])
    figure = Figure(
        article=article, quote=cleaned["quote"], start=cleaned["start"], end=cleaned["end"], value=reading.value,
        value_high=reading.value_high, qualifier=reading.qualifier, unit=reading.unit[:120], measure_id=measure,
        **decision,
    )  # fmt: skip
    figure.full_clean(exclude=["reviewed_by"])
    figure.save()
    return figure


def _add_coverage(article: Article, cleaned: dict, decision: dict) -> Coverage:
    """Confirms that the article reports the event, and looks for contradictions of the event's figures."""
    event = _named_or_new(Event, cleaned, decision)
    coverage, _ = Coverage.objects.update_or_create(article=article, event=event, defaults=decision)
    Contradiction.objects.refresh([event.pk])
    return coverage
