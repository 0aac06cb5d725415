"""The desk as Django's admin site: its start page is what waits for the editors, and it lets in whom the second factor lets in.

What it shows is in `articles.admin`, which is imported when a page is asked for: this module is loaded before any model.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse


class DeskConfig(AdminConfig):
    default_site = "archive.desk.DeskSite"


class DeskSite(AdminSite):
    site_header = "مكتب تحرير الأرشيف"
    site_title = "مكتب التحرير"
    index_title = "ما ينتظر"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not lacks_second_factor(request)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        """Every view of the desk passes here: what the database refuses is told in Arabic."""
        from articles.admin.refused import explaining_refusals

        return super().admin_view(explaining_refusals(view), cacheable)

    def get_urls(self) -> list:
        from articles.admin import security
        from articles.admin.pages import shared_pages

        own = [
            path("second-factor/", security.second_factor, name="second_factor"),
            path("password-again/", self.admin_view(security.password_again), name="password_again"),
            *(path(page.address, self.admin_view(page.view), name=page.name) for page in shared_pages()),
        ]
        return own + super().get_urls()

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        from articles.site.pages import too_often

        if super().has_permission(request) and lacks_second_factor(request):
            here = reverse("admin:second_factor")
            return redirect(f"{here}?next={request.GET.get('next', '')}" if request.GET.get("next") else here)
        # Beside the lock on a name: one address may not try many names either.
        if request.method == "POST" and (refused := too_often(request, "ARCHIVE_LOGIN_RATE")):
            return refused
        return super().login(request, extra_context)

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
        from articles.admin.queue import waiting

        return super().index(request, {**(extra_context or {}), **waiting(request)})


def may_read_drafts(request: HttpRequest) -> bool:
    """Whether the user may read what is not public: who is let into the desk, with the second factor where one is asked for, and
    may see articles there. Every page that shows more to editors than to readers asks this."""
    return admin.site.has_permission(request) and request.user.has_perm("articles.view_article")


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether the user has yet to give a second factor: one they set up, or one that the archive requires."""
    from django_otp import user_has_device

    if request.user.is_verified():
        return False
    return settings.ARCHIVE_SECOND_FACTOR or user_has_device(request.user)
