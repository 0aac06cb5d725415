"""Template filters of the reading room; loaded into every template."""

from django import template

from articles.models import ArchiveDate, Figure
from articles.site import words_for

register = template.Library()

register.filter("digits", words_for.digits)
register.filter("number", words_for.number)
register.filter("month_name", words_for.month_name)
register.filter("day", words_for.day)


@register.filter
def archive_date(value: ArchiveDate) -> str:
    return words_for.archive_date(value)


@register.filter
def brief_date(value: ArchiveDate) -> str:
    return words_for.brief_date(value)


@register.filter
def basis(value: ArchiveDate) -> str:
    return words_for.basis(value)


@register.filter
def figure_value(figure: Figure) -> str:
    return words_for.figure_value(figure)


@register.filter
def period(figure: Figure) -> str:
    return words_for.period(figure)


@register.filter
def counted(count: int, noun: str) -> str:
    """`{{ 3|counted:"article" }}` → «3 مقالات»."""
    return words_for.counted(count, *words_for.NOUNS[noun])
