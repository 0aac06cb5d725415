"""Many rows at once by COPY, which costs a fraction of what INSERT does: what a long ingest stores with."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg.types.json import Jsonb

from articles.models.text_fields import cleaned_by, gated_fields


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
    """Stores rows of one model and asks nothing back: their keys stay as they are; neither `save` nor signals run, nor what
    wraps statements (articles.models.history.attach)."""
    rows = list(rows)
    if not rows:
        return
    table = rows[0]._meta
    has_key = rows[0].pk is not None
    fields = [f for f in table.local_concrete_fields if not f.generated and (has_key or not f.primary_key)]
    moments = [field for field in fields if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)]
    relations = [field for field in fields if field.is_relation]
    written = {
        place: write
        for place, field in enumerate(fields) for kind, write in _WRITTEN.items() if isinstance(field, kind)
    }  # fmt: skip
    gated = gated_fields(type(rows[0]))
    values_of = attrgetter(*(field.attname for field in fields))
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        with cursor.copy(f"COPY {table.db_table} ({names}) FROM STDIN") as copy:
            for row in rows:
                for field in moments:
                    field.pre_save(row, add=True)
                for field in gated:
                    setattr(row, field.attname, cleaned_by(field, getattr(row, field.attname)))
                for field in relations:
                    # A row that was given its key after it was referred to.
                    if getattr(row, field.attname) is None and field.is_cached(row):
                        setattr(row, field.attname, field.get_cached_value(row).pk)
                values = [*values_of(row)]
                for place, write in written.items():
                    values[place] = write(values[place])
                copy.write_row(values)


def _as_array(value: object) -> object:
    return [_as_array(one) for one in value] if isinstance(value, (list, tuple)) else value


# How values are told to PostgreSQL that psycopg would write otherwise, by the kind of their field.
_WRITTEN = {models.JSONField: Jsonb, ArrayField: _as_array}
