"""Limits how long the statements of a search or a page may run, and sets how PostgreSQL plans them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import OperationalError, connection, transaction

from articles.models.revision import CURRENT

# The settings of a search's statements, besides the timeout:
# - No JIT and no parallel workers: these take longer to start than a bounded statement should take as a whole.
# - No hash or merge joins: a search wants few rows, for which indexes are right. The planner cannot know how few they
#   are, and would read whole tables.
# - Memory for the vectors of all candidates.
_BOUNDS = {
    "jit": "off", "max_parallel_workers_per_gather": "0", "enable_hashjoin": "off", "enable_mergejoin": "off", "work_mem": "32MB",
}  # fmt: skip
_LIMITED = ("statement_timeout", *_BOUNDS)
_SET = ", ".join(f"set_config('{name}', %s, true)" for name in _LIMITED)
_NOW = ", ".join(f"current_setting('{name}')" for name in _LIMITED)
# The archive's revision at the beginning of the enclosing time_limit block; None outside of one.
_bounded_since: ContextVar[str | None] = ContextVar("bounded_since", default=None)


class SearchTooCostlyError(Exception):
    """The query ran into the statement timeout (ARCHIVE_SEARCH_TIMEOUT)."""


@contextmanager
def time_limit() -> Iterator[str]:
    """Stops each statement in the block after ARCHIVE_SEARCH_TIMEOUT milliseconds; raises SearchTooCostlyError.

    Yields the archive's revision at the beginning of the block, which costs no statement of its own. Everything that
    the block reads is at least as new. A nested block changes nothing. The settings end with the transaction; within an
    outer transaction they are restored.
    """
    if outer := _bounded_since.get():
        yield outer
        return
    is_nested = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {CURRENT}, {_NOW}, {_SET}", [str(settings.ARCHIVE_SEARCH_TIMEOUT), *_BOUNDS.values()]
            )
            revision, *before = cursor.fetchone()[: len(_LIMITED) + 1]
            token = _bounded_since.set(revision)
            try:
                yield revision
            finally:
                _bounded_since.reset(token)
            if is_nested:
                cursor.execute(f"SELECT {_SET}", before)
    except OperationalError as error:
        if _was_stopped(error):
            raise SearchTooCostlyError from error
        raise


@contextmanager
def give_up_after(milliseconds: int) -> Iterator[None]:
    """Stops each statement in the block after `milliseconds`, and leaves the block then.

    It serves parts that a page can do without. The block has to be within a `time_limit`, which is in force again
    afterwards.
    """
    with connection.cursor() as cursor:
        # One round trip for both statements. The rollback to the savepoint restores the setting too.
        cursor.execute(f"SAVEPOINT given_up; SET LOCAL statement_timeout = {int(milliseconds)}")
        try:
            yield
        except OperationalError as error:
            if not _was_stopped(error):
                raise
        cursor.execute("ROLLBACK TO SAVEPOINT given_up; RELEASE SAVEPOINT given_up")


def _was_stopped(error: OperationalError) -> bool:
    """Returns whether a statement was stopped by its timeout (SQLSTATE 57014, query_canceled)."""
    return getattr(error.__cause__, "sqlstate", "") == "57014"
