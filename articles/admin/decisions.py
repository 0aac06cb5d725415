"""What an editor decides about one article: each suggestion confirmed, rejected or corrected, and facts added from its text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from articles.admin.choosing import NamedRow, named
from articles.admin.review import review
from articles.arabic.words import fold_phrase
from articles.extract.authority import Authority
from articles.extract.figures import find_figures
from articles.models import (
    Actor,
    ActorKind,
    Alias,
    ArchiveDate,
    Article,
    Basis,
    Contradiction,
    Coverage,
    Event,
    EventKind,
    Figure,
    Mention,
    Reprint,
    ReviewState,
)
from articles.models.keys import read_key
from articles.models.uncertain_date import complete

CONFIRM, REJECT = "confirm", "reject"
_STATES = {CONFIRM: ReviewState.CONFIRMED, REJECT: ReviewState.REJECTED}
# What is suggested of an article, by the name of its kind.
KINDS: dict[str, type[models.Model]] = {"mention": Mention, "figure": Figure, "coverage": Coverage, "reprint": Reprint}
DATE = "date"
# Of how many other articles a name that is narrowed is rejected at once.
MOST_NARROWED = 500


@dataclass(frozen=True)
class Narrowing:
    """An alias that led to a wrong mention, and in how many other articles it is what a suggestion goes by."""

    alias: Alias
    others: int

    def as_dict(self) -> dict[str, object]:
        return {"alias": self.alias.pk, "name": self.alias.name, "actor": str(self.alias.actor), "others": self.others}


@dataclass
class Outcome:
    """What came of a form: the new state of each item, what was refused and why, and names that may be narrowed."""

    states: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    narrowings: list[Narrowing] = field(default_factory=list)
    added: list[str] = field(default_factory=list)


def key_of(row: models.Model) -> str:
    return f"{row._meta.model_name}-{row.pk}"


def decide(request: HttpRequest, article: Article, posted: Mapping[str, str]) -> Outcome:
    """Applies every `verdict-KEY` of a form, corrections before it; `was-KEY` is the state that the editor saw.

    A fact that someone else reviewed meanwhile is left as it is and refused by name. In a transaction.
    """
    outcome = Outcome()
    rows = _rows(article, [name.removeprefix("verdict-") for name in posted if name.startswith("verdict-")])
    chosen: dict[tuple[type, str], list[models.Model]] = {}
    for key, row in rows.items():
        verdict = posted[f"verdict-{key}"]
        if verdict not in _STATES:
            continue
        seen = posted.get(f"was-{key}", row.state)
        if seen != row.state and row.reviewed_by_id != request.user.pk:
            by = row.reviewed_by or "الآلة"
            outcome.refused[key] = f"{by} راجعه قبلك: {row.get_state_display()}"
            continue
        if not request.user.has_perm(f"articles.change_{row._meta.model_name}"):
            outcome.refused[key] = "لا تتيح لك صلاحياتك هذا."
            continue
        try:
            if verdict == CONFIRM:
                row = _corrected(row, key, posted)
        except ValidationError as error:
            outcome.refused[key] = "، ".join(error.messages)
            continue
        chosen.setdefault((type(row), verdict), []).append(row)
        outcome.states[key] = _STATES[verdict]
    for (_, verdict), decided in chosen.items():
        review(request, decided, _STATES[verdict])
        if verdict == CONFIRM:
            _confirm_subjects(request, decided)
    outcome.narrowings = narrowings(
        [row for (kind, v), rows in chosen.items() if v == REJECT and kind is Mention for row in rows]
    )
    if posted.get(f"verdict-{DATE}") in _STATES:
        _decide_date(article, posted, outcome)
    return outcome


def _rows(article: Article, keys: list[str]) -> dict[str, models.Model]:
    """The facts of the article under those keys, locked; other keys are left out."""
    found: dict[str, models.Model] = {}
    for noun, model in KINDS.items():
        wanted = {read_key(key.split("-", 1)[1]) for key in keys if key.startswith(f"{noun}-")} - {None}
        if wanted:
            rows = model.objects.select_for_update(of=("self",)).filter(pk__in=wanted, article=article)
            found |= {key_of(row): row for row in rows.select_related("reviewed_by")}
    return found


def _confirm_subjects(request: HttpRequest, rows: list[models.Model]) -> None:
    """Who confirms that an article names a suggested actor, or reports a suggested event, confirms these, too."""
    for model, column in ((Actor, "actor_id"), (Event, "event_id")):
        pks = {getattr(row, column) for row in rows if isinstance(row, Mention if model is Actor else Coverage)}
        review(request, list(model.objects.suggested().filter(pk__in=pks)), ReviewState.CONFIRMED)


class _FigureForm(forms.ModelForm):
    class Meta:
        model = Figure
        fields = ("value", "value_high", "qualifier", "unit", "measure")


def _corrected(row: models.Model, key: str, posted: Mapping[str, str]) -> models.Model:
    """The row as the editor corrects it: another actor, event or value than the rules found; raises ValidationError."""
    if isinstance(row, Mention) and (name := posted.get(f"actor-{key}", "").strip()):
        actor = NamedRow(Actor).clean(name)
        return _moved(row, Mention.objects.filter(article=row.article_id, actor=actor), actor=actor)
    if isinstance(row, Coverage) and (title := posted.get(f"event-{key}", "").strip()):
        event = NamedRow(Event).clean(title)
        return _moved(row, Coverage.objects.filter(article=row.article_id, event=event), event=event)
    if isinstance(row, Figure) and f"value-{key}" in posted:
        values = {name: posted.get(f"{name}-{key}", "") for name in _FigureForm.Meta.fields}
        form = _FigureForm(values, instance=row)
        if not form.is_valid():
            raise ValidationError(
                [f"{form.fields[n].label if n in form.fields else ''} {e[0]}" for n, e in form.errors.items()]
            )
        if form.has_changed():
            form.save()
    return row


def _moved(row: Mention | Coverage, twins: models.QuerySet, **owner: models.Model) -> Mention | Coverage:
    """The row under its right owner; where that owner has such a row already, that one with both's places."""
    ((field_name, value),) = owner.items()
    if getattr(row, f"{field_name}_id") == value.pk:
        return row
    type(row).objects.filter(pk=row.pk).update(state=ReviewState.REJECTED)
    twin = twins.first() or type(row)(article_id=row.article_id, rule="", **owner)
    if isinstance(row, Mention):
        twin.add_places(row.spans, row.quotes)
        twin.role = twin.role or row.role
    twin.state = ReviewState.SUGGESTED
    twin.save()
    return twin


