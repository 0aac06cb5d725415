"""A chart of numbers by source, as bars from the start of the line. Drawn by templates/charts/shares.html."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """One source's bar.

    of: the source; None for an unknown one.
    count: its number.
    width: the length of its bar, in per cent of the longest one.
    """

    of: object
    count: int
    width: float

    @property
    def rest(self) -> float:
        """Returns the x of the bar on a line that runs from the right, in per cent:
        the space that the bar leaves free.
        """
        return round(100 - self.width, 1)


# The most bars; the smallest numbers beyond them are summed up. A judgement: ten fit a screen beside their names.
MOST_SHARES = 10


@dataclass(frozen=True)
class Shares:
    """The whole chart.

    bars: the bars, the largest first.
    others: how many sources have no bar; these have the smallest numbers.
    together: the sum of their numbers.
    """

    bars: tuple[Share, ...]
    others: int
    together: int


def shares(counts: Mapping[object, int]) -> Shares:
    """Makes the chart of `counts`, which maps sources to numbers. Sources with 0 are left out."""
    most = max(counts.values(), default=0)
    ordered = sorted(((of, count) for of, count in counts.items() if count), key=lambda pair: -pair[1])
    largest, rest = ordered[:MOST_SHARES], ordered[MOST_SHARES:]
    bars = tuple(Share(of, count, round(100 * count / most, 1)) for of, count in largest)
    return Shares(bars, len(rest), sum(count for _, count in rest))
