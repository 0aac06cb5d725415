"""Template filters and tags of the reading room; loaded into every template."""

from collections.abc import Sequence

from django import template

from articles.search.facets import Bar
from articles.site import words_for

register = template.Library()

# The height of the histogram of templates/includes/histogram.html.
BAR_HEIGHT = 40

for name in (
    "digits",
    "number",
    "month_name",
    "day",
    "archive_date",
    "brief_date",
    "basis",
    "date_place",
    "figure_value",
    "period",
    "year_or_month",
):
    register.filter(name, getattr(words_for, name))


@register.filter
def counted(count: int, noun: str) -> str:
    """`{{ 3|counted:"article" }}` → «3 مقالات»."""
    return words_for.counted(count, *words_for.NOUNS[noun])


# Parameters that say where in a list a page lies; another condition starts at its beginning.
PLACES = ("page", "after", "before")


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, name: str, value: object = None) -> str:
    """The page's address with one parameter set, or taken out where `value` is empty, at the beginning of its list."""
    parameters = context["request"].GET.copy()
    for place in PLACES:
        parameters.pop(place, None)
    if value in (None, ""):
        parameters.pop(name, None)
    else:
        parameters[name] = value
    return f"?{parameters.urlencode()}"


@register.filter
def top_of(bar: Bar, bars: Sequence[Bar]) -> float:
    """Where a bar of the histogram begins, from the top of a height of BAR_HEIGHT; a bar of any articles can be seen."""
    most = max(other.count for other in bars)
    return BAR_HEIGHT - max(round(BAR_HEIGHT * bar.count / most, 1), 1.0 if bar.count else 0.0)


@register.filter
def from_position(text: str, position: int) -> str:
    """The words of a query from a position on, as much as shows where that is."""
    return text[position : position + 24]
