"""Addresses for programs. None of them depends on a reader's language."""

from django.urls import path

from articles.exchange import downloads, feeds, sitemaps
from articles.exchange.api import api
from articles.exchange.oai import oai

urlpatterns = [
    path("api/v1/", api.urls),
    path("articles/<int:pk>/cite.<str:format>", downloads.cite, name="cite"),
    path("export/<str:noun>.<str:format>", downloads.download, name="download"),
    path("feeds/", feeds.newest, name="feed"),
    path("feeds/search/", feeds.of_search, name="search-feed"),
    path("feeds/events/<int:pk>/", feeds.of_event, name="event-feed"),
    path("feeds/actors/<int:pk>/", feeds.of_actor, name="actor-feed"),
    path("feeds/sources/<int:pk>/", feeds.of_source, name="source-feed"),
    path("oai/", oai, name="oai"),
    path("robots.txt", sitemaps.robots),
    path("sitemap.xml", sitemaps.sitemap_index, name="sitemap-index"),
    path("sitemaps/<str:section>.xml", sitemaps.sitemap_section, name="sitemap"),
]
