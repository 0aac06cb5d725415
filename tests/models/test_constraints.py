"""The database itself refuses invalid rows, whatever program writes them."""

import hashlib
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from articles.models import Actor, Alias, Article, Capture, Event, Figure, Mention
from articles.models.capture import pack

pytestmark = pytest.mark.django_db


def refused(constraint: str) -> pytest.RaisesExc:
    """Asserts that a constraint refuses the statements of a block."""
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"published_earliest": date(2024, 2, 1), "published_latest": date(2024, 1, 1)}, "article_published_in_order"),
        ({"published_precision": "day", "published_date": None}, "article_published_precision"),
        ({"published_precision": "day", "published_date": date(2024, 1, 2), "published_earliest": date(2024, 1, 1),
          "published_latest": date(2024, 1, 2)}, "article_published_precision"),
        ({"published_precision": "month", "published_date": date(2024, 1, 1), "published_earliest": date(2024, 1, 1),
          "published_latest": date(2024, 2, 29)}, "article_published_precision"),
        ({"published_precision": "unknown", "published_date": date(2024, 1, 1)}, "article_published_precision"),
        ({"status": "lost"}, "article_status_known"),
        ({"body": ""}, "article_title_and_body"),
    ],
)  # fmt: skip
def test_an_article_that_contradicts_itself_is_refused(fields: dict, constraint: str) -> None:
    with refused(constraint), transaction.atomic():
        Article.objects.create(**({"title": "ع", "body": "ن"} | fields))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"start": 0, "end": 9, "quote": "210 خلايا"}, "figure_span_inside_body"),
        ({"start": 900, "end": 908, "quote": "210 خلية"}, "figure_span_inside_body"),
        ({"start": 4, "end": 10, "quote": "210 خلية"}, "figure_span_is_quote_long"),
        ({"start": 12, "end": 4, "quote": "210 خلية"}, "figure_span_is_quote_long"),
        ({"qualifier": "between"}, "figure_value_fits_qualifier"),
        ({"qualifier": "between", "value_high": 200}, "figure_value_fits_qualifier"),
        ({"qualifier": "exactly", "value_high": 300}, "figure_value_fits_qualifier"),
        ({"period_start": date(2021, 1, 1), "period_end": date(2020, 1, 1)}, "figure_period_in_order"),
        ({"state": "maybe"}, "figure_state_known"),
    ],
)
def test_a_figure_that_is_not_in_the_text_or_contradicts_itself_is_refused(
    make_article: object, fields: dict, constraint: str
) -> None:
    article = make_article(body="فكك 210 خلية")
    values = {"value": 210, "quote": "210 خلية", "start": 4, "end": 12, "unit": "خلية"} | fields
    with refused(constraint), transaction.atomic():
        Figure.objects.create(article=article, **values)


def test_a_mention_must_quote_its_spans(make_article: object) -> None:
    article = make_article(body="زار المغرب")
    actor = Actor.objects.get(name="المغرب")
    with refused("mention_span_inside_body"), transaction.atomic():
        Mention.objects.create(article=article, actor=actor, spans=[[0, 3]], quotes=["المغرب"])
    with refused("mention_quote_per_span"), transaction.atomic():
        Mention.objects.create(article=article, actor=actor, spans=[[4, 10]], quotes=[])
    Mention.objects.create(article=article, actor=actor, spans=[[4, 10]], quotes=["المغرب"])


def test_a_new_body_must_hold_the_quotes_of_its_facts(make_article: object) -> None:
    article = make_article(body="فكك 210 خلية")
    Figure.objects.create(article=article, value=210, quote="210 خلية", start=4, end=12, unit="خلية")
    with refused("figure_span_inside_body"), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(body="فكك عدة خلايا")
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_actor_has_one_canonical_name_unless_told_apart() -> None:
    Actor.objects.create(name="سمير القاضي", kind="person")
    with refused("actor_one_canonical_name"), transaction.atomic():
        Actor.objects.create(name="سَمير القاضى", kind="person")
    Actor.objects.create(name="سمير القاضي", kind="person", distinction="المحامي")


def test_an_alias_stands_once_and_has_letters() -> None:
    actor = Actor.objects.get(name="المغرب")
    with refused("alias_once_per_actor"), transaction.atomic():
        Alias.objects.create(actor=actor, name="المملكه المغربيه")
    with refused("alias_has_letters"), transaction.atomic():
        Alias.objects.create(actor=actor, name="«»")


def test_an_event_does_not_end_before_it_begins() -> None:
    event = Event.objects.get(title__startswith="المؤتمر الرفيع")
    with refused("event_dates_in_order"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(
            end_date=date(2024, 11, 1), end_earliest=date(2024, 11, 1), end_latest=date(2024, 11, 1)
        )


def test_a_capture_is_kept_once_and_read_back_unchanged(make_article: object) -> None:
    article = make_article()
    details = {"media_type": "text/plain", "captured_at": article.created_at}
    content = "نص\r\n أصلي \u200f".encode()
    digest = hashlib.sha256(content).hexdigest()
    details |= {"article": article, "sha256": digest, "size": len(content)}
    Capture.objects.keep_bytes(digest, pack(content))
    assert Capture.objects.create(**details).read() == content
    with refused("capture_once_per_article"), transaction.atomic():
        Capture.objects.create(**details)
