"""The desk's pages of deliveries: a form for files and addresses, their list, and the record of each."""

import codecs
from typing import Any

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
from articles.admin.editor import editor_of
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

# The most files and addresses that one form takes. A judgement: Django keeps each file of a form open, and each gets a
# delivery of its own; more documents come in one WARC or CSV file. DATA_UPLOAD_MAX_NUMBER_FILES is the same.
MOST_FILES, MOST_ADDRESSES = 200, 200


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Cleans to a list of the chosen files. Empty files pass: `receive_file` refuses each by its name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: object, initial: object = None) -> list:
        clean_file = super().clean
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [clean_file(file, initial) for file in files]


class DeliverForm(forms.Form):
    """The form for new deliveries: at most MOST_FILES files and MOST_ADDRESSES addresses.

    `format` and `encoding` apply to the files. `addresses` cleans to a list, `encoding` to Python's name of the codec.
    """

    files = FilesField(  # type: ignore[assignment] # Django takes the field out of the class.
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
        """Returns Python's name of the typed encoding; empty if none was typed. Raises ValidationError for an unknown
        name.
        """
        try:
            return codecs.lookup(self.cleaned_data["encoding"]).name if self.cleaned_data["encoding"] else ""
        except LookupError:
            raise forms.ValidationError("لا ترميز بهذا الاسم.") from None

    def clean_addresses(self) -> list[str]:
        """Returns the typed addresses without empty lines. Raises ValidationError for more than MOST_ADDRESSES, and
        for each line that is no address of a page.
        """
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
        """Refuses a form with neither a file nor an address, and one with more than MOST_FILES files."""
        cleaned: dict = super().clean() or {}
        if not self.errors and not cleaned.get("files") and not cleaned.get("addresses"):
            raise forms.ValidationError("اختر ملفا أو اكتب رابطا.")
        if len(cleaned.get("files") or []) > MOST_FILES:
            raise forms.ValidationError(
                f"أكثر من {number(MOST_FILES)} ملف؛ ارفعها على دفعات، أو اجمعها في أرشيف WARC، أو اطلب إدخالها من مسؤول النظام."
            )
        return cleaned


def _is_page(line: str) -> bool:
    """Returns whether a line is the address of a web page, of at most LONGEST_ADDRESS characters."""
    try:
        return is_address(line) and len(line) <= LONGEST_ADDRESS and bool(read_address(line))
    except AddressError:
        return False


@desk_page("deliver/", "deliver")
def deliver(request: HttpRequest) -> HttpResponse:
    """Shows the form for new deliveries. A POST stores each file and address as a delivery, which a worker takes in.

    Raises PermissionDenied if the user may not ingest articles.
    """
    if not request.user.has_perm("articles.ingest_article"):
        raise PermissionDenied
    form = DeliverForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            count, refusals = _receive(request, form.cleaned_data)
        except UnstoredError as error:
            form.add_error("files", str(error))
            count, refusals = 0, []
        for reason in refusals:
            messages.error(request, reason)
        if count:
            messages.success(request, f"استُلم: {number(count)}. تُقرأ في الخلفية، وهذه سجلاتها.")
            return redirect("admin:articles_delivery_changelist")
    context = {**admin.site.each_context(request), "title": "إضافة مقالات", "form": form}
    return TemplateResponse(request, "admin/desk/deliver.html", context)


def _receive(request: HttpRequest, cleaned: dict) -> tuple[int, list[str]]:
    """Stores the files and addresses of the form. Returns the number of deliveries, and the reasons of refused files.

    Raises UnstoredError if the system could not store a file; then no delivery is left.
    """
    refusals = []
    with all_or_none() as deliveries:
        for file in cleaned["files"]:
            try:
                deliveries.append(
                    receive_file(file, editor_of(request), format_name=cleaned["format"], encoding=cleaned["encoding"])
                )
            except RefusedError as error:
                refusals.append(str(error))
        deliveries += [receive_address(address, editor_of(request)) for address in cleaned["addresses"]]
    return len(deliveries), refusals


class TroubleFilter(admin.SimpleListFilter):
    """Filters the list by deliveries with failures that no editor has settled."""

    title = "ما تعذر"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "تعذر بعضها ولم يُعالج")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        return queryset.troubled() if self.value() == "yes" else queryset


def _settle(request: HttpRequest, rows: list[Delivery], form_values: dict) -> None:
    """Marks the failures of the deliveries as settled by the user."""
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(settled_at=timezone.now(), settled_by=request.user)


def _again(request: HttpRequest, rows: list[Delivery], form_values: dict) -> None:
    """Leaves the deliveries to a worker once more."""
    for row in rows:
        again(row)


def _refusal_to_repeat(row: Delivery, form_values: dict) -> str:
    """Says why a delivery cannot be repeated; empty if it can."""
    if not row.is_over:
        return "لم ينته بعد"
    return "" if row.stored_as or is_address(row.name) else "جاء من سطر الأوامر؛ يعاد منه"


SETTLE = Bulk(
    "settle", "عولج ما تعذر", "change", _settle, lambda row, form_values: "عولج من قبل" if row.settled_at else ""
)
AGAIN = Bulk("again", "أعد المحاولة", "change", _again, _refusal_to_repeat)


def _note(row: dict[str, object]) -> dict[str, object]:
    """Translates a note of a delivery's record for the template. `row` is the note as the record holds it."""
    kind = str(row["kind"])
    return {
        "path": stored_in_arabic(row, "path"), "field": field_in_arabic(str(row["field"])), "given": row["given"],
        "kind": dict(NoteKind.choices).get(kind, kind), "taken": stored_in_arabic(row, "taken"), "times": row["times"],
    }  # fmt: skip


@admin.register(Delivery)
@with_actions(SETTLE, AGAIN)
class DeliveryAdmin(DeskAdmin):
    """The list and the records of deliveries. They can be settled or repeated, but not edited."""

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
        """Returns the file's name or the fetched address, each in its own direction of writing."""
        return address_from_the_left(delivery.name) if is_address(delivery.name) else own_direction(delivery.name)

    def get_urls(self) -> list:
        record = path("<int:pk>/change/", self.admin_site.admin_view(self.record), name="articles_delivery_change")
        return [record, *super().get_urls()]

    def record(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows the record of one delivery, reloaded every 2 seconds until it is over. A POST settles or repeats it."""
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
            "may_change": self.has_change_permission(request), "can_repeat": not _refusal_to_repeat(delivery, {}),
            "failures": [(stored_in_arabic(row, "path"), stored_in_arabic(row, "reason")) for row in delivery.failures],
            "notes": [_note(row) for row in delivery.notes],
            "is_troubled": delivery.failed or delivery.state == DeliveryState.FAILED,
        }  # fmt: skip
        response = TemplateResponse(request, "admin/desk/delivery.html", context)
        if not delivery.is_over:
            response["Refresh"] = "2"
        return response
