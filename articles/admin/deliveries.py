"""Admin of what is brought: uploads, pages by their address, and the record of each with what failed and why."""

import codecs

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from articles.admin.bulk import Bulk, with_actions
from articles.admin.desk import DeskAdmin
from articles.admin.pages import desk_page, posted
from articles.admin.words import address_from_the_left, own_direction
from articles.arabic.isolating import from_the_left
from articles.ingest.arabic import FORMAT_NAMES, field_in_arabic, stored_in_arabic
from articles.ingest.deliveries import (
    RefusedError,
    UnstoredError,
    again,
    all_or_none,
    is_address,
    receive_address,
    receive_file,
)
from articles.ingest.readers import FORMATS
from articles.models import Delivery, DeliveryState
from articles.models.delivery import NoteKind
from articles.platform.addresses import LONGEST_ADDRESS, AddressError, read_address
from articles.site.words_for import number

MOST_FILES, MOST_ADDRESSES = 200, 200


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Cleans to a list of the files chosen. An empty one is refused by its name where files are received, and the others are taken."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: object, initial: object = None) -> list:
        one = super().clean
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [one(file, initial) for file in given]


class DeliverForm(forms.Form):
    files = FilesField(
        label="ملفات", required=False, widget=ManyFiles,
        help_text="نصوص، صفحات محفوظة، WARC أو WACZ، جداول CSV، أسطر JSON. تُحفظ كما هي وتُقرأ في الخلفية.",
    )  # fmt: skip
    addresses = forms.CharField(
        label="روابط", required=False, widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "class": "vLargeTextField"}),
        help_text="رابط صفحة في كل سطر، مثل: https://example.com/news/1. تُجلب كما يسمح به robots.txt.",
    )  # fmt: skip
    format = forms.ChoiceField(
        label="صيغة الملفات", choices=[("auto", "تُعرف من الاسم"), *((name, FORMAT_NAMES[name]) for name in FORMATS)], initial="auto",
    )  # fmt: skip
    encoding = forms.CharField(
        label="ترميزها", required=False, max_length=40, help_text="يُكتشف وحده؛ يكتب عند الخطأ، مثل: windows-1256."
    )

    def clean_encoding(self) -> str:
        try:
            return codecs.lookup(self.cleaned_data["encoding"]).name if self.cleaned_data["encoding"] else ""
        except LookupError:
            raise forms.ValidationError("لا ترميز بهذا الاسم.") from None

    def clean_addresses(self) -> list[str]:
        typed = self.cleaned_data["addresses"].splitlines()
        lines = [(place, line.strip()) for place, line in enumerate(typed, 1) if line.strip()]
        if len(lines) > MOST_ADDRESSES:
            raise forms.ValidationError(f"أكثر من {number(MOST_ADDRESSES)} رابط.")
        if wrong := [(place, line) for place, line in lines if not _is_page(line)]:
            raise forms.ValidationError(
                [f"السطر {number(place)} ليس رابط صفحة: «{from_the_left(line[:80])}»." for place, line in wrong]
            )
        return [line for _, line in lines]

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not cleaned.get("files") and not cleaned.get("addresses"):
            raise forms.ValidationError("اختر ملفا أو اكتب رابطا.")
        if len(cleaned.get("files") or []) > MOST_FILES:
            raise forms.ValidationError(
                f"أكثر من {number(MOST_FILES)} ملف؛ ارفعها على دفعات، أو اجمعها في أرشيف WARC، أو اطلب إدخالها من مسؤول النظام."
            )
        return cleaned


def _is_page(line: str) -> bool:
    try:
        return is_address(line) and len(line) <= LONGEST_ADDRESS and bool(read_address(line))
    except AddressError:
        return False


@desk_page("deliver/", "deliver")
def deliver(request: HttpRequest) -> HttpResponse:
    """Takes files and addresses; each becomes a delivery that a worker process takes in."""
    if not request.user.has_perm("articles.ingest_article"):
        raise PermissionDenied
    form = DeliverForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken, refused = _receive(request, form.cleaned_data)
        except UnstoredError as error:
            form.add_error("files", str(error))
            taken, refused = 0, []
        for reason in refused:
            messages.error(request, reason)
        if taken:
            messages.success(request, f"استُلم: {number(taken)}. تُقرأ في الخلفية، وهذه سجلاتها.")
            return redirect("admin:articles_delivery_changelist")
    context = {**admin.site.each_context(request), "title": "إضافة مقالات", "form": form}
    return TemplateResponse(request, "admin/desk/deliver.html", context)


