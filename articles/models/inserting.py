"""Inserts many rows at once by COPY, which costs a fraction of INSERT. Long ingests use it."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg.types.json import Jsonb

from articles.models.text_fields import cleaned_by, gated_fields


def with_keys(rows: Sequence[models.Model]) -> None:
    """Sets the primary keys of new rows of one model, in order, from the table's own sequence."""
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
    """Stores rows of one model.

    It reads nothing back, so that rows without a primary key still have none afterwards. Neither `save` nor signals nor
    wrappers of statements run (see articles.models.history.attach).
    """
    rows = list(rows)
    if not rows:
        return
    table = rows[0]._meta
    has_key = rows[0].pk is not None
    fields = [f for f in table.local_concrete_fields if not f.generated and (has_key or not f.primary_key)]
    moments = [field for field in fields if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)]
    relations = [field for field in fields if isinstance(field, models.ForeignKey)]
    written: dict[int, Callable[[Any], Any]] = {
        place: write
        for place, field in enumerate(fields) for kind, write in _CONVERSIONS.items() if isinstance(field, kind)
    }  # fmt: skip
    gated = gated_fields(type(rows[0]))
    values_of = attrgetter(*(field.attname for field in fields))
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    copying = f"COPY {table.db_table} ({names}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copying) as copy:
        for row in rows:
            for field in moments:
                field.pre_save(row, add=True)
            for field in gated:
                setattr(row, field.attname, cleaned_by(field, getattr(row, field.attname)))
            for field in relations:
                # The related row got its primary key after it was assigned.
                if (
                    getattr(row, field.attname) is None
                    and (related_row := field.get_cached_value(row, None)) is not None
                ):
                    setattr(row, field.attname, related_row.pk)
            values = [*values_of(row)]
            for place, write in written.items():
                values[place] = write(values[place])
            copy.write_row(values)


def _as_array(value: Any) -> Any:
    return [_as_array(item) for item in value] if isinstance(value, (list, tuple)) else value


# Class of a field → a function that converts its values for COPY, where psycopg would write them otherwise.
_CONVERSIONS: dict[type["models.Field[Any, Any]"], Callable[[Any], Any]] = {
    models.JSONField: Jsonb,
    ArrayField: _as_array,
}
