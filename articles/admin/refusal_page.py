"""The page that tells an editor why the database refused a change that no form had checked.

`articles.admin.site.DeskSite.admin_view` wraps every view of the desk with `explaining_refusals`.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.db import DatabaseError, IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from articles.curation.refusals import is_refusal, refusal_of
from articles.models.accounts import locks_out_last_superuser

_log = logging.getLogger(__name__)


def explaining_refusals(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wraps a view of the desk: if it breaks a rule of the database, the answer has status 409 and the reason in
    Arabic.

    Other errors of the database are raised. So is the refusal to remove the last superuser.
    """

    @wraps(view)
    def explained(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answers with the view, or with the page that explains why the database refused the change."""
        try:
            return view(request, *args, **kwargs)
        except DatabaseError as error:
            # The guard of accounts wraps this view, and handles the refusal to remove the last superuser.
            if not is_refusal(error) or (isinstance(error, IntegrityError) and locks_out_last_superuser(error)):
                raise
            _log.warning("refused by the database at %s", request.path, exc_info=True)
            return _refused(request, refusal_of(error))

    return explained


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    """Answers with the reason, as JSON for scripts or as a page."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": reason}, status=409)
    context = {**admin.site.each_context(request), "title": "لم يُحفظ شيء", "reason": reason}
    return TemplateResponse(request, "admin/desk/refused.html", context, status=409)
