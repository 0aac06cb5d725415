"""An editor withholds an actor or an event from readers: the form sets it, history records it, and merges and splits
keep it.
"""

import html
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from articles.curation.changes import changes_of
from articles.curation.merging import merge_actors, split_actor
from articles.exchange.authority import authority_file
from articles.ingest.authority import apply_authority
from articles.models import Actor, Alias, AuthorityEntry, Event, Mention
from tests.admin.posting import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def suspect(make_article: Any) -> Actor:
    """A confirmed actor whom a public article names."""
    article = make_article("محاكمة في العاصمة", "برأت المحكمة سمير الطنجي من التهم.", date(2017, 2, 3))
    actor = Actor.objects.create(name="سمير الطنجي", kind="person", state="confirmed")
    start = article.body.index("سمير")
    Mention.objects.create(
        article=article, actor=actor, state="confirmed", spans=[[start, start + 11]], quotes=["سمير الطنجي"]
    )
    return actor


@pytest.mark.parametrize("noun", ["actor", "event"])
def test_it_is_set_in_the_form_and_told_in_the_history(desk: Client, suspect: Actor, noun: str) -> None:
    row = suspect if noun == "actor" else Event.objects.create(title="محاكمة", kind="other", state="confirmed")
    readers = Client()
    assert readers.get(row.get_absolute_url()).status_code == 200
    address = reverse(f"admin:articles_{noun}_change", args=[row.pk])
    assert "محجوب عن القراء" in desk.get(address).content.decode()
    response = desk.post(address, form_of(desk, address) | {"withheld": "on"})
    assert response.status_code == 302, response.context["errors"]
    assert readers.get(row.get_absolute_url()).status_code == 404
    (change,) = [field for field in changes_of(row)[0].fields if field.label == "محجوب عن القراء"]
    assert (change.before, change.after) == ("لا", "نعم")
    assert desk.post(address, form_of(desk, address) | {"withheld": ""}).status_code == 302
    assert readers.get(row.get_absolute_url()).status_code == 200


def test_the_text_keeps_the_name_and_nothing_leads_from_it(client: Client, suspect: Actor) -> None:
    article = suspect.mentions.get().article
    link = f'href="{suspect.get_absolute_url()}"'
    assert link in client.get(article.get_absolute_url()).content.decode()
    suspect.withheld = True
    suspect.save()
    page = client.get(article.get_absolute_url()).content.decode()
    assert "برأت المحكمة سمير الطنجي من التهم." in page and link not in page


def test_an_archive_that_takes_the_file_in_withholds_it_too(suspect: Actor) -> None:
    suspect.withheld = True
    suspect.save()
    Event.objects.create(title="محاكمة", kind="other", state="confirmed", withheld=True)
    written = "".join(authority_file())
    assert written.count("withheld = true") == 2 and "withheld = false" not in written
    suspect.mentions.all().delete()
    suspect.delete()
    Event.objects.filter(title="محاكمة").delete()
    AuthorityEntry.objects.all().delete()
    apply_authority("names.toml", written.encode())
    assert Actor.objects.get(name="سمير الطنجي").withheld and Event.objects.get(title="محاكمة").withheld


def test_neither_merging_nor_splitting_brings_the_name_back(suspect: Actor) -> None:
    suspect.withheld = True
    suspect.save()
    alias = Alias.objects.create(actor=suspect, name="س. الطنجي")
    assert split_actor(suspect, [alias], "س. الطنجي").withheld
    survivor = Actor.objects.create(name="سمير بن علي الطنجي", kind="person", state="confirmed")
    merge_actors(suspect, survivor)
    survivor.refresh_from_db()
    assert survivor.withheld


def withhold(desk: Client, actor: Actor) -> str:
    """Withholds an actor by its form, and returns the messages of the answer."""
    address = reverse("admin:articles_actor_change", args=[actor.pk])
    response = desk.post(address, form_of(desk, address) | {"withheld": "on"}, follow=True)
    return " ".join(map(str, response.context["messages"]))


def test_who_withholds_an_actor_is_told_of_the_events_whose_titles_name_it(desk: Client, suspect: Actor) -> None:
    Alias.objects.create(actor=suspect, name="أبو الوليد", kind="spelling")
    titles = ("محاكمة سمير الطنجي", "اعتقال لسمير الطنجي بالرباط", "عملية أبي بكر", "هجوم أبو الوليد")
    for title in titles:
        Event.objects.create(title=title, kind="other", state="confirmed")
    Event.objects.create(title="محاكمة سمير الطنجي الثانية", kind="other", state="confirmed", withheld=True)
    Event.objects.create(title="محاكمة سمير الطنجي الثالثة", kind="other", state="rejected")
    message = withhold(desk, suspect)
    assert "3 فعاليات" in message and "«سمير الطنجي»" in message and "«أبو الوليد»" in message
    links = re.findall(r'href="([^"]+/event/[?]q=[^"]+)"', message)
    assert len(links) == 2
    page = desk.get(html.unescape(links[0])).content.decode()
    assert titles[0] in page and titles[1] in page and titles[2] not in page


@pytest.mark.parametrize("title", ["مؤتمر المناخ", "محاكمة سمير الطنجيري", "محاكمة الطنجي وسمير"])
def test_titles_that_do_not_hold_the_name_are_not_counted(desk: Client, suspect: Actor, title: str) -> None:
    Event.objects.create(title=title, kind="other", state="confirmed")
    assert "عناوين فعاليات" not in withhold(desk, suspect)
