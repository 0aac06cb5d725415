"""The editors' desk: Django admin for every noun, in Arabic."""

from django.contrib import admin

from articles.admin import actors, articles, events, figures, sources, synonyms

admin.site.site_header = "مكتب تحرير الأرشيف"
admin.site.site_title = "مكتب التحرير"
admin.site.index_title = "الأرشيف"

__all__ = ["actors", "articles", "events", "figures", "sources", "synonyms"]
