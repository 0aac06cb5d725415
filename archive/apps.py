"""Names the desk as the site of Django's admin, in the way that Django's documentation gives for it."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "articles.admin.site.DeskSite"

    def ready(self) -> None:
        super().ready()
        import_module("articles.admin.registered")
