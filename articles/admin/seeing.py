"""What a page of the desk carries of the rows that it shows, so that what is decided on an outdated page is refused by name.

Used by bulk actions, merging, splitting, withdrawing, waiting captures, the order of a series and restoring: each puts `seen_field` into its form and asks
`outdated` when the form comes back.
"""

import json
from collections.abc import Iterable, Sequence

from django.db import models
from django.http import HttpRequest

from articles.curation.seen import Overtaken, marks_of, overtaken

FIELD = "seen_rows"


def seen_field(rows: Iterable[models.Model]) -> str:
    """The value of the hidden field FIELD: the mark of each row by its key, as JSON."""
    return json.dumps(marks_of(rows))


def seen_marks(request: HttpRequest) -> dict[int, int] | None:
    """What the form carries of the rows it showed, by their keys; None where it carries nothing."""
    try:
        told = json.loads(request.POST.get(FIELD, ""))
        return {int(key): int(mark) for key, mark in told.items()}
    except (ValueError, TypeError, AttributeError):
        return None


def outdated(
    request: HttpRequest, rows: Iterable[models.Model], fields: Sequence[str] = ()
) -> dict[int, Overtaken | None]:
    """Key → who changed the row since it was shown, for the rows that were changed; None for one that was not shown at all.

    `fields` names what the decision depends on; without it every field of the row counts. Call it with the rows locked.
    """
    marks = seen_marks(request)
    if marks is None:
        return {}
    found: dict[int, Overtaken | None] = {}
    for row in rows:
        if row.pk not in marks:
            found[row.pk] = None
        elif by := overtaken(row, marks[row.pk], request.user, fields):
            found[row.pk] = by
    return found
