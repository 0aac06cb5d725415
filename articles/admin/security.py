"""The second factor of a sign-in, and the repeated password before actions that destroy or change much."""

import base64
import io
import time
from typing import Any
from urllib.parse import urlencode

import qrcode
import qrcode.image.svg
from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import authenticate
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as verified
from django_otp import match_token, user_has_device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.admin.pages import posted

# The session's key for the moment when the password was last given, in seconds since the epoch.
_GIVEN_AT = "password_given_at"
# The number of recovery codes in a new book. A judgement: they last for years, and fit a slip of paper.
RECOVERY_CODES = 10


@receiver(user_logged_in)
def _password_given(sender: object, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    if request is not None and hasattr(request, "session"):
        request.session[_GIVEN_AT] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Returns whether the user gave the password within the last ARCHIVE_FRESH_MINUTES."""
    return time.time() - request.session.get(_GIVEN_AT, 0) < settings.ARCHIVE_FRESH_MINUTES * 60


class FreshForm(forms.Form):
    """The base of forms that destroy or change much: it asks for the password if it is not fresh (`is_fresh`)."""

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if not is_fresh(request):
            self.fields["password"] = forms.CharField(
                label="كلمة المرور من جديد",
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
                help_text="تُطلب قبل ما يمس الكثير إذا مضى وقت على كتابتها.",
            )

    def clean_password(self) -> str:
        """Checks the password with the backends of the sign-in, so that guesses are throttled in the same way."""
        password = self.cleaned_data["password"]
        if (
            authenticate(self.request, username=self.request.user.get_username(), password=password)
            != self.request.user
        ):
            raise forms.ValidationError("كلمة المرور غير صحيحة.")
        self.request.session[_GIVEN_AT] = time.time()
        return password


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Returns None if the password is fresh, otherwise a redirect to the page that asks for it and leads back."""
    if is_fresh(request):
        return None
    return redirect(f"{reverse('admin:password_again')}?{urlencode({'next': request.get_full_path()})}")


@sensitive_post_parameters()
@never_cache
def password_again(request: HttpRequest) -> HttpResponse:
    """Asks for the password again, then redirects to `next`."""
    form = FreshForm(posted(request), request=request)
    if is_fresh(request) or (request.method == "POST" and form.is_valid()):
        return redirect(_next(request))
    context = {**admin.site.each_context(request), "title": "كلمة المرور من جديد", "form": form}
    return TemplateResponse(request, "admin/desk/password_again.html", context)


class TokenForm(forms.Form):
    """Asks for a token of the second factor."""

    token = forms.CharField(
        label="الرمز",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
        help_text="ستة أرقام من تطبيق الرموز في هاتفك، أو أحد رموز الاسترجاع.",
    )


class SetUpForm(FreshForm, TokenForm):
    """Asks for the first token of a new device, and for the password if it is not fresh.

    Without the password, somebody with a stolen session could set up a device and lock the owner out.
    """


@csp_update({"img-src": ["'self'", "data:"]})
@sensitive_post_parameters()
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Asks for a token. A user without a device sets one up here and gets recovery codes."""
    if not (request.user.is_active and request.user.is_staff):
        return redirect("admin:login")
    if request.user.is_verified():  # type: ignore[attr-defined] # The middleware of the second factor adds it.
        return _page(request, {"is_set_up": True})
    has_device = user_has_device(request.user)
    form = TokenForm(posted(request)) if has_device else SetUpForm(posted(request), request=request)
    typed_token = form.cleaned_data["token"].strip() if request.method == "POST" and form.is_valid() else ""
    if has_device:
        if typed_token:
            if device := match_token(request.user, typed_token):
                verified(request, device)
                return redirect(_next(request))
            form.add_error("token", "هذا الرمز غير صحيح أو انتهى وقته؛ بعد محاولات خاطئة انتظر قليلا.")
        return _page(request, {"form": form})
    device, _ = TOTPDevice.objects.get_or_create(user=request.user, confirmed=False, defaults={"name": "هاتف"})
    if typed_token:
        if device.verify_token(typed_token):
            device.confirmed = True
            device.save()
            verified(request, device)
            return _page(request, {"codes": _recovery_codes(request), "next": _next(request)})
        form.add_error("token", "هذا الرمز غير صحيح. تأكد من ساعة الهاتف وأعد المحاولة.")
    return _page(request, {"form": form, "device": device, "picture": _picture(device.config_url)})


def _recovery_codes(request: HttpRequest) -> list[str]:
    """Replaces the user's recovery codes and returns the new ones. Each is valid once, and shown only here."""
    StaticDevice.objects.filter(user=request.user).delete()
    device = StaticDevice.objects.create(user=request.user, name="رموز الاسترجاع")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    device.token_set.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _picture(address: str) -> str:
    """Draws the QR code of an address, as a data URL of an SVG."""
    file = io.BytesIO()
    qrcode.make(address, image_factory=qrcode.image.svg.SvgPathImage).save(file)
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode()


def _page(request: HttpRequest, context: dict) -> HttpResponse:
    shared = {**admin.site.each_context(request), "title": "التحقق بخطوتين"}
    return TemplateResponse(request, "admin/desk/second_factor.html", shared | context)


def _next(request: HttpRequest) -> str:
    """Returns the address in `next` if it is one of this site, otherwise that of the desk's start page."""
    address = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else reverse("admin:index")
