"""A source's public articles have an index of their own, by which they are counted and filtered without reading them.

Made while articles are written. Begun again after it was killed, it first drops what was left half made.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("articles", "0021_fewer_looks")]
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS article_source_public", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="article",
            index=models.Index(
                models.F("source"),
                models.OrderBy(models.F("published_order"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("merged_into__isnull", True), ("status", "published")),
                name="article_source_public",
            ),
        ),
        RemoveIndexConcurrently(model_name="article", name="article_source_newest"),
    ]
