"""The few captures that wait for an editor have an index of their own, by which the desk counts and lists them.

Made while captures are written. Begun again after it was killed, it first drops what was left half made.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("articles", "0025_capture_provenance")]
    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS capture_waiting", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="capture",
            index=models.Index(fields=["-id"], condition=models.Q(state="waiting"), name="capture_waiting"),
        ),
    ]
