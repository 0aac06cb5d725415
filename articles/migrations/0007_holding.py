"""The function that looks into the index of search."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "search" / "sql" / "0007_holding.sql"


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_calendar")]
    operations = [
        # Going back keeps the function: the code of 0006 calls it too. The next migration forward replaces it.
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)
    ]
