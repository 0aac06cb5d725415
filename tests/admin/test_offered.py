"""The address of a desk list queries the database only for what the list offers, for every account and every list."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urljoin

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.admin import desk as desk_module
from articles.models import Article, Mention
from tests.admin.posting import changelist

pytestmark = pytest.mark.django_db

COMPARISONS = (
    "",
    "exact",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "regex",
    "iregex",
    "gt",
    "lt",
    "in",
    "isnull",
)
# No page of the desk shows these columns to anyone.
SECRETS = {
    (TOTPDevice, "key"),
    (StaticToken, "token"),
    (User, "password"),
    (Session, "session_key"),
    (Session, "session_data"),
}


def list_of(model: type) -> str:
    """Returns the address of a model's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.fixture
def everyone(signed_in: Callable[..., Client]) -> Client:
    """A superuser, who may open every list of the desk."""
    client = signed_in("raqib")
    User.objects.filter(pk=client.user.pk).update(is_superuser=True)
    return client


@pytest.mark.parametrize(
    "lookup", ["body__regex", "body__iregex", "title__regex", "title__contains", "source__name__iregex", "pk"]
)
def test_a_pattern_in_the_address_is_refused_before_any_row_is_read(
    signed_in: Callable[..., Client], lookup: str
) -> None:
    reader = signed_in("qari", "قراء المسودات")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = reader.get(changelist("article"), {lookup: r"(.*)(.*)(.*)(.*)\1\2\3\4x"})
    assert answer.status_code == 400 and "لا يقبل الأرشيف هذا الطلب" in answer.content.decode()
    assert not [query for query in queries if 'FROM "articles_article"' in query["sql"]]


@pytest.mark.parametrize(
    "sent", [{"title__regex": "("}, {"foo": "bar"}, {"id__exact": "1"}, {"o": "1"}, {"_to_field": "body"}]
)
def test_what_a_list_does_not_offer_is_told_in_a_line_without_a_traceback(
    desk: Client, sent: dict, capfd: object
) -> None:
    assert desk.get(changelist("article"), sent).status_code == 400
    assert "Traceback" not in "".join(capfd.readouterr())


def test_no_column_of_any_list_is_open_to_any_comparison_that_its_list_does_not_offer(everyone: Client) -> None:
    for model, desk in admin.site._registry.items():
        request = type("Asked", (), {"user": everyone.user, "GET": {}})()
        offered = set(desk._offered_lookups(request))
        for field in model._meta.get_fields():
            for lookup in {f"{field.name}__{comparison}".removesuffix("__") for comparison in COMPARISONS} - offered:
                assert not desk.lookup_allowed(lookup, "1", request), f"{model._meta.label}: {lookup}"
        assert everyone.get(list_of(model), {"pk__regex": "1"}).status_code == 400, model._meta.label


def paths_to_secrets(model: type, depth: int = 3) -> Iterator[str]:
    """Yields every path from a noun to a secret column, across at most `depth` relations."""
    for field in model._meta.get_fields(include_hidden=True):
        name = field.name if field.concrete else getattr(field, "get_accessor_name", lambda: "")() and field.name
        if (model, field.name) in SECRETS:
            yield field.name
        elif field.is_relation and field.related_model and depth and name:
            yield from (f"{name}__{rest}" for rest in paths_to_secrets(field.related_model, depth - 1))


def test_a_manager_reads_no_secret_by_a_list(signed_in: Callable[..., Client]) -> None:
    manager, owner = signed_in("mudir", "مديرون"), signed_in("sahib", "محررون")
    device = TOTPDevice.objects.create(user=owner.user, name="هاتف", key="a" * 40)
    StaticToken.objects.create(device=StaticDevice.objects.create(user=owner.user, name="رموز"), token="qwertyui")
    tried = 0
    for model in (TOTPDevice, StaticDevice, User):
        plain = manager.get(list_of(model))
        assert plain.status_code == 200
        for path in set(paths_to_secrets(model)):
            for comparison in ("startswith", "gt", "regex"):
                tried += 1
                assert manager.get(list_of(model), {f"{path}__{comparison}": "a"}).status_code == 400, path
    assert tried > 15
    lists = [manager.get(list_of(TOTPDevice), {"q": word}).content.decode() for word in (device.key[:8], "sahib")]
    assert "هاتف" not in lists[0] and "هاتف" in lists[1]
    for field in ("key", "user__password", "password"):
        assert manager.get(list_of(TOTPDevice), {"_to_field": field}).status_code == 400
    assert manager.get(list_of(User), {"_to_field": "password"}).status_code == 400


