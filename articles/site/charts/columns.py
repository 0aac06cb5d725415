"""A chart of the number of articles by month or year. Drawn by templates/charts/columns.html."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from articles.search.facets import Bar, bars
from articles.site.words_for import year_or_month

# The height of the tallest column, and the least height of a column that has any articles, so that it can be seen. In
# units of the SVG, which are per cent of its height.
HEIGHT = 100
LEAST_SEEN = 2.0


@dataclass(frozen=True)
class Column:
    """The column of a month or year.

    label: the month or year in words.
    count: the number of its articles.
    address: the address to which the column leads.
    top: where the column begins, measured from the top of HEIGHT.
    """

    label: str
    count: int
    address: str
    top: float


@dataclass(frozen=True)
class Columns:
    """The whole chart. It is false if it has fewer than two columns.

    columns: columns of consecutive months or years.
    most: the number of the tallest column.
    """

    columns: tuple[Column, ...] = ()
    most: int = 0

    def __bool__(self) -> bool:
        return len(self.columns) > 1


def columns(counted: Sequence[Bar], address_of: Callable[[Bar], str]) -> Columns:
    """Makes the chart of `counted`, which must be consecutive. `address_of` returns the address of a bar's link."""
    most = max((bar.count for bar in counted), default=0)
    return Columns(
        tuple(
            Column(year_or_month(bar.value), bar.count, address_of(bar), _top(bar.count, most)) for bar in counted
        ),
        most,
    )  # fmt: skip


def _top(count: int, most: int) -> float:
    return HEIGHT - (max(round(HEIGHT * count / most, 1), LEAST_SEEN) if count else 0.0)


def of_months(counts: Mapping[tuple[int, int], int]) -> Columns:
    """Makes a chart whose columns lead to the pages of their years or months.

    `counts` maps (year, month) to the number of articles; month 0 has those of which only the year is known.
    """
    times = {f"{year:04}-{month:02}" if month else f"{year:04}": n for (year, month), n in counts.items() if year}
    return columns(bars(times), page_of)


def page_of(bar: Bar) -> str:
    """Returns the address of the page of a bar's year or month."""
    if bar.is_month:
        return reverse("month", args=[bar.first.year, bar.first.month])
    return reverse("year", args=[bar.first.year])
