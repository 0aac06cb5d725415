"""Accounts of every role, signed in, and what a browser would post."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

PASSWORD = "كلمة-مرور-طويلة-1"


def account(name: str, group: str = "") -> User:
    """Creates a staff account, in a group where one is named."""
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def signed_in(roles: None) -> Callable[..., Client]:
    """Returns a function that makes an account with a role and signs it in to a new client."""

    def sign_in(name: str, group: str = "") -> Client:
        client = Client()
        client.user = account(name, group)
        client.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def desk(signed_in: Callable[..., Client]) -> Client:
    """An editor's client, signed in."""
    return signed_in("muharrir", "محررون")


@pytest.fixture
def senior(signed_in: Callable[..., Client]) -> Client:
    """A senior editor's client, signed in."""
    return signed_in("awwal", "محررون أول")
