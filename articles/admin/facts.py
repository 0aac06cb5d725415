"""Admin of what is stated of articles: who is named, which events are reported, what is printed again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from articles.admin.desk import OwnSearch, first_keys, holding_words
from articles.admin.review import ReviewAdmin
from articles.models import Actor, Article, Coverage, Event, Figure, Mention, Reprint


class OfArticle:
    """For admins of what belongs to an article: a column that leads to it."""

    @admin.display(description="المقال")
    def article_link(self, row: Mention | Coverage | Reprint | Figure) -> str:
        return article_link(row.article)


@admin.register(Mention)
class MentionAdmin(OwnSearch, OfArticle, ReviewAdmin):
    list_display = ("actor", "written", "article_link", "state", "rule_words", "score")
    list_filter = ("state",)
    list_select_related = ("actor", "article")
    search_fields = ("actor__name",)
    autocomplete_fields = ("actor", "article")
    readonly_fields = (*ReviewAdmin.readonly_fields, "spans", "quotes")

    def found(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Any name of the actor, in any spelling that folds alike."""
        return queryset.filter(actor__in=first_keys(Actor.objects.with_name_part(typed)))

    @admin.display(description="كما ورد")
    def written(self, mention: Mention) -> str:
        return "، ".join(dict.fromkeys(mention.quotes))


@admin.register(Coverage)
class CoverageAdmin(OwnSearch, OfArticle, ReviewAdmin):
    list_display = ("event", "article_link", "state", "rule_words", "score")
    list_filter = ("state",)
    list_select_related = ("event", "article")
    search_fields = ("event__title",)
    autocomplete_fields = ("event", "article")

    def found(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Words of the event's title, in any spelling that folds alike."""
        return queryset.filter(event__in=first_keys(Event.objects.with_title_words(typed)))


@admin.register(Reprint)
class ReprintAdmin(OwnSearch, OfArticle, ReviewAdmin):
    list_display = ("article_link", "original_link", "likeness", "compare", "state", "rule_words")
    list_filter = ("state",)
    list_select_related = ("article", "original")
    search_fields = ("article__title",)
    autocomplete_fields = ("article", "original")

    def found(self, queryset: QuerySet, typed: str) -> QuerySet:
        """The archive's own search, of the later text."""
        return queryset.filter(article__in=holding_words(typed))

    @admin.display(description="النص الأول")
    def original_link(self, reprint: Reprint) -> str:
        return article_link(reprint.original)

    @admin.display(description="التشابه", ordering="score")
    def likeness(self, reprint: Reprint) -> str:
        return "–" if reprint.score is None else f"{round(100 * reprint.score)}٪"

    @admin.display(description="الفروق")
    def compare(self, reprint: Reprint) -> str:
        return format_html(
            '<a href="{}">الفروق</a>', reverse("compare", args=[reprint.original_id, reprint.article_id])
        )


def article_link(article: Article) -> str:
    return format_html('<a href="{}">{}</a>', article.get_absolute_url(), Truncator(article.title).words(7))
