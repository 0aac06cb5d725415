"""Constraint triggers: every span of a figure or mention names exactly its quote in the body."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "models" / "sql" / "0003_spans.sql"


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_nouns")]
    operations = [
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            """
            DROP TRIGGER body_holds_spans ON articles_article;
            DROP TRIGGER mention_span_inside_body ON articles_mention;
            DROP TRIGGER figure_span_inside_body ON articles_figure;
            DROP FUNCTION archive_body_spans();
            DROP FUNCTION archive_mention_span();
            DROP FUNCTION archive_figure_span();
            """,
        ),
    ]
