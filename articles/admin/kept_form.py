"""What was being sent when the session had ended, or had been renewed in another window: kept in a page, and offered again.

Called by the desk's site (articles/admin/site.py). Nothing is stored on the server: what was typed travels in hidden fields, from the request that
could not be answered, through signing in, to a page with one button that sends it again. Files cannot travel so; the page says it.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

# What the pages of this module put before the name of a field that they carry.
_PREFIX = "kept:"
_TARGET, _FILES = "kept-target", "kept-files"
# Fields that are made anew, or must not be shown again.
_LEFT_OUT = {"csrfmiddlewaretoken", "token"}


def ask_to_sign_in(request: HttpRequest, title: str) -> HttpResponse:
    """The answer to a form that is sent without a session: the sign-in form, with what was sent."""
    context = {
        "title": title, "site_title": title, "site_header": title, "has_permission": False, "target": request.get_full_path(),
        "kept": _fields(request.POST), "files": len(request.FILES), "prefix": _PREFIX,
        "login": f"{reverse('admin:login')}?next={reverse('admin:index')}",
    }  # fmt: skip
    # Told apart by scripts from a page of the desk: they send the whole form, so that it is kept here.
    return TemplateResponse(request, "admin/desk/session_ended.html", context, status=401)


def _fields(posted: QueryDict) -> list[tuple[str, str]]:
    kept = ((name, values) for name, values in posted.lists() if name not in _LEFT_OUT and "password" not in name)
    return [(name, value) for name, values in kept for value in values]


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields that a sign-in form carries along: names as they were first sent."""
    if _TARGET not in request.POST:
        return []
    return [
        (name.removeprefix(_PREFIX), value)
        for name, values in request.POST.lists() if name.startswith(_PREFIX)
        for value in values
    ]  # fmt: skip


def offer_again(request: HttpRequest, shared: dict, fields: Iterable[tuple[str, str]]) -> HttpResponse | None:
    """The page after signing in, with what was typed and a button that sends it; None where its address is not one of the desk."""
    target = request.POST.get(_TARGET, "")
    is_ours = url_has_allowed_host_and_scheme(target, None) and urlsplit(target).path.startswith(reverse("admin:index"))
    if not is_ours:
        return None
    has_files = request.POST.get(_FILES, "") not in ("", "0")
    return _offer(
        request,
        {**shared, "reason": "دخلت. ما كتبته قبل الدخول باق كما كتبته، ولم يُرسل بعد."},
        target,
        fields,
        has_files,
    )


def answer_old_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer, with status 403, to a form whose token is not that of the session (Django's CSRF_FAILURE_VIEW).

    Signing in again in another window renews the token. A form that one of our own pages sent to the desk is offered again with the
    new token; what came from elsewhere is refused, and none of it is shown.
    """
    desk = reverse("admin:index")
    if not _is_sent_by_us(request) or not request.path.startswith(desk):
        return render(request, "403.html", status=403)
    if request.path == reverse("admin:login"):
        return redirect(request.get_full_path())
    if not request.user.is_authenticated:
        return ask_to_sign_in(request, admin.site.site_header)
    shared = {
        **admin.site.each_context(request),
        "reason": "تجددت جلستك في نافذة أخرى بعد أن فُتحت هذه الصفحة. ما كتبته باق كما كتبته، ولم يُرسل بعد.",
    }
    response = _offer(request, shared, request.get_full_path(), _fields(request.POST), bool(request.FILES))
    response.status_code = 403
    return response.render()


def _is_sent_by_us(request: HttpRequest) -> bool:
    """Whether a browser says that a page of this site sent the form; a page of another site can't make it say so."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin", "") in (own, *settings.CSRF_TRUSTED_ORIGINS)


def _offer(
    request: HttpRequest, shared: dict, target: str, fields: Iterable[tuple[str, str]], has_files: bool
) -> TemplateResponse:
    context = {**shared, "title": "ما كتبته محفوظ", "target": target, "fields": list(fields), "files": has_files}
    return TemplateResponse(request, "admin/desk/kept_form.html", context)