def test_no_list_shows_searches_or_orders_by_a_secret(everyone: Client) -> None:
    names = {name for _, name in SECRETS}
    request = type("Asked", (), {"user": everyone.user, "GET": {}})()
    for model, desk in admin.site._registry.items():
        columns = [
            *desk.get_list_display(request),
            *desk.get_search_fields(request),
            *(desk.get_ordering(request) or ()),
        ]
        ordered = [getattr(getattr(desk, str(column), None), "admin_order_field", "") for column in columns]
        used = {
            part for column in (*columns, *filter(None, ordered)) for part in str(column).lstrip("^=@-").split("__")
        }
        assert not used & names, model._meta.label


def test_completions_of_fields_find_nothing_by_a_secret(signed_in: Callable[..., Client]) -> None:
    manager, owner = signed_in("mudir", "مديرون"), signed_in("sahib", "محررون")
    TOTPDevice.objects.create(user=owner.user, name="هاتف", key="a" * 40)
    secret = User.objects.get(pk=owner.user.pk).password[-20:]
    for app, noun, field in (
        ("otp_totp", "totpdevice", "user"),
        ("articles", "delivery", "by"),
        ("articles", "article", "assigned_to"),
    ):
        query = {"app_label": app, "model_name": noun, "field_name": field, "term": secret}
        answer = manager.get(reverse("admin:autocomplete"), query)
        assert answer.status_code == 403 or answer.json()["results"] == []


def links_of(address: str, page: str) -> Iterator[str]:
    """Yields the links of a page to addresses of the desk with a query."""
    for link in re.findall(r'href="([^"#]+)', page):
        whole = urljoin(address, unescape(link))
        if whole.startswith("/admin/") and "?" in whole:
            yield whole


@pytest.mark.parametrize("role", ["everyone", "desk"])
def test_every_link_of_the_desk_to_a_list_leads_to_it(
    role: str, request: pytest.FixtureRequest, monkeypatch: object
) -> None:
    """Checks the links of filters, column heads, waiting counts, and lists that a form is too small for."""
    client = request.getfixturevalue(role)
    monkeypatch.setattr(desk_module, "MOST_INLINE", 0)
    article = Article.objects.filter(mentions__isnull=False, figures__isnull=False).first()
    starts = ["/admin/", "/admin/?mine=1", reverse("admin:articles_article_change", args=[article.pk])]
    starts += [
        reverse("admin:articles_actor_change", args=[Mention.objects.first().actor_id]),
        reverse("admin:operations"),
    ]
    starts += [list_of(model) for model in admin.site._registry]
    links = {link for start in starts for link in links_of(start, client.get(start, follow=True).content.decode())}
    lists = {list_of(model) for model in admin.site._registry}
    followed = sorted(link for link in links if link.partition("?")[0] in lists)
    assert len(followed) > 40 and any("article__id__exact=" in link for link in followed)
    for link in followed:
        answer = client.get(link)
        assert answer.status_code == 200 or (role == "desk" and answer.status_code == 403), link


def test_who_signs_in_from_an_address_of_elsewhere_comes_to_the_desk(client: Client, roles: None) -> None:
    from tests.admin.conftest import PASSWORD, account

    account("muharrir", "محررون")
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        sent = {"username": "muharrir", "password": PASSWORD, "next": elsewhere}
        assert client.post("/admin/login/", sent)["Location"] == "/admin/"
