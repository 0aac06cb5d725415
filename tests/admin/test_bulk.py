"""Bulk actions: a preview with counts and reasons, one operation for all rows, and failures reported row by row."""

from datetime import date
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from articles.admin import bulk
from articles.curation.changes import changes_of
from articles.models import Article, Coverage, Event, Figure, Source
from tests.admin.posting import act, changelist

pytestmark = pytest.mark.django_db


def preview(desk: Client, noun: str, action: str, *rows: Any, **fields: Any) -> Any:
    """Posts a bulk action and returns its preview page."""
    return desk.post(changelist(noun), {"action": action, "_selected_action": [row.pk for row in rows]} | fields)


def messages_and_page(response: Any) -> str:
    """Returns the messages of an answer and its page as one text."""
    return " | ".join(str(message) for message in get_messages(response.wsgi_request)) + response.content.decode()


def test_a_preview_counts_and_changes_nothing(desk: Client, seed: Any) -> None:
    figures = list(seed("000").figures.order_by("id")[:4])
    Figure.objects.filter(pk=figures[0].pk).update(state="confirmed")
    shown = preview(desk, "figure", "confirm", *figures)
    assert (shown.context["able"], shown.context["all"]) == (3, 4) and "من قبل" in shown.content.decode()
    assert Figure.objects.filter(pk__in=[f.pk for f in figures], state="suggested").count() == 3


def test_a_whole_filtered_list_is_taken(desk: Client, seed: Any) -> None:
    figures = Figure.objects.suggested()
    wanted = figures.filter(qualifier="exactly").count()
    posted = {"action": "confirm", "_selected_action": [figures.first().pk], "select_across": "1"}
    address = f"{changelist('figure')}?state__exact=suggested&qualifier__exact=exactly"
    assert desk.post(address, posted).context["all"] == wanted
    desk.post(address, posted | {"asked": "1", "sure": "1"})
    assert Figure.objects.filter(state="confirmed", qualifier="exactly").count() == wanted
    assert figures.filter(qualifier="more_than").exists()


def test_a_list_too_long_is_refused_with_what_to_do(desk: Client, seed: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "MOST_ROWS", 2)
    response = act(desk, "figure", "confirm", *seed("000").figures.all()[:3])
    assert "ضيّق القائمة" in response.content.decode() and not Figure.objects.filter(state="confirmed").exists()


def test_dates_with_their_basis_and_a_row_that_cannot_have_one(desk: Client, seed: Any, make_article: Any) -> None:
    from django.utils import timezone

    received = seed("000")
    received.captures.update(captured_at=timezone.make_aware(timezone.datetime(2024, 1, 1)))
    typed = make_article("بلا أصل", "نص.", date(2020, 1, 1))
    fields = {"date": "2024-03-10", "precision": "month", "basis": "stated"}
    shown = preview(desk, "article", "set_date", received, typed, asked="1", **fields)
    assert not shown.context["form"].errors
    assert "وصل أصله في 2024-01-01" in shown.content.decode()
    response = act(desk, "article", "set_date", received, typed, **fields)
    typed.refresh_from_db()
    assert (str(typed.published.earliest), str(typed.published.latest), typed.published.basis) == (
        "2024-03-01",
        "2024-03-31",
        "stated",
    )
    assert str(seed("000").published.earliest) != "2024-03-01" and "وصل أصله" in response.content.decode()


def test_source_event_and_editor_are_set(desk: Client, seed: Any) -> None:
    articles = [seed("000"), seed("001"), seed("002")]
    source, event = (
        Source.objects.create(name="وكالة الاختبار"),
        Event.objects.create(title="لقاء الاختبار", kind="meeting"),
    )
    act(desk, "article", "set_source", *articles, source="وكاله الاختبار")
    act(desk, "article", "join_event", *articles, event="لقاء الإختبار")
    act(desk, "article", "assign", *articles, editor=desk.user.pk)
    act(desk, "article", "mark_checked", *articles)
    for article in Article.objects.filter(pk__in=[a.pk for a in articles]):
        assert (article.source, article.assigned_to, article.checked_by) == (source, desk.user, desk.user)
        assert Coverage.objects.get(article=article, event=event).state == "confirmed"
    unknown = act(desk, "article", "set_source", *articles, source="لا أحد يعرفه")
    assert "لا مصدر بهذا الاسم" in unknown.content.decode()


def test_an_error_of_the_database_changes_nothing(desk: Client, seed: Any, monkeypatch: Any) -> None:
    from django.db import DatabaseError

    from articles.models.review import ReviewableQuerySet

    review = ReviewableQuerySet.review

    def fails(self: Any, state: str, editor: Any) -> int:
        review(self, state, editor)
        raise DatabaseError("refused")

    monkeypatch.setattr(ReviewableQuerySet, "review", fails)
    response = act(desk, "figure", "confirm", *seed("000").figures.all())
    assert "لم يتغير شيء" in response.content.decode() and not Figure.objects.filter(state="confirmed").exists()


def test_withdrawing_many_asks_for_the_password_when_it_is_old(senior: Client, seed: Any) -> None:
    from tests.admin.conftest import PASSWORD

    session = senior.session
    session["password_given_at"] = 0
    session.save()
    refused = preview(senior, "article", "withdraw", seed("000"), asked="1", sure="1", password="خطأ")
    assert "كلمة المرور غير صحيحة" in refused.content.decode() and seed("000").status == "published"
    act(senior, "article", "withdraw", seed("000"), password=PASSWORD, notice="طلب الناشر")
    assert seed("000").status == "withdrawn"
    (change,) = [change for change in changes_of(seed("000")) if any(f.label == "الحالة" for f in change.fields)]
    assert change.user.username == "awwal" and change.what == "سحب المحدد"


def test_a_deleted_article_keeps_address_captures_and_history(senior: Client, seed: Any) -> None:
    article = seed("000")
    senior.post(f"/admin/articles/article/{article.pk}/delete/", {"notice": "خبر مكذوب"})
    gone = senior.get(article.get_absolute_url())
    assert gone.status_code == 410 and "خبر مكذوب" in gone.content.decode()
    assert article.title not in senior.get(changelist("article")).content.decode()
    assert article.title in senior.get(changelist("article"), {"status__exact": "deleted"}).content.decode()
    assert article.captures.get().read() and changes_of(article)
    assert article.title not in senior.get("/articles/").content.decode()
