"""The desk's captures: a list of all, and the page where an editor decides about one that waits."""

import logging

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from articles.admin.desk import DeskAdmin, OwnSearch
from articles.admin.editor import editor_of
from articles.admin.mark_field import MARK_FIELD, outdated, seen_field, seen_row_marks
from articles.admin.pages import desk_page
from articles.admin.words import own_direction
from articles.ingest.arabic import in_arabic
from articles.ingest.waiting import (
    DECISION_MARK_MISSING,
    DecisionError,
    accept,
    check_open,
    document_of,
    make_own,
    refuse,
)
from articles.models import Article, ArticleStatus, Capture, CaptureState
from articles.models.capture import DamagedCaptureError
from articles.platform.addresses import canonical_or_empty, registrable_domain
from articles.site.differences import differences

_log = logging.getLogger(__name__)
# The hidden field with the decision on the capture as the page showed it.
_DECISION = "seen_decision"
# The fields of an article that an accepted capture may replace, and the status, which decides whether readers meet it.
_REPLACED_FIELDS = ("title", "body", "author", "section", "source", "published_date", "published_precision", "status")


@desk_page("captures/<int:pk>/decide/", "decide-capture")
def decide_capture(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows a capture that waits beside the article's text. A POST accepts it, makes it an article of its own, or
    refuses it.

    Raises Http404 if there is no such capture, and PermissionDenied if the user may not view captures and articles, or
    sends a POST and may not decide.
    """
    capture = get_object_or_404(Capture.objects.select_related("article__source", "decided_by"), pk=pk)
    if not request.user.has_perms(["articles.view_capture", "articles.view_article"]):
        raise PermissionDenied
    if request.method == "POST":
        return _decide(request, capture)
    document, complaint = None, ""
    try:
        document = document_of(capture)
    except (DecisionError, DamagedCaptureError) as error:
        _log.warning("capture %s: %s", capture.pk, error)
        complaint = in_arabic(str(error))
    article = capture.article
    context = {
        **admin.site.each_context(request), "title": "نسخة تنتظر محررا", "opts": Capture._meta, "capture": capture,
        "article": article, "newest": article.captures.accepted().first(), "document": document, "complaint": complaint,
        "paragraphs": differences(article.body, document.body) if document else [],
        "article_domain": registrable_domain(article.url),
        "capture_domain": registrable_domain(capture.fetched_address),
        "seen": seen_field([article]), "seen_name": MARK_FIELD, "decision_name": _DECISION, "may_decide": _may_decide(request), "is_open": capture.state != CaptureState.ACCEPTED,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/decide_capture.html", context)


def _may_decide(request: HttpRequest) -> bool:
    """Returns whether the user may decide about captures: a decision may change an article or add one."""
    return request.user.has_perms(["articles.change_article", "articles.add_article"])


def _decide(request: HttpRequest, capture: Capture) -> HttpResponse:
    """Applies the decision of the button `accept`, `own` or `refuse`, and redirects."""
    if not _may_decide(request):
        raise PermissionDenied
    seen = request.POST.get(_DECISION, "")
    waiting_list = f"{reverse('admin:articles_capture_changelist')}?state__exact=waiting"
    try:
        if "accept" in request.POST or "own" in request.POST:
            return _apply_text(request, capture, seen)
        if "refuse" in request.POST:
            refuse(capture.pk, editor_of(request), seen)
            messages.success(request, "رُفضت النسخة. بايتاتها محفوظة ولا يراها القراء.")
            return redirect(waiting_list)
    except (DecisionError, DamagedCaptureError) as error:
        _log.warning("capture %s: %s", capture.pk, error)
        messages.error(request, in_arabic(str(error)))
    return redirect("admin:decide-capture", capture.pk)


@transaction.atomic
def _apply_text(request: HttpRequest, capture: Capture, seen: str) -> HttpResponse:
    """Makes the capture the article's text or an article of its own, unless another editor changed the article since.

    `seen` is the decision on the capture as the page showed it. Raises DecisionError if the decision cannot be applied.
    """
    # A colleague's decision may have moved the capture to another article: that is told first, and looked at again
    # under a lock.
    check_open(capture, editor_of(request), seen)
    becomes_own = "own" in request.POST
    current_article = Article.objects.select_for_update().get(pk=capture.article_id)
    if seen_row_marks(request) is None:
        raise DecisionError(DECISION_MARK_MISSING)
    conflicts = outdated(request, [current_article], ("status",) if becomes_own else _REPLACED_FIELDS)
    if current_article.pk in conflicts:
        messages.error(request, str(conflicts[current_article.pk] or "هذه الصفحة لمقال آخر. أعد فتحها."))
        return redirect("admin:decide-capture", capture.pk)
    if becomes_own:
        article = make_own(capture.pk, editor_of(request), seen)
        visibility = "ويراها القراء" if article.status == ArticleStatus.PUBLISHED else "وهي مسودة لا يراها القراء"
        messages.success(request, f"صارت النسخة مقالا مستقلا، {visibility}.")
    else:
        article = accept(capture.pk, editor_of(request), seen)
        messages.success(request, "صار نص المقال نص هذه النسخة. ما كان قبلها محفوظ في التاريخ.")
    return redirect("admin:articles_article_change", article.pk)


@admin.register(Capture)
class CaptureAdmin(OwnSearch, DeskAdmin):
    """The list of captures, which are never changed. Captures that an editor decides about link to the page for it."""

    list_display = ("filename_or_digest", "article", "state", "decision", "media_type", "size", "captured_at")
    list_filter = ("state",)
    list_select_related = ("article",)
    search_fields = ("filename",)
    ordering = ("-id",)
    search_help_text = "اسم الملف كاملا، أو رابطه، أو بصمته"
    has_history = False

    def find(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Finds captures by the whole file name, the digest, or the address in any spelling."""
        addresses = {typed, canonical_or_empty(typed)} - {""}
        return queryset.filter(Q(filename=typed) | Q(address__in=addresses) | Q(sha256=typed.lower()))

    @admin.display(description="اسم الملف")
    def filename_or_digest(self, capture: Capture) -> str:
        """Returns the capture's text form in its own direction of writing."""
        return own_direction(str(capture))

    @admin.display(description="القرار")
    def decision(self, capture: Capture) -> str:
        """Returns a link to the page of the decision; a dash for an accepted capture."""
        if capture.state == CaptureState.ACCEPTED:
            return "–"
        address = reverse("admin:decide-capture", args=[capture.pk])
        label = "قرر" if capture.state == CaptureState.WAITING else "راجع القرار"
        return format_html('<a href="{}">{}</a>', address, label)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Capture | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Capture | None = None) -> bool:
        return False
