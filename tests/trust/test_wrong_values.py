"""Arrays of a wrong shape and references to nothing, which only SQL at the database's own prompt can store.

Every page, interface, export and command continues without that value, and the check reports it.
"""

import re
from collections.abc import Callable
from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from articles.models import (
    Actor,
    Article,
    Claim,
    Contradiction,
    Coverage,
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
from articles.models.history import event_models
from articles.models.mention import places
from articles.models.merged import Mergeable
from articles.upkeep.check import check
from tests.trust.checking import messages_of_check

pytestmark = pytest.mark.django_db
NOUNS = [model for model in apps.get_app_config("articles").get_models() if model not in event_models()]
ARRAYS = [
    (model, field) for model in NOUNS for field in model._meta.local_concrete_fields if isinstance(field, ArrayField)
]
REFERENCES = [
    (model, field)
    for model in NOUNS
    for field in model._meta.local_concrete_fields
    if isinstance(field, models.ForeignKey) and field.db_constraint and field.related_model in NOUNS
]
NOTHING = 987654321
FIELD = tuple[type[models.Model], models.Field]


def rounds(fields: list[FIELD]) -> list[list[FIELD]]:
    """Splits the fields into as few lists as possible, with at most one field of a noun in each.

    Each page is requested once per list, with all values of the list wrong. No row has two wrong values, since one
    could hide the other.
    """
    place: dict[type[models.Model], int] = {}
    parts: dict[int, list[FIELD]] = {}
    for model, field in fields:
        place[model] = place.get(model, -1) + 1
        parts.setdefault(place[model], []).append((model, field))
    return list(parts.values())


def names_of(fields: list[FIELD]) -> str:
    """Returns the names of fields as one text."""
    return " ".join(f"{model._meta.model_name}.{field.name}" for model, field in fields)


def by_hand(statement: str, *values: object, rows_needed: bool = True) -> None:
    """Runs a statement as at the database's own prompt, with triggers, references and row constraints switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role TO replica")
        cursor.execute(statement, values)
        assert cursor.rowcount or not rows_needed
        cursor.execute("SET session_replication_role TO origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def references_switched_off() -> None:
    """Deletes rows that refer to nothing, since the test case checks references when it ends."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role TO replica")
        for model, field in REFERENCES:
            there = f"SELECT {field.related_model._meta.pk.column} FROM {field.related_model._meta.db_table}"
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {field.column} NOT IN ({there})")
        cursor.execute("SET session_replication_role TO origin")


@pytest.fixture
def rows(make_article: Callable[..., Article]) -> None:
    """A row of every noun with a reference or an array, beside the fixtures' rows."""
    series = EventSeries.objects.create(name="ملتقيات الدوار")
    event = Event.objects.create(
        title="ملتقى الدوار الأول", kind="conference", state="confirmed", series=series, session=1
    )
    Event.objects.create(title="ملتقى الدوار الثاني", kind="conference", state="confirmed", series=series, session=2)
    actor = Actor.objects.create(name="هيئة الدوار", kind="civil", state="confirmed")
    source = Source.objects.create(name="وكالة الدوار", kind="agency", domains=["dawar.example"], marks=["و د"])
    measure = Measure.objects.create(label="خبراء الدوار", units=["خبير"], broad_units=["شخص"], cues=["حضر"])
    Participation.objects.create(event=event, actor=actor, role="host", state="confirmed")
    SynonymSet.objects.create(words=["دوار", "قرية"])
    Contradiction.objects.create(event=event, measure=measure)
    articles = []
    for number in range(3):
        body = f"حضرت هيئة الدوار ومعها {number + 10} خبيرا ملتقى الدوار."
        article = make_article(
            f"دواريات {number}", body, date(2021, 4, 5), source=source, url=f"https://dawar.example/{number}"
        )
        Mention.objects.create(article=article, actor=actor, state="confirmed", spans=[[5, 16]], quotes=[body[5:16]])
        Coverage.objects.create(article=article, event=event, state="confirmed")
        Figure.objects.create(
            article=article, value=number + 10, unit="خبيرا", quote=body[23:31], start=23, end=31, state="confirmed",
            event=event, actor=actor, measure=measure,
        )  # fmt: skip
        articles.append(article)
    editor = get_user_model().objects.create(username="يدوي")
    now = timezone.now()
    Claim.objects.create(article=articles[0], by=editor, since=now, renewed_at=now)
    Reprint.objects.create(article=articles[1], original=articles[0], state="confirmed", score=0.9)
    for noun in (Actor, Event, Source):
        row = noun.objects.latest("pk")
        row.pk, row._state.adding = None, True
        setattr(row, "title" if noun is Event else "name", "دوار دُمج")
        row.merged_into_id = noun.objects.latest("pk").pk
        row.save()
    make_article("خبر دُمج", merged_into=articles[0])


