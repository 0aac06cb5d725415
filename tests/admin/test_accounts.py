"""Account managers cannot raise their own rights, and the last superuser can always sign in."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import Group, Permission, User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.models.accounts import ROLES
from tests.admin.conftest import PASSWORD, account
from tests.admin.test_security import token_of

pytestmark = pytest.mark.django_db

READER, EDITOR, SENIOR, MANAGER = ROLES
OTHER_PASSWORD = "كلمة-مرور-أخرى-22"


@pytest.fixture
def root(db: None) -> User:
    """The only superuser."""
    return User.objects.create_superuser("sahib", password=PASSWORD)


@pytest.fixture
def manager(signed_in: Callable[..., Client], root: User) -> Client:
    """The client of an account manager, beside the superuser."""
    return signed_in("mudir", MANAGER)


@pytest.fixture
def editor(roles: None) -> User:
    """An editor's account."""
    return account("muharrir", EDITOR)


@pytest.fixture
def superuser(root: User) -> Client:
    """The superuser's client."""
    client = Client()
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(name: str, *rows: Any) -> str:
    """Returns the address of a page of accounts, such as «change» or «delete»."""
    return reverse(f"admin:auth_user_{name}", args=[row.pk for row in rows])


def form(user: User, **more: Any) -> dict[str, Any]:
    """Returns the posted fields of a staff account, together with extra fields."""
    groups = [group.pk for group in user.groups.all()]
    joined = {"date_joined_0": "2024-01-01", "date_joined_1": "00:00:00"}
    return {"username": user.username, "is_active": "on", "is_staff": "on", "groups": groups} | joined | more


def passwords(**more: str) -> dict[str, str]:
    """Returns the password fields of a form, together with further fields."""
    return {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD, "usable_password": "true"} | more


# Escalation: a manager and a superuser.


def test_a_manager_does_not_make_himself_superuser(manager: Client) -> None:
    everything = [permission.pk for permission in Permission.objects.all()]
    posted = form(manager.user, is_superuser="on", user_permissions=everything, email="m@example.org")
    assert manager.post(page("change", manager.user), posted).status_code == 302
    manager.user.refresh_from_db()
    assert manager.user.email == "m@example.org", "the form itself is taken"
    assert not manager.user.is_superuser and not manager.user.user_permissions.exists()


def test_a_manager_adds_no_superuser(manager: Client) -> None:
    posted = passwords(username="jadid", is_superuser="on", is_staff="on", user_permissions=["1"])
    assert manager.post(page("add"), posted).status_code == 302
    added = User.objects.get(username="jadid")
    assert not added.is_superuser and not added.user_permissions.exists()


@pytest.mark.parametrize("name", ["change", "password", "delete", "history"])
def test_a_superusers_pages_are_not_there_for_a_manager(manager: Client, root: User, name: str) -> None:
    address = f"/admin/auth/user/{root.pk}/{name}/"
    before = root.password
    posted = form(root, is_active="", post="yes", username="maakhudh") | passwords()
    for response in (manager.get(address), manager.post(address, posted)):
        assert response.status_code in (302, 403, 404), name
        assert "sahib" not in response.content.decode()
    root.refresh_from_db()
    assert (root.username, root.password, root.is_active) == ("sahib", before, True)


def test_a_manager_does_not_find_superusers(manager: Client, root: User, editor: User) -> None:
    root.email = "sahib@example.org"
    root.save()
    listed = manager.get(page("changelist")).content.decode()
    assert "muharrir" in listed and "sahib" not in listed
    assert "sahib" not in manager.get(page("changelist"), {"q": "example.org"}).content.decode()
    field = {"app_label": "articles", "model_name": "article", "field_name": "assigned_to", "term": "sahib"}
    assert "sahib" not in manager.get(reverse("admin:autocomplete"), field).content.decode()


def test_bulk_deletion_passes_superusers_by(manager: Client, root: User, editor: User) -> None:
    posted = {"action": "delete_selected", "_selected_action": [root.pk, editor.pk], "post": "yes"}
    manager.post(page("changelist"), posted)
    assert User.objects.filter(pk=root.pk).exists() and not User.objects.filter(pk=editor.pk).exists()


