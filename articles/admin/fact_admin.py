"""What the lists and forms of facts share: they confirm and reject facts, one or many, and record who reviewed them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from articles.admin.bulk import Bulk, with_actions
from articles.admin.desk import DeskAdmin
from articles.admin.editor import editor_of
from articles.curation.confirming import confirm_subjects, review
from articles.models import Figure, Mention, ReviewState
from articles.models.review import Reviewable
from articles.models.rules import rule_name


def _review_action(name: str, label: str, state: str) -> Bulk:
    """Makes the bulk action that gives facts a state."""

    def check(row: Reviewable, cleaned: dict) -> str:
        return f"حالته «{ReviewState(state).label}» من قبل" if row.state == state else ""

    def change(request: HttpRequest, rows: Sequence[Reviewable], cleaned: dict) -> None:
        review(rows, state, editor_of(request))

    return Bulk(name, label, "change", change, check)


CONFIRM_SELECTED = _review_action("confirm", "تأكيد المحدد", ReviewState.CONFIRMED)
REJECT_SELECTED = _review_action("reject", "رفض المحدد", ReviewState.REJECTED)


# The fields of a fact that change with its article's body. They may change while the form of the article is stored.
_SPAN_FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Figure: ("start", "end", "quote"),
    Mention: ("spans", "quotes"),
}


class WithRule:
    """A mixin for lists and inlines of facts: a column with the name of the rule that suggested the fact."""

    @admin.display(description="القاعدة", ordering="rule")
    def rule_words(self, row: Reviewable) -> str:
        """Returns the Arabic name of the rule that suggested the fact; a dash for a fact that an editor added."""
        return rule_name(row.rule) or "–"


@with_actions(CONFIRM_SELECTED, REJECT_SELECTED)
class ReviewAdmin(WithRule, DeskAdmin):
    """The base of lists and forms of facts. If a form changes the state, the user is recorded as reviewer."""

    # `rule_words` shows the rule by its name. Nobody types a rule.
    exclude: ClassVar[tuple[str, ...]] = ("rule",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("rule_words", "score", "reviewed_by", "reviewed_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        sign(obj, request, changed="state" in form.changed_data or not change)
        super().save_model(request, obj, form, change)
        confirm_subjects([obj], editor_of(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Stores the facts of an article's form, and records the user as reviewer of those whose state was changed.

        The stored place of a fact is kept unless its quote was edited, because the new body may have moved it.
        """
        formset.save(commit=False)
        changed_rows = [*formset.changed_objects, *((row, ["state", "quote"]) for row in formset.new_objects)]
        for row, fields in changed_rows:
            if hasattr(row, "reviewed_by"):
                sign(row, request, changed="state" in fields)
            if row.pk and (span_fields := _SPAN_FIELDS.get(type(row))) and "quote" not in fields:
                row.refresh_from_db(fields=span_fields)
            row.save()
            if hasattr(row, "reviewed_by"):
                confirm_subjects([row], editor_of(request))
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()


def sign(row: Reviewable, request: HttpRequest, *, changed: bool) -> None:
    """Sets the user as reviewer of a fact if its state was changed and it is no suggestion. Does not save it."""
    if changed and row.state != ReviewState.SUGGESTED:
        row.reviewed_by, row.reviewed_at = editor_of(request), timezone.now()
