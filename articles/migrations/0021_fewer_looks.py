"""Functions that look into the index of terms word by word, and for the densest articles step by what they find."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "search" / "sql" / "0021_looks.sql"


class Migration(migrations.Migration):
    dependencies = [("articles", "0020_newest_contradictions")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION archive_densest_meeting(tsquery, integer, text[], integer, integer, integer[], integer); "
            "DROP FUNCTION archive_densest(text[], integer, integer, integer, integer, text[]); "
            "DROP FUNCTION archive_holding(text, integer)",
        )
    ]
