"""Admin of figures and measures."""

from django.contrib import admin

from articles.admin.articles import article_link
from articles.admin.review import ReviewAdmin
from articles.models import Figure, Measure
from articles.site.words_for import figure_value


@admin.register(Figure)
class FigureAdmin(ReviewAdmin):
    list_display = ("quote", "value_words", "unit", "measure", "article_link", "state", "rule")
    list_filter = ("state", "qualifier", "measure")
    list_select_related = ("article", "measure")
    search_fields = ("quote", "unit", "article__title")
    ordering = ("-id",)
    autocomplete_fields = ("article", "measure", "event", "actor")
    fields = (
        "article", "quote", ("value", "value_high", "qualifier", "unit"), "measure", ("period_start", "period_end"),
        ("event", "actor"), "state", ("start", "end"), *ReviewAdmin.readonly_fields,
    )  # fmt: skip
    readonly_fields = (*ReviewAdmin.readonly_fields, "start", "end")

    @admin.display(description="القيمة", ordering="value")
    def value_words(self, figure: Figure) -> str:
        return figure_value(figure)

    @admin.display(description="المقال")
    def article_link(self, figure: Figure) -> str:
        return article_link(figure.article)


@admin.register(Measure)
class MeasureAdmin(admin.ModelAdmin):
    list_display = ("label", "units")
    search_fields = ("label",)
