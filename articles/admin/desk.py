"""The base classes of the desk's lists and forms.

Counts are bounded. Other editors' changes are shown before they are overwritten. Histories are shown by history.py.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from articles.admin import history
from articles.admin.digits import OVERRIDES
from articles.admin.help import HELP
from articles.admin.mixed_into import AnyAdmin, AnyInline, AnyModelForm
from articles.admin.offered import led_to_by
from articles.admin.security import ask_again
from articles.admin.words import isolate_dates
from articles.arabic.quoting import in_guillemets
from articles.curation.changes import Change, changes_after, newest_change
from articles.curation.refusals import refusal_of
from articles.models import Article
from articles.models.history import EventRow, event_model_of, operation
from articles.search.compile import compile_query, holding
from articles.search.query import parse

# A list shows at most this many rows and says that there are more. A filter or a search finds the rest. A judgement:
# nobody turns fifty pages; counting a million rows takes longer than the page (measured: docs/decisions/0010).
MOST_LISTED = 5_000
# The hidden field of a form that holds the newest change that the editor saw.
SEEN = "_seen"
# A form shows at most this many rows in an inline. A judgement: each has several fields, of which a form takes 10,000
# at most (DATA_UPLOAD_MAX_NUMBER_FIELDS), and a browser is slow with thousands.
MOST_INLINE = 150
# The most actors or events, and the most articles, that match the words of a search of facts and are used for it.
# Judgements that bound the time of a search for a common word (docs/decisions/0010); a longer search finds the rest.
MOST_SUBJECTS_MATCHED, MOST_ARTICLES_MATCHED = 200, 2_000
# A word is common if more than the share _COMMON_SHARE of the _NEWEST_READ newest articles hold it. For such a word
# only the newest are searched, which is quick; for a rarer word all are. Judgements: a smaller share hides older
# articles of more words.
_NEWEST_READ, _COMMON_SHARE = 5_000, 0.02


class BoundedPaginator(Paginator):
    """Counts no further than MOST_LISTED rows, so that a list of a million opens as quickly as one of a hundred."""

    @cached_property
    def counted(self) -> int:
        """Returns the number of rows, at most MOST_LISTED + 1."""
        rows: Any = self.object_list
        return rows.order_by()[: MOST_LISTED + 1].count()

    @property
    def count(self) -> int:
        return min(self.counted, MOST_LISTED)

    @property
    def has_more(self) -> bool:
        """Returns whether rows follow after the first MOST_LISTED."""
        return self.counted > MOST_LISTED


class Explained(AnyAdmin):
    """A mixin for ModelAdmin and inlines: fields have help texts, and those of numbers and dates read any digits."""

    formfield_overrides = OVERRIDES

    def formfield_for_dbfield(self, db_field: models.Field, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and not field.help_text:
            field.help_text = HELP.get(db_field.model._meta.model_name or "", {}).get(db_field.name, "")
        if field is not None:
            field.help_text = isolate_dates(field.help_text)
        return field

    def formfield_for_choice_field(self, db_field: models.Field, request: Any, **kwargs: Any) -> Any:
        """Shows the label of a refused choice in its error. The form may offer fewer choices than the model has."""
        field: Any = super().formfield_for_choice_field(db_field, request, choices_form_class=_NamedChoice, **kwargs)
        field.names = {str(value): str(label) for value, label in db_field.flatchoices}
        return field


class _NamedChoice(forms.TypedChoiceField):
    """A choice field that shows the label of a refused value in its error.

    names: value → its label, for all values of the model's field.
    """

    names: Mapping[str, str] = {}

    def validate(self, value: str) -> None:
        if value and not self.valid_value(value):
            name = in_guillemets(self.names.get(str(value), value))
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": name}
            )
        super().validate(value)


class PlainDeletion(AnyAdmin):
    """A mixin for ModelAdmin: the page that confirms a deletion leaves out rows that only join two nouns, such as
    «User_groups object»."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        deleted, counts, missing_permissions, protected = super().get_deleted_objects(objs, request)
        joins = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]
        labels = tuple(f"{capfirst(options.verbose_name)}: " for options in joins)
        plurals = {str(options.verbose_name_plural) for options in joins}
        counts = {label: count for label, count in counts.items() if str(label) not in plurals}
        return _without(deleted, labels), counts, missing_permissions, protected


def _without(nested: list, labels: tuple[str, ...]) -> list:
    """Returns Django's nested list without entries that begin with one of the labels, and without emptied lists."""
    pruned = [_without(entry, labels) if isinstance(entry, list) else entry for entry in nested]
    return [entry for entry in pruned if entry and (isinstance(entry, list) or not str(entry).startswith(labels))]


