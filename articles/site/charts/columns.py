"""Columns over time: how many articles each month or year has. templates/charts/columns.html draws them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from articles.search.facets import Bar, bars
from articles.site.words_for import year_or_month

# Of what the tallest column fills; a column of any articles can be seen.
HEIGHT = 100
LEAST_SEEN = 2.0


@dataclass(frozen=True)
class Column:
    """A month or year, the number of its articles, where its page is, and where its bar begins below the top of HEIGHT."""

    label: str
    count: int
    address: str
    top: float


@dataclass(frozen=True)
class Columns:
    """Consecutive columns and the number that the tallest stands for; false where there is nothing to compare."""

    columns: tuple[Column, ...] = ()
    most: int = 0

    def __bool__(self) -> bool:
        return len(self.columns) > 1


def columns(counted: Sequence[Bar], address_of: Callable[[Bar], str]) -> Columns:
    """A chart of `counted`, which follow one another without a gap."""
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
    """A chart of (year, month) → articles, month 0 where only the year is known; each column leads to its year or month."""
    times = {f"{year:04}-{month:02}" if month else f"{year:04}": n for (year, month), n in counts.items() if year}
    return columns(bars(times), page_of)


def page_of(bar: Bar) -> str:
    """The address of the page of a bar's year or month."""
    if bar.is_month:
        return reverse("month", args=[bar.first.year, bar.first.month])
    return reverse("year", args=[bar.first.year])
