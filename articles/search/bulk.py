"""Fills an archive fast: drops the search index, and rebuilds it and the statistics once after everything is stored."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from articles.models import Article
from articles.search import statistics

# The memory and the parallel workers with which PostgreSQL sorts the index's entries. A judgement for a machine of two
# cores and some gigabytes: with less memory the sort goes to the disk; one worker a core is busy all the time.
INDEX_MEMORY = "1GB"
INDEX_WORKERS = 2


@dataclass
class BuildTimes:
    """How long the rebuild took.

    index: seconds for the index.
    statistics: seconds for the statistics.
    """

    index: float = 0.0
    statistics: float = 0.0


@contextmanager
def without_index() -> Iterator[BuildTimes]:
    """Drops the search index during the block, then rebuilds it and counts all lexemes anew.

    Yields times that are filled in after the block. Searches during the block are slow. The index is rebuilt even if
    the block fails.
    """
    (index,) = [index for index in Article._meta.indexes if index.name == "article_terms"]
    times = BuildTimes()
    with connection.schema_editor() as editor:
        editor.remove_index(Article, index)
    try:
        yield times
    finally:
        started = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{INDEX_MEMORY}'")
            cursor.execute(f"SET LOCAL max_parallel_maintenance_workers = {INDEX_WORKERS}")
            with connection.schema_editor() as editor:
                editor.add_index(Article, index)
            cursor.execute("ALTER INDEX article_terms ALTER COLUMN 1 SET STATISTICS 0")
        times.index = time.perf_counter() - started
    started = time.perf_counter()
    statistics.rebuild()
    times.statistics = time.perf_counter() - started
