"""The desk's list and form of actors, with their aliases."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode

from articles.admin.authority import REREAD_STORED, shared_name, sharing
from articles.admin.desk import OwnSearch, TabularInline
from articles.admin.fact_admin import CONFIRM_SELECTED, REJECT_SELECTED, ReviewAdmin
from articles.admin.merging import MergeDesk
from articles.arabic.names import NameIndex
from articles.arabic.quoting import in_guillemets
from articles.models import Actor, Alias, Event, Participation
from articles.site.words_for import counted

# The most events that are read for one name in titles. A judgement: only their titles are read, and the newest show
# well enough how a common name is used.
_MOST_TITLES = 2_000


class AliasInline(TabularInline):
    """The aliases of an actor."""

    model = Alias
    extra = 1


class EventsOfActorInline(TabularInline):
    """The events in which an actor takes part."""

    model = Participation
    extra = 0
    autocomplete_fields = ("event",)
    fields = ("event", "role", "state")


def saved_rows(formset: Any) -> list[Alias]:
    """Returns the rows of an inline that the form has added or changed."""
    return [*formset.new_objects, *(row for row, _ in formset.changed_objects)]


def events_titled_with(actor: Actor) -> dict[str, set[int]]:
    """Maps each name of the actor in titles of public events to the keys of these events.

    A name counts with the clitics that are attached to it. The newest _MOST_TITLES events are read for each name.
    """
    events_by_name: dict[str, set[int]] = {}
    for name in dict.fromkeys([actor.name, *actor.aliases.values_list("name", flat=True)]):
        index = NameIndex([(name, actor.pk)])
        titles = Event.objects.public().with_title_words(name).newest().values_list("pk", "title")[:_MOST_TITLES]
        if events := {pk for pk, title in titles if index.find(title)}:
            events_by_name[name] = events
    return events_by_name


def warn_of_titles(request: HttpRequest, actor: Actor) -> None:
    """Warns that titles of public events still name a withheld actor, with a link to the events of each name."""
    events_by_name = events_titled_with(actor)
    if not events_by_name:
        return
    count = counted(len(set().union(*events_by_name.values())), "event")
    lists = reverse("admin:articles_event_changelist")
    links = format_html_join(
        "، ", '<a href="{}?{}">{}</a>', ((lists, urlencode({"q": n}), in_guillemets(n)) for n in events_by_name)
    )
    warning = "الفاعل محجوب، لكن القراء يرون اسمه في عناوين فعاليات: {}. لحجبها أيضا افتح الفعاليات التي في عنوانها {}."
    messages.warning(request, format_html(warning, count, links))


@admin.register(Actor)
class ActorAdmin(MergeDesk, OwnSearch, ReviewAdmin):
    """The list and the form of actors. Merged actors are left out."""

    actions = (CONFIRM_SELECTED.name, REJECT_SELECTED.name, "merge")
    change_form_template = "admin/articles/actor/change_form.html"
    list_display = ("name", "distinction", "kind", "country", "state", "score")
    list_filter = ("state", "withheld", "kind")
    search_fields = ("name", "folded_name", "aliases__name", "aliases__folded")
    ordering = ("folded_name", "id")
    sortable_by: ClassVar[tuple[str, ...]] = ("name", "score")
    inlines = (AliasInline, EventsOfActorInline)
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

    def find(self, queryset: Any, typed: str) -> QuerySet:
        """Finds actors by a part of any name, in any spelling that folds alike."""
        return queryset.with_name_part(typed)

    def save_related(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> None:
        """Adds messages after the actor and its aliases are stored.

        They warn of titles of public events that still name a withheld actor, and of stored aliases that are names of
        other actors too. If aliases have changed, they also say that search finds them from now on.
        """
        super().save_related(request, form, formsets, change)
        if form.instance.withheld and (form.has_changed() or any(formset.has_changed() for formset in formsets)):
            warn_of_titles(request, form.instance)
        for alias in (row for formset in formsets if formset.model is Alias for row in saved_rows(formset)):
            for sharing_actor in sharing(alias):
                messages.warning(request, shared_name(alias.name, form.instance, sharing_actor))
        if any(formset.model is Alias and formset.has_changed() for formset in formsets):
            messages.info(request, f"يجد البحث الأسماء الجديدة من الآن. {REREAD_STORED}")
