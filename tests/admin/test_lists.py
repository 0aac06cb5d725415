"""What the lists of the desk show, find and count, and what its start page says that waits: one world, many questions."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from django.urls import reverse

from articles.admin.start_page import waiting
from articles.models import (
    Actor,
    Alias,
    Article,
    Capture,
    Contradiction,
    Coverage,
    Delivery,
    Event,
    Figure,
    Measure,
    Mention,
    Reprint,
    Source,
)
from tests.admin.posting import changelist

pytestmark = pytest.mark.django_db
Make = Callable[..., Article]
OLD, NEW = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC)


class World:
    """Articles in the charge of the editor, of another, of nobody, and one that was reviewed, each with a fact of each kind."""

    def __init__(self, make_article: Make, me: User) -> None:
        for model in (Capture, Article, Actor, Event):
            model.objects.all().delete()
        other = User.objects.create_user("akhar", is_staff=True)
        self.source = Source.objects.create(name="وكالة المرافئ")
        self.actor = Actor.objects.create(name="مجلس المرافئ", kind="civil")
        Alias.objects.create(actor=self.actor, name="هيئة الأرصفة")
        self.event = Event.objects.create(title="لقاء المرافئ", kind="meeting")
        self.measure, second = (Measure.objects.create(label=label) for label in ("خبراء", "وفود"))
        self.suggested = [Actor.objects.create(name=f"مقترح {n}", kind="civil", state="suggested", score=n / 10) for n in (1, 2)]  # fmt: skip
        Event.objects.create(title="حدث مقترح", kind="meeting", state="suggested")
        Event.objects.create(title="حدث مدموج", kind="meeting", state="suggested", merged_into=self.event)
        Actor.objects.create(name="فاعل مدموج", kind="civil", state="suggested", merged_into=self.actor)
        self.articles = {}
        for n, (name, fields) in enumerate({
            "mine": {"assigned_to": me}, "another's": {"assigned_to": other}, "free": {}, "reviewed": {"checked_at": NEW, "checked_by": me},
            "my reviewed": {"checked_at": NEW, "assigned_to": me},
        }.items()):  # fmt: skip
            article = make_article(f"خبر {name}", f"وصل {20 + n} خبيرا.", date(2024, 1, 1 + n), source=self.source if n else None, **fields)  # fmt: skip
            self.articles[name] = article
            Mention.objects.create(article=article, actor=self.actor, state="suggested", score=0.5)
            Coverage.objects.create(article=article, event=self.event, state="suggested")
            Figure.objects.create(article=article, value=20 + n, quote=f"{20 + n} خبيرا", start=4, end=12, state="suggested", event=self.event, measure=self.measure)  # fmt: skip
            if n:
                Reprint.objects.create(article=article, original=self.articles["mine"], state="suggested", score=0.9)
        Mention.objects.create(article=self.articles["free"], actor=self.suggested[0], state="confirmed")
        Article.objects.filter(title="خبر mine").update(created_at=OLD, published_basis="inferred")
        Article.objects.filter(title="خبر free").update(created_at=NEW, published_basis="inferred")
        Contradiction.objects.all().delete()
        self.contradiction = Contradiction.objects.create(event=self.event, measure=self.measure, state="suggested")
        Contradiction.objects.create(event=self.event, measure=second, state="suggested", is_open=False)
        Contradiction.objects.filter(pk=self.contradiction.pk).update(found_at=OLD)
        Delivery.objects.create(name="mine.txt", state="finished", failed=1, by=me)
        Delivery.objects.create(name="theirs.txt", state="failed", by=other)
        Delivery.objects.create(name="good.txt", state="finished", by=me)
        self.captures = [
            Capture.objects.create(
                article=self.articles["mine"], sha256=f"{n}" * 64, size=1, media_type="text/plain", filename=f"أصل {n}.txt",
                state=state, captured_at=OLD, waiting_reason="unlike" if state == "waiting" else "",
            )
            for n, state in enumerate(("waiting", "accepted", "refused"))
        ]  # fmt: skip


@pytest.fixture
def root(admin_client: Client, admin_user: User) -> Client:
    """A superuser's client."""
    admin_client.user = admin_user
    return admin_client


