"""The authority file in and out, a new name with what it would find, and the order of a series."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from articles.admin.digits import IntegerField
from articles.admin.pages import desk_page, posted
from articles.admin.security import FreshForm
from articles.admin.seeing import FIELD, outdated, seen_field
from articles.exchange.authority import authority_file
from articles.extract.authority import Authority
from articles.extract.naming import MOST_LINKED, decided, link, would_name
from articles.ingest.arabic import in_arabic
from articles.ingest.authority import MOST_SHARING, AuthorityError, AuthorityReport, apply_authority
from articles.models import Actor, Alias, AliasKind, Event, EventSeries
from articles.models.history import operation
from articles.models.keys import read_key
from articles.search.compile import holding_phrase
from articles.site.words_for import number

# What an editor is told whose new names stored articles are not read for yet: `manage.py extract` does it.
REREAD_STORED = "ليُقترح ذكرها في المقالات المحفوظة اطلب من مسؤول النظام أن تُقرأ من جديد."
_LARGEST = 10 * 1024 * 1024
# Entries, names of actors and participants that a file may have together: an editor waits for them.
_MOST_ENTRIES = 2_000
# Names that several actors bear, told one by one.
_MOST_SHARED_NAMES = 50


class AuthorityForm(FreshForm):
    file = forms.FileField(
        label="ملف الضبط (TOML)", help_text="أسهل بداية له أن تنزّله من هنا وتعدّله؛ وصيغته كاملة عند مسؤول النظام."
    )


@desk_page("authority/", "authority")
def authority(request: HttpRequest) -> HttpResponse:
    """Takes a file in: first what it would do, then, with the same file, all of it or nothing."""
    if not request.user.has_perm("articles.view_actor"):
        raise PermissionDenied
    may_load = request.user.has_perm("articles.merge_actor")
    form = AuthorityForm(posted(request), request.FILES or None, request=request) if may_load else None
    trial = None
    if request.method == "POST":
        if not may_load:
            raise PermissionDenied
        if form.is_valid():
            trial = _tried(request, form)
            if trial and "sure" in request.POST:
                return redirect("admin:authority")
    context = {**admin.site.each_context(request), "title": "ملف الضبط", "form": form, "trial": trial,
               "shared": _of_shared_names(trial) if trial else []}  # fmt: skip
    return TemplateResponse(request, "admin/desk/authority.html", context)


def _tried(request: HttpRequest, form: AuthorityForm) -> AuthorityReport | None:
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
        for words in _of_shared_names(report):
            messages.warning(request, words)
    return report


def _of_shared_names(report: AuthorityReport) -> list[str]:
    """What an editor is told of the names of a file that other actors bear, too."""
    told = [shared_name(shared.name, shared.owner, shared.other) for shared in report.shared[:_MOST_SHARED_NAMES]]
    if rest := len(report.shared) - len(told):
        told.append(f"وغيرها من الأسماء المشتركة: {number(rest)}.")
    return told


@desk_page("authority/file/", "authority_file")
def download(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("articles.view_actor"):
        raise PermissionDenied
    response = StreamingHttpResponse(authority_file(), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="authority.toml"'
    return response


class AliasForm(forms.ModelForm):
    class Meta:
        model = Alias
        fields = ("name", "kind", "found_in_text")


def sharing(alias: Alias) -> list[Actor]:
    """At most MOST_SHARING other actors that bear the name."""
    return list(Actor.objects.named(alias.name).exclude(pk=alias.actor_id)[:MOST_SHARING])


def shared_name(name: str, owner: Actor | str, other: Actor) -> str:
    """What an editor is told of a name of `owner` that another bears, too: what extraction makes of it (articles/extract/actors.py)."""
    return (
        f"الاسم «{name}» يحمله فاعلان، «{owner}» و«{other}»: لا يُقترح به أي منهما، "
        "إلا في مقال يذكر واحدا منهما وحده باسم آخر لا يشاركه فيه أحد."
    )


@desk_page("actor/<int:pk>/name/", "new_name")
def new_name(request: HttpRequest, pk: int) -> HttpResponse:
    """A further name of an actor: which stored articles would name it by that, before it is saved; then saved, and linked."""
    if not request.user.has_perm("articles.add_alias"):
        raise PermissionDenied
    actor = get_object_or_404(Actor, pk=pk, merged_into=None)
    alias = Alias(actor=actor, kind=AliasKind.SPELLING)
    form = AliasForm(posted(request), instance=alias)
    found, others, undecided = None, [], 0
    if request.method == "POST" and form.is_valid():
        try:
            alias.full_clean()
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            others = sharing(alias)
            if "save" in request.POST or "link" in request.POST:
                return _named(request, actor, alias)
            found = would_name(actor, alias.name, holding_phrase(alias.name))
            if others:
                found, undecided = decided(found, actor, alias.name, Authority.load())
    context = {
        **admin.site.each_context(request), "title": f"اسم آخر: {actor}", "actor": actor, "form": form, "found": found,
        "others": [shared_name(alias.name, actor, other) for other in others], "undecided": undecided, "most": MOST_LINKED, "opts": Actor._meta,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/new_name.html", context)


def _named(request: HttpRequest, actor: Actor, alias: Alias) -> HttpResponse:
    with transaction.atomic(), operation(what=f"اسم آخر لـ«{actor}»"):
        alias.save()
        if "link" not in request.POST:
            messages.success(request, f"حُفظ «{alias.name}»، ويجده البحث من الآن.")
        else:
            authority = Authority.load()
            found = would_name(actor, alias.name, holding_phrase(alias.name))
            if sharing(alias):
                found, _ = decided(found, actor, alias.name, authority)
            linked = link(found, authority)
            rest = f" وبقي غيرها: اطلب من مسؤول النظام أن تُقرأ من جديد للفاعل رقم {actor.pk}."
            left = rest if found.has_more else ""
            messages.success(request, f"حُفظ «{alias.name}»، واقتُرح ذكره في {linked} من المقالات.{left}")
    return redirect("admin:articles_actor_change", actor.pk)


@desk_page("series/<int:pk>/order/", "series_order")
def series_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The sessions of a series in order: numbers to type, and buttons that move one up or down."""
    if not request.user.has_perm("articles.view_eventseries"):
        raise PermissionDenied
    series = get_object_or_404(EventSeries, pk=pk)
    events = list(Event.objects.standing().filter(series=series).in_series())
    if request.method == "POST":
        if not request.user.has_perm("articles.change_event"):
            raise PermissionDenied
        try:
            if changed := outdated(request, events, ("session",)):
                told = [
                    f"«{event}»: {changed[event.pk] or 'أضيفت بعد أن فتحت الصفحة'}"
                    for event in events
                    if event.pk in changed
                ]
                raise ValidationError([*told, "لم يُحفظ شيء. راجع الترتيب ثم أعد."])
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
        "seen_name": FIELD,
        "opts": EventSeries._meta,
    }
    return TemplateResponse(request, "admin/desk/series.html", context)


def _numbers(request: HttpRequest, events: list[Event]) -> dict[int, int | None]:
    """Event → its number: as typed, or, after a button, by the new places; raises ValidationError."""
    field = IntegerField(min_value=1, max_value=9999, required=False)
    typed = {event.pk: field.clean(request.POST.get(f"session-{event.pk}", "")) for event in events}
    # Numbers that were typed count before a button moves an event: they would be lost else.
    order = sorted(typed, key=lambda pk: (typed[pk] is None, typed[pk])) if any(typed.values()) else list(typed)
    for way, step in (("up", -1), ("down", 1)):
        moved = read_key(request.POST.get(way, ""))
        at = order.index(moved) if moved in order else None
        if at is not None and 0 <= at + step < len(order):
            order[at], order[at + step] = order[at + step], order[at]
            return {pk: place for place, pk in enumerate(order, 1)}
    return typed


def _typed_number(request: HttpRequest, event: Event) -> str:
    """What the field of an event's number shows: what was typed, where it could not be stored."""
    stored = "" if event.session is None else str(event.session)
    return request.POST.get(f"session-{event.pk}", stored)
