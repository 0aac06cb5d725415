"""Atom feeds (RFC 4287): the newest articles of the archive, of an event, an actor, a source, or of a search."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import make_aware

from articles.arabic.characters import without_control_characters
from articles.exchange.addresses import permanent
from articles.exchange.chosen import articles as chosen_articles
from articles.exchange.citations import ARCHIVE
from articles.exchange.doors import door
from articles.models import Actor, Article, Event, Precision, Source
from articles.models.article import ArticleQuerySet
from articles.models.readable import readable

# Entries of a feed, the newest. A judgement: a feed reader that asks once a day misses nothing as long as no more
# articles come in a day; more entries make every answer longer.
ENTRIES = 40


class ArticleFeed(Feed):
    """A feed of the newest articles of the object that `get_object` returns; None stands for the whole archive.

    The id of each entry is the article's permanent address.
    """

    feed_type = Atom1Feed
    language = "ar"

    def get_object(self, request: HttpRequest, **kwargs: Any) -> Any:
        return None

    def title(self, of: Any) -> str:
        """Returns the feed's title; `of` is what `get_object` returned."""
        return f"{ARCHIVE}: {of}" if of else ARCHIVE

    def link(self, of: Any) -> str:
        """Returns the path of the page that shows the same; `of` is what `get_object` returned."""
        return permanent(of) if of else reverse("home")

    def articles(self, of: Any) -> ArticleQuerySet:
        """Returns the public articles of the feed, in its order and without a limit."""
        return Article.objects.public().order_by("-id")

    def items(self, of: Any) -> list[Article]:
        """Returns the first ENTRIES articles of the feed."""
        articles = self.articles(of)
        return readable(articles.for_listing(), list(articles.values_list("pk", flat=True)[:ENTRIES]))

    def item_title(self, article: Article) -> str:
        return without_control_characters(article.title)

    def item_description(self, article: Article) -> str:
        return without_control_characters(article.lead)

    def item_link(self, article: Article) -> str:
        return permanent(article)

    def item_author_name(self, article: Article) -> str:
        """Returns the author, else the source, else the archive: Atom wants a name in every entry."""
        return article.author or (article.source.name if article.source else "") or ARCHIVE

    def item_pubdate(self, article: Article) -> datetime | None:
        """Returns midnight of the day of publication; None if the day is unknown."""
        day = article.published.date
        is_day_known = article.published.precision == Precision.DAY
        return make_aware(datetime.combine(day, time())) if day and is_day_known else None

    def item_updateddate(self, article: Article) -> datetime:
        """Returns the moment when the archive last changed the article."""
        return article.updated_at


class RowFeed(ArticleFeed):
    """A feed of the newest articles of one public row of `model`; `articles_of` returns the row's articles."""

    def __init__(self, model: type[Any], articles_of: Callable[[Any], ArticleQuerySet]) -> None:
        self.model, self.articles_of = model, articles_of

    def get_object(self, request: HttpRequest, **kwargs: Any) -> Any:
        return get_object_or_404(self.model.objects.public(), **kwargs)

    def articles(self, of: Any) -> ArticleQuerySet:
        return self.articles_of(of).order_by("-id")


class SearchFeed(ArticleFeed):
    """A feed of search results, nearest first. It takes the parameters of the search page."""

    def get_object(self, request: HttpRequest, **kwargs: Any) -> HttpRequest:
        return request

    def title(self, of: Any) -> str:
        return without_control_characters(f"{ARCHIVE}: {of.GET.get('q', '')}")

    def link(self, of: Any) -> str:
        return f"{reverse('search')}?{of.GET.urlencode()}"

    def articles(self, of: Any) -> ArticleQuerySet:
        return chosen_articles(of.GET)


def _view(feed: Feed) -> Callable[..., HttpResponseBase]:
    """Makes the view of a feed, with the limits of all views for programs."""

    @door
    def serve(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return feed(request, **kwargs)

    return serve


newest, of_search = _view(ArticleFeed()), _view(SearchFeed())
of_event = _view(RowFeed(Event, lambda event: Article.objects.public().reporting(event)))
of_actor = _view(RowFeed(Actor, lambda actor: Article.objects.public().naming(actor)))
of_source = _view(RowFeed(Source, lambda source: Article.objects.public().filter(source=source)))
