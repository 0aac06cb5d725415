"""How a number divides among sources, as bars from the start of the line; templates/charts/shares.html draws them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """A source, None for an unknown one, with its number and the per cent of the longest bar that its own fills."""

    of: object
    count: int
    width: float

    @property
    def rest(self) -> float:
        """What the bar leaves free, where a line that runs from the right begins."""
        return round(100 - self.width, 1)


# Beyond so many bars the smallest are told together.
MOST_BARS = 10


@dataclass(frozen=True)
class Shares:
    """The largest first; `others` sources with the smallest numbers, `together` theirs, have no bar."""

    bars: tuple[Share, ...]
    others: int
    together: int


def shares(counts: Mapping[object, int]) -> Shares:
    """How `counts` by source divide."""
    most = max(counts.values(), default=0)
    ordered = sorted(((of, count) for of, count in counts.items() if count), key=lambda pair: -pair[1])
    shown, rest = ordered[:MOST_BARS], ordered[MOST_BARS:]
    bars = tuple(Share(of, count, round(100 * count / most, 1)) for of, count in shown)
    return Shares(bars, len(rest), sum(count for _, count in rest))
