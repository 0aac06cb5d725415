"""Heartbeats of the workers for deliveries, and the record of the nightly runs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0026_delivery_notes")]
    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=80)),
                ("pid", models.PositiveIntegerField()),
                ("delivery", models.BigIntegerField(null=True)),
                ("started_at", models.DateTimeField()),
                ("beat_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-beat_at"], name="heartbeat_newest")],
            },
        ),
        migrations.CreateModel(
            name="NightlyRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("succeeded", models.BooleanField(null=True)),
                ("parts", models.JSONField(default=list)),
            ],
            options={
                "indexes": [models.Index(fields=["-started_at"], name="nightly_newest")],
            },
        ),
    ]