def test_filters_do_not_spell_out_a_password(manager: Client, root: User) -> None:
    for address in (page("changelist"), reverse("admin:articles_delivery_changelist")):
        for lookup in ("password__startswith", "by__password__startswith", "user__password__startswith"):
            response = manager.get(address, {lookup: "pbkdf2"})
            assert response.status_code in (302, 400), (address, lookup)


# A manager, and accounts with more rights than the manager that are not superusers.


def test_an_account_with_a_permission_beyond_a_managers_own_is_not_his(manager: Client, roles: None) -> None:
    strong = account("qawi", EDITOR)
    strong.user_permissions.add(Permission.objects.get(codename="change_permission"))
    assert manager.post(page("password_change", strong), passwords()).status_code in (302, 403, 404)
    strong.refresh_from_db()
    assert strong.check_password(PASSWORD)


def test_a_group_beyond_a_managers_own_permissions_cannot_be_given(manager: Client, editor: User) -> None:
    strong = Group.objects.create(name="أقوياء")
    strong.permissions.add(Permission.objects.get(codename="change_permission"))
    weak = Group.objects.create(name="ضيوف")
    for group in (strong, weak):
        response = manager.post(page("change", editor), form(editor, groups=[group.pk]))
        assert response.status_code == 200 and response.context["adminform"].errors["groups"]
        assert not group.user_set.exists()


def test_a_role_that_was_given_more_than_a_manager_has_cannot_be_given(manager: Client, editor: User) -> None:
    senior = Group.objects.get(name=SENIOR)
    senior.permissions.add(Permission.objects.get(codename="change_permission"))
    manager.post(page("change", editor), form(editor, groups=[senior.pk]))
    assert not senior.user_set.exists()


@pytest.mark.parametrize("role", ROLES)
def test_a_manager_gives_the_roles_of_the_desk(manager: Client, editor: User, role: str) -> None:
    group = Group.objects.get(name=role)
    assert manager.post(page("change", editor), form(editor, groups=[group.pk])).status_code == 302
    assert list(editor.groups.all()) == [group]


def test_a_form_saved_untouched_keeps_a_group_that_is_not_offered(manager: Client, editor: User) -> None:
    guests = Group.objects.create(name="ضيوف")
    editor.groups.add(guests)
    role = Group.objects.get(name=EDITOR)
    manager.post(page("change", editor), form(editor, groups=[role.pk]))
    assert set(editor.groups.all()) == {guests, role}


@pytest.mark.parametrize("verb", ["add", "change", "delete"])
def test_a_manager_changes_no_group(manager: Client, verb: str) -> None:
    own = Group.objects.get(name=MANAGER)
    held = set(own.permissions.values_list("pk", flat=True))
    posted = {"name": MANAGER, "permissions": [row.pk for row in Permission.objects.all()], "post": "yes"}
    address = reverse(f"admin:auth_group_{verb}", args=[] if verb == "add" else [own.pk])
    assert manager.post(address, posted).status_code == 403
    assert set(own.permissions.values_list("pk", flat=True)) == held and Group.objects.count() == len(ROLES)


# Second factors and locked accounts.


@pytest.mark.parametrize("model", [TOTPDevice, StaticDevice])
def test_a_manager_touches_no_second_factor_of_a_superuser(manager: Client, root: User, model: type) -> None:
    device = model.objects.create(user=root, name="هاتف")
    noun = f"{model._meta.app_label}_{model._meta.model_name}"
    assert "sahib" not in manager.get(reverse(f"admin:{noun}_changelist")).content.decode()
    manager.post(reverse(f"admin:{noun}_delete", args=[device.pk]), {"post": "yes"})
    manager.post(reverse(f"admin:{noun}_changelist"), {
        "action": "delete_selected", "_selected_action": [device.pk], "post": "yes",
    })  # fmt: skip
    assert model.objects.filter(pk=device.pk).exists()


def test_nobody_gives_another_a_second_factor(manager: Client, superuser: Client, root: User) -> None:
    posted = {"user": root.pk, "name": "دخيل", "confirmed": "on", "key": "0" * 40, "step": 30, "digits": 6, "t0": 0,
              "tolerance": 1, "drift": 0, "throttling_failure_count": 0}  # fmt: skip
    for client in (manager, superuser):
        assert client.post(reverse("admin:otp_totp_totpdevice_add"), posted).status_code == 403
    assert not TOTPDevice.objects.exists()


