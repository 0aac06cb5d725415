"""Editors can withhold an actor or an event from readers; public lists find the confirmed ones in an index."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0023_constraint_words"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="actor",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="actor",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="actor",
            name="delete_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="event",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="event",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="event",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="actor",
            name="withheld",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="لا يظهر للقراء في أي صفحة أو بحث أو ملف، ولو ذكرته مقالات منشورة؛ مثل مشتبه فيه ظهرت براءته.",
                verbose_name="محجوب عن القراء",
            ),
        ),
        migrations.AddField(
            model_name="actorevent",
            name="withheld",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="لا يظهر للقراء في أي صفحة أو بحث أو ملف، ولو ذكرته مقالات منشورة؛ مثل مشتبه فيه ظهرت براءته.",
                verbose_name="محجوب عن القراء",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="withheld",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="لا يظهر للقراء في أي صفحة أو بحث أو ملف، ولو ذكرته مقالات منشورة؛ مثل مشتبه فيه ظهرت براءته.",
                verbose_name="محجوب عن القراء",
            ),
        ),
        migrations.AddField(
            model_name="eventevent",
            name="withheld",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="لا يظهر للقراء في أي صفحة أو بحث أو ملف، ولو ذكرته مقالات منشورة؛ مثل مشتبه فيه ظهرت براءته.",
                verbose_name="محجوب عن القراء",
            ),
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
        pgtrigger.migrations.AddTrigger(
            model_name="actor",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (current_setting('pghistory.context_metadata', true) LIKE '%\"user\": %')",
                    func='INSERT INTO "articles_actorevent" ("country", "description", "distinction", "id", "kind", "merged_into_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewed_at", "reviewed_by_id", "rule", "score", "state", "withheld") VALUES (NEW."country", NEW."description", NEW."distinction", NEW."id", NEW."kind", NEW."merged_into_id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reviewed_at", NEW."reviewed_by_id", NEW."rule", NEW."score", NEW."state", NEW."withheld"); RETURN NULL;',
                    hash="e57557b0ddaf8a08b401da468f928baf9538a4e6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_6aac9",
                    table="articles_actor",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="actor",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."distinction" IS DISTINCT FROM (NEW."distinction") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."reviewed_at" IS DISTINCT FROM (NEW."reviewed_at") OR OLD."reviewed_by_id" IS DISTINCT FROM (NEW."reviewed_by_id") OR OLD."rule" IS DISTINCT FROM (NEW."rule") OR OLD."score" IS DISTINCT FROM (NEW."score") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."withheld" IS DISTINCT FROM (NEW."withheld"))',
                    func='INSERT INTO "articles_actorevent" ("country", "description", "distinction", "id", "kind", "merged_into_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewed_at", "reviewed_by_id", "rule", "score", "state", "withheld") VALUES (OLD."country", OLD."description", OLD."distinction", OLD."id", OLD."kind", OLD."merged_into_id", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."reviewed_at", OLD."reviewed_by_id", OLD."rule", OLD."score", OLD."state", OLD."withheld"); RETURN NULL;',
                    hash="f18c01ddcc13f9d0ba6ca45910612da5e8a421a3",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_95cca",
                    table="articles_actor",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="actor",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "articles_actorevent" ("country", "description", "distinction", "id", "kind", "merged_into_id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reviewed_at", "reviewed_by_id", "rule", "score", "state", "withheld") VALUES (OLD."country", OLD."description", OLD."distinction", OLD."id", OLD."kind", OLD."merged_into_id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reviewed_at", OLD."reviewed_by_id", OLD."rule", OLD."score", OLD."state", OLD."withheld"); RETURN NULL;',
                    hash="f1245bd6f18cd501096571976a950c9d9f319d97",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7a69f",
                    table="articles_actor",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (current_setting('pghistory.context_metadata', true) LIKE '%\"user\": %')",
                    func='INSERT INTO "articles_eventevent" ("country", "description", "end_basis", "end_date", "end_earliest", "end_latest", "end_precision", "id", "kind", "merged_into_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "reviewed_at", "reviewed_by_id", "rule", "score", "series_id", "session", "start_basis", "start_date", "start_earliest", "start_latest", "start_precision", "state", "title", "withheld") VALUES (NEW."country", NEW."description", NEW."end_basis", NEW."end_date", NEW."end_earliest", NEW."end_latest", NEW."end_precision", NEW."id", NEW."kind", NEW."merged_into_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."reviewed_at", NEW."reviewed_by_id", NEW."rule", NEW."score", NEW."series_id", NEW."session", NEW."start_basis", NEW."start_date", NEW."start_earliest", NEW."start_latest", NEW."start_precision", NEW."state", NEW."title", NEW."withheld"); RETURN NULL;',
                    hash="da9baaae18db839bd52b1c8f703ca8c08af9fd9a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d686f",
                    table="articles_event",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."end_basis" IS DISTINCT FROM (NEW."end_basis") OR OLD."end_date" IS DISTINCT FROM (NEW."end_date") OR OLD."end_earliest" IS DISTINCT FROM (NEW."end_earliest") OR OLD."end_latest" IS DISTINCT FROM (NEW."end_latest") OR OLD."end_precision" IS DISTINCT FROM (NEW."end_precision") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."reviewed_at" IS DISTINCT FROM (NEW."reviewed_at") OR OLD."reviewed_by_id" IS DISTINCT FROM (NEW."reviewed_by_id") OR OLD."rule" IS DISTINCT FROM (NEW."rule") OR OLD."score" IS DISTINCT FROM (NEW."score") OR OLD."series_id" IS DISTINCT FROM (NEW."series_id") OR OLD."session" IS DISTINCT FROM (NEW."session") OR OLD."start_basis" IS DISTINCT FROM (NEW."start_basis") OR OLD."start_date" IS DISTINCT FROM (NEW."start_date") OR OLD."start_earliest" IS DISTINCT FROM (NEW."start_earliest") OR OLD."start_latest" IS DISTINCT FROM (NEW."start_latest") OR OLD."start_precision" IS DISTINCT FROM (NEW."start_precision") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."withheld" IS DISTINCT FROM (NEW."withheld"))',
                    func='INSERT INTO "articles_eventevent" ("country", "description", "end_basis", "end_date", "end_earliest", "end_latest", "end_precision", "id", "kind", "merged_into_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "reviewed_at", "reviewed_by_id", "rule", "score", "series_id", "session", "start_basis", "start_date", "start_earliest", "start_latest", "start_precision", "state", "title", "withheld") VALUES (OLD."country", OLD."description", OLD."end_basis", OLD."end_date", OLD."end_earliest", OLD."end_latest", OLD."end_precision", OLD."id", OLD."kind", OLD."merged_into_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."place", OLD."reviewed_at", OLD."reviewed_by_id", OLD."rule", OLD."score", OLD."series_id", OLD."session", OLD."start_basis", OLD."start_date", OLD."start_earliest", OLD."start_latest", OLD."start_precision", OLD."state", OLD."title", OLD."withheld"); RETURN NULL;',
                    hash="0bb611be16163c71d82b0bc9120e587bdb1d9896",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f5a66",
                    table="articles_event",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "articles_eventevent" ("country", "description", "end_basis", "end_date", "end_earliest", "end_latest", "end_precision", "id", "kind", "merged_into_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "reviewed_at", "reviewed_by_id", "rule", "score", "series_id", "session", "start_basis", "start_date", "start_earliest", "start_latest", "start_precision", "state", "title", "withheld") VALUES (OLD."country", OLD."description", OLD."end_basis", OLD."end_date", OLD."end_earliest", OLD."end_latest", OLD."end_precision", OLD."id", OLD."kind", OLD."merged_into_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place", OLD."reviewed_at", OLD."reviewed_by_id", OLD."rule", OLD."score", OLD."series_id", OLD."session", OLD."start_basis", OLD."start_date", OLD."start_earliest", OLD."start_latest", OLD."start_precision", OLD."state", OLD."title", OLD."withheld"); RETURN NULL;',
                    hash="814cdd4e1ca576bddbbdddbd24fc0ffa2c4fa439",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8f697",
                    table="articles_event",
                    when="AFTER",
                ),
            ),
        ),
    ]
