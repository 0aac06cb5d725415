"""Confirming a fact confirms its actor or event, in every view. Undoing that keeps what another editor confirmed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from articles.curation.changes import changes_of
from articles.curation.merging import merge_actors, merge_events
from articles.curation.undoing import undo
from articles.models import Actor, Article, Coverage, Event, Mention, Participation
from tests.admin.posting import act, form_of
from tests.admin.test_review_screen import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def mention(make_article: Any) -> Mention:
    """A suggested mention of a suggested actor."""
    article = make_article(body="كلمات عن فلان.")
    actor = Actor.objects.create(name="فلان", kind="person", state="suggested")
    return Mention.objects.create(article=article, actor=actor, spans=[[9, 13]], quotes=["فلان"], state="suggested")


@pytest.fixture
def coverage(make_article: Any) -> Coverage:
    """A suggested coverage of a suggested event."""
    event = Event.objects.create(title="لقاء مقترح", kind="meeting", state="suggested")
    return Coverage.objects.create(article=make_article(title="خبر اللقاء"), event=event, state="suggested")


def test_in_bulk(desk: Client, mention: Mention, coverage: Coverage) -> None:
    act(desk, "mention", "confirm", mention)
    act(desk, "coverage", "confirm", coverage)
    actor, event = Actor.objects.get(pk=mention.actor_id), Event.objects.get(pk=coverage.event_id)
    assert (actor.state, actor.reviewed_by, event.state) == ("confirmed", desk.user, "confirmed")


def test_in_the_facts_own_form(desk: Client, mention: Mention) -> None:
    address = reverse("admin:articles_mention_change", args=[mention.pk])
    desk.post(address, form_of(desk, address) | {"state": "confirmed"})
    assert Actor.objects.get(pk=mention.actor_id).state == "confirmed"


def test_in_an_inline_of_the_articles_form(desk: Client, mention: Mention, coverage: Coverage) -> None:
    for fact, prefix in ((mention, "mentions"), (coverage, "coverages")):
        address = reverse("admin:articles_article_change", args=[fact.article_id])
        response = desk.post(address, form_of(desk, address) | {f"{prefix}-0-state": "confirmed"})
        assert response.status_code == 302
    assert Actor.objects.get(pk=mention.actor_id).state == "confirmed"
    assert Event.objects.get(pk=coverage.event_id).state == "confirmed"


def test_by_joining_articles_to_an_event_and_by_adding_from_the_text(
    desk: Client, mention: Mention, coverage: Coverage, make_article: Any
) -> None:
    second_article = make_article(title="خبر آخر", body="وقال فلان كذا.")
    act(desk, "article", "join_event", second_article, event=f"#{coverage.event_id}")
    assert Event.objects.get(pk=coverage.event_id).state == "confirmed"
    assert ask(desk, second_article, add="1", kind="actor", quote="فلان")["errors"] == {}
    assert Actor.objects.get(pk=mention.actor_id).state == "confirmed"


def test_a_participation_confirms_who_took_part(desk: Client, mention: Mention) -> None:
    event = Event.objects.create(title="لقاء", kind="meeting")
    Participation.objects.create(event=event, actor=mention.actor, state="suggested")
    address = reverse("admin:articles_event_change", args=[event.pk])
    desk.post(address, form_of(desk, address) | {"participations-0-state": "confirmed"})
    assert Actor.objects.get(pk=mention.actor_id).state == "confirmed"


def test_rejecting_confirms_nobody_and_a_rejected_actor_stays_so(desk: Client, mention: Mention) -> None:
    act(desk, "mention", "reject", mention)
    assert Actor.objects.get(pk=mention.actor_id).state == "suggested"
    Actor.objects.filter(pk=mention.actor_id).update(state="rejected")
    act(desk, "mention", "confirm", mention)
    assert Actor.objects.get(pk=mention.actor_id).state == "rejected"


def test_merging_what_was_confirmed_into_a_suggestion_confirms_it() -> None:
    gone, survivor = (
        Actor.objects.create(name="اسم أول", kind="person"),
        Actor.objects.create(name="اسم ثان", kind="person", state="suggested"),
    )
    merge_actors(gone, survivor)
    event, surviving_event = (
        Event.objects.create(title=f"لقاء {state}", kind="meeting", state=state) for state in ("confirmed", "suggested")
    )
    merge_events(event, surviving_event)
    assert {Actor.objects.get(pk=survivor.pk).state, Event.objects.get(pk=surviving_event.pk).state} == {"confirmed"}


def test_taking_it_back_takes_the_actor_back_unless_another_confirmed_it_elsewhere(
    desk: Client, senior: Client, mention: Mention, make_article: Any
) -> None:
    second_mention = Mention.objects.create(
        article=make_article(title="خبر آخر", body="فلان."),
        actor=mention.actor,
        spans=[[0, 4]],
        quotes=["فلان"],
        state="suggested",
    )
    act(desk, "mention", "confirm", mention)
    undo(changes_of(mention)[0].operation)
    assert Actor.objects.get(pk=mention.actor_id).state == "suggested"
    act(desk, "mention", "confirm", mention)
    first = changes_of(mention)[0].operation
    act(senior, "mention", "confirm", second_mention)
    undo(first)
    actor = Actor.objects.get(pk=mention.actor_id)
    assert Mention.objects.get(pk=mention.pk).state == "suggested"
    assert (actor.state, actor.reviewed_by) == ("confirmed", senior.user)
    assert Article.objects.filter(pk=second_mention.article_id).exists()
