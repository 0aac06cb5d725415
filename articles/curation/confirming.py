"""What follows from a confirmed fact: who or what it is about is confirmed with it, at every door where facts are confirmed.

The review screen, bulk actions, forms with their inlines and the form that adds a fact all come here, and so does taking an
operation back.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db import models

from articles.models.coverage import Coverage
from articles.models.event import Participation
from articles.models.mention import Mention
from articles.models.review import ReviewState

# Fact → the columns of what exists if the fact is true. A figure is not here: who confirms a number has read the number and
# its words, and not the event that the rules put it under. A measure has no state.
SUBJECTS: dict[type[models.Model], tuple[str, ...]] = {
    Mention: ("actor",),
    Coverage: ("event",),
    Participation: ("event", "actor"),
}


def confirm_subjects(facts: Iterable[models.Model], editor: object) -> int:
    """Confirms the suggested actors and events of those `facts` that are confirmed; returns how many there were.

    One that an editor rejected stays rejected. `editor` signs; facts of other nouns are passed over.
    """
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for fact in facts:
        if fact.state != ReviewState.CONFIRMED:
            continue
        for name in SUBJECTS.get(type(fact), ()):
            field = fact._meta.get_field(name)
            wanted[field.related_model].add(getattr(fact, field.attname))
    return sum(
        model.objects.suggested().filter(pk__in=pks).review(ReviewState.CONFIRMED, editor)
        for model, pks in wanted.items()
    )


def confirm_again(subjects: Iterable[models.Model]) -> None:
    """Confirms each suggested row of `subjects` that a confirmed fact is about, signed by who confirmed that fact.

    Taking back the operation that confirmed an actor would else leave it suggested under a fact that another editor
    confirmed later.
    """
    for row in subjects:
        for fact, names in SUBJECTS.items():
            for name in names:
                if fact._meta.get_field(name).related_model is type(row) and row.is_suggested:
                    standing = fact.objects.filter(**{name: row}, state=ReviewState.CONFIRMED)
                    for one in standing.select_related("reviewed_by").order_by("reviewed_at")[:1]:
                        confirm_subjects([one], one.reviewed_by)
                        row.refresh_from_db()
