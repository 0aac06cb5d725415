"""The desk's list and form of synonym sets."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.postgres.forms import SimpleArrayField

from articles.admin.desk import DeskAdmin
from articles.models import SynonymSet
from articles.models.text_fields import GatedFormField


class SynonymForm(forms.ModelForm):
    """The form of a synonym set, with one word or phrase on each line."""

    words = SimpleArrayField(
        GatedFormField(max_length=100, required=False),
        delimiter="\n",
        label=SynonymSet._meta.get_field("words").verbose_name,
        help_text=SynonymSet._meta.get_field("words").help_text,
        widget=AdminTextareaWidget(attrs={"rows": 6}),
    )

    class Meta:
        model = SynonymSet
        fields = ("words", "kind", "in_use")


@admin.register(SynonymSet)
class SynonymSetAdmin(DeskAdmin):
    """The list and the form of synonym sets."""

    form = SynonymForm
    list_display = ("__str__", "kind", "in_use")
    list_filter = ("kind", "in_use")
    search_fields = ("words",)
