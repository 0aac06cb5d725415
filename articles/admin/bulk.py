"""Bulk actions of the desk's lists: a preview says what an action does to each row, then one transaction does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import DatabaseError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from articles.admin.mark_field import MARK_FIELD, outdated, seen_field
from articles.admin.security import FreshForm
from articles.arabic.quoting import in_guillemets
from articles.curation.refusals import refusal_of
from articles.models.history import operation
from articles.site.words_for import number

# The most rows of one action. The editor filters a longer list further. As many as a list of the desk shows (desk.py);
# each is checked and changed in one transaction, for which the editor waits.
MOST_ROWS = 5_000
# The most rows that the preview shows one by one. A judgement: they show what the action is about to do; all are
# counted.
_MOST_SHOWN = 50
# The reason for a row that joined the list after the preview, when the whole list was selected.
_NOT_IN_PREVIEW = "لم يكن في المعاينة"


@dataclass(frozen=True)
class Bulk:
    """A bulk action.

    name: the name of the action, and of the method that `with_actions` adds.
    label: the action as editors read it; also the name of its operation in the history.
    permission: the permission that the action needs, as in `admin.action`: «change» calls `has_change_permission`.
    change: applies the action to rows that passed `check`; its last argument is the form's cleaned data.
    check: says why a row cannot have the action; an empty string if it can. The data is empty before the form is
        filled.
    form: asks for the values that the action needs. A FreshForm, for destructive actions, also asks for the password if
        it
        is not fresh.
    """

    name: str
    label: str
    permission: str
    change: Callable[[HttpRequest, Any, dict], None]
    check: Callable[[Any, dict], str] = lambda row, cleaned: ""
    form: type[forms.Form] = forms.Form


AdminClass = TypeVar("AdminClass", bound=admin.ModelAdmin)


def with_actions(*bulks: Bulk) -> Callable[[type[AdminClass]], type[AdminClass]]:
    """Decorates a ModelAdmin: adds the bulk actions after those of its base class."""

    def add_actions(model_admin: type[AdminClass]) -> type[AdminClass]:
        for bulk in bulks:
            setattr(model_admin, bulk.name, _action(bulk))
        actions: Sequence[Any] = model_admin.actions or ()
        model_admin.actions = (*actions, *(bulk.name for bulk in bulks if bulk.name not in actions))
        return model_admin

    return add_actions


def _action(bulk: Bulk) -> Callable:
    """Makes the method of a ModelAdmin that runs a bulk action."""

    @admin.action(description=bulk.label, permissions=[bulk.permission])
    def run(model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Runs the bulk action on the selected rows, as `_run` describes."""
        return _run(model_admin, request, queryset, bulk)

    run.__name__ = bulk.name
    return run


def _run(model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet, bulk: Bulk) -> HttpResponse | None:
    """Shows the preview with the form. With `sure` and a valid form, applies the action and returns None."""
    rows = list(queryset[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        messages.error(request, f"حددت أكثر من {number(MOST_ROWS)}. ضيّق القائمة بالتصفية أو البحث، ثم أعد.")
        return None
    form_data = request.POST if "asked" in request.POST else None
    form = bulk.form(form_data, request=request) if issubclass(bulk.form, FreshForm) else bulk.form(form_data)
    cleaned = form.cleaned_data if form.is_valid() else {}
    verdicts = [(row, bulk.check(row, cleaned)) for row in rows]
    if form.is_valid() and "sure" in request.POST:
        _apply(model_admin, request, bulk, verdicts, cleaned)
        return None
    context = {
        **model_admin.admin_site.each_context(request), "title": bulk.label, "opts": model_admin.opts,
        "form": form, "bulk": bulk,
        "verdicts": verdicts[:_MOST_SHOWN], "more": max(0, len(verdicts) - _MOST_SHOWN), "able": sum(not reason for _, reason in verdicts), "all": len(verdicts),
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME), "name": ACTION_CHECKBOX_NAME,
        "across": request.POST.get("select_across", "0"),
        "seen": seen_field(rows), "seen_name": MARK_FIELD,
        "unable": [(row, reason) for row, reason in verdicts[_MOST_SHOWN:] if reason][:_MOST_SHOWN],
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/bulk.html", context)


def _apply(
    model_admin: admin.ModelAdmin,
    request: HttpRequest,
    bulk: Bulk,
    verdicts: list[tuple[models.Model, str]],
    cleaned: dict,
) -> None:
    """Applies the action to the rows that can have it, and says for each of the others why not."""
    unable = [(row, reason) for row, reason in verdicts if reason]
    try:
        with transaction.atomic(), operation(what=bulk.label):
            # The lock keeps the rows as they are checked here. Rows that another editor changed since are refused.
            pks = [row.pk for row, reason in verdicts if not reason]
            locked_rows = list(
                model_admin.model._base_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
            )
            overtaken = outdated(request, locked_rows)
            new_verdicts = [
                (row, str(overtaken[row.pk] or _NOT_IN_PREVIEW) if row.pk in overtaken else bulk.check(row, cleaned))
                for row in locked_rows
            ]
            unable += [(row, reason) for row, reason in new_verdicts if reason]
            able = [row for row, reason in new_verdicts if not reason]
            if able:
                bulk.change(request, able, cleaned)
    except DatabaseError as error:
        messages.error(request, f"لم يتغير شيء: {refusal_of(error)}")
        return
    messages.success(request, f"{bulk.label}: {number(len(able))} من {number(len(able) + len(unable))}.")
    for row, reason in unable[:_MOST_SHOWN]:
        messages.warning(request, f"{in_guillemets(row)}: {reason}")
    if len(unable) > _MOST_SHOWN:
        messages.warning(request, f"و{number(len(unable) - _MOST_SHOWN)} غيرها لم تتغير.")
