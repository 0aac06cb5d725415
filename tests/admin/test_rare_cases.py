"""What the desk does and says in its rarer cases: what is refused, what came too late, and what stands at an edge."""

import re
import uuid
from datetime import date
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from pghistory.models import Context

from articles.admin import accounts, authority, merging, review_screen
from articles.admin.article_bulk import RemovalForm
from articles.admin.decisions import Outcome
from articles.admin.desk import OwnSearch
from articles.admin.mark_field import MARK_FIELD
from articles.admin.refusal_page import explaining_refusals
from articles.admin.review_items import items_of
from articles.curation.row_marks import row_mark
from articles.models import Actor, Alias, Article, Contradiction, Delivery, Event, Figure, Measure, Mention, Source
from articles.models.history import operation
from tests.admin.posting import act, form_of

pytestmark = pytest.mark.django_db


def request_of(user: Any = None, path: str = "/admin/", *, headers: dict | None = None, **posted: Any) -> HttpRequest:
    """A POST with fresh password and room for messages."""
    request = RequestFactory().post(path, posted, headers=headers)
    request.user, request.session = user or AnonymousUser(), {"password_given_at": 10**12}
    request._messages = CookieStorage(request)
    return request


def said(response_or_request: Any) -> str:
    request = getattr(response_or_request, "wsgi_request", response_or_request)
    return " | ".join(map(str, get_messages(request)))


def change(noun: str, row: Any) -> str:
    return reverse(f"admin:articles_{noun}_change", args=[row.pk])


# What is refused.


@pytest.mark.parametrize(
    ("notice", "is_taken"), [("…", False), ("«»", False), ("خطأ", True), ("خ" * 300, True), ("خ" * 301, False)]
)
def test_a_notice_says_something(notice: str, is_taken: bool) -> None:
    form = RemovalForm({"notice": notice}, request=request_of())
    assert form.is_valid() is is_taken and ("notice" in form.errors) is not is_taken


def test_many_articles_are_deleted_with_their_notice(senior: Client, make_article: Any) -> None:
    article = make_article()
    act(senior, "article", "delete", article, notice="خبر مكذوب")
    article.refresh_from_db()
    assert (article.status, article.notice) == ("deleted", "خبر مكذوب")


@pytest.mark.parametrize("url", ["ftp://h.example/a", "https://h.example/a", ""])
def test_an_articles_address_is_that_of_a_page(desk: Client, make_article: Any, url: str) -> None:
    article = make_article()
    response = desk.post(change("article", article), form_of(desk, change("article", article)) | {"url": url})
    article.refresh_from_db()
    if url.startswith("ftp"):
        assert "ليس رابط صفحة" in str(response.context["adminform"].form.errors["url"]) and article.url == ""
    else:
        assert article.url == url


