"""The wording of the desk: every page of every noun is in plain Arabic for every role, numbers agree with nouns, and
dates are in their order.
"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.forms import DecimalField
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import trans_real
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from lxml import html

from articles.admin import words
from articles.admin.pages import shared_pages
from articles.curation.changes import changes_of
from articles.curation.row_marks import overtaken, row_mark
from articles.models import Actor, Article, Delivery, Event, EventSeries, Figure, Mention, Source, SynonymSet
from articles.site.differences import differences
from articles.site.words_for import ago, file_size, moment, since
from tests.admin.conftest import account
from tests.admin.posting import act, changelist, form_of

pytestmark = pytest.mark.django_db
# Names of formats, protocols and programs, and literal input, may stand in Arabic sentences.
_LATIN = re.compile(
    r"\b(?:WARC|WACZ|CSV|JSON|TOML|HTML|TOTP|SHA-256|MIME|robots\.txt|windows-1256|UTF-8|pbkdf2_sha256|sha256"
    r"|https?://\S+|[\w.-]+@[\w.-]+|(?:[a-z\d-]+\.)+[a-z]{2,}|[\w-]+\.(?:md|txt|html|warc\.gz|csv|jsonl|toml)\S*)"
)
# Two adjacent English words, a Python name, or an object without a name.
_ENGLISH = re.compile(r"[A-Za-z]{3,}[ _-]+[A-Za-z]{2,}|\bobject \(|[A-Za-z]+_[a-z]+")
_WRONG = (
    "نجحت إضافة",
    "المستخدمون المحدّدة",
    "لتغييره",
    "علاقات",
    "لا مرات",
    "منذ 0",
    "منذ 1 ",
    "2 ال",
    "1 ال",
    "3 ال",
    "كلمة السر",
    "كلمة سر",
    "العامل الثاني",
)
# Nodes that hold data: Latin names of the archive, code to type, texts in English.
_DATA = (
    "//bdi | //code | //kbd | //script | //style | //textarea | //*[@lang='en'] | //*[@dir='ltr']"
    " | //select[contains(@name, 'perm')]"
)
PASSWORD = "كلمة-مرور-طويلة-1"


def texts_of(page: str) -> Iterator[str]:
    """Yields the texts of a page that the desk itself wrote, in elements and in attributes that are read aloud."""
    tree = html.fromstring(page)
    for node in tree.xpath(_DATA):
        node.drop_tree()
    for node in tree.xpath("//body//*"):
        if isinstance(node.tag, str):
            yield from (text for text in (node.text, node.tail) if text and text.strip())
            yield from (node.get(name) for name in ("title", "alt", "aria-label", "placeholder") if node.get(name))


def english_in(page: str) -> list[str]:
    """Returns the texts of a page that contain English."""
    return [text.strip()[:80] for text in texts_of(page) if _ENGLISH.search(_LATIN.sub("", text))]


@pytest.fixture
def rows(seed: Any) -> None:
    """At least one row of every noun."""
    EventSeries.objects.create(name="سلسلة")
    SynonymSet.objects.create(words=["ملتقى", "منتدى"])
    Delivery.objects.create(name="خبر.txt", state="finished")
    user = User.objects.create_user("منير", password=PASSWORD, is_staff=True)
    user.groups.add(*Group.objects.all()[:2])
    TOTPDevice.objects.create(user=user, name="هاتف")
    StaticDevice.objects.create(user=user, name="رموز")
    for model, texts_of in ((AccessLog, {}), (AccessAttempt, {"failures_since_start": 1}), (AccessFailureLog, {})):
        model.objects.create(username="منير", ip_address="192.0.2.1", user_agent="متصفح", **texts_of)


def pages_of_nouns(user: User) -> Iterator[str]:
    """Yields the addresses of the list and the forms of every noun."""
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{base}_changelist")
        yield reverse(f"{base}_add")
        for row in model._default_manager.order_by("pk")[:1]:
            for page in ("change", "delete", "history"):
                yield reverse(f"{base}_{page}", args=[row.pk])


def pages_of_the_desk() -> Iterator[str]:
    """Yields the addresses of the desk's own pages."""
    article, actors = Article.objects.order_by("id").first(), Actor.objects.order_by("id")[:2]
    keys = {"merge": ["actor"], "split": [actors[0].pk], "new_name": [actors[0].pk], "review": [article.pk],
            "series_order": [EventSeries.objects.first().pk]}  # fmt: skip
    for page in shared_pages():
        if page.name in {"names", "review_release", "authority_file", "operation", "decide-capture"}:
            continue
        try:
            address = reverse(f"admin:{page.name}", args=keys.get(page.name, []))
        except NoReverseMatch:
            pytest.fail(f"no arguments are given here for the page {page.name}")
        yield address + (f"?rows={actors[0].pk},{actors[1].pk}" if page.name == "merge" else "")
    yield reverse("admin:index")
    yield reverse("admin:articles_article_cleaning", args=[article.pk])
    yield reverse("admin:articles_article_withdraw", args=[article.pk])
    yield reverse("admin:auth_user_password_change", args=[account("حساب").pk])
    without = account("حساب بلا كلمة مرور")
    without.set_unusable_password()
    without.save()
    yield reverse("admin:auth_user_password_change", args=[without.pk])


