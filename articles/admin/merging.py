"""Two names of one made one: likely pairs, what would move, merging; and one that was two made two again."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from articles.admin.choosing import MODELS
from articles.admin.pages import desk_page, posted
from articles.admin.security import FreshForm
from articles.models import Actor, ActorKind, Alias, Apart, Event, Source
from articles.models.alike import alike
from articles.models.history import operation
from articles.models.keys import read_key
from articles.models.merging import MergeError, joined, merge_actors, merge_events, merge_sources, moves, split_actor

MERGES: dict[type[models.Model], Callable[[models.Model, models.Model], None]] = {
    Actor: merge_actors, Event: merge_events, Source: merge_sources,
}  # fmt: skip
MOST_MERGED = 20
# How many rows are compared with all others for one page of likely pairs.
_WINDOW = 100


class MergeDesk:
    """Mixed into a ModelAdmin: the action that leads to the preview, and who may merge."""

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"articles.merge_{self.opts.model_name}")

    @admin.action(description="دمج المحدد: معاينة", permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        rows = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_MERGED + 1])
        if not 2 <= len(rows) <= MOST_MERGED:
            messages.warning(request, f"حدد اثنين أو أكثر لدمجها، ولا تزد على {MOST_MERGED}.")
            return None
        return redirect(merge_address(self.model, rows))


def merge_address(model: type[models.Model], rows: Sequence[int]) -> str:
    return f"{reverse('admin:merge', args=[model._meta.model_name])}?rows={','.join(map(str, rows))}"


def _model_of(request: HttpRequest, noun: str) -> type[models.Model]:
    if noun not in MODELS:
        raise Http404
    if not request.user.has_perm(f"articles.merge_{noun}"):
        raise PermissionDenied
    return MODELS[noun]


@desk_page("merge/<str:noun>/", "merge")
def merge_page(request: HttpRequest, noun: str) -> HttpResponse:
    """What each of some rows brings and which stays; merging is one operation, which can be taken back."""
    model = _model_of(request, noun)
    wanted = [read_key(pk) for pk in request.GET.get("rows", "").split(",")][:MOST_MERGED]
    rows = list(model.objects.filter(pk__in=wanted, merged_into=None).order_by("pk"))
    if len(rows) < 2:
        messages.warning(request, "لا اثنين هنا يُدمجان: لعلهما دُمجا من قبل.")
        return redirect(f"admin:articles_{noun}_changelist")
    brought = {row.pk: moves(row) for row in rows}
    chosen = request.POST.get("kept") or request.GET.get("kept") or ""
    kept = next((row for row in rows if str(row.pk) == chosen), None)
    kept = kept or max(rows, key=lambda row: (sum(brought[row.pk].values()), -row.pk))
    form = FreshForm(posted(request), request=request)
    if request.method == "POST" and form.is_valid():
        return _merged(request, model, kept, [row for row in rows if row != kept])
    context = {
        **admin.site.each_context(request), "title": f"دمج: {model._meta.verbose_name_plural}", "form": form, "kept": kept,
        "rows": [(row, brought[row.pk], _names(row), joined(row, kept) if row != kept else 0) for row in rows],
        "opts": model._meta,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/merge.html", context)


def _names(row: models.Model) -> list[str]:
    return [alias.name for alias in row.aliases.all()[:40]] if isinstance(row, Actor) else []


def _merged(
    request: HttpRequest, model: type[models.Model], kept: models.Model, gone: list[models.Model]
) -> HttpResponse:
    try:
        with transaction.atomic(), operation(what=f"دمج في «{kept}»") as done:
            for row in (
                model._base_manager.select_for_update(of=("self",)).filter(pk__in=[r.pk for r in gone]).order_by("pk")
            ):
                MERGES[model](row, kept)
                kept.refresh_from_db()
    except MergeError as error:
        messages.error(request, str(error))
    else:
        names = "، ".join(f"«{row}»" for row in gone)
        messages.success(
            request, f"دُمج في «{kept}»: {names}. عناوينها القديمة تحيل إليه. يمكن التراجع عن الدمج من هنا."
        )
        return redirect("admin:operation", done.id)
    return redirect(f"admin:articles_{model._meta.model_name}_change", kept.pk)


@desk_page("duplicates/", "duplicates")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Likely pairs, the newest rows first, a window at a time; a pair that is two is told apart for ever."""
    noun = request.GET.get("noun", "actor")
    model = _model_of(request, noun)
    if request.method == "POST":
        pair = {read_key(pk) for pk in request.POST.get("apart", "").split("-")}
        if len(pair) != 2 or None in pair:
            raise Http404
        one, other = sorted(pair)
        Apart.objects.get_or_create(noun=noun, one=one, other=other, defaults={"by": request.user})
        messages.success(request, "لن يُعرضا معا بعد الآن.")
        return redirect(request.get_full_path())
    pairs, following = alike(model, before=read_key(request.GET.get("before", "")), window=_WINDOW)
    context = {
        **admin.site.each_context(request), "title": "قد تكون لواحد", "noun": noun, "following": following, "opts": model._meta,
        "pairs": [(pair, merge_address(model, [pair.one.pk, pair.other.pk])) for pair in pairs],
        "nouns": [(name, kind._meta.verbose_name_plural) for name, kind in MODELS.items()], "window": _WINDOW,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/duplicates.html", context)


class SplitForm(FreshForm):
    name = forms.CharField(label="الاسم المعتمد للجديد", max_length=200, help_text="واحد من الأسماء المنقولة.")
    distinction = forms.CharField(
        label="تمييز", max_length=100, required=False, help_text="إن حمل الاثنان الاسم نفسه، مثل: وزير الداخلية."
    )
    kind = forms.ChoiceField(label="النوع", choices=ActorKind.choices)
    moved = forms.ModelMultipleChoiceField(
        Alias.objects.none(), label="الأسماء المنقولة", widget=forms.CheckboxSelectMultiple,
        help_text="تنتقل معها مواضع ذكرها في المقالات.",
    )  # fmt: skip

    field_order = ["moved", "name", "distinction", "kind"]


@desk_page("split/<int:pk>/", "split")
def split_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Names of an actor that are another's, taken away with the places where they stand."""
    if not request.user.has_perm("articles.merge_actor"):
        raise PermissionDenied
    actor = get_object_or_404(Actor, pk=pk, merged_into=None)
    form = SplitForm(posted(request), request=request, initial={"kind": actor.kind})
    form.fields["moved"].queryset = actor.aliases.all()
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            with transaction.atomic(), operation(what=f"فصل من «{actor}»") as done:
                new = split_actor(actor, list(asked["moved"]), asked["name"], asked["distinction"], asked["kind"])
        except (MergeError, ValidationError) as error:
            form.add_error(None, "، ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, f"صار «{new}» فاعلا بنفسه، ومعه {new.mentions.count()} من المقالات.")
            return redirect("admin:operation", done.id)
    context = {
        **admin.site.each_context(request),
        "title": f"فصل: {actor}",
        "form": form,
        "actor": actor,
        "opts": Actor._meta,
    }
    return TemplateResponse(request, "admin/desk/split.html", context)
