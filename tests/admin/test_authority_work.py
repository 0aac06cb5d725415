"""Tests names at the desk: likely pairs, splitting, new aliases, series in order, and importing and exporting the
authority file.
"""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from articles.admin.authority import shared_name
from articles.curation.alike import alike
from articles.exchange.authority import authority_file
from articles.ingest.authority import apply_authority
from articles.models import Actor, Alias, AuthorityEntry, Event, EventSeries, Source
from articles.search.run import search
from tests.admin.posting import act

pytestmark = pytest.mark.django_db


def test_likely_pairs_by_name_in_common_and_by_likeness(senior: Client) -> None:
    first = Actor.objects.create(name="عبد الوافي لفتيت الحسني", kind="person")
    second = Actor.objects.create(name="عبد الوافي لفتيت الحسيني", kind="person")
    third = Actor.objects.create(name="هيئة مكافحة التطرف", kind="civil")
    fourth = Actor.objects.create(name="مجلس اعتدال", kind="civil")
    Alias.objects.create(actor=fourth, name="هيئة مكافحة التطرّف")
    Actor.objects.create(name="شيء لا يشبه غيره البتة", kind="civil")
    pairs, _ = alike(Actor, before=None, window=10)
    pair_by_keys = {(pair.first.pk, pair.second.pk): pair for pair in pairs}
    assert (first.pk, second.pk) in pair_by_keys and pair_by_keys[third.pk, fourth.pk].in_common
    page = reverse("admin:duplicates")
    assert "لفتيت" in senior.get(page).content.decode()
    senior.post(page, {"apart": f"{first.pk}-{second.pk}"})
    assert (first.pk, second.pk) not in {(p.first.pk, p.second.pk) for p in alike(Actor, before=None, window=10)[0]}
    for model in (Event, Source):
        alike(model, before=None, window=10)


def test_windows_of_pairs_go_through_all() -> None:
    seen, before = set(), None
    while True:
        pairs, before = alike(Actor, before=before, window=7)
        seen |= {(pair.first.pk, pair.second.pk) for pair in pairs}
        if before is None:
            break
    assert seen == {(p.first.pk, p.second.pk) for p in alike(Actor, before=None, window=10_000)[0]}


def test_merging_from_the_list_leads_to_a_preview(senior: Client, seed: Any) -> None:
    survivor, gone = (
        Actor.objects.get(name="ناصر بوريطة"),
        Actor.objects.create(name="السيد بوريطة ناصر", kind="person"),
    )
    response = act(senior, "actor", "merge", survivor, gone)
    page = response.redirect_chain[-1][0]
    assert f"rows={survivor.pk},{gone.pk}" in page and Actor.objects.get(pk=gone.pk).merged_into is None
    senior.post(page, {"kept": survivor.pk})
    assert seed("000").pk in {hit.article.pk for hit in search("السيد بوريطة ناصر").hits}


def test_events_and_sources_are_merged_the_same_way(senior: Client) -> None:
    for model, noun, fields in ((Event, "event", {"kind": "meeting"}), (Source, "source", {})):
        name = "title" if model is Event else "name"
        gone, survivor = (model.objects.create(**{name: f"{noun} {n}"}, **fields) for n in (1, 2))
        senior.post(reverse("admin:merge", args=[noun]) + f"?rows={gone.pk},{survivor.pk}", {"kept": survivor.pk})
        assert model.objects.get(pk=gone.pk).merged_into == survivor
        assert senior.get(gone.get_absolute_url())["Location"].endswith(survivor.get_absolute_url())


def test_two_ministers_under_one_name_are_split(senior: Client, make_article: Any) -> None:
    from articles.extract.authority import Authority
    from articles.extract.process import suggest

    actor = Actor.objects.create(name="الوزير كريم", kind="person")
    alias = actor.aliases.create(name="كريم الثاني")
    article = make_article(body="قال الوزير كريم، ورد كريم الثاني عليه.")
    suggest(article, Authority.load())
    page = reverse("admin:split", args=[actor.pk])
    refused = senior.post(page, {"moved": [alias.pk], "name": "اسم غير منقول", "kind": "person"})
    assert "واحدا من الأسماء المنقولة" in refused.content.decode()
    senior.post(page, {"moved": [alias.pk], "name": "كريم الثاني", "kind": "person"})
    new = Actor.objects.get(name="كريم الثاني")
    assert article.mentions.get(actor=new).quotes == ["كريم الثاني"]
    assert article.mentions.get(actor=actor).quotes == ["الوزير كريم"] and not actor.aliases.exists()


