"""The editors' group: may add and change every noun of the archive, and delete what is no evidence."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUP = "محررون"
CHANGED = (
    "article",
    "actor",
    "alias",
    "event",
    "eventseries",
    "participation",
    "mention",
    "coverage",
    "figure",
    "measure",
    "source",
)
# Captures are evidence and articles keep their address: neither is deleted, an article is withdrawn.
DELETED = tuple(noun for noun in CHANGED if noun != "article")


def make_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; on a new database this group needs them now.
    config = apps.get_app_config("articles")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permission = apps.get_model("auth", "Permission")
    wanted = [f"{verb}_{noun}" for noun in CHANGED for verb in ("view", "add", "change")]
    wanted += [f"delete_{noun}" for noun in DELETED] + ["view_capture"]
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    group.permissions.add(*permission.objects.filter(content_type__app_label="articles", codename__in=wanted))


def drop_group(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0003_spans"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, drop_group)]
