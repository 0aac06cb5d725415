"""Figures of one measure on one scale, each as what its qualifier lets it be; templates/charts/ranges.html draws them.

An exact value is a dot, «ما لا يقل عن» a dot with an arrow to more, «لا يتجاوز» one with an arrow to less, «بين» a bar, «نحو» a
dot with a faint bar of what is taken to agree with it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from articles.models import Figure, Qualifier

# Where the largest value is so many times the smallest, the scale is logarithmic.
LOGARITHMIC = 50
# Per cent of the width kept free on each side, for arrows.
MARGIN = 6.0
_ARROWS = {Qualifier.MORE_THAN: "more", Qualifier.AT_LEAST: "more", Qualifier.AT_MOST: "less"}


@dataclass(frozen=True)
class Range:
    """One figure: the dot at `at`, a bar from `low` to `high` (per cent of the width), an arrow to "more" or "less" or none."""

    figure: Figure
    at: float
    low: float
    high: float
    arrow: str

    @property
    def span(self) -> float:
        return round(self.high - self.low, 2)


@dataclass(frozen=True)
class Ranges:
    """Rows on a scale from `least` to `most`; false where fewer than two figures can be compared."""

    rows: tuple[Range, ...]
    least: Decimal
    most: Decimal
    logarithmic: bool

    def __bool__(self) -> bool:
        return len(self.rows) > 1


def ranges(figures: Sequence[Figure]) -> Ranges | None:
    """The comparison of `figures` of one measure, in their order; None for fewer than two."""
    figures = [figure for figure in figures if _is_whole(figure)]
    if len(figures) < 2:
        return None
    least = min(figure.value for figure in figures)
    most = max(figure.value_high or figure.value for figure in figures)
    logarithmic = least > 0 and most / least >= LOGARITHMIC

    def place(value: Decimal) -> float:
        if most == least:
            return 50.0
        share = (
            math.log(value / least) / math.log(most / least) if logarithmic else float((value - least) / (most - least))
        )
        return round(min(max(MARGIN + share * (100 - 2 * MARGIN), 0.0), 100.0), 2)

    return Ranges(tuple(_row(figure, place, least) for figure in figures), least, most, logarithmic)


def _is_whole(figure: Figure) -> bool:
    """Whether all numbers that a row needs are there (articles/platform/number_bounds.py)."""
    return figure.value is not None and (figure.qualifier != Qualifier.BETWEEN or figure.value_high is not None)


def _row(figure: Figure, place: object, least: Decimal) -> Range:
    at = place(figure.value)
    low = high = at
    if figure.qualifier == Qualifier.BETWEEN:
        high = place(figure.value_high)
    elif figure.qualifier == Qualifier.ABOUT:
        low, high = place(max(figure.low, least)), place(figure.high)
    return Range(figure, at, low, high, _ARROWS.get(figure.qualifier, ""))
