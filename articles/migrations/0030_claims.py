"""Claims: which editor has an article open for review."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0029_last_superuser"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="claim",
                        serialize=False,
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="منذ")),
                ("renewed_at", models.DateTimeField(verbose_name="آخر عمل فيه")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="المحرر",
                    ),
                ),
            ],
            options={"verbose_name": "مقال قيد المراجعة", "verbose_name_plural": "مقالات قيد المراجعة"},
        ),
    ]