@pytest.fixture
def addresses(rows: None, every_page: list[str]) -> list[str]:
    """The addresses of all kinds of pages that show the rows."""
    article = Article.objects.get(title="دواريات 1")
    event, actor, source = (
        noun.objects.get(**{name: value})
        for noun, name, value in (
            (Event, "title", "ملتقى الدوار الأول"), (Actor, "name", "هيئة الدوار"), (Source, "name", "وكالة الدوار"),
        )
    )  # fmt: skip
    own = article.get_absolute_url()
    capture = Article.objects.order_by("id").first().captures.first()
    merged = [
        row.get_absolute_url()
        for noun in (Article, Actor, Event, Source)
        for row in noun.objects.exclude(merged_into=None)
    ]
    desk = [
        address
        for noun in (
            Article,
            Actor,
            Event,
            Source,
            Measure,
            Mention,
            Figure,
            Coverage,
            Reprint,
            SynonymSet,
            EventSeries,
        )
        if (row := noun.objects.filter(**({"merged_into": None} if issubclass(noun, Mergeable) else {})).latest("pk"))
        for address in (
            f"/admin/articles/{noun._meta.model_name}/",
            f"/admin/articles/{noun._meta.model_name}/{row.pk}/change/",
            f"/admin/articles/{noun._meta.model_name}/{row.pk}/history/",
        )
    ]
    return [
        *every_page, own, f"{own}record/", f"{own}?q=الدوار", f"{own}compare/{Article.objects.get(title='دواريات 0').pk}/",
        *(f"{own}cite.{style}" for style in ("bib", "ris", "json", "txt")), f"{own}دواريات/", *merged,
        f"/articles/{capture.article_id}/captures/{capture.sha256}/", f"/articles/{capture.article_id}/captures/{capture.sha256}/view/",
        event.get_absolute_url(), actor.get_absolute_url(), source.get_absolute_url(), "/search/?q=دواريات", "/search/?q=قرية",
        "/search/?q=المصدر:الدوار", "/search/suggest/?q=دوار", f"/articles/?source={source.pk}", f"/articles/?actor={actor.pk}",
        "/feeds/", f"/feeds/events/{event.pk}/", f"/feeds/actors/{actor.pk}/", f"/feeds/sources/{source.pk}/", "/feeds/search/?q=دواريات",
        *(f"/oai/?verb={verb}&metadataPrefix=oai_dc" for verb in ("ListRecords", "ListIdentifiers")), "/oai/?verb=ListSets",
        "/sitemap.xml", "/sitemaps/articles.xml",
        *(f"/export/{noun}.{ending}" for noun in ("articles", "events", "actors", "figures", "sources") for ending in ("jsonl", "csv")),
        *(f"/api/v1/{noun}" for noun in ("articles", "events", "actors", "figures", "sources")), f"/api/v1/articles/{article.pk}",
        "/admin/", f"/admin/review/{article.pk}/", *desk,
    ]  # fmt: skip


def assert_open(client: Client, addresses: list[str]) -> None:
    """Asserts that every address answers without a server error."""
    for address in addresses:
        try:
            response = client.get(address)
            b"".join(response)
        except Exception as error:
            raise AssertionError(f"{address} ends with {type(error).__name__}: {error}") from error
        assert response.status_code < 500, address


def referring_to_nothing(messages: list[str]) -> set[tuple[str, str, int]]:
    """Returns (table, field, key of the row) for each line of the check. Asserts that no line occurs twice."""
    rows = [re.fullmatch(r"(\S+) (\d+): its (\S+) does not exist", line) for line in messages]
    assert all(rows) and len(set(messages)) == len(messages)
    return {(row[1], row[3], int(row[2])) for row in rows}


def wrong_arrays(field: ArrayField) -> list[str]:
    """Returns arrays of a wrong shape for a field."""
    item = "1" if isinstance(getattr(field.base_field, "base_field", field.base_field), models.IntegerField) else "x"
    if isinstance(field.base_field, ArrayField):
        return ["{NULL}", "{1}", "{{1,NULL}}", "{{NULL,NULL}}", "{{1}}", "{{1,2,3}}", "{{{1,2}}}"]
    return ["{NULL,NULL}", f"{{{item},NULL}}", f"{{{{{item},{item}}},{{{item},{item}}}}}", f"[0:1]={{NULL,{item}}}"]


