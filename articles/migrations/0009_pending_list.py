"""New entries of the search index wait in a pending list, whose length each session decides (articles/platform/pending_lists.py)."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


def terms(**options: bool) -> django.contrib.postgres.indexes.GinIndex:
    expression = models.Func(
        models.F("search_vector"), models.F("word_count"), function="archive_terms",
        output_field=django.contrib.postgres.search.SearchVectorField(),
    )  # fmt: skip
    return django.contrib.postgres.indexes.GinIndex(expression, name="article_terms", **options)


class Migration(migrations.Migration):
    dependencies = [("articles", "0008_waiting_of_a_delivery")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex("article", "article_terms"),
                migrations.AddIndex("article", terms()),
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX article_terms RESET (fastupdate, gin_pending_list_limit)",
                    "ALTER INDEX article_terms SET (fastupdate = off)",
                )
            ],
        )
    ]
