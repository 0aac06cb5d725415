"""Which accounts an account manages, which groups it gives, and who reads what is not public."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db import IntegrityError, transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.models.accounts import (
    ROLES,
    accounts_managed_by,
    groups_given_by,
    lacks_second_factor,
    locks_out_last_superuser,
    may_read_drafts,
    own_permissions,
)

pytestmark = pytest.mark.django_db


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename, content_type__app_label="articles")


def account(name: str, *codenames: str, groups: tuple[str, ...] = (), **fields: Any) -> User:
    user = User.objects.create(username=name, **fields)
    user.user_permissions.set(map(permission, codenames))
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


@pytest.fixture
def groups() -> None:
    """Two groups beside those of the archive."""
    for name, codenames in {
        "قارئون": ["view_article", "view_actor"],
        "كاتبون": ["view_article", "change_article"],
    }.items():
        Group.objects.create(name=name).permissions.set(map(permission, codenames))


@pytest.mark.usefixtures("groups")
def test_an_account_holds_its_own_permissions_and_those_of_its_groups() -> None:
    user = account("manager", "view_article", "view_event", groups=("قارئون",))
    account("other", "delete_article", groups=("كاتبون",))
    held = {permission(name).pk for name in ("view_article", "view_actor", "view_event")}
    assert sorted(own_permissions(user)) == sorted(held) and own_permissions(account("nobody")) == []


@pytest.mark.usefixtures("groups")
def test_nobody_manages_an_account_with_more_rights() -> None:
    manager = account("manager", "view_article", groups=("قارئون",))
    root = account("root", is_superuser=True)
    accounts = {
        "nobody": account("nobody"),
        "fewer": account("fewer", "view_actor"),
        "equal": account("equal", "view_article", groups=("قارئون",)),
        "by group": account("by group", groups=("قارئون",)),
        "more": account("more", "change_article"),
        "one more": account("one more", "view_article", "change_article"),
        "more by group": account("more by group", groups=("كاتبون",)),
        "superuser": account("superuser", is_superuser=True),
    }
    keys = [user.pk for user in accounts.values()]

    def managed(user: User) -> set[str]:
        return set(accounts_managed_by(user).filter(pk__in=keys).values_list("username", flat=True))

    assert managed(manager) == {"nobody", "fewer", "equal", "by group"}
    assert managed(root) == set(accounts)
    assert managed(accounts["nobody"]) == {"nobody"}
    assert managed(accounts["more by group"]) == {"nobody", "more", "one more", "more by group"}


@pytest.mark.usefixtures("groups", "roles")
def test_a_manager_gives_roles_without_more_rights() -> None:
    readers, editors = (Group.objects.get(name=name) for name in ROLES[:2])
    manager, root = account("manager"), account("root", is_superuser=True)
    assert set(groups_given_by(root)) == set(Group.objects.all())
    manager.user_permissions.set(readers.permissions.all())
    given = set(groups_given_by(manager))
    # A group of another name is none of the roles, whatever rights it has.
    assert readers in given and editors not in given and {group.name for group in given} <= set(ROLES)
    Group.objects.get(name="قارئون").permissions.clear()
    assert "قارئون" not in {group.name for group in groups_given_by(manager)}
    extra = editors.permissions.exclude(pk__in=readers.permissions.all()).first()
    readers.permissions.add(extra)
    assert readers not in groups_given_by(manager)


@pytest.mark.parametrize(
    ("fields", "codenames", "may"),
    [
        ({"is_active": True, "is_staff": True}, ["view_article"], True),
        ({"is_active": True, "is_staff": True, "is_superuser": True}, [], True),
        ({"is_active": True, "is_staff": True}, ["view_actor"], False),
        ({"is_active": True, "is_staff": True}, [], False),
        ({"is_active": True, "is_staff": False}, ["view_article"], False),
        ({"is_active": True, "is_staff": False, "is_superuser": True}, [], False),
        ({"is_active": False, "is_staff": True}, ["view_article"], False),
        ({"is_active": False, "is_staff": True, "is_superuser": True}, [], False),
    ],
)
def test_who_reads_drafts(settings: Any, fields: dict[str, bool], codenames: list[str], may: bool) -> None:
    settings.ARCHIVE_SECOND_FACTOR = False
    user = account("reader", *codenames, **fields)
    assert may_read_drafts(user) is may
    settings.ARCHIVE_SECOND_FACTOR = True
    assert not may_read_drafts(user)
    user.is_verified = lambda: True
    assert may_read_drafts(user) is may
    assert not may_read_drafts(AnonymousUser())


@pytest.mark.parametrize("is_required", [True, False])
@pytest.mark.parametrize("has_device", [True, False])
@pytest.mark.parametrize("verified", [None, True, False])
def test_who_has_yet_to_pass_a_second_factor(
    settings: Any, is_required: bool, has_device: bool, verified: bool | None
) -> None:
    settings.ARCHIVE_SECOND_FACTOR = is_required
    user = account("reader")
    if has_device:
        TOTPDevice.objects.create(user=user, name="هاتف", confirmed=True)
    if verified is not None:
        user.is_verified = lambda: verified
    assert bool(lacks_second_factor(user)) is (not verified and (is_required or has_device))


@pytest.mark.parametrize("locks_out", [True, False])
def test_the_refusal_to_lock_out_the_last_superuser_is_recognised(locks_out: bool) -> None:
    root = account("root", is_superuser=True, is_staff=True, is_active=True, password="x")
    others = User.objects.filter(is_superuser=True)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        others.update(is_active=False) if locks_out else User.objects.create(username=root.username)
    assert locks_out_last_superuser(refusal.value) is locks_out
    assert not locks_out_last_superuser(IntegrityError("of no server"))
