"""Synonym sets that editors keep, and an index of lexemes that look alike, for suggesting what was meant."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def let_editors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Gives the group of migration 0004 all rights on synonym sets."""
    config = apps.get_app_config("articles")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    wanted = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="articles", content_type__model="synonymset"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="محررون"):
        group.permissions.add(*wanted)


class Migration(migrations.Migration):
    dependencies = [("articles", "0006_search_terms")]
    operations = [
        migrations.CreateModel(
            name="SynonymSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        help_text="كلمة أو عبارة في كل سطر، اثنتان على الأقل.",
                        size=None,
                        verbose_name="الكلمات",
                    ),
                ),
                (
                    "folded",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, editable=False, size=None
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("month", "أسماء شهر"),
                            ("spelling", "رسوم كلمة"),
                            ("acronym", "مختصر ومعناه"),
                            ("meaning", "مترادفات"),
                        ],
                        default="spelling",
                        max_length=8,
                        verbose_name="النوع",
                    ),
                ),
                ("in_use", models.BooleanField(default=True, verbose_name="مستعمل")),
            ],
            options={
                "verbose_name": "مجموعة مترادفات",
                "verbose_name_plural": "المترادفات",
                "ordering": ["kind", "id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["folded"], name="synonyms_folded_gin"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("words__len__gte", 2)), name="synonyms_at_least_two"),
                    models.CheckConstraint(
                        condition=models.Q(("words__len", models.F("folded__len"))), name="synonyms_folded"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["month", "spelling", "acronym", "meaning"])),
                        name="synonyms_kind_known",
                    ),
                ],
            },
        ),
        migrations.RunPython(let_editors, migrations.RunPython.noop),
        migrations.RunSQL(
            "CREATE INDEX articles_lexeme_alike ON articles_lexeme USING gin (lexeme gin_trgm_ops)",
            "DROP INDEX articles_lexeme_alike",
        ),
    ]
