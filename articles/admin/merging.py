"""The desk's pages for merging and splitting.

They list likely duplicates, preview and do a merge of actors, events or sources, and split an actor that is really two.
"""

from collections.abc import Callable, Sequence
from typing import Any

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
from articles.admin.mark_field import MARK_FIELD, outdated, seen_field, seen_row_marks
from articles.admin.mixed_into import AnyAdmin
from articles.admin.pages import desk_page, posted
from articles.admin.security import FreshForm
from articles.curation.alike import alike
from articles.curation.merging import (
    MergeError,
    count_common_articles,
    give_names,
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

# Model → the function that merges its first argument into its second.
MERGES: dict[type[models.Model], Callable[[Any, Any], None]] = {
    Actor: merge_actors, Event: merge_events, Source: merge_sources,
}  # fmt: skip
# At most this many rows can be merged at once. A judgement: the page compares all of them field by field.
MOST_MERGED = 20
# The number of rows that one page of likely duplicates compares with all others. A judgement: the page takes 85 ms with
# 20,000 actors (docs/decisions/0010); more rows show more pairs and take longer.
_ROWS_A_PAGE = 100


class MergeDesk(AnyAdmin):
    """A mixin for a ModelAdmin: the permission to merge, and the action that opens the preview of a merge."""

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Returns whether the user may merge rows of this noun; Django asks for actions with the permission «merge»."""
        return request.user.has_perm(f"articles.merge_{self.opts.model_name}")

    @admin.action(description="دمج المحدد: معاينة", permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Leads to the preview of merging the selected rows. Two to MOST_MERGED may be selected; else a warning is
        shown.
        """
        rows = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_MERGED + 1])
        if not 2 <= len(rows) <= MOST_MERGED:
            messages.warning(request, f"حدد اثنين أو أكثر لدمجها، ولا تزد على {MOST_MERGED}.")
            return None
        return redirect(merge_address(self.model, rows))


def merge_address(model: type[models.Model], rows: Sequence[int]) -> str:
    """Returns the address of the preview of a merge. `rows` are the keys of the rows to merge."""
    return f"{reverse('admin:merge', args=[model._meta.model_name])}?rows={','.join(map(str, rows))}"


def _model_of(request: HttpRequest, noun: str) -> type[models.Model]:
    """Returns the model of a noun.

    Raises Http404 for an unknown noun, and PermissionDenied if the user may not merge its rows.
    """
    if noun not in MODELS:
        raise Http404
    if not request.user.has_perm(f"articles.merge_{noun}"):
        raise PermissionDenied
    return MODELS[noun]


