"""What every list and form of the desk has: bounded counts, changes of others told before they are overwritten, history."""

from collections.abc import Mapping
from contextlib import nullcontext
from functools import cached_property

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from articles.admin import history
from articles.admin.digits import OVERRIDES
from articles.admin.help import HELP
from articles.admin.offered import led_to_by
from articles.admin.security import ask_again
from articles.admin.words import isolated_dates
from articles.arabic.quoting import quoted
from articles.curation.changes import changes_after, newest_change
from articles.curation.refusals import refusal_of
from articles.models import Article
from articles.models.history import event_model_of, operation
from articles.search.compile import compile_query, holding
from articles.search.query import parse

# A list shows so many rows and says that there are more; a filter or a search finds the rest.
MOST_LISTED = 5_000
SEEN = "_seen"
# A form shows so many rows of what hangs on its row.
MOST_INLINE = 150
# A search of facts goes by so many of the actors or events that it names, and so many of the articles that it finds.
MOST_NAMED, MOST_FOUND = 200, 2_000
# A word is a common one that so large a share of so many of the newest articles have.
_NEWEST, _COMMON = 5_000, 0.02


class BoundedPaginator(Paginator):
    """Counts no further than MOST_LISTED rows, so that a list of a million opens as quickly as one of a hundred."""

    @cached_property
    def counted(self) -> int:
        return self.object_list.order_by()[: MOST_LISTED + 1].count()

    @property
    def count(self) -> int:
        return min(self.counted, MOST_LISTED)

    @property
    def has_more(self) -> bool:
        return self.counted > MOST_LISTED


class Explained:
    """Mixed into admins of lists and of inlines: every field says what it means, with an example, and reads any digits."""

    formfield_overrides = OVERRIDES

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: object
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and not field.help_text:
            field.help_text = HELP.get(db_field.model._meta.model_name, {}).get(db_field.name, "")
        if field is not None:
            field.help_text = isolated_dates(field.help_text)
        return field

    def formfield_for_choice_field(
        self, db_field: models.Field, request: HttpRequest, **kwargs: object
    ) -> forms.ChoiceField:
        """A choice that is refused is told by its name, which the field's own choices may lack: a form offers fewer."""
        field = super().formfield_for_choice_field(db_field, request, choices_form_class=_NamedChoice, **kwargs)
        field.names = {str(value): str(label) for value, label in db_field.flatchoices}
        return field


class _NamedChoice(forms.TypedChoiceField):
    names: Mapping[str, str] = {}

    def validate(self, value: str) -> None:
        if value and not self.valid_value(value):
            name = quoted(self.names.get(str(value), value))
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": name}
            )
        super().validate(value)


class PlainDeletion:
    """Mixed into admins: the page that asks before a deletion names no rows that only join two nouns («User_groups object»)."""

    def get_deleted_objects(self, objs: object, request: HttpRequest) -> tuple[list, dict, set, list]:
        told, counts, lacking, protected = super().get_deleted_objects(objs, request)
        joins = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]
        labels = tuple(f"{capfirst(options.verbose_name)}: " for options in joins)
        plurals = {str(options.verbose_name_plural) for options in joins}
        counts = {label: count for label, count in counts.items() if str(label) not in plurals}
        return _without(told, labels), counts, lacking, protected


def _without(told: list, labels: tuple[str, ...]) -> list:
    """The nested list that Django makes, without what begins with one of the labels."""
    kept = [_without(one, labels) if isinstance(one, list) else one for one in told]
    return [one for one in kept if one and (isinstance(one, list) or not str(one).startswith(labels))]