def test_no_page_shows_the_secret_of_a_second_factor(manager: Client, superuser: Client, editor: User) -> None:
    device = TOTPDevice.objects.create(user=editor, name="هاتف", confirmed=True)
    codes = StaticDevice.objects.create(user=editor, name="رموز")
    codes.token_set.create(token="ramzsirri")
    for client in (manager, superuser):
        for name, row in (("otp_totp_totpdevice", device), ("otp_static_staticdevice", codes)):
            shown = client.get(reverse(f"admin:{name}_change", args=[row.pk]))
            assert shown.status_code == 200
            assert device.key not in shown.content.decode() and "ramzsirri" not in shown.content.decode()
        for name in ("config", "qrcode"):
            assert client.get(reverse(f"admin:otp_totp_totpdevice_{name}", args=[device.pk])).status_code == 403


def test_a_manager_removes_the_lost_second_factor_of_an_editor(manager: Client, editor: User) -> None:
    device = TOTPDevice.objects.create(user=editor, name="هاتف", confirmed=True)
    manager.post(reverse("admin:otp_totp_totpdevice_delete", args=[device.pk]), {"post": "yes"})
    assert not TOTPDevice.objects.exists()


def test_a_manager_reopens_an_editors_sign_in_but_not_a_superusers(manager: Client, root: User, editor: User) -> None:
    closed = {
        name: AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", failures_since_start=5)
        for name in ("sahib", "muharrir")
    }
    for attempt in closed.values():
        manager.post(reverse("admin:axes_accessattempt_delete", args=[attempt.pk]), {"post": "yes"})
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["sahib"]


def test_a_manager_removes_no_traces(manager: Client) -> None:
    line = AccessLog.objects.create(username="mudir", attempt_time=timezone.now())
    manager.post(reverse("admin:axes_accesslog_delete", args=[line.pk]), {"post": "yes"})
    assert AccessLog.objects.filter(pk=line.pk).exists()


# Asking for the password again.


def test_the_password_is_asked_for_before_an_account_is_changed(manager: Client, editor: User) -> None:
    session = manager.session
    session["password_given_at"] = 0
    session.save()
    device = TOTPDevice.objects.create(user=editor, name="هاتف")
    doors = [
        (page("add"), passwords(username="jadid")),
        (page("change", editor), form(editor, email="x@example.org")),
        (page("password_change", editor), passwords()),
        (page("delete", editor), {"post": "yes"}),
        (page("changelist"), {"action": "delete_selected", "_selected_action": [editor.pk], "post": "yes"}),
        (reverse("admin:otp_totp_totpdevice_delete", args=[device.pk]), {"post": "yes"}),
    ]
    for address, posted in doors:
        redirect = manager.post(address, posted)
        assert redirect.status_code == 302 and redirect["Location"].startswith(reverse("admin:password_again")), address
    editor.refresh_from_db()
    assert editor.email == "" and editor.check_password(PASSWORD) and TOTPDevice.objects.exists()
    assert not User.objects.filter(username="jadid").exists()
    assert manager.get(page("changelist")).status_code == 200, "a list is only read"
    response = manager.post(manager.get(page("change", editor))["Location"], {"password": PASSWORD})
    assert response["Location"] == page("change", editor)
    assert manager.post(page("change", editor), form(editor, email="x@example.org")).status_code == 302
    editor.refresh_from_db()
    assert editor.email == "x@example.org"


def test_a_stolen_session_sets_up_no_second_factor(client: Client, editor: User) -> None:
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["password_given_at"] = 0
    session.save()
    address = reverse("admin:second_factor")
    assert 'type="password"' in client.get(address).content.decode()
    device = TOTPDevice.objects.get(user=editor)
    client.post(address, {"token": token_of(device)})
    device.refresh_from_db()
    assert not device.confirmed
    client.post(address, {"token": token_of(device), "password": PASSWORD})
    device.refresh_from_db()
    assert device.confirmed


# The effect of a change on open sessions.


def test_rights_taken_away_are_gone_at_the_next_request(superuser: Client, manager: Client, editor: User) -> None:
    superuser.post(page("change", manager.user), form(manager.user, groups=[]))
    assert manager.get(page("changelist")).status_code == 403
    superuser.post(page("change", manager.user), form(manager.user, is_active=""))
    assert manager.get("/admin/").status_code == 302


