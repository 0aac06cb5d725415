"""The register of the desk's pages that belong to no single noun. Each view gives its address and name with
`desk_page`.

Refusals of the database are explained as on every page of the desk (articles/admin/refusal_page.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase, QueryDict


@dataclass(frozen=True)
class DeskPage:
    """A page of the desk.

    address: the path below /admin/, as a pattern of `django.urls.path`.
    name: the name of the address in the namespace «admin».
    view: the view, which checks permissions itself.
    """

    address: str
    name: str
    view: Callable[..., HttpResponseBase]


_pages: list[DeskPage] = []


def desk_page(address: str, name: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Decorates a view: registers it at /admin/`address` under the name `admin:name`. The view checks permissions."""

    def put(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        _pages.append(DeskPage(address, name, view))
        return view

    return put


def shared_pages() -> list[DeskPage]:
    """Returns the pages that `desk_page` has registered so far."""
    return list(_pages)


def posted(request: HttpRequest) -> QueryDict | None:
    """Returns the data to which a form is bound: that of a POST, even if it is empty; None for other methods."""
    return request.POST if request.method == "POST" else None