@desk_page("merge/<str:noun>/", "merge")
def merge_page(request: HttpRequest, noun: str) -> HttpResponse:
    """Previews a merge: what each row would bring, and which row stays. A POST merges the rows in one operation.

    `rows` in the address holds the keys, separated by commas; at most MOST_MERGED are read. `kept` is the key of the
    row that stays. Without it, the preview proposes the row with the most to move, and a POST is refused.
    """
    model: type[Any] = _model_of(request, noun)
    keys = [read_key(pk) for pk in request.GET.get("rows", "").split(",")][:MOST_MERGED]
    rows = list(model.objects.filter(pk__in=keys, merged_into=None).order_by("pk"))
    if len(rows) < 2:
        messages.warning(request, "اختر صفين أو أكثر للدمج. ما اخترته دُمج من قبل أو لم يعد موجودا.")
        return redirect(f"admin:articles_{noun}_changelist")
    moves_of_row = {row.pk: moves(row) for row in rows}
    survivor_key = request.POST.get("kept") or request.GET.get("kept") or ""
    survivor = next((row for row in rows if str(row.pk) == survivor_key), None)
    form = FreshForm(posted(request), request=request)
    if request.method == "POST" and form.is_valid():
        refusal, kept_row = _changed_since(request, rows, survivor), survivor
        if refusal or kept_row is None:
            form.add_error(None, refusal)
        else:
            return _merge(request, model, kept_row, [row for row in rows if row != survivor])
    survivor = survivor or max(rows, key=lambda row: (sum(moves_of_row[row.pk].values()), -row.pk))
    context = {
        **admin.site.each_context(request), "title": f"دمج: {model._meta.verbose_name_plural}", "form": form,
        "kept": survivor,
        "rows": [
            (row, moves_of_row[row.pk], _names(row), count_common_articles(row, survivor) if row != survivor else 0)
            for row in rows
        ],
        "opts": model._meta, "seen": seen_field(rows), "seen_name": MARK_FIELD,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/merge.html", context)


def _changed_since(request: HttpRequest, rows: list[models.Model], survivor: models.Model | None) -> str:
    """Says why a preview is out of date: a row was merged or changed since, or the row that stays is missing.

    Returns an empty string if the preview still holds.
    """
    seen_by_key = seen_row_marks(request)
    if seen_by_key is not None and set(seen_by_key) != {row.pk for row in rows}:
        return "دمج غيرك أحدها بعد أن فتحت الصفحة، ولم يُدمج شيء. راجع ما بقي ثم أعد."
    if survivor is None:
        return "ما اخترت أن يبقى لم يعد هنا. اختر غيره." if request.POST.get("kept") else "اختر ما يبقى بعد الدمج."
    conflicts = outdated(request, rows)
    return " ".join(f"«{row}»: {conflicts[row.pk]}" for row in rows if row.pk in conflicts)


def _names(row: models.Model) -> list[str]:
    """Returns up to 40 aliases of an actor; an empty list for other nouns."""
    return [alias.name for alias in row.aliases.all()[:40]] if isinstance(row, Actor) else []


def _merge(
    request: HttpRequest, model: type[models.Model], survivor: models.Model, merged_rows: list[models.Model]
) -> HttpResponse:
    """Merges the rows into the one that stays in one operation, with all rows locked, and redirects.

    Nothing is merged if the preview is out of date or the database refuses.
    """
    try:
        with transaction.atomic(), operation(what=f"دمج في «{survivor}»") as merge_operation:
            locked = model._base_manager.select_for_update(of=("self",))
            # The survivor is locked and read again, too, because another merge may have removed it.
            survivor = {
                row.pk: row
                for row in locked.filter(pk__in=[survivor.pk, *(row.pk for row in merged_rows)]).order_by("pk")
            }[survivor.pk]
            if refusal := _changed_since(
                request, [survivor, *locked.filter(pk__in=[row.pk for row in merged_rows])], survivor
            ):
                raise MergeError(refusal)
            for row in locked.filter(pk__in=[row.pk for row in merged_rows]).order_by("pk"):
                MERGES[model](row, survivor)
                survivor.refresh_from_db()
    except (MergeError, IntegrityError) as error:
        messages.error(request, refusal_of(error) if isinstance(error, IntegrityError) else str(error))
    else:
        names = "، ".join(f"«{row}»" for row in merged_rows)
        messages.success(
            request, f"دُمج في «{survivor}»: {names}. عناوينها القديمة تحيل إليه. يمكن التراجع عن الدمج من هنا."
        )
        return redirect("admin:operation", merge_operation.id)
    return redirect(f"admin:articles_{model._meta.model_name}_change", survivor.pk)


@desk_page("duplicates/", "duplicates")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Lists likely duplicates of a noun, from the newest rows to the oldest, _ROWS_A_PAGE rows on each page.

    A POST marks a pair as distinct (`apart`, two keys joined by «-»), so that it is never listed again. Raises Http404
    if `apart` is not a pair of keys.
    """
    noun = request.GET.get("noun", "actor")
    model = _model_of(request, noun)
    if request.method == "POST":
        keys = {read_key(pk) for pk in request.POST.get("apart", "").split("-")}
        pair = [key for key in keys if key is not None]
        if len(keys) != 2 or len(pair) != 2:
            raise Http404
        first, second = sorted(pair)
        Apart.objects.get_or_create(noun=noun, lower_key=first, higher_key=second, defaults={"by": request.user})
        messages.success(request, "لن يُعرضا معا بعد الآن.")
        return redirect(request.get_full_path())
    pairs, next_window = alike(model, before=read_key(request.GET.get("before", "")), window=_ROWS_A_PAGE)
    context = {
        **admin.site.each_context(request), "title": "قد تكون لواحد", "noun": noun, "following": next_window,
        "opts": model._meta,
        "pairs": [(pair, merge_address(model, [pair.first.pk, pair.second.pk])) for pair in pairs],
        "nouns": [(name, kind._meta.verbose_name_plural) for name, kind in MODELS.items()], "window": _ROWS_A_PAGE,
    }  # fmt: skip
    return TemplateResponse(request, "admin/desk/duplicates.html", context)


class SplitForm(FreshForm):
    """The form that moves aliases of an actor to a new actor, or to one that has the new name already.

    owner: the actor that has the new name already; None until `offer_owner` has looked for it. Then the page offers to
        give the aliases to that actor.
    """

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
    owner: Actor | None = None

    def clean(self) -> dict | None:
        """Does not require a new name if the aliases are given to an existing actor."""
        cleaned = super().clean()
        if self.chosen_owner():
            self.errors.pop("name", None)
        return cleaned

    def chosen_owner(self) -> Actor | None:
        """Returns the existing actor that gets the aliases (`give`); None if they go to a new actor."""
        return Actor.objects.filter(pk=read_key(self.data.get("give", "")) or 0, merged_into=None).first()

    def offer_owner(self, actor: Actor) -> None:
        """Sets `owner` to the actor with the new name and distinction, unless that is `actor` itself."""
        name, distinction = self.data.get("name", ""), self.data.get("distinction", "").strip()
        self.owner = Actor(name=name, distinction=distinction).namesake()
        if self.owner == actor:
            self.owner = None


@desk_page("split/<int:pk>/", "split")
def split_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Splits an actor: some of its aliases move to another actor, together with the mentions that quote them.

    Raises PermissionDenied if the user may not merge actors, Http404 if there is no such actor or it was merged.
    """
    if not request.user.has_perm("articles.merge_actor"):
        raise PermissionDenied
    actor = get_object_or_404(Actor, pk=pk, merged_into=None)
    form = SplitForm(posted(request), request=request, initial={"kind": actor.kind})
    moved: Any = form.fields["moved"]
    moved.queryset = actor.aliases.all()
    if request.method == "POST" and form.is_valid() and (operation_id := _split(request, actor, form)):
        return redirect("admin:operation", operation_id)
    context = {
        **admin.site.each_context(request),
        "title": f"فصل: {actor}",
        "form": form,
        "actor": actor,
        "owner": form.owner,
        "seen": seen_field([actor]),
        "seen_name": MARK_FIELD,
        "opts": Actor._meta,
    }
    return TemplateResponse(request, "admin/desk/split.html", context)


def _split(request: HttpRequest, actor: Actor, form: "SplitForm") -> object | None:
    """Splits the actor and returns the operation's id; None if that fails, with the errors added to the form."""
    cleaned, moved = form.cleaned_data, list(form.cleaned_data["moved"])
    try:
        with transaction.atomic(), operation(what=f"فصل من «{actor}»") as split_operation:
            Actor.objects.select_for_update(of=("self",)).get(pk=actor.pk)
            if conflict := outdated(request, [actor]).get(actor.pk):
                raise MergeError(str(conflict))
            if owner := form.chosen_owner():
                give_names(actor, moved, owner)
                messages.success(
                    request, f"صارت الأسماء لـ«{owner}». يذكره الآن: {counted(owner.mentions.count(), 'article')}."
                )
            else:
                new_actor = split_actor(actor, moved, cleaned["name"], cleaned["distinction"], cleaned["kind"])
                messages.success(
                    request,
                    f"صار «{new_actor}» فاعلا بنفسه. يذكره الآن: {counted(new_actor.mentions.count(), 'article')}.",
                )
        return split_operation.id
    except ValidationError as error:
        errors_by_field = error.message_dict
        if "name" in errors_by_field:
            # The rule that names are unique reports the same error again, for the whole form.
            errors_by_field.pop(NON_FIELD_ERRORS, None)
        for name, field_errors in errors_by_field.items():
            form.add_error(name if name in form.fields else None, field_errors)
        form.offer_owner(actor)
    except MergeError as error:
        form.add_error(None, str(error))
    except IntegrityError as error:
        form.add_error(None, refusal_of(error))
    return None
