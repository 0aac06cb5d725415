"""When the statistics of search were last counted anew: what was edited since then they may tell otherwise."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("articles", "0017_revision")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE articles_corpus ADD COLUMN counted_anew_at timestamptz",
            "ALTER TABLE articles_corpus DROP COLUMN counted_anew_at",
        )
    ]
