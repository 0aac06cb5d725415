"""One thing done to many rows of a list: first what it would do to each, then all of it in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import DatabaseError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from articles.admin.security import FreshForm
from articles.admin.seeing import FIELD, outdated, seen_field
from articles.arabic.quoting import quoted
from articles.curation.refusals import refusal_of
from articles.models.history import operation
from articles.site.words_for import number

# Of how many rows one request takes care; a longer list is filtered further.
MOST_ROWS = 5_000
# Of how many rows the preview shows each by itself.
_SHOWN = 50
# A row that came to a list which was selected as a whole after its preview.
_NOT_SHOWN = "لم يكن في المعاينة"


@dataclass(frozen=True)
class Bulk:
    """What is done: `check` tells why a row cannot have it (an empty string: it can), `change` does it to those that can.

    `form` asks for what it needs; a FreshForm, for what destroys, also for the password when it is old.
    """

    name: str
    label: str
    permission: str
    change: Callable[[HttpRequest, Sequence[models.Model], dict], None]
    check: Callable[[models.Model, dict], str] = lambda row, asked: ""
    form: type[forms.Form] = forms.Form


def with_actions(*known: Bulk) -> Callable[[type], type]:
    """Decorates a ModelAdmin: each becomes one of its actions, after those of its base."""

    def give(desk: type) -> type:
        for bulk in known:
            setattr(desk, bulk.name, _action(bulk))
        desk.actions = (*desk.actions, *(bulk.name for bulk in known if bulk.name not in desk.actions))
        return desk

    return give


def _action(bulk: Bulk) -> Callable:
    @admin.action(description=bulk.label, permissions=[bulk.permission])
    def run(desk: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return _run(desk, request, queryset, bulk)

    run.__name__ = bulk.name
    return run


def _run(desk: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet, bulk: Bulk) -> HttpResponse | None:
    rows = list(queryset[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        messages.error(request, f"حددت أكثر من {number(MOST_ROWS)}. ضيّق القائمة بالتصفية أو البحث، ثم أعد.")
        return None
    given = request.POST if "asked" in request.POST else None
    form = bulk.form(given, request=request) if issubclass(bulk.form, FreshForm) else bulk.form(given)
    asked = form.cleaned_data if form.is_valid() else {}
    verdicts = [(row, bulk.check(row, asked)) for row in rows]
    if form.is_valid() and "sure" in request.POST:
        _do(desk, request, bulk, verdicts, asked)
        return None
    context = {
        **desk.admin_site.each_context(request), "title": bulk.label, "opts": desk.opts, "form": form, "bulk": bulk,
        "verdicts": verdicts[:_SHOWN], "more": max(0, len(verdicts) - _SHOWN), "able": sum(not reason for _, reason in verdicts), "all": len(verdicts),
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME), "name": ACTION_CHECKBOX_NAME,
        "across": request.POST.get("select_across", "0"),
        "seen": seen_field(rows), "seen_name": FIELD,
        "unable": [(row, reason) for row, reason in verdicts[_SHOWN:] if reason][:_SHOWN],
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/bulk.html", context)


def _do(
    desk: admin.ModelAdmin, request: HttpRequest, bulk: Bulk, verdicts: list[tuple[models.Model, str]], asked: dict
) -> None:
    """Carries out the action for the rows that nothing speaks against, and tells the editor of all others why not."""
    unable = [(row, reason) for row, reason in verdicts if reason]
    try:
        with transaction.atomic(), operation(what=bulk.label):
            # Locked, so that what was checked still holds; rows that another editor changed meanwhile are checked anew.
            pks = [row.pk for row, reason in verdicts if not reason]
            fresh = list(desk.model._base_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk"))
            overtaken = outdated(request, fresh)
            again = [
                (row, str(overtaken[row.pk] or _NOT_SHOWN) if row.pk in overtaken else bulk.check(row, asked))
                for row in fresh
            ]
            unable += [(row, reason) for row, reason in again if reason]
            able = [row for row, reason in again if not reason]
            if able:
                bulk.change(request, able, asked)
    except DatabaseError as error:
        messages.error(request, f"لم يتغير شيء: {refusal_of(error)}")
        return
    messages.success(request, f"{bulk.label}: {number(len(able))} من {number(len(able) + len(unable))}.")
    for row, reason in unable[:_SHOWN]:
        messages.warning(request, f"{quoted(row)}: {reason}")
    if len(unable) > _SHOWN:
        messages.warning(request, f"و{number(len(unable) - _SHOWN)} غيرها لم تتغير.")
