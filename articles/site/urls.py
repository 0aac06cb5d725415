"""The reading room's addresses; docs and other programs rely on them."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from articles.site import health, views


class YearConverter(StringConverter):
    regex = "[1-9][0-9]{3}"

    def to_python(self, value: str) -> int:
        return int(value)


register_converter(YearConverter, "year")

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search_page, name="search"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("articles/", views.article_list, name="articles"),
    path("articles/<int:pk>/", views.article, name="article"),
    path("articles/<int:pk>/captures/<str:sha256>/", views.capture, name="capture"),
    path("articles/<int:pk>/compare/<int:other>/", views.compare, name="compare"),
    path("articles/<int:pk>/<path:slug>/", views.article_by_title),
    path("events/", views.event_list, name="events"),
    path("events/<int:pk>/", views.event, name="event"),
    path("actors/", views.actor_list, name="actors"),
    path("actors/<int:pk>/", views.actor, name="actor"),
    path("figures/", views.figure_list, name="figures"),
    path("dates/", views.dates, name="dates"),
    path("dates/<year:year>/", views.year, name="year"),
    path("dates/<year:year>/<int:month>/", views.month, name="month"),
    path("sources/", views.source_list, name="sources"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
