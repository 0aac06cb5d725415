"""One superuser can always sign in; managers of accounts hold no permission that would lead them further (docs/desk.md).

The trigger stands in the database, so that the rule holds for forms, bulk actions, commands and plain SQL alike. It refuses
a change by which the archive would lose its last account that is a superuser, active, on the staff and has a usable password.
Changes of two superusers at once take turns behind a lock; the second sees what the first has done.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ADMINISTRATORS = "مديرون"
# Permissions of 0013_roles by which an administrator could rise: groups' permissions, second factors of others, deleted traces.
TAKEN = {
    "auth": ("add_group", "change_group", "delete_group"),
    "axes": ("add_accessattempt", "change_accessattempt", "add_accesslog", "change_accesslog", "delete_accesslog"),
    "otp_totp": ("add_totpdevice", "change_totpdevice"),
    "otp_static": ("add_staticdevice", "change_staticdevice"),
}

# Django marks a password that nobody can use by a leading exclamation mark. The number of the lock is any number.
KEEP_A_SUPERUSER = """
CREATE FUNCTION auth_user_can_rule(account auth_user) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT account.is_superuser AND account.is_active AND account.is_staff
        AND account.password <> '' AND account.password NOT LIKE '!%'
$$;
CREATE FUNCTION auth_user_keep_a_superuser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT auth_user_can_rule(OLD) OR (TG_OP = 'UPDATE' AND auth_user_can_rule(NEW)) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(7230113);
    IF NOT EXISTS (SELECT FROM auth_user AS account WHERE auth_user_can_rule(account)) THEN
        RAISE EXCEPTION 'the archive would have no superuser who can sign in'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'auth_user_last_superuser',
                HINT = 'Make another superuser first: manage.py createsuperuser';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER auth_user_keep_a_superuser AFTER UPDATE OR DELETE ON auth_user
    FOR EACH ROW EXECUTE FUNCTION auth_user_keep_a_superuser();
"""
REMOVE = """
DROP TRIGGER auth_user_keep_a_superuser ON auth_user;
DROP FUNCTION auth_user_keep_a_superuser();
DROP FUNCTION auth_user_can_rule(auth_user);
"""


def take_permissions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=ADMINISTRATORS):
        group.permissions.remove(*_taken(apps))


def give_permissions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=ADMINISTRATORS):
        group.permissions.add(*_taken(apps))


def _taken(apps: Apps) -> list:
    permission = apps.get_model("auth", "Permission")
    return [
        row
        for label, codes in TAKEN.items()
        for row in permission.objects.filter(content_type__app_label=label, codename__in=codes)
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0028_heartbeat"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.RunSQL(KEEP_A_SUPERUSER, REMOVE),
        migrations.RunPython(take_permissions, give_permissions),
    ]
