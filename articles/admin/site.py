"""The desk as Django's admin site: its start page is what waits for the editors, and it lets in whom the second factor lets in."""

from collections.abc import Callable
from functools import wraps

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.i18n import JavaScriptCatalog

from articles.admin import security
from articles.admin.kept_form import ask_to_sign_in, carried, offer_again
from articles.admin.offered import OnlyOffered
from articles.admin.pages import shared_pages
from articles.admin.queue import waiting
from articles.admin.refused import explaining_refusals
from articles.models.accounts import lacks_second_factor
from articles.site.pages import too_often


class DeskSite(AdminSite):
    site_header = "مكتب تحرير الأرشيف"
    site_title = "مكتب التحرير"
    index_title = "ما ينتظر"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not lacks_second_factor(request.user)

    def register(self, nouns: object, admin_class: type | None = None, **options: object) -> None:
        """Registers an admin class whose list answers only what it offers, whoever wrote the class."""
        base = admin_class or ModelAdmin
        super().register(nouns, type(base.__name__, (OnlyOffered, base), {"__module__": base.__module__}), **options)

    def get_urls(self) -> list:
        own = [
            path("second-factor/", security.second_factor, name="second_factor"),
            path("password-again/", self.admin_view(security.password_again), name="password_again"),
            *(path(page.address, self.admin_view(page.view), name=page.name) for page in shared_pages()),
        ]
        return own + super().get_urls()

    def i18n_javascript(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The words of Django's scripts, and ours where its Arabic is wrong."""
        return JavaScriptCatalog.as_view(packages=["django.contrib.admin", "articles"])(request)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """A page of the desk, which tells in Arabic what the database refuses.

        What is sent to it after the session has ended is kept until the editor has signed in again.
        """
        inner = super().admin_view(explaining_refusals(view), cacheable)

        @wraps(inner)
        def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            is_leaving = request.path == reverse("admin:logout", current_app=self.name)
            if request.method == "POST" and not request.user.is_authenticated and not is_leaving:
                return ask_to_sign_in(request, self.site_header)
            return inner(request, *args, **kwargs)

        return page

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if super().has_permission(request) and lacks_second_factor(request.user):
            here = reverse("admin:second_factor")
            return redirect(f"{here}?next={request.GET.get('next', '')}" if request.GET.get("next") else here)
        # Beside the lock on a name: one address may not try many names either.
        if request.method == "POST" and (refused := too_often(request, "ARCHIVE_LOGIN_RATE")):
            return refused
        fields = carried(request) if request.method == "POST" else []
        # The sign-in form itself is no page with a lost form: it is shown with what it carries until the password is right.
        told = {
            "carried": fields,
            "carried_target": request.POST.get("kept-target"),
            "carried_files": request.POST.get("kept-files"),
        }
        response = super().login(request, {**(extra_context or {}), **told})
        if fields and response.status_code == 302 and super().has_permission(request):
            shared = self.each_context(request) | {"lacks_second_factor": lacks_second_factor(request.user)}
            return offer_again(request, shared, fields) or response
        return response

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), **waiting(request)})
