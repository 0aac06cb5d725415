"""Term statistics that search ranks by."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "search" / "sql" / "0005_lexemes.sql"


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_editors")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP TABLE articles_corpus; DROP TABLE articles_lexeme; DROP FUNCTION archive_skeleton(text);",
        ),
    ]
