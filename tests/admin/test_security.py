"""Signing in is throttled, and needs a second factor where one is set up or required.

Destructive actions ask for the password again.
"""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.admin.conftest import PASSWORD, account

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"


def sign_in(client: Client, name: str, password: str = PASSWORD) -> Any:
    """Posts the login form."""
    return client.post(LOGIN, {"username": name, "password": password})


def token_of(device: TOTPDevice) -> str:
    """Returns the current token of a device."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{totp.token():06d}"


def test_guessing_closes_the_name_for_a_while(client: Client, roles: None) -> None:
    account("muharrir", "محررون")
    for _ in range(5):
        sign_in(client, "muharrir", "تخمين")
    closed = sign_in(client, "muharrir")
    assert closed.status_code == 429 and "أُغلق الدخول" in closed.content.decode()
    account("zamil", "محررون")
    assert sign_in(Client(), "zamil").status_code == 302
    call_command("axes_reset", verbosity=0)
    assert sign_in(client, "muharrir").status_code == 302


def test_a_second_factor_that_is_set_up_is_asked_for(client: Client, roles: None) -> None:
    user = account("muharrir", "محررون")
    device = TOTPDevice.objects.create(user=user, name="هاتف", confirmed=True)
    sign_in(client, "muharrir")
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("admin:second_factor"))
    assert client.get(reverse("admin:articles_article_changelist")).status_code == 302
    page = reverse("admin:second_factor")
    assert "غير صحيح" in client.post(page, {"token": "000000"}).content.decode()
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post(page, {"token": token_of(device)})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_where_it_is_required_it_is_set_up_first(client: Client, roles: None, settings: Any) -> None:
    settings.ARCHIVE_SECOND_FACTOR = True
    user = account("muharrir", "محررون")
    sign_in(client, "muharrir")
    page = reverse("admin:second_factor")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(page)
    assert 'src="data:image/svg+xml' in client.get(page).content.decode()
    device = TOTPDevice.objects.get(user=user)
    done = client.post(page, {"token": token_of(device)}).content.decode()
    codes = re.findall(r"<code>(\w+)</code>", done)
    assert len(codes) == 10 and client.get("/admin/").status_code == 200
    second_client = Client()
    sign_in(second_client, "muharrir")
    assert (
        second_client.post(page, {"token": codes[0]}).status_code == 302
        and second_client.get("/admin/").status_code == 200
    )
    third = Client()
    sign_in(third, "muharrir")
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert third.post(page, {"token": codes[0]}).status_code == 200, "a code is good once"


def test_without_one_nothing_more_is_asked(client: Client, roles: None) -> None:
    account("muharrir", "محررون")
    sign_in(client, "muharrir")
    assert client.get("/admin/").status_code == 200


def test_the_password_is_asked_again_before_a_merge(senior: Client) -> None:
    from articles.models import Actor

    session = senior.session
    session["password_given_at"] = 0
    session.save()
    survivor, gone = (Actor.objects.create(name=name, kind="civil") for name in ("هيئة أولى", "هيئة ثانية"))
    page = reverse("admin:merge", args=["actor"]) + f"?rows={survivor.pk},{gone.pk}"
    assert 'type="password"' in senior.get(page).content.decode()
    senior.post(page, {"kept": survivor.pk})
    assert Actor.objects.get(pk=gone.pk).merged_into is None
    response = senior.get(reverse("admin:articles_actor_delete", args=[gone.pk]))
    assert response["Location"].startswith(reverse("admin:password_again"))
    senior.post(page, {"kept": survivor.pk, "password": PASSWORD})
    assert Actor.objects.get(pk=gone.pk).merged_into == survivor


def test_no_open_redirect(senior: Client) -> None:
    for address in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert senior.get(reverse("admin:password_again"), {"next": address})["Location"] == "/admin/"


def test_short_and_common_passwords_are_refused(db: None) -> None:
    from django.contrib.auth.password_validation import validate_password

    for password in ("قصيرة1", "123456789012", "password1234"):
        with pytest.raises(ValidationError):
            validate_password(password, User(username="x"))
    validate_password(PASSWORD)


def test_sessions_end(senior: Client, settings: Any) -> None:
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE and settings.SESSION_COOKIE_AGE <= 8 * 3600
