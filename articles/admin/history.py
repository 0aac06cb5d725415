"""The desk's pages of history: the changes of a row, two versions side by side, operations, and how to undo them."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from pghistory.models import Context

from articles.admin.mark_field import MARK_FIELD, outdated, seen_field
from articles.admin.pages import desk_page, posted
from articles.admin.security import FreshForm
from articles.arabic.counting import each_once
from articles.arabic.quoting import in_guillemets
from articles.curation.changes import FieldChange, between, changes_in, changes_of, last_of_each, versions_of
from articles.curation.edited import ACCEPTED_CAPTURE
from articles.curation.refusals import refusal_of
from articles.curation.settling import in_words, without_place
from articles.curation.undoing import UndoConflictError, put_back, undo
from articles.models.article import Article
from articles.models.history import EventRow, event_model_of, event_models, operation
from articles.models.keys import read_key
from articles.site.differences import differences
from articles.site.words_for import agreeing, moment, number

# The operations on one page of the list, and those on all its pages together. Judgements: later pages take longer, as
# the database reads all before them; a filter leads further back.
_PER_PAGE, _MOST = 30, 3_000
# A longer text, in characters, is shown as its differences only. A judgement: a shorter one fits a line, before and
# after.
_LONG = 80
# The most facts without a place in the text that a warning names. A judgement: the rest is counted.
_MOST_NAMED = 10
_CHANGES = ("تغيير", "تغييران", "تغييرات", "تغييرا")


def history_page(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Shows a row's changes, newest first, and the differences of two versions (`one`, `other`).

    A POST with `restore`, the number of a version, puts that version back. Raises Http404 if there is no such row, and
    PermissionDenied if the user may neither view nor change it.
    """
    row = model_admin.get_object(request, object_id)
    if row is None:
        raise Http404
    if not model_admin.has_view_or_change_permission(request, row):
        raise PermissionDenied
    if request.method == "POST":
        return _restore(model_admin, request, row)
    versions = versions_of(row)
    compared = _compared(row, versions, request.GET.get("one", ""), request.GET.get("other", ""))
    context = {
        **model_admin.admin_site.each_context(request),
        "versions": versions,
        "compared": compared,
        "one": request.GET.get("one"),
        "other": request.GET.get("other"),
        "title": f"التاريخ: {row}",
        "object": row,
        "opts": model_admin.opts,
        "changes": [(change, _differing(change.fields)) for change in changes_of(row)],
        "own": model_admin.opts.model_name,
        "may_restore": model_admin.has_change_permission(request, row),
        "seen": seen_field([row]),
        "seen_name": MARK_FIELD,
    }
    return TemplateResponse(request, "admin/object_history.html", context)


def _restore(model_admin: Any, request: HttpRequest, row: models.Model) -> HttpResponse:
    """Puts an earlier version of the row back in one operation, unless another editor changed the row since."""
    if not model_admin.has_change_permission(request, row):
        raise PermissionDenied
    version_number = read_key(request.POST.get("restore", ""))
    event = get_object_or_404(event_model_of(type(row)), pgh_id=version_number, pgh_obj=row.pk)
    if not model_admin.may_restore(request, row, event):
        messages.error(
            request, "لم تُستعد النسخة: حالة المقال فيها لا تُعطى من هنا. اسحب المقال أو احذفه من صفحته، بسبب."
        )
        return redirect(request.path)
    if conflict := outdated(request, [row]).get(row.pk):
        messages.error(request, f"لم تُستعد النسخة. {conflict}")
        return redirect(request.path)
    try:
        with transaction.atomic(), operation(what=f"استعادة نسخة {moment(event.pgh_created_at)}"):
            restored = put_back(event)
            restored.full_clean(exclude=["url"])
            model_admin.after_change([restored])
    except (ValidationError, IntegrityError) as error:
        messages.error(request, f"لم تُستعد النسخة: {refusal_of(error)}")
    else:
        if restored.missing_words:
            words = "، ".join(each_once(map(in_guillemets, restored.missing_words)))
            messages.warning(
                request, f"تغيّر نص المقال بعد تلك النسخة ولم تعد فيه هذه الكلمات، فاستُعيدت بلا موضع لها: {words}"
            )
        tell_lost_words(request, restored)
        messages.success(request, "استُعيدت النسخة. النسخة التي كانت قبلها محفوظة في التاريخ.")
    return redirect(request.path)


