"""What an editor gets where the database refuses what no form had checked: a page that says why, for every page of the desk.

Put around every view by `articles.admin.site.DeskSite.admin_view`.
"""

import logging
from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from articles.curation.refusals import is_refusal, refusal_of
from articles.models.accounts import locks_out_last_superuser

_log = logging.getLogger(__name__)


def explaining_refusals(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wraps a view of the desk: 409 with the reason in Arabic where it broke a rule of the database, which stored nothing of it."""

    @wraps(view)
    def explained(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DatabaseError as error:
            # The guard of accounts stands around this view, and tells of the last superuser itself.
            if not is_refusal(error) or locks_out_last_superuser(error):
                raise
            _log.warning("refused by the database at %s", request.path, exc_info=True)
            return _refused(request, refusal_of(error))

    return explained


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": reason}, status=409)
    context = {**admin.site.each_context(request), "title": "لم يُحفظ شيء", "reason": reason}
    return TemplateResponse(request, "admin/desk/refused.html", context, status=409)
