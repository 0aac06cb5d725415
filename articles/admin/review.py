"""What every admin of reviewable facts shares: bulk confirm and reject, and who reviewed what."""

from django.contrib import admin, messages
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from articles.models import ReviewState
from articles.site.words_for import number


class ReviewAdmin(admin.ModelAdmin):
    """Lists suggestions first to review; a change of state by hand is signed with the editor's name."""

    actions = ("confirm", "reject")
    list_per_page = 50
    show_full_result_count = False
    readonly_fields: tuple[str, ...] = ("rule", "score", "reviewed_by", "reviewed_at")

    @admin.action(description="تأكيد المحدد", permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._review(request, queryset, ReviewState.CONFIRMED)

    @admin.action(description="رفض المحدد", permissions=["change"])
    def reject(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._review(request, queryset, ReviewState.REJECTED)

    @transaction.atomic
    def _review(self, request: HttpRequest, queryset: QuerySet, state: str) -> None:
        chosen = list(queryset.exclude(state=state))
        changed = self.model.objects.filter(pk__in=[row.pk for row in chosen]).review(state, request.user)
        for row in chosen:
            self.log_change(request, row, f"حالة المراجعة: {row.get_state_display()} ← {ReviewState(state).label}")
        self.after_change(chosen)
        messages.success(request, f"تغيرت حالة {number(changed)} إلى: {ReviewState(state).label}.")

    def after_change(self, rows: list[models.Model]) -> None:
        """Brings up to date what follows from the changed rows; nothing, for most."""

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        super().delete_model(request, obj)
        self.after_change([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        gone = list(queryset)
        super().delete_queryset(request, queryset)
        self.after_change(gone)

    def save_model(self, request: HttpRequest, obj: models.Model, form: object, change: bool) -> None:
        sign(obj, request, changed="state" in form.changed_data or not change)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: object, formset: object, change: bool) -> None:
        for row in formset.save(commit=False):
            if hasattr(row, "reviewed_by"):
                sign(row, request, changed=True)
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()


def sign(row: models.Model, request: HttpRequest, *, changed: bool) -> None:
    """Records who set the state of a fact, unless it is still a suggestion."""
    if changed and row.state != ReviewState.SUGGESTED:
        row.reviewed_by, row.reviewed_at = request.user, timezone.now()
