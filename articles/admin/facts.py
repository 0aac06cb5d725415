"""The desk's lists and forms of mentions, coverage and reprints."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from articles.admin.desk import OwnSearch, first_keys, holding_words
from articles.admin.fact_admin import ReviewAdmin
from articles.models import Actor, Article, Coverage, Event, Figure, Mention, Reprint


class OfArticle:
    """A mixin for lists of rows that belong to an article: a column with a link to the article."""

    @admin.display(description="المقال")
    def article_link(self, row: Mention | Coverage | Reprint | Figure) -> str:
        """Returns a link to the article's page, for any row that belongs to an article."""
        return article_link(row.article)


@admin.register(Mention)
class MentionAdmin(OwnSearch, OfArticle, ReviewAdmin):
    """The list and the form of mentions."""

    list_display = ("actor", "quotes_as_written", "article_link", "state", "rule_words", "score")
    list_filter = ("state",)
    list_select_related = ("actor", "article")
    search_fields = ("actor__name",)
    autocomplete_fields = ("actor", "article")
    readonly_fields: ClassVar[tuple[str, ...]] = (*ReviewAdmin.readonly_fields, "spans", "quotes")

    def find(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Finds mentions by any name of the actor, in any spelling that folds alike."""
        return queryset.filter(actor__in=first_keys(Actor.objects.with_name_part(typed)))

    @admin.display(description="كما ورد")
    def quotes_as_written(self, mention: Mention) -> str:
        """Returns the distinct quotes of the mention, in the order of its spans."""
        return "، ".join(dict.fromkeys(mention.quotes))


@admin.register(Coverage)
class CoverageAdmin(OwnSearch, OfArticle, ReviewAdmin):
    """The list and the form of coverage."""

    list_display = ("event", "article_link", "state", "rule_words", "score")
    list_filter = ("state",)
    list_select_related = ("event", "article")
    search_fields = ("event__title",)
    autocomplete_fields = ("event", "article")

    def find(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Finds coverage by words of the event's title, in any spelling that folds alike."""
        return queryset.filter(event__in=first_keys(Event.objects.with_title_words(typed)))


@admin.register(Reprint)
class ReprintAdmin(OwnSearch, OfArticle, ReviewAdmin):
    """The list and the form of reprints, with the likeness of both texts and a link to their differences."""

    list_display = ("article_link", "original_link", "likeness", "compare", "state", "rule_words")
    list_filter = ("state",)
    list_select_related = ("article", "original")
    search_fields = ("article__title",)
    autocomplete_fields = ("article", "original")

    def find(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Finds reprints by the later text, with the archive's search."""
        return queryset.filter(article__in=holding_words(typed))

    @admin.display(description="النص الأول")
    def original_link(self, reprint: Reprint) -> str:
        """Returns a link to the page of the article that was stored first."""
        return article_link(reprint.original)

    @admin.display(description="التشابه", ordering="score")
    def likeness(self, reprint: Reprint) -> str:
        """Returns the score in per cent, rounded; a dash where there is none."""
        return "–" if reprint.score is None else f"{round(100 * reprint.score)}٪"

    @admin.display(description="الفروق")
    def compare(self, reprint: Reprint) -> str:
        """Returns a link to the page that shows the differences of both texts."""
        return format_html(
            '<a href="{}">الفروق</a>', reverse("compare", args=[reprint.original_id, reprint.article_id])
        )


def article_link(article: Article) -> str:
    """Links to the article's page with the first seven words of its title."""
    return format_html('<a href="{}">{}</a>', article.get_absolute_url(), Truncator(article.title).words(7))
