"""Applies an editor's decisions about one article: its facts and its date are confirmed, rejected or corrected.

articles/admin/submission.py calls `decide`. Nothing here knows of requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models

from articles.admin import digits
from articles.admin.choosing import NamedRow
from articles.admin.narrowing import Narrowing, narrowings
from articles.curation.confirming import review
from articles.curation.row_marks import as_seen, overtaken
from articles.models import (
    Actor,
    ArchiveDate,
    Article,
    Basis,
    Coverage,
    Event,
    Figure,
    Mention,
    Precision,
    Reprint,
    ReviewState,
)
from articles.models.keys import read_key
from articles.models.uncertain_date import DATE_PARTS, complete

CONFIRM, REJECT = "confirm", "reject"
_STATES = {CONFIRM: ReviewState.CONFIRMED, REJECT: ReviewState.REJECTED}
# The models of facts that are reviewed, by the name of their kind.
FACT_MODELS: dict[str, type[Any]] = {"mention": Mention, "figure": Figure, "coverage": Coverage, "reprint": Reprint}
# The key and the kind of the date of publication, which is reviewed beside the facts.
DATE = "date"
# The precisions that an editor can choose for a date of publication. Rejecting a date makes it unknown.
DATE_PRECISIONS = (Precision.DAY, Precision.MONTH, Precision.YEAR)
# The fields that a decision depends on, by kind. If another editor changed one of them since the page was opened, the
# decision is refused.
_DECISIVE: dict[str, tuple[str, ...]] = {
    "mention": ("state", "actor", "quotes"),
    "coverage": ("state", "event"),
    "figure": ("state", "value", "value_high", "qualifier", "unit", "measure", "quote"),
    "reprint": ("state", "original"),
    DATE: tuple(f"published_{part}" for part in DATE_PARTS),
}
# A row mark has fewer digits than this; a longer number is not read as a row mark. PostgreSQL's bigint has 19 digits
# at most, and every number of 18 fits.
_MOST_MARK_DIGITS = 19


@dataclass
class Outcome:
    """The result of the decisions of one form. Keys are those of items, such as «figure-12».

    states: item key → its state after the form.
    refused: item key → why its decision was refused. The page shows the editor's input again.
    overtaken: the refused keys whose items another editor changed. The page shows their stored version.
    moved: key of a corrected fact → key of the fact that replaces it.
    narrowings: the names that led to a rejected mention and may be narrowed.
    added: the keys of facts that were added.
    of_the_rest: the keys of the items that were decided by the verdict on all open suggestions.
    """

    states: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    overtaken: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)
    narrowings: list[Narrowing] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    of_the_rest: list[str] = field(default_factory=list)


def key_of(row: models.Model) -> str:
    """Returns the item key of a fact: the model's name in lower case and the primary key, such as «figure-12»."""
    return f"{row._meta.model_name}-{row.pk}"


@dataclass(frozen=True)
class Seen:
    """The version of an item that the page showed (articles/curation/row_marks.py).

    state: a value of ReviewState; empty if the form does not say.
    mark: the row mark; None if the form does not say. The choice is then refused, because the editor may
        not have seen the item.
    """

    state: str
    mark: int | None

    @classmethod
    def of(cls, text: str) -> "Seen":
        """Reads «state@mark», which a form holds as `was-KEY`. A row mark that is not a number becomes None."""
        state, _, mark = text.partition("@")
        return cls(state, int(mark) if mark.isdecimal() and len(mark) < _MOST_MARK_DIGITS else None)

    def __str__(self) -> str:
        return f"{self.state}@{self.mark or 0}"


MARK_MISSING = "لم يأت مع القرار ما كان أمامك حين اتخذته، فلم يُطبّق. افتح الصفحة وقرر منها."


class OvertakenError(ValidationError):
    """Another editor changed an item after it was shown. The editor must look at the stored version before deciding."""


@dataclass(frozen=True)
class Choice:
    """The part of a form that belongs to one item.

    key: the item's key, such as «figure-12»; «date» for the date of publication.
    row: the fact; the article for the date of publication.
    verdict: CONFIRM, REJECT or an empty string. The form may hold other text, which `decide` does not apply.
    seen: the version that the page showed.
    typed: the correction, by the labels of its fields; empty if nothing was corrected.
    is_of_the_rest: whether the verdict comes from the one on all open suggestions.
    """

    key: str
    row: Any
    verdict: str
    seen: Seen
    typed: Mapping[str, str]
    is_of_the_rest: bool = False

    @property
    def is_unsent(self) -> bool:
        """Returns whether the form holds a correction, or a verdict that differs from the state shown."""
        return bool(self.typed) or (self.verdict in _STATES and _STATES[self.verdict] != self.seen.state)


