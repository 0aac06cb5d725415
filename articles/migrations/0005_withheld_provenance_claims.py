"""Withheld actors and events, provenance of captures, notes of deliveries, heartbeats, claims, and the last superuser.

An archive made before this migration is put forward by it (docs/upgrade.md). The trigger on accounts stands in the
database, so that the rule holds for forms, bulk actions, commands and plain SQL alike: it refuses a change by which the archive
would lose its last account that is a superuser, active, on the staff and has a usable password. Changes of two superusers at
once take turns behind a lock; the second sees what the first has done.
"""

from importlib import import_module

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from articles.migrations._history import kept_history

# The columns of the two nouns whose history grows by the column `withheld`.
TRACKED = {
    "Actor": "country description distinction id kind merged_into_id name reviewed_at reviewed_by_id rule score state withheld",
    "Event": "country description end_basis end_date end_earliest end_latest end_precision id kind merged_into_id place reviewed_at reviewed_by_id rule score series_id session start_basis start_date start_earliest start_latest start_precision state title withheld",
}
# The functions by which older archives were searched.
SUPERSEDED = """
DROP FUNCTION IF EXISTS archive_densest_meeting(tsquery, integer, text[], integer[], integer[], integer);
DROP FUNCTION IF EXISTS archive_densest(text[], integer[], integer, integer, bigint[]);
DROP FUNCTION IF EXISTS archive_holding(text, integer, bigint[]);
"""
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
    """Takes from the administrators of an older archive the permissions by which they could rise."""
    rules = import_module("articles.migrations.0004_rules")
    permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name=rules.ADMINISTRATORS):
        for label, allowed in rules.GOVERNED.items():
            others = permission.objects.filter(content_type__app_label=label).exclude(codename__in=allowed)
            group.permissions.remove(*others)


def withheld(model: str) -> migrations.AddField:
    return migrations.AddField(
        model_name=model,
        name="withheld",
        field=models.BooleanField(
            db_default=False,
            default=False,
            help_text="لا يظهر للقراء في أي صفحة أو بحث أو ملف، ولو ذكرته مقالات منشورة؛ مثل مشتبه فيه ظهرت براءته.",
            verbose_name="محجوب عن القراء",
        ),
    )


class Migration(migrations.Migration):
    replaces = [
        ("articles", "0023_constraint_words"),
        ("articles", "0024_withheld"),
        ("articles", "0025_capture_provenance"),
        ("articles", "0025_capture_waiting"),
        ("articles", "0026_delivery_notes"),
        ("articles", "0028_heartbeat"),
        ("articles", "0029_last_superuser"),
        ("articles", "0030_claims"),
    ]
    dependencies = [
        ("articles", "0004_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        *(
            RemoveTrigger(model.lower(), trigger.name)
            for model, columns in TRACKED.items()
            for trigger in kept_history(model, columns)
        ),
        *(withheld(model) for model in ("actor", "actorevent", "event", "eventevent")),
        *(
            AddTrigger(model.lower(), trigger)
            for model, columns in TRACKED.items()
            for trigger in kept_history(model, columns, derived=True)
        ),
        migrations.AddIndex(
            model_name="actor",
            index=models.Index(
                condition=models.Q(("state", "confirmed")), fields=["folded_name", "id"], name="actor_confirmed_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                models.OrderBy(models.F("start_order"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "confirmed")),
                name="event_confirmed_newest",
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="fetched_address",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="الرابط الذي أجاب بهذه البايتات: عند الجلب، أو كما سجله أرشيف الويب. فارغ لما جاء ملفا.",
                max_length=2000,
                verbose_name="جُلب من",
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="claimed_address",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="الرابط الذي تذكره الصفحة أو السطر عن نفسه. قول لا يُبنى عليه وحده.",
                max_length=2000,
                verbose_name="يذكر عنوانا",
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="state",
            field=models.CharField(
                choices=[("accepted", "مقبولة"), ("waiting", "تنتظر محررا"), ("refused", "مرفوضة")],
                db_default="accepted",
                default="accepted",
                max_length=8,
                verbose_name="الحالة",
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="waiting_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("elsewhere", "جاءت من موقع غير موقع المقال، أو من ملف بلا عنوان"),
                    ("unlike", "نصها غير نص المقال: أقل من نصف عباراته مشترك"),
                    ("edited", "حرر محرر نص المقال بعد النسخة السابقة"),
                ],
                db_default="",
                default="",
                max_length=9,
                verbose_name="لماذا تنتظر",
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="قرر فيها",
            ),
        ),
        migrations.AddField(
            model_name="capture",
            name="decided_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="قُرر فيها في"),
        ),
        migrations.AddIndex(
            model_name="capture",
            index=models.Index(fields=["-id"], condition=models.Q(state="waiting"), name="capture_waiting"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="noted",
            field=models.PositiveIntegerField("قيم لم تؤخذ كما وردت", db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="delivery",
            name="notes",
            field=models.JSONField(
                "ما لم يؤخذ كما ورد", blank=True, db_default=models.Value([], models.JSONField()), default=list
            ),
        ),
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
        migrations.RunSQL(KEEP_A_SUPERUSER, REMOVE),
        migrations.RunPython(take_permissions, migrations.RunPython.noop),
        migrations.RunSQL(SUPERSEDED, migrations.RunSQL.noop),
    ]
