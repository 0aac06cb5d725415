"""No text field of any noun bypasses the text gate, however a row is stored."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone

from articles.models import Actor, Alias, ArchiveDate, Article, Capture, Event, Figure, Mention
from articles.models.history import event_models
from articles.models.inserting import insert, with_keys
from articles.models.text_fields import Gated, gated_fields

DIRTY = "محم\x10د\t\u202eعلي\u2028ا\u0654حمد\ufeff\ud800"
LINE, PROSE = "محمد علي أحمد", "محمد علي\nأحمد"


# Keys of a store are no texts: another spelling would name another file.
KEYS = {("Delivery", "stored_as")}


def nouns() -> Iterator[type[models.Model]]:
    """Returns the archive's models without those of history."""
    tracking = set(event_models())
    return (model for model in apps.get_app_config("articles").get_models() if model not in tracking)


def holds_text(field: models.Field) -> bool:
    """Returns whether a field stores free text."""
    if isinstance(field, ArrayField):
        return holds_text(field.base_field)
    return isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices


def test_every_text_field_of_every_noun_is_a_gated_one() -> None:
    looked = 0
    for model in nouns():
        gated = set(gated_fields(model))
        for field in model._meta.local_concrete_fields:
            if holds_text(field) and not field.generated and (model.__name__, field.name) not in KEYS:
                looked += 1
                assert field in gated, (
                    f"{model.__name__}.{field.name} takes any character: use articles/models/text_fields.py"
                )
    assert looked > 40


@pytest.mark.django_db
def test_what_every_gated_field_hands_to_the_database_is_clean() -> None:
    for model in nouns():
        for field in gated_fields(model):
            base = field.base_field if isinstance(field, ArrayField) else field
            assert isinstance(base, Gated)
            stored = str(
                getattr(base.get_db_prep_save(DIRTY, connection), "obj", base.get_db_prep_save(DIRTY, connection))
            )
            assert stored in {LINE, PROSE}, f"{model.__name__}.{field.name}: {stored!r}"


@pytest.mark.django_db
def test_rows_that_go_by_copy_pass_the_gate_too(make_article: Callable[..., Article]) -> None:
    article = Article(title=DIRTY, body=f"{DIRTY}\r\n\r\n{DIRTY}", author=DIRTY, set_aside=[{"line": 1, "text": DIRTY}])
    article.published = ArchiveDate.unknown()
    with_keys([article])
    insert([article])
    stored = Article.objects.get(pk=article.pk)
    assert (stored.title, stored.author) == (LINE, LINE) and stored.set_aside == [{"line": 1, "text": PROSE}]
    assert stored.body == article.body == f"{PROSE}\n\n{PROSE}"
    # The row itself has what is stored.
    article.title, article.set_aside = DIRTY, ({"line": 1, "text": DIRTY},)
    article.save()
    assert article.title == LINE and article.set_aside == [{"line": 1, "text": PROSE}]
    actor = Actor.objects.create(name="علي", kind="person")
    mention = Mention(article=article, actor=actor, spans=[[5, 8]], quotes=["ع\x10لي"], role=DIRTY)
    insert([mention])
    assert Mention.objects.get(article=article).quotes == ["علي"] and Mention.objects.get(article=article).role == LINE


@pytest.mark.django_db
def test_every_way_of_the_orm_passes_the_gate() -> None:
    actor = Actor(name=DIRTY, kind="person")
    actor.full_clean()
    assert actor.name == LINE
    actor.save()
    assert Actor.objects.filter(name=DIRTY).get() == actor
    assert Alias.objects.get_or_create(actor=actor, name=DIRTY + " الحسني")[0].name == f"{LINE} الحسني"
    Event.objects.bulk_create([Event(title=DIRTY, kind="other", folded_title="محمد")])
    event = Event.objects.get(title=LINE)
    event.place = DIRTY
    Event.objects.bulk_update([event], ["place"])
    Event.objects.filter(pk=event.pk).update(description=DIRTY)
    event.refresh_from_db()
    assert (event.place, event.description) == (LINE, PROSE)