def tell_lost_words(request: HttpRequest, row: models.Model) -> None:
    """Warns about confirmed facts whose words an article's new text does not have. Does nothing for other nouns.

    Call it after the rules have read the text.
    """
    lost_facts = list(each_once(map(in_words, without_place(row)))) if isinstance(row, Article) else []
    if lost_facts:
        names = "؛ ".join(lost_facts[:_MOST_NAMED])
        rest = f"؛ وغيرها، وعدده {number(len(lost_facts) - _MOST_NAMED)}" if len(lost_facts) > _MOST_NAMED else ""
        messages.warning(request, f"بقي ما يلي مؤكدا بلا موضع، إذ لم تعد كلماته في النص: {names}{rest}.")


def _compared(row: models.Model, versions: list[EventRow], first: str, second: str) -> list | None:
    """Returns the differences between two versions, given by their numbers; «now» is the stored row.

    Returns None if the two are the same or one is unknown.
    """
    version_by_number = {str(event.pgh_id): event for event in versions} | {"now": row}
    if first == second or first not in version_by_number or second not in version_by_number:
        return None
    return _differing(between(version_by_number[first], version_by_number[second]))


def _differing(fields: tuple[FieldChange, ...]) -> list[tuple[FieldChange, list | None]]:
    """Pairs each changed field with its differences word by word; None unless both values are texts and one is long."""
    differing: list[tuple[FieldChange, Any]] = []
    for field in fields:
        values = field.before, field.after
        texts = [value for value in values if isinstance(value, str)]
        is_long = len(texts) == 2 and max(map(len, texts)) > _LONG
        differing.append((field, differences(*texts) if is_long else None))
    return differing


@desk_page("operations/", "operations")
def operations(request: HttpRequest) -> HttpResponse:
    """Lists the operations, newest first; with `?who=me`, only those of the user.

    Raises PermissionDenied if the user may not view articles.
    """
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    contexts = Context.objects.order_by("-created_at")
    mine = request.GET.get("who") == "me"
    if mine:
        contexts = contexts.filter(metadata__user=request.user.pk)
    page = Paginator(contexts[:_MOST], _PER_PAGE).get_page(request.GET.get("page"))
    changes = last_of_each([entry.pk for entry in page])
    rows = [(entry, changes[entry.pk][:4], changes[entry.pk][0].user) for entry in page if entry.pk in changes]
    context = {
        **admin.site.each_context(request), "title": "ما جرى", "rows": rows, "page": page, "mine": mine,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/operations.html", context)


@desk_page("operations/<uuid:pk>/", "operation")
def one_operation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Shows the changes of one operation. A POST undoes all of them.

    Editors undo their own operations. Those of others need the permission to withdraw articles, and the password if it
    is not fresh. Raises Http404 if there is no such operation, and PermissionDenied if the user may not view or undo
    it.
    """
    if not request.user.has_perm("articles.view_article"):
        raise PermissionDenied
    context = get_object_or_404(Context, pk=pk)
    is_own = context.metadata.get("user") == request.user.pk
    may_undo = request.user.has_perm("articles.change_article") and (
        is_own or request.user.has_perm("articles.withdraw_article")
    )
    changes = changes_in(pk)
    form = FreshForm(posted(request), request=request) if not is_own else None
    if request.method == "POST":
        if not may_undo or not _may_change_all(request, pk):
            raise PermissionDenied
        if form is None or form.is_valid():
            return _undo(request, pk)
    shared = {
        **admin.site.each_context(request), "title": "عملية", "operation": context,
        "changes": [(change, _differing(change.fields)) for change in changes], "may_undo": may_undo and bool(changes),
        "form": form, "user_who": changes[0].user if changes else None,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/operation.html", shared)


def _may_change_all(request: HttpRequest, pk: UUID) -> bool:
    """Returns whether the user may change rows of every noun that the operation changed."""
    changed_models = [
        model.pgh_tracked_model for model in event_models() if model.objects.filter(pgh_context=pk).exists()
    ]
    return all(request.user.has_perm(f"articles.change_{model._meta.model_name}") for model in changed_models)


def _undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Undoes an operation as an operation of its own. Undoes nothing if one of its rows was changed since."""
    try:
        with transaction.atomic(), operation(what="تراجع", undoes=str(pk)):
            count = undo(pk)
    except UndoConflictError as error:
        messages.error(request, f"لم يُلغ شيء: غُيّر بعدها {'، '.join(error.rows[:5])}. عد إليها واحدا واحدا من تاريخها.")
    except IntegrityError as error:
        messages.error(request, f"لم يُلغ شيء: {refusal_of(error)}")
    else:
        accepted = Context.objects.filter(pk=pk, metadata__has_key=ACCEPTED_CAPTURE).exists()
        waits = " وعادت النسخة الأصلية تنتظر محررا." if accepted else ""
        messages.success(request, f"أُلغيت العملية: {agreeing(count, _CHANGES)}.{waits}")
    return redirect("admin:operation", pk)