def test_a_password_that_was_replaced_ends_the_sessions_of_its_account(manager: Client, editor: User) -> None:
    second_session = Client()
    second_session.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    assert second_session.get("/admin/").status_code == 200
    assert manager.post(page("password_change", editor), passwords()).status_code == 302
    assert second_session.get("/admin/").status_code == 302


# Editors and accounts.


@pytest.mark.parametrize("role", ["", READER, EDITOR, SENIOR])
def test_editors_do_not_reach_accounts(signed_in: Callable[..., Client], root: User, role: str) -> None:
    client, colleague = signed_in("ahad", role), account("akhar")
    for noun in ("auth_user", "auth_group", "otp_totp_totpdevice", "otp_static_staticdevice", "axes_accessattempt"):
        assert client.get(reverse(f"admin:{noun}_changelist")).status_code == 403, noun
    for address in (
        page("add"),
        page("change", colleague),
        page("password_change", colleague),
        page("delete", colleague),
    ):
        assert client.get(address).status_code in (403, 404), address
        client.post(address, passwords(username="jadid", post="yes"))
    colleague.refresh_from_db()
    assert colleague.check_password(PASSWORD) and not User.objects.filter(username="jadid").exists()


# The last superuser.


def able() -> int:
    """Returns how many superusers could sign in."""
    standing = User.objects.filter(is_superuser=True, is_active=True, is_staff=True)
    return sum(user.has_usable_password() and bool(user.password) for user in standing)


@pytest.mark.parametrize("lost", [{"is_active": ""}, {"is_superuser": ""}, {"is_staff": ""}], ids=str)
def test_the_last_superuser_does_not_take_his_own_rights(superuser: Client, root: User, lost: dict) -> None:
    posted = {name: value for name, value in (form(root, is_superuser="on") | lost).items() if value != ""}
    response = superuser.post(page("change", root), posted, follow=True)
    assert "آخر مستخدم بصلاحيات كاملة" in response.content.decode()
    assert able() == 1


def test_the_last_superuser_does_not_lose_his_password(superuser: Client, root: User) -> None:
    posted = {"usable_password": "false", "unset-password": "1"}
    response = superuser.post(page("password_change", root), posted, follow=True)
    assert "آخر مستخدم" in response.content.decode() and able() == 1


def test_the_last_superuser_is_not_deleted(superuser: Client, root: User) -> None:
    superuser.post(page("delete", root), {"post": "yes"})
    User.objects.create_superuser("bila", password=None)  # This account cannot sign in and does not count.
    every = list(User.objects.values_list("pk", flat=True))
    superuser.post(page("changelist"), {"action": "delete_selected", "_selected_action": every, "post": "yes"})
    assert able() == 1


@pytest.mark.parametrize("change", [
    lambda rows: rows.update(is_active=False), lambda rows: rows.update(is_superuser=False),
    lambda rows: rows.update(is_staff=False), lambda rows: rows.update(password=""), lambda rows: rows.delete(),
])  # fmt: skip
def test_nor_by_any_other_door(root: User, change: Callable) -> None:
    User.objects.create_superuser("thani", password=PASSWORD)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(User.objects.filter(is_superuser=True))
    assert able() == 2
    change(User.objects.filter(username="thani"))
    assert able() == 1, "while another superuser stays, one may go"


@pytest.fixture
def two_superusers(transactional_db: None) -> Iterator[list[User]]:
    """Two superusers. Teardown makes every account an active superuser again, whatever the test removed."""
    yield [User.objects.create_superuser(name, password=PASSWORD) for name in ("awwal", "thani")]
    User.objects.update(is_superuser=True, is_active=True)


@pytest.mark.django_db(transaction=True)
def test_two_superusers_who_demote_each_other_at_once_leave_one(two_superusers: list[User]) -> None:
    first, second = two_superusers
    outcome: list[str] = []

    def demote_second() -> None:
        try:
            User.objects.filter(pk=second.pk).update(is_superuser=False)
            outcome.append("demoted")
        except IntegrityError:
            outcome.append("refused")
        finally:
            connection.close()

    thread = threading.Thread(target=demote_second)
    with transaction.atomic():
        User.objects.filter(pk=first.pk).update(is_superuser=False)
        thread.start()
        with connection.cursor() as cursor:  # Waits until the second session waits for the lock.
            for _ in range(1000):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                if cursor.fetchone()[0]:
                    break
                thread.join(0.02)
    thread.join(30)
    assert outcome == ["refused"] and able() == 1