@pytest.fixture
def world(make_article: Make, root: Client) -> World:
    return World(make_article, root.user)


NAMES = {
    "مقالات لم تُراجع": "article", "فاعلون مذكورون": "mention", "فعاليات مغطاة": "coverage", "أرقام": "figure", "تواريخ نشر غير محسومة": "date",
    "نصوص مكررة محتملة": "reprint", "فاعلون جدد مقترحون": "actor", "فعاليات جديدة مقترحة": "event", "أرقام متعارضة": "contradiction",
    "نسخ تنتظر محررا": "capture", "واردات تعذر بعضها": "delivery",
}  # fmt: skip


def start_page(user: User, **parameters: str) -> dict[str, Any]:
    """The context of the start page."""
    request = RequestFactory().get(reverse("admin:index"), parameters)
    request.user = user
    return waiting(request)


def lines(client: Client, **parameters: str) -> dict[str, Any]:
    return {NAMES[line.name]: line for line in start_page(client.user, **parameters)["lines"]}


def test_the_start_page_counts_what_waits(root: Client, world: World) -> None:
    shown = lines(root)
    assert {noun: line.count.rows for noun, line in shown.items()} == {
        "article": 3, "mention": 3, "coverage": 3, "figure": 3, "date": 2, "reprint": 2, "actor": 2, "event": 1, "contradiction": 1, "capture": 1,
        "delivery": 2,
    }  # fmt: skip
    assert {noun: line.oldest for noun, line in shown.items() if line.oldest in (OLD, None)} == {
        "article": OLD, "mention": OLD, "coverage": OLD, "figure": OLD, "date": OLD, "actor": None, "event": None, "contradiction": OLD, "capture": OLD,
    }  # fmt: skip
    assert shown["delivery"].oldest and shown["reprint"].oldest
    mine = lines(root, mine="1")
    assert {noun: line.count.rows for noun, line in mine.items()} == {
        "article": 1, "mention": 1, "coverage": 1, "figure": 1, "date": 1, "reprint": 0, "delivery": 1,
    }  # fmt: skip
    assert (mine["reprint"].oldest, mine["reprint"].links) == (None, ())
    # What waits is found behind each address.
    for of_lines in (shown, mine):
        for noun, line in of_lines.items():
            listed = root.get(line.list_address).context["cl"].result_count
            of_reviewed = {
                "mention": 5,
                "coverage": 5,
                "figure": 5,
                "reprint": 4,
                "date": 3 if of_lines is shown else 1,
            }
            expected = of_reviewed.get(noun, 2 if noun == "delivery" else line.count.rows)
            assert listed == expected, (noun, line.list_address)


def test_the_ways_through_what_waits(root: Client, world: World) -> None:
    shown, of_score = lines(root), ["الأقدم", "الأحدث", "الأقل ثقة", "الأكثر ثقة"]
    labels = {noun: [label for label, _ in line.links] for noun, line in shown.items()}
    in_list = ["القائمة"]
    assert labels == {
        "article": of_score[:2], "mention": of_score, "coverage": of_score, "figure": of_score, "date": of_score[:2], "reprint": of_score,
        "actor": in_list + of_score[2:], "event": in_list + of_score[2:], "contradiction": in_list, "capture": in_list, "delivery": in_list,
    }  # fmt: skip
    review = reverse("admin:review_next")
    assert [address for _, address in shown["figure"].links] == [f"{review}?kind=figure&mine=0&order={order}" for order in ("old", "new", "unsure", "sure")]  # fmt: skip
    assert lines(root, mine="1")["article"].links[0] == ("الأقدم", f"{review}?kind=&mine=1&order=old")
    ordered = {label: [row.name for row in root.get(address).context["cl"].result_list] for label, address in shown["actor"].links}  # fmt: skip
    assert ordered["الأقل ثقة"] == ["مقترح 1", "مقترح 2"] == ordered["الأكثر ثقة"][::-1]


