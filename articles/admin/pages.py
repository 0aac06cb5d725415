"""Pages of the desk that belong to no single noun: each says its address and name where it is written."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from articles.models.refusals import refusal_of


@dataclass(frozen=True)
class DeskPage:
    address: str
    name: str
    view: Callable[..., HttpResponse]


_pages: list[DeskPage] = []


def desk_page(address: str, name: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Puts a view on the desk under /admin/`address`, as `admin:name`; who may see it is the view's to check."""

    def put(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except IntegrityError as error:
                # Two who store at one moment: the page is opened anew and says what the second's values met with.
                messages.error(request, f"لم يُحفظ شيء: {refusal_of(error)}")
                return redirect(request.get_full_path())

        _pages.append(DeskPage(address, name, guarded))
        return guarded

    return put


def shared_pages() -> list[DeskPage]:
    return list(_pages)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, an empty form included; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None
