"""Many rows at once, without waiting for the database after each statement: what a long ingest stores with."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, models
from django.db.models.sql import InsertQuery
from psycopg import Pipeline

from articles.models.history import attach


def with_keys(rows: Sequence[models.Model]) -> None:
    """Gives rows to be stored their primary keys, in order, from the table's own sequence."""
    if not rows:
        return
    table = rows[0]._meta
    with connection.cursor() as cursor:
        sequence = "pg_get_serial_sequence(%s, %s)"
        cursor.execute(
            f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [table.db_table, table.pk.column, len(rows)]
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


def insert(rows: Iterable[models.Model]) -> None:
    """Stores rows of one model and asks nothing back: their keys stay as they are; neither `save` nor signals run.

    Inside `pipelined` the statement is on its way when this returns, and an error of it is raised at the end of the block.
    """
    rows = list(rows)
    if not rows:
        return
    model = type(rows[0])
    has_key = rows[0].pk is not None
    fields = [f for f in model._meta.local_concrete_fields if not f.generated and (has_key or not f.primary_key)]
    for row in rows:
        for field in fields:
            # What Django's own bulk insert does: values that are expressions of other rows, as a foreign key not saved yet.
            if field.is_relation and field.is_cached(row) and getattr(row, field.attname) is None:
                setattr(row, field.attname, field.get_cached_value(row).pk)
    query = InsertQuery(model)
    query.insert_values(fields, rows)
    with connection.cursor() as cursor:
        for statement, values in query.get_compiler(connection=connection).as_sql():
            cursor.execute(statement, values)


@contextmanager
def pipelined() -> Iterator[Callable[[], None]]:
    """Statements inside the block do not wait for the ones before; what asks for rows waits for its own.

    They are sent when some have gathered, or when the function that the block is given is called: then the database
    works on them while the block goes on.
    """
    connection.ensure_connection()
    if not Pipeline.is_supported():
        yield lambda: None
        return
    attach()
    # What wraps a statement in others, as the telling of an operation does, cannot be sent this way.
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        with connection.wrap_database_errors, connection.connection.pipeline() as pipeline:
            yield pipeline.sync
    finally:
        connection.execute_wrappers = wrappers