def test_a_new_name_shows_what_it_finds_before_it_is_saved(desk: Client, make_article: Any) -> None:
    actor = Actor.objects.create(name="المرصد العربي للتطرف", kind="civil")
    articles = [make_article(title=f"خبر {n}", body=f"أصدر بيت الرصد تقريره رقم {n} اليوم.") for n in range(3)]
    make_article(title="غيره", body="بيت كبير للرصد الجوي.")
    page = reverse("admin:new_name", args=[actor.pk])
    fields = {"name": "بيت الرصد", "kind": "short", "found_in_text": "on"}
    shown = desk.post(page, fields)
    assert {article.pk for article, _ in shown.context["matches"].articles} == {article.pk for article in articles}
    assert not actor.aliases.exists()
    desk.post(page, fields | {"link": "1"})
    assert actor.aliases.get().name == "بيت الرصد"
    assert [article.mentions.get(actor=actor).quotes for article in articles] == [["بيت الرصد"]] * 3
    response = desk.post(reverse("admin:new_name", args=[Actor.objects.get(name="المغرب").pk]), fields)
    assert "المرصد العربي للتطرف" in response.content.decode()


def test_the_rest_is_linked_by_command(make_article: Any) -> None:
    actor = Actor.objects.create(name="دار الرصد", kind="civil")
    held, unrelated = make_article(body="أعلنت دار الرصد كذا."), make_article(title="غيره", body="كلام آخر.")
    call_command("extract", "--naming", str(actor.pk), verbosity=0)
    assert not held.mentions.exists()
    actor.aliases.create(name="الرصد الدار")
    actor.aliases.create(name="دار الرصد الكبرى")
    actor.aliases.create(name="دار للرصد")
    third = make_article(title="ثالث", body="قالت الرصد الدار كذا.")
    call_command("extract", "--naming", str(actor.pk), verbosity=0)
    assert third.mentions.filter(actor=actor).exists() and not unrelated.mentions.exists()


def test_a_series_is_put_in_order_without_dragging(desk: Client) -> None:
    series = EventSeries.objects.create(name="اللقاءات")
    events = [Event.objects.create(title=f"اللقاء {n}", kind="meeting", series=series) for n in range(3)]
    page = reverse("admin:series_order", args=[series.pk])
    desk.post(page, {"down": events[0].pk})
    assert [event.title for event in Event.objects.filter(series=series).in_series()] == [
        "اللقاء 1",
        "اللقاء 0",
        "اللقاء 2",
    ]
    refused = desk.post(page, {f"session-{events[0].pk}": "أول"})
    assert refused.status_code == 200 and Event.objects.get(pk=events[0].pk).session == 2
    places = {f"session-{event.pk}": place for event, place in zip(events, (30, 10, 20), strict=True)}
    assert "حُفظ الترتيب" in desk.post(page, places, follow=True).content.decode()
    earlier, later = Event.objects.get(pk=events[2].pk).sessions_beside()
    assert [e.title for e in earlier] == ["اللقاء 1"] and [e.title for e in later] == ["اللقاء 0"]


def an_actor(name: str, *aliases: str, distinction: str = "", kind: str = "civil") -> str:
    """Returns the TOML entry of an actor."""
    named = "".join(f'{{ name = "{alias}" }},' for alias in aliases)
    return f'[[actor]]\nname = "{name}"\ndistinction = "{distinction}"\nkind = "{kind}"\naliases = [{named}]\n'


SHARED = {
    "an alias of another": ("بيت الرصد", an_actor("مرصد أول", "بيتُ الرصد")),
    "the canonical name of another": ("المرصد القديم", an_actor("مرصد ثان", "المرصد القديم")),
    "a canonical name that is an alias elsewhere": ("بيت الرصد", an_actor("بيت الرصد")),
    "a canonical name with a distinction": ("المرصد القديم", an_actor("المرصد القديم", distinction="في الجنوب")),
}