class Joined(AnyInline):
    """A mixin for inlines: rows are fetched together with the rows that they refer to.

    A row whose actor or event is missing is left out, and a figure whose measure is missing shows none.
    `manage.py check_archive` names such rows.
    """

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        fields = [field for field in self.model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
        names = [field.name for field in fields if not issubclass(self.parent_model, _target(field))]
        rows = super().get_queryset(request)
        return rows.select_related(*names) if names else rows


class TabularInline(Joined, Explained, admin.TabularInline):
    """The base of the desk's inlines with one line for each row."""


class StackedInline(Joined, Explained, admin.StackedInline):
    """The base of the desk's inlines with several lines for each row."""


class OwnSearch(AnyAdmin):
    """A mixin for lists with a search of their own. Its method `find` takes a QuerySet and the typed text, without
    spaces around it, and returns the rows that match."""

    def find(self, queryset: Any, typed: str) -> QuerySet:
        """Returns the rows of `queryset` that match `typed`, which is not empty and has no spaces around it."""
        raise NotImplementedError

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        typed = search_term.strip()
        return (self.find(queryset, typed) if typed else queryset), False


class DeskAdmin(PlainDeletion, Explained, admin.ModelAdmin):
    """The base of all lists and forms. A deletion asks for the password if it is not fresh.

    sortable_by: the columns by which the list can be sorted.
    has_history: whether the model's history is kept; then forms show other editors' changes.
    """

    paginator = BoundedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # Only columns with an index: a list of a million rows must be sorted at once.
    sortable_by: ClassVar[tuple[str, ...]] = ()
    has_history = True

    def get_actions(self, request: HttpRequest) -> dict:
        """Removes Django's bulk deletion, which has neither a preview nor a bound."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> models.Model | None:
        """Returns the row; None if it refers to a missing row. SQL can leave such rows, which no form can show."""
        row = super().get_object(request, object_id, from_field)
        return row if row is None or _has_its_owners(row) else None

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict | None
    ) -> HttpResponse:
        """Shows other editors' changes before they are overwritten, and refusals of the database as errors of the form.

        If others have changed the row since the form was opened, nothing is saved: the form comes back with a list of
        the changes, and with their values in the fields that this editor left as they were. What is saved is one
        operation of the history. The page also gets links to the related rows that are too many for it.
        """
        context = dict(extra_context or {})
        row = self.get_object(request, object_id) if object_id and self.has_history else None
        if row is not None:
            changes: list[Change] = []
            if request.method == "POST":
                # The lock makes a second editor's request wait until the first is stored.
                row.refresh_from_db(from_queryset=self.model._base_manager.select_for_update(of=("self",)))
                changes = changes_after(row, request.POST.get(SEEN, ""))
                if changes:
                    _set(request, "POST", self._with_theirs(request, row, changes))
            # `get_form` reads it, and the refusal below.
            _set(request, "meanwhile", changes)
            context |= {"seen": newest_change(row), "meanwhile": changes}
        try:
            # The savepoint lets the form be rendered again after the database has refused a value. The database checks
            # rules that hold for every way of writing, not only for forms.
            with (
                transaction.atomic(),
                operation(what="تعديل" if object_id else "إضافة") if request.POST else nullcontext(),
            ):
                response: HttpResponse = self._django_changeform_view(request, object_id, form_url, context)
        except IntegrityError as error:
            _set(request, "refusal", refusal_of(error))
            response = self._django_changeform_view(request, object_id, form_url, context)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data["longer"] = getattr(request, "longer", [])
        return response

    def _django_changeform_view(self, *arguments: Any) -> HttpResponse:
        """Runs Django's own view of the form."""
        return super()._changeform_view(*arguments)  # type: ignore[misc] # Stubs: it is missing.

    def get_inlines(self, request: HttpRequest, obj: models.Model | None) -> list:
        """Returns the inlines that have at most MOST_INLINE rows. The form links to lists for the others."""
        inlines = super().get_inlines(request, obj)
        if obj is None:
            return list(inlines)
        longer = [inline for inline in inlines if _rows_of(inline, obj)[: MOST_INLINE + 1].count() > MOST_INLINE]
        addresses = [(inline.model._meta.verbose_name_plural, _list_of(inline, obj)) for inline in longer]
        _set(request, "longer", [(name, address) for name, address in addresses if address])
        return [inline for inline in inlines if inline not in longer]

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Returns the form's class, with an error if another editor changed the row meanwhile, or if the database refused
        the values. `_changeform_view` keeps both on the request.
        """
        form = super().get_form(request, obj, change=change, **kwargs)
        if getattr(request, "meanwhile", None):
            form = type("OutdatedForm", (OutdatedForm, form), {})
        if refusal := getattr(request, "refusal", ""):
            form = type("Refused", (Refused, form), {"refusal": refusal})
        return form

    def _with_theirs(self, request: HttpRequest, row: models.Model, changes: list[Change]) -> QueryDict:
        """Returns the posted values, with the other editor's value in each field that this editor left unchanged."""
        posted = request.POST.copy()
        events = event_model_of(type(row))
        first_change = min((item.event for item in changes if item.model == row._meta.model_name), default=None)
        if first_change is None:
            return posted
        version_opened = events.objects.get(pgh_id=first_change)
        form = super().get_form(request, row, change=True)(instance=row)
        for name, field in form.fields.items():
            # A browser leaves an empty checkbox out, so the widget says whether the form held the field.
            is_left_out = field.widget.value_omitted_from_data(posted, request.FILES, name)
            if is_left_out or not hasattr(version_opened, name) or field.disabled:
                continue
            model_field: Any = row._meta.get_field(name)
            column = model_field.attname
            value_opened, value_now = getattr(version_opened, column), getattr(row, column)
            value_posted = field.widget.value_from_datadict(posted, request.FILES, name)
            if value_opened != value_now and not field.has_changed(value_opened, value_posted):
                shown_value = field.prepare_value(value_now)
                posted.setlist(
                    name,
                    [str(item) for item in shown_value]
                    if isinstance(shown_value, list)
                    else ["" if shown_value is None else str(shown_value)],
                )
        return posted

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        if self.has_delete_permission(request) and (password_page := ask_again(request)):
            return password_page
        with operation(what="حذف") if request.POST else nullcontext():
            return super().delete_view(request, object_id, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        if not self.has_history:
            return super().history_view(request, object_id, extra_context)
        return history.history_page(self, request, object_id)

    def may_restore(self, request: HttpRequest, row: Any, version: EventRow) -> bool:
        """Returns whether the user may restore an earlier version of the row. Asked only of users who may change the
        row.
        """
        return True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Stores nothing if the form is unchanged, so that the row keeps its time of change."""
        if not change or form.changed_data:
            super().save_model(request, obj, form, change)

    def after_change(self, rows: list[Any]) -> None:
        """Brings derived rows up to date after `rows` were changed. Does nothing by default."""

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        super().delete_model(request, obj)
        self.after_change([obj])


class OutdatedForm(AnyModelForm):
    """A mixin for a form whose row was changed after it was opened. Nothing is saved until the editor has seen that."""

    def clean(self) -> dict | None:
        """Adds the error «overtaken» to whatever the form finds itself, so that nothing is saved."""
        cleaned = super().clean()
        self.add_error(
            None, forms.ValidationError("لم يُحفظ شيء بعد: تغيّرت هذه الصفحة بعد أن فتحتها.", code="overtaken")
        )
        return cleaned


class Refused(AnyModelForm):
    """A mixin for a form whose values the database refused. The form is shown again with the reason.

    refusal: the reason, in Arabic.
    """

    refusal = ""

    def clean(self) -> dict | None:
        """Adds the refusal to whatever the form finds itself, so that nothing is saved."""
        cleaned = super().clean()
        self.add_error(None, forms.ValidationError(f"لم يُحفظ شيء: {self.refusal}", code="refused"))
        return cleaned


def _set(request: HttpRequest, name: str, value: object) -> None:
    """Keeps a value on the request for the methods of DeskAdmin that Django calls later in the same request."""
    setattr(request, name, value)


def _target(field: models.ForeignKey) -> type[models.Model]:
    """Returns the model to which a field refers. Django has replaced names by classes when the desk runs."""
    if isinstance(field.related_model, str):
        raise TypeError(f"{field} refers to {field.related_model} by name")
    return field.related_model


def _owner(inline: type[AnyInline], row: models.Model) -> models.Field:
    """Returns the field by which the inline's rows refer to the form's row."""
    return next(field for field in inline.model._meta.fields if field.related_model is type(row) and not field.null)


def _rows_of(inline: type[AnyInline], row: models.Model) -> QuerySet:
    """Returns the inline's rows that belong to the form's row."""
    return inline.model._base_manager.filter(**{_owner(inline, row).name: row}).order_by()


def _list_of(inline: type[AnyInline], row: models.Model) -> str:
    """Returns the address of the list of an inline's rows; an empty string if their model has no list."""
    if inline.model not in admin.site._registry:
        return ""
    address = reverse(f"admin:articles_{inline.model._meta.model_name}_changelist")
    return f"{address}?{led_to_by(_owner(inline, row))}={row.pk}"


def first_keys(rows: QuerySet) -> list[int]:
    """Returns the keys of the first MOST_SUBJECTS_MATCHED rows, so that a search can look up their facts by key."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_SUBJECTS_MATCHED])


def holding_words(typed: str) -> list[int]:
    """Returns the keys of the newest MOST_ARTICLES_MATCHED articles that the archive's search finds, drafts included.

    A common word is looked for in the newest articles only, because sorting all that hold it would take seconds.
    """
    compiled = compile_query(parse(typed))
    if compiled is None:
        return []
    conditions = [*compiled.conditions, *([holding(compiled.match)] if compiled.match else [])]
    matching = Article.objects.searchable().filter(*conditions).order_by("-pk").values_list("pk", flat=True)
    newest_key = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    newest_matching = list(matching.filter(pk__gt=newest_key - _NEWEST_READ)[:MOST_ARTICLES_MATCHED])
    return (
        newest_matching
        if len(newest_matching) > _NEWEST_READ * _COMMON_SHARE
        else list(matching[:MOST_ARTICLES_MATCHED])
    )


def _has_its_owners(row: models.Model) -> bool:
    """Returns whether all rows exist that the row refers to with a field that cannot be null."""
    owners = [field for field in row._meta.concrete_fields if isinstance(field, models.ForeignKey) and not field.null]
    return all(
        _target(field)._base_manager.filter(**{field.target_field.attname: getattr(row, field.attname)}).exists()
        for field in owners
    )
