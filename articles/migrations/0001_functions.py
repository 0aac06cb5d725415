"""The Arabic text-search configuration, and the functions that the columns and indexes of the tables are computed by."""

from pathlib import Path

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

SQL = Path(__file__).parent.parent / "search" / "sql" / "0001_functions.sql"


class Migration(migrations.Migration):
    initial = True
    replaces = [("articles", "0001_text_search")]
    dependencies = []
    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            """
            DROP FUNCTION archive_skeleton(text);
            DROP FUNCTION archive_terms(tsvector, integer);
            DROP FUNCTION archive_vector(text, text);
            DROP TEXT SEARCH CONFIGURATION archive_arabic;
            DROP TEXT SEARCH DICTIONARY archive_english_stem;
            DROP TEXT SEARCH DICTIONARY archive_arabic_stem;
            DROP FUNCTION archive_fold(text);
            """,
        ),
    ]