def _receive(request: HttpRequest, asked: dict) -> tuple[int, list[str]]:
    """How many files and addresses were taken, and why others were refused; raises UnstoredError where none was."""
    refused = []
    with all_or_none() as taken:
        for file in asked["files"]:
            try:
                taken.append(receive_file(file, request.user, format_name=asked["format"], encoding=asked["encoding"]))
            except RefusedError as error:
                refused.append(str(error))
        taken += [receive_address(address, request.user) for address in asked["addresses"]]
    return len(taken), refused


class TroubleFilter(admin.SimpleListFilter):
    title = "ما تعذر"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, desk: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "تعذر بعضها ولم يُعالج")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.troubled() if self.value() == "yes" else queryset


def _settle(request: HttpRequest, rows: list[Delivery], asked: dict) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(settled_at=timezone.now(), settled_by=request.user)


def _again(request: HttpRequest, rows: list[Delivery], asked: dict) -> None:
    for row in rows:
        again(row)


def _can_repeat(row: Delivery, asked: dict) -> str:
    if not row.is_over:
        return "لم ينته بعد"
    return "" if row.stored_as or is_address(row.name) else "جاء من سطر الأوامر؛ يعاد منه"


SETTLE = Bulk("settle", "عولج ما تعذر", "change", _settle, lambda row, asked: "عولج من قبل" if row.settled_at else "")
AGAIN = Bulk("again", "أعد المحاولة", "change", _again, _can_repeat)


def _note(row: dict[str, object]) -> dict[str, object]:
    """A note of a delivery's record as editors read it."""
    kind = str(row["kind"])
    return {
        "path": stored_in_arabic(row, "path"), "field": field_in_arabic(str(row["field"])), "given": row["given"],
        "kind": dict(NoteKind.choices).get(kind, kind), "taken": stored_in_arabic(row, "taken"), "times": row["times"],
    }  # fmt: skip


@admin.register(Delivery)
@with_actions(SETTLE, AGAIN)
class DeliveryAdmin(DeskAdmin):
    actions = ()
    has_history = False
    readonly_fields = tuple(field.name for field in Delivery._meta.fields)
    list_display = ("called", "by", "brought_at", "state", "created", "updated", "unchanged", "failed")
    list_filter = ("state", TroubleFilter)
    list_select_related = ("by",)
    search_fields = ("name",)
    ordering = ("-id",)
    change_form_template = "admin/desk/delivery.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    @admin.display(description="الاسم", ordering="name")
    def called(self, delivery: Delivery) -> str:
        return address_from_the_left(delivery.name) if is_address(delivery.name) else own_direction(delivery.name)

    def get_urls(self) -> list:
        own = path("<int:pk>/change/", self.admin_site.admin_view(self.record), name="articles_delivery_change")
        return [own, *super().get_urls()]

    def record(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The record of one delivery; its page asks again while it is under way."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        delivery = get_object_or_404(Delivery.objects.select_related("by", "settled_by"), pk=pk)
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            bulk = AGAIN if "again" in request.POST else SETTLE
            if reason := bulk.check(delivery, {}):
                messages.warning(request, reason)
            else:
                bulk.change(request, [delivery], {})
            return redirect(request.path)
        context = {
            **self.admin_site.each_context(request), "title": "واردة", "opts": self.opts, "delivery": delivery,
            "may_change": self.has_change_permission(request), "can_repeat": not _can_repeat(delivery, {}),
            "failures": [(stored_in_arabic(row, "path"), stored_in_arabic(row, "reason")) for row in delivery.failures],
            "notes": [_note(row) for row in delivery.notes],
            "is_troubled": delivery.failed or delivery.state == DeliveryState.FAILED,
        }  # fmt: skip
        response = TemplateResponse(request, "admin/desk/delivery.html", context)
        if not delivery.is_over:
            response["Refresh"] = "2"
        return response