@pytest.mark.parametrize("role", ["superuser", "قراء المسودات", "محررون", "محررون أول", "مديرون"])
def test_every_page_speaks_arabic(signed_in: Any, rows: None, role: str) -> None:
    client = signed_in("منى", "" if role == "superuser" else role)
    if role == "superuser":
        User.objects.filter(pk=client.user.pk).update(is_superuser=True)
    seen, wrong = 0, {}
    for address in [*pages_of_nouns(client.user), *pages_of_the_desk()]:
        response = client.get(address)
        assert response.status_code in {200, 302, 403, 404}, address
        if response.status_code != 200:
            continue
        seen += 1
        page = response.content.decode()
        if left := english_in(page) + [word for word in _WRONG if any(word in text for text in texts_of(page))]:
            wrong[address] = left
    assert seen > 20 and wrong == {}, "\n".join(f"{address}: {left[:6]}" for address, left in wrong.items())


def test_what_a_change_an_addition_and_a_deletion_say(senior: Client, seed: Any) -> None:
    source = Source.objects.create(name="جريدة بعيدة", kind="site")
    address = reverse("admin:articles_source_change", args=[source.pk])
    page = senior.post(address, form_of(senior, address) | {"name": "جريدة قريبة"}, follow=True).content.decode()
    assert "حُفظ التعديل" in page and "إضافة مصدر «" not in page
    fields = {"name": "جريدة ثالثة", "kind": "site", "country": "", "marks": "", "domains": ""}
    assert "تمت الإضافة" in senior.post(reverse("admin:articles_source_add"), fields, follow=True).content.decode()
    address = reverse("admin:articles_source_delete", args=[source.pk])
    assert "أتريد حقا حذف «جريدة قريبة»" in senior.get(address).content.decode()
    assert "تم الحذف" in senior.post(address, {"post": "yes"}, follow=True).content.decode()


def test_an_account_s_deletion_names_no_rows_that_only_join(signed_in: Any, rows: None) -> None:
    client = signed_in("منى")
    User.objects.filter(pk=client.user.pk).update(is_superuser=True)
    user = User.objects.get(username="منير")
    single_page = client.get(reverse("admin:auth_user_delete", args=[user.pk])).content.decode()
    posted = {"action": "delete_selected", "_selected_action": [user.pk]}
    list_page = client.post(reverse("admin:auth_user_changelist"), posted).content.decode()
    for page in (single_page, list_page):
        assert "هاتف التحقق بخطوتين" in page and "object (" not in page and "group" not in page.lower()