class Joined:
    """Mixed into inlines: rows come with what they refer to. One whose actor or event is gone is stepped over, a figure whose
    measure is gone shows none; `manage.py check_archive` names them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        fields = [field for field in self.model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
        names = [field.name for field in fields if not issubclass(self.parent_model, field.related_model)]
        rows = super().get_queryset(request)
        return rows.select_related(*names) if names else rows


class TabularInline(Joined, Explained, admin.TabularInline):
    pass


class StackedInline(Joined, Explained, admin.StackedInline):
    pass


class OwnSearch:
    """Mixed into lists that are searched as the archive is: `found` gives the rows for what was typed."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        typed = search_term.strip()
        return (self.found(queryset, typed) if typed else queryset), False


class DeskAdmin(PlainDeletion, Explained, admin.ModelAdmin):
    """The base of all lists and forms. Nouns that are destroyed or merged ask for the password when it is not fresh."""

    paginator = BoundedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # Columns by which a list of a million can be sorted at once, since an index has their order.
    sortable_by: tuple[str, ...] = ()
    has_history = True

    def get_actions(self, request: HttpRequest) -> dict:
        """Without Django's own bulk deletion, which knows neither preview nor bound."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> models.Model | None:
        """The row; None for a fact of what is not there, which SQL can leave behind: nothing of it could be told."""
        row = super().get_object(request, object_id, from_field)
        return row if row is None or _has_its_owners(row) else None

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict | None
    ) -> HttpResponse:
        extra = dict(extra_context or {})
        row = self.get_object(request, object_id) if object_id and self.has_history else None
        if row is not None:
            request.meanwhile = []
            if request.method == "POST":
                # A second editor's request waits here for the first's to be stored.
                row.refresh_from_db(from_queryset=self.model._base_manager.select_for_update(of=("self",)))
                request.meanwhile = changes_after(row, request.POST.get(SEEN, ""))
                if request.meanwhile:
                    request.POST = self._with_theirs(request, row)
            extra |= {"seen": newest_change(row), "meanwhile": request.meanwhile}
        try:
            # A savepoint, so that what the database refuses can be told on the form: its other rules hold for all doors.
            with (
                transaction.atomic(),
                operation(what="تعديل" if object_id else "إضافة") if request.POST else nullcontext(),
            ):
                response = super()._changeform_view(request, object_id, form_url, extra)
        except IntegrityError as error:
            request.refusal = refusal_of(error)
            response = super()._changeform_view(request, object_id, form_url, extra)
        if hasattr(response, "context_data"):
            response.context_data["longer"] = getattr(request, "longer", [])
        return response

    def get_inlines(self, request: HttpRequest, obj: models.Model | None) -> list:
        """Those whose rows are few enough for a form; longer ones are led to as lists of their own."""
        inlines = super().get_inlines(request, obj)
        if obj is None:
            return inlines
        longer = [inline for inline in inlines if _rows_of(inline, obj)[: MOST_INLINE + 1].count() > MOST_INLINE]
        request.longer = [
            (inline.model._meta.verbose_name_plural, _list_of(inline, obj))
            for inline in longer
            if _list_of(inline, obj)
        ]
        return [inline for inline in inlines if inline not in longer]

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: object
    ) -> type:
        form = super().get_form(request, obj, change=change, **kwargs)
        if getattr(request, "meanwhile", None):
            form = type("OutdatedForm", (OutdatedForm, form), {})
        if refusal := getattr(request, "refusal", ""):
            form = type("Refused", (Refused, form), {"refusal": refusal})
        return form

    def _with_theirs(self, request: HttpRequest, row: models.Model) -> QueryDict:
        """What was posted, where this editor left a field as it was with what the other editor made of it."""
        posted = request.POST.copy()
        events = event_model_of(type(row))
        first = min((one.event for one in request.meanwhile if one.model == row._meta.model_name), default=None)
        if first is None:
            return posted
        opened = events.objects.get(pgh_id=first)
        form = super().get_form(request, row, change=True)(instance=row)
        for name, field in form.fields.items():
            if name not in posted or not hasattr(opened, name) or field.disabled:
                continue
            column = row._meta.get_field(name).attname
            was, now = getattr(opened, column), getattr(row, column)
            given = field.widget.value_from_datadict(posted, request.FILES, name)
            if was != now and not field.has_changed(was, given):
                shown = field.prepare_value(now)
                posted.setlist(
                    name,
                    [str(one) for one in shown] if isinstance(shown, list) else ["" if shown is None else str(shown)],
                )
        return posted

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        if self.has_delete_permission(request) and (asked := ask_again(request)):
            return asked
        with operation(what="حذف") if request.POST else nullcontext():
            return super().delete_view(request, object_id, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        if not self.has_history:
            return super().history_view(request, object_id, extra_context)
        return history.history_page(self, request, object_id)

    def may_restore(self, request: HttpRequest, row: models.Model, version: models.Model) -> bool:
        """Whether the user, who may change the row, may give it what an earlier version has."""
        return True

    def save_model(self, request: HttpRequest, obj: models.Model, form: forms.ModelForm, change: bool) -> None:
        """A form that was left as it was stores nothing: not even the row's time of change is another."""
        if not change or form.changed_data:
            super().save_model(request, obj, form, change)

    def after_change(self, rows: list[models.Model]) -> None:
        """Brings up to date what follows from changed rows; nothing, for most."""

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        super().delete_model(request, obj)
        self.after_change([obj])


