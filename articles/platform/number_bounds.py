"""Reads decimal numbers that are not finite as None.

PostgreSQL's numeric has `NaN`, with which sums and comparisons of Python's Decimal fail. No reader of documents and no
form stores it, but somebody at the database's own prompt can. Each connection of the archive reads it as None.
`manage.py check_archive` reports the row.
"""

from decimal import Decimal

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.abc import Buffer
from psycopg.types.numeric import NumericLoader


class _FiniteLoader(NumericLoader):
    def load(self, data: Buffer) -> Decimal | None:  # type: ignore[override] # A loader may return anything.
        number = super().load(data)
        return number if number.is_finite() else None


def read_finite_numbers(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Makes a new connection read NaN as None. Connected to Django's signal for new connections (articles/apps.py)."""
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("numeric", _FiniteLoader)
