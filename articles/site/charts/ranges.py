"""A chart of the figures of one measure on one scale. Drawn by templates/charts/ranges.html.

The qualifier decides the form. An exact value is a dot; «ما لا يقل عن» is a dot with an arrow to more, «لا يتجاوز» a
dot with an arrow to less, «بين» a bar, «نحو» a dot with a faint bar of the values that count as agreeing with it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from articles.models import Figure, Qualifier

# If the largest value is at least this many times the smallest, the scale is logarithmic. On a linear scale a value of
# a fiftieth would be 2 per cent of the width, where values near to one another cannot be told apart. A judgement.
LOGARITHMIC = 50
# Free space for arrows on each side, in per cent of the width; archive.css pads the scale's labels by the same share. A
# judgement: an arrow is 26 pixels long, 6 per cent of a column of 430. A smaller margin lets arrows reach into the next
# column, a larger one leaves less of the width to the values.
MARGIN = 6.0
_ARROWS: dict[str, str] = {Qualifier.MORE_THAN: "more", Qualifier.AT_LEAST: "more", Qualifier.AT_MOST: "less"}


@dataclass(frozen=True)
class Range:
    """One figure's row. All places are in per cent of the width.

    figure: the figure.
    at: the place of the dot.
    low: where the bar begins.
    high: where the bar ends; the same as `low` if there is no bar.
    arrow: "more", "less", or empty for none.
    """

    figure: Figure
    at: float
    low: float
    high: float
    arrow: str

    @property
    def span(self) -> float:
        """Returns the length of the bar in per cent of the width; 0 if there is no bar."""
        return round(self.high - self.low, 2)


@dataclass(frozen=True)
class Ranges:
    """The whole chart. It is false if it has fewer than two rows.

    rows: the figures.
    least: the smallest value of the scale.
    most: the largest value of the scale.
    logarithmic: whether the scale is logarithmic.
    """

    rows: tuple[Range, ...]
    least: Decimal
    most: Decimal
    logarithmic: bool

    def __bool__(self) -> bool:
        return len(self.rows) > 1


def ranges(figures: Sequence[Figure]) -> Ranges | None:
    """Makes the chart of `figures`, which must be of one measure, in their order; returns None for fewer than two."""
    figures = [figure for figure in figures if _has_numbers(figure)]
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


def _has_numbers(figure: Figure) -> bool:
    """Returns whether a figure has all numbers that a row needs (articles/platform/number_bounds.py)."""
    return figure.value is not None and (figure.qualifier != Qualifier.BETWEEN or figure.value_high is not None)


def _row(figure: Figure, place: Callable[[Decimal], float], least: Decimal) -> Range:
    """Returns the chart's row of a figure.

    `place` converts a value to per cent of the width. `least` is the smallest value of the scale; no bar begins below
    it.
    """
    at = place(figure.value)
    low = high = at
    if figure.qualifier == Qualifier.BETWEEN and figure.value_high is not None:
        high = place(figure.value_high)
    elif figure.qualifier == Qualifier.ABOUT:
        low, high = place(max(figure.low, least)), place(figure.high)
    return Range(figure, at, low, high, _ARROWS.get(figure.qualifier, ""))
