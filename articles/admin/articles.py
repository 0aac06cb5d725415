"""The desk's list and form of articles, with their captures, mentions, coverage and figures."""

import logging
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from articles.admin.article_bulk import (
    ASSIGN,
    CHECKED,
    DELETE,
    JOIN_EVENT,
    PUBLISH,
    SET_DATE,
    SET_SOURCE,
    WITHDRAW,
    RemovalForm,
    events_of,
    take_away,
)
from articles.admin.bulk import with_actions
from articles.admin.dates import UncertainDateForm
from articles.admin.desk import DeskAdmin, OwnSearch, StackedInline, TabularInline, holding_words
from articles.admin.fact_admin import ReviewAdmin, WithRule
from articles.admin.history import tell_lost_words
from articles.admin.mark_field import MARK_FIELD, outdated, seen_field
from articles.admin.pages import posted
from articles.admin.words import address_from_the_left, own_direction
from articles.extract.authority import Authority
from articles.extract.process import suggest_within_budget
from articles.ingest.arabic import in_arabic
from articles.ingest.document import UnreadableError
from articles.ingest.original import original_lines
from articles.models import (
    TAKEN_AWAY,
    Article,
    ArticleStatus,
    Basis,
    Capture,
    Contradiction,
    Coverage,
    Figure,
    Mention,
    TitleOrigin,
)
from articles.models.capture import DamagedCaptureError
from articles.models.history import EventRow, operation
from articles.platform.addresses import AddressError, canonical_address
from articles.site.words_for import archive_date, date_place, number

_log = logging.getLogger(__name__)

# The parameter, in the address and in the form, that opens the body for editing. The button «حرّر النص» sets it.
EDIT_BODY = "edit_body"

# The warning for a stored body that the rules could not read within their budget of processor time and memory.
TOO_COSTLY = "حُفظ النص، وبقيت الاقتراحات كما كانت: قراءته تتجاوز ما يُسمح به لمستند واحد من وقت المعالج أو الذاكرة."


