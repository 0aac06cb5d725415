"""Which permissions each page of the desk needs: with all of them but one it is refused, with these alone it answers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import reverse

from articles.admin.editor import editor_of
from articles.models import Actor, Article, Capture, Delivery, EventSeries, Source
from articles.models.history import operation

pytestmark = pytest.mark.django_db


def client_of(name: str, permissions: str) -> Client:
    """A client of a staff account that has these permissions and no others."""
    user = User.objects.create_user(name, is_staff=True)
    rows = Permission.objects.filter(codename__in=permissions.split(), content_type__app_label="articles")
    assert len(rows) == len(permissions.split())
    user.user_permissions.set(rows)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.user = user
    return client


def article() -> int:
    return Article.objects.order_by("pk").first().pk


def actor() -> int:
    return Actor.objects.order_by("pk").first().pk


def waiting_capture() -> int:
    capture = Capture.objects.order_by("pk").first()
    Capture.objects.filter(pk=capture.pk).update(state="waiting")
    return capture.pk


def delivery() -> int:
    return Delivery.objects.create(name="a.txt", state="finished", failed=1).pk


def pair() -> str:
    return ",".join(str(pk) for pk in Actor.objects.order_by("pk").values_list("pk", flat=True)[:2])


def of_another() -> str:
    """The key of an operation by nobody in particular, which changed a source and an article."""
    with operation(user=0) as done:
        Source.objects.filter(pk=Source.objects.first().pk).update(country="المغرب")
        Article.objects.filter(pk=article()).update(author="غيره")
    return str(done.id)


# Page, its key, the posted fields of a POST, and the permissions.
NEEDS: list[tuple[str, Callable[[], object] | str, dict | None, str]] = [
    ("authority", "", None, "view_actor"), ("authority", "", {}, "view_actor merge_actor"), ("authority_file", "", None, "view_actor"),
    ("new_name", actor, None, "add_alias"), ("new_name", actor, {}, "add_alias"),
    ("series_order", lambda: EventSeries.objects.first().pk, None, "view_eventseries"),
    ("series_order", lambda: EventSeries.objects.first().pk, {}, "view_eventseries change_event"),
    ("decide-capture", waiting_capture, None, "view_capture view_article"),
    ("decide-capture", waiting_capture, {}, "view_capture view_article change_article add_article"),
    ("articles_article_history", article, None, "view_article"), ("articles_article_history", article, None, "change_article"),
    ("articles_article_history", article, {"restore": "0"}, "change_article"),
    ("operations", "", None, "view_article"), ("operation", of_another, None, "view_article"),
    ("operation", of_another, {}, "view_article change_article withdraw_article change_source"),
    ("deliver", "", None, "ingest_article"), ("deliver", "", {}, "ingest_article"), ("articles_delivery_change", delivery, None, "view_delivery"),
    ("articles_delivery_change", delivery, {"settle": "1"}, "change_delivery"), ("articles_article_cleaning", article, None, "view_article"),
    ("articles_article_withdraw", article, None, "withdraw_article"), ("articles_article_delete", article, None, "withdraw_article"),
    ("duplicates", "", None, "merge_actor"), ("duplicates", "", {"apart": "1-2"}, "merge_actor"), ("split", actor, None, "merge_actor"),
    ("merge", "actor", None, "merge_actor"), ("review_next", "", None, "view_article"), ("review", article, None, "view_article"),
    ("review", article, {}, "view_article change_article"), ("names", "actor", None, "view_actor"), ("names", "event", None, "view_event"),
    ("names", "source", None, "view_source"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "key", "posted", "permissions"), NEEDS)
def test_a_page_needs_each_of_its_permissions(page: str, key: Any, posted: dict | None, permissions: str) -> None:
    keys = [key() if callable(key) else key] if key else []
    address = reverse(f"admin:{page}", args=keys) + (f"?rows={pair()}" if page == "merge" else "")
    needed = permissions.split()
    for n, left_out in enumerate(needed):
        client = client_of(f"without {n}", " ".join(name for name in needed if name != left_out))
        answer = client.get(address) if posted is None else client.post(address, posted)
        assert answer.status_code == 403, left_out
    client = client_of("has them", permissions)
    answer = client.get(address) if posted is None else client.post(address, posted)
    # A number of no version is not found, but only by those who may look for it.
    assert answer.status_code in ((404,) if posted and "restore" in posted else (200, 302)), answer.status_code


def test_who_only_looks_neither_puts_a_version_back_nor_settles_a_delivery() -> None:
    client, key = client_of("qari", "view_article view_delivery"), delivery()
    history = reverse("admin:articles_article_history", args=[article()])
    assert client.get(history).context["may_restore"] is False
    assert client.post(history, {"restore": "0"}).status_code == 403
    assert client.post(reverse("admin:articles_delivery_change", args=[key]), {"settle": "1"}).status_code == 403
    assert Delivery.objects.get(pk=key).settled_at is None


MISSING = 10**9


@pytest.mark.parametrize(
    ("page", "args", "posted"),
    [
        ("articles_article_withdraw", [MISSING], None), ("articles_article_cleaning", [MISSING], None), ("articles_article_history", [MISSING], None),
        ("articles_actor_history", [MISSING], None), ("new_name", [MISSING], None), ("series_order", [MISSING], None), ("split", [MISSING], None),
        ("review", [MISSING], None), ("review", [MISSING], {}), ("decide-capture", [MISSING], None), ("merge", ["moon"], None),
        ("operation", ["00000000-0000-0000-0000-000000000000"], None), ("articles_delivery_change", [MISSING], None),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(admin_client: Client, page: str, args: list, posted: dict | None) -> None:
    address = reverse(f"admin:{page}", args=args)
    assert (admin_client.get(address) if posted is None else admin_client.post(address, posted)).status_code == 404


def test_names_of_no_noun_are_refused_and_a_name_to_narrow_must_be_there(admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:names", args=["moon"])).status_code == 403
    review = reverse("admin:review", args=[article()])
    assert admin_client.post(review, {"narrow": str(MISSING)}).status_code == 404
    assert admin_client.get(reverse("admin:review_release", args=[article()])).status_code == 405
    assert admin_client.post(reverse("admin:review_release", args=[article()])).status_code == 204


def test_a_merged_actor_has_neither_a_page_for_names_nor_for_splitting(admin_client: Client) -> None:
    first, second = Actor.objects.order_by("pk")[:2]
    Actor.objects.filter(pk=first.pk).update(merged_into=second)
    for page in ("new_name", "split"):
        assert admin_client.get(reverse(f"admin:{page}", args=[first.pk])).status_code == 404


@pytest.mark.parametrize(
    ("by", "permissions", "status"),
    [
        ("own", "view_article change_article", 302), ("own", "view_article", 403), ("another", "view_article change_article", 403),
        ("another", "view_article change_article withdraw_article", 302),
    ],
)  # fmt: skip
def test_who_takes_an_operation_back(by: str, permissions: str, status: int) -> None:
    client = client_of("muharrir", permissions)
    with operation(user=client.user.pk if by == "own" else 0) as done:
        Article.objects.filter(pk=article()).update(author="غيره")
    address = reverse("admin:operation", args=[done.id])
    shown = client.get(address).context
    assert shown["may_undo"] is (status == 302) and (shown["form"] is None) is (by == "own")
    assert client.post(address).status_code == status
    assert (Article.objects.get(pk=article()).author == "غيره") is (status != 302)


def test_the_desk_has_an_editor_or_refuses() -> None:
    request = RequestFactory().get("/")
    request.user = User(username="muharrir")
    assert editor_of(request) == request.user
    request.user = None
    with pytest.raises(PermissionDenied):
        editor_of(request)
