"""Permanent addresses of rows, for feeds, citations, harvesters and other programs.

They do not depend on the reader's language.
"""

from collections.abc import Callable
from typing import Protocol

from django.utils import translation

# Turns a path into an address with scheme and host: `request.build_absolute_uri`.
Absolute = Callable[[str], str]


class Addressed(Protocol):
    """A row that has a page."""

    def get_absolute_url(self) -> str:
        """Returns the path of the row's page in the active language."""


def permanent(row: Addressed) -> str:
    """Returns the path of a row's page in the archive's own language, Arabic."""
    with translation.override("ar"):
        return row.get_absolute_url()
