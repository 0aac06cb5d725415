"""How long the statements of a search or a page may run, and how they are planned."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import OperationalError, connection, transaction

from articles.models.revision import CURRENT

# How a search's statements run: stopped after a time; not compiled or spread over workers, which takes longer to begin than a
# bounded statement should take in all; joined by way of indexes, which is right for the few rows that a search wants, while
# the planner, which cannot know how few, would read whole tables; with memory for the vectors of all candidates.
_BOUNDS = {
    "jit": "off", "max_parallel_workers_per_gather": "0", "enable_hashjoin": "off", "enable_mergejoin": "off", "work_mem": "32MB",
}  # fmt: skip
_LIMITED = ("statement_timeout", *_BOUNDS)
_SET = ", ".join(f"set_config('{name}', %s, true)" for name in _LIMITED)
_NOW = ", ".join(f"current_setting('{name}')" for name in _LIMITED)
# The revision at the beginning of the block that bounds the statements now, if there is one.
_bounded_since: ContextVar[str | None] = ContextVar("bounded_since", default=None)


class SearchTooCostlyError(Exception):
    """The query ran into the statement timeout (ARCHIVE_SEARCH_TIMEOUT)."""


@contextmanager
def time_limit() -> Iterator[str]:
    """Statements in the block are stopped after ARCHIVE_SEARCH_TIMEOUT milliseconds each; raises SearchTooCostlyError.

    The block is given the archive's revision at its beginning, which costs it no statement of its own: what it reads is at
    least as new. A block within such a block is bounded already. The settings end with the transaction; inside one that goes
    on they are put back.
    """
    if outer := _bounded_since.get():
        yield outer
        return
    goes_on = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {CURRENT}, {_NOW}, {_SET}", [str(settings.ARCHIVE_SEARCH_TIMEOUT), *_BOUNDS.values()]
            )
            revision, *before = cursor.fetchone()[: len(_LIMITED) + 1]
            begun = _bounded_since.set(revision)
            try:
                yield revision
            finally:
                _bounded_since.reset(begun)
            if goes_on:
                cursor.execute(f"SELECT {_SET}", before)
    except OperationalError as error:
        if _was_stopped(error):
            raise SearchTooCostlyError from error
        raise


@contextmanager
def give_up_after(milliseconds: int) -> Iterator[None]:
    """Statements in the block, which stands in a `time_limit`, are stopped after so many milliseconds each, and what is left of the
    block is passed over: for what a page can go without. The page's own bound holds again afterwards.
    """
    with connection.cursor() as cursor:
        # Several in one round trip; going back to the savepoint takes the setting back as well.
        cursor.execute(f"SAVEPOINT given_up; SET LOCAL statement_timeout = {int(milliseconds)}")
        try:
            yield
        except OperationalError as error:
            if not _was_stopped(error):
                raise
        cursor.execute("ROLLBACK TO SAVEPOINT given_up; RELEASE SAVEPOINT given_up")


def _was_stopped(error: OperationalError) -> bool:
    """Whether a statement ran longer than it may (query_canceled)."""
    return getattr(error.__cause__, "sqlstate", "") == "57014"
