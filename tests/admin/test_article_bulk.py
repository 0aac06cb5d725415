"""Which articles a bulk action takes, what it tells of the others, and what it stores; and what a merge needs."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from articles.admin import article_bulk
from articles.admin.bulk import Bulk
from articles.models import (
    Actor,
    Alias,
    Apart,
    Article,
    Capture,
    Contradiction,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Source,
)
from tests.admin.posting import act

pytestmark = pytest.mark.django_db
Make = Callable[..., Article]


def reason(bulk: Bulk, article: Article, **cleaned: object) -> str:
    return bulk.check(article, cleaned)


@pytest.mark.parametrize(
    ("bulk", "status", "words"),
    [
        (article_bulk.PUBLISH, "draft", ""), (article_bulk.PUBLISH, "published", "من قبل"), (article_bulk.PUBLISH, "withdrawn", "يعيده محرر أول"),
        (article_bulk.PUBLISH, "deleted", "يعيده محرر أول"), (article_bulk.WITHDRAW, "published", ""), (article_bulk.WITHDRAW, "draft", ""),
        (article_bulk.WITHDRAW, "withdrawn", "من قبل"), (article_bulk.WITHDRAW, "deleted", ""), (article_bulk.DELETE, "deleted", "من قبل"),
        (article_bulk.DELETE, "withdrawn", ""),
    ],
)  # fmt: skip
def test_a_status_is_given_where_that_is_allowed(bulk: Bulk, status: str, words: str) -> None:
    reason_shown = reason(bulk, Article(status=status))
    assert words in reason_shown and bool(reason_shown) == bool(words)


def test_checks_on_one_article(make_article: Make) -> None:
    first_source, second_source = (Source.objects.create(name=f"مصدر {n}") for n in (1, 2))
    article, event = make_article(source=first_source), Event.objects.create(title="لقاء", kind="meeting")
    for source, reason_shown in ((first_source, "هذا مصدره من قبل"), (second_source, "")):
        assert reason(article_bulk.SET_SOURCE, article, source=source) == reason_shown
    for state, reason_shown in (("suggested", ""), ("rejected", ""), ("confirmed", "مربوط بهذه الفعالية من قبل")):
        Coverage.objects.update_or_create(article=article, event=event, defaults={"state": state})
        assert reason(article_bulk.JOIN_EVENT, article, event=event) == reason_shown
    other_event = Event.objects.create(title="غيره", kind="meeting")
    assert reason(article_bulk.JOIN_EVENT, article, event=other_event) == ""
    for bulk in (article_bulk.SET_SOURCE, article_bulk.JOIN_EVENT, article_bulk.SET_DATE, article_bulk.ASSIGN):
        assert reason(bulk, article) == ""
    assert reason(article_bulk.CHECKED, Article()) == ""
    assert reason(article_bulk.CHECKED, Article(checked_at=timezone.now())) == "روجع من قبل"


@pytest.mark.parametrize(
    ("day", "precision", "is_refused"),
    [
        (date(2024, 3, 10), "day", False), (date(2024, 3, 11), "day", True), (date(2024, 3, 31), "month", False), (date(2024, 4, 1), "month", True),
        (date(2024, 12, 31), "year", False), (date(2025, 1, 1), "year", True),
    ],
)  # fmt: skip
def test_no_article_is_published_after_it_was_captured(
    make_article: Make, day: date, precision: str, is_refused: bool
) -> None:
    article = make_article()
    cleaned = {"date": day, "precision": precision, "basis": "editor"}
    assert reason(article_bulk.SET_DATE, article, **cleaned) == ""
    for n, (state, moment) in enumerate((("refused", datetime(1999, 1, 1)), ("accepted", datetime(2024, 3, 10, 12)), ("accepted", datetime(2030, 1, 1)))):  # fmt: skip
        Capture.objects.create(
            article=article,
            sha256=f"{n}" * 64,
            size=1,
            media_type="text/plain",
            state=state,
            captured_at=timezone.make_aware(moment),
        )
    reason_shown = reason(article_bulk.SET_DATE, article, **cleaned)
    assert reason_shown == ("وصل أصله في 2024-03-10، قبل هذا التاريخ" if is_refused else "")


def test_what_actions_store(make_article: Make) -> None:
    user = User.objects.create_user("muharrir", is_staff=True)
    request = RequestFactory().get("/")
    request.user = user
    long_ago = timezone.now() - timedelta(days=30)
    articles = [make_article(f"خبر {n}", "وصل 25 خبيرا.", status="draft") for n in range(3)]
    event = Event.objects.create(title="لقاء", kind="meeting", state="suggested")
    old = Coverage.objects.create(article=articles[0], event=event, state="suggested")
    Article.objects.filter(pk__in=[article.pk for article in articles]).update(updated_at=long_ago)
    article_bulk.JOIN_EVENT.change(request, articles[:2], {"event": event})
    stored = {row.article_id: row for row in Coverage.objects.filter(event=event)}
    assert set(stored) == {articles[0].pk, articles[1].pk} and stored[articles[0].pk].pk == old.pk
    assert {(row.state, row.reviewed_by) for row in stored.values()} == {("confirmed", user)}
    assert Event.objects.get(pk=event.pk).state == "confirmed"
    article_bulk.PUBLISH.change(request, articles[:2], {})
    rows = {row.pk: row for row in Article.objects.filter(pk__in=[article.pk for article in articles])}
    assert [rows[article.pk].status for article in articles] == ["published", "published", "draft"]
    assert (
        rows[articles[0].pk].updated_at > long_ago + timedelta(days=1) and rows[articles[2].pk].updated_at == long_ago
    )
    article_bulk.ASSIGN.change(request, articles[:1], {"editor": user})
    article_bulk.CHECKED.change(request, articles[1:2], {})
    rows = {row.pk: row for row in Article.objects.filter(pk__in=[article.pk for article in articles])}
    assert [rows[article.pk].assigned_to for article in articles] == [user, None, None]
    assert [rows[article.pk].checked_by for article in articles] == [None, user, None]
    article_bulk.ASSIGN.change(request, articles[:1], {"editor": None})
    assert Article.objects.get(pk=articles[0].pk).assigned_to is None


def test_contradictions_follow_what_is_published(make_article: Make) -> None:
    measure, event = Measure.objects.create(label="خبراء"), Event.objects.create(title="لقاء", kind="meeting")
    articles = [make_article(f"خبر {n}", f"وصل {n} خبيرا.") for n in (20, 90)]
    for article, value in zip(articles, (20, 90), strict=True):
        Coverage.objects.create(article=article, event=event)
        Figure.objects.create(
            article=article, value=value, measure=measure, event=event, quote=f"{value} خبيرا", start=4, end=12
        )
    assert list(article_bulk.events_of(articles)) == [event.pk] and list(article_bulk.events_of([])) == []
    Contradiction.objects.refresh([event.pk])
    assert Contradiction.objects.get(event=event).is_open
    article_bulk.take_away(articles[:1], "withdrawn", "طلب الناشر")
    assert not Contradiction.objects.filter(event=event, is_open=True).exists()
    row = Article.objects.get(pk=articles[0].pk)
    assert (row.status, row.notice) == ("withdrawn", "طلب الناشر")
    for notice in ("", "  ", "…"):
        with pytest.raises(ValueError, match="notice"):
            article_bulk.take_away(articles[1:], "deleted", notice)
    assert Article.objects.get(pk=articles[1].pk).status == "published"


# Merges.


def actors(count: int) -> list[Actor]:
    return [Actor.objects.create(name=f"هيئة الدمج {n:02}", kind="civil") for n in range(count)]


@pytest.mark.parametrize(("count", "is_offered"), [(1, False), (2, True), (20, True), (21, False)])
def test_so_many_rows_are_merged_at_once(senior: Client, count: int, is_offered: bool) -> None:
    rows = actors(count)
    posted = {"action": "merge", "_selected_action": [row.pk for row in rows]}
    response = senior.post(reverse("admin:articles_actor_changelist"), posted)
    is_redirected = response.status_code == 302 and "/merge/actor/" in response["Location"]
    assert is_redirected is is_offered
    if is_offered:
        assert response["Location"].endswith("rows=" + ",".join(str(row.pk) for row in rows))


def test_a_preview_proposes_the_row_with_the_most_to_move(senior: Client, make_article: Make) -> None:
    first, second, third = rows = actors(3)
    Alias.objects.create(actor=second, name="اسم الثانية")
    for n in range(2):
        Mention.objects.create(article=make_article(f"خبر {n}"), actor=third)
    address = reverse("admin:merge", args=["actor"]) + f"?rows={','.join(str(row.pk) for row in rows)}"
    shown = senior.get(address).context
    assert shown["kept"] == third and [row for row, *_ in shown["rows"]] == rows
    assert [names for _, _, names, _ in shown["rows"]] == [[], ["اسم الثانية"], []]
    assert senior.get(f"{address}&kept={second.pk}").context["kept"] == second
    # Nobody is merged without the choice of what stays.
    refused = senior.post(address, {"seen": shown["seen"]})
    assert (
        refused.status_code == 200
        and not Actor.objects.filter(merged_into__isnull=False, pk__in=[row.pk for row in rows]).exists()
    )
    # Of two with as much the older one is proposed.
    pair = reverse("admin:merge", args=["actor"]) + f"?rows={first.pk},{second.pk}"
    Alias.objects.filter(actor=second).delete()
    assert senior.get(pair).context["kept"] == first
    Actor.objects.filter(pk=second.pk).update(merged_into=first)
    assert senior.get(pair).status_code == 302
    assert senior.get(reverse("admin:merge", args=["actor"]) + "?rows=x,").status_code == 302


@pytest.mark.parametrize(("apart", "status"), [("{0}-{1}", 302), ("{1}-{0}", 302), ("{0}-{0}", 404), ("{0}", 404), ("x-{0}", 404), ("", 404), ("{0}-{1}-9", 404)])  # fmt: skip
def test_two_are_said_to_be_distinct(senior: Client, apart: str, status: int) -> None:
    first, second = actors(2)
    response = senior.post(reverse("admin:duplicates"), {"apart": apart.format(first.pk, second.pk)})
    assert response.status_code == status
    pairs = list(Apart.objects.values_list("noun", "lower_key", "higher_key", "by__username"))
    assert pairs == ([("actor", first.pk, second.pk, "awwal")] if status == 302 else [])


def test_withdrawing_needs_its_own_permission(desk: Client, seed: Any) -> None:
    act(desk, "article", "withdraw", seed("000"), notice="طلب الناشر")
    assert seed("000").status == "published"


def test_merging_needs_the_permission_for_that_noun(signed_in: Callable[..., Client]) -> None:
    client = signed_in("qasir", "محررون")
    client.user.user_permissions.add(Permission.objects.get(codename="merge_actor"))
    rows = {"actor": actors(2), "event": [Event.objects.create(title=f"لقاء {n}", kind="meeting") for n in (1, 2)]}
    for noun, status in (("actor", 200), ("event", 403), ("moon", 404)):
        keys = ",".join(str(row.pk) for row in rows.get(noun, []))
        assert client.get(reverse("admin:merge", args=[noun]) + f"?rows={keys}").status_code == status
        if noun != "moon":
            assert client.get(reverse("admin:duplicates"), {"noun": noun}).status_code == status
    assert client.get(reverse("admin:split", args=[rows["actor"][0].pk])).status_code == 200