@pytest.mark.parametrize(
    ("noun", "forms"),
    [
        ("delivery", {0: "لا واردات", 1: "واردة واحدة", 2: "واردتان", 3: "3 واردات", 11: "11 واردة", 100: "100 واردة"}),
        ("article", {1: "مقال واحد", 2: "مقالان", 10: "10 مقالات", 99: "99 مقالا", 103: "103 مقالات"}),
        ("alias", {1: "اسم آخر واحد", 2: "اسمان آخران"}),
    ],
)
def test_a_number_agrees_with_its_noun(noun: str, forms: dict[int, str]) -> None:
    from django.apps import apps

    options = apps.get_model("articles", noun)._meta
    assert {count: words.counted_rows(count, options) for count in forms} == forms


def test_every_noun_of_the_desk_has_its_forms() -> None:
    assert {model._meta.model_name for model in admin.site._registry} - set(words.DESK_NOUN_FORMS) == set()


def test_a_list_says_how_many_rows_it_has(desk: Client) -> None:
    Delivery.objects.create(name="ا.txt")
    Delivery.objects.create(name="ب.txt")
    page = desk.get(changelist("delivery")).content.decode()
    assert "واردتان" in page and "<h1>الواردات</h1>" in page and "اختر" not in page.partition("<h1>")[2][:40]


@pytest.mark.parametrize(
    ("seconds", "words_"),
    [
        (0, "الآن"), (59, "الآن"), (60, "منذ دقيقة"), (125, "منذ دقيقتين"), (200, "منذ 3 دقائق"), (3_700, "منذ ساعة"),
        (7_300, "منذ ساعتين"), (90_000, "منذ يوم"), (11 * 86_400, "منذ 11 يوما"), (70 * 86_400, "منذ شهرين"), (800 * 86_400, "منذ سنتين"),
    ],
)  # fmt: skip
def test_how_long_ago(seconds: int, words_: str) -> None:
    assert since(timezone.now() - timedelta(seconds=seconds, milliseconds=100)) == words_
    assert ago(30) == "أقل من دقيقة"


def test_moments_are_said_in_words_and_dates_of_digits_keep_their_order() -> None:
    assert moment(datetime(2024, 11, 6, 9, 5, tzinfo=UTC)).startswith("6 نونبر 2024، ") and moment(None) == "–"
    assert words.isolate_dates("بين 1800-01-01 و2028-11.") == "بين \u20661800-01-01\u2069 و\u20662028-11\u2069."
    assert words.isolate_dates("https://h.example/2024-11-06/x") == "https://h.example/2024-11-06/x"
    assert words.isolate_dates("القيمة 12-13") == "القيمة 12-13"


def test_what_django_says_is_written_as_the_archive_writes() -> None:
    """The catalogues of all installed applications, as Django merges them."""
    catalog = trans_real.translation("ar")._catalog
    # `items` and iteration, which ruff asks for, also return entries that another catalogue replaces.
    texts = {key: catalog[key] for key in catalog.keys() if isinstance(catalog[key], str)}  # noqa: SIM118
    assert len(texts) > 500
    assert {key: text for key, text in texts.items() if "\u064b" in text or "كلمة السر" in text} == {}


