"""The desk's pages of accounts, groups, second factors and sign-ins.

They replace the admin classes of Django, django-otp and django-axes. All of them derive from one guard (`Guarded`).
articles/models/accounts.py decides which accounts a user may manage; the guard shows and changes no others. It asks for
the password again before a page that can change something. It shows an error if the database refuses to remove the last
superuser.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from axes.admin import AccessAttemptAdmin, AccessLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, models, transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.html import format_html
from django_otp.plugins.otp_static.admin import StaticDeviceAdmin
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.admin import TOTPDeviceAdmin
from django_otp.plugins.otp_totp.models import TOTPDevice
from procrastinate.contrib.django.models import ProcrastinateJob

from articles.admin.desk import PlainDeletion
from articles.admin.editor import editor_of
from articles.admin.security import ask_again
from articles.models.accounts import accounts_managed_by, groups_given_by, locks_out_last_superuser
from articles.site.words_for import moment

# The endings of the names of pages that change nothing when they are only read.
_READING_ENDINGS = ("_changelist", "_history")


class Guarded(PlainDeletion, admin.ModelAdmin):
    """The base of admin classes whose rows belong to accounts. A subclass defines `managed`."""

    def managed(self, request: HttpRequest, rows: models.QuerySet) -> models.QuerySet:
        """Returns those of `rows` that the user may see and change."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return self.managed(request, super().get_queryset(request))

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_view_permission(request, obj) and self._manages(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._manages(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._manages(request, obj)

    def _manages(self, request: HttpRequest, obj: models.Model | None) -> bool:
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def get_urls(self) -> list[URLPattern]:
        patterns = super().get_urls()
        for pattern in patterns:
            reads_only = (pattern.name or "").endswith(_READING_ENDINGS)
            pattern.callback = self._guarded(pattern.callback, reads_only)
        return patterns

    def _guarded(self, view: Callable[..., HttpResponse], reads_only: bool) -> Callable[..., HttpResponse]:
        """Wraps a view: it asks for the password if it is not fresh, and runs the view in one transaction.

        reads_only: whether a GET of the view changes nothing; then it does not ask for the password.

        If the database refuses to remove the last superuser, nothing is stored and an error is shown.
        """

        @wraps(view)
        def checked_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            """Answers with the view, or with the page that asks for the password.

            If the database refuses to remove the last superuser, redirects to the same page with an error.
            """
            can_change = not (reads_only and request.method in ("GET", "HEAD"))
            if can_change and self.admin_site.has_permission(request) and (password_page := ask_again(request)):
                return password_page
            try:
                with transaction.atomic():
                    return view(request, *args, **kwargs)
            except IntegrityError as error:
                if not locks_out_last_superuser(error):
                    raise
            messages.error(
                request,
                "لم يُحفظ شيء: هذا آخر مستخدم بصلاحيات كاملة يستطيع الدخول. امنح غيره الصلاحيات الكاملة أولا.",
            )
            return redirect(request.get_full_path())

        return checked_view


class PasswordForm(AdminPasswordChangeForm):
    """Django's form for the password of an account, with a warning in Arabic that Django has in English only."""

    usable_password_help_text = format_html(
        '{}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        "هل يدخل صاحب الحساب بكلمة مرور.",
        "إن عطّلت كلمة المرور ضاعت كلمة مرور هذا الحساب الحالية، ولم يستطع صاحبه الدخول حتى تعطيه أخرى.",
    )


class AccountAdmin(Guarded, UserAdmin):
    """Accounts. Only a superuser can grant permissions, superuser rights and groups other than the desk's roles."""

    change_password_form = PasswordForm

    def managed(self, request: HttpRequest, rows: models.QuerySet) -> models.QuerySet:
        return rows.filter(pk__in=accounts_managed_by(editor_of(request)).order_by().values("pk"))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list | tuple:
        """Leaves out the fields of superuser rights and single permissions for an editor who is no superuser."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        reserved = {"is_superuser", "user_permissions"}
        return [
            (name, options | {"fields": [field for field in options["fields"] if field not in reserved]})
            for name, options in fieldsets
        ]

    def get_list_filter(self, request: HttpRequest) -> tuple:
        return ("is_staff", "is_active", "groups")

    def formfield_for_manytomany(self, db_field: models.ManyToManyField, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = groups_given_by(editor_of(request))
        return super().formfield_for_manytomany(db_field, request=request, **kwargs)

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: list, change: bool) -> None:
        """Keeps the account's groups that the form did not offer, so that saving an unchanged form removes none."""
        not_offered = list(form.instance.groups.exclude(pk__in=groups_given_by(editor_of(request))))
        super().save_related(request, form, formsets, change)
        form.instance.groups.add(*not_offered)


class RoleAdmin(Guarded, GroupAdmin):
    """Groups. Only a superuser can change them, because a group decides what its members may do.

    Other managers see the roles that they can grant.
    """

    def managed(self, request: HttpRequest, rows: models.QuerySet) -> models.QuerySet:
        return rows.filter(pk__in=groups_given_by(editor_of(request)).order_by().values("pk"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Shows permissions to superusers only. Their names are in English, and only superusers grant them."""
        return ["name", "permissions"] if request.user.is_superuser else ["name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.is_superuser


class DeviceGuard(Guarded):
    """The base of the pages of second factors, on which a manager removes a lost device.

    Each user sets up their own device elsewhere. The pages never show a device's secret.
    """

    def managed(self, request: HttpRequest, rows: models.QuerySet) -> models.QuerySet:
        return rows.filter(user__in=accounts_managed_by(editor_of(request)).order_by().values("pk"))

    # The library's own pages are in English. These columns show the owner of a device and whether it is in use.
    list_display = readonly_fields = ("owner", "called", "is_usable", "made_at", "used_at")
    list_filter = ()
    search_help_text = "بحث باسم المستخدم أو بريده."
    inlines = ()

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return self.list_display

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list:
        return [(None, {"fields": self.readonly_fields})]

    @admin.display(description="صاحبه")
    def owner(self, device: Any) -> str:
        """Returns the name of the account whose device it is."""
        return str(device.user)

    @admin.display(description="الاسم")
    def called(self, device: Any) -> str:
        """Returns the name that the device was given when it was added."""
        return device.name

    @admin.display(description="جاهز للاستعمال", boolean=True)
    def is_usable(self, device: Any) -> bool:
        """Returns whether the device was confirmed with a code; only such devices count at the sign-in."""
        return device.confirmed

    @admin.display(description="أضيف في")
    def made_at(self, device: Any) -> str:
        """Returns the moment when the device was added, in words; a dash for none."""
        return moment(device.created_at)

    @admin.display(description="آخر استعمال")
    def used_at(self, device: Any) -> str:
        """Returns the moment of the last sign-in with the device, in words; a dash for none."""
        return moment(device.last_used_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class PhoneAdmin(DeviceGuard, TOTPDeviceAdmin):
    """Phones with an app for one-time codes (TOTP)."""


class RecoveryCodesAdmin(DeviceGuard, StaticDeviceAdmin):
    """Books of recovery codes."""


class SignInGuard(Guarded):
    """The base of the pages of sign-ins, which are recorded under the typed name.

    A manager does not see sign-ins under the names of accounts that they do not manage.
    """

    def managed(self, request: HttpRequest, rows: models.QuerySet) -> models.QuerySet:
        if request.user.is_superuser:
            return rows
        managed = accounts_managed_by(editor_of(request)).order_by().values("pk")
        return rows.exclude(username__in=User.objects.exclude(pk__in=managed).values("username"))

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ClosedSignInAdmin(SignInGuard, AccessAttemptAdmin):
    """Failed sign-ins. Deleting a row lets the user try again."""

    list_display = (
        "attempt_time",
        "ip_address",
        "user_agent",
        "username",
        "path_info",
        "failures_since_start",
        "is_closed",
    )
    list_filter = ("attempt_time", "path_info")
    actions = ()
    inlines = ()
    readonly_fields = tuple(name for name in AccessAttemptAdmin.readonly_fields if name != "expiration")
    fieldsets = ((None, {"fields": readonly_fields}),)

    @admin.display(description="أُغلق الدخول", boolean=True)
    def is_closed(self, attempt: AccessAttempt) -> bool:
        """Returns whether the failures of the attempt close the sign-in (AXES_FAILURE_LIMIT)."""
        return attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT


class SignInLogAdmin(SignInGuard, AccessLogAdmin):
    """The log of sign-ins. Only a superuser can delete rows, so that a manager cannot remove traces."""

    def has_delete_permission(self, request: HttpRequest, obj: AccessLog | None = None) -> bool:
        return request.user.is_superuser


for model, model_admin in {
    User: AccountAdmin,
    Group: RoleAdmin,
    TOTPDevice: PhoneAdmin,
    StaticDevice: RecoveryCodesAdmin,
    AccessAttempt: ClosedSignInAdmin,
    AccessLog: SignInLogAdmin,
}.items():
    admin.site.unregister(model)
    admin.site.register(model, model_admin)
# The admin of jobs is in English and of no use to editors. `manage.py procrastinate` shows jobs.
admin.site.unregister(ProcrastinateJob)
# This table stays empty (AXES_ENABLE_ACCESS_FAILURE_LOG). AccessAttempt holds failed sign-ins.
admin.site.unregister(AccessFailureLog)
for label, words in (("otp_totp", "التحقق بخطوتين: الهواتف"), ("otp_static", "التحقق بخطوتين: رموز الاسترداد")):
    apps.get_app_config(label).verbose_name = words
# The libraries do not translate these names. Migrations do not notice the change, as they read the class's own Meta.
for model, singular, plural in (
    (TOTPDevice, "هاتف التحقق بخطوتين", "هواتف التحقق بخطوتين"),
    (StaticDevice, "دفتر رموز الاسترداد", "دفاتر رموز الاسترداد"),
    (StaticToken, "رمز استرداد", "رموز الاسترداد"),
):
    model._meta.verbose_name, model._meta.verbose_name_plural = singular, plural


def _attempt_in_words(attempt: Any) -> str:
    """Names an attempt by the typed name and its time."""
    return f"{attempt.username or '–'}، {moment(attempt.attempt_time)}"


for model in (AccessAttempt, AccessLog):
    model.__str__ = _attempt_in_words
