"""Admin of articles with their captures, mentions, coverage and figures."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

from articles.admin.dates import UncertainDateForm
from articles.admin.review import ReviewAdmin
from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.ingest.document import UnreadableError
from articles.ingest.fetch import fetch
from articles.ingest.original import original_lines
from articles.ingest.run import ingest_items
from articles.models import (
    Article,
    ArticleStatus,
    Basis,
    Capture,
    Contradiction,
    Coverage,
    Figure,
    Mention,
    Reprint,
    TitleOrigin,
)
from articles.models.capture import DamagedCaptureError
from articles.search.compile import compile_query, holding
from articles.search.query import parse
from articles.site.words_for import archive_date, date_place, number


class ArticleForm(UncertainDateForm):
    uncertain_dates = ("published",)

    class Meta:
        widgets = {"title": AdminTextareaWidget(attrs={"rows": 2})}


class CaptureInline(admin.TabularInline):
    model = Capture
    extra = 0
    fields = readonly_fields = ("filename", "media_type", "size", "captured_at", "sha256")

    def has_add_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False


class CoverageInline(admin.TabularInline):
    model = Coverage
    extra = 0
    autocomplete_fields = ("event",)
    fields = ("event", "state", "rule")
    readonly_fields = ("rule",)


class MentionInline(admin.TabularInline):
    model = Mention
    extra = 0
    autocomplete_fields = ("actor",)
    fields = ("actor", "written", "state", "rule")
    readonly_fields = ("written", "rule")

    @admin.display(description="كما ورد")
    def written(self, mention: Mention) -> str:
        return "، ".join(dict.fromkeys(mention.quotes))


class FigureInline(admin.StackedInline):
    model = Figure
    extra = 0
    autocomplete_fields = ("measure", "event", "actor")
    fields = (("quote", "state"), ("value", "value_high", "qualifier", "unit"), ("measure", "event", "actor"),
              ("about", "scope"), ("period_start", "period_end"))  # fmt: skip


class FetchForm(forms.Form):
    address = forms.URLField(label="رابط الصفحة", max_length=2000, assume_scheme="https")


def _events_of(articles: list[Article]) -> QuerySet:
    """The events that figures of the articles are about."""
    return Figure.objects.filter(article__in=articles, event__isnull=False).values_list("event", flat=True).distinct()


@admin.register(Article)
class ArticleAdmin(ReviewAdmin):
    form = ArticleForm
    actions = ("publish", "withdraw")
    list_display = ("title", "source", "published_words", "status", "waiting", "created_at")
    list_filter = ("status", "published_precision", "published_basis", "title_origin", "language")
    list_select_related = ("source",)
    search_fields = ("title",)
    search_help_text = "بحث الأرشيف نفسه: كلمات، «عبارة»، أو، -استبعاد"
    ordering = ("-id",)
    autocomplete_fields = ("source",)
    readonly_fields = ("word_count", "set_aside_lines", "stated_dates", "cleaning_link", "created_at", "updated_at")
    change_list_template = "admin/articles/article/change_list.html"
    inlines = (CoverageInline, FigureInline, MentionInline, CaptureInline)
    fieldsets = (
        (None, {"fields": ("title", "title_origin", "body", "status")}),
        ("المصدر", {"fields": ("source", "author", "section", "url", "language")}),
        (
            "تاريخ النشر",
            {
                "fields": (
                    "published_date",
                    "published_precision",
                    "published_basis",
                    "published_earliest",
                    "published_latest",
                    "stated_dates",
                ),
                "description": "يكفي اليوم ودقته؛ يُحسب المدى وحده. للتاريخ غير المعروف يُكتب المدى إن عُرف.",
            },
        ),
        ("من الأصل", {"fields": ("word_count", "cleaning_link", "set_aside_lines", "created_at", "updated_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(merged_into__isnull=True)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """The archive's own search, drafts included; an autocomplete widget asks here too."""
        if not search_term.strip():
            return queryset, False
        compiled = compile_query(parse(search_term))
        if compiled is None:
            return queryset.none(), False
        asked = [*compiled.conditions, *([holding(compiled.match)] if compiled.match else [])]
        return queryset.searchable().filter(*asked), False

    @admin.display(description="تاريخ النشر", ordering="published_order")
    def published_words(self, article: Article) -> str:
        return archive_date(article.published)

    @admin.display(description="ينتظر المراجعة")
    def waiting(self, article: Article) -> str:
        return number(article.suggestions)

    def get_changelist_instance(self, request: HttpRequest) -> object:
        """Counts the suggestions of the page's articles in three queries, whatever the archive's size."""
        changelist = super().get_changelist_instance(request)
        rows = {article.pk: article for article in changelist.result_list}
        for article in rows.values():
            article.suggestions = 0
        for model in (Mention, Coverage, Figure):
            for pk in model.objects.suggested().filter(article__in=rows).values_list("article", flat=True):
                rows[pk].suggestions += 1
        changelist.result_list = list(rows.values())
        return changelist

    @admin.display(description="ما عُزل عن النص")
    def set_aside_lines(self, article: Article) -> str:
        return "\n".join(f"{line['line']}: {line['text']}" for line in article.set_aside) or "–"

    @admin.display(description="ما ذُكر من تواريخ")
    def stated_dates(self, article: Article) -> str:
        apart = article.date_conflicts
        lines = (
            f"{'⚠ ' if said in apart else ''}{date_place(said['where'])}: {said['quote']}"
            for said in article.date_statements
        )
        return "\n".join(lines) or "–"

    @admin.display(description="قبل التنقية وبعدها")
    def cleaning_link(self, article: Article) -> str:
        if not article.pk:
            return "–"
        return format_html(
            '<a href="{}">الأصل بجانب المتن</a>', reverse("admin:articles_article_cleaning", args=[article.pk])
        )

    def get_urls(self) -> list:
        own = [
            path("fetch/", self.admin_site.admin_view(self.fetch_page), name="articles_article_fetch"),
            path("<int:pk>/cleaning/", self.admin_site.admin_view(self.cleaning), name="articles_article_cleaning"),
        ]
        return own + super().get_urls()

    def fetch_page(self, request: HttpRequest) -> HttpResponse:
        """A form that takes a page's address and stores the page as an article."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = FetchForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            report = None
            try:
                report = ingest_items([fetch(form.cleaned_data["address"])])
            except UnreadableError as error:
                form.add_error("address", f"تعذر جلب الصفحة: {error}")
            if report and report.failures:
                form.add_error("address", f"تعذرت قراءة الصفحة: {report.failures[0].reason}")
            elif report:
                pk, outcome = report.last
                said = {
                    "created": "أضيف المقال.",
                    "updated": "أضيفت نسخة جديدة من مقال معروف.",
                    "unchanged": "الصفحة محفوظة كما هي من قبل.",
                }
                self.message_user(request, said[outcome])
                return redirect("admin:articles_article_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "title": "إضافة مقال من رابط",
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/articles/article/fetch.html", context)

    def cleaning(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The newest original, line by line, with what was set aside and why, beside the text that came of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        article = get_object_or_404(Article, pk=pk)
        capture = article.captures.first()
        complaint, lines = "", []
        try:
            lines = original_lines(capture, article) if capture else []
        except (DamagedCaptureError, UnreadableError) as error:
            complaint = str(error)
        context = {
            **self.admin_site.each_context(request), "title": "قبل التنقية وبعدها", "opts": self.opts, "article": article,
            "capture": capture, "lines": lines, "complaint": complaint,
        }  # fmt: skip
        return TemplateResponse(request, "admin/articles/article/cleaning.html", context)

    @admin.action(description="نشر المحدد", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_status(request, queryset, ArticleStatus.PUBLISHED)

    @admin.action(description="سحب المحدد", permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._set_status(request, queryset, ArticleStatus.WITHDRAWN)

    @transaction.atomic
    def _set_status(self, request: HttpRequest, queryset: QuerySet, status: str) -> None:
        chosen = list(queryset.exclude(status=status))
        Article.objects.filter(pk__in=[article.pk for article in chosen]).update(
            status=status, updated_at=timezone.now()
        )
        Contradiction.objects.refresh(_events_of(chosen))
        for article in chosen:
            self.log_change(request, article, f"الحالة: {article.get_status_display()} ← {ArticleStatus(status).label}")
        self.message_user(request, f"تغيرت حالة {number(len(chosen))} إلى: {ArticleStatus(status).label}.")

    def save_model(self, request: HttpRequest, obj: Article, form: ModelForm, change: bool) -> None:
        """A title or a date that an editor writes is marked as theirs, so that no later capture changes it."""
        if "title" in form.changed_data:
            obj.title_origin = TitleOrigin.EDITOR
        if {"published_date", "published_precision", "published_earliest", "published_latest"} & set(form.changed_data):
            obj.published_basis = Basis.EDITOR
        admin.ModelAdmin.save_model(self, request, obj, form, change)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "body" in form.changed_data:
            suggest(form.instance, Authority.load())
        Contradiction.objects.refresh(_events_of([form.instance]))


class OfArticle:
    """For admins of what belongs to an article: a column that leads to it."""

    @admin.display(description="المقال")
    def article_link(self, row: Mention | Coverage | Reprint | Figure) -> str:
        return article_link(row.article)


@admin.register(Mention)
class MentionAdmin(OfArticle, ReviewAdmin):
    list_display = ("actor", "written", "article_link", "state", "rule", "score")
    list_filter = ("state", "rule", "actor__kind")
    list_select_related = ("actor", "article")
    search_fields = ("actor__name", "actor__aliases__name")
    autocomplete_fields = ("actor", "article")
    readonly_fields = (*ReviewAdmin.readonly_fields, "spans", "quotes")

    @admin.display(description="كما ورد")
    def written(self, mention: Mention) -> str:
        return "، ".join(dict.fromkeys(mention.quotes))


@admin.register(Coverage)
class CoverageAdmin(OfArticle, ReviewAdmin):
    list_display = ("event", "article_link", "state", "rule", "score")
    list_filter = ("state", "event__kind")
    list_select_related = ("event", "article")
    search_fields = ("event__title", "article__title")
    autocomplete_fields = ("event", "article")


@admin.register(Reprint)
class ReprintAdmin(OfArticle, ReviewAdmin):
    list_display = ("article_link", "original_link", "likeness", "compare", "state", "rule")
    list_filter = ("state", "rule")
    list_select_related = ("article", "original")
    search_fields = ("article__title", "original__title")
    autocomplete_fields = ("article", "original")

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


@admin.register(Capture)
class CaptureAdmin(admin.ModelAdmin):
    list_display = ("filename", "article", "media_type", "size", "captured_at")
    list_select_related = ("article",)
    search_fields = ("filename", "=sha256")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Capture | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Capture | None = None) -> bool:
        return False


def article_link(article: Article) -> str:
    return format_html('<a href="{}">{}</a>', article.get_absolute_url(), Truncator(article.title).words(7))
