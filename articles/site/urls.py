"""Addresses of the readers' pages; documents and other programs rely on them. Each has an English twin under /en/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from articles.site.views import actor, article, dates, event, figures, home, plain, search, sources


class YearConverter(StringConverter):
    """A year of four digits. Implausible years such as 0001 are accepted, because an old archive may hold them."""

    regex = "(?!0000)[0-9]{4}"

    def to_python(self, value: str) -> int:  # type: ignore[override] # Stubs: a converter may return anything.
        return int(value)

    def to_url(self, value: int) -> str:  # type: ignore[override] # And take anything.
        return f"{value:04}"


register_converter(YearConverter, "year")

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search_page, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("articles/", search.article_list, name="articles"),
    path("articles/<int:pk>/", article.article, name="article"),
    path("articles/<int:pk>/record/", article.record, name="record"),
    path("articles/<int:pk>/captures/<str:sha256>/", article.capture, name="capture"),
    path("articles/<int:pk>/captures/<str:sha256>/view/", article.original, name="original"),
    path("articles/<int:pk>/compare/<int:other>/", article.compare, name="compare"),
    path("articles/<int:pk>/<path:slug>/", article.article_by_title),
    path("events/", event.event_list, name="events"),
    path("events/<int:pk>/", event.event, name="event"),
    path("actors/", actor.actor_list, name="actors"),
    path("actors/<int:pk>/", actor.actor, name="actor"),
    path("figures/", figures.figure_list, name="figures"),
    path("dates/", dates.dates, name="dates"),
    path("dates/<year:year>/", dates.year, name="year"),
    path("dates/<year:year>/<int:month>/", dates.month, name="month"),
    path("dates/<year:year>/<int:month>/<int:day>/", dates.day, name="day"),
    path("timeline/", dates.timeline_page, name="timeline"),
    path("sources/", sources.source_list, name="sources"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("about/", plain.about, name="about"),
    path("help/", plain.help_page, name="help"),
    path("appearance/", plain.appearance, name="appearance"),
]
