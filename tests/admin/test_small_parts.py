"""The small parts of the desk, each asked by a table: fields, filters of templates, marks of pages, and kept input."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, OperationalError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import mark_safe
from procrastinate.jobs import Job

from articles.admin import digits, jobs, kept_form, words
from articles.admin.bulk import with_actions
from articles.admin.choosing import NamedRow, named, offered
from articles.admin.dates import UncertainDateForm
from articles.admin.decisions import Choice, Outcome, Seen
from articles.admin.deliveries import AGAIN, SETTLE, DeliverForm
from articles.admin.desk import _without
from articles.admin.facts import ReprintAdmin
from articles.admin.history import _differing
from articles.admin.mark_field import MARK_FIELD, seen_field, seen_row_marks
from articles.admin.narrowing import Narrowing
from articles.admin.pages import posted
from articles.admin.review_items import ReviewItem
from articles.admin.review_screen import _as_typed
from articles.admin.security import FreshForm, _next, _password_given, ask_again, is_fresh
from articles.admin.start_page import Counted
from articles.admin.submission import Answer, Submission
from articles.curation.changes import FieldChange
from articles.models import Actor, Alias, Article, Delivery, Event, Reprint, Source
from articles.models.uncertain_date import DATE_PARTS
from articles.site.differences import DifferenceRun


def request_of(path: str = "/", method: str = "post", user: Any = None, **data: Any) -> HttpRequest:
    request = getattr(RequestFactory(), method)(path, data)
    request.session, request.user = {}, user or AnonymousUser()
    return request


# Dates and numbers.


class StartForm(UncertainDateForm):
    uncertain_dates = ("start",)

    class Meta:
        model = Event
        fields = tuple(f"start_{part}" for part in DATE_PARTS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "precision", "bounds", "errors", "completed"),
    [
        ("2024-02-05", "day", ("", ""), [], ("2024-02-05", "2024-02-05")), ("2024-02-05", "month", ("", ""), [], ("2024-02-01", "2024-02-29")),
        ("2024-02-05", "year", ("", ""), [], ("2024-01-01", "2024-12-31")), ("", "unknown", ("", ""), [], ("None", "None")),
        ("", "unknown", ("2024-01-01", "2024-03-01"), [], ("2024-01-01", "2024-03-01")), ("", "day", ("", ""), ["start_date"], None),
        ("", "year", ("", ""), ["start_date"], None), ("2024-02-05", "unknown", ("", ""), ["start_precision"], None),
        ("2024-02-05", "", ("", ""), ["start_precision"], None), ("أمس", "unknown", ("", ""), ["start_date"], None),
    ],
)  # fmt: skip
def test_a_day_and_its_precision_go_together(
    day: str, precision: str, bounds: tuple[str, str], errors: list[str], completed: tuple | None
) -> None:
    fields = {"start_date": day, "start_precision": precision, "start_basis": "editor"}
    form = StartForm(fields | {"start_earliest": bounds[0], "start_latest": bounds[1]})
    assert (form.is_valid(), sorted(form.errors)) == (not errors, errors)
    if completed:
        start = form.instance.start
        assert (str(start.earliest), str(start.latest), start.basis) == (*completed, "editor")


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (digits.DateField(required=False), "", None), (digits.DateField(required=False), None, None), (digits.DateField(), date(2024, 1, 2), date(2024, 1, 2)),
        (digits.DateField(required=False), " \u200f ", None), (digits.IntegerField(), 5, 5), (digits.IntegerField(), " ٥ ", 5),
        (digits.DecimalField(), Decimal("1.5"), Decimal("1.5")), (digits.IntegerField(required=False), "", None),
        (digits.FloatField(), "١٫٢٥", 1.25), (digits.TimeField(), "٠٩:٠٥", datetime(2024, 1, 1, 9, 5).time()),
        (digits.SplitDateTimeField(required=False), ["", ""], None),
    ],
)  # fmt: skip
def test_fields_read_values_as_well_as_text(field: forms.Field, typed: object, value: object) -> None:
    assert field.clean(typed) == value


@pytest.mark.parametrize("field", [digits.DateField(), digits.IntegerField(), digits.SplitDateTimeField()])
def test_a_required_field_is_asked_for(field: forms.Field) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean("" if not isinstance(field, digits.SplitDateTimeField) else ["", ""])
    assert refused.value.code == "required"


# Rows by their names.


@pytest.fixture
def names(db: None) -> dict[str, Any]:
    """Actors, events and sources with like names."""
    rows: dict[str, Any] = {
        "alone": Actor.objects.create(name="مجلس الأعيان", kind="civil"),
        "minister": Actor.objects.create(name="سعيد الأول", kind="person", distinction="الوزير"),
        "envoy": Actor.objects.create(name="سعيد الأول", kind="person", distinction="السفير"),
        "bracket": Actor.objects.create(name="هيئة (سابقا)", kind="civil"),
        "rejected": Actor.objects.create(name="هيئة مرفوضة", kind="civil", state="rejected"),
        "event": Event.objects.create(title="لقاء الأعيان", kind="meeting"),
        "rejected event": Event.objects.create(title="لقاء مرفوض", kind="meeting", state="rejected"),
        "source": Source.objects.create(name="جريدة الأعيان"),
    }
    rows["merged"] = Actor.objects.create(name="مجلس مدموج", kind="civil", merged_into=rows["alone"])
    rows["merged event"] = Event.objects.create(title="لقاء مدموج", kind="meeting", merged_into=rows["event"])
    rows["merged source"] = Source.objects.create(name="جريدة مدموجة", merged_into=rows["source"])
    Alias.objects.create(actor=rows["alone"], name="بيت الأعيان")
    return rows


@pytest.mark.parametrize(
    ("model", "typed", "found"),
    [
        (Actor, "مجلس الاعيان", "alone"), (Actor, "بيت الأعيان", "alone"), (Actor, "سعيد الأول", "minister envoy"),
        (Actor, "سعيد الأول (السفير)", "envoy"), (Actor, " سعيد الاول (الوزير) ", "minister"), (Actor, "سعيد الأول (المدير)", ""),
        (Actor, "هيئة (سابقا)", "bracket"), (Actor, "هيئة مرفوضة", ""), (Actor, "مجلس مدموج", ""), (Actor, "#{alone}", "alone"),
        (Actor, "#{alone} مجلس الأعيان", "alone"), (Actor, " {alone} ", "alone"), (Actor, "{alone} مجلس", ""), (Actor, "#{merged}", ""),
        (Actor, "#{rejected}", "rejected"), (Actor, "9" * 30, ""), (Event, "لقاء الاعيان", "event"), (Event, "لقاء مدموج", ""),
        (Event, "لقاء مرفوض", ""), (Event, "{event}", "event"), (Event, "{merged event}", ""), (Event, "الأعيان", ""), (Source, "جريده الأعيان", "source"),
        (Source, "جريدة مدموجة", ""),
    ],
)  # fmt: skip
def test_a_row_is_named_by_a_name_or_its_number(names: dict, model: type[Any], typed: str, found: str) -> None:
    typed = typed.format(**{name: row.pk for name, row in names.items()})
    assert [row.pk for row in named(model, typed)] == [names[name].pk for name in found.split()]
    field = NamedRow(model, required=False)
    if len(found.split()) == 1:
        assert field.clean(typed) == names[found]
        return
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    offered_rows = "؛ ".join(f"#{names[name].pk} {names[name]}" for name in found.split())
    expected = f"الاسم لأكثر من واحد؛ اكتب الرقم: {offered_rows}" if found else "بهذا الاسم: "
    assert expected in refused.value.messages[0]
    assert field.clean("") is None and field.clean(" ") is None


def test_eight_rows_are_offered(db: None) -> None:
    assert NamedRow(Source, required=False).clean("") is None
    for n in range(9):
        Actor.objects.create(name="فاعل كثير", kind="civil", distinction=f"رقم {n}")
        Event.objects.create(title="حدث كثير", kind="meeting")
        Source.objects.create(name=f"مصدر كثير {n}")
    for model, text in ((Actor, "كثير"), (Event, "كثير"), (Source, "مصدر كثي")):
        assert len(offered(model, text)) == 8
        assert all("كثير" in str(row) for row in offered(model, text))
    with pytest.raises(ValidationError) as refused:
        NamedRow(Actor).clean("فاعل كثير")
    assert refused.value.messages[0].count("#") == 8
    assert list(offered(Source, "لا شيء")) == []
    # What is rejected or merged is not offered.
    for model, text in ((Actor, "كثير"), (Event, "كثير"), (Source, "مصدر كثير")):
        survivor = model.objects.exclude(pk__in=[row.pk for row in offered(model, text)]).first()
        shown = list(offered(model, text).values_list("pk", flat=True))
        model.objects.filter(pk__in=shown[:4]).update(merged_into=survivor)
        if model is not Source:
            model.objects.filter(pk__in=shown[4:]).update(state="rejected")
        remaining = {row.pk for row in offered(model, text)}
        assert remaining and not remaining & set(shown[:4] if model is Source else shown)


# Filters of the templates.


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"), ("", "–"), (0, "0"), (False, False), (True, True), (Decimal("3575.0000"), "3,575"), (0.85, "0.85"), (1e-7, "0.0000001"),
        (1234, "1,234"), ("نص", "نص"), (["أ"], ["أ"]),
    ],
)  # fmt: skip
def test_values_of_a_version_in_words(value: object, shown: object) -> None:
    assert words.value_in_words(value) == shown and type(words.value_in_words(value)) is type(shown)


@pytest.mark.parametrize(
    ("count", "begins", "shown"),
    [
        (36, False, " ".join(f"ك{n}" for n in range(36))), (37, False, f"{' '.join(f'ك{n}' for n in range(12))} … {' '.join(f'ك{n}' for n in range(25, 37))}"),
        # A space at the beginning counts as a word.
        (36, True, f" {' '.join(f'ك{n}' for n in range(11))} … {' '.join(f'ك{n}' for n in range(24, 36))}"),
    ],
)  # fmt: skip
def test_a_long_run_is_shortened(count: int, begins: bool, shown: str) -> None:
    text = " " * begins + " ".join(f"ك{n}" for n in range(count))
    assert words.shortened(DifferenceRun("same", text)) == shown


def test_cells_places_and_directions() -> None:
    cell = mark_safe('  <th class="a">س</th>')
    assert words.labelled(cell, "الاسم") == '  <th data-label="الاسم" class="a">س</th>'
    assert words.labelled(cell, "") == words.labelled(cell, "<input>") == cell
    assert words.labelled("<td>", "الاسم") == "&lt;td&gt;"
    assert [words.at(["أ", "ب"], n) for n in range(3)] == ["أ", "ب", ""]
    assert words.address_from_the_left("") == words.own_direction("") == "–"
    assert words.own_direction("<a>") == "<bdi>&lt;a&gt;</bdi>"
    assert hasattr(words.isolate_dates(mark_safe("<b>")), "__html__") and not hasattr(
        words.isolate_dates("<b>"), "__html__"
    )


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (Counted(0), "0"), (Counted(1000), "1,000"), (Counted(1001), "أكثر من 1,000"), (Counted(5, or_more=True), "5 على الأقل"),
        (Counted(2001, or_more=True), "أكثر من 1,000"), (Counted(1000, or_more=True), "1,000 على الأقل"),
    ],
)  # fmt: skip
def test_a_bounded_count_in_words(count: Counted, shown: str) -> None:
    assert str(count) == shown


@pytest.mark.parametrize(("score", "shown"), [(None, "–"), (0.0, "0٪"), (0.905, "90٪"), (0.5, "50٪"), (1.0, "100٪")])
def test_the_likeness_of_a_reprint(score: float | None, shown: str) -> None:
    assert ReprintAdmin(Reprint, admin.site).likeness(Reprint(score=score)) == shown


def test_only_rows_that_join_are_left_out_of_a_deletion() -> None:
    nested = ["فاعل: أ", ["عضوية: 1", ["عضوية: 2"]], ["اسم: ب", []], "عضوية: 3"]
    assert _without(nested, ("عضوية: ",)) == ["فاعل: أ", ["اسم: ب"]]


@pytest.mark.parametrize(
    ("before", "after", "is_shown"),
    [("أ" * 81, "ب", True), ("أ", "ب" * 81, True), ("أ" * 80, "ب" * 80, False), ("أ" * 81, None, False), (None, "أ" * 81, False), (1, 2, False)],
)  # fmt: skip
def test_long_texts_are_told_by_their_differences(before: object, after: object, is_shown: bool) -> None:
    ((field, shown),) = _differing((FieldChange("النص", before, after),))
    assert (shown is not None) is is_shown and field.before == before


# What a page showed, and what was typed into it.


@pytest.mark.parametrize(
    ("value", "marks"),
    [
        ('{"1": 7, "2": 0}', {1: 7, 2: 0}), ("{}", {}), (None, None), ("", None), ("[]", None), ("7", None), ('{"x": 1}', None), ('{"1": null}', None),
        ('{"1": "7"}', {1: 7}), ("{", None),
    ],
)  # fmt: skip
def test_marks_that_a_form_carries(value: str | None, marks: dict | None) -> None:
    assert seen_row_marks(request_of(**({} if value is None else {MARK_FIELD: value}))) == marks
    assert json.loads(seen_field([])) == {}


def test_a_form_is_bound_to_what_was_posted() -> None:
    assert posted(request_of(a="1"))["a"] == "1" and posted(request_of()) is not None
    assert posted(request_of(method="get", a="1")) is None


@pytest.mark.parametrize(
    ("state", "verdict", "typed", "is_unsent"),
    [
        ("suggested", "", {}, False), ("suggested", "confirm", {}, True), ("confirmed", "confirm", {}, False), ("confirmed", "reject", {}, True),
        ("rejected", "reject", {}, False), ("suggested", "maybe", {}, False), ("suggested", "", {"القيمة": "7"}, True), ("confirmed", "confirm", {"القيمة": "7"}, True),
    ],
)  # fmt: skip
def test_what_a_choice_leaves_unsent(state: str, verdict: str, typed: dict, is_unsent: bool) -> None:
    assert Choice("figure-1", None, verdict, Seen(state, 1), typed).is_unsent is is_unsent


@pytest.mark.parametrize(
    ("sent", "stores_no_input"), [({"narrow": "1"}, True), ({"take": ""}, True), ({"skip": "1"}, True), ({"done": "1", "add": "1"}, False), ({}, False)]
)  # fmt: skip
def test_buttons_that_store_nothing(sent: dict[str, str], stores_no_input: bool) -> None:
    assert Submission(User(), sent).stores_no_input is stores_no_input


def answer_of(**more: Any) -> Answer:
    outcome = {name: more.pop(name) for name in ("refused", "overtaken") if name in more}
    return Answer(Outcome(**outcome), SimpleNamespace(is_bound=more.pop("is_bound", False)), **more)


@pytest.mark.parametrize(
    ("answer", "goes_on", "is_held"),
    [
        (answer_of(), False, False), (answer_of(is_closed=True), True, False), (answer_of(is_left=True), True, False), (answer_of(asks=True), False, True),
        (answer_of(unsent=frozenset(["add"])), False, True), (answer_of(refused={"date": "لا"}), False, True), (answer_of(is_bound=True), False, True),
    ],
)  # fmt: skip
def test_when_the_editor_goes_on_and_when_the_page_stays(answer: Answer, goes_on: bool, is_held: bool) -> None:
    assert (answer.goes_on, answer.is_held) == (goes_on, is_held)


ITEM = ReviewItem("figure-1", "figure", "", "", None, "confirmed", None, "", verdict="confirm", values={"value": "25", "unit": "خبيرا"})  # fmt: skip
DATE_ITEM = ReviewItem("date", "date", "", "", None, "suggested", None, "", values={"value": "", "precision": "day"})
TYPED = {"value-figure-1": "26", "actor-figure-1": "فلان", "value": "99", "verdict-figure-1": "reject", "date-value": "أمس", "date-precision": "year"}  # fmt: skip


@pytest.mark.parametrize(
    ("item", "answer", "values", "verdict", "refused"),
    [
        (ITEM, answer_of(), {"value": "25", "unit": "خبيرا"}, "confirm", ""),
        (ITEM, answer_of(refused={"figure-2": "لا"}, unsent=frozenset(["add"])), {"value": "25", "unit": "خبيرا"}, "confirm", ""),
        (ITEM, answer_of(refused={"figure-1": "لا"}), {"value": "26", "unit": "خبيرا", "actor": "فلان"}, "reject", "لا"),
        (ITEM, answer_of(unsent=frozenset(["figure-1"])), {"value": "26", "unit": "خبيرا", "actor": "فلان"}, "reject", "لم يُحفظ بعد."),
        (ITEM, answer_of(refused={"figure-1": "سبقك"}, overtaken={"figure-1"}), {"value": "25", "unit": "خبيرا"}, "", "سبقك"),
        (DATE_ITEM, answer_of(refused={"date": "لا"}), {"value": "أمس", "precision": "year"}, "", "لا"),
    ],
)  # fmt: skip
def test_what_was_typed_is_shown_again(
    item: ReviewItem, answer: Answer, values: dict, verdict: str, refused: str
) -> None:
    shown = _as_typed(item, TYPED, answer)
    assert (shown.values, shown.verdict, shown.refused) == (values, verdict, refused)


def test_a_narrowing_as_pages_hold_it() -> None:
    alias = Alias(pk=3, name="المركز", actor=Actor(pk=1, name="مركز"))
    assert Narrowing(alias, 2).as_dict() == {"alias": 3, "name": "المركز", "actor": "مركز", "others": 2}


# The password and the way back.


@pytest.mark.parametrize(
    ("minutes_ago", "is_asked"), [(None, True), (0, False), (9.9, False), (10.1, True), (1000, True)]
)
def test_the_password_is_fresh_for_some_minutes(settings: Any, minutes_ago: float | None, is_asked: bool) -> None:
    settings.ARCHIVE_FRESH_MINUTES = 10
    request = request_of("/admin/x/?a=1", method="get")
    if minutes_ago is not None:
        request.session["password_given_at"] = time.time() - 60 * minutes_ago
    assert is_fresh(request) is not is_asked and ("password" in FreshForm(request=request).fields) is is_asked
    answer = ask_again(request)
    assert (answer is not None) is is_asked
    if answer:
        assert answer["Location"] == "/admin/password-again/?next=%2Fadmin%2Fx%2F%3Fa%3D1"


def test_a_sign_in_gives_the_password_and_needs_no_request() -> None:
    request = request_of()
    _password_given(None, request, User())
    assert is_fresh(request)
    _password_given(None, None, User())
    del request.session
    _password_given(None, request, User())


@pytest.mark.parametrize(
    ("address", "is_secure", "leads_to"),
    [
        ("/admin/articles/", False, "/admin/articles/"), ("", False, "/admin/"), ("//evil.example", False, "/admin/"), ("http://testserver/x", False, "http://testserver/x"),
        ("http://testserver/x", True, "/admin/"), ("https://testserver/x", True, "https://testserver/x"), ("https://evil.example/", False, "/admin/"),
    ],
)  # fmt: skip
def test_the_way_back_stays_on_this_site(address: str, is_secure: bool, leads_to: str) -> None:
    assert _next(RequestFactory().get("/", {"next": address}, secure=is_secure)) == leads_to


# Input that is kept over a sign-in.


def test_passwords_and_tokens_are_not_kept() -> None:
    request = request_of(
        title="أ", password1="سر", old_password="سر", csrfmiddlewaretoken="x", token="1", rows=["1", "2"]
    )
    assert kept_form._fields(request.POST) == [("title", "أ"), ("rows", "1"), ("rows", "2")]
    carried = request_of(**{"kept-target": "/admin/x/", "kept:title": "أ", "kept:rows": ["1", "2"], "username": "m"})
    assert kept_form.carried(carried) == [("title", "أ"), ("rows", "1"), ("rows", "2")]
    assert kept_form.carried(request_of(**{"kept:title": "أ"})) == []


@pytest.mark.parametrize(
    ("target", "files", "is_offered", "has_files"),
    [
        ("/admin/articles/article/1/change/", "0", True, False), ("/admin/", "", True, False), ("/admin/deliver/", "2", True, True), ("/", "0", False, False),
        ("//evil.example/admin/", "0", False, False), ("https://evil.example/admin/", "0", False, False), ("", "0", False, False), ("/articles/1/", "0", False, False),
    ],
)  # fmt: skip
def test_kept_input_is_sent_to_the_desk_alone(target: str, files: str, is_offered: bool, has_files: bool) -> None:
    request = request_of(**{"kept-target": target, "kept-files": files})
    answer = kept_form.offer_again(request, {"a": 1}, iter([("title", "أ")]))
    assert (answer is not None) is is_offered
    if answer is not None:
        context = answer.context_data
        assert (context["target"], context["files"], context["fields"]) == (target, has_files, [("title", "أ")])
        assert context["reason"].startswith("دخلت") and context["a"] == 1


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [("http://testserver", True), ("https://testserver", False), ("http://evil.example", False), ("null", False), ("", False), ("https://trusted.example", True)],
)  # fmt: skip
def test_a_form_is_ours_if_its_page_was(settings: Any, origin: str, is_ours: bool) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://trusted.example"]
    request = RequestFactory().post("/admin/x/", headers={"origin": origin})
    assert kept_form._is_sent_by_us(request) is is_ours


@pytest.mark.parametrize(
    ("path", "origin", "status"),
    [("/admin/login/?next=/admin/", "http://testserver", 302), ("/admin/x/", "http://testserver", 401), ("/admin/x/", "http://evil.example", 403), ("/appearance/", "http://testserver", 403)],
)  # fmt: skip
def test_a_form_with_an_old_token(path: str, origin: str, status: int) -> None:
    request = RequestFactory().post(path, {"title": "ما كتبته"}, headers={"origin": origin})
    request.session, request.user = {}, AnonymousUser()
    answer = kept_form.answer_old_token(request)
    assert answer.status_code == status
    if status == 401:
        assert answer.context_data["kept"] == [("title", "ما كتبته")] and answer.context_data["files"] == 0


# Deliveries.


@pytest.mark.parametrize(
    ("posted", "error"),
    [
        ({}, "اختر ملفا أو اكتب رابطا."), ({"addresses": " \n "}, "اختر ملفا أو اكتب رابطا."), ({"addresses": "https://h.example/1"}, ""),
        ({"addresses": "\n".join(["https://h.example/1"] * 200)}, ""), ({"addresses": "\n".join(["https://h.example/1"] * 201)}, "أكثر من 200 رابط."),
        ({"addresses": "https://h.example/1", "encoding": "CP1256"}, ""), ({"addresses": "https://h.example/1", "encoding": "latin99"}, "لا ترميز بهذا الاسم."),
        ({"addresses": "https://h.example/" + "a" * 1982}, ""), ({"addresses": "https://h.example/" + "a" * 1983}, "السطر 1 ليس رابط صفحة"),
        ({"addresses": "h.example/1"}, "السطر 1 ليس رابط صفحة"), ({"addresses": "https://"}, "السطر 1 ليس رابط صفحة"),
        ({"addresses": "x" * 100}, f"«\u2066{'x' * 80}\u2069»"), ({"addresses": "https://h.example/1", "format": "moon"}, "moon"),
    ],
)  # fmt: skip
def test_what_a_delivery_takes(posted: dict[str, str], error: str) -> None:
    form = DeliverForm({"format": "auto"} | posted)
    assert form.is_valid() is (not error)
    said = " ".join(message for messages in form.errors.values() for message in messages)
    assert (error in said) if error else not said
    if not error:
        assert form.cleaned_data["encoding"] == ("cp1256" if "encoding" in posted else "")
        assert form.cleaned_data["addresses"][0].startswith("https://h.example/")


@pytest.mark.parametrize(("count", "is_taken"), [(200, True), (201, False)])
def test_so_many_files_come_at_once(count: int, is_taken: bool) -> None:
    files = MultiValueDict({"files": [SimpleUploadedFile(f"{n}.txt", b"") for n in range(count)]})
    form = DeliverForm({"format": "auto"}, files)
    assert form.is_valid() is is_taken
    assert is_taken or "أكثر من 200 ملف" in form.non_field_errors()[0]
    assert not is_taken or len(form.cleaned_data["files"]) == 200


@pytest.mark.parametrize(
    ("fields", "settle", "again"),
    [
        ({"state": "waiting", "name": "https://h.example/1"}, "", "لم ينته بعد"), ({"state": "running", "stored_as": "x"}, "", "لم ينته بعد"),
        ({"state": "finished", "name": "a.txt", "stored_as": "x"}, "", ""), ({"state": "failed", "name": "https://h.example/1"}, "", ""),
        ({"state": "finished", "name": "a.txt"}, "", "جاء من سطر الأوامر؛ يعاد منه"),
        ({"state": "finished", "stored_as": "x", "settled_at": datetime(2024, 1, 1, tzinfo=UTC)}, "عولج من قبل", ""),
    ],
)  # fmt: skip
def test_what_becomes_of_a_delivery(fields: dict, settle: str, again: str) -> None:
    row = Delivery(**fields)
    assert (SETTLE.check(row, {}), AGAIN.check(row, {})) == (settle, again)


# Actions and jobs.


def test_actions_come_after_those_of_the_base_class_and_once() -> None:
    class Base(admin.ModelAdmin):
        actions = ("merge", "settle")

    class Without(admin.ModelAdmin):
        actions = None

    assert with_actions(SETTLE, AGAIN)(Base).actions == ("merge", "settle", "again")
    assert with_actions(SETTLE)(Without).actions == ("settle",)
    assert (Base.again.short_description, Base.again.allowed_permissions) == ("أعد المحاولة", ["change"])
    assert Base.settle.__name__ == "settle"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("attempts", "name", "state"),
    [(7, jobs.deliveries.JOB, "running"), (8, jobs.deliveries.JOB, "failed"), (9, jobs.deliveries.JOB, "failed"), (99, "other", "running")],
)  # fmt: skip
def test_a_delivery_whose_workers_die_is_given_up(attempts: int, name: str, state: str) -> None:
    delivery = Delivery.objects.create(name="a.txt", state="running")
    arguments = {"delivery": delivery.pk}
    stalled = Job(id=1, queue="deliveries", lock=None, queueing_lock=None, task_name=name, attempts=attempts, task_kwargs=arguments)  # fmt: skip
    told: list[tuple] = []

    class Manager:
        """Stands for the manager of procrastinate, whose connection does not see the rows of this test."""

        async def get_stalled_jobs(self, queue: str) -> list[Job]:
            return [stalled] if queue == "deliveries" else []

        async def retry_job(self, job: Job) -> None:
            told.append(("again", job))

        async def finish_job(self, job: Job, status: Any, delete_job: bool) -> None:
            told.append((status.value, job, delete_job))

    context = SimpleNamespace(app=SimpleNamespace(job_manager=Manager()))
    async_to_sync(jobs.retry_stalled.func)(context, 0)
    delivery.refresh_from_db()
    assert told == ([("failed", stalled, False)] if state == "failed" else [("again", stalled)])
    assert delivery.state == state and (str(attempts) in str(delivery.failures)) is (state == "failed")


def test_a_job_waits_out_an_outage_and_no_other_fault() -> None:
    job = Job(id=1, queue="deliveries", lock=None, queueing_lock=None, task_name="x")
    again = jobs.AfterOutage().get_retry_decision(exception=OperationalError("connection refused"), job=job)
    wait = again.retry_at - datetime.now(UTC) if again and again.retry_at else None
    assert wait is not None and timedelta(seconds=5) < wait <= timedelta(seconds=10)
    assert jobs.AfterOutage().get_retry_decision(exception=DataError("x"), job=job) is None
    assert jobs.AfterOutage().get_retry_decision(exception=ValueError("x"), job=job) is None


def test_articles_have_no_page_of_their_own_without_a_key() -> None:
    desk = admin.site.get_model_admin(Article)
    assert desk.cleaning_link(Article()) == "–" and "/7/cleaning/" in desk.cleaning_link(Article(pk=7))
    assert desk.set_aside_lines(Article()) == desk.stated_dates(Article()) == "–"
    assert desk.set_aside_lines(Article(set_aside=[{"line": 2, "text": "أ"}, {"line": 5, "text": "ب"}])) == "2: أ\n5: ب"
