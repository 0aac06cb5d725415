"""Lists articles in order of date, page by page.

Each page starts at the place where the previous one ended, so the thousandth page costs what the first does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from articles.models import Article
from articles.models.article import ArticleQuerySet

# Articles on one page of a list. A judgement: a reader looks over them without turning many pages, and their snippets
# are read in milliseconds.
PAGE_SIZE = 20
# A list is counted up to this many rows, which are 500 pages. A judgement: nobody turns 500 pages, and counting a million
# rows takes longer than the rest of the page.
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class ListPlace:
    """The place of an article in a list by date.

    day: the day by which the article is ordered.
    pk: the article's id.
    """

    day: date
    pk: int

    @classmethod
    def read(cls, text: str) -> "ListPlace | None":
        """Reads a place as str() writes it, «2024-11-06.123»; returns None for anything else."""
        day, _, pk = text.partition(".")
        try:
            return cls(date.fromisoformat(day), int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.pk}"


@dataclass(frozen=True)
class Direction:
    """The direction in which a page of a list is read.

    oldest: whether the list begins with the oldest article, not the newest.
    place: the place from which the page continues; None for the beginning of the list.
    back: whether the page lies before the place, not after it.
    """

    oldest: bool = False
    place: ListPlace | None = None
    back: bool = False

    @classmethod
    def of(cls, *, oldest: bool = False, after: str = "", before: str = "") -> "Direction":
        """Returns the direction for the places in an address; the list's beginning where none is valid."""
        back = not ListPlace.read(after) and ListPlace.read(before) is not None
        return cls(oldest, ListPlace.read(before) if back else ListPlace.read(after), back)

    @property
    def rising(self) -> bool:
        """Returns whether articles are read from older to newer."""
        return self.oldest != self.back

    def order(self, articles: ArticleQuerySet) -> ArticleQuerySet:
        """Returns those of `articles` beyond the place, nearest first."""
        if self.place:
            beyond = "gt" if self.rising else "lt"
            articles = articles.filter(
                Q(**{f"published_order__{beyond}e": self.place.day}),
                Q(**{f"published_order__{beyond}": self.place.day}) | Q(**{f"pk__{beyond}": self.place.pk}),
            )
        return articles.order_by("published_order", "id") if self.rising else articles.newest()


@dataclass(frozen=True)
class Listing:
    """One page of a list.

    articles: its articles, in the order of the list.
    before: the place before which the previous page ends; empty where there is none.
    after: the place after which the next page begins; empty where there is none.
    """

    articles: tuple[Article, ...] = ()
    before: str = ""
    after: str = ""


def listing(articles: ArticleQuerySet, direction: Direction, size: int = PAGE_SIZE) -> Listing:
    """Returns the page of `articles` in a direction, of up to `size` articles."""
    return page_of(direction.order(articles)[: size + 1], direction, size)


def page_of(articles: Sequence[Article] | QuerySet[Any], direction: Direction, size: int = PAGE_SIZE) -> Listing:
    """Returns a page of up to `size` of the articles read in a direction; if there are more, another page follows."""
    rows = list(articles)
    more, rows = len(rows) > size, rows[:size]
    if direction.back:
        rows.reverse()
    if not rows:
        return Listing()
    before = more if direction.back else direction.place is not None
    after = direction.back or more
    first, last = (ListPlace(row.published_order, row.pk) for row in (rows[0], rows[-1]))
    return Listing(tuple(rows), str(first) if before else "", str(last) if after else "")


def capped_count(rows: QuerySet[Any], most: int = MOST_COUNTED) -> tuple[int, bool]:
    """Returns the number of rows, at most `most`, and whether there are more."""
    count = rows.order_by().values("pk")[: most + 1].count()
    return min(count, most), count > most
