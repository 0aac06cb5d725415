"""What the desk's mixins are mixed into, for the type check. When the desk runs, a mixin has no base class of its own."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django import forms
    from django.contrib import admin
    from django.contrib.admin.options import InlineModelAdmin
    from django.contrib.admin.views.main import ChangeList

    AnyAdmin = admin.ModelAdmin[Any]
    AnyInline = InlineModelAdmin[Any, Any]
    AnyModelForm = forms.ModelForm[Any]
    AnyChangeList = ChangeList
    AnyFormField = forms.Field
else:
    AnyAdmin = AnyInline = AnyModelForm = AnyChangeList = AnyFormField = object
