"""The tables of the archive's nouns, with their indexes, constraints and the triggers that keep their history."""

import datetime
import uuid
from decimal import Decimal

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from articles.migrations._history import kept_history


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("articles", "0002_nouns"),
        ("articles", "0003_spans"),
        ("articles", "0004_editors"),
        ("articles", "0005_lexemes"),
        ("articles", "0006_search_terms"),
        ("articles", "0007_synonyms"),
        ("articles", "0008_tallies"),
        ("articles", "0009_index_only"),
        ("articles", "0010_anything_brought"),
        ("articles", "0011_harvested"),
    ]

    dependencies = [
        ("articles", "0001_functions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EventSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="الاسم")),
                ("description", models.TextField(blank=True, verbose_name="تعريف")),
            ],
            options={
                "verbose_name": "سلسلة فعاليات",
                "verbose_name_plural": "سلاسل الفعاليات",
                "ordering": ["name"],
                "triggers": kept_history("EventSeries", "description id name"),
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="الاسم")),
                ("folded_name", models.CharField(editable=False, max_length=200)),
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
                    "folded_marks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, editable=False, size=None
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="articles.source",
                        verbose_name="دُمج في",
                    ),
                ),
            ],
            options={
                "verbose_name": "مصدر",
                "verbose_name_plural": "المصادر",
                "ordering": ["folded_name", "id"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("folded_name", name="gin_trgm_ops"), name="source_alike"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("merged_into__isnull", True)),
                        fields=("folded_name",),
                        name="source_one_name",
                        violation_error_message="يوجد مصدر بهذا الاسم.",
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="source_named"),
                ],
                "permissions": [("merge_source", "يدمج المصادر")],
                "triggers": kept_history("Source", "country domains id kind marks merged_into_id name", derived=True),
            },
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "published_order",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("published_date"),
                            models.F("published_earliest"),
                            models.Value(datetime.date(1, 1, 1)),
                        ),
                        output_field=models.DateField(),
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
                ("word_count", models.PositiveIntegerField(default=0, editable=False, verbose_name="عدد الكلمات")),
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
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="عُدل في")),
                (
                    "search_vector",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("title"), models.F("body"), function="archive_vector"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
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
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="articles.article",
                        verbose_name="دُمج في",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="articles",
                        to="articles.source",
                        verbose_name="المصدر",
                    ),
                ),
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
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="المحرر الذي يراجع المقال، ويجده في «ما يخصني».",
                        limit_choices_to={"is_active": True, "is_staff": True},
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="في عهدة",
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="تمت مراجعته في"),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
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
            ],
            options={
                "verbose_name": "مقال",
                "verbose_name_plural": "المقالات",
                "get_latest_by": "published_order",
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("published_order"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="article_newest",
                    ),
                    models.Index(fields=["published_earliest", "published_latest"], name="article_interval"),
                    models.Index(fields=["status", "-created_at"], name="article_status_created"),
                    django.contrib.postgres.indexes.GinIndex(
                        models.Func(
                            models.F("search_vector"),
                            models.F("word_count"),
                            function="archive_terms",
                            output_field=django.contrib.postgres.search.SearchVectorField(),
                        ),
                        fastupdate=False,
                        name="article_terms",
                    ),
                    models.Index(
                        models.OrderBy(models.F("published_order"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("published_precision__in", ("year", "unknown"))),
                        name="article_vague_newest",
                    ),
                    models.Index(fields=["updated_at", "id"], name="article_updated"),
                    models.Index(
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("checked_at__isnull", True)),
                        name="article_unchecked",
                    ),
                    models.Index(
                        models.F("assigned_to"),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("assigned_to__isnull", False), ("checked_at__isnull", True)),
                        name="article_assigned",
                    ),
                    models.Index(
                        models.F("source"),
                        models.OrderBy(models.F("published_order"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("merged_into__isnull", True), ("status", "published")),
                        name="article_source_public",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_earliest__isnull", True),
                            ("published_latest__isnull", True),
                            ("published_earliest__lte", models.F("published_latest")),
                            _connector="OR",
                        ),
                        name="article_published_in_order",
                        violation_error_message="أقدم تاريخ ممكن يجب ألا يأتي بعد أحدث تاريخ ممكن.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_date__isnull", True), ("published_precision", "unknown")),
                            models.Q(
                                ("published_date__isnull", False),
                                ("published_earliest__isnull", False),
                                ("published_latest__isnull", False),
                                ("published_earliest", models.F("published_date")),
                                ("published_latest", models.F("published_date")),
                                ("published_precision", "day"),
                            ),
                            models.Q(
                                ("published_date__isnull", False),
                                ("published_earliest__isnull", False),
                                ("published_latest__isnull", False),
                                ("published_date__day", 1),
                                ("published_earliest__year", models.F("published_date__year")),
                                ("published_latest__year", models.F("published_date__year")),
                                ("published_earliest", models.F("published_date")),
                                ("published_latest__day__gte", 28),
                                ("published_latest__month", models.F("published_date__month")),
                                ("published_precision", "month"),
                            ),
                            models.Q(
                                ("published_date__isnull", False),
                                ("published_earliest__isnull", False),
                                ("published_latest__isnull", False),
                                ("published_date__day", 1),
                                ("published_earliest__year", models.F("published_date__year")),
                                ("published_latest__year", models.F("published_date__year")),
                                ("published_date__month", 1),
                                ("published_earliest", models.F("published_date")),
                                ("published_latest__day", 31),
                                ("published_latest__month", 12),
                                ("published_precision", "year"),
                            ),
                            _connector="OR",
                        ),
                        name="article_published_precision",
                        violation_error_message="التاريخ ودقته والمدى الممكن له لا تتفق.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("body", ""), _negated=True)
                        ),
                        name="article_title_and_body",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("url", ""), _negated=True),
                        fields=("url",),
                        name="article_one_url",
                        violation_error_message="في الأرشيف مقال آخر بهذا الرابط.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "published", "withdrawn", "deleted"])),
                        name="article_status_known",
                    ),
                ],
                "permissions": [
                    ("withdraw_article", "يسحب المقالات ويحذفها"),
                    ("ingest_article", "يرفع ملفات ويجلب صفحات"),
                ],
                "triggers": kept_history(
                    "Article",
                    "assigned_to_id author body checked_at checked_by_id created_at date_statements id language merged_into_id notice published_basis published_date published_earliest published_latest published_precision section set_aside source_id status title title_origin url",
                    derived=True,
                ),
            },
        ),
        migrations.CreateModel(
            name="Capture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="SHA-256")),
                ("size", models.PositiveBigIntegerField(verbose_name="الحجم بالبايت")),
                ("media_type", models.CharField(max_length=100, verbose_name="نوع الملف")),
                ("encoding", models.CharField(blank=True, max_length=40, verbose_name="الترميز")),
                ("filename", models.CharField(blank=True, max_length=255, verbose_name="اسم الملف")),
                (
                    "address",
                    models.CharField(
                        blank=True,
                        help_text="من أين جاء: رابط أو موضع الملف عند الاستيراد.",
                        max_length=2000,
                        verbose_name="العنوان",
                    ),
                ),
                ("captured_at", models.DateTimeField(verbose_name="التُقط في")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="captures",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
            ],
            options={
                "verbose_name": "نسخة أصلية",
                "verbose_name_plural": "النسخ الأصلية",
                "ordering": ["-captured_at", "-id"],
                "indexes": [
                    models.Index(fields=["filename"], name="capture_filename"),
                    models.Index(fields=["address"], name="capture_address"),
                    models.Index(fields=["article", "-captured_at"], name="capture_latest"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("article", "sha256"), name="capture_once_per_article"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="capture_sha256_is_hex"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=2000, verbose_name="الاسم")),
                ("stored_as", models.CharField(blank=True, editable=False, max_length=200)),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="الحجم بالبايت")),
                ("format", models.CharField(default="auto", max_length=10, verbose_name="الصيغة")),
                ("encoding", models.CharField(blank=True, max_length=40, verbose_name="الترميز")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "ينتظر"), ("running", "جار"), ("finished", "انتهى"), ("failed", "تعذر")],
                        default="waiting",
                        max_length=8,
                        verbose_name="الحالة",
                    ),
                ),
                ("brought_at", models.DateTimeField(auto_now_add=True, verbose_name="أُحضر في")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="بدأ في")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="انتهى في")),
                ("created", models.PositiveIntegerField(default=0, verbose_name="مقالات جديدة")),
                ("updated", models.PositiveIntegerField(default=0, verbose_name="نسخ جديدة")),
                ("unchanged", models.PositiveIntegerField(default=0, verbose_name="معروف من قبل")),
                ("failed", models.PositiveIntegerField(default=0, verbose_name="تعذر")),
                ("failures", models.JSONField(blank=True, default=list, verbose_name="ما تعذر")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="عولج في")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="أحضره",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="عالجه",
                    ),
                ),
            ],
            options={
                "verbose_name": "واردة",
                "verbose_name_plural": "الواردات",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("settled_at__isnull", True), models.Q(("failed", 0), ("state", "finished"), _negated=True)
                        ),
                        fields=["-id"],
                        name="delivery_troubled",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "running", "finished", "failed"])),
                        name="delivery_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuthorityEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=400)),
                ("digest", models.CharField(max_length=64)),
                ("applied_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "مدخل في ملف الضبط",
                "verbose_name_plural": "مداخل ملف الضبط",
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="authority_entry_once")],
            },
        ),
        migrations.CreateModel(
            name="Fingerprint",
            fields=[
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fingerprint",
                        serialize=False,
                        to="articles.article",
                    ),
                ),
                ("text_hash", models.BigIntegerField(db_index=True)),
                (
                    "bands",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "بصمة نص",
                "verbose_name_plural": "بصمات النصوص",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["bands"], name="fingerprint_bands"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reprint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reprint",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "original",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reprints",
                        to="articles.article",
                        verbose_name="النص الأول",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "إعادة نشر",
                "verbose_name_plural": "إعادات النشر",
                "indexes": [
                    models.Index(fields=["state", "id"], name="reprint_state"),
                    models.Index(
                        condition=models.Q(("state", "suggested")), fields=["score", "id"], name="reprint_waiting"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("article", models.F("original")), _negated=True), name="reprint_of_another"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="reprint_state_known",
                    ),
                ],
                "triggers": kept_history(
                    "Reprint", "article_id id original_id reviewed_at reviewed_by_id rule score state"
                ),
            },
        ),
        migrations.CreateModel(
            name="Actor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("folded_name", models.CharField(editable=False, max_length=200)),
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
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="articles.actor",
                        verbose_name="دُمج في",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "فاعل",
                "verbose_name_plural": "الفاعلون",
                "ordering": ["folded_name", "id"],
                "indexes": [
                    models.Index(fields=["kind", "folded_name"], name="actor_kind_name"),
                    models.Index(fields=["state", "id"], name="actor_state"),
                    models.Index(
                        condition=models.Q(("state", "suggested")), fields=["score", "id"], name="actor_waiting"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("folded_name", name="gin_trgm_ops"), name="actor_alike"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("merged_into__isnull", True)),
                        fields=("folded_name", "distinction"),
                        name="actor_one_canonical_name",
                        violation_error_message="يوجد فاعل بهذا الاسم؛ أضف تمييزا إن كانا مختلفين.",
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="actor_named"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["person", "state", "organisation", "government", "coalition", "armed_group", "civil"],
                            )
                        ),
                        name="actor_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="actor_state_known",
                    ),
                ],
                "permissions": [("merge_actor", "يدمج الفاعلين ويفصلهم")],
                "triggers": kept_history(
                    "Actor",
                    "country description distinction id kind merged_into_id name reviewed_at reviewed_by_id rule score state",
                    derived=True,
                ),
            },
        ),
        migrations.CreateModel(
            name="Alias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="الاسم")),
                ("folded", models.CharField(editable=False, max_length=200)),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="aliases",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
            ],
            options={
                "verbose_name": "اسم آخر",
                "verbose_name_plural": "الأسماء الأخرى",
                "ordering": ["id"],
                "indexes": [
                    models.Index(fields=["folded"], name="alias_folded"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("folded", name="gin_trgm_ops"), name="alias_alike"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("actor", "folded"),
                        name="alias_once_per_actor",
                        violation_error_message="هذا الاسم مسجل لهذا الفاعل.",
                    ),
                    models.CheckConstraint(condition=models.Q(("folded", ""), _negated=True), name="alias_has_letters"),
                ],
                "triggers": kept_history("Alias", "actor_id found_in_text id kind name", derived=True),
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("folded_title", models.CharField(editable=False, max_length=300)),
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
                (
                    "start_order",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("start_date"), models.F("start_earliest"), models.Value(datetime.date(1, 1, 1))
                        ),
                        output_field=models.DateField(),
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="المكان")),
                ("country", models.CharField(blank=True, max_length=80, verbose_name="البلد")),
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
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="articles.event",
                        verbose_name="دُمج في",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="events",
                        to="articles.eventseries",
                        verbose_name="السلسلة",
                    ),
                ),
                (
                    "periods",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, editable=False, size=None
                    ),
                ),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, editable=False, size=None
                    ),
                ),
                (
                    "session",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="مكانها في سلسلتها، مثل 9 للاجتماع الوزاري التاسع.",
                        null=True,
                        verbose_name="رقم الدورة",
                    ),
                ),
            ],
            options={
                "verbose_name": "فعالية",
                "verbose_name_plural": "الفعاليات",
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("start_order"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="event_newest",
                    ),
                    models.Index(fields=["kind", "-start_order"], name="event_kind_newest"),
                    models.Index(fields=["folded_title"], name="event_title"),
                    models.Index(fields=["state", "id"], name="event_state"),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["terms", "periods"], name="event_terms"
                    ),
                    models.Index(
                        condition=models.Q(("state", "suggested")), fields=["score", "id"], name="event_waiting"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("folded_title", name="gin_trgm_ops"), name="event_alike"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("start_earliest__isnull", True),
                            ("start_latest__isnull", True),
                            ("start_earliest__lte", models.F("start_latest")),
                            _connector="OR",
                        ),
                        name="event_start_in_order",
                        violation_error_message="أقدم تاريخ ممكن يجب ألا يأتي بعد أحدث تاريخ ممكن.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("start_date__isnull", True), ("start_precision", "unknown")),
                            models.Q(
                                ("start_date__isnull", False),
                                ("start_earliest__isnull", False),
                                ("start_latest__isnull", False),
                                ("start_earliest", models.F("start_date")),
                                ("start_latest", models.F("start_date")),
                                ("start_precision", "day"),
                            ),
                            models.Q(
                                ("start_date__isnull", False),
                                ("start_earliest__isnull", False),
                                ("start_latest__isnull", False),
                                ("start_date__day", 1),
                                ("start_earliest__year", models.F("start_date__year")),
                                ("start_latest__year", models.F("start_date__year")),
                                ("start_earliest", models.F("start_date")),
                                ("start_latest__day__gte", 28),
                                ("start_latest__month", models.F("start_date__month")),
                                ("start_precision", "month"),
                            ),
                            models.Q(
                                ("start_date__isnull", False),
                                ("start_earliest__isnull", False),
                                ("start_latest__isnull", False),
                                ("start_date__day", 1),
                                ("start_earliest__year", models.F("start_date__year")),
                                ("start_latest__year", models.F("start_date__year")),
                                ("start_date__month", 1),
                                ("start_earliest", models.F("start_date")),
                                ("start_latest__day", 31),
                                ("start_latest__month", 12),
                                ("start_precision", "year"),
                            ),
                            _connector="OR",
                        ),
                        name="event_start_precision",
                        violation_error_message="التاريخ ودقته والمدى الممكن له لا تتفق.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_earliest__isnull", True),
                            ("end_latest__isnull", True),
                            ("end_earliest__lte", models.F("end_latest")),
                            _connector="OR",
                        ),
                        name="event_end_in_order",
                        violation_error_message="أقدم تاريخ ممكن يجب ألا يأتي بعد أحدث تاريخ ممكن.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_date__isnull", True), ("end_precision", "unknown")),
                            models.Q(
                                ("end_date__isnull", False),
                                ("end_earliest__isnull", False),
                                ("end_latest__isnull", False),
                                ("end_earliest", models.F("end_date")),
                                ("end_latest", models.F("end_date")),
                                ("end_precision", "day"),
                            ),
                            models.Q(
                                ("end_date__isnull", False),
                                ("end_earliest__isnull", False),
                                ("end_latest__isnull", False),
                                ("end_date__day", 1),
                                ("end_earliest__year", models.F("end_date__year")),
                                ("end_latest__year", models.F("end_date__year")),
                                ("end_earliest", models.F("end_date")),
                                ("end_latest__day__gte", 28),
                                ("end_latest__month", models.F("end_date__month")),
                                ("end_precision", "month"),
                            ),
                            models.Q(
                                ("end_date__isnull", False),
                                ("end_earliest__isnull", False),
                                ("end_latest__isnull", False),
                                ("end_date__day", 1),
                                ("end_earliest__year", models.F("end_date__year")),
                                ("end_latest__year", models.F("end_date__year")),
                                ("end_date__month", 1),
                                ("end_earliest", models.F("end_date")),
                                ("end_latest__day", 31),
                                ("end_latest__month", 12),
                                ("end_precision", "year"),
                            ),
                            _connector="OR",
                        ),
                        name="event_end_precision",
                        violation_error_message="التاريخ ودقته والمدى الممكن له لا تتفق.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("start_date__isnull", True),
                            ("end_latest__isnull", True),
                            ("end_latest__gte", models.F("start_date")),
                            _connector="OR",
                        ),
                        name="event_dates_in_order",
                        violation_error_message="لا تنتهي الفعالية قبل أن تبدأ.",
                    ),
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="event_titled"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "ministerial",
                                    "conference",
                                    "dialogue",
                                    "summit",
                                    "meeting",
                                    "report",
                                    "launch",
                                    "operation",
                                    "attack",
                                    "other",
                                ],
                            )
                        ),
                        name="event_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="event_state_known",
                    ),
                ],
                "permissions": [("merge_event", "يدمج الفعاليات ويفصلها")],
                "triggers": kept_history(
                    "Event",
                    "country description end_basis end_date end_earliest end_latest end_precision id kind merged_into_id place reviewed_at reviewed_by_id rule score series_id session start_basis start_date start_earliest start_latest start_precision state title",
                    derived=True,
                ),
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "مشاركة",
                "verbose_name_plural": "المشاركات",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["actor", "-event"], name="participation_latest")],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "actor", "role"), name="participation_once_per_role"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                ["host", "co_chair", "convener", "participant", "speaker", "publisher", "subject"],
                            )
                        ),
                        name="participation_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="participation_state_known",
                    ),
                ],
                "triggers": kept_history(
                    "Participation", "actor_id event_id id reviewed_at reviewed_by_id role rule score state"
                ),
            },
        ),
        migrations.AddField(
            model_name="event",
            name="actors",
            field=models.ManyToManyField(
                related_name="events", through="articles.Participation", to="articles.actor", verbose_name="المشاركون"
            ),
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=200, verbose_name="الصفة كما وردت")),
            ],
            options={
                "verbose_name": "ذكر",
                "verbose_name_plural": "مواضع الذكر",
                "indexes": [
                    models.Index(fields=["state", "id"], name="mention_state"),
                    models.Index(fields=["actor", "article"], include=("state",), name="mention_actor_article"),
                    models.Index(
                        condition=models.Q(("state", "suggested")), fields=["score", "id"], name="mention_waiting"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("spans__len", models.F("quotes__len")),
                            models.Q(("quotes", []), ("spans", [])),
                            _connector="OR",
                        ),
                        name="mention_quote_per_span",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="mention_state_known",
                    ),
                    models.UniqueConstraint(
                        fields=("article", "actor"), include=("state",), name="mention_once_per_article"
                    ),
                ],
                "triggers": kept_history(
                    "Mention", "actor_id article_id id quotes reviewed_at reviewed_by_id role rule score spans state"
                ),
            },
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverages",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coverages",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
            ],
            options={
                "verbose_name": "تغطية",
                "verbose_name_plural": "التغطيات",
                "indexes": [
                    models.Index(fields=["state", "id"], name="coverage_state"),
                    models.Index(fields=["event", "article"], include=("state",), name="coverage_event_article"),
                    models.Index(
                        condition=models.Q(("state", "suggested")), fields=["score", "id"], name="coverage_waiting"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="coverage_state_known",
                    ),
                    models.UniqueConstraint(
                        fields=("article", "event"), include=("state",), name="coverage_once_per_article"
                    ),
                ],
                "triggers": kept_history(
                    "Coverage", "article_id event_id id reviewed_at reviewed_by_id rule score state"
                ),
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=120, unique=True, verbose_name="المقياس")),
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
            ],
            options={
                "verbose_name": "مقياس",
                "verbose_name_plural": "المقاييس",
                "ordering": ["label"],
                "triggers": kept_history("Measure", "broad_units cues id label units"),
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("period_start", models.DateField(blank=True, null=True, verbose_name="بداية المدة")),
                ("period_end", models.DateField(blank=True, null=True, verbose_name="نهاية المدة")),
                ("quote", models.TextField(verbose_name="النص الحرفي")),
                ("start", models.PositiveIntegerField(blank=True, null=True, verbose_name="من")),
                ("end", models.PositiveIntegerField(blank=True, null=True, verbose_name="إلى")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="figures",
                        to="articles.actor",
                        verbose_name="الفاعل",
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figures",
                        to="articles.article",
                        verbose_name="المقال",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="figures",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="figures",
                        to="articles.measure",
                        verbose_name="المقياس",
                    ),
                ),
                (
                    "about",
                    models.CharField(
                        blank=True, help_text="بقية الجملة بعد الوحدة.", max_length=200, verbose_name="عمّا هو"
                    ),
                ),
                (
                    "high",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(qualifier__in=("more_than", "at_least"), then=models.Value(None)),
                            models.When(
                                qualifier="about",
                                then=django.db.models.expressions.CombinedExpression(
                                    models.F("value"), "*", models.Value(Decimal("1.1"))
                                ),
                            ),
                            models.When(qualifier="between", then=models.F("value_high")),
                            default=models.F("value"),
                            output_field=models.DecimalField(decimal_places=4, max_digits=25),
                        ),
                        output_field=models.DecimalField(decimal_places=4, max_digits=25),
                    ),
                ),
                (
                    "low",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(qualifier="at_most", then=models.Value(None)),
                            models.When(
                                qualifier="about",
                                then=django.db.models.expressions.CombinedExpression(
                                    models.F("value"), "*", models.Value(Decimal("0.9"))
                                ),
                            ),
                            models.When(
                                qualifier="more_than",
                                then=django.db.models.expressions.CombinedExpression(
                                    models.F("value"), "+", models.Value(Decimal("0.0001"))
                                ),
                            ),
                            default=models.F("value"),
                            output_field=models.DecimalField(decimal_places=4, max_digits=25),
                        ),
                        output_field=models.DecimalField(decimal_places=4, max_digits=25),
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
            ],
            options={
                "verbose_name": "رقم",
                "verbose_name_plural": "الأرقام",
                "indexes": [
                    models.Index(fields=["measure", "value"], name="figure_measure_value"),
                    models.Index(fields=["event", "measure"], name="figure_event_measure"),
                    models.Index(fields=["state", "id"], name="figure_state"),
                    models.Index(
                        condition=models.Q(("state", "suggested")), fields=["score", "id"], name="figure_waiting"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("article", "start", "end"), name="figure_once_per_span"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end__isnull", True), ("start__isnull", True)),
                            models.Q(
                                ("end__gt", models.F("start")),
                                (
                                    "quote__code_points",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("end"), "-", models.F("start")
                                    ),
                                ),
                                ("start__gte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="figure_span_is_quote_long",
                        violation_error_message="موضع الرقم لا يطابق طول النص الحرفي.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("qualifier", "between"),
                                ("value_high__gt", models.F("value")),
                                ("value_high__isnull", False),
                            ),
                            models.Q(models.Q(("qualifier", "between"), _negated=True), ("value_high__isnull", True)),
                            _connector="OR",
                        ),
                        name="figure_value_fits_qualifier",
                        violation_error_message="القيمة العليا تُكتب للمدى «بين … و…» وحده، وهي أكبر من القيمة.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("period_start__isnull", True),
                            ("period_end__isnull", True),
                            ("period_start__lte", models.F("period_end")),
                            _connector="OR",
                        ),
                        name="figure_period_in_order",
                        violation_error_message="بداية المدة يجب ألا تأتي بعد نهايتها.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("qualifier__in", ["exactly", "more_than", "at_least", "about", "at_most", "between"])
                        ),
                        name="figure_qualifier_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="figure_state_known",
                    ),
                ],
                "triggers": kept_history(
                    "Figure",
                    "about actor_id article_id end event_id id measure_id period_end period_start qualifier quote reviewed_at reviewed_by_id rule scope score start state unit value value_high",
                    derived=True,
                ),
            },
        ),
        migrations.CreateModel(
            name="Contradiction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contradictions",
                        to="articles.event",
                        verbose_name="الفعالية",
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contradictions",
                        to="articles.measure",
                        verbose_name="المقياس",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="راجعه",
                    ),
                ),
            ],
            options={
                "verbose_name": "تعارض أرقام",
                "verbose_name_plural": "أرقام متعارضة",
                "indexes": [
                    models.Index(fields=["state", "id"], name="contradiction_state"),
                    models.Index(
                        condition=models.Q(("is_open", True)), fields=["-found_at", "-id"], name="contradiction_newest"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "measure", "scope"), name="contradiction_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["suggested", "confirmed", "rejected"])),
                        name="contradiction_state_known",
                    ),
                ],
                "triggers": kept_history(
                    "Contradiction",
                    "event_id found_at id is_open measure_id reviewed_at reviewed_by_id rule scope score state",
                ),
            },
        ),
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
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["folded"], name="synonyms_folded_gin")],
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
                "triggers": kept_history("SynonymSet", "id in_use kind words", derived=True),
            },
        ),
        migrations.CreateModel(
            name="Apart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("noun", models.CharField(max_length=20)),
                ("lower_key", models.BigIntegerField(db_column="one")),
                ("higher_key", models.BigIntegerField(db_column="other")),
                ("said_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("noun", "lower_key", "higher_key"), name="apart_once"),
                    models.CheckConstraint(
                        condition=models.Q(("lower_key__lt", models.F("higher_key"))), name="apart_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("archive", "كل المقالات"),
                            ("actor", "فاعل"),
                            ("event", "فعالية"),
                            ("source", "مصدر"),
                            ("month", "شهر"),
                        ],
                        max_length=7,
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("articles", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), include=("articles",), name="tally_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["archive", "actor", "event", "source", "month"])),
                        name="tally_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("slot", models.AutoField(primary_key=True, serialize=False)),
                ("changes", models.BigIntegerField(default=0)),
                ("epoch", models.UUIDField(default=uuid.uuid4)),
            ],
        ),
    ]
