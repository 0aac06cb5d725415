"""The desk as an admin site of Django. It requires the second factor, and its start page shows what waits."""

from functools import wraps
from typing import Any

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
from articles.admin.refusal_page import explaining_refusals
from articles.admin.start_page import waiting
from articles.models.accounts import lacks_second_factor
from articles.site.pages import too_often


class DeskSite(AdminSite):
    """The desk's admin site. Every page explains refusals of the database, and keeps input when a session ends."""

    site_header = "مكتب تحرير الأرشيف"
    site_title = "مكتب التحرير"
    index_title = "ما ينتظر"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not lacks_second_factor(request.user)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Registers an admin class and limits its list to the filters and orders that it offers (`OnlyOffered`)."""
        base = admin_class or ModelAdmin
        super().register(
            model_or_iterable, type(base.__name__, (OnlyOffered, base), {"__module__": base.__module__}), **options
        )

    def get_urls(self) -> list:
        desk_urls = [
            path("second-factor/", security.second_factor, name="second_factor"),
            path("password-again/", self.admin_view(security.password_again), name="password_again"),
            *(path(page.address, self.admin_view(page.view), name=page.name) for page in shared_pages()),
        ]
        return desk_urls + super().get_urls()

    def i18n_javascript(self, request: HttpRequest, extra_context: dict | None = None) -> Any:
        """Returns the translations for Django's scripts, with corrections where Django's Arabic is wrong."""
        return JavaScriptCatalog.as_view(packages=["django.contrib.admin", "articles"])(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wraps a view of the desk, so that refusals of the database are explained in Arabic.

        The input of a form that is sent after the session has ended is kept until the editor has signed in again.
        """
        inner = super().admin_view(explaining_refusals(view), cacheable)

        @wraps(inner)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            is_leaving = request.path == reverse("admin:logout", current_app=self.name)
            if request.method == "POST" and not request.user.is_authenticated and not is_leaving:
                return ask_to_sign_in(request, self.site_header)
            return inner(request, *args, **kwargs)

        return page

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Asks for the second factor, limits sign-ins from one address, and keeps the input of an interrupted form.

        An editor who has signed in but lacks the second factor is led to its page. The sign-in form carries the fields
        of a form that was sent after the session had ended; after the sign-in, the editor is offered to send them
        again.
        """
        if super().has_permission(request) and lacks_second_factor(request.user):
            second_factor_address = reverse("admin:second_factor")
            return redirect(
                f"{second_factor_address}?next={request.GET.get('next', '')}"
                if request.GET.get("next")
                else second_factor_address
            )
        # django-axes locks a name at one address. This limit stops an address from trying many names.
        if request.method == "POST" and (refusal := too_often(request, "ARCHIVE_LOGIN_RATE")):
            return refusal
        fields = carried(request) if request.method == "POST" else []
        # After a wrong password, the sign-in form is shown again with the fields that it carries.
        carried_context = {
            "carried": fields,
            "carried_target": request.POST.get("kept-target"),
            "carried_files": request.POST.get("kept-files"),
        }
        response = super().login(request, {**(extra_context or {}), **carried_context})
        if fields and response.status_code == 302 and super().has_permission(request):
            shared = self.each_context(request) | {"lacks_second_factor": lacks_second_factor(request.user)}
            return offer_again(request, shared, fields) or response
        return response

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), **waiting(request)})
