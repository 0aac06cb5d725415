"""Functions that look into the index of terms for the densest articles, in as few round trips as possible."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "search" / "sql" / "0019_densest.sql"


class Migration(migrations.Migration):
    dependencies = [("articles", "0018_counted_anew")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION archive_densest_meeting(tsquery, integer, text[], integer[], integer[], integer); "
            "DROP FUNCTION archive_densest(text[], integer[], integer, integer, bigint[]); "
            "DROP FUNCTION archive_holding(text, integer, bigint[])",
        )
    ]
