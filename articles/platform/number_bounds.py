"""The decimal numbers that the archive holds, and what is read where the database has another.

PostgreSQL's numeric has `NaN`, which no sum and no comparison of Python's Decimal takes. No reader and no form stores it, but a hand at
the database's own prompt can. Each connection of the archive reads it as no number, None; `manage.py check_archive` names the row.
"""

from decimal import Decimal

from psycopg.types.numeric import NumericLoader


class _FiniteLoader(NumericLoader):
    def load(self, data: object) -> Decimal | None:
        number = super().load(data)
        return number if number.is_finite() else None


def read_finite_numbers(sender: object, connection: object, **_: object) -> None:
    """Makes a new connection read so; called as each is made (articles/apps.py)."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("numeric", _FiniteLoader)
