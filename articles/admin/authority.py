"""The desk's pages for the authority file, for a new alias of an actor, and for the order of a series.

The file can be loaded and downloaded. A new alias is previewed with the articles that it would suggest the actor in.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from articles.admin.digits import IntegerField
from articles.admin.mark_field import MARK_FIELD, outdated, seen_field
from articles.admin.pages import desk_page, posted
from articles.admin.security import FreshForm
from articles.exchange.authority import authority_file
from articles.extract.authority import Authority
from articles.extract.naming import MOST_LINKED, choose_bearers, link, would_name
from articles.ingest.arabic import in_arabic
from articles.ingest.authority import MOST_NAMESAKES, AuthorityError, AuthorityReport, apply_authority
from articles.models import Actor, Alias, AliasKind, Event, EventSeries
from articles.models.history import operation
from articles.models.keys import read_key
from articles.search.compile import holding_phrase
from articles.site.words_for import number

# The advice after new names were stored: `manage.py extract` reads the stored articles for them.
REREAD_STORED = "ليُقترح ذكرها في المقالات المحفوظة اطلب من مسؤول النظام أن تُقرأ من جديد."
# The largest file that is read, in bytes. A judgement: a file of the most entries with long descriptions has a few
# megabytes.
_LARGEST = 10 * 1024 * 1024
# The most entries, names of actors and participants of a file, counted together: an editor waits for them, and a thread
# of the site is busy meanwhile. A judgement; `load_authority` takes larger files.
_MOST_ENTRIES = 2_000
# The most shared names that are listed one by one. A judgement: nobody checks more on one page.
_MOST_SHARED_NAMES = 50


class AuthorityForm(FreshForm):
    """The form that takes an authority file."""

    file = forms.FileField(
        label="ملف الضبط (TOML)", help_text="أسهل بداية له أن تنزّله من هنا وتعدّله؛ وصيغته كاملة عند مسؤول النظام."
    )


@desk_page("authority/", "authority")
def authority(request: HttpRequest) -> HttpResponse:
    """Loads an authority file. The first POST only reports what the file would change; one with `sure` applies it all.

    Raises PermissionDenied if the user may not view actors, or sends a file and may not merge actors.
    """
    if not request.user.has_perm("articles.view_actor"):
        raise PermissionDenied
    may_load = request.user.has_perm("articles.merge_actor")
    form = AuthorityForm(posted(request), request.FILES or None, request=request) if may_load else None
    report = None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            report = _apply_file(request, form)
            if report and "sure" in request.POST:
                return redirect("admin:authority")
    context = {**admin.site.each_context(request), "title": "ملف الضبط", "form": form, "report": report,
               "shared": _warnings_of_shared_names(report) if report else []}  # fmt: skip
    return TemplateResponse(request, "admin/desk/authority.html", context)


def _apply_file(request: HttpRequest, form: AuthorityForm) -> AuthorityReport | None:
    """Applies the file of a valid form, and rolls it back unless the request has `sure`.

    Returns the report; None if the file is too large or wrong, with an error added to the form.
    """
    file = form.cleaned_data["file"]
    if file.size > _LARGEST:
        form.add_error("file", "الملف أكبر من 10 ميغابايت.")
        return None
    sure = "sure" in request.POST
    try:
        with transaction.atomic(), operation(what=f"ملف الضبط {file.name}"):
            report = apply_authority(file.name, file.read(), most=_MOST_ENTRIES)
            transaction.set_rollback(not sure)
    except AuthorityError as error:
        form.add_error("file", in_arabic(str(error)))
        return None
    if sure:
        messages.success(
            request,
            f"طُبق {report.applied}، وبقي كما هو {report.unchanged}. {REREAD_STORED}",
        )
        for warning in _warnings_of_shared_names(report):
            messages.warning(request, warning)
    return report


def _warnings_of_shared_names(report: AuthorityReport) -> list[str]:
    """Returns warnings about names that another actor has, too. Names beyond _MOST_SHARED_NAMES are only counted."""
    warnings = [shared_name(shared.name, shared.owner, shared.other) for shared in report.shared[:_MOST_SHARED_NAMES]]
    if count_of_rest := len(report.shared) - len(warnings):
        warnings.append(f"وغيرها من الأسماء المشتركة: {number(count_of_rest)}.")
    return warnings


@desk_page("authority/file/", "authority_file")
def download(request: HttpRequest) -> HttpResponseBase:
    """Streams the archive's authority file. Raises PermissionDenied if the user may not view actors."""
    if not request.user.has_perm("articles.view_actor"):
        raise PermissionDenied
    response = StreamingHttpResponse(authority_file(), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="authority.toml"'
    return response


class AliasForm(forms.ModelForm):
    """The form of a new alias."""

    class Meta:
        model = Alias
        fields = ("name", "kind", "found_in_text")


def sharing(alias: Alias) -> list[Actor]:
    """Returns other actors that have the alias as a name, at most MOST_NAMESAKES."""
    return list(Actor.objects.named(alias.name).exclude(pk=alias.actor_id)[:MOST_NAMESAKES])


def shared_name(name: str, owner: Actor | str, second_owner: Actor) -> str:
    """Returns the warning about a name of `owner` that `second_owner` has, too.

    It says how extraction treats such a name (articles/extract/actors.py).
    """
    return (
        f"الاسم «{name}» يحمله فاعلان، «{owner}» و«{second_owner}»: لا يُقترح به أي منهما، "
        "إلا في مقال يذكر واحدا منهما وحده باسم آخر لا يشاركه فيه أحد."
    )


@desk_page("actor/<int:pk>/name/", "new_name")
def new_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds an alias to an actor.

    The first POST lists the stored articles that hold the name and do not mention the actor. A POST with `save` stores
    the alias. One with `link` also suggests the actor in those articles. Raises PermissionDenied if the user may not
    add aliases, and Http404 if there is no such actor or it was merged.
    """
    if not request.user.has_perm("articles.add_alias"):
        raise PermissionDenied
    actor = get_object_or_404(Actor, pk=pk, merged_into=None)
    alias = Alias(actor=actor, kind=AliasKind.SPELLING)
    form = AliasForm(posted(request), instance=alias)
    matches, sharing_actors, undecided = None, [], 0
    if request.method == "POST" and form.is_valid():
        try:
            alias.full_clean()
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            sharing_actors = sharing(alias)
            if "save" in request.POST or "link" in request.POST:
                return _save_alias(request, actor, alias)
            matches = would_name(actor, alias.name, holding_phrase(alias.name))
            if sharing_actors:
                matches, undecided = choose_bearers(matches, actor, alias.name, Authority.load())
    context = {
        **admin.site.each_context(request), "title": f"اسم آخر: {actor}", "actor": actor, "form": form,
        "matches": matches,
        "others": [shared_name(alias.name, actor, sharing_actor) for sharing_actor in sharing_actors],
        "undecided": undecided,
        "most": MOST_LINKED, "opts": Actor._meta,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/new_name.html", context)


def _save_alias(request: HttpRequest, actor: Actor, alias: Alias) -> HttpResponse:
    """Stores the alias in one operation. With `link`, also suggests the actor in articles that hold the name."""
    with transaction.atomic(), operation(what=f"اسم آخر لـ«{actor}»"):
        alias.save()
        if "link" not in request.POST:
            messages.success(request, f"حُفظ «{alias.name}»، ويجده البحث من الآن.")
        else:
            authority = Authority.load()
            matches = would_name(actor, alias.name, holding_phrase(alias.name))
            if sharing(alias):
                matches, _ = choose_bearers(matches, actor, alias.name, authority)
            article_count = link(matches, authority)
            hint_on_rest = f" وبقي غيرها: اطلب من مسؤول النظام أن تُقرأ من جديد للفاعل رقم {actor.pk}."
            hint = hint_on_rest if matches.has_more else ""
            messages.success(request, f"حُفظ «{alias.name}»، واقتُرح ذكره في {article_count} من المقالات.{hint}")
    return redirect("admin:articles_actor_change", actor.pk)


@desk_page("series/<int:pk>/order/", "series_order")
def series_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows the sessions of a series in order, with fields for their numbers and buttons that move one up or down.

    A POST stores the numbers in one operation. Nothing is stored if another editor changed a number since. Raises
    PermissionDenied if the user may not view series, or sends a POST and may not change events.
    """
    if not request.user.has_perm("articles.view_eventseries"):
        raise PermissionDenied
    series = get_object_or_404(EventSeries, pk=pk)
    events = list(Event.objects.standing().filter(series=series).in_series())
    if request.method == "POST":
        if not request.user.has_perm("articles.change_event"):
            raise PermissionDenied
        try:
            if conflicts := outdated(request, events, ("session",)):
                reasons = [
                    f"«{event}»: {conflicts[event.pk] or 'أضيفت بعد أن فتحت الصفحة'}"
                    for event in events
                    if event.pk in conflicts
                ]
                raise ValidationError([*reasons, "لم يُحفظ شيء. راجع الترتيب ثم أعد."])
            numbers = _numbers(request, events)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            with transaction.atomic(), operation(what=f"ترتيب «{series}»"):
                for event in events:
                    if event.session != numbers[event.pk]:
                        Event.objects.filter(pk=event.pk).update(session=numbers[event.pk])
            messages.success(request, "حُفظ الترتيب.")
            return redirect(request.path)
    context = {
        **admin.site.each_context(request),
        "title": f"ترتيب: {series}",
        "series": series,
        "events": [(event, _typed_number(request, event)) for event in events],
        "seen": seen_field(events),
        "seen_name": MARK_FIELD,
        "opts": EventSeries._meta,
    }
    return TemplateResponse(request, "admin/desk/series.html", context)


def _numbers(request: HttpRequest, events: list[Event]) -> dict[int, int | None]:
    """Returns the number of each event by its key: as typed, or the new place if a button moved an event.

    An empty field gives None. Raises ValidationError if a field is not a number from 1 to 9999.
    """
    field = IntegerField(min_value=1, max_value=9999, required=False)
    typed = {event.pk: field.clean(request.POST.get(f"session-{event.pk}", "")) for event in events}
    # Typed numbers are applied before a button moves an event; otherwise they would be lost.
    order = sorted(typed, key=lambda pk: (typed[pk] is None, typed[pk])) if any(typed.values()) else list(typed)
    for button, step in (("up", -1), ("down", 1)):
        moved_key = read_key(request.POST.get(button, ""))
        index = order.index(moved_key) if moved_key in order else None
        if index is not None and 0 <= index + step < len(order):
            order[index], order[index + step] = order[index + step], order[index]
            return {pk: place for place, pk in enumerate(order, 1)}
    return typed


def _typed_number(request: HttpRequest, event: Event) -> str:
    """Returns the text in the field of an event's number: the typed one if there is one, otherwise the stored one."""
    stored = "" if event.session is None else str(event.session)
    return request.POST.get(f"session-{event.pk}", stored)