@pytest.mark.parametrize(
    ("digits_", "words_"),
    [(1, "رقم واحد"), (2, "رقمان"), (3, "3 أرقام"), (24, "24 رقما"), (100, "100 رقم")],
)
def test_a_number_of_digits_agrees(digits_: int, words_: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DecimalField(max_digits=digits_, decimal_places=0).clean("1" * (digits_ + 1))
    assert refused.value.messages == [f"أقصى ما يُكتب {words_}."]


@pytest.mark.parametrize(
    ("size", "words_", "english"),
    [
        (1, "بايت واحد", "1 byte"), (2, "بايتان", "2 bytes"), (8, "8 بايتات", "8 bytes"), (11, "11 بايتا", "11 bytes"),
        (1000, "1,000 بايت", "1,000 bytes"), (1024, "1 كيلوبايت", "1 KB"), (1280, "1.2 كيلوبايت", "1.2 KB"),
        (5 << 20, "5 ميغابايت", "5 MB"), (3 << 40, "3,072 غيغابايت", "3,072 GB"),
    ],
)  # fmt: skip
def test_a_size_is_said_with_a_noun_that_agrees(size: int, words_: str, english: str) -> None:
    assert file_size(size) == words_
    with translation.override("en"):
        assert file_size(size) == english


def test_figures_of_history_are_shown_as_pages_show_them(senior: Client, seed: Any) -> None:
    figure = seed("000").figures.first()
    Figure.objects.filter(pk=figure.pk).update(
        value=Decimal("3575.0000"), score=0.85, qualifier="exactly", value_high=None
    )
    Figure.objects.filter(pk=figure.pk).update(value=Decimal("12.5000"), score=0.5)
    page = senior.get(reverse("admin:articles_figure_history", args=[figure.pk])).content.decode()
    assert {"3,575", "12.5", "0.85"} <= set(re.findall("<td><bdi>([^<]*)</bdi></td>", page))


def test_a_date_that_is_wrong_or_changed_is_told_once(desk: Client, make_article: Any) -> None:
    article = make_article(day=date(2024, 11, 6))
    address = reverse("admin:articles_article_change", args=[article.pk])
    page = desk.post(address, form_of(desk, address) | {"published_date": "1500-01-01"}).content.decode()
    assert page.count("تاريخ غير معقول") == 1
    seen = row_mark(article)
    Article.objects.filter(pk=article.pk).update(
        published_date=date(2024, 11, 8), published_earliest=date(2024, 11, 8), published_latest=date(2024, 11, 8)
    )
    article.refresh_from_db()
    colleague = User.objects.create_user("سلمى")
    assert overtaken(article, seen, colleague).fields == ("تاريخ النشر (\u20662024-11-08\u2069)",)
    assert [field.label for field in changes_of(article)[0].fields] == ["تاريخ النشر"]


def test_no_page_shows_a_bare_date_of_digits_in_a_line(senior: Client, seed: Any) -> None:
    """Covers messages, help, errors and history: between Arabic letters «2024-11-06» would be read from its end."""
    article = seed("001")
    address = reverse("admin:articles_article_change", args=[article.pk])
    form = form_of(senior, address)
    pages = [
        senior.get(address), senior.post(address, form | {"published_date": "1500-01-01", "published_precision": "day"}),
        senior.post(address, form | {"published_date": "2024-11-06", "published_precision": "day"}, follow=True),
        senior.get(reverse("admin:articles_article_history", args=[article.pk])), senior.get(reverse("admin:operations")),
        act(senior, "article", "set_date", article, date="1500-01-01", precision="day", basis="editor"),
    ]  # fmt: skip
    bare = re.compile(r"(?<![\u2066\d-])\d{4}-\d{2}-\d{2}")
    for page in pages:
        texts = [text for text in texts_of(page.content.decode()) if re.search("[\u0600-\u06ff]", text)]
        assert [text for text in texts if bare.search(text)] == []


def test_the_history_s_difference_keeps_the_spaces_between_words() -> None:
    before = " ".join(f"كلمة{n}" for n in range(60))
    after = before.replace("كلمة30", "غيرها")
    (paragraph,) = differences(before, after)
    whole = "".join(part.text if part.kind != "same" else words.shortened(part) for part in paragraph)
    assert "كلمة29 كلمة30غيرها كلمة31" in whole and "…" not in whole
    (paragraph,) = differences(f"{before} {before} س", f"{before} {before} ص")
    assert words.shortened(paragraph[0]).endswith("كلمة59 ") and "… كلمة" in words.shortened(paragraph[0])


@pytest.mark.parametrize("noun", ["article", "source", "actor", "event"])
def test_the_message_of_a_saved_form_links_to_the_row(desk: Client, noun: str) -> None:
    model = {"article": Article, "source": Source, "actor": Actor, "event": Event}[noun]
    address = reverse(f"admin:articles_{noun}_change", args=[model.objects.order_by("pk").first().pk])
    page = html.fromstring(desk.post(address, form_of(desk, address), follow=True).content.decode())
    (message,) = page.xpath('//ul[@class="messagelist"]/li[@class="success"]')
    assert message.xpath(f'.//a[@href="{address}"]') and "<a" not in message.text_content()


def test_a_name_in_a_message_is_text_and_no_markup(desk: Client) -> None:
    source = Source.objects.order_by("pk").first()
    address = reverse("admin:articles_source_change", args=[source.pk])
    answer = desk.post(address, form_of(desk, address) | {"name": "<b>2024-11-06</b>"}, follow=True).content.decode()
    assert "<b>2024" not in answer and "&lt;b&gt;" in answer


def test_a_stale_decision_tells_moments_lists_and_places_as_the_desk_does(senior: Client, seed: Any) -> None:
    mention, figure = seed("000").mentions.first(), seed("000").figures.first()
    colleague = User.objects.create_user("سلمى")
    marks = row_mark(mention), row_mark(figure), row_mark(seed("000"))
    when = datetime(2026, 11, 27, 9, 33, 34, 154921, tzinfo=UTC)
    Mention.objects.filter(pk=mention.pk).update(reviewed_at=when, spans=[], quotes=[])
    Figure.objects.filter(pk=figure.pk).update(start=None, end=None)
    Article.objects.filter(pk=seed("000").pk).update(date_statements=[{"quote": "أمس"}], checked_at=when)
    mention.refresh_from_db()
    figure.refresh_from_db()
    fields = overtaken(mention, marks[0], colleague).fields
    assert set(fields) == {f"تاريخ المراجعة ({moment(when)})", "الموضع في النص", "كما وردت"}
    assert overtaken(figure, marks[1], colleague).fields == ("الموضع في النص",)
    article_fields = overtaken(seed("000"), marks[2], colleague).fields
    assert f"تمت مراجعته في ({moment(when)})" in article_fields and not any("quote" in name for name in article_fields)


def test_the_history_tells_of_places_and_not_of_offsets(senior: Client, seed: Any) -> None:
    article = seed("000")
    mention, figure = article.mentions.first(), article.figures.order_by("start").first()
    article.body = "استدراك. " + article.body.replace(figure.quote, "كثير")
    article.save()
    changes = [
        {(field.label, field.before, field.after) for field in changes_of(row)[0].fields} for row in (mention, figure)
    ]
    assert changes[0] == {("الموضع في النص", "", "تغيّر موضعه")}
    assert changes[1] == {("الموضع في النص", "له موضع", "بلا موضع")}
    statement = {"where": "dateline", "quote": "الرباط أمس", "earliest": "2024-11-05", "latest": "2024-11-05"}
    Article.objects.filter(pk=article.pk).update(date_statements=[statement])
    after = {field.after for change in changes_of(article) for field in change.fields}
    assert "الرباط أمس" in after and not any("dateline" in str(value) for value in after)


@pytest.mark.parametrize(("status", "name"), [("withdrawn", "مسحوب"), ("deleted", "محذوف"), ("nothing", "nothing")])
def test_a_choice_that_is_refused_is_named_in_arabic(desk: Client, seed: Any, status: str, name: str) -> None:
    address = reverse("admin:articles_article_change", args=[seed("000").pk])
    response = desk.post(address, form_of(desk, address) | {"status": status})
    (error,) = response.context["adminform"].form.errors["status"]
    assert f"«{name}»" in error and (status == name or status not in error)


# Messages for operators. Comments and docstrings are not shown.
_COMMAND = re.compile(r"manage\.py|procrastinate worker|docs/[\w/-]+\.md")


def test_no_editor_is_sent_to_a_command_or_a_file_of_the_programme() -> None:
    shown = {
        f"{path.name}:{node.lineno}": node.value
        for room in ("admin", "ingest") for path in (settings.BASE_DIR / "articles" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search("[ء-ي]", node.value)
    }  # fmt: skip
    shown |= {str(path): path.read_text() for path in (settings.BASE_DIR / "templates" / "admin").rglob("*.html")}
    assert len(shown) > 200
    assert [place for place, text in shown.items() if _COMMAND.search(text)] == []
    assert [place for place, text in shown.items() if "تُراجع عن" in text or "يُتراجع عن" in text] == []
