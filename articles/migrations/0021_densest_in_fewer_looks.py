"""The function that looks into the index of terms for the densest articles steps by what it finds, which takes fewer looks."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "search" / "sql" / "0021_densest.sql"


class Migration(migrations.Migration):
    dependencies = [("articles", "0020_newest_contradictions")]
    # The function of the migration before answers the same question; whoever goes back can keep this one.
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
