"""Streams the rows of a noun: what `manage.py export` writes, the public ones, or for the desk all of them with their states."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from articles.exchange import rows
from articles.exchange.rows import Row, made
from articles.models import Actor, Article, Event, Figure, Source
from articles.models.readable import Warn, logged

CHUNK = 500


@dataclass(frozen=True)
class Export:
    """How a noun's rows are written.

    public: the rows that readers may meet, with what is public of what hangs on them.
    whole: every row that was not merged away, drafts, rejected and withheld ones included.
    row: makes one row.
    """

    public: Callable[[], QuerySet]
    whole: Callable[[], QuerySet]
    row: Callable[[object], Row]

    def rows(self, warn: Warn = logged, *, whole: bool = False) -> Iterator[Row]:
        """The rows in the order of their ids; `warn` hears of one that cannot be read or written, which is stepped over."""
        chosen = self.whole() if whole else self.public()
        ids = chosen.order_by("id").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
        while chunk := list(islice(ids, CHUNK)):
            yield from made(chosen, chunk, self.row, warn)


# By the noun's name.
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
