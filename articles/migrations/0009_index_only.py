"""Counts of facts from indexes alone, and no index that another one makes needless."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0008_tallies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="coverage",
            name="coverage_once_per_article",
        ),
        migrations.RemoveConstraint(
            model_name="mention",
            name="mention_once_per_article",
        ),
        migrations.RemoveIndex(
            model_name="coverage",
            name="coverage_event_article",
        ),
        migrations.RemoveIndex(
            model_name="mention",
            name="mention_actor_article",
        ),
        migrations.AlterField(
            model_name="coverage",
            name="article",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="coverages",
                to="articles.article",
                verbose_name="المقال",
            ),
        ),
        migrations.AlterField(
            model_name="coverage",
            name="event",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="coverages",
                to="articles.event",
                verbose_name="الفعالية",
            ),
        ),
        migrations.AlterField(
            model_name="figure",
            name="article",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="figures",
                to="articles.article",
                verbose_name="المقال",
            ),
        ),
        migrations.AlterField(
            model_name="mention",
            name="actor",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mentions",
                to="articles.actor",
                verbose_name="الفاعل",
            ),
        ),
        migrations.AlterField(
            model_name="mention",
            name="article",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mentions",
                to="articles.article",
                verbose_name="المقال",
            ),
        ),
        migrations.AddIndex(
            model_name="coverage",
            index=models.Index(fields=["event", "article"], include=("state",), name="coverage_event_article"),
        ),
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(fields=["actor", "article"], include=("state",), name="mention_actor_article"),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.UniqueConstraint(
                fields=("article", "event"), include=("state",), name="coverage_once_per_article"
            ),
        ),
        migrations.AddConstraint(
            model_name="mention",
            constraint=models.UniqueConstraint(
                fields=("article", "actor"), include=("state",), name="mention_once_per_article"
            ),
        ),
    ]
