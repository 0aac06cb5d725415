"""The network of an actor and its companions. Drawn by templates/charts/network.html.

Companions are the actors named in the same articles.
The actor stands in the middle. The companions stand around it, ordered by how often they are named with it, so the same
numbers always give the same picture. Places and sizes are units of the SVG.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from articles.models import Actor

# In units of the SVG, judgements by eye: the picture, and the ellipse of the companions. It leaves 215 on each side for
# labels and 75 above and below.
WIDTH, HEIGHT = 900, 560
_RADIUS_X, _RADIUS_Y = 235, 205
# The width of a line for the most articles: to the centre, and between companions, whose many lines must not hide it.
_WIDEST_LINE, _WIDEST_AMONG = 9.0, 3.0
# A label of at most this many letters fits beside its circle, in the space that the ellipse leaves. A judgement.
LABEL = 30


@dataclass(frozen=True)
class Node:
    """One actor's circle.

    actor: the actor.
    together: how many articles name it together with the centre; for the centre itself, the largest of these numbers.
    x: the x of the circle's centre.
    y: the y of the circle's centre, which grows downwards.
    radius: the circle's radius.
    side: where the label stands: "left", "right", "above" or "below".
    """

    actor: Actor
    together: int
    x: float
    y: float
    radius: float
    side: str

    @property
    def label(self) -> str:
        """Returns the name, cut to the words that fit into LABEL letters."""
        return shorten(self.actor.name, LABEL, placeholder=" …")

    @property
    def label_x(self) -> float:
        """Returns the x of the label's anchor, beside the circle or at its centre, in units of the SVG."""
        return round(self.x + {"left": -1, "right": 1}.get(self.side, 0) * (self.radius + 8), 1)

    @property
    def label_y(self) -> float:
        """Returns the y of the label's baseline, in units of the SVG."""
        if self.side in ("left", "right"):
            return round(self.y + 6, 1)
        return round(self.y + (self.radius + 22 if self.side == "below" else -self.radius - 10), 1)


@dataclass(frozen=True)
class Tie:
    """The line between two actors that articles name together.

    start: the node where it begins.
    end: the node where it ends.
    width: the line's width.
    of_centre: whether it leads to the centre.
    """

    start: Node
    end: Node
    width: float
    of_centre: bool


@dataclass(frozen=True)
class Network:
    """The whole picture.

    centre: the node in the middle.
    nodes: the companions around it.
    ties: the lines, those of the centre last.
    width: the picture's width.
    height: the picture's height.
    """

    centre: Node
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    width: int = WIDTH
    height: int = HEIGHT


def network(
    centre: Actor, companions: Sequence[tuple[Actor, int]], together: Mapping[tuple[int, int], int]
) -> Network | None:
    """Makes the picture of an actor and its companions; returns None for fewer than two companions.

    `companions` are (actor, number of articles that name it with the centre), the most frequent first. `together` maps
    pairs of companions' ids, the lower first, to the number of articles that name both.
    """
    if len(companions) < 2:
        return None
    most = max(count for _, count in companions)
    middle = Node(centre, most, WIDTH / 2, HEIGHT / 2, 26, "below")
    nodes = tuple(_node(actor, count, at, len(companions), most) for at, (actor, count) in enumerate(companions))
    spokes = [Tie(middle, node, _width(node.together, most, _WIDEST_LINE), of_centre=True) for node in nodes]
    among = [
        Tie(start, end, _width(count, most, _WIDEST_AMONG), of_centre=False)
        for at, start in enumerate(nodes)
        for end in nodes[at + 1 :]
        if (count := together.get((min(start.actor.pk, end.actor.pk), max(start.actor.pk, end.actor.pk)), 0))
    ]
    return Network(middle, nodes, tuple(among + spokes))


def _node(actor: Actor, count: int, at: int, of: int, most: int) -> Node:
    """Makes the node of companion number `at`, from 0, of `of`; `most` is the largest count of all."""
    angle = 2 * math.pi * at / of - math.pi / 2
    x, y = WIDTH / 2 + _RADIUS_X * math.cos(angle), HEIGHT / 2 + _RADIUS_Y * math.sin(angle)
    return Node(actor, count, round(x, 1), round(y, 1), round(8 + 10 * math.sqrt(count / most), 1), _side(angle))


def _side(angle: float) -> str:
    """Returns the side where the label of a node at this angle has room. The picture's y grows downwards."""
    if abs(math.sin(angle)) > 0.95:
        return "below" if math.sin(angle) > 0 else "above"
    return "right" if math.cos(angle) > 0 else "left"


def _width(count: int, most: int, widest: float) -> float:
    """Returns a line's width for `count` articles: proportional to it, `widest` for `most` of them, at least 1."""
    return round(min(max(1.0, widest * count / most), widest), 1)
