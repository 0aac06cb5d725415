"""Template filters of the reading room; loaded into every template."""

from django import template

from articles.site import words_for

register = template.Library()

for name in ("digits", "number", "month_name", "day", "archive_date", "brief_date", "basis", "figure_value", "period"):
    register.filter(name, getattr(words_for, name))


@register.filter
def counted(count: int, noun: str) -> str:
    """`{{ 3|counted:"article" }}` → «3 مقالات»."""
    return words_for.counted(count, *words_for.NOUNS[noun])
