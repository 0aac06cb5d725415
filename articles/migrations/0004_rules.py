"""What the database does by itself: statistics of search, looks into its index, spans that name their quotes, the archive's
revision; and the four roles of the desk, as groups (docs/accounts.md)."""

from pathlib import Path

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SEARCH = Path(__file__).parent.parent / "search" / "sql"
MODELS = Path(__file__).parent.parent / "models" / "sql"

# The tables whose changes readers may see.
REVISED = [
    "actor", "alias", "article", "capture", "contradiction", "corpus", "coverage", "event", "eventseries", "figure",
    "lexeme", "measure", "mention", "participation", "reprint", "source", "synonymset", "tally",
]  # fmt: skip

READERS, EDITORS, SENIORS, ADMINISTRATORS = "قراء المسودات", "محررون", "محررون أول", "مديرون"

# What the news speaks of, and what the desk states of it.
NOUNS = ("article", "actor", "event", "eventseries", "measure", "source", "synonymset")
FACTS = ("alias", "participation", "mention", "coverage", "figure")
COMPARED = ("reprint", "contradiction")
SEEN = (*NOUNS, *FACTS, *COMPARED, "capture", "delivery")


def _codes(verbs: tuple[str, ...], nouns: tuple[str, ...]) -> set[str]:
    return {f"{verb}_{noun}" for verb in verbs for noun in nouns}


READ = _codes(("view",), SEEN)
EDIT = (
    READ
    | _codes(("add", "change"), NOUNS + FACTS)
    | _codes(("change",), COMPARED)
    | _codes(("delete",), FACTS)
    | {"ingest_article", "add_delivery", "change_delivery"}
)
DECIDE = EDIT | _codes(("delete",), tuple(noun for noun in NOUNS if noun != "article") + COMPARED) | {
    "withdraw_article", "merge_actor", "merge_event", "merge_source",
}  # fmt: skip
ROLES = {READERS: READ, EDITORS: EDIT, SENIORS: DECIDE, ADMINISTRATORS: DECIDE}
# An administrator also gives accounts, opens closed sign-ins and takes lost second factors away. No permission here leads
# further: not one on a group's permissions, on giving second factors to others, on deleting traces.
GOVERNED = {
    "auth": _codes(("view", "add", "change", "delete"), ("user",)) | {"view_group"},
    "axes": _codes(("view",), ("accessattempt", "accesslog")) | {"delete_accessattempt"},
    "otp_totp": _codes(("view", "delete"), ("totpdevice",)),
    "otp_static": _codes(("view", "delete"), ("staticdevice",)),
}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None) -> None:
    """Makes the four groups and gives them their permissions, and no others."""
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
            for label, governed in GOVERNED.items():
                group.permissions.add(*permission.objects.filter(content_type__app_label=label, codename__in=governed))


def sql(folder: Path, name: str, reverse: str) -> migrations.RunSQL:
    return migrations.RunSQL((folder / name).read_text(encoding="utf-8"), reverse)


def count_changes(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER revised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON articles_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION archive_revised()",
        f"DROP TRIGGER revised ON articles_{table}",
    )


class Migration(migrations.Migration):
    replaces = [
        ("articles", "0013_roles"),
        ("articles", "0014_apart"),
        ("articles", "0015_alike"),
        ("articles", "0016_operations"),
        ("articles", "0017_revision"),
        ("articles", "0018_counted_anew"),
        ("articles", "0019_densest"),
        ("articles", "0020_newest_contradictions"),
        ("articles", "0021_fewer_looks"),
        ("articles", "0022_source_public"),
    ]
    dependencies = [
        ("articles", "0003_history_tables"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("axes", "0001_initial"),
        ("otp_totp", "0001_initial"),
        ("otp_static", "0001_initial"),
    ]
    operations = [
        sql(
            SEARCH,
            "0004_statistics.sql",
            """
            ALTER TABLE articles_article RESET (toast_tuple_target);
            ALTER TABLE articles_article ALTER COLUMN search_vector SET STATISTICS DEFAULT;
            ALTER TABLE articles_article ALTER COLUMN search_vector SET STORAGE EXTENDED;
            DROP TABLE articles_corpus;
            DROP TABLE articles_lexeme;
            """,
        ),
        sql(
            SEARCH,
            "0004_looks.sql",
            """
            DROP FUNCTION archive_densest_meeting(tsquery, integer, text[], integer, integer, integer[], integer);
            DROP FUNCTION archive_densest(text[], integer, integer, integer, integer, text[]);
            DROP FUNCTION IF EXISTS archive_holding(text, integer);
            """,
        ),
        sql(
            MODELS,
            "0004_spans.sql",
            """
            DROP TRIGGER body_holds_spans ON articles_article;
            DROP TRIGGER mention_span_inside_body ON articles_mention;
            DROP TRIGGER figure_span_inside_body ON articles_figure;
            DROP FUNCTION archive_body_spans();
            DROP FUNCTION archive_mention_span();
            DROP FUNCTION archive_figure_span();
            """,
        ),
        sql(MODELS, "0004_revision.sql", "DROP FUNCTION archive_revised()"),
        *map(count_changes, REVISED),
        # Operations are listed newest first, however many there are.
        migrations.RunSQL(
            "CREATE INDEX articles_operation_newest ON pghistory_context (created_at DESC)",
            "DROP INDEX articles_operation_newest",
        ),
        migrations.RunPython(make_roles, migrations.RunPython.noop),
    ]
