"""Addresses that stay: what feeds, citations, harvesters and other programs know a row by, whatever the reader's language."""

from collections.abc import Callable

from django.db.models import Model
from django.utils import translation

# Turns a path into an address with scheme and host: `request.build_absolute_uri`.
Absolute = Callable[[str], str]


def permanent(row: Model) -> str:
    """The path of a row's page in the archive's own language."""
    with translation.override("ar"):
        return row.get_absolute_url()
