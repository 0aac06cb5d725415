"""The archive's revision, counted by triggers on every table whose changes readers may see."""

import uuid
from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "models" / "sql" / "0017_revision.sql"
TABLES = [
    "actor", "alias", "article", "capture", "contradiction", "corpus", "coverage", "event", "eventseries", "figure",
    "lexeme", "measure", "mention", "participation", "reprint", "source", "synonymset", "tally",
]  # fmt: skip


def count_changes(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON articles_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION archive_revised()",
        f"DROP TRIGGER revised ON articles_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("articles", "0016_operations")]
    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("slot", models.AutoField(primary_key=True, serialize=False)),
                ("changes", models.BigIntegerField(default=0)),
                ("epoch", models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), "DROP FUNCTION archive_revised()"),
        *map(count_changes, TABLES),
    ]
