"""A source's public articles have an index of their own, by which they are counted and filtered without reading them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0021_fewer_looks")]
    operations = [
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                models.F("source"),
                models.OrderBy(models.F("published_order"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("merged_into__isnull", True), ("status", "published")),
                name="article_source_public",
            ),
        ),
        migrations.RemoveIndex(model_name="article", name="article_source_newest"),
    ]
