"""The four roles of the desk, as groups: readers of drafts, editors, senior editors, administrators (docs/desk.md)."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

READERS, EDITORS, SENIORS, ADMINISTRATORS = "قراء المسودات", "محررون", "محررون أول", "مديرون"

# What the news speaks of, and what the desk states of it.
NOUNS = ("article", "actor", "event", "eventseries", "measure", "source", "synonymset")
FACTS = ("alias", "participation", "mention", "coverage", "figure")
FOUND = ("reprint", "contradiction")
SEEN = (*NOUNS, *FACTS, *FOUND, "capture", "delivery")


def _codes(verbs: tuple[str, ...], nouns: tuple[str, ...]) -> set[str]:
    return {f"{verb}_{noun}" for verb in verbs for noun in nouns}


READ = _codes(("view",), SEEN)
EDIT = (
    READ
    | _codes(("add", "change"), NOUNS + FACTS)
    | _codes(("change",), FOUND)
    | _codes(("delete",), FACTS)
    | {"ingest_article", "add_delivery", "change_delivery"}
)
DECIDE = EDIT | _codes(("delete",), tuple(noun for noun in NOUNS if noun != "article") + FOUND) | {
    "withdraw_article", "merge_actor", "merge_event", "merge_source",
}  # fmt: skip
ROLES = {READERS: READ, EDITORS: EDIT, SENIORS: DECIDE, ADMINISTRATORS: DECIDE}
# Who administers also gives accounts, opens closed sign-ins and takes lost second factors away.
GOVERNED = {
    "auth": ("user", "group"),
    "axes": ("accessattempt", "accesslog"),
    "otp_totp": ("totpdevice",),
    "otp_static": ("staticdevice",),
}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are made after all migrations; on a new database these groups need them now.
    for label in ("articles", *GOVERNED):
        config = apps.get_app_config(label)
        module, config.models_module = getattr(config, "models_module", None), True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = module
    permission = apps.get_model("auth", "Permission")
    for name, codes in ROLES.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.set(permission.objects.filter(content_type__app_label="articles", codename__in=codes))
        if name == ADMINISTRATORS:
            for label, nouns in GOVERNED.items():
                governed = _codes(("view", "add", "change", "delete"), nouns)
                group.permissions.add(*permission.objects.filter(content_type__app_label=label, codename__in=governed))


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0012_desk"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("axes", "0001_initial"),
        ("otp_totp", "0001_initial"),
        ("otp_static", "0001_initial"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
