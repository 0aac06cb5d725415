"""What a decision of an editor changes beside the row itself, and what undoing an operation gives back."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.curation.confirming import confirm_again, confirm_subjects, review
from articles.curation.undoing import ADDED_BY_MISTAKE, UndoConflictError, put_back, undo
from articles.models import (
    Actor,
    Article,
    Capture,
    Contradiction,
    Coverage,
    Event,
    Figure,
    Measure,
    Mention,
    Participation,
    Source,
)
from articles.models.history import operation

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]


@pytest.fixture
def editors() -> list[User]:
    return [User.objects.create(username=name) for name in ("ana", "hiya")]


def suggested(make_article: MakeArticle, name: str = "بعيد") -> dict[str, Any]:
    """A suggested actor and event, with a suggested fact of each kind about them."""
    article = make_article(name)
    actor = Actor.objects.create(name=f"زيد {name}", kind="person", state="suggested")
    event = Event.objects.create(title=f"لقاء {name}", kind="meeting", state="suggested")
    return {
        "actor": actor,
        "event": event,
        "mention": Mention.objects.create(article=article, actor=actor, state="suggested"),
        "coverage": Coverage.objects.create(article=article, event=event, state="suggested"),
        "participation": Participation.objects.create(event=event, actor=actor, state="suggested"),
        "figure": Figure.objects.create(
            article=article, actor=actor, event=event, value=7, quote="7", state="suggested"
        ),
    }


def confirmed(rows: dict[str, Any]) -> set[str]:
    return {name for name, row in rows.items() if type(row).objects.get(pk=row.pk).state == "confirmed"}


@pytest.mark.parametrize(
    ("name", "state", "result"),
    [
        ("mention", "confirmed", {"mention", "actor"}),
        ("coverage", "confirmed", {"coverage", "event"}),
        ("participation", "confirmed", {"participation", "actor", "event"}),
        ("figure", "confirmed", {"figure"}),
        ("actor", "confirmed", {"actor"}),
        ("mention", "rejected", set()),
        ("participation", "rejected", set()),
    ],
)
def test_confirming_a_fact_confirms_what_it_is_about(
    make_article: MakeArticle, editors: list[User], name: str, state: str, result: set[str]
) -> None:
    rows, others = suggested(make_article), suggested(make_article, "أبعد")
    assert review([rows[name]], state, editors[0]) == 1
    assert confirmed(rows) == result and confirmed(others) == set()
    for row in (rows[part] for part in result | {name}):
        row.refresh_from_db()
        assert row.reviewed_by == editors[0]
    # Deciding the same again changes nothing, and nobody else becomes the reviewer.
    assert review([rows[name]], state, editors[1]) == 0
    rows[name].refresh_from_db()
    assert rows[name].reviewed_by == editors[0] and review([], state, editors[0]) == 0


@pytest.mark.parametrize("state", ["suggested", "confirmed", "rejected"])
def test_only_confirmed_facts_confirm(make_article: MakeArticle, editors: list[User], state: str) -> None:
    rows = suggested(make_article)
    facts = [rows[name] for name in ("figure", "participation")]
    for fact in facts:
        fact.state = state
    assert confirm_subjects(facts, editors[0]) == (2 if state == "confirmed" else 0)
    assert confirmed(rows) == ({"actor", "event"} if state == "confirmed" else set())
    # What was rejected stays so, and what was confirmed keeps its reviewer.
    Actor.objects.filter(pk=rows["actor"].pk).update(state="rejected")
    assert confirm_subjects(facts, editors[1]) == 0
    assert Event.objects.get(pk=rows["event"].pk).reviewed_by == (editors[0] if state == "confirmed" else None)


def test_confirmed_figures_refresh_the_contradictions_of_their_event(
    make_article: MakeArticle, editors: list[User]
) -> None:
    event, measure = Event.objects.create(title="لقاء بعيد", kind="meeting"), Measure.objects.create(label="دول بعيدة")
    figures = [
        Figure.objects.create(
            article=make_article(body=number), event=event, measure=measure, value=number, quote=number, start=0, end=1
        )
        for number in "79"
    ]
    mention = Mention.objects.create(
        article=make_article(), actor=Actor.objects.create(name="زيد بعيد", kind="person"), state="suggested"
    )
    rows = Contradiction.objects.filter(event=event)
    review([mention], "confirmed", editors[0])
    assert not rows.exists()
    review(figures[:1], "suggested", editors[0])
    assert rows.exists()
    review(figures[1:], "rejected", editors[0])
    assert not rows.exists()


@pytest.mark.parametrize(
    ("facts", "reviewer"),
    [
        ({}, None),
        ({"mention": 2}, 0),
        ({"participation": 2}, 0),
        # The first who confirmed a mention comes before whoever confirmed a participation.
        ({"mention": 2, "participation": 1}, 0),
        ({"mention": 1, "another": 2}, 0),
        ({"mention": 2, "another": 1}, 1),
    ],
)
def test_what_another_editor_confirmed_is_confirmed_again(
    make_article: MakeArticle, editors: list[User], facts: dict[str, int], reviewer: int | None
) -> None:
    rows, others = suggested(make_article), suggested(make_article, "أبعد")
    rows["another"] = Mention.objects.create(article=make_article(), actor=rows["actor"], state="suggested")
    for name, hours in facts.items():
        editor = editors[name in {"another", "participation"}] if facts.keys() != {"participation"} else editors[0]
        type(rows[name]).objects.filter(pk=rows[name].pk).update(
            state="confirmed", reviewed_by=editor, reviewed_at=timezone.now() + timedelta(hours=hours)
        )
    Mention.objects.filter(pk=others["mention"].pk).update(
        state="confirmed", reviewed_by=editors[1], reviewed_at=timezone.now()
    )
    confirm_again([rows["actor"]])
    state = "suggested" if reviewer is None else "confirmed"
    assert rows["actor"].state == Actor.objects.get(pk=rows["actor"].pk).state == state
    assert rows["actor"].reviewed_by == (None if reviewer is None else editors[reviewer])
    assert Actor.objects.get(pk=others["actor"].pk).state == "suggested"
    # A participation is about its event too.
    confirm_again([rows["event"]])
    assert rows["event"].state == ("confirmed" if "participation" in facts else "suggested")
    # Who rejected it decided otherwise.
    Actor.objects.filter(pk=rows["actor"].pk).update(state="rejected")
    confirm_again(Actor.objects.filter(pk=rows["actor"].pk))
    assert Actor.objects.get(pk=rows["actor"].pk).state == "rejected"


def test_an_operation_is_undone_whole(make_article: MakeArticle, editors: list[User]) -> None:
    article, other = make_article("عنوان", author="أ"), make_article("غيره", author="ي")
    gone = Source.objects.create(name="البعيدة", country="المغرب")
    key = gone.pk
    with operation(user=editors[0].pk) as current:
        for author in "بج":
            Article.objects.filter(pk=article.pk).update(author=author)
        gone.delete()
        added = Actor.objects.create(name="زيد بعيد", kind="person")
        new = make_article("أضيف")
    # Neither other rows nor later changes of other rows stand in the way.
    with operation(user=editors[1].pk) as later:
        Article.objects.filter(pk=other.pk).update(author="ك")
    before = new.updated_at
    assert undo(current.id) == 5
    assert Article.objects.get(pk=article.pk).author == "أ" and Article.objects.get(pk=other.pk).author == "ك"
    assert Source.objects.get(pk=key).country == "المغرب" and not Actor.objects.filter(pk=added.pk).exists()
    # An added article stays, with a notice for readers; libraries harvest the change.
    new.refresh_from_db()
    assert (new.status, new.notice) == ("deleted", ADDED_BY_MISTAKE) and new.updated_at > before
    assert undo(later.id) == 1 and Article.objects.get(pk=other.pk).author == "ي"
    assert undo("00000000-0000-0000-0000-000000000000") == 0


def test_what_was_changed_again_is_named_and_stays(make_article: MakeArticle) -> None:
    articles = [make_article(f"عنوان {n}", author="أ") for n in range(3)]
    with operation(command="first") as first:
        Article.objects.filter(pk__in=[row.pk for row in articles]).update(author="ب")
    with operation(command="second"):
        for row in articles[1:]:
            Article.objects.filter(pk=row.pk).update(author="ج")
            Article.objects.filter(pk=row.pk).update(author="د")
    with pytest.raises(UndoConflictError) as conflict:
        undo(first.id)
    assert sorted(conflict.value.rows) == ["مقال «عنوان 1»", "مقال «عنوان 2»"]
    assert str(conflict.value) == "، ".join(conflict.value.rows)
    assert [Article.objects.get(pk=row.pk).author for row in articles] == ["ب", "د", "د"]


def test_undoing_keeps_what_another_editor_confirmed_since(make_article: MakeArticle, editors: list[User]) -> None:
    rows, others, third = (suggested(make_article, name) for name in ("بعيد", "أبعد", "ثالث"))
    # An editor left this actor to be reviewed although a mention of it is confirmed.
    Mention.objects.filter(pk=third["mention"].pk).update(state="confirmed")
    with operation(user=editors[0].pk) as current:
        review([rows["mention"], others["mention"]], "confirmed", editors[0])
    with operation(user=editors[1].pk):
        review([rows["participation"]], "confirmed", editors[1])
    undo(current.id)
    assert confirmed(rows) == {"actor", "event", "participation"} and confirmed(others) == set()
    assert confirmed(third) == {"mention"}
    rows["actor"].refresh_from_db()
    assert rows["actor"].reviewed_by == editors[1]


def capture(article: Article, content: str, **fields: Any) -> Capture:
    return Capture.objects.create(
        article=article, sha256=hashlib.sha256(content.encode()).hexdigest(), size=1, media_type="text/plain",
        captured_at=datetime(2024, 5, 10, tzinfo=UTC), **fields,
    )  # fmt: skip


@pytest.mark.parametrize("decided", [True, False])
@pytest.mark.parametrize("has_former", [True, False])
def test_an_accepted_capture_waits_again_and_is_accepted_again(
    make_article: MakeArticle, editors: list[User], decided: bool, has_former: bool
) -> None:
    former, article = make_article("السابق"), make_article("الجديد")
    fields = {"decided_by": editors[0], "decided_at": datetime(2024, 5, 11, tzinfo=UTC)} if decided else {}
    accepted = capture(article, "أ", **fields)
    other = capture(article, "ب", decided_by=editors[1])
    metadata = {"user": editors[0].pk, "capture": accepted.pk} | ({"former_article": former.pk} if has_former else {})
    with operation(**metadata) as accepting:
        Article.objects.filter(pk=article.pk).update(body="نص جديد.")

    def state() -> tuple[Any, ...]:
        row = Capture.objects.get(pk=accepted.pk)
        return row.state, row.article, row.decided_by, row.decided_at

    before = state()
    with operation(user=editors[1].pk) as undoing, CaptureQueriesContext(connection) as queries:
        assert undo(accepting.id) == 1
    assert state() == ("waiting", former if has_former else article, None, None)
    # Nobody else decides about the capture at the same time.
    assert any("articles_capture" in query["sql"] and "FOR UPDATE" in query["sql"] for query in queries)
    assert Capture.objects.get(pk=other.pk).decided_by == editors[1]
    assert Article.objects.get(pk=article.pk).body == "نص المقال."
    with operation(user=editors[0].pk):
        assert undo(undoing.id) == 1
    assert state() == before and Article.objects.get(pk=article.pk).body == "نص جديد."
    assert Capture.objects.get(pk=other.pk).state == "accepted"


def test_undoing_another_operation_leaves_the_captures_alone(make_article: MakeArticle, editors: list[User]) -> None:
    article = make_article()
    if not Capture.objects.filter(pk=1).exists():
        capture(article, "أ", pk=1)
    Capture.objects.filter(pk=1).update(state="accepted")
    refused = capture(article, "ب", state="refused", decided_by=editors[0])
    before = list(Capture.objects.order_by("pk").values_list("pk", "state", "article", "decided_by"))
    # The capture was refused since: it stays so.
    for metadata in ({}, {"capture": refused.pk}):
        with operation(user=editors[0].pk, **metadata) as current:
            Article.objects.filter(pk=article.pk).update(author="أ")
        assert undo(current.id) == 1
        assert list(Capture.objects.order_by("pk").values_list("pk", "state", "article", "decided_by")) == before


def test_a_version_is_put_back_into_its_own_row(make_article: MakeArticle) -> None:
    from articles.curation.changes import versions_of

    first, second = (Source.objects.create(name=name, country="أ") for name in ("البعيدة", "الأبعد"))
    Source.objects.filter(pk=second.pk).update(country="ب")
    row = put_back(versions_of(second)[0])
    assert (row.pk, row.country, row.missing_words) == (second.pk, "أ", ())
    assert Source.objects.get(pk=second.pk).country == "أ" and Source.objects.get(pk=first.pk).name == "البعيدة"
    key = first.pk
    first.delete()
    assert put_back(versions_of(Source(pk=key))[0]).pk == key
    assert Source.objects.get(pk=key).name == "البعيدة"