def choices(article: Article, posted: Mapping[str, str]) -> list[Choice]:
    """Reads the choices of a form on the facts of the article and its date of publication.

    The rows of the facts are locked, so the caller must be in a transaction. Keys of other articles' facts are ignored.
    """
    keys = dict.fromkeys(name.split("-", 1)[1] for name in posted if name.startswith(("verdict-", "was-")))
    rows: dict[str, Any] = _rows(article, list(keys))
    if DATE in keys:
        rows[DATE] = article
    form_choices = []
    for key, row in rows.items():
        seen = Seen.of(posted.get(f"was-{key}", ""))
        own_verdict, common_verdict = posted.get(f"verdict-{key}", ""), _verdict_on_rest(key, row, posted)
        form_choices.append(
            Choice(
                key,
                row,
                own_verdict or common_verdict,
                seen,
                _correction(key, row, seen, posted),
                is_of_the_rest=bool(common_verdict and not own_verdict),
            )
        )
    return form_choices


def _verdict_on_rest(key: str, row: models.Model, posted: Mapping[str, str]) -> str:
    """Returns the verdict on all open suggestions, if there is one and the item was open; otherwise an empty string.

    A rejection of the rest does not apply to the date of publication, which it would make unknown.
    """
    rest = posted.get("rest", "")
    waits = Seen.of(posted.get(f"was-{key}", "")).state == ReviewState.SUGGESTED
    return rest if rest in _STATES and waits and not (key == DATE and rest == REJECT) else ""


def decide(article: Article, posted: Mapping[str, str], editor: User) -> Outcome:
    """Applies every `verdict-KEY` of a form, as decisions of `editor`. A correction of the item is applied before its verdict.

    `was-KEY` is the version that the editor saw (Seen). A choice is refused if another editor changed the item since,
    if it is a correction without a verdict, or if the editor lacks the permission. The other choices are applied all the
    same. The caller must be in a transaction.
    """
    outcome = Outcome()
    applied: dict[tuple[type, str], list[Any]] = {}
    for choice in choices(article, posted):
        if not choice.typed and choice.verdict not in _STATES:
            continue
        # Without scripts, a form sends the state of every item that it shows. An unchanged state is not a decision.
        if not choice.is_unsent and choice.key != DATE and choice.seen.mark is not None:
            outcome.states[choice.key] = choice.row.state
            continue
        try:
            _check(choice, editor)
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
    for (_, verdict), decided_rows in applied.items():
        review(decided_rows, _STATES[verdict], editor)
    outcome.narrowings = narrowings(
        [row for (kind, verdict), rows in applied.items() if verdict == REJECT and kind is Mention for row in rows]
    )
    return outcome


def _check(choice: Choice, editor: User) -> None:
    """Raises ValidationError if a choice cannot be applied; OvertakenError if another editor changed the item."""
    if choice.verdict not in _STATES:
        raise ValidationError("كتبت تصحيحا ولم تختر «أكّد»: لم يُحفظ بعد. أكّده ليُحفظ، أو امح ما كتبته.")
    if choice.verdict == REJECT and choice.typed:
        raise ValidationError("كتبت تصحيحا واخترت رفضه: لم يُحفظ شيء. اختر «أكّد» ليُحفظ التصحيح، أو امح ما كتبته.")
    if not editor.has_perm(f"articles.change_{choice.row._meta.model_name}"):
        raise ValidationError("لا تتيح لك صلاحياتك هذا.")
    if choice.seen.mark is None:
        raise ValidationError(MARK_MISSING)
    if conflict := overtaken(choice.row, choice.seen.mark, editor, _DECISIVE[choice.key.split("-")[0]]):
        corrections = "، ".join(f"{label} «{value}»" for label, value in choice.typed.items())
        raise OvertakenError(f"{conflict} كنت كتبت: {corrections}." if corrections else str(conflict))


