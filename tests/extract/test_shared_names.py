"""A name that several actors share names none of them, unless the text also uses a name that only one of them has."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from articles.admin.authority import shared_name
from articles.curation.merging import merge_actors, split_actor
from articles.curation.undoing import undo
from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Actor, Alias, Article
from articles.models.history import operation
from tests.admin.conftest import account, desk, signed_in  # noqa: F401  Fixtures.

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(db: None) -> tuple[Actor, Actor]:
    """Two actors with the alias «المجلس الأعلى», each with a name of its own."""
    first = Actor.objects.create(name="مجلس القضاء البعيد", kind="government")
    second = Actor.objects.create(name="مجلس الأمن البعيد", kind="government")
    for actor in (first, second):
        Alias.objects.create(actor=actor, name="المجلس الأبعد", kind="short")
    return first, second


def named(article: Article) -> dict[str, list[str]]:
    """Applies the rules to an article, and returns the quotes of its mentions by actor."""
    suggest(article, Authority.load())
    return {mention.actor.name: mention.quotes for mention in article.mentions.select_related("actor")}


def test_alone_it_suggests_neither_nor_anyone_new(pair: tuple[Actor, Actor], make_article: Any) -> None:
    assert named(make_article(body="قرر المجلس الأبعد اليوم تأجيل الاجتماع.")) == {}


def test_beside_a_name_of_its_own_it_is_that_ones(pair: tuple[Actor, Actor], make_article: Any) -> None:
    article = make_article(body="قرر المجلس الأبعد التأجيل. وقال بيان مجلس القضاء البعيد إن المجلس الأبعد سيعود.")
    assert named(article) == {"مجلس القضاء البعيد": ["المجلس الأبعد", "مجلس القضاء البعيد", "المجلس الأبعد"]}


def test_beside_names_of_both_it_is_neithers(pair: tuple[Actor, Actor], make_article: Any) -> None:
    article = make_article(body="حضر مجلس القضاء البعيد ومجلس الأمن البعيد، وقرر المجلس الأبعد التأجيل.")
    assert named(article) == {"مجلس القضاء البعيد": ["مجلس القضاء البعيد"], "مجلس الأمن البعيد": ["مجلس الأمن البعيد"]}


def test_a_third_bearer_changes_nothing_of_that(pair: tuple[Actor, Actor], make_article: Any) -> None:
    Actor.objects.create(name="المجلس الأبعد", kind="civil")
    assert named(make_article(body="قرر المجلس الأبعد التأجيل.")) == {}
    article = make_article(title="آخر", body="قرر المجلس الأبعد كما قال مجلس الأمن البعيد.")
    assert set(named(article)) == {"مجلس الأمن البعيد"}


def test_two_of_one_canonical_name_are_told_apart_alike(make_article: Any) -> None:
    minister = Actor.objects.create(name="سعيد البعيد", kind="person", distinction="الوزير")
    Actor.objects.create(name="سعيد البعيد", kind="person", distinction="السفير")
    assert named(make_article(body="قال سعيد البعيد كذا.")) == {}
    Alias.objects.create(actor=minister, name="أبو الوليد البعيد")
    article = make_article(title="آخر", body="قال سعيد البعيد، وهو أبو الوليد البعيد، كذا.")
    assert named(article) == {"سعيد البعيد": ["سعيد البعيد", "أبو الوليد البعيد"]}


def test_after_merging_splitting_and_undoing_it_is_as_the_names_are_then(
    pair: tuple[Actor, Actor], make_article: Any
) -> None:
    first, second = pair
    article = make_article(body="قرر المجلس الأبعد اليوم تأجيل الاجتماع.")
    with operation(user=account("mudir").pk) as done:
        merge_actors(second, first)
    assert named(article) == {"مجلس القضاء البعيد": ["المجلس الأبعد"]}
    undo(done.id)
    assert named(article) == {}
    Alias.objects.filter(actor=second, name="المجلس الأبعد").delete()
    assert set(named(article)) == {"مجلس القضاء البعيد"}
    split_actor(first, list(first.aliases.all()), "المجلس الأبعد")
    assert set(named(article)) == {"المجلس الأبعد"}


def test_the_desk_says_so_and_keeps_its_word(
    desk: Client,  # noqa: F811  The fixture.
    pair: tuple[Actor, Actor],
    make_article: Any,
) -> None:
    third = Actor.objects.create(name="مجلس النواب البعيد", kind="government")
    alone = make_article(title="وحده", body="قرر المجلس الأبعد التأجيل.")
    beside = make_article(title="ومعه غيره", body="قال مجلس القضاء البعيد إن المجلس الأبعد قرر.")
    address = reverse("admin:new_name", args=[third.pk])
    page = desk.post(address, {"name": "المجلس الأبعد", "kind": "short", "found_in_text": "on"})
    assert set(page.context["others"]) == {shared_name("المجلس الأبعد", third, actor) for actor in pair}
    assert page.context["matches"].articles == [] and page.context["undecided"] == 1
    desk.post(address, {"name": "المجلس الأبعد", "kind": "short", "found_in_text": "on", "link": "1"})
    assert named(alone) == {} and set(named(beside)) == {"مجلس القضاء البعيد"}
    assert not third.mentions.exists()