def test_a_rule_of_the_database_is_explained_and_a_fault_is_not() -> None:
    Source.objects.create(name="جريدة مأخوذة")

    def twice(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            Source.objects.create(name="جريدة مأخوذة")
        return HttpResponse()

    user = User.objects.create_superuser("root")
    page = explaining_refusals(twice)(request_of(user))
    assert page.status_code == 409 and "يوجد مصدر بهذا الاسم" in page.context_data["reason"]
    answer = explaining_refusals(twice)(request_of(user, headers={"Accept": "application/json"}))
    assert answer.status_code == 409 and answer["Content-Type"] == "application/json"
    for error in (DataError("x"), IntegrityError("the last superuser")):

        def fails(request: HttpRequest, error: Exception = error) -> HttpResponse:
            raise error

        if isinstance(error, DataError):
            with pytest.raises(DataError):
                explaining_refusals(fails)(request_of(user))
        # The guard of accounts passes on what is not about the last superuser.
        desk = admin.site.get_model_admin(User)
        with pytest.raises(type(error)):
            desk._guarded(fails, reads_only=False)(request_of(user))


def test_the_parts_that_a_subclass_defines() -> None:
    with pytest.raises(NotImplementedError):
        OwnSearch().find(None, "")
    with pytest.raises(NotImplementedError):
        accounts.Guarded.managed(None, None, None)


def test_a_wrong_first_token_sets_up_no_second_factor(desk: Client) -> None:
    page = desk.post(reverse("admin:second_factor"), {"token": "000000"})
    device = TOTPDevice.objects.get(user=desk.user)
    assert "تأكد من ساعة الهاتف" in str(page.context["form"].errors["token"]) and device.confirmed is False
    # The same device is offered again, not a second one.
    desk.get(reverse("admin:second_factor"))
    assert TOTPDevice.objects.get(user=desk.user) == device


@pytest.mark.parametrize(("failures", "is_closed"), [(4, False), (5, True), (6, True)])
def test_a_sign_in_is_closed_by_so_many_failures(settings: Any, failures: int, is_closed: bool) -> None:
    settings.AXES_FAILURE_LIMIT = 5
    attempt = AccessAttempt(username="", failures_since_start=failures)
    assert admin.site.get_model_admin(AccessAttempt).is_closed(attempt) is is_closed
    assert str(attempt).startswith("–، ") and str(AccessAttempt(username="منى")).startswith("منى، ")


# What came too late.


def test_a_checkbox_that_a_colleague_ticked_stays_ticked(desk: Client, senior: Client) -> None:
    """A browser does not send an empty checkbox, and the second editor left it alone."""
    actor = Actor.objects.create(name="سمير الطنجي", kind="person")
    address = change("actor", actor)
    first, second = ({name: value for name, value in form_of(client, address).items() if name != "withheld"} for client in (senior, desk))  # fmt: skip
    assert senior.post(address, first | {"withheld": "on"}).status_code == 302
    response = desk.post(address, second | {"description": "وصف"})
    assert response.status_code == 200
    shown = response.context["adminform"].form
    assert shown["withheld"].value() in (True, "True") and shown["description"].value() == "وصف"
    assert re.search(r'<input[^>]*name="withheld"[^>]*\bchecked\b', response.content.decode())
    # And the other way round: what a colleague made readable again is not withheld by an old page.
    again = form_of(desk, address)
    assert senior.post(address, {name: value for name, value in again.items() if name != "withheld"}).status_code == 302
    response = desk.post(address, again | {"withheld": "on", "description": "وصف آخر"})
    assert response.status_code == 200
    assert not re.search(r'<input[^>]*name="withheld"[^>]*\bchecked\b', response.content.decode())


def test_a_merge_or_split_of_what_changed_meanwhile_does_nothing(senior: Client) -> None:
    first, second = (Actor.objects.create(name=f"هيئة {n}", kind="civil") for n in (1, 2))
    marks = f'{{"{first.pk}": {row_mark(first)}, "{second.pk}": {row_mark(second)}}}'
    with operation(user=User.objects.create_user("akhar").pk):
        Actor.objects.filter(pk=second.pk).update(description="غيّره غيره")
    request = request_of(senior.user, **{MARK_FIELD: marks})
    second.refresh_from_db()
    answer = merging._merge(request, Actor, first, [second])
    assert answer["Location"] == change("actor", first) and "سبقك akhar" in said(request)
    assert Actor.objects.get(pk=second.pk).merged_into is None
    alias = Alias.objects.create(actor=second, name="اسم ثان")
    form = {"moved": [alias.pk], "name": "اسم ثان", "kind": "civil", MARK_FIELD: f'{{"{second.pk}": 0}}'}
    page = senior.post(reverse("admin:split", args=[second.pk]), form)
    assert "سبقك akhar" in str(page.context["form"].non_field_errors()) and alias.actor == second
    assert not Actor.objects.filter(name="اسم ثان").exists()


@pytest.mark.parametrize(("count", "named"), [(1, 1), (5, 5), (7, 5)])
def test_what_stops_an_undo_is_named(desk: Client, count: int, named: int) -> None:
    actors = [Actor.objects.create(name=f"هيئة رقم {n}", kind="civil") for n in range(count)]
    with operation(user=desk.user.pk) as done:
        Actor.objects.filter(pk__in=[actor.pk for actor in actors]).update(country="المغرب")
    with operation(user=0):
        Actor.objects.filter(pk__in=[actor.pk for actor in actors]).update(description="غيّره غيره")
    message = said(desk.post(reverse("admin:operation", args=[done.id])))
    assert message.startswith("لم يُلغ شيء: غُيّر بعدها") and message.count("هيئة رقم") == named
    assert Actor.objects.filter(country="المغرب", pk__in=[actor.pk for actor in actors]).count() == count


def test_a_delivery_under_way_is_not_repeated_and_says_so(desk: Client) -> None:
    row = Delivery.objects.create(name="a.txt", state="running", stored_as="x")
    address = reverse("admin:articles_delivery_change", args=[row.pk])
    assert "لم ينته بعد" in said(desk.post(address, {"again": "1"}))
    shown = desk.get(address)
    assert (shown["Refresh"], bool(shown.context["is_troubled"]), shown.context["can_repeat"]) == ("2", False, False)
    for fields, is_troubled in (({"state": "finished"}, False), ({"state": "failed"}, True), ({"state": "finished", "failed": 1}, True)):  # fmt: skip
        Delivery.objects.filter(pk=row.pk).update(**fields)
        shown = desk.get(address)
        assert not shown.has_header("Refresh") and bool(shown.context["is_troubled"]) is is_troubled
        assert shown.context["can_repeat"] and shown.context["may_change"]


# Names.


def test_a_name_that_another_actor_has_is_told_where_it_is_typed(desk: Client) -> None:
    first, second = (Actor.objects.create(name=f"مرصد {name}", kind="civil") for name in ("الشمال", "الجنوب"))
    Alias.objects.create(actor=first, name="بيت الرصد")
    posted = form_of(desk, change("actor", second)) | {"aliases-TOTAL_FORMS": 1, "aliases-0-name": "بيت الرصد", "aliases-0-kind": "spelling", "aliases-0-actor": second.pk}  # fmt: skip
    message = said(desk.post(change("actor", second), posted))
    assert authority.shared_name("بيت الرصد", second, first) in message and "يجد البحث الأسماء الجديدة" in message
    # A change of anything else says nothing of names.
    posted = form_of(desk, change("actor", first)) | {"country": "المغرب"}
    assert "الأسماء الجديدة" not in said(desk.post(change("actor", first), posted))
    # A form that deletes a name.
    alias = Alias.objects.get(actor=first)
    desk.post(change("actor", first), form_of(desk, change("actor", first)) | {"aliases-0-DELETE": "on"})
    assert not Alias.objects.filter(pk=alias.pk).exists()


@pytest.mark.parametrize(("button", "is_linked"), [("save", False), ("link", True)])
def test_a_new_name_is_stored_with_or_without_its_mentions(desk: Client, make_article: Any, button: str, is_linked: bool) -> None:  # fmt: skip
    actor, article = Actor.objects.create(name="مرصد الشمال", kind="civil"), make_article(body="أصدر بيت الرصد تقريره.")
    address = reverse("admin:new_name", args=[actor.pk])
    assert desk.get(address).context["matches"] is None
    answer = desk.post(address, {"name": "بيت الرصد", "kind": "spelling", "found_in_text": "on", button: "1"})
    assert answer["Location"] == change("actor", actor) and "حُفظ «بيت الرصد»" in said(answer)
    assert (
        ("في 1 من المقالات" in said(answer))
        is is_linked
        is Mention.objects.filter(article=article, actor=actor).exists()
    )
    again = desk.post(address, {"name": "بيت الرصد", "kind": "spelling", "found_in_text": "on", button: "1"})
    assert again.status_code == 200 and again.context["form"].errors["name"] and actor.aliases.count() == 1


def test_a_name_that_others_have_is_decided_by_the_article(desk: Client, make_article: Any) -> None:
    first, second = (Actor.objects.create(name=f"مرصد {name}", kind="civil") for name in ("الشمال", "الجنوب"))
    Alias.objects.create(actor=first, name="بيت الرصد")
    for body in ("أصدر بيت الرصد تقريره.", "قال مرصد الجنوب إن بيت الرصد أصدر تقريره."):
        make_article(body[:9], body)
    fields = {"name": "بيت الرصد", "kind": "spelling", "found_in_text": "on"}
    shown = desk.post(reverse("admin:new_name", args=[second.pk]), fields).context
    assert len(shown["others"]) == 1 and shown["undecided"] >= 1 and shown["most"] == 200


# The order of a series.


@pytest.mark.parametrize(
    ("posted", "numbers"),
    [
        ({}, [None, None, None]), ({"session-1": "1", "session-2": "9999", "session-3": ""}, [1, 9999, None]), ({"session-1": "٣"}, [3, None, None]),
        ({"session-1": "0"}, "error"), ({"session-1": "10000"}, "error"), ({"session-1": "أول"}, "error"), ({"down": "1"}, [2, 1, 3]), ({"up": "1"}, [None, None, None]),
        ({"up": "3"}, [1, 3, 2]), ({"down": "3"}, [None, None, None]), ({"up": "9"}, [None, None, None]), ({"up": "x"}, [None, None, None]),
        # Typed numbers count before a button: the third comes first.
        ({"session-1": "5", "session-2": "7", "session-3": "2", "down": "3"}, [1, 3, 2]), ({"session-1": "", "session-2": "7", "session-3": "2", "up": "1"}, [2, 3, 1]),
    ],
)  # fmt: skip
def test_numbers_and_buttons_of_a_series(posted: dict[str, str], numbers: list | str) -> None:
    events = [Event(pk=pk) for pk in (1, 2, 3)]
    if numbers == "error":
        with pytest.raises(ValidationError):
            authority._numbers(request_of(**posted), events)
        return
    assert authority._numbers(request_of(**posted), events) == dict(zip((1, 2, 3), numbers, strict=True))


@pytest.mark.parametrize(
    ("stored", "posted", "shown"), [(None, {}, ""), (4, {}, "4"), (4, {"session-1": "x"}, "x"), (4, {"session-1": ""}, ""), (0, {}, "0")]
)  # fmt: skip
def test_the_number_in_the_field(stored: int | None, posted: dict[str, str], shown: str) -> None:
    assert authority._typed_number(request_of(**posted), Event(pk=1, session=stored)) == shown


# The review screen.


@pytest.mark.parametrize(
    ("states", "verdict"), [({"a": "confirmed", "b": "confirmed"}, "confirm"), ({"a": "rejected"}, "reject"), ({"a": "confirmed", "b": "rejected"}, ""), ({"a": "suggested"}, ""), ({}, "")]
)  # fmt: skip
def test_the_verdict_that_all_states_follow_from(states: dict[str, str], verdict: str) -> None:
    assert review_screen._verdict_of_all(states) == verdict


def test_items_are_renewed_unless_they_hold_what_was_typed() -> None:
    outcome = Outcome(refused={"figure-1": "لا", "figure-2": "سبقك"}, overtaken={"figure-2"})
    assert [review_screen._is_renewed(f"figure-{n}", outcome) for n in (1, 2, 3)] == [False, True, True]
    assert [review_screen._named(key) for key in ("figure-1", "date", "article", "moon-1")] == ["رقم", "تاريخ النشر", "المقال", "moon-1"]  # fmt: skip


def test_the_latest_two_hundred_skipped_articles_are_remembered(desk: Client) -> None:
    request = request_of(desk.user)
    request.session["skipped"] = list(range(200))
    turn = review_screen.Turn(mine=True)
    assert (
        review_screen._claim_next(request, 200, turn, is_left=False) == f"{reverse('admin:review_next')}?{turn.query}"
    )
    assert request.session["skipped"] == list(range(200))
    review_screen._claim_next(request, 200, turn, is_left=True)
    assert request.session["skipped"] == list(range(1, 201))


def test_suggested_names_follow_what_was_typed(desk: Client) -> None:
    address = reverse("admin:names", args=["actor"])
    Actor.objects.create(name="أ" * 200, kind="civil")
    assert desk.get(address, {"q": f"  {'أ' * 200}ب"}).json() == {"names": ["أ" * 200]}
    assert desk.get(address, {"q": " "}).json() == desk.get(address).json() == {"names": []}


def test_the_lines_beside_a_text(make_article: Any) -> None:
    body = "قال المجلس إن 25 خبيرا حضروا، وقال الوفد إن 26 غابوا."
    article = make_article(
        body=body,
        date_statements=[
            {"quote": f"قول {n}", "where": "heading", "earliest": "2024-11-05", "latest": "2024-11-05"}
            for n in range(5)
        ],
    )
    council, delegation, gone = (Actor.objects.create(name=name, kind="civil", state=state) for name, state in (("المجلس", "suggested"), ("الوفد", "confirmed"), ("زائل", "confirmed")))  # fmt: skip
    merged = Actor.objects.create(name="مدموج", kind="civil", merged_into=gone)
    at = body.index
    for actor, quotes in ((gone, []), (delegation, ["الوفد"]), (council, ["المجلس"]), (merged, ["حضروا"])):
        spans = [[at(quote), at(quote) + len(quote)] for quote in quotes]
        Mention.objects.create(article=article, actor=actor, spans=spans, quotes=quotes, role="صفة" if quotes else "")
    reviewer = User.objects.create_user("muharrir")
    for quote, value, state in (("26", 26, "rejected"), ("25 خبيرا", 25, "confirmed")):
        Figure.objects.create(article=article, value=value, quote=quote, start=at(quote), end=at(quote) + len(quote), state=state, unit="خبيرا" if value == 25 else "", scope="نطاق", reviewed_by=reviewer if value == 25 else None)  # fmt: skip
    for title, state in (("لقاء ثان", "suggested"), ("لقاء أول", "confirmed")):
        article.coverages.create(event=Event.objects.create(title=title, kind="meeting", state=state), state="suggested", score=0.5)  # fmt: skip
    items = items_of(Article.objects.get(pk=article.pk))
    assert [(item.noun, item.label, item.detail, item.state, item.verdict, item.reviewer) for item in items] == [
        ("date", "تاريخ غير معروف", "«قول 0»؛ «قول 1»؛ «قول 2»؛ «قول 3»", "suggested", "", ""),
        ("coverage", "لقاء ثان", "فعالية جديدة مقترحة", "suggested", "", ""),
        ("coverage", "لقاء أول", "", "suggested", "", ""),
        ("mention", "المجلس", "«المجلس» · صفة · فاعل جديد مقترح", "confirmed", "confirm", ""),
        ("mention", "الوفد", "«الوفد» · صفة", "confirmed", "confirm", ""),
        ("mention", "زائل", "", "confirmed", "confirm", ""),
        ("figure", "25 خبيرا", "«25 خبيرا» · نطاق", "confirmed", "confirm", "muharrir"),
        ("figure", "26 ", "«26» · نطاق", "rejected", "reject", ""),
    ]
    assert items[6].values == {"value": "25", "value_high": "", "qualifier": "exactly", "unit": "خبيرا", "measure": ""}
    assert items[0].values == {"value": "", "precision": "unknown"} and (items[1].score, items[0].score) == (0.5, None)
    assert [item.was.split("@")[0] for item in items[:4]] == ["suggested", "suggested", "suggested", "confirmed"]


@pytest.mark.parametrize(("state", "is_signed"), [("confirmed", True), ("rejected", True), ("suggested", False)])
def test_a_fact_that_an_editor_adds_is_signed_unless_it_is_a_suggestion(desk: Client, make_article: Any, state: str, is_signed: bool) -> None:  # fmt: skip
    actor = Actor.objects.create(name="مرصد", kind="civil", state="suggested")
    fields = {"article": make_article().pk, "actor": actor.pk, "state": state, "role": ""}
    assert desk.post(reverse("admin:articles_mention_add"), fields).status_code == 302
    mention = Mention.objects.get(actor=actor)
    assert (mention.reviewed_by, mention.reviewed_at is not None) == (desk.user if is_signed else None, is_signed)
    assert Actor.objects.get(pk=actor.pk).state == ("confirmed" if state == "confirmed" else "suggested")


# Accounts and the sign-in.


def test_who_sees_which_sign_ins(signed_in: Any, admin_client: Client, admin_user: User) -> None:
    manager, editor = signed_in("mudir", "مديرون"), signed_in("muharrir", "محررون").user
    for name in (admin_user.username, editor.username, "majhul"):
        AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", failures_since_start=5)
    address = reverse("admin:axes_accessattempt_changelist")
    seen = [
        {row.username for row in client.get(address).context["cl"].result_list} for client in (manager, admin_client)
    ]
    assert seen == [{"muharrir", "majhul"}, {"admin", "muharrir", "majhul"}]
    # Only a superuser removes lines of the log, and gives rights one by one.
    desk = admin.site.get_model_admin(User)
    for user, is_all in ((manager.user, False), (admin_user, True)):
        request = request_of(user)
        fields = {name for _, options in desk.get_fieldsets(request, editor) for name in options["fields"]}
        assert ({"is_superuser", "user_permissions"} <= fields) is is_all and {"groups", "is_active", "email"} <= fields
        assert desk.get_list_filter(request) == ("is_staff", "is_active", "groups")
        roles = admin.site.get_model_admin(Group)
        assert roles.get_fields(request) == (["name", "permissions"] if is_all else ["name"])
        assert roles.has_add_permission(request) is roles.has_change_permission(request) is is_all
        assert admin.site.get_model_admin(AccessLog).has_delete_permission(request) is is_all


@pytest.mark.parametrize(
    ("query", "leads_to"), [("", ""), ("?next=", ""), ("?next=/admin/deliver/", "?next=/admin/deliver/")]
)
def test_a_sign_in_leads_to_the_second_factor_and_on(desk: Client, query: str, leads_to: str) -> None:
    TOTPDevice.objects.create(user=desk.user, name="هاتف", confirmed=True)
    assert desk.get(f"/admin/login/{query}")["Location"] == reverse("admin:second_factor") + leads_to


# Articles.


@pytest.mark.parametrize(
    ("new", "old", "of_senior", "of_editor"),
    [
        ("published", "draft", True, True), ("draft", "published", True, True), ("withdrawn", "published", False, False), ("deleted", "draft", False, False),
        ("withdrawn", "withdrawn", True, True), ("deleted", "deleted", True, True), ("published", "withdrawn", True, False), ("draft", "deleted", True, False),
        ("deleted", "withdrawn", False, False),
    ],
)  # fmt: skip
def test_which_status_a_form_gives(desk: Client, senior: Client, new: str, old: str, of_senior: bool, of_editor: bool) -> None:  # fmt: skip
    articles = admin.site.get_model_admin(Article)
    assert articles.may_have_status(request_of(senior.user), new, old) is of_senior
    assert articles.may_have_status(request_of(desk.user), new, old) is of_editor


@pytest.mark.parametrize(
    ("fields", "origin", "basis"),
    [
        ({"title": "عنوان المحرر"}, "editor", "inferred"), ({"published_date": "2024-03-05"}, "stated", "editor"), ({"published_precision": "month"}, "stated", "editor"),
        ({"section": "سياسة"}, "stated", "inferred"), ({}, "stated", "inferred"),
    ],
)  # fmt: skip
def test_what_an_editor_sets_is_the_editors(desk: Client, make_article: Any, fields: dict, origin: str, basis: str) -> None:  # fmt: skip
    article = make_article("عنوان", "نص.", date(2024, 3, 4), title_origin="stated")
    Article.objects.filter(pk=article.pk).update(published_basis="inferred")
    before = Article.objects.get(pk=article.pk).updated_at
    response = desk.post(change("article", article), form_of(desk, change("article", article)) | fields)
    assert response.status_code == 302, response.context["errors"]
    article.refresh_from_db()
    assert (article.title_origin, article.published_basis) == (origin, basis)
    # A form that is saved unchanged leaves the time of the last change.
    assert (article.updated_at == before) is (fields == {})


def test_a_corrected_figure_ends_its_contradiction(desk: Client, make_article: Any) -> None:
    event, measure = Event.objects.create(title="لقاء", kind="meeting"), Measure.objects.create(label="خبراء")
    figures = []
    for value in (20, 90):
        article = make_article(f"خبر {value}", f"{value} خبيرا")
        article.coverages.create(event=event)
        figures.append(Figure.objects.create(article=article, value=value, quote=f"{value} خبيرا", start=0, end=8, event=event, measure=measure))  # fmt: skip
    Contradiction.objects.refresh([event.pk])
    assert Contradiction.objects.get(event=event).is_open
    address = change("figure", figures[1])
    fields = form_of(desk, address)
    assert desk.post(address, fields | {"event": ""}).status_code == 302
    assert not Contradiction.objects.filter(event=event, is_open=True).exists()
    fields = form_of(desk, address)
    assert desk.post(address, fields | {"event": event.pk}).status_code == 302
    assert Contradiction.objects.get(event=event).is_open
    # A deleted figure contradicts nothing.
    client = Client()
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("admin:articles_figure_delete", args=[figures[1].pk]), {"post": "yes"})
    assert not Contradiction.objects.filter(event=event, is_open=True).exists()


