"""Makes the desk the default site of Django's admin, as Django's documentation describes."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's admin with the editors' desk as its site."""

    default_site = "articles.admin.site.DeskSite"

    def ready(self) -> None:
        super().ready()
        import_module("articles.admin.registered")
