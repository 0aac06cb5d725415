"""Who is named together with an actor, and those with one another; templates/charts/network.html draws it.

The actor stands in the middle and the companions around it in the order of how often they are named with it, so that the
same numbers always give the same picture.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from articles.models import Actor

WIDTH, HEIGHT = 900, 560
_RADIUS_X, _RADIUS_Y = 235, 205
_WIDEST_LINE, _WIDEST_AMONG = 9.0, 3.0
# A label of so many letters fits beside its circle.
LABEL = 30


@dataclass(frozen=True)
class Node:
    """One actor at (x, y); its label runs to the `left` or `right` of the circle, or stands `above` or `below` it."""

    actor: Actor
    together: int
    x: float
    y: float
    radius: float
    side: str

    @property
    def label(self) -> str:
        """The name, or as many of its words as fit."""
        return shorten(self.actor.name, LABEL, placeholder=" …")

    @property
    def label_x(self) -> float:
        return round(self.x + {"left": -1, "right": 1}.get(self.side, 0) * (self.radius + 8), 1)

    @property
    def label_y(self) -> float:
        if self.side in ("left", "right"):
            return round(self.y + 6, 1)
        return round(self.y + (self.radius + 22 if self.side == "below" else -self.radius - 10), 1)


@dataclass(frozen=True)
class Tie:
    """Two nodes that articles name together, and how wide their line is."""

    one: Node
    other: Node
    width: float
    of_centre: bool


@dataclass(frozen=True)
class Network:
    centre: Node
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    width: int = WIDTH
    height: int = HEIGHT


def network(
    centre: Actor, companions: Sequence[tuple[Actor, int]], together: Mapping[tuple[int, int], int]
) -> Network | None:
    """The picture of an actor's companions, most frequent first; `together` counts articles by pairs of ids, lower first."""
    if len(companions) < 2:
        return None
    most = max(count for _, count in companions)
    middle = Node(centre, most, WIDTH / 2, HEIGHT / 2, 26, "below")
    nodes = tuple(_placed(actor, count, at, len(companions), most) for at, (actor, count) in enumerate(companions))
    spokes = [Tie(middle, node, _width(node.together, most, _WIDEST_LINE), of_centre=True) for node in nodes]
    among = [
        Tie(one, other, _width(count, most, _WIDEST_AMONG), of_centre=False)
        for at, one in enumerate(nodes)
        for other in nodes[at + 1 :]
        if (count := together.get((min(one.actor.pk, other.actor.pk), max(one.actor.pk, other.actor.pk)), 0))
    ]
    return Network(middle, nodes, tuple(among + spokes))


def _placed(actor: Actor, count: int, at: int, of: int, most: int) -> Node:
    angle = 2 * math.pi * at / of - math.pi / 2
    x, y = WIDTH / 2 + _RADIUS_X * math.cos(angle), HEIGHT / 2 + _RADIUS_Y * math.sin(angle)
    return Node(actor, count, round(x, 1), round(y, 1), round(8 + 10 * math.sqrt(count / most), 1), _side(angle))


def _side(angle: float) -> str:
    """Where the label of a node at this angle has room; the picture's y grows downwards."""
    if abs(math.sin(angle)) > 0.95:
        return "below" if math.sin(angle) > 0 else "above"
    return "right" if math.cos(angle) > 0 else "left"


def _width(count: int, most: int, widest: float) -> float:
    return round(min(max(1.0, widest * count / most), widest), 1)