# Merges and operations.


def test_a_preview_of_a_merge_shows_twenty_rows_and_forty_names(senior: Client) -> None:
    rows = [Actor.objects.create(name=f"هيئة الدمج {n:02}", kind="civil") for n in range(21)]
    Alias.objects.bulk_create(Alias(actor=rows[3], name=f"اسم {n:02}", folded=f"اسم {n:02}") for n in range(41))
    address = reverse("admin:merge", args=["actor"]) + f"?rows={','.join(str(row.pk) for row in rows)}"
    shown = senior.get(address).context
    assert [row for row, *_ in shown["rows"]] == rows[:20] and shown["kept"] == rows[3]
    assert [len(names) for _, _, names, _ in shown["rows"]] == [0, 0, 0, 40] + [0] * 16
    assert [joined for *_, joined in shown["rows"]] == [0] * 20


def test_an_operation_that_changed_nothing_is_not_taken_back(admin_client: Client) -> None:
    context = Context.objects.create(id=uuid.uuid4(), metadata={})
    shown = admin_client.get(reverse("admin:operation", args=[context.pk])).context
    assert (shown["may_undo"], shown["user_who"], shown["changes"]) == (False, None, [])
    with operation(user=0) as done:
        Source.objects.create(name="جريدة")
        Source.objects.filter(name="جريدة").update(country="المغرب")
    assert admin_client.get(reverse("admin:operation", args=[done.id])).context["may_undo"] is True