def narrowings(mentions: list[Mention]) -> list[Narrowing]:
    """The aliases that rejected mentions went by, each looked for in texts so far, with what else is suggested by them."""
    found: dict[int, Narrowing] = {}
    for mention in mentions:
        written = {fold_phrase(quote) for quote in mention.quotes}
        for alias in Alias.objects.filter(
            actor=mention.actor_id, folded__in=written, found_in_text=True
        ).select_related("actor"):
            found[alias.pk] = Narrowing(alias, len(suggested_by(alias)))
    return list(found.values())


def suggested_by(alias: Alias) -> list[Mention]:
    """Suggested mentions all of whose words are that alias, at most MOST_NARROWED."""
    rows = Mention.objects.suggested().filter(actor=alias.actor_id).order_by("id")[: 4 * MOST_NARROWED]
    by_alias = [row for row in rows if row.quotes and {fold_phrase(quote) for quote in row.quotes} == {alias.folded}]
    return by_alias[:MOST_NARROWED]


def narrow(request: HttpRequest, alias: Alias, *, reject_others: bool) -> int:
    """The alias suggests no mention from now on, and widens searches as before; returns how many mentions were rejected."""
    alias.found_in_text = False
    alias.save(update_fields=["found_in_text"])
    return review(request, suggested_by(alias), ReviewState.REJECTED) if reject_others else 0


def _decide_date(article: Article, posted: Mapping[str, str], outcome: Outcome) -> None:
    """Confirmed, the date is the editor's from now on; rejected, it is unknown; written anew, it is what was written."""
    try:
        if posted[f"verdict-{DATE}"] == REJECT:
            article.published = ArchiveDate.unknown(basis=Basis.EDITOR)
        elif day := posted.get("date-value", "").strip():
            precision = posted.get("date-precision") or "day"
            article.published = complete(
                forms.DateField(label="التاريخ").clean(day), precision, Basis.EDITOR, None, None
            )
        else:
            article.published_basis = Basis.EDITOR
        article.full_clean(exclude=["url", "source", "assigned_to"], validate_unique=False)
    except ValidationError as error:
        outcome.refused[DATE] = "، ".join(error.messages)
        return
    article.save()
    outcome.states[DATE] = _STATES[posted[f"verdict-{DATE}"]]


