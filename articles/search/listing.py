"""Articles in order of date, page by page from where the last one ended: the thousandth page costs what the first does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from articles.models import Article

# Articles on one page of a list.
PAGE_SIZE = 20
# A list longer than this is not counted to its end.
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Place:
    """A place in a list by date: that of one article."""

    day: date
    pk: int

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that str() wrote, «2024-11-06.123»; None for anything else."""
        day, _, pk = text.partition(".")
        try:
            return cls(date.fromisoformat(day), int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.pk}"


@dataclass(frozen=True)
class Direction:
    """Which way a list runs: from the newest or the oldest article, on from a place or back from it."""

    oldest: bool = False
    place: Place | None = None
    back: bool = False

    @classmethod
    def of(cls, *, oldest: bool = False, after: str = "", before: str = "") -> "Direction":
        """The direction that an address asks for; the beginning where it names no place."""
        back = not Place.read(after) and Place.read(before) is not None
        return cls(oldest, Place.read(before) if back else Place.read(after), back)

    @property
    def rising(self) -> bool:
        return self.oldest != self.back

    def ordered(self, articles: QuerySet) -> QuerySet:
        """Those of `articles` beyond the place, nearest first."""
        if self.place:
            beyond = "gt" if self.rising else "lt"
            articles = articles.filter(
                Q(**{f"published_order__{beyond}e": self.place.day}),
                Q(**{f"published_order__{beyond}": self.place.day}) | Q(**{f"pk__{beyond}": self.place.pk}),
            )
        return articles.order_by("published_order", "id") if self.rising else articles.newest()


@dataclass(frozen=True)
class Listing:
    """One page, in reading order; `before` and `after` are places for the pages beside it, empty where there is none."""

    articles: tuple[Article, ...] = ()
    before: str = ""
    after: str = ""


def listing(articles: QuerySet, direction: Direction, size: int = PAGE_SIZE) -> Listing:
    """The page of `articles` that lies in a direction."""
    return page_of(direction.ordered(articles)[: size + 1], direction, size)


def page_of(found: Sequence[Article] | QuerySet, direction: Direction, size: int = PAGE_SIZE) -> Listing:
    """A page of up to `size` of the articles `found` in a direction; one more than that tells that there are more."""
    rows = list(found)
    more, rows = len(rows) > size, rows[:size]
    if direction.back:
        rows.reverse()
    if not rows:
        return Listing()
    before = more if direction.back else direction.place is not None
    after = direction.back or more
    first, last = (Place(row.published_order, row.pk) for row in (rows[0], rows[-1]))
    return Listing(tuple(rows), str(first) if before else "", str(last) if after else "")


def capped_count(rows: QuerySet, most: int = MOST_COUNTED) -> tuple[int, bool]:
    """How many rows there are, up to `most`, and whether there are more."""
    found = rows.order_by().values("pk")[: most + 1].count()
    return min(found, most), found > most