class ArticleForm(UncertainDateForm):
    """The form of an article. The body of a stored article is read-only unless `body_is_open`.

    uncertain_dates: the dates whose parts the form completes and checks together (UncertainDateForm).
    body_is_open: whether the editor asked to edit the body.
    """

    uncertain_dates = ("published",)
    body_is_open = False

    class Media:
        js = ("site/body.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields.get("body")
        if body is not None and self.instance.pk and not self.body_is_open:
            body.widget.attrs["readonly"] = True
            body.help_text = format_html(
                '{} <a class="button" id="edit-body" href="?{}=1">حرّر النص</a>', body.help_text, EDIT_BODY
            )

    def clean(self) -> dict:
        """Refuses a changed body if the body is not open. A browser or an extension has changed it, not the editor."""
        cleaned = super().clean()
        if self.instance.pk and not self.body_is_open and "body" in self.changed_data:
            self.add_error("body", "لم يُحفظ شيء: وصل نص غير المحفوظ ولم يُطلب تحريره. اضغط «حرّر النص» ثم غيّره واحفظ.")
        return cleaned

    class Meta:
        widgets = {"title": AdminTextareaWidget(attrs={"rows": 2})}

    def clean_url(self) -> str:
        """Cleans the address to its canonical form. An unchanged address stays as it is stored.

        Raises ValidationError if it is not the address of a page, or if another article has it.
        """
        typed = self.cleaned_data["url"]
        if not typed or typed == self.instance.url:
            return typed
        try:
            url = canonical_address(typed)
        except AddressError:
            raise ValidationError("ليس رابط صفحة. اكتبه كاملا، مثل: https://example.com/news/1") from None
        same_address = Article.objects.filter(url=url).exclude(pk=self.instance.pk).first()
        if same_address:
            raise ValidationError(f"هذا رابط مقال آخر: {same_address} ({same_address.pk}).")
        return url


class CaptureInline(TabularInline):
    """The captures of an article, read-only: a capture is never changed."""

    model = Capture
    extra = 0
    fields = readonly_fields = (
        "file",
        "fetched",
        "claimed",
        "state",
        "media_type",
        "size",
        "captured_at",
        "sha256",
    )

    @admin.display(description="اسم الملف")
    def file(self, capture: Capture) -> str:
        """Returns the name of the file as it was received, in its own direction of writing."""
        return own_direction(capture.filename)

    @admin.display(description="جُلب من")
    def fetched(self, capture: Capture) -> str:
        """Returns the address that the capture was fetched from, written from the left."""
        return address_from_the_left(capture.fetched_address)

    @admin.display(description="يذكر أن عنوانه")
    def claimed(self, capture: Capture) -> str:
        """Returns the claimed address, written from the left."""
        return address_from_the_left(capture.claimed_address)

    def has_add_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False


class EventsOfArticleInline(WithRule, TabularInline):
    """The events that an article reports, with the rule that suggested each."""

    model = Coverage
    extra = 0
    autocomplete_fields = ("event",)
    fields = ("event", "state", "rule_words")
    readonly_fields: ClassVar[tuple[str, ...]] = ("rule_words",)


class MentionInline(WithRule, TabularInline):
    """The actors that an article names, with the quotes and the rule that suggested each."""

    model = Mention
    extra = 0
    autocomplete_fields = ("actor",)
    fields = ("actor", "quotes_as_written", "state", "rule_words")
    readonly_fields: ClassVar[tuple[str, ...]] = ("quotes_as_written", "rule_words")

    @admin.display(description="كما ورد")
    def quotes_as_written(self, mention: Mention) -> str:
        """Returns the distinct quotes of the mention, in the order of its spans."""
        return "، ".join(dict.fromkeys(mention.quotes))


class FigureInline(StackedInline):
    """The figures of an article."""

    model = Figure
    extra = 0
    autocomplete_fields = ("measure", "event", "actor")
    fields = (("quote", "state"), ("value", "value_high", "qualifier", "unit"), ("measure", "event", "actor"),
              ("about", "scope"), ("period_start", "period_end"))  # fmt: skip


class CheckedFilter(admin.SimpleListFilter):
    """Filters the list by review: waiting, waiting and assigned to the user, or done."""

    title = "المراجعة"
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("no", "تنتظر"), ("mine", "في عهدتي وتنتظر"), ("yes", "تمت")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "yes":
            return queryset.filter(checked_at__isnull=False)
        waiting = queryset.filter(checked_at__isnull=True)
        return {"no": waiting, "mine": waiting.filter(assigned_to=request.user)}.get(self.value() or "", queryset)


@with_actions(PUBLISH, WITHDRAW, DELETE, SET_SOURCE, SET_DATE, JOIN_EVENT, ASSIGN, CHECKED)
@admin.register(Article)
class ArticleAdmin(OwnSearch, ReviewAdmin):
    """The list and the form of articles, and the pages that delete, withdraw and compare one with its original."""

    form = ArticleForm
    actions = ()
    list_display = (
        "title",
        "source",
        "published_words",
        "status",
        "waiting",
        "assigned_to",
        "created_at",
        "review_link",
    )
    list_filter = ("status", CheckedFilter, "published_precision", "published_basis", "title_origin")
    list_select_related = ("source", "assigned_to")
    sortable_by: ClassVar[tuple[str, ...]] = ("published_words",)
    search_fields = ("title",)
    search_help_text = "بحث الأرشيف نفسه: كلمات، «عبارة»، أو، -استبعاد"
    ordering = ("-id",)
    autocomplete_fields = ("source",)
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "word_count", "set_aside_lines", "stated_dates", "cleaning_link", "created_at", "updated_at", "checked_at", "checked_by",
    )  # fmt: skip
    change_list_template = "admin/articles/article/change_list.html"
    inlines = (EventsOfArticleInline, FigureInline, MentionInline, CaptureInline)
    fieldsets = (
        (None, {"fields": ("title", "title_origin", "body", "status", "notice", "assigned_to")}),
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
        ("المراجعة", {"fields": ("checked_at", "checked_by")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Leaves out merged articles. The list shows deleted articles only if it is filtered by status."""
        articles = super().get_queryset(request).filter(merged_into__isnull=True)
        is_list = request.resolver_match and (request.resolver_match.url_name or "").endswith("_changelist")
        hides_deleted = is_list and "status__exact" not in request.GET
        return articles.exclude(status=ArticleStatus.DELETED) if hides_deleted else articles

    def find(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Searches as the archive's readers do, drafts included. Autocomplete fields use this search, too."""
        return queryset.filter(pk__in=holding_words(typed))

    @admin.display(description="تاريخ النشر", ordering="published_order")
    def published_words(self, article: Article) -> str:
        """Returns the date of publication in words, as precisely as it is known."""
        return archive_date(article.published)

    @admin.display(description="ينتظر المراجعة")
    def waiting(self, article: Article) -> str:
        """Returns the number of suggested facts that wait for a decision, as `get_changelist_instance` counts them."""
        return number(getattr(article, "suggestions", 0))

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Counts the suggestions of the page's articles, in three queries whatever the size of the archive."""
        changelist = super().get_changelist_instance(request)
        articles: dict[int, Any] = {article.pk: article for article in changelist.result_list}
        for article in articles.values():
            article.suggestions = 0
        for model in (Mention, Coverage, Figure):
            for pk in model.objects.suggested().filter(article__in=articles).values_list("article", flat=True):
                articles[pk].suggestions += 1
        changelist.result_list = list(articles.values())
        return changelist

    @admin.display(description="المراجعة")
    def review_link(self, article: Article) -> str:
        """Returns a link to the review of the article."""
        return format_html('<a href="{}">راجع</a>', reverse("admin:review", args=[article.pk]))

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Returns whether the user may withdraw or delete articles; Django asks for actions with the permission
        «withdraw».
        """
        return request.user.has_perm("articles.withdraw_article")

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return self.has_withdraw_permission(request)

    def may_have_status(self, request: HttpRequest, new: str, old: str) -> bool:
        """Returns whether the form may change an article's status from `old` to `new`.

        Articles are withdrawn and deleted on pages of their own. To bring one back, the user needs the permission to
        withdraw.
        """
        if new == old:
            return True
        return new not in TAKEN_AWAY and (old not in TAKEN_AWAY or self.has_withdraw_permission(request))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """Deletes an article. Its row, captures and history stay, and its address answers with a notice."""
        return self._take_away(request, object_id, ArticleStatus.DELETED)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Withdraws an article: its address answers with a notice. A senior editor can bring it back."""
        return self._take_away(request, str(pk), ArticleStatus.WITHDRAWN)

    def _take_away(self, request: HttpRequest, object_id: str, status: ArticleStatus) -> HttpResponse:
        """Asks for a notice, and for the password if it is not fresh. Then deletes or withdraws the article.

        Raises Http404 if there is no such article, and PermissionDenied if the user may not withdraw articles.
        """
        article: Any = self.get_object(request, object_id)
        if article is None:
            raise Http404
        if not self.has_withdraw_permission(request):
            raise PermissionDenied
        operation_name = "حذف مقال" if status == ArticleStatus.DELETED else "سحب مقال"
        form = RemovalForm(posted(request), request=request, initial={"notice": article.notice})
        if request.method == "POST" and form.is_valid():
            with transaction.atomic(), operation(what=operation_name):
                article = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
                conflict = outdated(request, [article]).get(article.pk)
                if conflict is None:
                    take_away([article], status, form.cleaned_data["notice"])
                    self.message_user(request, f"{operation_name}: بقي عنوانه بإشعار، وبقيت أصوله وتاريخه.")
                    return redirect("admin:articles_article_changelist")
            form.add_error(None, f"{conflict} راجع المقال، ثم أعد إن شئت.")
        context = {
            **self.admin_site.each_context(request),
            "title": operation_name,
            "opts": self.opts,
            "article": article,
            "form": form,
            "seen": seen_field([article]),
            "seen_name": MARK_FIELD,
        }
        return TemplateResponse(request, "admin/articles/article/take_away.html", context)

    @admin.display(description="ما عُزل عن النص")
    def set_aside_lines(self, article: Article) -> str:
        """Returns what was set aside, one line for each, with its line number in the original; a dash for nothing."""
        return "\n".join(f"{line['line']}: {line['text']}" for line in article.set_aside) or "–"

    @admin.display(description="ما ذُكر من تواريخ")
    def stated_dates(self, article: Article) -> str:
        """Returns the stated dates with place and quote, one on each line; ⚠ marks those that disagree with the stored
        date.
        """
        conflicting = article.date_conflicts
        lines = (
            f"{'⚠ ' if statement in conflicting else ''}{date_place(statement['where'])}: {statement['quote']}"
            for statement in article.date_statements
        )
        return "\n".join(lines) or "–"

    @admin.display(description="قبل التنقية وبعدها")
    def cleaning_link(self, article: Article) -> str:
        """Returns a link to the original beside the body; a dash for an article that is not stored yet."""
        if not article.pk:
            return "–"
        return format_html(
            '<a href="{}">الأصل بجانب المتن</a>', reverse("admin:articles_article_cleaning", args=[article.pk])
        )

    def get_urls(self) -> list:
        """Adds the pages of an article that compare it with its original and withdraw it."""
        article_urls = [
            path("<int:pk>/cleaning/", self.admin_site.admin_view(self.cleaning), name="articles_article_cleaning"),
            path(
                "<int:pk>/withdraw/", self.admin_site.admin_view(self.withdraw_view), name="articles_article_withdraw"
            ),
        ]
        return article_urls + super().get_urls()

    def cleaning(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows the newest accepted original line by line beside the body, with the reason for each line set aside.

        If the original is damaged or unreadable, the page says why instead.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        article = get_object_or_404(Article, pk=pk)
        capture = article.captures.accepted().first()
        complaint, lines = "", []
        try:
            lines = original_lines(capture, article) if capture else []
        except (DamagedCaptureError, UnreadableError) as error:
            _log.warning("the original of article %s: %s", pk, error)
            complaint = in_arabic(str(error))
        context = {
            **self.admin_site.each_context(request), "title": "قبل التنقية وبعدها", "opts": self.opts, "article": article,
            "capture": capture, "lines": lines, "complaint": complaint,
        }  # fmt: skip
        return TemplateResponse(request, "admin/articles/article/cleaning.html", context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Marks a title or a date that an editor changed as set by an editor, so that no later capture changes it."""
        if "title" in form.changed_data:
            obj.title_origin = TitleOrigin.EDITOR
        if {"published_date", "published_precision", "published_earliest", "published_latest"} & set(form.changed_data):
            obj.published_basis = Basis.EDITOR
        DeskAdmin.save_model(self, request, obj, form, change)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Offers only the statuses that the user may set. Opens the body if the request has EDIT_BODY."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.body_is_open = (request.POST if request.method == "POST" else request.GET).get(EDIT_BODY) == "1"
        if field := form.base_fields.get("status"):
            current_status = obj.status if obj else ArticleStatus.DRAFT
            field.choices = [
                pair for pair in ArticleStatus.choices if self.may_have_status(request, pair[0], current_status)
            ]
        return form

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list, change: bool) -> None:
        """Brings the article's facts up to date after it and its facts are stored.

        A changed body is read by the rules again. The editor is warned if that is too costly, and of confirmed facts
        whose words the body no longer has. After any other change only the contradictions of the article's events are
        refreshed.
        """
        super().save_related(request, form, formsets, change)
        if "body" in form.changed_data:
            if self._suggested([form.instance]):
                self.message_user(request, TOO_COSTLY, messages.WARNING)
            tell_lost_words(request, form.instance)
        elif form.changed_data or any(formset.has_changed() for formset in formsets):
            Contradiction.objects.refresh(events_of([form.instance]))

    def may_restore(self, request: HttpRequest, row: Any, version: EventRow) -> bool:
        return self.may_have_status(request, version.status, row.status)

    def after_change(self, rows: list[Any]) -> None:
        """Brings suggestions and contradictions of changed articles up to date."""
        self._suggested(rows)

    @staticmethod
    def _suggested(rows: list[Article]) -> list[str]:
        """Reads the articles with the rules and refreshes the contradictions of their events.

        Returns one complaint for each body that the rules could not read within their budget.
        """
        outcomes = suggest_within_budget(rows, Authority.load())
        complaints = [complaint for _, complaint in outcomes if complaint]
        Contradiction.objects.refresh(events_of(rows))
        return complaints