def test_the_start_page_when_nothing_waits(root: Client, world: World) -> None:
    assert start_page(root.user)["nothing"] is False
    Actor.objects.exclude(merged_into=None).delete()
    Event.objects.exclude(merged_into=None).delete()
    for model in (Capture, Article, Actor, Event, Delivery):
        model.objects.all().delete()
    shown = root.get(reverse("admin:index")).context
    assert shown["nothing"] is True and shown["may_ingest"] and shown["may_merge"] and not shown["mine"]
    assert {line.count.rows for line in shown["lines"]} == {0} and {line.links for line in shown["lines"]} == {()}


def test_a_line_is_shown_to_those_who_may_view_its_rows(world: World) -> None:
    user = User.objects.create_user("qari", is_staff=True)
    for noun in set(NAMES.values()) - {"date"}:
        user.user_permissions.set([Permission.objects.get(codename=f"view_{noun}", content_type__app_label="articles")])
        shown = start_page(User.objects.get(pk=user.pk))
        assert [NAMES[line.name] for line in shown["lines"]] == (["article", "date"] if noun == "article" else [noun])
        assert not shown["may_ingest"] and not shown["may_merge"]


# Lists.


def listed(client: Client, noun: str, **parameters: object) -> list[str]:
    response = client.get(changelist(noun), parameters)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


ARTICLES: list[tuple[dict[str, str], list[str]]] = [
        ({}, ["my reviewed", "reviewed", "free", "another's", "mine"]), ({"checked": "no"}, ["free", "another's", "mine"]), ({"checked": "mine"}, ["mine"]),
        ({"checked": "yes"}, ["my reviewed", "reviewed"]), ({"checked": "perhaps"}, ["my reviewed", "reviewed", "free", "another's", "mine"]),
        ({"q": "22"}, ["free"]), ({"q": " "}, ["my reviewed", "reviewed", "free", "another's", "mine"]), ({"o": "3"}, ["mine", "another's", "free", "reviewed", "my reviewed"]),
    ]  # fmt: skip


def test_the_list_of_articles(root: Client, world: World) -> None:
    for parameters, names in ARTICLES:
        assert listed(root, "article", **parameters) == [f"خبر {name}" for name in names], parameters


def test_the_list_of_articles_counts_suggestions_and_leaves_out_what_is_gone(root: Client, world: World) -> None:
    rows = {row.title: row.suggestions for row in root.get(changelist("article")).context["cl"].result_list}
    assert rows == {f"خبر {name}": 3 for name in world.articles}
    Mention.objects.filter(article=world.articles["free"], actor=world.actor).update(state="rejected")
    rows = {row.title: row.suggestions for row in root.get(changelist("article")).context["cl"].result_list}
    assert rows["خبر free"] == 2
    Article.objects.filter(title="خبر free").update(status="deleted", notice="خطأ.")
    Article.objects.filter(title="خبر reviewed").update(merged_into=world.articles["mine"])
    assert listed(root, "article") == ["خبر my reviewed", "خبر another's", "خبر mine"]
    assert listed(root, "article", status__exact="deleted") == ["خبر free"]
    # A deleted article still has its form, a merged one has none.
    for name, status in (("free", 200), ("reviewed", 302)):
        assert root.get(reverse("admin:articles_article_change", args=[world.articles[name].pk])).status_code == status


FOUND = [
        ("mention", "مجلس المرافئ", 5), ("mention", "الأرصفة", 5), ("mention", "مقترح", 1), ("mention", "لا أحد", 0), ("coverage", "المرافئ لقاء", 5),
        ("coverage", "مؤتمر", 0), ("reprint", "22", 1), ("reprint", "20", 0), ("figure", "22", 1), ("figure", "٢٢", 1), ("figure", "خبيرا", 5), ("figure", "22 خبيرا", 1),
        ("figure", "99", 0), ("contradiction", "المرافئ", 2), ("contradiction", "مؤتمر", 0), ("actor", "الأرصفة", 1), ("actor", "مدموج", 0), ("event", "لقاء", 1),
        ("event", "مدموج", 0), ("capture", "أصل 1.txt", 1), ("capture", "أصل", 0), ("capture", "0" * 64, 1), ("capture", "أصل 9.txt", 0),
    ]  # fmt: skip


