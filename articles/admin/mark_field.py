"""The versions of rows that a page of the desk showed, so that a decision taken on an outdated page is refused.

Bulk actions, merging, splitting, withdrawing, waiting captures, the order of a series and restoring use it. Each puts
`seen_field` into its form, and calls `outdated` when the form is posted.
"""

import json
from collections.abc import Iterable, Sequence

from django.db import models
from django.http import HttpRequest

from articles.admin.editor import editor_of
from articles.curation.row_marks import Overtaken, overtaken, row_marks

# The name of the hidden field.
MARK_FIELD = "seen_rows"


def seen_field(rows: Iterable[models.Model]) -> str:
    """Returns the value of the hidden field MARK_FIELD: row key → row mark (curation/row_marks.py), as JSON."""
    return json.dumps(row_marks(rows))


def seen_row_marks(request: HttpRequest) -> dict[int, int] | None:
    """Reads the field MARK_FIELD of a form: row key → row mark. Returns None if the field is missing or malformed."""
    try:
        row_marks_by_key = json.loads(request.POST.get(MARK_FIELD, ""))
        return {int(key): int(row_mark) for key, row_mark in row_marks_by_key.items()}
    except (ValueError, TypeError, AttributeError):
        return None


def outdated(
    request: HttpRequest, rows: Iterable[models.Model], fields: Sequence[str] = ()
) -> dict[int, Overtaken | None]:
    """Returns the rows that another editor changed since the page showed them: row key → the change.

    The value is None for a row that the page did not show. The result is empty if the form carries no row marks.
    `fields` names the fields that the decision depends on; without it, every field counts. Call this with the rows
    locked.
    """
    seen_by_key = seen_row_marks(request)
    if seen_by_key is None:
        return {}
    change_by_key: dict[int, Overtaken | None] = {}
    for row in rows:
        if row.pk not in seen_by_key:
            change_by_key[row.pk] = None
        elif change := overtaken(row, seen_by_key[row.pk], editor_of(request), fields):
            change_by_key[row.pk] = change
    return change_by_key