@pytest.mark.parametrize(("name", "content"), SHARED.values(), ids=SHARED)
def test_a_name_of_a_file_that_another_actor_bears_is_told(
    senior: Client, tmp_path: Path, name: str, content: str
) -> None:
    old_actor = Actor.objects.create(name="المرصد القديم", kind="civil")
    old_actor.aliases.create(name="بيت الرصد")
    # A name that the file gives to one actor alone causes no warning.
    assert not apply_authority("own.toml", an_actor("مرصد وحيد", "اسم لا يشاركه فيه أحد").encode()).shared
    content += an_actor("مرصد آخر", "اسم آخر له وحده")
    file = tmp_path / "file.toml"
    file.write_text(content, encoding="utf-8")
    page = reverse("admin:authority")
    trial = senior.post(page, {"file": SimpleUploadedFile("file.toml", content.encode())})
    messages = trial.context["shared"]
    owner = content.split('name = "')[1].split('"')[0] + (" (في الجنوب)" if "في الجنوب" in content else "")
    assert [words.replace("بيتُ", "بيت") for words in messages] == [shared_name(name, owner, old_actor)]
    assert f"«{owner}» و«{old_actor}»" in messages[0]
    assert messages[0] in trial.content.decode()
    out, err = StringIO(), StringIO()
    with transaction.atomic():
        call_command("load_authority", str(file), stdout=out, stderr=err)
        transaction.set_rollback(True)
    assert err.getvalue().count("suggests neither") == 1 and "“المرصد القديم”" in err.getvalue()
    applied = senior.post(page, {"file": SimpleUploadedFile("file.toml", content.encode()), "sure": "1"}, follow=True)
    assert messages[0] in applied.content.decode()
    # The warning appears once: a second run applies nothing.
    assert not apply_authority("file.toml", content.encode()).shared


def test_two_actors_of_one_file_that_share_a_name_are_told(db: None) -> None:
    content = an_actor("مرصد أول", "بيت الرصد") + an_actor("مرصد ثان", "بيت الرصد")
    names_and_bearers = {
        (shared.name, str(shared.other)) for shared in apply_authority("file.toml", content.encode()).shared
    }
    assert names_and_bearers == {("بيت الرصد", "مرصد أول"), ("بيت الرصد", "مرصد ثان")}


def rows() -> dict[str, list]:
    """Returns the rows that an authority file describes, by noun."""
    return {
        "actors": list(Actor.objects.filter(state="confirmed").order_by("id").values_list("name", "distinction", "kind", "country", "description")),
        "aliases": sorted(Alias.objects.filter(actor__state="confirmed").values_list("actor__name", "name", "kind", "found_in_text")),
        "events": list(Event.objects.filter(state="confirmed").order_by("id").values_list("title", "kind", "place", "start_date", "start_precision", "start_basis", "start_earliest", "start_latest", "end_latest", "series__name")),
        "sources": list(Source.objects.order_by("id").values_list("name", "kind", "country", "domains", "marks")),
    }  # fmt: skip


def test_the_authority_file_goes_out_and_comes_back_alike(db: None) -> None:
    content, before = "".join(authority_file()).encode(), rows()
    AuthorityEntry.objects.all().delete()
    report = apply_authority("out.toml", content)
    assert report.applied > 50 and rows() == before
    assert apply_authority("out.toml", content).applied == 0


def test_a_file_is_tried_before_it_is_applied(senior: Client) -> None:
    def file(text: str) -> SimpleUploadedFile:
        return SimpleUploadedFile("names.toml", text.encode())

    page = reverse("admin:authority")
    text = '[[actor]]\nname = "مجلس جديد"\nkind = "civil"\n'
    tried = senior.post(page, {"file": file(text)})
    assert tried.context["report"].applied == 1 and not Actor.objects.filter(name="مجلس جديد").exists()
    wrong = senior.post(page, {"file": file(text + 'colour = "أحمر"\n'), "sure": "1"})
    assert "names.toml: actor 1" in wrong.content.decode() and not Actor.objects.filter(name="مجلس جديد").exists()
    senior.post(page, {"file": file(text), "sure": "1"})
    assert Actor.objects.filter(name="مجلس جديد").exists()
    assert 'name = "مجلس جديد"' in b"".join(senior.get(reverse("admin:authority_file")).streaming_content).decode()


def test_a_file_that_costs_too_much_to_read_is_told_at_its_field(senior: Client, settings: object) -> None:
    settings.ARCHIVE_DOCUMENT_SECONDS = 0.5
    rows = "".join(f'[[actor]]\nname = "مجلس {number}"\nkind = "civil"\n' for number in range(120_000))
    for posted in ({}, {"sure": "1"}):
        file = SimpleUploadedFile("names.toml", rows.encode())
        page = senior.post(reverse("admin:authority"), {"file": file} | posted)
        (complaint,) = page.context["form"].errors["file"]
        assert "names.toml" in complaint and "أكثر من 0.5 ثانية من وقت المعالج" in complaint
        assert complaint in page.content.decode()
    assert not Actor.objects.filter(name__startswith="مجلس 1").exists()
