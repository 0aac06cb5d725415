"""Confirms and rejects facts, and confirms the actors and events that a confirmed fact is about.

Every place where facts are confirmed calls it: the review screen, bulk actions, forms with their inlines, and the form
that adds a fact. Undoing an operation calls it too.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User

from articles.models.contradiction import Contradiction
from articles.models.coverage import Coverage
from articles.models.event import Participation
from articles.models.figure import Figure
from articles.models.mention import Mention
from articles.models.review import Reviewable, ReviewState

# Fact → the foreign keys of the rows that must exist if the fact is true. Figures are left out: an editor who confirms
# a figure has read the number and its words, but not the event that the rules chose for it. A measure has no review
# state.
SUBJECTS: dict[type[Any], tuple[str, ...]] = {
    Mention: ("actor",),
    Coverage: ("event",),
    Participation: ("event", "actor"),
}


def review(rows: Sequence[Reviewable], state: str, editor: User) -> int:
    """Sets the state of rows of one noun, records the editor as reviewer, and returns the number of rows that changed.

    Confirming a fact also confirms what it is about (`confirm_subjects`). The contradictions of figures' events are
    brought up to date.
    """
    if not rows:
        return 0
    model: type[Any] = type(rows[0])
    stored_rows = model.objects.filter(pk__in=[row.pk for row in rows])
    count = stored_rows.review(state, editor)
    if state == ReviewState.CONFIRMED:
        confirm_subjects(stored_rows.all(), editor)
    Contradiction.objects.refresh(figure.event_id for figure in rows if isinstance(figure, Figure))
    return count


def confirm_subjects(facts: Iterable[Reviewable], editor: User | None) -> int:
    """Confirms the suggested actors and events of the confirmed facts among `facts`; returns how many it confirmed.

    `editor` is stored as the reviewer. Rejected actors and events stay rejected. Facts of models that are not in
    SUBJECTS are ignored.
    """
    keys: dict[Any, set[int]] = defaultdict(set)
    for fact in facts:
        if fact.state != ReviewState.CONFIRMED:
            continue
        for name in SUBJECTS.get(type(fact), ()):
            field: Any = fact._meta.get_field(name)
            keys[field.related_model].add(getattr(fact, field.attname))
    return sum(
        model.objects.suggested().filter(pk__in=pks).review(ReviewState.CONFIRMED, editor)
        for model, pks in keys.items()
    )


def confirm_again(subjects: Iterable[Reviewable]) -> None:
    """Confirms each suggested row of `subjects` that has a confirmed fact; the reviewer is the fact's first reviewer.

    Undoing the operation that confirmed an actor would otherwise leave the actor suggested although another editor
    confirmed a fact about it later.
    """
    for row in subjects:
        for fact_model, names in SUBJECTS.items():
            for name in names:
                if fact_model._meta.get_field(name).related_model is type(row) and row.is_suggested:
                    confirmed = fact_model.objects.filter(**{name: row}, state=ReviewState.CONFIRMED)
                    for earliest in confirmed.select_related("reviewed_by").order_by("reviewed_at")[:1]:
                        confirm_subjects([earliest], earliest.reviewed_by)
                        row.refresh_from_db()
