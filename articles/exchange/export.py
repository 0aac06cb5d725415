"""Streams the rows of a noun for `manage.py export`: public rows, or, for the desk, all rows with their states."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from articles.exchange import rows
from articles.exchange.rows import Row, make_rows
from articles.models import Actor, Article, Event, Figure, Source
from articles.models.readable import Warn, logged

# How many rows are read from the database at a time. A judgement, larger than that of downloads: a command serves
# nobody else meanwhile.
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Export:
    """How a noun's rows are written.

    public: returns the public rows, with their public facts.
    whole: returns all rows that are not merged, including drafts, rejected and withheld ones.
    row: makes the dictionary that is written for one row.
    """

    public: Callable[[], QuerySet]
    whole: Callable[[], QuerySet]
    row: Callable[[Any], Row]

    def rows(self, warn: Warn = logged, *, whole: bool = False) -> Iterator[Row]:
        """Yields the rows in the order of their ids.

        A row that cannot be read or written is skipped, and `warn` is called with its place and the reason.
        """
        queryset = self.whole() if whole else self.public()
        ids = queryset.order_by("id").values_list("pk", flat=True).iterator(chunk_size=ROWS_AT_ONCE)
        while chunk := list(islice(ids, ROWS_AT_ONCE)):
            yield from make_rows(queryset, chunk, self.row, warn)


# The exports by the noun's name.
EXPORTS: dict[str, Export] = {
    "articles": Export(
        lambda: rows.with_facts(Article.objects.public(), public=True),
        lambda: rows.with_facts(Article.objects.filter(merged_into__isnull=True)),
        rows.article_row,
    ),
    "events": Export(
        lambda: rows.with_participants(Event.objects.public(), public=True),
        lambda: rows.with_participants(Event.objects.filter(merged_into__isnull=True)),
        rows.event_row,
    ),
    "actors": Export(
        lambda: rows.with_aliases(Actor.objects.public()),
        lambda: rows.with_aliases(Actor.objects.filter(merged_into__isnull=True)),
        rows.actor_row,
    ),
    "figures": Export(
        lambda: rows.with_measures(Figure.objects.public(), public=True),
        lambda: rows.with_measures(Figure.objects.all()),
        rows.figure_row,
    ),
    "sources": Export(Source.objects.public, Source.objects.standing, rows.source_row),
}
