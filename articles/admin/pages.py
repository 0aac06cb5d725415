"""Pages of the desk that belong to no single noun: each says its address and name where it is written.

What the database refuses of them is told as for every page of the desk (articles/admin/refused.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict


@dataclass(frozen=True)
class DeskPage:
    address: str
    name: str
    view: Callable[..., HttpResponse]


_pages: list[DeskPage] = []


def desk_page(address: str, name: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Puts a view on the desk under /admin/`address`, as `admin:name`; who may see it is the view's to check."""

    def put(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        _pages.append(DeskPage(address, name, view))
        return view

    return put


def shared_pages() -> list[DeskPage]:
    return list(_pages)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, an empty form included; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None
