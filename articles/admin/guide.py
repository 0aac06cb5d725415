"""The editors' guide, which describes a day's work with pictures that the browser tests make."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from articles.admin.pages import desk_page


@desk_page("guide/", "guide")
def guide(request: HttpRequest) -> HttpResponse:
    """Shows the editors' guide."""
    return TemplateResponse(
        request, "admin/desk/guide.html", {**admin.site.each_context(request), "title": "دليل المحرر"}
    )
