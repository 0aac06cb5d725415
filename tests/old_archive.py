"""Rows that an archive may hold from before the rules of migration 0006."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models

_RULES = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'c' AND NOT convalidated AND connamespace = 'public'::regnamespace
"""


@contextmanager
def before_the_rules() -> Iterator[None]:
    """Rows written inside may break the rules that are NOT VALID.

    Afterwards the rules are back, as after the upgrade of such an archive: the rows stay, and PostgreSQL refuses every
    change of them that does not mend them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_RULES)
        rules = cursor.fetchall()
        assert rules
        for table, name, _definition in rules:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, name, definition in rules:
            assert definition.endswith("NOT VALID")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def columns_of_dates(model: type[models.Model]) -> list[str]:
    """Returns the columns of a model that hold a day or a moment, generated ones left out."""
    fields = model._meta.concrete_fields
    return [field.column for field in fields if isinstance(field, models.DateField) and not field.generated]


def spoil(model: type[models.Model], pk: object, value: str, *columns: str) -> None:
    """Writes `value` into the columns of one row, and sets the precision of its uncertain dates to a day."""
    assignments = dict.fromkeys(columns or columns_of_dates(model), f"'{value}'")
    assignments |= {
        f"{column.removesuffix('_date')}_precision": "'day'" for column in assignments if column.endswith("_date")
    }
    assignments = {
        column: shown
        for column, shown in assignments.items()
        if column in {field.column for field in model._meta.concrete_fields}
    }
    with connection.cursor() as cursor:
        written = ", ".join(f"{column} = {shown}" for column, shown in assignments.items())
        cursor.execute(f"UPDATE {model._meta.db_table} SET {written} WHERE {model._meta.pk.column} = %s", [pk])
        assert cursor.rowcount == 1
