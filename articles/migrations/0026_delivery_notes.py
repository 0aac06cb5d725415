"""A delivery's record tells which values were not taken as they were given."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0025_capture_waiting")]
    operations = [
        migrations.AddField(
            model_name="delivery",
            name="noted",
            field=models.PositiveIntegerField("قيم لم تؤخذ كما وردت", db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="delivery",
            name="notes",
            field=models.JSONField(
                "ما لم يؤخذ كما ورد", blank=True, db_default=models.Value([], models.JSONField()), default=list
            ),
        ),
    ]
