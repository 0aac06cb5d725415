"""One index for every search: lexemes, how densely they stand, and which stand in the title."""

from pathlib import Path

import django.contrib.postgres.indexes
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models

SQL = Path(__file__).parent.parent / "search" / "sql"


class Migration(migrations.Migration):
    dependencies = [("articles", "0005_lexemes")]
    operations = [
        migrations.RunSQL(
            (SQL / "0006_terms.sql").read_text(encoding="utf-8"),
            """
            DROP FUNCTION archive_terms(tsvector, integer);
            ALTER TABLE articles_article RESET (toast_tuple_target);
            ALTER TABLE articles_article ALTER COLUMN search_vector SET STATISTICS DEFAULT;
            ALTER TABLE articles_article ALTER COLUMN search_vector SET STORAGE EXTENDED;
            """,
        ),
        migrations.RemoveIndex(model_name="article", name="article_search"),
        migrations.AddIndex(
            model_name="article",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    models.F("search_vector"),
                    models.F("word_count"),
                    function="archive_terms",
                    output_field=SearchVectorField(),
                ),
                fastupdate=False,
                name="article_terms",
            ),
        ),
        migrations.RunSQL("ALTER INDEX article_terms ALTER COLUMN 1 SET STATISTICS 0", migrations.RunSQL.noop),
    ]
