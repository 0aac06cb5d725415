"""Stores generated articles, events, actors and figures in the current (scratch) database, in two processes."""

import calendar
import functools
import itertools
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context

from django.core.management.color import no_style
from django.db import connection, models, transaction

from articles.arabic.words import fold_phrase
from articles.benchmark.corpus import BLOCK, UNITS, Corpus, GeneratedArticle
from articles.models import (
    Actor,
    Alias,
    ArchiveDate,
    Article,
    Contradiction,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Participation,
    Source,
)
from articles.platform.scratch import join
from articles.search.bulk import without_index

# A row to store: the value of each column.
Row = dict[str, object]

# Processes that store rows: one for each core of the machines of the documented measurements (docs/growth.md).
PROCESSES = 2
# The columns of a fact that an editor confirmed.
_CONFIRMED: Row = {"state": "confirmed", "rule": "", "score": None}
# The moment at which all articles were stored, in ISO 8601. It is later than any generated day, and the same in each
# run.
_STORED_AT = "2025-01-01T00:00:00Z"


@dataclass(frozen=True)
class Loaded:
    """How long loading took.

    articles: the number of articles stored.
    rows: seconds that two processes took to store rows, without the time to generate the articles.
    index: seconds for the search index.
    statistics: seconds for the term statistics.
    """

    articles: int
    rows: float
    index: float
    statistics: float

    @property
    def rate(self) -> float:
        """Returns the articles stored, indexed and counted per second."""
        return self.articles / (self.rows + self.index + self.statistics)


def load(articles: int) -> Loaded:
    """Stores this many generated articles (a multiple of BLOCK) in an empty archive."""
    corpus = Corpus()
    _store_names(corpus)
    blocks = range(articles // BLOCK)
    own = connection.settings_dict["NAME"]
    with without_index() as times, ProcessPoolExecutor(PROCESSES, get_context("spawn"), join, (own,)) as pool:
        seconds = sum(pool.map(_store_block, blocks))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Article]):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    Contradiction.objects.refresh(range(1, len(corpus.events) + 1))
    return Loaded(articles, seconds / PROCESSES, times.index, times.statistics)


def _store_names(corpus: Corpus) -> None:
    """Stores sources, actors, events and measures; number n of the corpus gets the id n + 1."""
    Source.objects.bulk_create(
        [Source(pk=n, name=name, folded_name=fold_phrase(name)) for n, name in enumerate(corpus.sources, 1)]
    )
    Actor.objects.bulk_create(
        [
            Actor(pk=n, name=name, folded_name=fold_phrase(name), distinction=str(n), kind=kind)
            for n, (name, kind) in enumerate(corpus.actors, 1)
        ]
    )
    Alias.objects.bulk_create(
        [
            Alias(actor_id=n, name=alias, folded=fold_phrase(alias))
            for n, (name, _) in enumerate(corpus.actors, 1)
            for alias in [" ".join(name.split()[:2])]
            if n % 4 == 0
        ]
    )
    events = []
    for n, (title, kind, day) in enumerate(corpus.events, 1):
        event = Event(pk=n, title=title, kind=kind)
        event.start, event.end = ArchiveDate.on(day), ArchiveDate.unknown()
        event.fold()
        events.append(event)
    Event.objects.bulk_create(events)
    Participation.objects.bulk_create(
        [
            Participation(event_id=n, actor_id=1 + (n * 7 + k * 13) % len(corpus.actors), role="participant")
            for n in range(1, len(corpus.events) + 1)
            for k in range(4)
        ]
    )
    Measure.objects.bulk_create([Measure(pk=n, label=f"مقياس {unit}", units=[unit]) for n, unit in enumerate(UNITS, 1)])
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Source, Actor, Event, Measure]):
            cursor.execute(statement)


_corpus = functools.cache(Corpus)


def _store_block(number: int) -> float:
    """Stores one block in one transaction; returns the seconds for storing, without those for generating."""
    rows = list(_corpus().block(number))
    started = time.perf_counter()
    with transaction.atomic():
        _copy(Article, map(_article, rows))
        _copy(Mention, (_mention(row, actor) for row in rows for actor in row.actors))
        _copy(Coverage, (_coverage(row) for row in rows if row.event >= 0))
        _copy(Figure, map(_figure, rows))
    return time.perf_counter() - started


def _copy(model: type[models.Model], rows: Iterable[Row]) -> None:
    """Stores rows with COPY. All of them have the columns of the first, in its order."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    columns = ", ".join(map(connection.ops.quote_name, first))
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in itertools.chain([first], rows):
            copy.write_row(tuple(row.values()))


def _article(row: GeneratedArticle) -> Row:
    """Returns a generated article as a row of its table; ids begin at 1, generated numbers at 0."""
    day, first, last = _dated(row)
    return {
        "id": row.number + 1,
        "title": row.title,
        "title_origin": "stated",
        "body": row.body,
        "author": "",
        "section": "",
        "source_id": row.source + 1,
        "url": "",
        "published_date": day,
        "published_precision": row.precision,
        "published_basis": "stated" if day else "inferred",
        "published_earliest": first,
        "published_latest": last,
        "date_statements": "[]",
        "language": "ar",
        "status": "published",
        "word_count": len(row.body.split()),
        "set_aside": "[]",
        "notice": "",
        "created_at": _STORED_AT,
        "updated_at": _STORED_AT,
    }


def _mention(row: GeneratedArticle, actor: int) -> Row:
    """Returns a row of a mention of the actor with the number `actor`. It has no spans."""
    return {
        "article_id": row.number + 1,
        "actor_id": actor + 1,
        "spans": [],
        "quotes": [],
        "role": "",
        **_CONFIRMED,
    }


def _coverage(row: GeneratedArticle) -> Row:
    return {"article_id": row.number + 1, "event_id": row.event + 1, **_CONFIRMED}


def _dated(row: GeneratedArticle) -> tuple[date | None, date | None, date | None]:
    """Returns (date, earliest, latest) as the article's precision determines them; None where it is unknown."""
    day = row.day
    match row.precision:
        case "day":
            return day, day, day
        case "month":
            return day.replace(day=1), day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        case "year":
            return date(day.year, 1, 1), date(day.year, 1, 1), date(day.year, 12, 31)
    return None, None, None


def _figure(row: GeneratedArticle) -> Row:
    """Returns an article's figure as a row, with the span of the first place where the body has its quote."""
    start = row.body.index(row.quote)
    return {
        "article_id": row.number + 1,
        "value": row.count,
        "qualifier": "exactly",
        "unit": UNITS[row.unit],
        "measure_id": row.unit + 1,
        "about": "",
        "scope": "",
        "quote": row.quote,
        "start": start,
        "end": start + len(row.quote),
        "event_id": row.event + 1 if row.event >= 0 else None,
        **_CONFIRMED,
    }
