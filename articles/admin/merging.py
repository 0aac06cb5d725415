"""Two names of one made one: likely pairs, what would move, merging; and one that was two made two again."""

from collections.abc import Callable, Sequence

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from articles.admin.choosing import MODELS
from articles.admin.pages import desk_page, posted
from articles.admin.security import FreshForm
from articles.admin.seeing import FIELD, outdated, seen_field, seen_marks
from articles.curation.alike import alike
from articles.curation.merging import (
    MergeError,
    give_names,
    joined,
    merge_actors,
    merge_events,
    merge_sources,
    moves,
    split_actor,
)
from articles.curation.refusals import refusal_of
from articles.models import Actor, ActorKind, Alias, Apart, Event, Source
from articles.models.history import operation
from articles.models.keys import read_key
from articles.site.words_for import counted

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
        messages.warning(request, "اختر صفين أو أكثر للدمج. ما اخترته دُمج من قبل أو لم يعد موجودا.")
        return redirect(f"admin:articles_{noun}_changelist")
    brought = {row.pk: moves(row) for row in rows}
    chosen = request.POST.get("kept") or request.GET.get("kept") or ""
    kept = next((row for row in rows if str(row.pk) == chosen), None)
    form = FreshForm(posted(request), request=request)
    if request.method == "POST" and form.is_valid():
        if refusal := _changed_since(request, rows, kept):
            form.add_error(None, refusal)
        else:
            return _merged(request, model, kept, [row for row in rows if row != kept])
    kept = kept or max(rows, key=lambda row: (sum(brought[row.pk].values()), -row.pk))
    context = {
        **admin.site.each_context(request), "title": f"دمج: {model._meta.verbose_name_plural}", "form": form, "kept": kept,
        "rows": [(row, brought[row.pk], _names(row), joined(row, kept) if row != kept else 0) for row in rows],
        "opts": model._meta, "seen": seen_field(rows), "seen_name": FIELD,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/merge.html", context)


def _changed_since(request: HttpRequest, rows: list[models.Model], kept: models.Model | None) -> str:
    """Why a preview no longer holds: a row of it was merged away, changed, or is not there; empty where it holds."""
    marks = seen_marks(request)
    if marks is not None and set(marks) != {row.pk for row in rows}:
        return "دمج غيرك أحدها بعد أن فتحت الصفحة، ولم يُدمج شيء. راجع ما بقي ثم أعد."
    if kept is None:
        return "ما اخترت أن يبقى لم يعد هنا. اختر غيره." if request.POST.get("kept") else "اختر ما يبقى بعد الدمج."
    changed = outdated(request, rows)
    return " ".join(f"«{row}»: {changed[row.pk]}" for row in rows if row.pk in changed)


def _names(row: models.Model) -> list[str]:
    return [alias.name for alias in row.aliases.all()[:40]] if isinstance(row, Actor) else []


def _merged(
    request: HttpRequest, model: type[models.Model], kept: models.Model, gone: list[models.Model]
) -> HttpResponse:
    try:
        with transaction.atomic(), operation(what=f"دمج في «{kept}»") as done:
            locked = model._base_manager.select_for_update(of=("self",))
            # The one that stays is locked and read anew, too: another merge may have taken it away since.
            kept = {row.pk: row for row in locked.filter(pk__in=[kept.pk, *(row.pk for row in gone)]).order_by("pk")}[
                kept.pk
            ]
            if refusal := _changed_since(request, [kept, *locked.filter(pk__in=[row.pk for row in gone])], kept):
                raise MergeError(refusal)
            for row in locked.filter(pk__in=[row.pk for row in gone]).order_by("pk"):
                MERGES[model](row, kept)
                kept.refresh_from_db()
    except (MergeError, IntegrityError) as error:
        messages.error(request, refusal_of(error) if isinstance(error, IntegrityError) else str(error))
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
    # Who bears the new name already: the moved names can be given to that actor instead of to a new one.
    owner: Actor | None = None

    def clean(self) -> dict:
        """Without a name of its own where the names are given to an actor that is there."""
        cleaned = super().clean()
        if self.chosen_owner():
            self.errors.pop("name", None)
        return cleaned

    def chosen_owner(self) -> Actor | None:
        """The actor that the names are to be given to; None where they are to be a new one's."""
        return Actor.objects.filter(pk=read_key(self.data.get("give", "")), merged_into=None).first()

    def offer_owner(self, actor: Actor) -> None:
        name, distinction = self.data.get("name", ""), self.data.get("distinction", "").strip()
        self.owner = Actor(name=name, distinction=distinction).namesake()
        if self.owner == actor:
            self.owner = None


@desk_page("split/<int:pk>/", "split")
def split_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Names of an actor that are another's, taken away with the places where they stand."""
    if not request.user.has_perm("articles.merge_actor"):
        raise PermissionDenied
    actor = get_object_or_404(Actor, pk=pk, merged_into=None)
    form = SplitForm(posted(request), request=request, initial={"kind": actor.kind})
    form.fields["moved"].queryset = actor.aliases.all()
    if request.method == "POST" and form.is_valid() and (done := _split(request, actor, form)):
        return redirect("admin:operation", done)
    context = {
        **admin.site.each_context(request),
        "title": f"فصل: {actor}",
        "form": form,
        "actor": actor,
        "owner": form.owner,
        "seen": seen_field([actor]),
        "seen_name": FIELD,
        "opts": Actor._meta,
    }
    return TemplateResponse(request, "admin/desk/split.html", context)


def _split(request: HttpRequest, actor: Actor, form: "SplitForm") -> object | None:
    """Does it, and returns the operation's id; None, with an error on the form, where it cannot be done."""
    asked, moved = form.cleaned_data, list(form.cleaned_data["moved"])
    try:
        with transaction.atomic(), operation(what=f"فصل من «{actor}»") as done:
            Actor.objects.select_for_update(of=("self",)).get(pk=actor.pk)
            if by := outdated(request, [actor]).get(actor.pk):
                raise MergeError(str(by))
            if owner := form.chosen_owner():
                give_names(actor, moved, owner)
                messages.success(
                    request, f"صارت الأسماء لـ«{owner}». يذكره الآن: {counted(owner.mentions.count(), 'article')}."
                )
            else:
                new = split_actor(actor, moved, asked["name"], asked["distinction"], asked["kind"])
                messages.success(
                    request, f"صار «{new}» فاعلا بنفسه. يذكره الآن: {counted(new.mentions.count(), 'article')}."
                )
        return done.id
    except ValidationError as error:
        messages_of = error.message_dict
        if "name" in messages_of:
            # The database's own rule for names says the same once more.
            messages_of.pop(NON_FIELD_ERRORS, None)
        for name, told in messages_of.items():
            form.add_error(name if name in form.fields else None, told)
        form.offer_owner(actor)
    except MergeError as error:
        form.add_error(None, str(error))
    except IntegrityError as error:
        form.add_error(None, refusal_of(error))
    return None
