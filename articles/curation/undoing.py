"""Taking back what an operation did, and putting back what a row was."""

from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from pghistory.models import Context

from articles.arabic.quoting import quoted
from articles.curation.changes import told
from articles.curation.confirming import confirm_again
from articles.curation.edited import ACCEPTED_CAPTURE, FORMER_ARTICLE, RETURNED_CAPTURE
from articles.curation.settling import settle
from articles.models.actor import Actor
from articles.models.article import Article, ArticleStatus
from articles.models.capture import Capture, CaptureState
from articles.models.event import Event
from articles.models.history import event_models, kept_fields, operation

# What readers of its address are told of an article whose addition was taken back.
ADDED_BY_MISTAKE = "أضيف إلى الأرشيف خطأ."


class UndoConflictError(Exception):
    """An operation that cannot be undone, since rows were changed again after it; `rows` says which."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__("، ".join(rows))
        self.rows = rows


@transaction.atomic
def undo(context: object) -> int:
    """Puts back every row that an operation changed, added or deleted; returns how many changes were taken back.

    A capture that it accepted waits for an editor again, under the article that it was of; an operation that took an acceptance
    back is taken back with it, too.

    Raises UndoConflictError, with nothing put back, where a row was changed again by a later operation.
    """
    taken, conflicts = [], []
    for model in event_models():
        events = list(model.objects.filter(pgh_context=context).order_by("-pgh_id"))
        newest = {event.pgh_obj_id: event.pgh_id for event in reversed(events)}
        later = model.objects.filter(pgh_obj__in=newest).exclude(pgh_context=context)
        again = {pk for pk, number in later.values_list("pgh_obj", "pgh_id") if number > newest[pk]}
        conflicts += [event for event in events if event.pgh_obj_id in again]
        taken += events
    if conflicts:
        raise UndoConflictError(list(dict.fromkeys(f"{one.noun} {quoted(one.row)}" for one in told(conflicts))))
    of_operation = Context.objects.filter(pk=context).values_list("metadata", flat=True).first() or {}
    capture = (
        Capture.objects.select_for_update()
        .filter(pk=of_operation.get(ACCEPTED_CAPTURE), state=CaptureState.ACCEPTED)
        .first()
    )
    # Told before anything is taken back: what is told of an operation is kept with the changes of rows that have a history.
    with operation(**({RETURNED_CAPTURE: _as_decided(capture)} if capture else {})):
        for event in taken:
            _take_back(event)
        for model in (Actor, Event):
            changed = {event.pgh_obj_id for event in taken if event.pgh_tracked_model is model}
            confirm_again(model.objects.suggested().filter(pk__in=changed))
    if capture:
        _set_capture(capture.pk, CaptureState.WAITING, of_operation.get(FORMER_ARTICLE, capture.article_id))
    elif before := of_operation.get(RETURNED_CAPTURE):
        decided_at = before["at"] and datetime.fromisoformat(before["at"])
        _set_capture(before["pk"], CaptureState.ACCEPTED, before["article"], by=before["by"], at=decided_at)
    return len(taken)


def _as_decided(capture: Capture) -> dict[str, object]:
    """A capture's decision as an operation tells it that takes it back, so that this can be taken back, too."""
    decided_at = capture.decided_at and capture.decided_at.isoformat()
    return {"pk": capture.pk, "by": capture.decided_by_id, "at": decided_at, "article": capture.article_id}


def _set_capture(
    pk: int, state: CaptureState, article: int, *, by: int | None = None, at: datetime | None = None
) -> None:
    Capture.objects.filter(pk=pk).update(state=state, article=article, decided_by=by, decided_at=at)


def put_back(event: models.Model) -> models.Model:
    """Gives the row of an event the values that the event holds; returns the row, stored again if it was deleted.

    The row's `missing_words` are the quotes of a fact that its article's text no longer holds: it is put back without them.
    """
    model = type(event).pgh_tracked_model
    stored = model._base_manager.filter(pk=event.pgh_obj_id).first()
    row = stored or model(pk=event.pgh_obj_id)
    for field in kept_fields(type(event)):
        setattr(row, field.attname, getattr(event, field.attname))
    row.missing_words = settle(row, event)
    row.save(force_insert=stored is None)
    return row


def _take_back(event: models.Model) -> None:
    if event.pgh_label != "insert":
        put_back(event)
        return
    row = type(event).pgh_tracked_model._base_manager.filter(pk=event.pgh_obj_id)
    if row.model is Article:
        # An article keeps its address and its captures, whoever brought it.
        row.update(status=ArticleStatus.DELETED, notice=ADDED_BY_MISTAKE, updated_at=timezone.now())
    else:
        row._raw_delete(row.db)