def test_what_lists_find(root: Client, world: World) -> None:
    request = RequestFactory().get("/admin/")
    request.user, request.resolver_match = root.user, None

    def count_of(noun: str, typed: str) -> int:
        desk = admin.site.get_model_admin(apps.get_model("articles", noun))
        rows, may_repeat = desk.get_search_results(request, desk.get_queryset(request), f" {typed} ")
        assert not may_repeat
        return rows.count()

    assert {(noun, typed): count_of(noun, typed) for noun, typed, _ in FOUND} == {
        (noun, typed): count for noun, typed, count in FOUND
    }


def test_filters_of_lists(root: Client, world: World) -> None:
    assert listed(root, "delivery", trouble="yes") == ["theirs.txt", "mine.txt"]
    assert listed(root, "delivery") == listed(root, "delivery", trouble="no") == ["good.txt", "theirs.txt", "mine.txt"]
    assert len(listed(root, "figure", measure=world.measure.pk)) == 5
    assert len(listed(root, "contradiction", measure=world.measure.pk)) == 1
    assert len(listed(root, "figure", measure="x")) == 5 and listed(root, "figure", measure="999999") == []
    Measure.objects.bulk_create(Measure(label=f"مقياس {n:02}") for n in range(70))
    (spec,) = [spec for spec in root.get(changelist("figure")).context["cl"].filter_specs if spec.title == "المقياس"]
    assert len(spec.lookup_choices) == 60
    # An open contradiction comes first. That of a merged event is left out.
    assert [row.is_open for row in root.get(changelist("contradiction")).context["cl"].result_list] == [True, False]
    Event.objects.filter(pk=world.event.pk).update(merged_into=Event.objects.get(title="حدث مقترح"))
    assert listed(root, "contradiction") == []


def test_the_sides_of_a_contradiction(root: Client, world: World) -> None:
    page = root.get(changelist("contradiction")).content.decode()
    assert page.index("«20 خبيرا»") < page.index("«24 خبيرا»") and "مصدر غير معروف" in page and "وكالة المرافئ" in page
    form = root.get(reverse("admin:articles_contradiction_change", args=[world.contradiction.pk])).content.decode()
    assert "«20 خبيرا»" in form and "وكالة المرافئ" in form
    assert root.get(reverse("admin:articles_contradiction_add")).status_code == 403


def test_the_decisions_on_captures_are_linked(root: Client, world: World) -> None:
    page = root.get(changelist("capture")).content.decode()
    links = [reverse("admin:decide-capture", args=[capture.pk]) for capture in world.captures]
    assert [f'<a href="{link}">{label}</a>' in page for link, label in zip(links, ("قرر", "قرر", "راجع القرار"), strict=True)] == [True, False, True]  # fmt: skip
    assert links[1] not in page
    for verb in ("add", "delete"):
        args = [] if verb == "add" else [world.captures[0].pk]
        assert root.get(reverse(f"admin:articles_capture_{verb}", args=args)).status_code == 403
    assert listed(root, "capture", state__exact="waiting") == ["أصل 0.txt"]
    address = reverse("admin:articles_capture_change", args=[world.captures[0].pk])
    assert root.post(address, {"filename": "غيره"}).status_code == 403
    for noun, row in (("delivery", Delivery.objects.first()),):
        assert root.get(reverse(f"admin:articles_{noun}_add")).status_code == 403
        assert root.get(reverse(f"admin:articles_{noun}_delete", args=[row.pk])).status_code == 403


def test_many_are_not_deleted_at_once(root: Client, world: World) -> None:
    for noun in ("actor", "event", "source", "article"):
        actions = dict(root.get(changelist(noun)).context["action_form"].fields["action"].choices)
        assert "delete_selected" not in actions and len(actions) > 1