@pytest.mark.django_db
def test_a_row_of_a_file_is_clean_before_its_spans_are_counted(tmp_path: Path) -> None:
    title = "الكويت تحتضن\x10 مؤتمرا حول\u2028أمن الحدود"
    body = "افتتح في الكويت\x10 مؤتمر شارك فيه 45 وفدا\u202e من المغرب.\r\n\r\nوقال \u200fناصر بوريطة إن 45 وفدا\ufeff حضروا.\u2029 \n\nختام\u200cها مسك."
    file = tmp_path / "rows.jsonl"
    file.write_text(
        json.dumps({"title": title, "body": body, "author": "كا\x1fتب\tأول", "section": "سيا\x7fسة"}) + "\n"
    )
    call_command("ingest", str(file), verbosity=0)
    article = Article.objects.get(title="الكويت تحتضن مؤتمرا حول أمن الحدود")
    assert (
        article.body
        == "افتتح في الكويت مؤتمر شارك فيه 45 وفدا من المغرب.\n\nوقال ناصر بوريطة إن 45 وفدا حضروا.\n\nختام\u200cها مسك."
    )
    assert (article.author, article.section) == ("كاتب أول", "سياسة")
    assert article.mentions.exists() and article.figures.exists()
    for mention in article.mentions.all():
        assert mention.quotes == [article.body[start:end] for start, end in mention.spans]
    for figure in article.figures.all():
        assert article.body[figure.start : figure.end] == figure.quote
    # The original keeps every byte.
    assert json.loads(article.captures.get().read())["title"] == title


@pytest.mark.django_db
def test_saving_a_text_moves_its_facts_in_the_same_transaction(make_article: Callable[..., Article]) -> None:
    article = make_article(body="فكك 210 خلية ثم فكك 210 خلية")
    first = Figure.objects.create(article=article, value=210, quote="210 خلية", start=4, end=12)
    second = Figure.objects.create(article=article, value=210, quote="210 خلية", start=20, end=28)
    article.body = "في الرباط، فكك 210 خلية\r\nثم فكك عدة خلايا"
    article.save()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.start, first.end, second.start, second.end) == (15, 23, None, None)
    assert [fact.words for fact in article.lost_words] == [("210 خلية",)]


@pytest.mark.django_db
def test_figures_that_change_places_are_stored_without_meeting(make_article: Callable[..., Article]) -> None:
    article = make_article(body="1 ثم 2 بعد")
    first = Figure.objects.create(article=article, value=1, quote="1", start=0, end=1)
    second = Figure.objects.create(article=article, value=2, quote="2", start=5, end=6)
    article.body = "2 ثم 1 بعد"
    article.save()
    assert [Figure.objects.get(pk=row.pk).start for row in (first, second)] == [5, 0]


@pytest.mark.django_db
def test_a_capture_of_any_name_is_stored(make_article: Callable[..., Article]) -> None:
    when: datetime = timezone.now()
    capture = Capture.objects.create(
        article=make_article(),
        sha256="a" * 64,
        size=1,
        media_type="text/plain",
        captured_at=when,
        filename="ملف\n\x00.txt",
    )
    assert Capture.objects.get(pk=capture.pk).filename == "ملف .txt"


@pytest.mark.django_db
def test_a_file_whose_name_is_written_decomposed_is_known_again(tmp_path: Path) -> None:
    file = tmp_path / "ا\u0654خبار\u202e اليوم.txt"
    text = "استضافت مسقط المؤتمر الخامس حول أمن السواحل\n\nشارك في المؤتمر {} وفدا من دول المنطقة، وقال المنظمون إن الحضور كبير.\n"
    for number in ("45", "46"):
        file.write_text(text.format(number))
        call_command("ingest", str(file), verbosity=0)
    article = Article.objects.get(title="استضافت مسقط المؤتمر الخامس حول أمن السواحل")
    assert article.captures.count() == 2 and article.captures.first().filename == "أخبار اليوم.txt"
