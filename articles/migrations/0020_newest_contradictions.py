"""The newest open contradictions, which the first page shows, read from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0019_densest")]
    operations = [
        migrations.AddIndex(
            "contradiction",
            models.Index(fields=["-found_at", "-id"], condition=models.Q(is_open=True), name="contradiction_newest"),
        ),
    ]