class AddForm(forms.Form):
    """A fact that the rules missed, by the words that state it; `start` and `end` where they were selected, else the first place."""

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
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    end = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: object, article: Article, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.article = article

    def clean(self) -> dict:
        cleaned = super().clean()
        quote, body = cleaned.get("quote", ""), self.article.body
        start, end = cleaned.get("start"), cleaned.get("end")
        if cleaned.get("kind") == "event" and not quote:
            quote = ""
        elif not quote.strip():
            self.add_error("quote", "حدد الكلمات في النص، أو اكتبها كما هي فيه.")
        elif start is None or end is None or body[start:end] != quote:
            start = body.find(quote)
            end = start + len(quote)
            if start < 0:
                self.add_error("quote", "هذه الكلمات ليست في النص حرفيا.")
        return {**cleaned, "start": start, "end": end, "name": cleaned.get("name", "").strip() or quote.strip()}


def add(request: HttpRequest, article: Article, form: AddForm) -> models.Model | None:
    """Stores what a valid form states, confirmed and signed; None, with an error on the form, where it cannot be. In a transaction."""
    asked = form.cleaned_data
    signed = {"state": ReviewState.CONFIRMED, "reviewed_by": request.user, "reviewed_at": timezone.now(), "rule": ""}
    try:
        return {"actor": _add_mention, "figure": _add_figure, "event": _add_coverage}[asked["kind"]](
            request, article, asked, signed
        )
    except ValidationError as error:
        field_name = "quote" if asked["kind"] == "figure" else "name"
        form.add_error(field_name, error.messages)
        return None


def _known_or_new(request: HttpRequest, model: type[models.Model], asked: dict, signed: dict) -> models.Model:
    kinds = ActorKind if model is Actor else EventKind
    try:
        return NamedRow(model).clean(asked["name"])
    except ValidationError:
        is_new = asked["new_kind"] in kinds.values and not named(model, asked["name"]).exists()
        if not is_new:
            raise
    if not request.user.has_perm(f"articles.add_{model._meta.model_name}"):
        raise ValidationError("لا تتيح لك صلاحياتك هذا.")
    row = model(
        kind=asked["new_kind"], **({"name": asked["name"]} if model is Actor else {"title": asked["name"]}), **signed
    )
    row.full_clean(exclude=["reviewed_by"])
    row.save()
    return row


def _add_mention(request: HttpRequest, article: Article, asked: dict, signed: dict) -> Mention:
    actor = _known_or_new(request, Actor, asked, signed)
    mention = Mention.objects.filter(article=article, actor=actor).first() or Mention(article=article, actor=actor)
    mention.add_places([(asked["start"], asked["end"])], [asked["quote"]])
    for name, value in signed.items():
        setattr(mention, name, value)
    mention.save()
    return mention


def _add_figure(request: HttpRequest, article: Article, asked: dict, signed: dict) -> Figure:
    """The number in the words, read as the rules read it: value, qualifier, unit and measure."""
    found = find_figures(asked["quote"])
    if not found:
        raise ValidationError("لا رقم مقروءا في هذه الكلمات.")
    first = found[0]
    measure = Authority.of_measures().measure_of(first.unit, [])
    figure = Figure(
        article=article, quote=asked["quote"], start=asked["start"], end=asked["end"], value=first.value,
        value_high=first.value_high, qualifier=first.qualifier, unit=first.unit[:120], measure_id=measure, **signed,
    )  # fmt: skip
    figure.full_clean(exclude=["reviewed_by", "article"])
    figure.save()
    return figure


def _add_coverage(request: HttpRequest, article: Article, asked: dict, signed: dict) -> Coverage:
    event = _known_or_new(request, Event, asked, signed)
    coverage, _ = Coverage.objects.update_or_create(article=article, event=event, defaults=signed)
    Contradiction.objects.refresh([event.pk])
    return coverage
