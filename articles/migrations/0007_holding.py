"""Looks into the index of search go by the index also where the planner knows nothing yet of what is public."""

from pathlib import Path

from django.db import migrations

SEARCH = Path(__file__).parent.parent / "search" / "sql"
_END = "END $$;\n"


def as_it_was() -> str:
    """The function as migration 0004_rules made it: the first of its file."""
    first, end, _ = (SEARCH / "0004_looks.sql").read_text(encoding="utf-8").partition(_END)
    return (first + end).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_calendar")]
    operations = [migrations.RunSQL((SEARCH / "0007_holding.sql").read_text(encoding="utf-8"), as_it_was())]
