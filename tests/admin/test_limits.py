"""Values that may not be stored are refused at the desk, too: the field shows a message, there is no server error, and
nothing changes.
"""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from articles.models import Actor, ArchiveDate, Article, Event, Source
from tests.admin.posting import act, form_of

pytestmark = pytest.mark.django_db


def change(noun: str, row: object) -> str:
    """Returns the address of a row's form."""
    return reverse(f"admin:articles_{noun}_change", args=[row.pk])


@pytest.mark.parametrize("day", ["0001-01-01", "1799-12-31", "9999-12-31"])
def test_a_day_of_no_sense_is_an_error_of_its_field(
    senior: Client, make_article: Callable[..., Article], day: str
) -> None:
    article = make_article(day=date(2020, 1, 1))
    event = Event(title="مؤتمر الموانئ", kind="conference")
    event.start = event.end = ArchiveDate.on(date(2020, 1, 1))
    event.save()
    for noun, row, field in (("article", article, "published_date"), ("event", event, "start_date")):
        address = change(noun, row)
        response = senior.post(address, form_of(senior, address) | {field: day})
        assert response.status_code == 200 and "تاريخ غير معقول" in response.content.decode(), noun
        row.refresh_from_db()
        assert getattr(row, field) == date(2020, 1, 1)


@pytest.mark.parametrize("noun", ["actor", "source", "event"])
def test_a_name_that_grows_when_it_is_folded_is_an_error_of_its_field(senior: Client, noun: str) -> None:
    row = {
        "actor": lambda: Actor.objects.create(name="هيئة", kind="civil"),
        "source": lambda: Source.objects.create(name="صحيفة الموانئ"),
        "event": lambda: Event.objects.create(title="مؤتمر الموانئ", kind="conference"),
    }[noun]()
    address, field = change(noun, row), "title" if noun == "event" else "name"
    response = senior.post(address, form_of(senior, address) | {field: "İ" * 190})
    assert response.status_code == 200 and "أطول مما يحفظ" in response.content.decode()
    before = getattr(row, field)
    row.refresh_from_db()
    assert getattr(row, field) == before


def test_many_articles_get_no_day_of_no_sense(senior: Client, make_article: Callable[..., Article]) -> None:
    article = make_article(day=date(2020, 1, 1))
    response = act(senior, "article", "set_date", article, date="0001-01-01", precision="day", basis="editor")
    assert response.status_code == 200
    article.refresh_from_db()
    assert article.published_date == date(2020, 1, 1)


def test_a_version_with_a_day_of_no_sense_is_not_restored(senior: Client, make_article: Callable[..., Article]) -> None:
    article = make_article(day=date(1700, 1, 1))
    article.published = ArchiveDate.on(date(2020, 1, 1))
    article.save()
    event = article.history.latest("pgh_id")
    assert event.published_date == date(1700, 1, 1)
    history = reverse("admin:articles_article_history", args=[article.pk])
    page = senior.post(history, {"restore": event.pgh_id}, follow=True).content.decode()
    assert "لم تُستعد النسخة" in page and "تاريخ غير معقول" in page
    article.refresh_from_db()
    assert article.published_date == date(2020, 1, 1)
