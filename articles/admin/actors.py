"""Admin of actors with their aliases, and of merging two into one."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.admin.authority import shared_name, sharing
from articles.admin.desk import OwnSearch, TabularInline
from articles.admin.merging import MergeDesk
from articles.admin.review import ReviewAdmin
from articles.models import Actor, Alias, Participation


class AliasInline(TabularInline):
    model = Alias
    extra = 1


class ParticipationInline(TabularInline):
    model = Participation
    extra = 0
    autocomplete_fields = ("event",)
    fields = ("event", "role", "state")


def saved_rows(formset: object) -> list[Alias]:
    """The rows of an inline that a form has just added or changed."""
    return [*formset.new_objects, *(row for row, _ in formset.changed_objects)]


@admin.register(Actor)
class ActorAdmin(MergeDesk, OwnSearch, ReviewAdmin):
    actions = (*ReviewAdmin.actions, "merge")
    change_form_template = "admin/articles/actor/change_form.html"
    list_display = ("name", "distinction", "kind", "country", "state", "score")
    list_filter = ("state", "withheld", "kind")
    search_fields = ("name", "folded_name", "aliases__name", "aliases__folded")
    ordering = ("folded_name", "id")
    sortable_by = ("name", "score")
    inlines = (AliasInline, ParticipationInline)
    fields = (
        "name",
        "distinction",
        "kind",
        "country",
        "description",
        "state",
        "withheld",
        *ReviewAdmin.readonly_fields,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(merged_into__isnull=True)

    def found(self, queryset: QuerySet, typed: str) -> QuerySet:
        """Any name in any spelling that folds alike."""
        return queryset.with_name_part(typed)

    def save_related(self, request: HttpRequest, form: object, formsets: list, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for alias in (row for formset in formsets if formset.model is Alias for row in saved_rows(formset)):
            for other in sharing(alias):
                messages.warning(request, shared_name(alias.name, other))
        if any(formset.model is Alias and formset.has_changed() for formset in formsets):
            messages.info(
                request, "يجد البحث الأسماء الجديدة من الآن. لاقتراح ذكرها في المقالات المحفوظة: manage.py extract"
            )
