"""Admin of actors with their aliases, and of merging two into one."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode

from articles.admin.authority import REREAD_STORED, shared_name, sharing
from articles.admin.desk import OwnSearch, TabularInline
from articles.admin.merging import MergeDesk
from articles.admin.review import ReviewAdmin
from articles.arabic.names import NameIndex
from articles.arabic.quoting import quoted
from articles.models import Actor, Alias, Event, Participation
from articles.site.words_for import counted

# Of a name in the titles of very many events so many are read.
_MOST_TITLES = 2_000


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


def events_titled_with(actor: Actor) -> dict[str, set[int]]:
    """Each name of the actor that titles of public events hold, whatever is attached to it → those events; the newest _MOST_TITLES."""
    of_names: dict[str, set[int]] = {}
    for name in dict.fromkeys([actor.name, *actor.aliases.values_list("name", flat=True)]):
        index = NameIndex([(name, actor.pk)])
        holding = Event.objects.public().with_title_words(name).newest().values_list("pk", "title")[:_MOST_TITLES]
        if events := {pk for pk, title in holding if index.find(title)}:
            of_names[name] = events
    return of_names


def warn_of_titles(request: HttpRequest, actor: Actor) -> None:
    """Tells who withholds an actor that titles of events go on naming it, with a list of the events for each name."""
    of_names = events_titled_with(actor)
    if not of_names:
        return
    count = counted(len(set().union(*of_names.values())), "event")
    lists = reverse("admin:articles_event_changelist")
    links = format_html_join(
        "، ", '<a href="{}?{}">{}</a>', ((lists, urlencode({"q": n}), quoted(n)) for n in of_names)
    )
    told = "الفاعل محجوب، لكن القراء يرون اسمه في عناوين فعاليات: {}. لحجبها أيضا افتح الفعاليات التي في عنوانها {}."
    messages.warning(request, format_html(told, count, links))


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
        if form.instance.withheld and (form.has_changed() or any(formset.has_changed() for formset in formsets)):
            warn_of_titles(request, form.instance)
        for alias in (row for formset in formsets if formset.model is Alias for row in saved_rows(formset)):
            for other in sharing(alias):
                messages.warning(request, shared_name(alias.name, form.instance, other))
        if any(formset.model is Alias and formset.has_changed() for formset in formsets):
            messages.info(request, f"يجد البحث الأسماء الجديدة من الآن. {REREAD_STORED}")
