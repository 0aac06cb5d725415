"""A capture says from where it was fetched, which address it claims, and whether it waits for an editor."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0024_withheld"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
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
    ]
