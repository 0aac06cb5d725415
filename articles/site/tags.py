"""Template filters and tags of the readers' pages; loaded into every template."""

import json
from collections.abc import Iterable, Mapping

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from articles.platform.addresses import readable_address
from articles.search.snippets import Piece
from articles.site import pages, words_for

register = template.Library()

for name in (
    "arabic",
    "digits",
    "number",
    "month_name",
    "short_month",
    "day",
    "short_day",
    "archive_date",
    "brief_date",
    "basis",
    "date_place",
    "figure_value",
    "figure_with_unit",
    "period",
    "source_name",
    "state",
    "year_or_month",
    "counted",
    "file_size",
):
    register.filter(name, getattr(words_for, name))


register.filter("readable_address", readable_address)


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, name: str, value: object = None) -> str:
    """Returns the page's query string with one parameter set, or removed if `value` is empty."""
    return pages.address_with(context["request"], name, value)


@register.filter
def marked(pieces: Iterable[Piece]) -> SafeString:
    """Joins the pieces of a text as HTML; puts pieces that match a query into <mark>."""
    return mark_safe(  # noqa: S308  Every text in it is escaped.
        "".join(f"<mark>{escape(piece.text)}</mark>" if piece.marked else escape(piece.text) for piece in pieces)
    )


@register.filter
def from_position(text: str, position: int) -> str:
    """Returns 24 characters of a query from a position on, enough to show the place."""
    return text[position : position + 24]


# Escapes for characters that could end a script element or begin a comment. JSON reads them as the same characters.
_INERT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def linked_data(value: Mapping[str, object]) -> SafeString:
    """Returns a script element with JSON-LD. Browsers do not run it, and no text in it can end the element."""
    text = json.dumps(value, ensure_ascii=False).translate(_INERT)
    # `_INERT` has escaped the text.
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308
