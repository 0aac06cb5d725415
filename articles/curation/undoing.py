"""Undoes operations, and restores earlier versions of rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from pghistory.models import Context

from articles.arabic.quoting import in_guillemets
from articles.curation.changes import changes_from
from articles.curation.confirming import confirm_again
from articles.curation.edited import ACCEPTED_CAPTURE, FORMER_ARTICLE, RETURNED_CAPTURE
from articles.curation.settling import settle
from articles.models.actor import Actor
from articles.models.article import Article, ArticleStatus
from articles.models.capture import Capture, CaptureState
from articles.models.event import Event
from articles.models.history import EventRow, event_models, kept_fields, operation

# The notice at the address of an article whose addition was undone.
ADDED_BY_MISTAKE = "أضيف إلى الأرشيف خطأ."


class UndoConflictError(Exception):
    """An operation cannot be undone, because later operations changed some of its rows again.

    rows: the names of those rows, each with its noun, in Arabic.
    """

    def __init__(self, rows: list[str]) -> None:
        super().__init__("، ".join(rows))
        self.rows = rows


@transaction.atomic
def undo(context: UUID | str) -> int:
    """Undoes an operation and returns the number of changes that were undone. `context` is the operation's key.

    Rows that it changed or deleted get their earlier values; rows that it added are deleted, but added articles stay
    with the state «deleted». A capture that it accepted waits for an editor again, under the article that it belonged
    to before. If the operation itself undid an acceptance, the capture is accepted again.

    Raises UndoConflictError, and changes nothing, where a later operation changed one of the rows again.
    """
    events_to_undo: list[EventRow] = []
    conflicts: list[EventRow] = []
    for model in event_models():
        events = list(model.objects.filter(pgh_context=context).order_by("-pgh_id"))
        newest = {event.pgh_obj_id: event.pgh_id for event in reversed(events)}
        later = model.objects.filter(pgh_obj__in=newest).exclude(pgh_context=context)
        again = {pk for pk, number in later.values_list("pgh_obj", "pgh_id") if number > newest[pk]}
        conflicts += [event for event in events if event.pgh_obj_id in again]
        events_to_undo += events
    if conflicts:
        raise UndoConflictError(
            list(dict.fromkeys(f"{change.noun} {in_guillemets(change.row)}" for change in changes_from(conflicts)))
        )
    metadata = Context.objects.filter(pk=context).values_list("metadata", flat=True).first() or {}
    accepted: int | None = metadata.get(ACCEPTED_CAPTURE)
    capture = Capture.objects.select_for_update().filter(pk=accepted or 0, state=CaptureState.ACCEPTED).first()
    # The capture's decision is given to the operation before any row changes: the history stores an operation's
    # metadata with the changes of tracked rows.
    with operation(**({RETURNED_CAPTURE: _as_decided(capture)} if capture else {})):
        for event in events_to_undo:
            _take_back(event)
        for model in (Actor, Event):
            keys = {event.pgh_obj_id for event in events_to_undo if event.pgh_tracked_model is model}
            confirm_again(model.objects.suggested().filter(pk__in=keys))
    if capture:
        _set_capture(capture.pk, CaptureState.WAITING, metadata.get(FORMER_ARTICLE, capture.article_id))
    elif decision := metadata.get(RETURNED_CAPTURE):
        decided_at = decision["at"] and datetime.fromisoformat(decision["at"])
        _set_capture(decision["pk"], CaptureState.ACCEPTED, decision["article"], by=decision["by"], at=decided_at)
    return len(events_to_undo)


def _as_decided(capture: Capture) -> dict[str, object]:
    """Returns a capture's decision as metadata of the operation that undoes it, so that the undoing can be undone.

    The keys are "pk", "by" (the editor's key), "at" (ISO 8601) and "article"; "by" and "at" may be None.
    """
    decided_at = capture.decided_at and capture.decided_at.isoformat()
    return {"pk": capture.pk, "by": capture.decided_by_id, "at": decided_at, "article": capture.article_id}


def _set_capture(
    pk: int, state: CaptureState, article: int, *, by: int | None = None, at: datetime | None = None
) -> None:
    Capture.objects.filter(pk=pk).update(state=state, article=article, decided_by=by, decided_at=at)


def put_back(event: EventRow) -> Any:
    """Restores a row to the values of an event of its history and returns the row. A deleted row is inserted again.

    `missing_words` of the returned row are the quotes of a fact that the article's body no longer holds. The fact is
    restored without their spans.
    """
    model = type(event).pgh_tracked_model
    stored = model._base_manager.filter(pk=event.pgh_obj_id).first()
    row = stored or model(pk=event.pgh_obj_id)
    for field in kept_fields(type(event)):
        setattr(row, field.attname, getattr(event, field.attname))
    row.missing_words = settle(row, event)
    row.save(force_insert=stored is None)
    return row


def _take_back(event: EventRow) -> None:
    """Undoes the change that one event of the history records.

    A row that was changed or deleted gets its earlier values. A row that was added is deleted, but an added article
    stays with the state «deleted».
    """
    if event.pgh_label != "insert":
        put_back(event)
        return
    row = type(event).pgh_tracked_model._base_manager.filter(pk=event.pgh_obj_id)
    if row.model is Article:
        # The article's row stays as deleted, so that its address and its captures are kept.
        row.update(status=ArticleStatus.DELETED, notice=ADDED_BY_MISTAKE, updated_at=timezone.now())
    else:
        row._raw_delete(row.db)
