"""A delivery's record says how many of its captures wait for an editor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0007_holding")]
    operations = [
        migrations.AddField(
            "delivery", "waiting", models.PositiveIntegerField("نسخ تنتظر قرار محرر", default=0, db_default=0)
        )
    ]
