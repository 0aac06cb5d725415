"""Keeps the input of a form that was sent after its session had ended or was renewed, and offers to send it again.

The desk's site (articles/admin/site.py) calls this. Nothing is stored on the server. The input travels in hidden
fields: from the request that could not be answered, through the sign-in, to a page with one button that sends it again.
Files cannot travel in this way, and the page says so.
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

# The prefix of the hidden fields' names.
_PREFIX = "kept:"
# The hidden fields with the address of the form and the number of its files.
_TARGET, _FILES = "kept-target", "kept-files"
# Fields that the next form makes again, or that must not be shown again.
_LEFT_OUT = {"csrfmiddlewaretoken", "token"}


def ask_to_sign_in(request: HttpRequest, title: str) -> HttpResponse:
    """Answers a form that was sent without a session, with status 401: the sign-in form with the hidden input."""
    context = {
        "title": title, "site_title": title, "site_header": title, "has_permission": False, "target": request.get_full_path(),
        "kept": _fields(request.POST), "files": len(request.FILES), "prefix": _PREFIX,
        "login": f"{reverse('admin:login')}?next={reverse('admin:index')}",
    }  # fmt: skip
    # The status tells scripts that this is not a page of the desk. They then send the whole form, so that it is kept
    # here.
    return TemplateResponse(request, "admin/desk/session_ended.html", context, status=401)


def _fields(posted: QueryDict) -> list[tuple[str, str]]:
    """Returns the name and value of each field to keep: all but passwords and _LEFT_OUT."""
    kept_fields = (
        (name, values) for name, values in posted.lists() if name not in _LEFT_OUT and "password" not in name
    )
    return [(name, value) for name, values in kept_fields for value in values]


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """Returns the fields that a sign-in form carries, by the names under which they were first sent."""
    if _TARGET not in request.POST:
        return []
    return [
        (name.removeprefix(_PREFIX), value)
        for name, values in request.POST.lists() if name.startswith(_PREFIX)
        for value in values
    ]  # fmt: skip


def offer_again(request: HttpRequest, shared: dict, fields: Iterable[tuple[str, str]]) -> HttpResponse | None:
    """Makes the page after the sign-in, with the input and a button that sends it.

    Returns None if the form's address is not one of the desk.
    """
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
    """Answers a form whose token is not that of the session (Django's CSRF_FAILURE_VIEW).

    A sign-in in another window renews the token. The answer depends on the form:

    - A form that another site sent, or that was sent to a page outside the desk: status 403. Its input is not shown.
    - The sign-in form: a redirect to its own address, which shows it with a new token, or leads to the desk an editor
      who has signed in meanwhile.
    - A form of the desk whose session has ended: the sign-in form with the hidden input, status 401.
    - A form of the desk with a session: its input and a button that sends it with the new token, status 403.
    """
    desk_address = reverse("admin:index")
    if not _is_sent_by_us(request) or not request.path.startswith(desk_address):
        return render(request, "403.html", status=403)
    if request.path == reverse("admin:login"):
        return redirect(request.get_full_path())
    if not request.user.is_authenticated:
        return ask_to_sign_in(request, str(admin.site.site_header))
    shared = {
        **admin.site.each_context(request),
        "reason": "تجددت جلستك في نافذة أخرى بعد أن فُتحت هذه الصفحة. ما كتبته باق كما كتبته، ولم يُرسل بعد.",
    }
    response = _offer(request, shared, request.get_full_path(), _fields(request.POST), bool(request.FILES))
    response.status_code = 403
    return response.render()


def _is_sent_by_us(request: HttpRequest) -> bool:
    """Returns whether the request's Origin header names this site. A page of another site cannot make a browser send
    that.
    """
    own_origin = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin", "") in (own_origin, *settings.CSRF_TRUSTED_ORIGINS)


def _offer(
    request: HttpRequest, shared: dict, target: str, fields: Iterable[tuple[str, str]], has_files: bool
) -> TemplateResponse:
    context = {**shared, "title": "ما كتبته محفوظ", "target": target, "fields": list(fields), "files": has_files}
    return TemplateResponse(request, "admin/desk/kept_form.html", context)
