"""Kept numbers of articles, and an index of the few whose date is vague."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0007_synonyms"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("archive", "كل المقالات"),
                            ("actor", "فاعل"),
                            ("event", "فعالية"),
                            ("source", "مصدر"),
                            ("month", "شهر"),
                        ],
                        max_length=7,
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("articles", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                models.OrderBy(models.F("published_order"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("published_precision__in", ("year", "unknown"))),
                name="article_vague_newest",
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(fields=("kind", "key"), include=("articles",), name="tally_once"),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["archive", "actor", "event", "source", "month"])),
                name="tally_kind_known",
            ),
        ),
    ]
