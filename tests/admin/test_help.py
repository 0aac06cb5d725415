"""Every field that an editor fills in has a help text."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from articles.models import Article


@pytest.mark.django_db
def test_every_field_of_every_form_is_explained(rf: RequestFactory) -> None:
    request = rf.get("/admin/")
    request.user = User.objects.create_superuser("mudir")
    silent = []
    for model, desk in admin.site._registry.items():
        if model._meta.app_label != Article._meta.app_label or not desk.has_change_permission(request):
            continue
        forms = [desk.get_form(request, change=True)]
        forms += [formset.form for formset, _ in desk.get_formsets_with_inlines(request)]
        silent += [
            f"{form._meta.model.__name__}.{name}"
            for form in forms
            for name, field in form.base_fields.items()
            if not str(field.help_text).strip()
        ]
    assert not silent, " ".join(silent)