def _correction(key: str, row: Any, seen: Seen, posted: Mapping[str, str]) -> dict[str, str]:
    """Returns the correction in a form, by the labels of its fields.

    A correction is a name, or a value that differs from the version that the page showed.
    """
    if key == DATE:
        seen_row: Any = as_seen(row, seen.mark) if seen.mark is not None else row
        shown = seen_row.published_precision
        day, precision = posted.get("date-value", "").strip(), posted.get("date-precision", "")
        changed = precision in DATE_PRECISIONS and shown in DATE_PRECISIONS and precision != shown
        written = {"التاريخ": day, "الدقة": Precision(precision).label if changed else ""}
    elif isinstance(row, Figure):
        if f"value-{key}" not in posted:
            return {}
        shown = as_seen(row, seen.mark) if seen.mark is not None else row
        initial = {name: getattr(shown, _column_of(name)) for name in _FigureForm.Meta.fields}
        form = _FigureForm(_figure_values(key, posted), initial=initial)
        written = {str(form.fields[name].label): _input_in_words(form, name) for name in form.changed_data}
    else:
        names = {"الفاعل": posted.get(f"actor-{key}", ""), "الفعالية": posted.get(f"event-{key}", "")}
        written = {label: name.strip() for label, name in names.items()}
    return {label: value for label, value in written.items() if value}


def _column_of(name: str) -> str:
    """Returns the attribute of a figure that holds the column of a field."""
    field: Any = Figure._meta.get_field(name)
    return field.attname


def _input_in_words(form: forms.BaseForm, name: str) -> str:
    """Returns the input of a field in words: the label of a choice, or the text; «–» if it is empty."""
    value = form.data.get(name, "").strip()
    choices = getattr(form.fields[name], "choices", None)
    return str(next((label for key, label in choices or () if str(key) == value), value)) or "–"


def _rows(article: Article, keys: list[str]) -> dict[str, Any]:
    """Locks the facts of the article with the given keys and returns them by key. Unknown keys are ignored."""
    rows_by_key: dict[str, Any] = {}
    for noun, model in FACT_MODELS.items():
        primary_keys = {read_key(key.split("-", 1)[1]) for key in keys if key.startswith(f"{noun}-")} - {None}
        if primary_keys:
            rows = model.objects.select_for_update(of=("self",)).filter(pk__in=primary_keys, article=article)
            rows_by_key |= {key_of(row): row for row in rows.select_related("reviewed_by")}
    return rows_by_key


class _FigureForm(forms.ModelForm):
    """The correction of a figure."""

    class Meta:
        model = Figure
        fields = ("value", "value_high", "qualifier", "unit", "measure")
        field_classes = {"value": digits.DecimalField, "value_high": digits.DecimalField}

    def _update_errors(self, errors: ValidationError) -> None:
        """Turns the model's errors on fields that this form lacks (`quote`) into errors of the whole form."""
        if hasattr(errors, "error_dict") and set(errors.error_dict) - set(self.fields):
            errors = ValidationError([error for field_errors in errors.error_dict.values() for error in field_errors])
        super()._update_errors(errors)  # type: ignore[misc] # Stubs: the method is missing.


def _figure_values(key: str, posted: Mapping[str, str]) -> dict[str, str]:
    """Returns the input for a figure by field name; the page sends each as `FIELD-KEY`."""
    return {name: posted.get(f"{name}-{key}", "") for name in _FigureForm.Meta.fields}


def _corrected(choice: Choice, posted: Mapping[str, str]) -> models.Model:
    """Applies the editor's correction of the actor, the event or the values, and returns the row to confirm.

    Without a correction the row itself is returned. Raises ValidationError if the correction is not valid.
    """
    row, key = choice.row, choice.key
    if isinstance(row, Mention) and (name := posted.get(f"actor-{key}", "").strip()):
        actor: Any = NamedRow(Actor).clean(name)
        return _moved(row, Mention.objects.filter(article=row.article_id, actor=actor), actor=actor)
    if isinstance(row, Coverage) and (title := posted.get(f"event-{key}", "").strip()):
        event: Any = NamedRow(Event).clean(title)
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
    """Moves a mention to another actor, or a coverage to another event, and returns the row that states it now.

    The old row is rejected. If the new owner has such a row in this article (`twins`), that row is used, and a mention
    gets the spans of both. `owner` is one keyword: the field's name and the new owner.
    """
    ((field_name, value),) = owner.items()
    if getattr(row, f"{field_name}_id") == value.pk:
        return row
    type(row).objects.filter(pk=row.pk).update(state=ReviewState.REJECTED)
    twin: Any = twins.first() or type(row)(article_id=row.article_id, rule="", **owner)
    if isinstance(row, Mention):
        twin.add_places(row.spans, row.quotes)
        twin.role = twin.role or row.role
    twin.state = ReviewState.SUGGESTED
    twin.save()
    return twin


def _decide_date(article: Article, verdict: str, posted: Mapping[str, str]) -> None:
    """Stores an editor's decision on the date of publication, which no later capture changes.

    A rejected date becomes unknown. A confirmed date gets the day and the precision of the form, if it has them. Raises
    ValidationError if the day is not a date.
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
