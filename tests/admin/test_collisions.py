"""Values that collide with stored ones, at every form and action of the desk: the form shows an Arabic error, and no
page breaks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from articles.curation.refusals import refusal_of
from articles.models import (
    Actor,
    Alias,
    Article,
    Event,
    EventSeries,
    Figure,
    Measure,
    Mention,
    Participation,
    Reprint,
    Source,
    SynonymSet,
)
from tests.admin.posting import form_of
from tests.admin.test_review_screen import ask

pytestmark = pytest.mark.django_db
CONSTRAINTS = {constraint.name for model in apps.get_models() for constraint in model._meta.constraints}


@dataclass
class World:
    """Two rows of each noun whose values must differ."""

    article: Article
    second_article: Article
    actor: Actor
    name_holder: Actor
    source: Source
    series: EventSeries
    measure: Measure
    event: Event


@pytest.fixture
def world(make_article: Any) -> World:
    """Stores rows whose values the forms of other rows will repeat."""
    name_holder = Actor.objects.create(name="محمد المأخوذ", kind="person")
    actor = Actor.objects.create(name="صاحب الأسماء", kind="person")
    Alias.objects.create(actor=actor, name="محمّد المأخوذ")
    Alias.objects.create(actor=actor, name="اسم آخر له")
    Source.objects.create(name="جريدة مأخوذة")
    EventSeries.objects.create(name="سلسلة مأخوذة")
    Measure.objects.create(label="مقياس مأخوذ")
    article = make_article(title="له رابط", body="حضر 42 مراقبا و 43 زائرا.", url="https://example.com/taken")
    Figure.objects.create(article=article, quote="42 مراقبا", start=4, end=13, value=42, unit="مراقبا")
    Figure.objects.create(article=article, quote="43 زائرا", start=16, end=24, value=43, unit="زائرا")
    Mention.objects.create(article=article, actor=actor)
    Mention.objects.create(article=article, actor=name_holder)
    event = Event.objects.create(title="لقاء", kind="meeting")
    Participation.objects.create(event=event, actor=actor, role="host")
    return World(
        article, make_article(title="بلا رابط", body="نص آخر."), actor, name_holder, Source.objects.create(name="جريدة أخرى"),
        EventSeries.objects.create(name="سلسلة أخرى"), Measure.objects.create(label="مقياس آخر"), event,
    )  # fmt: skip


def row_form(noun: str, row: Callable[[World], Any], **changed: Any) -> Callable[[Client, World], Any]:
    """Returns a function that posts the form of a row with some fields changed; callable values are called with the
    world.
    """

    def post(client: Client, world: World) -> Any:
        address = reverse(f"admin:articles_{noun}_change", args=[row(world).pk])
        values = {name: value(world) if callable(value) else value for name, value in changed.items()}
        return client.post(address, form_of(client, address) | values)

    return post


def inline(noun: str, row: Callable[[World], Any], prefix: str, **fields: Any) -> Callable[[Client, World], Any]:
    """Returns a function that adds two rows with the same values to an inline of a form."""

    def post(client: Client, world: World) -> Any:
        address = reverse(f"admin:articles_{noun}_change", args=[row(world).pk])
        form = form_of(client, address)
        first = form[f"{prefix}-TOTAL_FORMS"]
        form[f"{prefix}-TOTAL_FORMS"] = first + 2
        for at in (first, first + 1):
            form |= {
                f"{prefix}-{at}-{name}": value(world) if callable(value) else value for name, value in fields.items()
            }
        return client.post(address, form)

    return post


def new(noun: str, **fields: Any) -> Callable[[Client, World], Any]:
    """Returns a function that posts the form of a new row; callable values are called with the world."""

    def post(client: Client, world: World) -> Any:
        empty = {f"{prefix}-{count}_FORMS": "0" for prefix in ("aliases", "participations", "coverages", "figures", "mentions", "captures")
                 for count in ("TOTAL", "INITIAL")}  # fmt: skip
        values = {name: value(world) if callable(value) else value for name, value in fields.items()}
        return client.post(reverse(f"admin:articles_{noun}_add"), empty | values)

    return post


def of(name: str) -> Callable[[World], Any]:
    """Returns a function that reads an attribute of the world."""
    return lambda world: getattr(world, name)


def key(name: str) -> Callable[[World], Any]:
    """Returns a function that reads the primary key of a row of the world."""
    return lambda world: getattr(world, name).pk


FIGURE = {"value": "7", "qualifier": "exactly", "state": "confirmed", "quote": "42 مراقبا"}
COLLISIONS: dict[str, Callable[[Client, World], Any]] = {
    "an actor's name": row_form("actor", of("actor"), name="مُحمد المأخوذ"),
    "a new actor's name": new("actor", name="محمد المأخوذ", kind="person", state="confirmed"),
    "an actor's name without letters": row_form("actor", of("actor"), name="«»"),
    "an alias twice": inline("actor", of("actor"), "aliases", name="اسم آخر له", kind="spelling"),
    "a new alias twice": inline("actor", of("actor"), "aliases", name="اسم لم يكن", kind="spelling"),
    "an alias without letters": inline("actor", of("actor"), "aliases", name="…", kind="spelling"),
    "a participation twice": inline(
        "actor", of("actor"), "participations", event=key("event"), role="host", state="confirmed"
    ),
    "a source's name": row_form("source", of("source"), name="جريدة  مأخوذة", domains="", marks=""),
    "a new source's name": new("source", name="جريدة مأخوذة", kind="other"),
    "a source's name without letters": row_form("source", of("source"), name="!", domains="", marks=""),
    "a series' name": row_form("eventseries", of("series"), name="سلسلة مأخوذة"),
    "a measure's label": row_form("measure", of("measure"), label="مقياس مأخوذ", units="", broad_units="", cues=""),
    "an article's address": row_form("article", of("second_article"), url="https://example.com/taken"),
    "a mention twice": new("mention", article=key("article"), actor=key("actor"), state="confirmed"),
    "a mention that names another": lambda client, world: row_form(
        "mention", lambda w: Mention.objects.get(article=w.article, actor=w.actor), actor=key("name_holder")
    )(client, world),
    "an inline mention twice": inline("article", of("article"), "mentions", actor=key("actor"), state="confirmed"),
    "a figure twice": new("figure", article=key("article"), **FIGURE),
    "a figure moved onto another": row_form(
        "figure", lambda w: Figure.objects.get(article=w.article, value=43), quote="42 مراقبا"
    ),
    "an inline figure twice": inline("article", of("article"), "figures", **FIGURE),
    "a new inline figure twice": inline("article", of("article"), "figures", **FIGURE | {"quote": "حضر"}),
    "a range that is none": row_form(
        "figure", lambda w: Figure.objects.get(article=w.article, value=43), value_high="9"
    ),
    "a period that ends before it begins": row_form(
        "figure",
        lambda w: Figure.objects.get(article=w.article, value=43),
        period_start="2024-02-01",
        period_end="2024-01-01",
    ),
    "an event that ends before it begins": row_form(
        "event", of("event"), start_date="2024-02-02", start_precision="day", end_date="2024-02-01", end_precision="day"
    ),
    "a reprint of itself": row_form(
        "reprint",
        lambda w: Reprint.objects.get_or_create(article=w.article, original=w.second_article)[0],
        original=key("article"),
    ),
    "a synonym alone": new("synonymset", words="كلمة\nكلمة", kind="spelling"),
    "a name that another name's page adds": lambda client, world: client.post(
        reverse("admin:new_name", args=[world.actor.pk]), {"name": "اسم آخر له", "kind": "spelling", "save": "1"}
    ),
    "a name without letters at that page": lambda client, world: client.post(
        reverse("admin:new_name", args=[world.actor.pk]), {"name": "()", "kind": "spelling", "save": "1"}
    ),
}


@pytest.mark.parametrize("case", COLLISIONS)
def test_what_collides_is_told_on_the_form(senior: Client, world: World, case: str) -> None:
    counts = {
        model: model.objects.count() for model in (Actor, Alias, Source, Mention, Figure, Participation, SynonymSet)
    }
    response = COLLISIONS[case](senior, world)
    page = response.content.decode()
    assert response.status_code == 200, case
    errors = re.findall(r'class="errornote">(.*?)</p>|<ul class="errorlist[^"]*"[^>]*>(.*?)</ul>', page, re.DOTALL)
    messages = " ".join(" ".join(pair) for pair in errors)
    assert re.search("[ء-ي]", messages), case
    assert not any(name in page for name in CONSTRAINTS), case
    assert counts == {model: model.objects.count() for model in counts}


def test_a_split_under_a_name_that_is_taken_offers_to_give_the_names(
    senior: Client, world: World, make_article: Any
) -> None:
    alias = world.actor.aliases.get(name="محمّد المأخوذ")
    article = make_article(body="قال محمد المأخوذ كذا وقال صاحب الأسماء كذا.")
    both = make_article(title="فيه الاثنان", body="محمد المأخوذ.")
    Mention.objects.create(article=article, actor=world.actor, spans=[[4, 16], [26, 38]],
                           quotes=[article.body[4:16], article.body[26:38]])  # fmt: skip
    Mention.objects.create(article=both, actor=world.actor, spans=[[0, 12]], quotes=[both.body[:12]])
    Mention.objects.create(
        article=both, actor=world.name_holder, spans=[[0, 12]], quotes=[both.body[:12]], state="rejected"
    )
    address = reverse("admin:split", args=[world.actor.pk])
    form = {"moved": [alias.pk], "name": "محمّد المأخوذ", "distinction": "", "kind": "person"}
    page = senior.post(address, form)
    assert page.status_code == 200 and "أضف تمييزا" in str(page.context["form"].errors["name"])
    assert page.context["form"].non_field_errors() == []
    assert f'name="give" value="{world.name_holder.pk}"' in page.content.decode()
    assert senior.post(address, form | {"give": str(world.name_holder.pk)}).status_code == 302
    mention = Mention.objects.get(article=article, actor=world.name_holder)
    assert mention.quotes == ["محمد المأخوذ"] and not world.actor.aliases.filter(pk=alias.pk).exists()
    assert Mention.objects.get(article=article, actor=world.actor).quotes == ["صاحب الأسماء"]
    assert Mention.objects.get(article=both, actor=world.name_holder).state == "confirmed"
    assert not Mention.objects.filter(article=both, actor=world.actor).exists()


def test_a_split_with_a_distinction_makes_two_of_one_name(senior: Client, world: World) -> None:
    alias = world.actor.aliases.get(name="محمّد المأخوذ")
    form = {"moved": [alias.pk], "name": "محمّد المأخوذ", "distinction": "السفير", "kind": "person"}
    assert senior.post(reverse("admin:split", args=[world.actor.pk]), form).status_code == 302
    assert Actor.objects.filter(folded_name=world.name_holder.folded_name).count() == 2


def test_a_figure_that_is_there_is_not_added_again(desk: Client, world: World) -> None:
    answer = ask(desk, world.article, add="1", kind="figure", quote="42 مراقبا")
    assert "رقم آخر" in answer["errors"]["quote"][0] and world.article.figures.count() == 2


def test_a_figure_whose_words_are_gone_can_still_be_corrected(desk: Client, world: World) -> None:
    figure = world.article.figures.get(value=42)
    Figure.objects.filter(pk=figure.pk).update(start=None, end=None, quote="كلمات زالت")
    key = f"figure-{figure.pk}"
    values = {"value": "44", "value_high": "", "qualifier": "exactly", "unit": "مراقبا", "measure": ""}
    answer = ask(desk, world.article, **{f"verdict-{key}": "confirm"}, **{f"{n}-{key}": v for n, v in values.items()})
    assert not answer["refused"]
    figure.refresh_from_db()
    assert (figure.value, figure.state, figure.quote, figure.start) == (44, "confirmed", "كلمات زالت", None)


def test_every_rule_of_the_database_has_words(world: World) -> None:
    """Every violated constraint is reported in Arabic, without the constraint's name."""
    broken: list[Callable[[], object]] = [
        lambda: Source.objects.create(name="جريدة مأخوذة"),
        lambda: Alias.objects.create(actor=world.actor, name="…"),
        lambda: Measure.objects.create(label="مقياس مأخوذ"),
        lambda: Figure.objects.filter(value=43).update(period_start="2024-02-01", period_end="2024-01-01"),
        lambda: Article.objects.filter(pk=world.second_article.pk).update(url=world.article.url),
        lambda: Article.objects.filter(pk=world.second_article.pk).update(title=""),
        lambda: Article.objects.filter(pk=world.second_article.pk).update(author=None),
    ]
    for statement in broken:
        with pytest.raises(IntegrityError) as raised, transaction.atomic():
            statement()
        words = refusal_of(raised.value)
        assert re.search("[ء-ي]", words) and not re.search("[A-Za-z_]", words)


@pytest.mark.parametrize("noun", ["actor", "event", "source"])
@pytest.mark.parametrize("choice", [{}, {"kept": ""}, {"kept": "999999"}, {"kept": "x"}])
def test_a_merge_without_a_row_that_stays_merges_nothing(senior: Client, noun: str, choice: dict[str, str]) -> None:
    model = {"actor": Actor, "event": Event, "source": Source}[noun]
    rows = list(model.objects.filter(merged_into=None).order_by("pk")[:2])
    address = f"{reverse('admin:merge', args=[noun])}?rows={rows[0].pk},{rows[1].pk}"
    answer = senior.post(address, choice)
    assert answer.status_code == 200 and "يبقى" in answer.context["form"].non_field_errors()[0]
    assert model.objects.filter(pk__in=[row.pk for row in rows], merged_into=None).count() == 2
