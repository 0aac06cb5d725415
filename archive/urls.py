"""Every address of the archive: Django admin, and the rooms that answer the rest."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("articles.site.urls")),
]

handler404 = "articles.site.views.not_found"