class OutdatedForm:
    """Mixed into a form whose row was changed while it lay open: nothing is saved until the editor has seen that."""

    def clean(self) -> dict:
        cleaned = super().clean()
        self.add_error(
            None, forms.ValidationError("لم يُحفظ شيء بعد: تغيّرت هذه الصفحة بعد أن فتحتها.", code="overtaken")
        )
        return cleaned


class Refused:
    """Mixed into a form whose values the database refused when they were stored: the form is shown again and says why."""

    refusal = ""

    def clean(self) -> dict:
        cleaned = super().clean()
        self.add_error(None, forms.ValidationError(f"لم يُحفظ شيء: {self.refusal}", code="refused"))
        return cleaned


def _owner(inline: type, row: models.Model) -> models.Field:
    return next(field for field in inline.model._meta.fields if field.related_model is type(row) and not field.null)


def _rows_of(inline: type, row: models.Model) -> QuerySet:
    return inline.model._base_manager.filter(**{_owner(inline, row).name: row}).order_by()


def _list_of(inline: type, row: models.Model) -> str:
    """The address of the list of an inline's rows; an empty string for a noun without a list."""
    if inline.model not in admin.site._registry:
        return ""
    address = reverse(f"admin:articles_{inline.model._meta.model_name}_changelist")
    return f"{address}?{led_to_by(_owner(inline, row))}={row.pk}"


def first_keys(rows: QuerySet) -> list[int]:
    """The keys of the first rows that a search names, so that what hangs on them is looked up by key."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_NAMED])


def holding_words(typed: str) -> list[int]:
    """The newest MOST_FOUND articles that the archive's own search finds, drafts included.

    A word that many articles have is looked for among the newest alone: sorting all that have it would take seconds.
    """
    compiled = compile_query(parse(typed))
    if compiled is None:
        return []
    asked = [*compiled.conditions, *([holding(compiled.match)] if compiled.match else [])]
    found = Article.objects.searchable().filter(*asked).order_by("-pk").values_list("pk", flat=True)
    newest = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    among_newest = list(found.filter(pk__gt=newest - _NEWEST)[:MOST_FOUND])
    return among_newest if len(among_newest) > _NEWEST * _COMMON else list(found[:MOST_FOUND])


def _has_its_owners(row: models.Model) -> bool:
    """Whether all is there that a row cannot be without."""
    owners = [field for field in row._meta.concrete_fields if isinstance(field, models.ForeignKey) and not field.null]
    return all(
        field.related_model._base_manager.filter(**{field.target_field.attname: getattr(row, field.attname)}).exists()
        for field in owners
    )
