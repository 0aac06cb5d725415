"""What an editor decides about one article: each suggestion confirmed, rejected or corrected, and facts added from its text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from articles.admin import digits
from articles.admin.choosing import NamedRow, named
from articles.admin.review import review
from articles.arabic.text_gate import clean_text
from articles.arabic.words import fold_phrase
from articles.curation.confirming import confirm_subjects
from articles.curation.seen import as_seen, overtaken
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
    Precision,
    Reprint,
    ReviewState,
)
from articles.models.keys import read_key
from articles.models.uncertain_date import PARTS, complete

CONFIRM, REJECT = "confirm", "reject"
_STATES = {CONFIRM: ReviewState.CONFIRMED, REJECT: ReviewState.REJECTED}
# What is suggested of an article, by the name of its kind.
KINDS: dict[str, type[models.Model]] = {"mention": Mention, "figure": Figure, "coverage": Coverage, "reprint": Reprint}
DATE = "date"
# What an editor can say of a day of publication: an unknown one is said by rejecting it.
DATE_PRECISIONS = (Precision.DAY, Precision.MONTH, Precision.YEAR)
# What a decision depends on: where someone else changed one of these since the page was opened, it is refused.
_DECISIVE: dict[str, tuple[str, ...]] = {
    "mention": ("state", "actor", "quotes"),
    "coverage": ("state", "event"),
    "figure": ("state", "value", "value_high", "qualifier", "unit", "measure", "quote"),
    "reprint": ("state", "original"),
    DATE: tuple(f"published_{part}" for part in PARTS),
}
# A number of more digits is no mark of ours.
_LONGEST_MARK = 19
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
    """What came of a form.

    states: the new state of each item that was decided, by its key.
    refused: why an item was not decided, by its key; what was typed for it is shown again.
    overtaken: the keys of those that someone else changed; what is stored of them now is shown, to be decided anew.
    moved: the key of the fact that took a corrected one's place, by the key of that one.
    narrowings: names that led to a rejected mention and may be narrowed.
    added: the keys of facts that were added.
    of_the_rest: the keys of what was decided by one verdict on all that waited.
    """

    states: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    overtaken: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    narrowings: list[Narrowing] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    of_the_rest: list[str] = field(default_factory=list)


def key_of(row: models.Model) -> str:
    return f"{row._meta.model_name}-{row.pk}"


@dataclass(frozen=True)
class Seen:
    """What the page showed of an item: its state, and the mark of its version (articles/curation/seen.py).

    state: a value of ReviewState; empty where the form does not say.
    mark: None where the form does not say; then nothing is decided, for nobody decides about what he did not see.
    """

    state: str
    mark: int | None

    @classmethod
    def of(cls, text: str) -> "Seen":
        """Reads «state@mark», which a page carries as `was-KEY`."""
        state, _, mark = text.partition("@")
        return cls(state, int(mark) if mark.isdecimal() and len(mark) < _LONGEST_MARK else None)

    def __str__(self) -> str:
        return f"{self.state}@{self.mark or 0}"


UNSEEN = "لم يأت مع القرار ما كان أمامك حين اتخذته، فلم يُطبّق. افتح الصفحة وقرر منها."


class OvertakenError(ValidationError):
    """Someone else changed an item after it was shown: what is stored now must be looked at before it is decided."""


@dataclass(frozen=True)
class Choice:
    """What a form says of one item.

    key: the item's key, as «figure-12»; «date» for the day of publication.
    row: the fact, or the article for its date.
    verdict: CONFIRM, REJECT or an empty string.
    seen: what the page showed.
    is_of_the_rest: whether the verdict is that on all that waited.
    typed: what was written as a correction, by the names of its fields; empty where nothing was.
    """

    key: str
    row: models.Model
    verdict: str
    seen: Seen
    typed: Mapping[str, str]
    is_of_the_rest: bool = False

    @property
    def is_unsent(self) -> bool:
        """Whether the form holds something for this item that is not stored."""
        return bool(self.typed) or (self.verdict in _STATES and _STATES[self.verdict] != self.seen.state)


def choices(article: Article, posted: Mapping[str, str]) -> list[Choice]:
    """What a form says of the facts of the article and of its date; their rows are locked. In a transaction."""
    keys = dict.fromkeys(name.split("-", 1)[1] for name in posted if name.startswith(("verdict-", "was-")))
    rows: dict[str, models.Model] = _rows(article, list(keys))
    if DATE in keys:
        rows[DATE] = article
    chosen = []
    for key, row in rows.items():
        seen = Seen.of(posted.get(f"was-{key}", ""))
        own, rest = posted.get(f"verdict-{key}", ""), _of_the_rest(key, row, posted)
        chosen.append(
            Choice(key, row, own or rest, seen, _typed(key, row, seen, posted), is_of_the_rest=bool(rest and not own))
        )
    return chosen


def _of_the_rest(key: str, row: models.Model, posted: Mapping[str, str]) -> str:
    """The verdict on all that waits, where the editor gave one. Rejecting the rest does not make the date unknown."""
    rest = posted.get("rest", "")
    waits = Seen.of(posted.get(f"was-{key}", "")).state == ReviewState.SUGGESTED
    return rest if rest in _STATES and waits and not (key == DATE and rest == REJECT) else ""


def decide(request: HttpRequest, article: Article, posted: Mapping[str, str]) -> Outcome:
    """Applies every `verdict-KEY` of a form, corrections before it; `was-KEY` is what the editor saw (Seen).

    What someone else changed meanwhile is left as it is and refused by name. So is a correction without its verdict. In a
    transaction.
    """
    outcome = Outcome()
    applied: dict[tuple[type, str], list[models.Model]] = {}
    for choice in choices(article, posted):
        if not choice.typed and choice.verdict not in _STATES:
            continue
        # A form without scripts sends the state of every item that it shows; that is no decision.
        if not choice.is_unsent and choice.key != DATE and choice.seen.mark is not None:
            outcome.states[choice.key] = choice.row.state
            continue
        try:
            _check(request, choice)
            if choice.key == DATE:
                _decide_date(article, choice.verdict, posted)
                outcome.states[DATE] = _STATES[choice.verdict]
                outcome.of_the_rest += [DATE] if choice.is_of_the_rest else []
                continue
            row = _corrected(choice, posted) if choice.verdict == CONFIRM else choice.row
        except ValidationError as error:
            outcome.refused[choice.key] = "، ".join(error.messages)
            if isinstance(error, OvertakenError):
                outcome.overtaken.add(choice.key)
            continue
        if key_of(row) != choice.key:
            outcome.moved[choice.key] = key_of(row)
        applied.setdefault((type(row), choice.verdict), []).append(row)
        outcome.states[choice.key] = _STATES[choice.verdict]
        if choice.is_of_the_rest:
            outcome.of_the_rest.append(choice.key)
    for (_, verdict), decided in applied.items():
        review(request, decided, _STATES[verdict])
    outcome.narrowings = narrowings(
        [row for (kind, verdict), rows in applied.items() if verdict == REJECT and kind is Mention for row in rows]
    )
    return outcome


def _check(request: HttpRequest, choice: Choice) -> None:
    """Raises ValidationError with the reason why a choice cannot be applied."""
    if choice.verdict not in _STATES:
        raise ValidationError("كتبت تصحيحا ولم تختر «أكّد»: لم يُحفظ بعد. أكّده ليُحفظ، أو امح ما كتبته.")
    if choice.verdict == REJECT and choice.typed:
        raise ValidationError("كتبت تصحيحا واخترت رفضه: لم يُحفظ شيء. اختر «أكّد» ليُحفظ التصحيح، أو امح ما كتبته.")
    if not request.user.has_perm(f"articles.change_{choice.row._meta.model_name}"):
        raise ValidationError("لا تتيح لك صلاحياتك هذا.")
    if choice.seen.mark is None:
        raise ValidationError(UNSEEN)
    if by := overtaken(choice.row, choice.seen.mark, request.user, _DECISIVE[choice.key.split("-")[0]]):
        written = "، ".join(f"{label} «{value}»" for label, value in choice.typed.items())
        raise OvertakenError(f"{by} كنت كتبت: {written}." if written else str(by))


def _typed(key: str, row: models.Model, seen: Seen, posted: Mapping[str, str]) -> dict[str, str]:
    """The correction that was written, by the names of its fields: a name, or values other than those that the page showed."""
    if key == DATE:
        shown = as_seen(row, seen.mark).published_precision if seen.mark is not None else row.published_precision
        day, precision = posted.get("date-value", "").strip(), posted.get("date-precision", "")
        changed = precision in DATE_PRECISIONS and shown in DATE_PRECISIONS and precision != shown
        written = {"التاريخ": day, "الدقة": Precision(precision).label if changed else ""}
    elif isinstance(row, Figure):
        if f"value-{key}" not in posted:
            return {}
        shown = as_seen(row, seen.mark) if seen.mark is not None else row
        initial = {name: getattr(shown, Figure._meta.get_field(name).attname) for name in _FigureForm.Meta.fields}
        form = _FigureForm(_figure_values(key, posted), initial=initial)
        written = {str(form.fields[name].label): _said(form, name) for name in form.changed_data}
    else:
        names = {"الفاعل": posted.get(f"actor-{key}", ""), "الفعالية": posted.get(f"event-{key}", "")}
        written = {label: name.strip() for label, name in names.items()}
    return {label: value for label, value in written.items() if value}


def _said(form: forms.Form, name: str) -> str:
    """What was written or chosen in a field, in words."""
    value = form.data.get(name, "").strip()
    choices = getattr(form.fields[name], "choices", None)
    return str(next((label for key, label in choices or () if str(key) == value), value)) or "–"


def _rows(article: Article, keys: list[str]) -> dict[str, models.Model]:
    """The facts of the article under those keys, locked; other keys are left out."""
    found: dict[str, models.Model] = {}
    for noun, model in KINDS.items():
        wanted = {read_key(key.split("-", 1)[1]) for key in keys if key.startswith(f"{noun}-")} - {None}
        if wanted:
            rows = model.objects.select_for_update(of=("self",)).filter(pk__in=wanted, article=article)
            found |= {key_of(row): row for row in rows.select_related("reviewed_by")}
    return found


class _FigureForm(forms.ModelForm):
    class Meta:
        model = Figure
        fields = ("value", "value_high", "qualifier", "unit", "measure")
        field_classes = {"value": digits.DecimalField, "value_high": digits.DecimalField}

    def _update_errors(self, errors: ValidationError) -> None:
        """What the model says of a field that is not corrected here (`quote`) is said of the whole."""
        if hasattr(errors, "error_dict") and set(errors.error_dict) - set(self.fields):
            errors = ValidationError([one for several in errors.error_dict.values() for one in several])
        super()._update_errors(errors)


def _figure_values(key: str, posted: Mapping[str, str]) -> dict[str, str]:
    return {name: posted.get(f"{name}-{key}", "") for name in _FigureForm.Meta.fields}


def _corrected(choice: Choice, posted: Mapping[str, str]) -> models.Model:
    """The row as the editor corrects it: another actor, event or value than the rules found; raises ValidationError."""
    row, key = choice.row, choice.key
    if isinstance(row, Mention) and (name := posted.get(f"actor-{key}", "").strip()):
        actor = NamedRow(Actor).clean(name)
        return _moved(row, Mention.objects.filter(article=row.article_id, actor=actor), actor=actor)
    if isinstance(row, Coverage) and (title := posted.get(f"event-{key}", "").strip()):
        event = NamedRow(Event).clean(title)
        return _moved(row, Coverage.objects.filter(article=row.article_id, event=event), event=event)
    if isinstance(row, Figure) and choice.typed:
        form = _FigureForm(_figure_values(key, posted), instance=row)
        if not form.is_valid():
            raise ValidationError(
                [f"{form.fields[n].label}: {e[0]}" if n in form.fields else e[0] for n, e in form.errors.items()]
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


def _decide_date(article: Article, verdict: str, posted: Mapping[str, str]) -> None:
    """Confirmed, the date is the editor's from now on; rejected, it is unknown; written anew, it is what was written.

    Raises ValidationError for what is no date.
    """
    day = posted.get("date-value", "").strip()
    precision = posted.get("date-precision", "")
    precision = precision if precision in DATE_PRECISIONS else Precision.DAY
    if verdict == REJECT:
        article.published = ArchiveDate.unknown(basis=Basis.EDITOR)
    elif day:
        value = digits.DateField(label="التاريخ").clean(day)
        article.published = complete(value, precision, Basis.EDITOR, None, None)
    elif article.published_date and "date-precision" in posted:
        article.published = complete(article.published_date, precision, Basis.EDITOR, None, None)
    else:
        article.published_basis = Basis.EDITOR
    article.full_clean(exclude=["url", "source", "assigned_to"], validate_unique=False)
    article.save()


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
    start = digits.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    end = digits.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    @staticmethod
    def is_filled(posted: Mapping[str, str]) -> bool:
        """Whether something was typed or selected to be added."""
        return any(posted.get(name, "").strip() for name in ("quote", "name"))

    def __init__(self, *args: object, article: Article, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.article = article

    def clean_quote(self) -> str:
        """The words as the text is stored: a browser sends CRLF where a selection goes over a line's end."""
        return clean_text(self.cleaned_data["quote"]).strip()

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
    adding = {"actor": _add_mention, "figure": _add_figure, "event": _add_coverage}[asked["kind"]]
    try:
        row = adding(request, article, asked, signed)
        confirm_subjects([row], request.user)
        return row
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
    figure.full_clean(exclude=["reviewed_by"])
    figure.save()
    return figure


def _add_coverage(request: HttpRequest, article: Article, asked: dict, signed: dict) -> Coverage:
    event = _known_or_new(request, Event, asked, signed)
    coverage, _ = Coverage.objects.update_or_create(article=article, event=event, defaults=signed)
    Contradiction.objects.refresh([event.pk])
    return coverage
