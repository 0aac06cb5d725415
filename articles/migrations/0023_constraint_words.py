"""Two constraints say in Arabic what they refuse; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0022_source_public")]

    operations = [
        migrations.AlterConstraint(
            model_name="article",
            name="article_one_url",
            constraint=models.UniqueConstraint(
                condition=models.Q(("url", ""), _negated=True),
                fields=("url",),
                name="article_one_url",
                violation_error_message="في الأرشيف مقال آخر بهذا الرابط.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="source",
            name="source_one_name",
            constraint=models.UniqueConstraint(
                condition=models.Q(("merged_into__isnull", True)),
                fields=("folded_name",),
                name="source_one_name",
                violation_error_message="يوجد مصدر بهذا الاسم.",
            ),
        ),
    ]
