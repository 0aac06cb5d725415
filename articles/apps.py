"""Registers the one app of the archive."""

from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = "الأرشيف"
    default_auto_field = "django.db.models.BigAutoField"
