"""Operations are listed newest first, however many there are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("articles", "0015_alike"), ("pghistory", "0007_auto_20250421_0444")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX articles_operation_newest ON pghistory_context (created_at DESC)",
            "DROP INDEX articles_operation_newest",
        )
    ]
