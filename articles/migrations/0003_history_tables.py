"""The tables that hold the history of nouns: a row for every former value."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from articles.migrations._history import append_only


class Migration(migrations.Migration):
    replaces = [
        ("articles", "0012_desk"),
    ]

    dependencies = [
        ("articles", "0002_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventSeriesEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200, verbose_name="الاسم")),
                ("description", models.TextField(blank=True, verbose_name="تعريف")),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.eventseries",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("EventSeriesEvent"),
            },
        ),
        migrations.CreateModel(
            name="SourceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200, verbose_name="الاسم")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agency", "وكالة أنباء"),
                            ("newspaper", "جريدة"),
                            ("site", "موقع إخباري"),
                            ("broadcaster", "إذاعة أو تلفزيون"),
                            ("official", "موقع رسمي"),
                            ("other", "آخر"),
                        ],
                        default="other",
                        max_length=11,
                        verbose_name="النوع",
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=80, verbose_name="البلد")),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=253),
                        blank=True,
                        default=list,
                        help_text="مثل: mapnews.ma",
                        size=None,
                        verbose_name="النطاقات",
                    ),
                ),
                (
                    "marks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="ما توقع به أخبارها، مثل: و م ع",
                        size=None,
                        verbose_name="التوقيعات",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.source",
                        verbose_name="دُمج في",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.source",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("SourceEvent"),
            },
        ),
        migrations.CreateModel(
            name="ArticleEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("title", models.CharField(max_length=500, verbose_name="العنوان")),
                (
                    "title_origin",
                    models.CharField(
                        choices=[("stated", "من النص"), ("made", "مصوغ من مطلع النص"), ("editor", "كتبه محرر")],
                        default="stated",
                        max_length=6,
                        verbose_name="أصل العنوان",
                    ),
                ),
                ("body", models.TextField(help_text="فقرات يفصل بينها سطر فارغ.", verbose_name="النص")),
                ("author", models.CharField(blank=True, max_length=200, verbose_name="الكاتب")),
                ("section", models.CharField(blank=True, max_length=100, verbose_name="القسم")),
                ("url", models.URLField(blank=True, max_length=2000, verbose_name="الرابط")),
                (
                    "date_statements",
                    models.JSONField(
                        blank=True,
                        default=list,
                        editable=False,
                        help_text="كل موضع ذُكر فيه تاريخ النشر، بلفظه ومداه.",
                        verbose_name="ما ذُكر من تواريخ النشر",
                    ),
                ),
                ("language", models.CharField(default="ar", max_length=8, verbose_name="اللغة")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "مسودة"),
                            ("published", "منشور"),
                            ("withdrawn", "مسحوب"),
                            ("deleted", "محذوف"),
                        ],
                        default="published",
                        max_length=9,
                        verbose_name="الحالة",
                    ),
                ),
                (
                    "notice",
                    models.CharField(
                        blank=True,
                        help_text="يقرؤه من يفتح عنوان المقال بعد سحبه، مثل: سُحب بطلب من الناشر.",
                        max_length=300,
                        verbose_name="سبب السحب أو الحذف",
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تمت مراجعته في"),
                ),
                (
                    "set_aside",
                    models.JSONField(
                        blank=True,
                        default=list,
                        editable=False,
                        help_text="أسطر الأصل التي ليست من متن المقال: رقم السطر ونوعه ونصه.",
                        verbose_name="ما عُزل عن النص",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="أضيف في")),
                ("published_date", models.DateField(blank=True, null=True, verbose_name="تاريخ النشر")),
                (
                    "published_precision",
                    models.CharField(
                        choices=[("day", "اليوم"), ("month", "الشهر"), ("year", "السنة"), ("unknown", "غير معروف")],
                        default="unknown",
                        max_length=7,
                        verbose_name="تاريخ النشر: الدقة",
                    ),
                ),
                (
                    "published_basis",
                    models.CharField(
                        choices=[("stated", "مذكور في النص"), ("inferred", "مستنتج"), ("editor", "وضعه محرر")],
                        default="inferred",
                        max_length=8,
                        verbose_name="تاريخ النشر: الأساس",
                    ),
                ),
                ("published_earliest", models.DateField(blank=True, null=True, verbose_name="تاريخ النشر: لا يسبق")),
                ("published_latest", models.DateField(blank=True, null=True, verbose_name="تاريخ النشر: لا يتأخر عن")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="المحرر الذي يراجع المقال، ويجده في «ما يخصني».",
                        limit_choices_to={"is_active": True, "is_staff": True},
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="في عهدة",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.article",
                        verbose_name="دُمج في",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.article",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.source",
                        verbose_name="المصدر",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("ArticleEvent"),
            },
        ),
        migrations.CreateModel(
            name="ReprintEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                (
                    "article",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "original",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.article",
                        verbose_name="النص الأول",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.reprint",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("ReprintEvent"),
            },
        ),
        migrations.CreateModel(
            name="ActorEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="الاسم المعتمد")),
                (
                    "distinction",
                    models.CharField(
                        blank=True,
                        help_text="يفرق بين فاعلين يحملان الاسم نفسه، مثل: وزير الداخلية",
                        max_length=100,
                        verbose_name="تمييز",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("person", "شخص"),
                            ("state", "دولة"),
                            ("organisation", "منظمة دولية"),
                            ("government", "جهاز حكومي"),
                            ("coalition", "تحالف أو منتدى"),
                            ("armed_group", "جماعة مسلحة أو إرهابية"),
                            ("civil", "هيئة أكاديمية أو مدنية"),
                        ],
                        max_length=12,
                        verbose_name="النوع",
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=80, verbose_name="البلد")),
                ("description", models.TextField(blank=True, verbose_name="تعريف")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.actor",
                        verbose_name="دُمج في",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.actor",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("ActorEvent"),
            },
        ),
        migrations.CreateModel(
            name="AliasEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200, verbose_name="الاسم")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("spelling", "رسم آخر"),
                            ("acronym", "اختصار"),
                            ("former", "اسم سابق"),
                            ("short", "صيغة قصيرة"),
                            ("latin", "بالحرف اللاتيني"),
                        ],
                        default="spelling",
                        max_length=8,
                        verbose_name="النوع",
                    ),
                ),
                (
                    "found_in_text",
                    models.BooleanField(
                        default=True,
                        help_text="ألغه للأسماء القصيرة الملتبسة: يوسع البحث ولا يقترح ذكرا في مقال.",
                        verbose_name="يُبحث عنه في النصوص",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.alias",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("AliasEvent"),
            },
        ),
        migrations.CreateModel(
            name="EventEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                ("title", models.CharField(max_length=300, verbose_name="العنوان")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ministerial", "اجتماع وزاري"),
                            ("conference", "مؤتمر"),
                            ("dialogue", "حوار"),
                            ("summit", "قمة"),
                            ("meeting", "اجتماع"),
                            ("report", "تقرير"),
                            ("launch", "إطلاق"),
                            ("operation", "عملية"),
                            ("attack", "هجوم"),
                            ("other", "آخر"),
                        ],
                        max_length=11,
                        verbose_name="النوع",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="المكان")),
                ("country", models.CharField(blank=True, max_length=80, verbose_name="البلد")),
                (
                    "session",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="مكانها في سلسلتها، مثل 9 للاجتماع الوزاري التاسع.",
                        null=True,
                        verbose_name="رقم الدورة",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="وصف")),
                ("start_date", models.DateField(blank=True, null=True, verbose_name="البداية")),
                (
                    "start_precision",
                    models.CharField(
                        choices=[("day", "اليوم"), ("month", "الشهر"), ("year", "السنة"), ("unknown", "غير معروف")],
                        default="unknown",
                        max_length=7,
                        verbose_name="البداية: الدقة",
                    ),
                ),
                (
                    "start_basis",
                    models.CharField(
                        choices=[("stated", "مذكور في النص"), ("inferred", "مستنتج"), ("editor", "وضعه محرر")],
                        default="inferred",
                        max_length=8,
                        verbose_name="البداية: الأساس",
                    ),
                ),
                ("start_earliest", models.DateField(blank=True, null=True, verbose_name="البداية: لا يسبق")),
                ("start_latest", models.DateField(blank=True, null=True, verbose_name="البداية: لا يتأخر عن")),
                ("end_date", models.DateField(blank=True, null=True, verbose_name="النهاية")),
                (
                    "end_precision",
                    models.CharField(
                        choices=[("day", "اليوم"), ("month", "الشهر"), ("year", "السنة"), ("unknown", "غير معروف")],
                        default="unknown",
                        max_length=7,
                        verbose_name="النهاية: الدقة",
                    ),
                ),
                (
                    "end_basis",
                    models.CharField(
                        choices=[("stated", "مذكور في النص"), ("inferred", "مستنتج"), ("editor", "وضعه محرر")],
                        default="inferred",
                        max_length=8,
                        verbose_name="النهاية: الأساس",
                    ),
                ),
                ("end_earliest", models.DateField(blank=True, null=True, verbose_name="النهاية: لا يسبق")),
                ("end_latest", models.DateField(blank=True, null=True, verbose_name="النهاية: لا يتأخر عن")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.event",
                        verbose_name="دُمج في",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.event",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.eventseries",
                        verbose_name="السلسلة",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("EventEvent"),
            },
        ),
        migrations.CreateModel(
            name="ParticipationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("host", "مضيف"),
                            ("co_chair", "رئيس مشارك"),
                            ("convener", "داع"),
                            ("participant", "مشارك"),
                            ("speaker", "متحدث"),
                            ("publisher", "ناشر"),
                            ("subject", "موضوع"),
                        ],
                        default="participant",
                        max_length=11,
                        verbose_name="الدور",
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.participation",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("ParticipationEvent"),
            },
        ),
        migrations.CreateModel(
            name="MentionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                (
                    "spans",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=django.contrib.postgres.fields.ArrayField(
                            base_field=models.PositiveIntegerField(), size=2
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="المواضع",
                    ),
                ),
                (
                    "quotes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None, verbose_name="كما وردت"
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=200, verbose_name="الصفة كما وردت")),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.mention",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("MentionEvent"),
            },
        ),
        migrations.CreateModel(
            name="CoverageEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                (
                    "article",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.coverage",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("CoverageEvent"),
            },
        ),
        migrations.CreateModel(
            name="MeasureEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("label", models.CharField(max_length=120, verbose_name="المقياس")),
                (
                    "units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="مثل: وفد، وفدا، وفود",
                        size=None,
                        verbose_name="الوحدات",
                    ),
                ),
                (
                    "broad_units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="مثل: شخص، أشخاص",
                        size=None,
                        verbose_name="وحدات عامة",
                    ),
                ),
                (
                    "cues",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="أوائل كلمات إن وردت في الجملة دلت الوحدة العامة على هذا المقياس، مثل: القبض، اعتق، أوقف",
                        size=None,
                        verbose_name="قرائن",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.measure",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("MeasureEvent"),
            },
        ),
        migrations.CreateModel(
            name="FigureEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                ("value", models.DecimalField(decimal_places=4, max_digits=24, verbose_name="القيمة")),
                (
                    "value_high",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=24, null=True, verbose_name="القيمة العليا"
                    ),
                ),
                (
                    "qualifier",
                    models.CharField(
                        choices=[
                            ("exactly", "بالضبط"),
                            ("more_than", "أكثر من"),
                            ("at_least", "على الأقل"),
                            ("about", "نحو"),
                            ("at_most", "على الأكثر"),
                            ("between", "بين"),
                        ],
                        default="exactly",
                        max_length=9,
                        verbose_name="الصفة",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=120, verbose_name="الوحدة كما وردت")),
                (
                    "about",
                    models.CharField(
                        blank=True, help_text="بقية الجملة بعد الوحدة.", max_length=200, verbose_name="عمّا هو"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        blank=True,
                        help_text="مكان يخصه الرقم دون غيره، أو «متوقع»؛ لا تُقارن أرقام يختلف نطاقها.",
                        max_length=120,
                        verbose_name="نطاقه",
                    ),
                ),
                ("period_start", models.DateField(blank=True, null=True, verbose_name="بداية المدة")),
                ("period_end", models.DateField(blank=True, null=True, verbose_name="نهاية المدة")),
                ("quote", models.TextField(verbose_name="النص الحرفي")),
                ("start", models.PositiveIntegerField(blank=True, null=True, verbose_name="من")),
                ("end", models.PositiveIntegerField(blank=True, null=True, verbose_name="إلى")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.measure",
                        verbose_name="المقياس",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.figure",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("FigureEvent"),
            },
        ),
        migrations.CreateModel(
            name="ContradictionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "مقترح آليا"), ("confirmed", "مؤكد"), ("rejected", "مرفوض")],
                        default="confirmed",
                        max_length=9,
                        verbose_name="حالة المراجعة",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        help_text="القاعدة الآلية التي اقترحت هذه المعلومة.",
                        max_length=80,
                        verbose_name="القاعدة",
                    ),
                ),
                ("score", models.FloatField(blank=True, null=True, verbose_name="الدرجة")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تاريخ المراجعة"),
                ),
                ("scope", models.CharField(blank=True, max_length=120, verbose_name="النطاق")),
                ("is_open", models.BooleanField(default=True, verbose_name="قائم")),
                ("found_at", models.DateTimeField(auto_now_add=True, verbose_name="كُشف في")),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="articles.measure",
                        verbose_name="المقياس",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.contradiction",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("ContradictionEvent"),
            },
        ),
        migrations.CreateModel(
            name="SynonymSetEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
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
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history",
                        to="articles.synonymset",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغيير",
                "verbose_name_plural": "تغييرات",
                "abstract": False,
                "triggers": append_only("SynonymSetEvent"),
            },
        ),
    ]
