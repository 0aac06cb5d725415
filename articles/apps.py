"""Registers the one app of the archive."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from articles.platform.number_bounds import read_finite_numbers
from articles.platform.pending_lists import shorten_pending_lists


class ArticlesConfig(AppConfig):
    """The app. It connects what every new database connection needs."""

    name = "articles"
    verbose_name = "الأرشيف"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        connection_created.connect(read_finite_numbers)
        connection_created.connect(shorten_pending_lists)
