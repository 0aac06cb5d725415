"""Rows that SQL merged into themselves or in a circle: their addresses answer, and the check reports them.

No row can be merged into itself any more.
"""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test import Client

from articles.models import Actor, Article, Event, Source
from articles.models.merged import Mergeable
from articles.upkeep.check import check
from tests.old_archive import before_the_rules

pytestmark = pytest.mark.django_db
NOUNS = [Article, Actor, Event, Source]


@pytest.fixture
def make_rows(make_article: Callable[..., Article]) -> Callable[[type[models.Model], int], list[Mergeable]]:
    """Returns a function that creates rows of a noun."""

    def make(noun: type[models.Model], count: int) -> list[Mergeable]:
        names = [f"دوار {n}" for n in range(count)]
        if noun is Article:
            return [make_article(name) for name in names]
        if noun is Event:
            return [Event.objects.create(title=name, kind="conference", state="confirmed") for name in names]
        more = {"state": "confirmed"} if noun is Actor else {}
        return [noun.objects.create(name=name, kind="agency" if noun is Source else "civil", **more) for name in names]

    return make


def merge_by_hand(rows: list[Mergeable], targets: list[Mergeable]) -> None:
    """Merges each row into its target by SQL."""
    with before_the_rules(), connection.cursor() as cursor:
        for row, target in zip(rows, targets, strict=True):
            cursor.execute(f"UPDATE {row._meta.db_table} SET merged_into_id = %s WHERE id = %s", [target.pk, row.pk])


def test_every_noun_that_can_be_merged_is_tried() -> None:
    assert {model for model in Mergeable.__subclasses__() if not model._meta.abstract} <= set(NOUNS)


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_circle_answers_and_is_told(
    client: Client, make_rows: Callable[..., list[Mergeable]], noun: type[models.Model], count: int
) -> None:
    rows = make_rows(noun, count + 1)
    circle, before = rows[:count], rows[count]
    # The last row points into the circle and is no part of it.
    merge_by_hand([*circle, before], [*circle[1:], circle[0], circle[0]])
    for row in rows:
        assert client.get(row.get_absolute_url()).status_code == 404
        assert noun.objects.get(pk=row.pk).survivor is None
    messages = [problem.message for problem in check(settled=10**9).open if problem.kind == "merged"]
    assert len(messages) == count and all(f"{noun._meta.model_name} {row.pk}:" in " ".join(messages) for row in circle)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_chain_leads_to_its_end(
    client: Client, make_rows: Callable[..., list[Mergeable]], noun: type[models.Model]
) -> None:
    rows = make_rows(noun, 4)
    merge_by_hand(rows[:3], rows[1:])
    assert noun.objects.get(pk=rows[0].pk).survivor == rows[3]
    if noun is Article:
        assert client.get(rows[0].get_absolute_url())["Location"] == rows[3].get_absolute_url()
    assert not [problem for problem in check(settled=10**9).open if problem.kind == "merged"]


@pytest.mark.parametrize("noun", NOUNS)
def test_no_row_is_merged_into_itself_any_more(
    make_rows: Callable[..., list[Mergeable]], noun: type[models.Model]
) -> None:
    (row,) = make_rows(noun, 1)
    with pytest.raises(IntegrityError, match="not_into_itself"), transaction.atomic():
        noun.objects.filter(pk=row.pk).update(merged_into=row.pk)
    assert row._meta.get_field("merged_into").null
