"""What every admin of reviewable facts shares: confirming and rejecting, many at once, and who reviewed what."""

from collections.abc import Sequence

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from articles.admin.bulk import Bulk, with_actions
from articles.admin.desk import DeskAdmin
from articles.curation.confirming import confirm_subjects
from articles.models import Figure, Mention, ReviewState
from articles.models.rules import rule_name


def _reviewing(name: str, label: str, state: str) -> Bulk:
    def check(row: models.Model, asked: dict) -> str:
        return f"حالته «{ReviewState(state).label}» من قبل" if row.state == state else ""

    def change(request: HttpRequest, rows: Sequence[models.Model], asked: dict) -> None:
        review(request, rows, state)

    return Bulk(name, label, "change", change, check)


CONFIRM = _reviewing("confirm", "تأكيد المحدد", ReviewState.CONFIRMED)
REJECT = _reviewing("reject", "رفض المحدد", ReviewState.REJECTED)


def review(request: HttpRequest, rows: Sequence[models.Model], state: str) -> int:
    """Sets the state of rows of one noun, signed by the editor, with what follows from it; returns how many changed."""
    if not rows:
        return 0
    model = type(rows[0])
    stored = model.objects.filter(pk__in=[row.pk for row in rows])
    changed = stored.review(state, request.user)
    if state == ReviewState.CONFIRMED:
        confirm_subjects(stored.all(), request.user)
    admin.site.get_model_admin(model).after_change(list(rows))
    return changed


# What a changed text moves while the form of its article, facts included, is being stored.
_SPANS: dict[type[models.Model], tuple[str, ...]] = {Figure: ("start", "end", "quote"), Mention: ("spans", "quotes")}


class WithRule:
    """Mixed into admins of facts and their inlines: the rule that suggested the row, by its name."""

    @admin.display(description="القاعدة", ordering="rule")
    def rule_words(self, row: models.Model) -> str:
        return rule_name(row.rule) or "–"


@with_actions(CONFIRM, REJECT)
class ReviewAdmin(WithRule, DeskAdmin):
    """Lists of facts; a change of state by hand is signed with the editor's name."""

    # Shown by its name, and never typed.
    exclude: tuple[str, ...] = ("rule",)
    readonly_fields: tuple[str, ...] = ("rule_words", "score", "reviewed_by", "reviewed_at")

    def save_model(self, request: HttpRequest, obj: models.Model, form: object, change: bool) -> None:
        sign(obj, request, changed="state" in form.changed_data or not change)
        super().save_model(request, obj, form, change)
        confirm_subjects([obj], request.user)

    def save_formset(self, request: HttpRequest, form: object, formset: object, change: bool) -> None:
        """Signs the facts whose state was changed, and no others, and leaves their words where the new text has them."""
        formset.save(commit=False)
        changed = [*formset.changed_objects, *((row, ["state", "quote"]) for row in formset.new_objects)]
        for row, fields in changed:
            if hasattr(row, "reviewed_by"):
                sign(row, request, changed="state" in fields)
            if row.pk and (moved := _SPANS.get(type(row))) and "quote" not in fields:
                row.refresh_from_db(fields=moved)
            row.save()
            if hasattr(row, "reviewed_by"):
                confirm_subjects([row], request.user)
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()


def sign(row: models.Model, request: HttpRequest, *, changed: bool) -> None:
    """Records who set the state of a fact, unless it is still a suggestion."""
    if changed and row.state != ReviewState.SUGGESTED:
        row.reviewed_by, row.reviewed_at = request.user, timezone.now()