def write_arrays(model: type[models.Model], field: ArrayField) -> None:
    """Gives each row one of the wrong arrays in turn, after dropping the row constraints that forbid their lengths."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass "
            "AND pg_get_constraintdef(oid) ~ 'array_length'", [model._meta.db_table],
        )  # fmt: skip
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {name}")
    wrong = wrong_arrays(field)
    for turn, written in enumerate(wrong):
        condition = f"WHERE {model._meta.pk.column} %% {len(wrong)} = {turn}"
        by_hand(f"UPDATE {model._meta.db_table} SET {field.column} = '{written}' {condition}", rows_needed=False)


@pytest.mark.parametrize("fields", rounds(ARRAYS), ids=names_of)
def test_an_array_of_another_shape_ends_nothing_and_is_told(
    admin_client: Client, addresses: list[str], fields: list[FIELD]
) -> None:
    for model, field in fields:
        write_arrays(model, field)
    assert_open(admin_client, addresses)
    messages = messages_of_check("value")
    for model, field in fields:
        of_noun = [line for line in messages if line.startswith(f"{model._meta.model_name} ")]
        assert len(of_noun) == model._base_manager.count() > 0 and all(f"its {field.name} " in line for line in of_noun)
    for command in (["export", "articles"], ["export_authority"], ["extract"]):
        call_command(*command, stdout=StringIO())


def test_the_sound_places_of_a_mention_are_kept_with_their_quotes() -> None:
    spans = [[0, 2], [None, 4], [9, 5], [-3, 1], [6, 8], [10, 12]]
    assert places(spans, ["a", "b", "c", "d", None, "f"]) == ([[0, 2], [10, 12]], ["a", "f"])
    # It is unknown which spans and quotes belong together.
    assert places([[0, 2], [4, 6]], ["a"]) == places([[0, 2]], ["a", "b"]) == places(None, ["a"]) == ([], [])


def test_a_text_whose_mention_is_astray_can_be_changed(admin_client: Client, rows: None) -> None:
    article = Article.objects.get(title="دواريات 1")
    write_arrays(Mention, Mention._meta.get_field("spans"))
    article.body += " وانتهى الملتقى."
    article.save()
    assert Mention.objects.filter(article=article, spans=[], quotes=[]).count() == 1
    assert_open(admin_client, [article.get_absolute_url(), f"/admin/articles/article/{article.pk}/history/"])


@pytest.mark.parametrize("fields", rounds(REFERENCES), ids=names_of)
def test_a_reference_to_nothing_ends_nothing_and_is_told(
    references_switched_off: None, admin_client: Client, addresses: list[str], fields: list[FIELD]
) -> None:
    """Every other row has a wrong reference, so each kind of page also shows a row with a right one."""
    expected = set()
    for model, field in fields:
        table, key = model._meta.db_table, model._meta.pk.column
        there = model._base_manager.exclude(**{f"{field.attname}": None}).order_by("pk")
        lost = list(there.values_list("pk", flat=True))[::-2]
        assert lost
        by_hand(f"UPDATE {table} SET {field.column} = {NOTHING} + {key} WHERE {key} = ANY(%s)", lost)
        # The key of a fingerprint is the reference itself.
        expected |= {(table, field.name, NOTHING + row if field.primary_key else row) for row in lost}
    assert_open(admin_client, addresses)
    assert referring_to_nothing(messages_of_check("reference")) == expected


@pytest.mark.parametrize("noun", [Article, Actor, Event, Source])
def test_what_was_merged_into_nothing_is_not_there(
    references_switched_off: None, client: Client, rows: None, noun: type[Mergeable]
) -> None:
    row = noun.objects.exclude(merged_into=None).latest("pk")
    by_hand(f"UPDATE {noun._meta.db_table} SET merged_into_id = {NOTHING} WHERE id = %s", row.pk)
    assert noun.objects.get(pk=row.pk).survivor is None
    assert noun.objects.select_related("merged_into").get(pk=row.pk).survivor is None
    assert client.get(row.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity", "7"])
def test_a_score_that_is_none_ends_nothing_and_is_told(admin_client: Client, addresses: list[str], score: str) -> None:
    for noun in (Mention, Reprint, Figure):
        by_hand(f"UPDATE {noun._meta.db_table} SET score = '{score}'")
    assert all(row.score is None for row in Mention.objects.all())
    assert_open(admin_client, [address for address in addresses if "article" in address or "reprint" in address])
    messages = [line for line in messages_of_check("value") if "its score is" in line]
    assert len(messages) == sum(noun.objects.count() for noun in (Mention, Reprint, Figure)) and any(
        score in line for line in messages
    )


@pytest.mark.parametrize("code", ["xxxxx", "", "ar_", "عر"])
def test_a_language_that_is_no_code_is_told(rows: None, code: str) -> None:
    article = Article.objects.latest("pk")
    by_hand("UPDATE articles_article SET language = %s WHERE id = %s", code, article.pk)
    (message,) = messages_of_check("value")
    assert message.startswith(f"article {article.pk}: its language “{code}” ")


def test_codes_of_languages_are_no_problem(rows: None) -> None:
    for code in ("ar", "und", "ar-MA", "zh-Hant", "fr_FR"):
        by_hand("UPDATE articles_article SET language = %s", code)
        assert messages_of_check("value") == []


@pytest.mark.parametrize("periods", ["{}", "{0}", "{1999}"])
def test_an_event_that_nothing_is_matched_with_is_told_and_mended(rows: None, periods: str) -> None:
    event = Event.objects.create(title="ملتقى آخر", kind="conference", state="confirmed", start_date=date(2021, 4, 5),
        start_earliest=date(2021, 4, 5), start_latest=date(2021, 4, 5), start_precision="day", start_basis="stated")  # fmt: skip
    sound = event.periods
    assert messages_of_check("derived") == [] and sound != []
    by_hand(f"UPDATE articles_event SET periods = '{periods}' WHERE id = %s", event.pk)
    (message,) = messages_of_check("derived")
    assert message.startswith(f"event {event.pk}: ")
    check(repair=True, settled=10**9)
    event.refresh_from_db()
    assert event.periods == sound and messages_of_check("derived") == []
