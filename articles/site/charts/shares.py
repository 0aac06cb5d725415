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


def shares(counts: Mapping[object, int]) -> list[Share]:
    """The largest first."""
    most = max(counts.values(), default=0)
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return [Share(of, count, round(100 * count / most, 1)) for of, count in ordered]
